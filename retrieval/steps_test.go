package retrieval

import (
	"context"
	"slices"

	"github.com/jirei/jirei/embeddings"
)

// Step is one step of a search, ready to be timed: Run does it for the i-th of
// N questions.
type Step struct {
	Name string
	N    int
	Run  func(i int)
}

// stepped is what each step of one question needs of the steps before it.
type stepped struct {
	golden Golden
	text   text
	grams  []string
	query  Query
	probed probed
	found  []Candidate
	hits   []Hit
}

// Steps returns the steps of a search for questions; a question that ends at
// facets takes no part in those of ranking.
func (e *Engine) Steps(ctx context.Context, questions []Golden) ([]Step, error) {
	book, err := e.store.Current(ctx)
	if err != nil {
		return nil, err
	}
	var all, ranked []stepped
	for _, g := range questions {
		s := stepped{golden: g, text: newText(Clean(g.Q)), query: e.Understand(g.Q, g.History, book)}
		s.grams = e.lexicon.grams(matchable(s.query.Text), e.lexicon.concepts(embeddings.Fold(s.query.Text)))
		all = append(all, s)
		if len(s.query.Content) == 0 || s.query.Intent == Similar {
			continue
		}
		s.probed = e.probe(s.query, book)
		s.probed.probe.Limit, s.probed.probe.Phrase = 100, s.query.Phrase
		found, err := e.store.Candidates(ctx, s.probed.probe)
		if err != nil {
			return nil, err
		}
		s.found = found.Found
		s.hits = fuse(e.Weights, s.query.Facets, s.probed, s.found)
		ranked = append(ranked, s)
	}
	of := func(name string, list []stepped, run func(s stepped)) Step {
		return Step{name, len(list), func(i int) { run(list[i]) }}
	}
	return []Step{
		of("understand", all, func(s stepped) { e.Understand(s.golden.Q, s.golden.History, book) }),
		of("understand/forms", all, func(s stepped) { e.lexicon.matchGaps(s.text); e.lexicon.match(s.text) }),
		of("understand/phrase", all, func(s stepped) {
			e.lexicon.phrases.Read(s.grams)
		}),
		of("probe", ranked, func(s stepped) { e.probe(s.query, book) }),
		of("candidates", ranked, func(s stepped) { _, err = e.store.Candidates(ctx, s.probed.probe) }),
		of("fuse", ranked, func(s stepped) { fuse(e.Weights, s.query.Facets, s.probed, s.found) }),
		of("refusal", ranked, func(s stepped) { // and a copy of the hits, which judging changes
			r := Result{Query: s.query, Book: book, Held: held(s.query, book)}
			e.judge(&r, slices.Clone(s.hits), 10)
		}),
	}, nil
}
