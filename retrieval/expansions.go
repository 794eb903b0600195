//go:build !nobook

package retrieval

import (
	_ "embed"

	"github.com/jirei/jirei/cases"
)

//go:embed expansions/ipa2021.tsv
var expansions string

// EmbeddedExpansions returns, per case of the embedded book, questions and
// phrases that it answers: for finding only.
func EmbeddedExpansions() (map[cases.ID][]string, error) {
	return ReadLines("expansions/ipa2021.tsv", expansions)
}
