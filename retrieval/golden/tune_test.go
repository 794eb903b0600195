//go:build tune

// Weights are chosen here: coordinate ascent on the development half.
//
//	go test -tags tune -run Tune -v ./retrieval/golden
package golden

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// memory is a Store that holds one generation, for speed.
type memory struct {
	g *retrieval.Generation
	s *retrieval.Snapshot
	c []cases.Case
}

func (m *memory) Current(context.Context) (*retrieval.Generation, error) {
	if m.g == nil {
		return &retrieval.Generation{}, nil
	}
	return m.g, nil
}

func (m *memory) Put(_ context.Context, ch retrieval.Change) error {
	m.s = retrieval.NewSnapshot(1, ch.Upsert)
	m.c = nil
	for _, e := range ch.Upsert {
		m.c = append(m.c, e.Case)
	}
	m.g = &retrieval.Generation{Number: 1, Book: ch.Book, Features: ch.Features, Average: ch.Average, AverageLine: ch.AverageLine, DF: m.s.DF()}
	m.g.Describe(m.c)
	return nil
}

func (m *memory) Select(_ context.Context, f retrieval.Facets) (found []cases.Case, unstated int, err error) {
	for _, c := range m.c {
		v := f.Judge(c)
		if v.OK() {
			found = append(found, c)
		} else if v.SizeUnstated {
			unstated++
		}
	}
	return found, unstated, nil
}

func (m *memory) Candidates(_ context.Context, p retrieval.Probe) (retrieval.Candidates, error) {
	return m.s.Candidates(p), nil
}

func engine(t *testing.T, w retrieval.Weights) *retrieval.Engine {
	t.Helper()
	words, err := retrieval.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := retrieval.EmbeddedExpansions()
	if err != nil {
		t.Fatal(err)
	}
	book, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	e := retrieval.New(&memory{}, words, lines)
	e.Weights = w
	plan, err := e.Prepare(context.Background(), book)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Apply(context.Background(), e.Store()); err != nil {
		t.Fatal(err)
	}
	return e
}

func half(t *testing.T, development bool) (out []retrieval.Golden) {
	t.Helper()
	all, err := Questions()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range all {
		if Development(g.ID) == development {
			out = append(out, g)
		}
	}
	return out
}

// goal is what is maximised: quality with refusals in, and refusals of what is
// outside weighed as much as an eighth of it, which is about their share.
func goal(f retrieval.Figures) float64 {
	return f.NDCG5 + 0.25*f.Recall5
}

func TestTune(t *testing.T) {
	questions := append(half(t, true), second(t)...)
	w := retrieval.DefaultWeights()
	w.Border.Bias = -100 // refusals are fitted apart, when the ranking stands
	e := engine(t, w)
	score := func() float64 {
		out, err := e.Evaluate(context.Background(), questions)
		if err != nil {
			t.Fatal(err)
		}
		return goal(retrieval.Sum(out))
	}
	best := score()
	fmt.Printf("start %.4f\n", best)
	fixed := map[string]bool{"Title": true, "Measures": true, "FacetField": true, "Dense": true, "Match": true, "Refuse": true, "Border": true}
	for round := 0; round < 3; round++ {
		before := best
		v := reflect.ValueOf(&e.Weights).Elem()
		for i := 0; i < v.NumField(); i++ {
			name := v.Type().Field(i).Name
			if only := os.Getenv("JIREI_TUNE"); fixed[name] || only != "" && !slices.Contains(strings.Fields(only), name) {
				continue
			}
			was := v.Field(i).Float()
			keep := was
			for _, m := range []float64{0, 0.7, 1.4} {
				v.Field(i).SetFloat(was * m)
				if s := score(); s > best+0.0005 {
					best, keep = s, was*m
				}
			}
			v.Field(i).SetFloat(keep)
			if keep != was {
				fmt.Printf("%s %.3g -> %.3g  %.4f\n", name, was, keep, best)
			}
		}
		fmt.Printf("round %d %.4f %+v\n", round, best, e.Weights)
		if best-before < 0.001 {
			break
		}
	}
	report(t, e, "first ", half(t, true))
	report(t, e, "second", second(t))
}
