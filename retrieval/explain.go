package retrieval

import (
	"slices"
	"strings"
)

// Part is a part of a text with one thing it is taken for; Kind "" is for
// what the lexicon does not know.
type Part struct {
	Text, Kind, Name, Gloss string
	Certain                 float64
}

// Explain says what each part of a text means to the lexicon, in order; a
// part with two meanings comes twice.
func (l *Lexicon) Explain(s string) []Part {
	t := newText(Clean(s))
	var out []Part
	at := 0
	rest := func(to int) {
		if unknown := strings.TrimSpace(t.slice(at, max(at, to))); unknown != "" {
			out = append(out, Part{Text: unknown})
		}
	}
	found := append(l.matchGaps(t), l.match(t)...)
	slices.SortStableFunc(found, func(a, b match) int { return a.from - b.from })
	for _, m := range found {
		rest(m.from)
		for _, meaning := range m.meanings {
			out = append(out, Part{t.slice(m.from, m.to), meaning.Kind, meaning.Name, l.Glosses[meaning.Name], m.certain})
		}
		at = max(at, m.to)
	}
	rest(len(t.orig))
	return out
}

// Forms returns the forms of a concept as the files write them, sorted.
func (l *Lexicon) Forms(concept string) []string {
	var out []string
	add := func(m Meaning) {
		if m.Kind == "concept" && m.Name == concept && !slices.Contains(out, m.Form) {
			out = append(out, m.Form)
		}
	}
	for _, meanings := range l.forms {
		for _, m := range meanings {
			add(m)
		}
	}
	for _, forms := range l.gaps {
		for _, f := range forms {
			add(f.meaning)
		}
	}
	slices.Sort(out)
	return out
}
