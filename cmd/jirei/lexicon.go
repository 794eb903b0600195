package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

var lexiconCommand = command{
	name: "lexicon", args: "ことば | --check", does: "ことばが jirei にとって何を意味するかを示します",
	flags: func(f *pflag.FlagSet) {
		f.Bool("check", false, "語彙のうち、見直したほうがよいことばを示します")
	},
	run: lexicon,
}

// lexicon explains words without a store: what each part is taken for, and for
// a concept its forms and what it leads to.
func lexicon(_ context.Context, p *program) error {
	check, _ := p.flags.GetBool("check")
	if check == (len(p.args) > 0) {
		return usageError{"ことばか --check のどちらか一つが必要です。", "たとえば jirei lexicon 在宅勤務 と入力してください。"}
	}
	words, err := retrieval.EmbeddedLexicon()
	if err != nil {
		return err
	}
	if check {
		return review(p, words)
	}
	var b strings.Builder
	for _, part := range words.Explain(strings.Join(p.args, " ")) {
		fmt.Fprintf(&b, "%s", part.Text)
		if part.Kind == "" {
			fmt.Fprintln(&b, ": 語彙にありません。文字どおりに探します。")
			continue
		}
		fmt.Fprintf(&b, ": %s %s", kindNames[part.Kind], part.Name)
		if part.Gloss != "" {
			fmt.Fprintf(&b, "（%s）", part.Gloss)
		}
		if part.Certain < 1 {
			fmt.Fprintf(&b, " 確かさ %.2f（長い語の一部）", part.Certain)
		}
		fmt.Fprintln(&b)
		if part.Kind == "concept" {
			fmt.Fprintf(&b, "  ことば: %s\n", strings.Join(words.Forms(part.Name), "、"))
			related(&b, "  広い概念", words.Broader(part.Name))
			related(&b, "  近い概念", words.Related(part.Name))
		}
	}
	_, err = io.WriteString(p.out, b.String())
	return err
}

// review shows the forms that are probably mistakes, those that stay with their
// reason; it fails when one has none.
func review(p *program, words *retrieval.Lexicon) error {
	book, err := cases.Embedded()
	if err != nil && !errors.Is(err, cases.ErrNoBook) { // without a book, the words alone
		return err
	}
	lines, err := retrieval.EmbeddedExpansions()
	if err != nil {
		return err
	}
	known, err := retrieval.Reviewed()
	if err != nil {
		return err
	}
	failed := false
	for _, f := range words.Review(book, lines) {
		reason := known[f.Key()]
		if failed = failed || reason == ""; reason == "" {
			reason = "見直してください"
		}
		if _, err := fmt.Fprintf(p.out, "%s\t%s\t%s\t%s\n", f.Problem, f.Form, f.Says, reason); err != nil {
			return err
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

var kindNames = map[string]string{
	"concept": "概念", "industry": "業種", "category": "分類", "size": "従業員数", "stars": "重要度", "intent": "頼みごと", "stop": "（探すときは使いません）", "affix": "（前後に付くことば）",
}

func related(b *strings.Builder, head string, list []retrieval.Weighted) {
	if len(list) == 0 {
		return
	}
	parts := make([]string, len(list))
	for i, w := range list {
		parts[i] = fmt.Sprintf("%s %.2f", w.Name, w.Weight)
	}
	fmt.Fprintf(b, "%s: %s\n", head, strings.Join(parts, "、"))
}
