package retrieval

import (
	"context"
	"fmt"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// Case returns a case of the current book by its id; false when it was
// withdrawn, or never was.
func (e *Engine) Case(ctx context.Context, id cases.ID) (cases.Case, bool, error) {
	found, _, err := e.store.Select(ctx, Facets{Pages: []int{id.Page()}})
	if err != nil {
		return cases.Case{}, false, fmt.Errorf("looking a case up: %w", err)
	}
	for _, c := range found {
		if c.ID == id {
			return c, true, nil
		}
	}
	return cases.Case{}, false, nil
}

// Similar returns up to n other cases that are most like a case: by what it
// says, and a little by its industry.
func (e *Engine) Similar(ctx context.Context, c cases.Case, n int) ([]Hit, error) {
	book, err := e.store.Current(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the current book: %w", err)
	}
	q := Query{Spans: []Span{{Kind: "word", Certain: 1}}}
	if c.Industry != "" {
		q.Facets.Industry = []string{c.Industry}
	}
	folded := embeddings.Fold(c.Title + "\n" + strings.Join(c.Measures, "\n"))
	add := func(key string, weight float64) {
		q.Content = append(q.Content, Feature{Key: key, Weight: weight, Direct: true, Matters: 1})
	}
	for _, term := range embeddings.Terms(folded) {
		if term.Kind != embeddings.Unigram {
			add(term.Key, 1)
		}
	}
	for _, concept := range e.lexicon.concepts(folded) {
		add(conceptKey(concept.Name), e.Weights.Concept*concept.Weight)
	}
	p := e.probe(q, book)
	p.probe.Limit = n + 1
	found, err := e.store.Candidates(ctx, p.probe)
	if err != nil {
		return nil, fmt.Errorf("finding similar cases: %w", err)
	}
	w := e.Weights
	w.Industry = 0.15 // the same industry decides between equals only
	var out []Hit
	for _, h := range fuse(w, q.Facets, p, found.Found) {
		if h.Case.ID != c.ID && len(out) < n {
			out = append(out, h)
		}
	}
	return out, nil
}

// like answers a question for the cases that are like the one it names.
func (e *Engine) like(ctx context.Context, q Query, book *Generation, limit int) (Result, error) {
	r := Result{Query: q, Book: book}
	found, _, err := e.store.Select(ctx, q.Facets)
	if err != nil {
		return r, fmt.Errorf("looking a case up: %w", err)
	}
	if len(found) == 0 {
		r.Exact = true // there is no such page, and that is the answer
		return r, nil
	}
	if r.Hits, err = e.Similar(ctx, found[0], min(limit, similarShown)); err != nil {
		return r, err
	}
	for i := range r.Hits {
		r.Hits[i].Matched = true
	}
	return r, nil
}

// similarShown is how many similar cases are worth showing: further down they
// are no more alike than any two.
const similarShown = 5
