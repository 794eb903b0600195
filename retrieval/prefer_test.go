package retrieval_test

import (
	"slices"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// The asker's company ranks, and neither filters, matches nor refuses.
func TestAskPreferring(t *testing.T) {
	t.Parallel()
	e := shop(t)
	builder := retrieval.Facets{Industry: []string{"建設業"}, Size: &cases.Size{Min: 30, Max: 30}}
	stars := 1
	for _, c := range []struct {
		name, question string
		prefer         retrieval.Facets
		before, after  string
	}{
		{"a lookup has the company's first", "★1以上", builder, "[2 3 1 4]", "[2 3 1 4]"},
		{"a stated industry is not the company's", "製造業の事例", builder, "[3 1 4]", "[3 1 4]"},
		{"a topic that another industry has", "バックアップを取る", builder, "[3 1 4]", "[3 1 4]"},
		{"a topic that the company's industry has", "バックアップを取る", retrieval.Facets{Stars: &stars}, "[3 1 4]", "[1 4 3]"},
		{"what the book does not hold stays refused", "宇宙船を操縦", builder, "[]", "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			plain, err := e.AskTurn(t.Context(), retrieval.Turn{Text: c.question}, nil, 10)
			if err != nil {
				t.Fatal(err)
			}
			with, err := e.AskTurn(t.Context(), retrieval.Turn{Text: c.question, Prefer: c.prefer}, nil, 10)
			if err != nil {
				t.Fatal(err)
			}
			if pagesOf(plain.Hits) != c.before || pagesOf(with.Hits) != c.after {
				t.Errorf("%s, and preferring %s", pagesOf(plain.Hits), pagesOf(with.Hits))
			}
			for _, h := range plain.Hits {
				i := slices.IndexFunc(with.Hits, func(o retrieval.Hit) bool { return o.Case.ID == h.Case.ID })
				if i < 0 || with.Hits[i].Matched != h.Matched {
					t.Errorf("p.%d: another match than without", h.Case.Page)
				}
			}
			if plain.Refused != with.Refused {
				t.Error("refused once, and once not")
			}
		})
	}
}
