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

// fresh reads more development questions.
func fresh(t *testing.T) []retrieval.Golden {
	f, err := os.Open("second/golden.jsonl")
	if err != nil {
		return nil
	}
	out, err := retrieval.ReadGolden(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func third(t *testing.T) []retrieval.Golden {
	f, err := os.Open("third/golden.jsonl")
	if err != nil {
		return nil
	}
	out, err := retrieval.ReadGolden(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

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

// TestProbe prints the figures of the development half, per kind.
func TestProbe(t *testing.T) {
	e := engine(t, retrieval.DefaultWeights())
	report(t, e, "dev  ", half(t, true))
	report(t, e, "fresh", fresh(t))
	report(t, e, "third", third(t))
	e.Weights.Border.Bias = -100
	report(t, e, "third", third(t))
	report(t, e, "dev  ", half(t, true))
	report(t, e, "fresh", fresh(t))
}
