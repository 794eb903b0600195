package retrieval

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// formTeaches is how much a form of the lexicon teaches the phrase model beside
// an utterance: it names the concept, but nobody talks like that.
const formTeaches = 0.5

// Lessons are what the phrase model learns from: the utterances and the forms
// of the lexicon, each for its concept, and the book's rows with their
// expansion lines, each for its page. Another book has no lessons of its own;
// its rows get vectors of the same model.
func Lessons(l *Lexicon, utterances []Utterance, book cases.Book, expansions map[cases.ID][]string) []embeddings.Sample {
	var out []embeddings.Sample
	add := func(class, text string, weight float64, hidden bool) {
		out = append(out, embeddings.Sample{Class: class, Grams: l.grams(matchable(text), l.concepts(embeddings.Fold(text))), Weight: weight, Hidden: hidden})
	}
	for _, u := range utterances {
		add(u.Concept, u.Text, 1, false)
	}
	for _, f := range l.allForms() {
		add(f.Concept, f.Text, formTeaches, false)
	}
	for _, c := range book.Cases {
		class := fmt.Sprintf("page %d", c.Page)
		for _, text := range slices.Concat([]string{c.Title}, c.Measures, expansions[c.ID]) {
			add(class, text, 1, true)
		}
	}
	return out
}

// allForms returns the forms of all concepts, in one order whatever the maps do.
func (l *Lexicon) allForms() []Utterance {
	seen := map[Utterance]bool{}
	add := func(m Meaning) {
		if m.Kind == "concept" {
			seen[Utterance{m.Name, strings.ReplaceAll(m.Form, "…", " ")}] = true
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
	out := make([]Utterance, 0, len(seen))
	for u := range seen {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b Utterance) int {
		return cmp.Or(strings.Compare(a.Concept, b.Concept), strings.Compare(a.Text, b.Text))
	})
	return out
}

// LessonsHash names lessons, for the model that learned from them.
func LessonsHash(lessons []embeddings.Sample) string {
	hash := sha256.New()
	for _, s := range lessons {
		fmt.Fprintf(hash, "%s\x00%s\x00%g\n", s.Class, strings.Join(s.Grams, "\x00"), s.Weight)
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

// Spelled returns the words in katakana and Latin letters that texts use and
// the lexicon does not have, sorted: they are spelled right, so that no word of
// the lexicon is taken for what was meant.
func (l *Lexicon) Spelled(texts []string) []string {
	known := map[string]bool{}
	for _, text := range texts {
		eachWord([]rune(matchable(text)), func(word []rune) {
			if _, have := l.spelled[string(word)]; !have {
				known[string(word)] = true
			}
		})
	}
	out := make([]string, 0, len(known))
	for word := range known {
		out = append(out, word)
	}
	slices.Sort(out)
	return out
}
