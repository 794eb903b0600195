package retrieval_test

import (
	"strings"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

func TestAskWithoutFacets(t *testing.T) {
	t.Parallel()
	e := shop(t)
	for _, c := range []struct {
		name, question string
		without        string
		history        []retrieval.Turn
		pages          string
		left, removed  string // kinds
		count          int    // -1: none is told
		refused        bool
	}{
		{"one of two facets", "建設業の被害は何件", "category", nil, "[2 5 6]", "industry", "category", 3, false},
		{"the only facet of a count", "建設業は何件", "industry", nil, "[2 3 1 4 5 6]", "", "industry", 6, false},
		{"the only facet of a lookup", "★2", "stars", nil, "[2 3 1 4 5 6]", "", "stars", 6, false},
		{"a facet beside a topic", "建設業でバックアップを取る", "industry", nil, "[3 1 4]", "", "industry", -1, false},
		{"a facet beside a topic of another book", "建設業で宇宙船を操縦", "industry", nil, "[]", "", "industry", -1, true},
		{"a facet that is not there", "建設業は何件", "stars", nil, "[2 5 6]", "industry", "", 3, false},
		{"a facet beside a word that is none", "宇宙業 被害有", "category", nil, "[]", "", "category", -1, true},
		{"an inherited facet", "★3は？", "industry", []retrieval.Turn{{Text: "製造業は何件"}}, "[2]", "stars", "industry", -1, false},
		{"a facet taken out of the question before", "★3は？", "", []retrieval.Turn{{Text: "製造業は何件", Without: []string{"industry"}}}, "[2]", "stars", "", -1, false},
		{"a facet taken out two questions before", "★3は？", "", []retrieval.Turn{{Text: "製造業は何件", Without: []string{"industry"}}, {Text: "被害有は？"}}, "[3 1 4]", "category stars", "", -1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := e.AskTurn(t.Context(), retrieval.Turn{Text: c.question, Without: strings.Fields(c.without)}, c.history, 10)
			if err != nil {
				t.Fatal(err)
			}
			count := -1
			if r.Count != nil {
				count = *r.Count
			}
			if got := pagesOf(r.Hits); got != c.pages || count != c.count || r.Refused != c.refused {
				t.Errorf("pages %s, count %d, refused %v", got, count, r.Refused)
			}
			if left, removed := kindsOf(r.Query.Facets), kindsOf(r.Query.Removed); left != c.left || removed != c.removed {
				t.Errorf("left %q, removed %q", left, removed)
			}
		})
	}
}

func kindsOf(f retrieval.Facets) string {
	var out []string
	for _, kind := range []string{"industry", "not_industry", "category", "not_category", "size", "stars", "pages"} {
		if !f.Only(kind).Empty() {
			out = append(out, kind)
		}
	}
	return strings.Join(out, " ")
}

// The words of a category go with it: nothing is matched by what was taken out.
func TestWordsOfACategoryGoWithIt(t *testing.T) {
	t.Parallel()
	e := shop(t)
	const question = "被害にあった会社はバックアップを取った？"
	for _, c := range []struct {
		without []string
		want    bool
	}{{nil, true}, {[]string{"category"}, false}} {
		r, err := e.AskTurn(t.Context(), retrieval.Turn{Text: question, Without: c.without}, nil, 10)
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, f := range r.Query.Content {
			got = got || r.Query.Spans[f.Span].Kind == "facet"
		}
		if got != c.want {
			t.Errorf("without %v: words of the facet rank: %v", c.without, got)
		}
	}
}
