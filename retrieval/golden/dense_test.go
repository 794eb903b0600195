package golden

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/embeddings/embeddingstest"
	"github.com/jirei/jirei/retrieval"
)

// model is an embedding model in this process. What it fails with, it fails
// with for questions alone.
type model struct {
	of    embeddingstest.Vector
	fails error
}

func (model) Space() embeddings.Space { return embeddings.Space{Model: "m"} }

func (m model) Question(_ context.Context, _ embeddings.Space, text, probe string) (question, probed []float32, err error) {
	return m.of(text), m.of(probe), m.fails
}

func (m model) Passages(_ context.Context, _ embeddings.Space, texts []string, use func(int, [][]float32) error) error {
	out := make([][]float32, len(texts))
	for i, t := range texts {
		out[i] = m.of(t)
	}
	return use(0, out)
}

// indexedBy returns an engine on the embedded book with vectors by a model.
func indexedBy(tb testing.TB, m model) *retrieval.Engine {
	tb.Helper()
	must := func(err error) {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
	}
	e := embedded(tb)
	e.Embedder = m
	book, err := cases.Embedded()
	must(err)
	plan, err := e.PrepareAs(tb.Context(), book, retrieval.Order{Space: m.Space()})
	must(err)
	must(e.Embed(tb.Context(), &plan, nil))
	must(plan.Apply(tb.Context(), e.Store()))
	return e
}

// development asks the development half, and says how good the ranking is.
func development(t *testing.T, e *retrieval.Engine) ([]retrieval.Outcome, float64) {
	t.Helper()
	all, err := Questions()
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Evaluate(t.Context(), slices.DeleteFunc(all, func(g retrieval.Golden) bool { return !Development(g.ID) }))
	if err != nil {
		t.Fatal(err)
	}
	return out, retrieval.Sum(out).NDCG5
}

// Vectors that mean nothing may cost a hundredth at most: what the words say must
// stay audible beside them. The fewer dimensions the louder noise is; of 64, which
// no model of today has, it costs 0.009 at worst.
func TestNoiseCostsLittle(t *testing.T) {
	t.Parallel()
	_, without := development(t, embedded(t))
	for _, dim := range []int{256, 1536} {
		_, with := development(t, indexedBy(t, model{of: embeddingstest.Noise(dim, 0)}))
		t.Logf("nDCG@5 without vectors %.4f, with noise of %d dimensions %.4f", without, dim, with)
		if with < without-0.01 {
			t.Errorf("noise of %d dimensions lowers nDCG@5 from %.4f to %.4f", dim, without, with)
		}
	}
}

// Vectors that know something must be heard: a question's points a little to the
// cases that answer it, by a cosine of some 0.3 over one of 0. In the second
// model all texts lie close together, as e5's do, by 0.8 of the way.
func TestAModelThatKnowsSomethingHelps(t *testing.T) {
	t.Parallel()
	_, without := development(t, embedded(t))
	for _, together := range []float32{0, 0.8} {
		_, with := development(t, indexedBy(t, model{of: knowing(t, together)}))
		t.Logf("nDCG@5 without vectors %.4f, with a model of cosines from %.1f on %.4f", without, together, with)
		if with < without+0.01 {
			t.Errorf("%.4f, without vectors %.4f", with, without)
		}
	}
}

// knowing is a model that was told which cases answer which question.
func knowing(t *testing.T, together float32) embeddingstest.Vector {
	t.Helper()
	all, err := Questions()
	if err != nil {
		t.Fatal(err)
	}
	book, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	const dim = 160
	base := embeddingstest.Noise(dim, 7)
	of := map[int][]float32{}
	for _, c := range book.Cases {
		of[c.Page] = base(c.Title)
	}
	own := func(text string) []float32 {
		for _, c := range book.Cases {
			if strings.HasPrefix(text, c.Title) {
				text = c.Title
			}
		}
		v := base(text)
		for _, g := range all {
			if !strings.HasSuffix(text, g.Q) {
				continue
			}
			for page := range g.Rel {
				n, _ := strconv.Atoi(page) // ReadGolden has seen to that
				for i, x := range of[n] {
					v[i] += 0.15 * float32(g.Rel[page]) * x
				}
			}
			break
		}
		return v
	}
	common := base("what all texts have in common")
	return func(text string) []float32 {
		v := own(text)
		for i := range v {
			v[i] = v[i]*(1-together) + common[i]*together
		}
		return v
	}
}

// Where the model does not answer a question, or is another one by now, the
// ranking is that of the embedded default, and says so.
func TestWithoutTheModelNothingIsWorse(t *testing.T) {
	t.Parallel()
	plain, _ := development(t, embedded(t))
	down := errors.New("the server is down")
	for name, c := range map[string]struct {
		now  model
		want error
	}{
		"down":    {model{of: embeddingstest.Words(64, 1), fails: down}, down},
		"another": {model{of: embeddingstest.Words(64, 2)}, retrieval.ErrOtherModel},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := indexedBy(t, model{of: embeddingstest.Words(64, 1)})
			e.Embedder = c.now
			out, _ := development(t, e)
			blind := 0
			for i, o := range out {
				if fmt.Sprint(o.Pages, o.Refused) != fmt.Sprint(plain[i].Pages, plain[i].Refused) {
					t.Errorf("%s: %v, want %v", o.Golden.Q, o.Pages, plain[i].Pages)
				}
				if o.Result.Blind != nil {
					blind++
				}
				if o.Result.Blind != nil && !errors.Is(o.Result.Blind, c.want) {
					t.Errorf("%s: %v, want %v", o.Golden.Q, o.Result.Blind, c.want)
				}
			}
			if blind < len(out)/2 {
				t.Errorf("%d of %d results say that they are without vectors", blind, len(out))
			}
		})
	}
}

// BenchmarkQuestion is what vectors add to the search of a question, the way to
// the model aside.
func BenchmarkQuestion(b *testing.B) {
	for name, e := range map[string]*retrieval.Engine{
		"without": embedded(b), "vectors=1536": indexedBy(b, model{of: embeddingstest.Noise(1536, 1)}),
	} {
		if e.Embedder != nil { // the question's vector is another's work
			v := embeddingstest.Noise(1536, 1)
			question, probe := v("question"), v(retrieval.ProbeText)
			e.Embedder = model{of: func(text string) []float32 {
				if text == retrieval.ProbeText {
					return probe
				}
				return question
			}}
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := e.Ask(b.Context(), "USBメモリの紛失を防いだ会社は？", nil, 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
