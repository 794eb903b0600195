//go:build nobook

package retrieval

import "github.com/jirei/jirei/cases"

// EmbeddedExpansions has nothing to expand in a binary without the book.
func EmbeddedExpansions() (map[cases.ID][]string, error) { return nil, nil }
