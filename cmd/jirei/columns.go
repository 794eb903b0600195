package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jirei/jirei/retrieval"
)

// measure asks the questions. Where the index has vectors it also says, as a
// table, how what people get stands to words alone and to vectors alone.
func (p *program) measure(ctx context.Context, l library, questions []retrieval.Golden) (outcomes []retrieval.Outcome, columns string, err error) {
	now, err := l.store.Current(ctx)
	if err != nil {
		return nil, "", err
	}
	if now.Dim == 0 || l.engine.Embedder == nil {
		outcomes, err = l.engine.Evaluate(ctx, questions)
		return outcomes, "", err
	}
	_, _ = fmt.Fprintf(p.err, "%d問を %s に送って測ります。\n", len(questions), p.embed.Host())
	words, dense, both, err := l.engine.Columns(ctx, questions)
	if err != nil {
		return nil, "", fmt.Errorf("%w\n語と言い回しだけの質は、JIREI_EMBED_MODEL を外すと測れます。", p.embedError(ctx, err))
	}
	return both, fmt.Sprintf("\nnDCG@10, %s (%d dimensions)\n", now.Model, now.Dim) + columnTable(words, dense, both), nil
}

// columnTable has a line per kind that has an answer, with how both stand to the
// better of the others.
func columnTable(words, dense, both retrieval.Column) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %5s %7s %7s %7s %10s\n", "kind", "n", "words", "vectors", "both", "both/best")
	var kinds []string
	for _, o := range both {
		if !slices.Contains(kinds, o.Golden.Kind) {
			kinds = append(kinds, o.Golden.Kind)
		}
	}
	mean := func(values []float64) float64 {
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		return sum / float64(len(values))
	}
	line := func(name string, in func(kind string) bool) {
		of := func(c retrieval.Column) []float64 {
			return slices.DeleteFunc(slices.Clone(c), func(o retrieval.Outcome) bool { return !in(o.Golden.Kind) }).NDCG10()
		}
		w, d, h := of(words), of(dense), of(both)
		if len(h) == 0 {
			return // all of it is to be refused
		}
		ratio, low, high := retrieval.Ratio(w, d, h)
		fmt.Fprintf(&b, "%-12s %5d %7.3f %7.3f %7.3f %10.3f  95%% %.3f to %.3f\n", name, len(h), mean(w), mean(d), mean(h), ratio, low, high)
	}
	for _, k := range kinds {
		line(k, func(kind string) bool { return kind == k })
	}
	line("all", func(string) bool { return true })
	return b.String()
}
