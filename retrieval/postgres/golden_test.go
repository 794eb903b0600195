package postgres

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/golden"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// wordsOnly hides the phrase vectors from a store, which in a large book only score and do not find: without them both ways find the same.
type wordsOnly struct{ retrieval.Store }

func (w wordsOnly) Candidates(ctx context.Context, probe retrieval.Probe) (retrieval.Candidates, error) {
	probe.Phrase = nil
	return w.Store.Candidates(ctx, probe)
}

// TestBothStoresGiveOneOrder asks every golden question of both halves of either store. What it prints names a question by its id alone:
// nobody should come to know the test half by a failing test.
func TestBothStoresGiveOneOrder(t *testing.T) {
	t.Parallel()
	questions, err := golden.Questions()
	if err != nil {
		t.Fatal(err)
	}
	file, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "jirei.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	lexicon, err := retrieval.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := retrieval.EmbeddedExpansions()
	if err != nil {
		t.Fatal(err)
	}
	on := func(store retrieval.Store) *retrieval.Engine { return retrieval.New(store, lexicon, lines) }
	small, large := fresh(t, retrieval.ExactPassages), fresh(t, 0)
	for _, store := range []retrieval.Store{file, small, large} {
		indexEmbedded(t, on(store))
	}
	for name, pair := range map[string][2]*retrieval.Engine{
		"in memory":       {on(file), on(small)},
		"in the database": {on(wordsOnly{file}), on(wordsOnly{large})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hits := 0
			for _, g := range questions {
				hits += oneOrder(t, g, pair)
			}
			if hits < 10*len(questions)/2 {
				t.Errorf("%d hits for %d questions; too few to prove anything", hits, len(questions))
			}
		})
	}
}

func indexEmbedded(t *testing.T, e *retrieval.Engine) {
	t.Helper()
	book, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := e.Prepare(t.Context(), book)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Apply(t.Context(), e.Store()); err != nil {
		t.Fatal(err)
	}
}

// oneOrder compares two answers and returns how many hits they have.
func oneOrder(t *testing.T, g retrieval.Golden, pair [2]*retrieval.Engine) int {
	t.Helper()
	var results [2]retrieval.Result
	for i, e := range pair {
		r, err := e.Ask(t.Context(), g.Q, g.History, 61)
		if err != nil {
			t.Fatal(g.ID, err)
		}
		results[i] = r
	}
	a, b := results[0], results[1]
	if a.Refused != b.Refused || a.Exact != b.Exact || a.Unstated != b.Unstated || (a.Count == nil) != (b.Count == nil) || a.Count != nil && *a.Count != *b.Count {
		t.Errorf("%s: the stores do not agree on what kind of answer it is", g.ID)
	}
	for what, lists := range map[string][2][]retrieval.Hit{"hits": {a.Hits, b.Hits}, "nearest": {a.Nearest, b.Nearest}} {
		if len(lists[0]) != len(lists[1]) {
			t.Errorf("%s: %d and %d %s", g.ID, len(lists[0]), len(lists[1]), what)
			continue
		}
		for i, h := range lists[0] {
			other := lists[1][i]
			if h.Case.ID != other.Case.ID || h.Matched != other.Matched || math.Abs(h.Score-other.Score) > 1e-5 {
				t.Errorf("%s: %s differ at place %d", g.ID, what, i+1)
				break
			}
		}
	}
	return len(a.Hits) + len(a.Nearest)
}
