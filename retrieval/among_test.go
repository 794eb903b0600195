package retrieval_test

import (
	"slices"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// The cases shown, of the embedded book: p.7 has 21 to 50 people, p.14 101 to 300, p.17 up to 5 and two stars, p.9 21 to 50 and
// three, p.59 states neither.
func TestOrderAmongTheShown(t *testing.T) {
	t.Parallel()
	e := casebook(t)
	before := []retrieval.Turn{{Text: "UTMを導入した会社の事例は？", Cases: []cases.ID{"ipa2021/7", "ipa2021/14", "ipa2021/59", "ipa2021/17", "ipa2021/9"}}}
	for _, c := range []struct {
		name, question, pages string
		sorting               retrieval.Sorting
		unstated              int
	}{
		{"the issue's own words", "そのうち従業員が少ないのは？", "[17 7 9 14 59]", retrieval.Smallest, 1},
		{"a superlative alone", "一番小さい会社は？", "[17 7 9 14 59]", retrieval.Smallest, 1},
		{"in order of size", "その中で規模の小さい順に", "[17 7 9 14 59]", retrieval.Smallest, 1},
		{"the largest", "その中で一番大きい会社は？", "[14 7 9 17 59]", retrieval.Largest, 1},
		{"many people", "このうち社員が多いのはどこ？", "[14 7 9 17 59]", retrieval.Largest, 1},
		{"the most stars", "そのうち重要度が高いのは？", "[9 17 7 14 59]", retrieval.MostStars, 3},
		{"the fewest stars", "その中で一番重要度が低いのは？", "[17 9 7 14 59]", retrieval.FewestStars, 3},
		{"with a facet", "そのうち製造業で従業員が少ないのは？", "[17 14]", retrieval.Smallest, 0},
		{"in English", "Which of them has the fewest employees?", "[17 7 9 14 59]", retrieval.Smallest, 1},
		{"in English, the largest", "Which of those is the largest company?", "[14 7 9 17 59]", retrieval.Largest, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := e.AskTurn(t.Context(), retrieval.Turn{Text: c.question}, before, 10)
			if err != nil {
				t.Fatal(err)
			}
			if got := pagesOf(r.Hits); got != c.pages || r.Sorting != c.sorting || r.Unstated != c.unstated {
				t.Errorf("pages %s, sorting %d, unstated %d", got, r.Sorting, r.Unstated)
			}
		})
	}
	t.Run("what follows an order is about what came before it", func(t *testing.T) {
		t.Parallel()
		history := append(slices.Clone(before), retrieval.Turn{Text: "そのうち従業員が少ないのは？", Cases: before[0].Cases})
		r, err := e.AskTurn(t.Context(), retrieval.Turn{Text: "建設業では？"}, history, 10)
		if err != nil || r.Query.Facets.Size != nil || r.Query.Merged != before[0].Text || len(r.Hits) == 0 || r.Hits[0].Case.Page != 7 {
			t.Errorf("%s, %+v, %v", pagesOf(r.Hits), r.Query.Facets, err)
		}
	})
	for name, c := range map[string]struct {
		question string
		history  []retrieval.Turn
	}{
		"nothing was asked before":       {"そのうち従業員が少ないのは？", nil},
		"what was shown is not known":    {"そのうち従業員が少ないのは？", []retrieval.Turn{{Text: "UTMを導入した会社の事例は？"}}},
		"a topic of its own":             {"そのうち従業員が少なくてもバックアップを取っている会社は？", before},
		"a facet, not an order":          {"従業員が少ない会社の事例は？", before},
		"another question":               {"取引先から認証取得を求められた会社は？", before},
		"a page":                         {"p.14 の一番大きい会社は？", before},
		"what is smallest is no company": {"一番小さい投資で効果があった対策は？", before},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := e.AskTurn(t.Context(), retrieval.Turn{Text: c.question}, c.history, 10)
			if err != nil || r.Sorting != retrieval.Unsorted {
				t.Errorf("sorting %d of %s, %v", r.Sorting, pagesOf(r.Hits), err)
			}
		})
	}
}
