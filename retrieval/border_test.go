package retrieval

import (
	"math"
	"testing"
)

func TestWhatTheFieldNamesOfAQuestion(t *testing.T) {
	t.Parallel()
	span := func(kind, text, means string) Span { return Span{Kind: kind, Text: text, Means: means, Certain: 1} }
	for name, c := range map[string]struct {
		spans       []Span
		known, said float64
	}{
		"nothing read":              {nil, saidNothing, 0},
		"a facet says nothing":      {[]Span{span("facet", "製造業", "製造業")}, saidNothing, 0},
		"two keywords of the field": {[]Span{span("concept", "クレカ", "credit-card"), span("concept", "不正利用", "fraud")}, 1, 7.0 / 20},
		"half in unknown words":     {[]Span{span("concept", "補助金", "subsidy"), span("word", "防音壁", "")}, 0.5, 6.0 / 20},
		"a decoy is not the field":  {[]Span{span("concept", "定食", "decoy-lunch"), span("concept", "控え", "backup")}, 0.5, 4.0 / 20},
		"no longer than long":       {[]Span{span("word", "あいうえおかきくけこさしすせそたちつてとなにぬねの", "")}, 0, 1},
		"inside a longer word":      {[]Span{{Kind: "concept", Text: "退職", Means: "leaving", Certain: 0.5}, span("word", "金制", "")}, 0.25, 4.0 / 20},
	} {
		known, said := Query{Spans: c.spans}.named()
		if math.Abs(known-c.known) > 1e-9 || math.Abs(said-c.said) > 1e-9 {
			t.Errorf("%s: known %.3f, said %.3f; want %.3f, %.3f", name, known, said, c.known, c.said)
		}
	}
}

func TestBorderTermsPullTheirWay(t *testing.T) {
	t.Parallel()
	b := DefaultWeights().Border
	q := Query{Outside: 0.4, Spans: []Span{{Kind: "concept", Text: "生成AI", Means: "generative-ai", Certain: 1}}}
	sum := b.Sum(q, 0.5, 0.5, 0.5)
	if b.Sum(q, 0.9, 0.5, 0.5) >= sum || b.Sum(q, 1, 0.5, 0.5) > b.Sum(unknown(q), 1, 0.5, 0.5) || b.Sum(q, 0.5, 0.9, 0.5) >= sum || b.Sum(q, 0.5, 0.5, 0.9) >= sum {
		t.Error("what the book holds of a question speaks for an answer")
	}
	if b.Sum(unknown(q), 0.5, 0.5, 0.5) >= sum {
		t.Error("what is understood and stands in no row speaks for a refusal, and a word that nobody knows does not")
	}
	outside := q
	outside.Outside = 0.9
	if b.Sum(outside, 0.5, 0.5, 0.5) <= sum {
		t.Error("what is outside the field speaks for a refusal")
	}
}

// unknown is a question whose words nobody knows.
func unknown(q Query) Query {
	q.Spans = []Span{{Kind: "word", Text: "生成AI", Certain: 1}}
	return q
}
