//go:build tune

package golden

import (
	"context"
	"fmt"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

func TestSlope(t *testing.T) {
	words, _ := retrieval.EmbeddedLexicon()
	lines, _ := retrieval.EmbeddedExpansions()
	book, _ := cases.Embedded()
	for _, keep := range []int{23, 38, 53, 68, 85, 100, 200} {
		cut := map[cases.ID][]string{}
		for id, l := range lines {
			cut[id] = l[:min(len(l), keep)]
		}
		e := retrieval.New(&memory{}, words, cut)
		e.Weights = retrieval.DefaultWeights()
		e.Weights.Border.Bias = -100
		plan, err := e.Prepare(context.Background(), book)
		if err != nil {
			t.Fatal(err)
		}
		_ = plan.Apply(context.Background(), e.Store())
		fmt.Println(keep)
		report(t, e, "dev  ", half(t, true))
		report(t, e, "fresh", fresh(t))
		report(t, e, "third", third(t))
	}
}
