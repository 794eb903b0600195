package retrieval

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

//go:embed words/reviewed.tsv
var reviewed string

// Finding is a form of a concept that is probably a mistake: a good form is
// rare and means one thing.
type Finding struct {
	// Problem is "short", "stop", "many" or "wide".
	Problem string
	// Form is the form as matching sees it.
	Form string
	// Says tells what was seen.
	Says string
}

// From how much on a form is a finding. A form of a third of the rows tells
// nothing apart; a line is one sentence of many, so a tenth is as much there.
const (
	manyConcepts = 3
	wideRows     = 1.0 / 3
	wideLines    = 1.0 / 10
)

// Review looks for forms of concepts that are probably mistakes: "short" ones,
// of one kanji or two hiragana, stand inside other words; "stop" ones are taken
// out of a question before concepts are read, and still count in rows; "many"
// name three concepts or more; "wide" ones stand in a third of the book's rows
// or a tenth of its expansion lines.
func (l *Lexicon) Review(book cases.Book, expansions map[cases.ID][]string) []Finding {
	var out []Finding
	for _, meanings := range l.forms {
		out = append(out, alone(meanings)...)
	}
	var rows, lines []string
	for _, c := range book.Cases {
		rows = append(rows, strings.Join(append([]string{c.Title}, c.Measures...), "\n"))
		lines = append(lines, expansions[c.ID]...)
	}
	out = append(out, l.wide(rows, wideRows, "rows")...)
	out = append(out, l.wide(lines, wideLines, "expansion lines")...)
	slices.SortFunc(out, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Problem, b.Problem), strings.Compare(a.Form, b.Form), strings.Compare(a.Says, b.Says))
	})
	return out
}

// alone judges what one key means by itself.
func alone(meanings []Meaning) []Finding {
	var concepts []string
	form, stop := "", false
	for _, m := range meanings {
		switch m.Kind {
		case "concept":
			concepts, form = append(concepts, m.Name), m.native
		case "stop":
			stop = true
		}
	}
	if form == "" {
		return nil
	}
	slices.Sort(concepts)
	names := strings.Join(concepts, ", ")
	var out []Finding
	if short(form) {
		out = append(out, Finding{"short", form, names})
	}
	if stop {
		out = append(out, Finding{"stop", form, names})
	}
	if len(concepts) >= manyConcepts {
		out = append(out, Finding{"many", form, names})
	}
	return out
}

// short says that a form is so short that chance writes it.
func short(form string) bool {
	runes := []rune(form)
	hiragana := !slices.ContainsFunc(runes, func(r rune) bool { return embeddings.ScriptOf(r) != embeddings.Hiragana })
	return len(runes) < 2 || hiragana && len(runes) < 3
}

// wide finds the forms that match more than a share of the texts, as matching
// finds them: 情報 inside 情報漏えい is not 情報.
func (l *Lexicon) wide(texts []string, share float64, what string) []Finding {
	in := map[string]int{}
	for _, text := range texts {
		seen := map[string]bool{}
		for _, line := range strings.Split(text, "\n") {
			t := newText(line)
			for _, m := range append(l.matchGaps(t), l.match(t)...) {
				for _, meaning := range m.meanings {
					// A form in pieces has no spelling of its own; its pieces are its name.
					if meaning.Kind == "concept" {
						seen[cmp.Or(meaning.native, meaning.Form)] = true
					}
				}
			}
		}
		for form := range seen {
			in[form]++
		}
	}
	var out []Finding
	for form, n := range in {
		if float64(n) > share*float64(len(texts)) {
			out = append(out, Finding{"wide", form, fmt.Sprintf("in %d of %d %s", n, len(texts), what)})
		}
	}
	return out
}

// Reviewed returns, per problem and form joined by a tab, why a finding stays
// as it is (words/reviewed.tsv). The error names the line.
func Reviewed() (map[string]string, error) { return readReviewed(reviewed) }

func readReviewed(text string) (map[string]string, error) {
	out := map[string]string{}
	for n, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "\t")
		if len(parts) != 3 || slices.Contains(parts, "") {
			return nil, fmt.Errorf("words/reviewed.tsv:%d: a line is PROBLEM, tab, form, tab, reason", n+1)
		}
		key := parts[0] + "\t" + parts[1]
		if out[key] != "" {
			return nil, fmt.Errorf("words/reviewed.tsv:%d: %q is there twice", n+1, key)
		}
		out[key] = parts[2]
	}
	return out, nil
}

// Key is how the reviewed list names a finding.
func (f Finding) Key() string { return f.Problem + "\t" + f.Form }
