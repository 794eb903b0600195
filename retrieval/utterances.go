package retrieval

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
)

// Utterance is a sentence in which somebody says what a concept means, mostly
// without its name: 「小さい棒に入れて持って帰る」 for a memory stick. The phrase model
// learns from them (Lessons); at run time they are not needed.
type Utterance struct {
	// Concept is Requests for what nobody can answer from a casebook.
	Concept, Text string
	// Typed: as people type, slips and all; nobody learns spelling from it.
	Typed bool
}

// typedFile ends the name of a file whose utterances are Typed.
const typedFile = "-typed.txt"

// Requests stands for the concept of an utterance that uses the field's words
// and asks for what no casebook holds: a procedure, a price, a definition.
const Requests = "requests"

// ReadUtterances parses files of "[utterances concept]" sections, and
// "[requests]", with an utterance a line, in the order of the files' names. The error names file and
// line.
func ReadUtterances(files map[string]string) ([]Utterance, error) {
	var out []Utterance
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		concept := ""
		lines := bufio.NewScanner(strings.NewReader(files[name]))
		for n := 1; lines.Scan(); n++ {
			line := strings.TrimSpace(lines.Text())
			fail := func(what string) error { return fmt.Errorf("%s:%d: %s: %q", name, n, what, line) }
			switch {
			case line == "" || strings.HasPrefix(line, "#"):
			case line == "["+Requests+"]":
				concept = Requests
			case strings.HasPrefix(line, "["):
				head, ok := strings.CutPrefix(line, "[utterances ")
				if !ok || !strings.HasSuffix(head, "]") || len(head) < 2 {
					return nil, fail("a section is [utterances concept]")
				}
				concept = strings.TrimSuffix(head, "]")
			case concept == "":
				return nil, fail("a line before the first section")
			default:
				out = append(out, Utterance{concept, line, strings.HasSuffix(name, typedFile)})
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}
