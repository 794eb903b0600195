package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings/endpoint"
)

// expand offers to have the chat model write the questions that each case of a
// book answers, and says first what it costs. Without them the book is found by
// its own words; so nothing that goes wrong here stops the index. It says whether
// the book may have other lines now.
func (p *program) expand(ctx context.Context, l library, book cases.Book) (expanded bool, err error) {
	model := p.model()
	if model == nil {
		return false, nil
	}
	fresh, _ := p.flags.GetBool("fresh")
	list, err := l.engine.Unexpanded(ctx, book, model.Maker(), fresh)
	if err != nil || len(list) == 0 {
		return err == nil, err // lines that were kept may be in use now
	}
	tokens := 0
	for _, c := range list {
		tokens += answer.LinesCost(c)
	}
	limit := ""
	if p.chat.daily > 0 {
		limit = fmt.Sprintf("、1日の上限は%dトークン", p.chat.daily)
	}
	agreed, err := p.agree(fmt.Sprintf("%d件の事例に、探しやすくするための質問文を%sの%sで作れます。事例の文章を送り、%d回呼び出します（およそ%dトークン%s）。作りますか。[y/N] ",
		len(list), p.chat.Host(), p.chat.Model, len(list), tokens, limit))
	if err != nil {
		return false, err
	}
	if !agreed {
		_, _ = fmt.Fprintln(p.err, "質問文は作らずに進めます。")
		return true, nil
	}
	without, why := l.engine.Expand(ctx, list, model, p.bar("質問文").show)
	if len(without) > 0 && ctx.Err() == nil {
		_, _ = fmt.Fprintf(p.err, "%d件（%s）には質問文を付けられませんでした。%s\n次の jirei index で、足りない分だけ作れます。\n", len(without), pages(without), p.whyNoLines(why))
	}
	return true, ctx.Err()
}

func (p *program) whyNoLines(err error) string {
	var t *endpoint.Trouble
	switch {
	case !errors.As(err, &t):
		return err.Error()
	case t.Kind == endpoint.Spent:
		return "1日のトークンの上限（JIREI_DAILY_TOKENS）に達しました。"
	case t.Kind == endpoint.Garbled || t.Kind == endpoint.Declined || t.Kind == endpoint.Cut || t.Kind == endpoint.Endless:
		return p.chat.Model + " の応答が、質問文の形になっていませんでした。"
	}
	problem, hint := p.chat.served().advice(t, nil)
	return problem + hint
}

// agree asks and reads the answer; --yes is one. Where nobody answers it is no.
func (p *program) agree(question string) (bool, error) {
	if yes, _ := p.flags.GetBool("yes"); yes {
		return true, nil
	}
	_, _ = fmt.Fprint(p.err, question)
	if p.answers == nil {
		p.answers = bufio.NewReader(p.in) // one for all questions: it reads ahead
	}
	line, err := p.answers.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("返事を読めません: %w", err)
	}
	if errors.Is(err, io.EOF) {
		_, _ = fmt.Fprintln(p.err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes", "はい":
		return true, nil
	}
	return false, nil
}
