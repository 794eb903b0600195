//go:build !nobook

package retrieval

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/jirei/jirei/cases"
)

//go:embed expansions/ipa2021.tsv
var expansions string

// EmbeddedExpansions returns, per case of the embedded book, questions and
// phrases that it answers: for finding only.
func EmbeddedExpansions() (map[cases.ID][]string, error) {
	return ReadLines("expansions/ipa2021.tsv", expansions)
}

// ReadLines parses a file of PAGE, tab, text for the embedded book. The error
// names file and line.
func ReadLines(name, file string) (map[cases.ID][]string, error) {
	out := map[cases.ID][]string{}
	for i, line := range strings.Split(strings.TrimRight(file, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		number, text, ok := strings.Cut(line, "\t")
		page, err := strconv.Atoi(number)
		if !ok || err != nil || strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("%s:%d: a line is PAGE, tab, text", name, i+1)
		}
		id := cases.MakeID(cases.EmbeddedID, page)
		out[id] = append(out[id], text)
	}
	return out, nil
}
