//go:build tune

package golden

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

// second reads the second set of questions, which is for development too.
func second(t *testing.T) []retrieval.Golden { return more(t, "second/golden.jsonl") }

func more(t *testing.T, path string) []retrieval.Golden {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	out, err := retrieval.ReadGolden(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// report prints the figures of a set on one line, nDCG@5 per kind.
func report(t *testing.T, e *retrieval.Engine, name string, q []retrieval.Golden) {
	out, err := e.Evaluate(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string][]retrieval.Outcome{}
	var kinds []string
	for _, o := range out {
		if by[o.Golden.Kind] == nil {
			kinds = append(kinds, o.Golden.Kind)
		}
		by[o.Golden.Kind] = append(by[o.Golden.Kind], o)
	}
	slices.Sort(kinds)
	f := retrieval.Sum(out)
	fmt.Printf("%s all %.4f goal %.4f refused %d/%d out %d/%d  | ", name, f.NDCG5, goal(f), f.Refused, f.Answerable, f.OutsideRefused, f.Outside)
	for _, k := range kinds {
		if k != "out" {
			fmt.Printf("%s %.3f ", k[:min(4, len(k))], retrieval.Sum(by[k]).NDCG5)
		}
	}
	fmt.Println()
}

// TestProbe prints the figures of the development questions, with refusals and
// without: the second says what the ranking alone does.
func TestProbe(t *testing.T) {
	e := engine(t, retrieval.DefaultWeights())
	for _, bias := range []float64{e.Weights.Border.Bias, -100} {
		e.Weights.Border.Bias = bias
		fmt.Printf("border at %g\n", bias)
		report(t, e, "first ", half(t, true))
		report(t, e, "second", second(t))
	}
}
