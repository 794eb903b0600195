//go:build tune

package golden

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

// TestRefuse prints what refusals are decided by, a line per development question.
func TestRefuse(t *testing.T) {
	w := retrieval.DefaultWeights()
	w.Border.Bias = -100
	e := engine(t, w)
	f, err := os.Create("/tmp/ph/refuse.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range append(half(t, true), fresh(t)...) {
		r, err := e.Ask(context.Background(), g.Q, g.History, 61)
		if err != nil {
			t.Fatal(err)
		}
		if r.Exact || r.Query.Intent == retrieval.Similar {
			continue
		}
		var share, row, near float64
		for i, h := range r.Hits {
			if i < 3 {
				share, row = max(share, h.Why.Share), max(row, h.Why.RowShare)
			}
			near = max(near, h.Why.Near)
		}
		facets := 0
		if !r.Query.Facets.Empty() {
			facets = 1
		}
		out := 0
		if len(g.Rel) == 0 {
			out = 1
		}
		top := 0.0
		name := ""
		if len(r.Query.Senses) > 0 {
			top, name = r.Query.Senses[0].Weight, r.Query.Senses[0].Name
		}
		fmt.Fprintf(f, "%s\t%s\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%d\t%.4f\t%s\t%s\n", g.ID, g.Kind, out, share, row, near, r.Query.Outside, facets, top, name, g.Q)
	}
}
