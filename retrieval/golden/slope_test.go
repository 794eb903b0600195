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
	for _, keep := range []int{0, 4, 8, 12, 16, 20, 30} {
		cut := map[cases.ID][]string{}
		for id, l := range lines {
			for i, s := range l {
				if (i*7)%len(l) < keep*len(l)/24+1 || keep >= 30 {
					if keep > 0 {
						cut[id] = append(cut[id], s)
					}
				}
			}
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
	}
}
