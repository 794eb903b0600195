package retrieval

import (
	"math"
	"strings"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// The expected numbers are worked out by hand: a gain is 2^grade-1 (2 gives 3,
// 1 gives 1), and rank r divides by log2(r+1): 1, 1.5849625, 2, 2.3219281, 2.5849625.
func TestMeasures(t *testing.T) {
	t.Parallel()
	rel := func(pairs ...int) Golden {
		g := Golden{Rel: map[string]int{}}
		for i := 0; i < len(pairs); i += 2 {
			g.Rel[digitsOf(pairs[i])] = pairs[i+1]
		}
		return g
	}
	const log3 = 1.584962500721156
	many := rel(1, 2, 2, 2, 3, 2, 4, 2, 5, 2, 6, 2, 7, 1)
	for name, c := range map[string]struct {
		golden                Golden
		pages                 []int
		ndcg, recall, inverse float64
	}{
		"in the best order":          {rel(14, 2, 17, 1), []int{14, 17, 3}, 1, 1, 1},
		"in the other order":         {rel(14, 2, 17, 1), []int{17, 14}, (1 + 3/log3) / (3 + 1/log3), 1, 1},
		"the best one third":         {rel(14, 2), []int{1, 2, 14}, 0.5, 1, 1.0 / 3},
		"the best one sixth":         {rel(14, 2), []int{1, 2, 3, 4, 5, 14}, 0, 0, 1.0 / 6},
		"only the lesser one":        {rel(14, 2, 17, 1), []int{17}, 1 / (3 + 1/log3), 0, 1},
		"only lesser ones exist":     {rel(17, 1, 18, 1), []int{17}, 1 / (1 + 1/log3), 0.5, 1},
		"nothing found":              {rel(14, 2), nil, 0, 0, 0},
		"nothing relevant found":     {rel(14, 2), []int{1, 2, 3}, 0, 0, 0},
		"more to find than five":     {many, []int{1, 2, 3, 4, 6, 5}, 1, 1, 1},
		"three of more than five":    {many, []int{1, 9, 2, 8, 3}, (3 + 3/2.0 + 3/math.Log2(6)) / (3 + 3/log3 + 3/2.0 + 3/math.Log2(5) + 3/math.Log2(6)), 0.6, 1},
		"a page graded 0 is nothing": {rel(14, 2, 3, 0), []int{3, 14}, 1 / log3, 1, 0.5},
	} {
		if got := ndcg(c.golden, c.pages, 5); !near(got, c.ndcg) {
			t.Errorf("%s: nDCG@5 %v, want %v", name, got, c.ndcg)
		}
		if got := recall(c.golden, c.pages, 5); !near(got, c.recall) {
			t.Errorf("%s: recall@5 %v, want %v", name, got, c.recall)
		}
		if got := reciprocal(c.golden, c.pages); !near(got, c.inverse) {
			t.Errorf("%s: reciprocal rank %v, want %v", name, got, c.inverse)
		}
	}
}

func digitsOf(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return digitsOf(n/10) + digitsOf(n%10)
}

func TestSum(t *testing.T) {
	t.Parallel()
	answerable := Golden{Rel: map[string]int{"14": 2}}
	expected := Golden{Rel: map[string]int{}, Expect: &struct {
		Count *int  `json:"count"`
		Pages []int `json:"pages"`
	}{}}
	got := Sum([]Outcome{
		{Golden: answerable, Pages: []int{14}, NDCG5: 1},
		{Golden: answerable, Pages: []int{3, 14}, NDCG5: 0.5},
		{Golden: answerable, Pages: []int{14}, NDCG5: 1, Refused: true}, // counts 0 in each mean
		{Golden: Golden{}, Refused: true},
		{Golden: Golden{}},
		{Golden: expected, Exact: true}, // a count of none is not out of scope
		{Golden: expected},
	})
	want := Figures{Recall5: 2.0 / 3, MRR: 0.5, NDCG5: 0.5, Answerable: 3, Refused: 1, Outside: 2, OutsideRefused: 1, Expected: 2, Exact: 1}
	if !near(got.Recall5, want.Recall5) || !near(got.MRR, want.MRR) || !near(got.NDCG5, want.NDCG5) {
		t.Errorf("means %+v, want %+v", got, want)
	}
	got.Recall5, got.MRR, got.NDCG5 = want.Recall5, want.MRR, want.NDCG5
	if got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if none := Sum(nil); none != (Figures{}) {
		t.Errorf("figures of nothing: %+v", none)
	}
}

func TestReadGolden(t *testing.T) {
	t.Parallel()
	good := `{"id":"a","q":"質問","kind":"natural","rel":{"14":2}}` + "\n\n" + `{"id":"b","q":"何件","history":["前"],"expect":{"count":0,"pages":[]}}`
	list, err := ReadGolden(strings.NewReader(good))
	if err != nil || len(list) != 2 || list[0].Grade(14) != 2 || list[0].Grade(15) != 0 || list[1].Expect == nil || *list[1].Expect.Count != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	for name, bad := range map[string]string{
		"no JSON":               "{",
		"no question":           `{"id":"a"}`,
		"a page that is none":   `{"q":"質問","rel":{"p.14":2}}`,
		"a grade that is none":  `{"q":"質問","rel":{"14":3}}`,
		"a grade below nothing": `{"q":"質問","rel":{"14":-1}}`,
		"a list for an object":  `[]`,
		"a line without an end": `{"q":"` + strings.Repeat("a", 1<<21) + `"}`,
	} {
		if _, err := ReadGolden(strings.NewReader(`{"q":"よい行"}` + "\n" + bad)); err == nil {
			t.Errorf("%s was read", name)
		} else if !strings.Contains(err.Error(), "line 2") && name != "a line without an end" {
			t.Errorf("%s: %v does not say line 2", name, err)
		}
	}
}
