package retrieval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jirei/jirei/embeddings"
)

// Column is how good one way of searching is for each of some questions.
type Column []Outcome

// Columns asks the questions three times: by words, concepts and phrases alone,
// by dense vectors alone, and by both, which is what people get. A question that
// could not be embedded is an error: the columns would lie.
func (e *Engine) Columns(ctx context.Context, questions []Golden) (words, dense, both Column, err error) {
	asked := *e
	asked.Embedder = &once{Embedder: e.Embedder, made: map[string][2][]float32{}, pause: 16 * time.Second}
	if both, err = asked.Evaluate(ctx, questions); err != nil {
		return nil, nil, nil, err
	}
	for _, o := range both {
		if o.Result.Blind != nil {
			return nil, nil, nil, fmt.Errorf("question %s: %w", o.Golden.ID, o.Result.Blind)
		}
	}
	if dense, err = asked.byVectors(ctx, questions); err != nil {
		return nil, nil, nil, err
	}
	asked.Embedder = nil
	words, err = asked.Evaluate(ctx, questions)
	return words, dense, both, err
}

// byVectors ranks all cases by their dense vectors. It refuses nothing and knows
// no facets: that is what vectors alone are.
func (e *Engine) byVectors(ctx context.Context, questions []Golden) (Column, error) {
	book, err := e.store.Current(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the current book: %w", err)
	}
	var out Column
	for _, g := range questions {
		text := g.Q
		if n := len(g.History); n > 0 {
			text = g.History[n-1] + "\n" + g.Q
		}
		vector, err := e.near(ctx, Query{Text: Clean(text)}, book)
		if err != nil {
			return nil, fmt.Errorf("question %s: %w", g.ID, err)
		}
		found, err := e.store.Candidates(ctx, Probe{Dense: vector, Limit: 10})
		if err != nil {
			return nil, fmt.Errorf("finding candidates: %w", err)
		}
		slices.SortFunc(found.Found, func(a, b Candidate) int {
			return cmp.Or(cmp.Compare(b.Cosine, a.Cosine), cmp.Compare(a.Case.Page, b.Case.Page))
		})
		r := Result{Book: book}
		for _, c := range found.Found[:min(10, len(found.Found))] {
			r.Hits = append(r.Hits, Hit{Case: c.Case, Score: c.Cosine})
		}
		out = append(out, Mark(g, r))
	}
	return out, nil
}

// NDCG10 returns nDCG@10 of each question that the book answers; a refused one
// counts 0.
func (c Column) NDCG10() []float64 {
	var out []float64
	for _, o := range c {
		switch {
		case len(o.Golden.Rel) == 0:
		case o.Refused:
			out = append(out, 0)
		default:
			out = append(out, ndcg(o.Golden, o.Pages, 10))
		}
	}
	return out
}

// Ratio is the mean of both over the better of the means of the others, with the
// bounds of a 95 % interval, by drawing the questions anew 2,000 times.
func Ratio(words, dense, both []float64) (ratio, low, high float64) {
	of := func(pick func(i int) int) float64 {
		var w, d, b float64
		for i := range both {
			at := pick(i)
			w, d, b = w+words[at], d+dense[at], b+both[at]
		}
		return b / max(w, d, math.SmallestNonzeroFloat64)
	}
	ratio = of(func(i int) int { return i })
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same questions give the same interval
	drawn := make([]float64, 2000)
	for i := range drawn {
		drawn[i] = of(func(int) int { return r.IntN(len(both)) })
	}
	slices.Sort(drawn)
	return ratio, drawn[len(drawn)/40], drawn[len(drawn)-1-len(drawn)/40]
}

// once asks for each text once. A server that has answered before is given time
// where it does not: one bad moment in three hundred is no reason to begin anew.
type once struct {
	Embedder
	made  map[string][2][]float32
	pause time.Duration
}

func (o *once) Question(ctx context.Context, space embeddings.Space, text, probe string) (question, probed []float32, err error) {
	text = strings.TrimSpace(text)
	if v, known := o.made[text]; known {
		return v[0], v[1], nil
	}
	question, probed, err = o.Embedder.Question(ctx, space, text, probe)
	for try := 1; err != nil && len(o.made) > 0 && try < 4; try++ {
		select {
		case <-time.After(o.pause):
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
		question, probed, err = o.Embedder.Question(ctx, space, text, probe)
	}
	if err == nil {
		o.made[text] = [2][]float32{question, probed}
	}
	return question, probed, err
}
