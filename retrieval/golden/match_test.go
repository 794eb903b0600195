//go:build tune

package golden

import (
	"context"
	"fmt"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

// TestMatch prints how well different rules tell matches from related cases.
func TestMatch(t *testing.T) {
	w := retrieval.DefaultWeights()
	e := engine(t, w)
	type rule struct {
		name string
		ok   func(r retrieval.Result, h retrieval.Hit, i int) bool
	}
	rules := []rule{{"now", func(_ retrieval.Result, h retrieval.Hit, _ int) bool { return h.Matched }}}
	for _, th := range []float64{0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9} {
		rules = append(rules, rule{fmt.Sprintf("score %.2f", th), func(r retrieval.Result, h retrieval.Hit, _ int) bool { return h.Score >= th*r.Hits[0].Score }})
		rules = append(rules, rule{fmt.Sprintf("both %.2f", th), func(r retrieval.Result, h retrieval.Hit, i int) bool {
			return i == 0 || h.Matched && h.Score >= th*r.Hits[0].Score
		}})
	}
	type sums struct{ shown, right, right2, want2, got2, first, n float64 }
	got := make([]sums, len(rules))
	for _, g := range append(half(t, true), second(t)...) {
		if len(g.Rel) == 0 {
			continue
		}
		r, err := e.Ask(context.Background(), g.Q, g.History, 10)
		if err != nil {
			t.Fatal(err)
		}
		if r.Refused || r.Exact || r.Count != nil || len(r.Hits) == 0 {
			continue
		}
		for k, rule := range rules {
			s := &got[k]
			s.n++
			for _, grade := range g.Rel {
				if grade == 2 {
					s.want2++
				}
			}
			for i, h := range r.Hits {
				if !rule.ok(r, h, i) {
					continue
				}
				if i == 0 {
					s.first++
				}
				s.shown++
				if g.Grade(h.Case.Page) >= 1 {
					s.right++
				}
				if g.Grade(h.Case.Page) == 2 {
					s.right2++
				}
			}
		}
	}
	for k, rule := range rules {
		s := got[k]
		p, p2, rec := s.right/s.shown, s.right2/s.shown, s.right2/s.want2
		fmt.Printf("%-10s shown %.2f a question, precision>=1 %.3f precision2 %.3f recall2 %.3f F %.3f first %.2f\n", rule.name, s.shown/s.n, p, p2, rec, 2*p*rec/(p+rec), s.first/s.n)
	}
}
