package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

var askCommand = command{
	name: "ask", args: "質問", does: "質問に、出典ページつきで答えます",
	flags: func(f *pflag.FlagSet) {
		f.StringArray("history", nil, "前の質問（古い順に繰り返す）")
		f.Bool("explain", false, "なぜその事例になったかを示します")
		formatFlag(f)
	},
	run: ask,
}

// The contract of `jirei ask --format json`.
type (
	askJSON struct {
		Question string           `json:"question"`
		Refused  bool             `json:"refused"`
		Summary  []claimJSON      `json:"summary"`
		Cases    []caseJSON       `json:"cases"`
		Nearest  []caseJSON       `json:"nearest"`
		Count    *int             `json:"count"`
		Facets   retrieval.Facets `json:"facets"`
		Widened  []string         `json:"widened"`
	}
	claimJSON struct {
		Text  string   `json:"text"`
		Quote string   `json:"quote"`
		Case  cases.ID `json:"case"`
		Page  int      `json:"page"`
	}
	caseJSON struct {
		Case  cases.ID `json:"case"`
		Page  int      `json:"page"`
		Title string   `json:"title"`
		Why   string   `json:"why"`
	}
)

func ask(ctx context.Context, p *program) error {
	asJSON, err := p.wantsJSON()
	if err != nil {
		return err
	}
	text, err := p.question()
	if err != nil {
		return err
	}
	l, err := p.ready(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	history, _ := p.flags.GetStringArray("history")
	a, err := p.asker(l).Ask(ctx, answer.Question{Text: text, History: retrieval.Turns(history), Locale: phrases.Locale(retrieval.Language(text))})
	if err != nil {
		return err
	}
	p.blind(ctx, a.Found)
	if asJSON {
		return writeJSON(p.out, toJSON(a))
	}
	if err := writeAnswer(p.out, a); err != nil {
		return err
	}
	if explain, _ := p.flags.GetBool("explain"); explain {
		return writeWhy(p.out, a)
	}
	return nil
}

func toJSON(a answer.Answer) askJSON {
	p := phrases.For(a.Question.Locale)
	out := askJSON{
		Question: retrieval.Clean(a.Question.Text), Refused: a.Refused(), Summary: []claimJSON{}, Cases: []caseJSON{}, Nearest: []caseJSON{},
		Count: a.Found.Count, Facets: a.Found.Query.Facets, Widened: append([]string{}, a.Found.Widened...),
	}
	for _, c := range a.Claims {
		out.Summary = append(out.Summary, claimJSON{c.Text, c.Cite.Quote, c.Cite.Case, c.Cite.Page})
	}
	for _, h := range a.Found.Hits {
		out.Cases = append(out.Cases, caseJSON{h.Case.ID, h.Case.Page, h.Case.Title, p.Because(h.Matched, h.Why.Words, h.Why.Verdict.Met)})
	}
	for _, h := range a.Found.Nearest {
		out.Nearest = append(out.Nearest, caseJSON{h.Case.ID, h.Case.Page, h.Case.Title, p.Because(false, h.Why.Words, h.Why.Verdict.Met)})
	}
	return out
}

// writeAnswer prints an answer as Slack would show it, in plain text.
func writeAnswer(w io.Writer, a answer.Answer) error {
	p := phrases.For(a.Question.Locale)
	var b strings.Builder
	if a.Found.Query.Intent == retrieval.Help { // a greeting, or what one can do here
		fmt.Fprintf(&b, "%s\n\n", p.Help[0])
		for _, example := range p.Examples {
			fmt.Fprintf(&b, "  jirei ask %s\n", example)
		}
		_, err := io.WriteString(w, b.String())
		return err
	}
	if a.Refused() {
		fmt.Fprintf(&b, "%s\n%s\n", p.Refused, p.RefusedHint)
	}
	for _, n := range answer.Notes(p, a) {
		fmt.Fprintln(&b, n)
	}
	for _, c := range a.Claims {
		fmt.Fprintf(&b, "・%s〔p.%d〕\n", c.Text, c.Cite.Page)
	}
	matched, related := a.Matches()
	rows(&b, p, p.CasesHead, matched)
	rows(&b, p, answer.RelatedHead(p, a), related[:min(4, len(related))])
	rows(&b, p, p.NearestHead, a.Found.Nearest)
	if book := a.Found.Book; book != nil {
		fmt.Fprintf(&b, "\n%s\n", p.BookSource(book.Book.Source, book.Book.Title))
	}
	_, err := io.WriteString(w, strings.TrimLeft(b.String(), "\n"))
	return err
}

func rows(b *strings.Builder, p *phrases.Phrases, head string, hits []retrieval.Hit) {
	if len(hits) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", head)
	for _, h := range hits {
		fmt.Fprintf(b, "  p.%-3d %s\n        %s\n", h.Case.Page, h.Case.Title, p.Row(h.Case))
	}
}

// writeWhy prints what the question was taken for, and the sum of each score.
func writeWhy(w io.Writer, a answer.Answer) error {
	r := a.Found
	var b strings.Builder
	fmt.Fprintf(&b, "\n読み取り: %s\n", r.Query.Intent)
	for _, s := range r.Query.Spans {
		if s.Kind == "sense" {
			continue
		}
		fmt.Fprintf(&b, "  %-8s %s", s.Kind, s.Text)
		if s.Means != "" {
			fmt.Fprintf(&b, " → %s", s.Means)
		}
		if s.Certain < 1 {
			fmt.Fprintf(&b, " (%.2f)", s.Certain)
		}
		fmt.Fprintln(&b)
	}
	if len(r.Query.Senses) > 0 {
		fmt.Fprintf(&b, "  文全体の意味（言い回しのモデル）:")
		for _, s := range r.Query.Senses {
			fmt.Fprintf(&b, " %s %.2f", s.Name, s.Weight)
		}
		fmt.Fprintf(&b, "\n  分野の外である確率 %.2f、事例集にある話題である確率 %.2f、最も近い言い回し %.2f\n", r.Query.Outside, r.Held, r.Near)
	}
	for _, h := range append(append([]retrieval.Hit{}, r.Hits...), r.Nearest...) {
		y := h.Why
		fmt.Fprintf(&b, "p.%-3d %6.3f = 本文 %.3f + 展開 %.3f + 言い回し %.3f + 密 %.3f + 条件 %.3f + 同列 %.3f  理解 %.2f（本文 %.2f）%s", h.Case.Page, h.Score, y.Row, y.Line, y.Phrase, y.Dense, y.Facet, y.Level, y.Share, y.RowShare, strings.Join(y.Words, "、"))
		if len(y.LineWords) > 0 {
			fmt.Fprintf(&b, " ／展開: %s", strings.Join(y.LineWords, "、"))
		}
		fmt.Fprintln(&b)
	}
	if a.Wording != answer.Extracted {
		fmt.Fprintf(&b, "要約: %s、残した文 %d、落とした文 %d\n", a.Wording, len(a.Claims), len(a.Dropped))
	}
	for _, d := range a.Dropped {
		fmt.Fprintf(&b, "落とした文: %s（%v）\n", d.Draft.Text, d.Why)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
