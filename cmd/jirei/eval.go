package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/golden"
)

var evalCommand = command{
	name: "eval", args: "[--queries FILE]", does: "検索の質を測ります",
	flags: func(f *pflag.FlagSet) {
		f.String("queries", "", "質問のファイル（JSON Lines）。なければ組み込みの質問集")
		f.String("half", "", "組み込みの質問集の半分だけ（development か test）")
		f.Bool("misses", false, "よくない結果を一件ずつ示します")
	},
	run: eval,
}

func eval(ctx context.Context, p *program) error {
	if len(p.args) > 0 {
		return usageError{fmt.Sprintf("%q は余分です。", p.args[0]), "ファイルは --queries FILE で指定してください。"}
	}
	questions, err := p.questions()
	if err != nil {
		return err
	}
	l, err := p.ready(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	outcomes, columns, err := p.measure(ctx, l, questions)
	if err != nil {
		return err
	}
	if err := writeFigures(p.out, outcomes); err != nil {
		return err
	}
	if _, err := io.WriteString(p.out, columns); err != nil {
		return err
	}
	if misses, _ := p.flags.GetBool("misses"); misses {
		return writeMisses(p.out, outcomes)
	}
	return nil
}

func (p *program) questions() ([]retrieval.Golden, error) {
	path, _ := p.flags.GetString("queries")
	half, _ := p.flags.GetString("half")
	if path != "" {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("質問のファイル %s を開けません: %w\nファイルの名前と場所を確かめてください。", path, errors.Unwrap(err))
		}
		defer func() { _ = file.Close() }()
		questions, err := retrieval.ReadGolden(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return questions, nil
	}
	questions, err := golden.Questions()
	if err != nil || half == "" {
		return questions, err
	}
	if half != "development" && half != "test" {
		return nil, usageError{fmt.Sprintf("--half %s は使えません。", half), "development か test を指定してください。"}
	}
	return slices.DeleteFunc(questions, func(g retrieval.Golden) bool { return golden.Development(g.ID) != (half == "development") }), nil
}

// writeFigures prints a table: a line per kind, and one for all.
func writeFigures(w io.Writer, outcomes []retrieval.Outcome) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %5s %9s %6s %7s %14s %14s %9s\n", "kind", "n", "recall@5", "MRR", "nDCG@5", "refused out", "refused wrong", "exact")
	by := map[string][]retrieval.Outcome{}
	var kinds []string
	for _, o := range outcomes {
		if _, ok := by[o.Golden.Kind]; !ok {
			kinds = append(kinds, o.Golden.Kind)
		}
		by[o.Golden.Kind] = append(by[o.Golden.Kind], o)
	}
	for _, k := range kinds {
		line(&b, k, by[k])
	}
	line(&b, "all", outcomes)
	_, err := io.WriteString(w, b.String())
	return err
}

func line(b *strings.Builder, kind string, outcomes []retrieval.Outcome) {
	f := retrieval.Sum(outcomes)
	of := func(n, all int) string {
		if all == 0 {
			return "-"
		}
		return fmt.Sprintf("%d/%d %3.0f%%", n, all, 100*float64(n)/float64(all))
	}
	quality := func(v float64) string {
		if f.Answerable == 0 {
			return "-"
		}
		return fmt.Sprintf("%.3f", v)
	}
	fmt.Fprintf(b, "%-12s %5d %9s %6s %7s %14s %14s %9s\n", kind, len(outcomes), quality(f.Recall5), quality(f.MRR), quality(f.NDCG5),
		of(f.OutsideRefused, f.Outside), of(f.Refused, f.Answerable), of(f.Exact, f.Expected))
}

// writeMisses prints each question whose result is not what it should be, worst first.
func writeMisses(w io.Writer, outcomes []retrieval.Outcome) error {
	worst := slices.Clone(outcomes)
	slices.SortStableFunc(worst, func(a, b retrieval.Outcome) int {
		switch {
		case a.NDCG5 < b.NDCG5:
			return -1
		case a.NDCG5 > b.NDCG5:
			return 1
		}
		return 0
	})
	for _, o := range worst {
		g := o.Golden
		wrong := o.Refused != (len(g.Rel) == 0) || len(g.Rel) > 0 && o.NDCG5 < 0.8 || g.Expect != nil && !o.Exact
		if !wrong || len(g.Rel) == 0 && g.Expect != nil && o.Exact {
			continue
		}
		var read []string
		for _, s := range o.Result.Query.Spans {
			if s.Kind != "stop" {
				read = append(read, s.Kind+":"+s.Text+"="+s.Means)
			}
		}
		if _, err := fmt.Fprintf(w, "%s %.2f share %.2f refused=%v %q %q\n   want %v\n   got  %v\n   read %v %s\n", g.ID, o.NDCG5, o.Share, o.Refused, g.History, g.Q, g.Rel, o.Pages, o.Result.Query.Intent, strings.Join(read, " ")); err != nil {
			return err
		}
	}
	return nil
}
