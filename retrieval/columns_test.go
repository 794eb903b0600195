package retrieval

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/jirei/jirei/embeddings"
)

// moody is an embedder that fails as often as it was told.
type moody struct {
	Embedder
	asked int
	fails []bool
}

func (m *moody) Question(context.Context, embeddings.Space, string, string) (question, probed []float32, err error) {
	m.asked++
	if m.asked <= len(m.fails) && m.fails[m.asked-1] {
		return nil, nil, errors.New("a bad moment")
	}
	return []float32{1}, []float32{1}, nil
}

func TestOnceIsPatientWithWhoHasAnswered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fails []bool
		texts []string
		asked int
		bad   bool
	}{
		"each text once":        {nil, []string{"a", "b", "a "}, 2, false},
		"a bad moment":          {[]bool{false, true, true}, []string{"a", "b"}, 4, false},
		"gone for good":         {[]bool{false, true, true, true, true}, []string{"a", "b"}, 5, true},
		"never there":           {[]bool{true}, []string{"a"}, 1, true},
		"what failed is no way": {[]bool{true}, []string{"a", "a"}, 2, false},
	} {
		m := &moody{fails: c.fails}
		o := &once{Embedder: m, made: map[string][2][]float32{}}
		var err error
		for _, text := range c.texts {
			_, _, err = o.Question(t.Context(), embeddings.Space{}, text, "")
		}
		if m.asked != c.asked || (err != nil) != c.bad {
			t.Errorf("%s: asked %d times, %v", name, m.asked, err)
		}
	}
}

func TestRatio(t *testing.T) {
	t.Parallel()
	ratio, low, high := Ratio([]float64{0.5, 0.5, 1}, []float64{0.2, 0.2, 0.2}, []float64{1, 0.5, 1})
	if math.Abs(ratio-1.25) > 1e-9 || low > ratio || high < ratio {
		t.Errorf("%g, %g to %g", ratio, low, high)
	}
	if ratio, low, high = Ratio([]float64{0.5, 1}, []float64{0, 0}, []float64{0.5, 1}); ratio != 1 || low != 1 || high != 1 {
		t.Errorf("the same: %g, %g to %g", ratio, low, high)
	}
}
