//go:build tune

package golden

import (
	"context"
	"fmt"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

// TestProbe prints the figures of the development half, per kind.
func TestProbe(t *testing.T) {
	e := engine(t, retrieval.DefaultWeights())
	out, err := e.Evaluate(context.Background(), half(t, true))
	if err != nil {
		t.Fatal(err)
	}
	by := map[string][]retrieval.Outcome{}
	for _, o := range out {
		by[o.Golden.Kind] = append(by[o.Golden.Kind], o)
	}
	for k, o := range by {
		fmt.Printf("%s %.3f  ", k, retrieval.Sum(o).NDCG5)
	}
	f := retrieval.Sum(out)
	fmt.Printf("\nall %.4f goal %.4f refused %d/%d out %d/%d\n", f.NDCG5, goal(f), f.Refused, f.Answerable, f.OutsideRefused, f.Outside)
}
