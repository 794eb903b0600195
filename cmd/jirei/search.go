package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

var searchCommand = command{
	name: "search", args: "質問", does: "質問に合う事例を順に並べます",
	flags: func(f *pflag.FlagSet) {
		f.StringArray("history", nil, "前の質問（古い順に繰り返す）")
		f.Int("limit", 10, "事例の数（100まで）")
		f.Bool("batch", false, "標準入力の JSON Lines を順に調べます")
		f.Bool("explain", false, "なぜその事例になったかを示します")
		formatFlag(f)
	},
	run: search,
}

// The contract of `jirei search --format json` and --batch.
type (
	searchJSON struct {
		ID       string           `json:"id"`
		Question string           `json:"question"`
		Refused  bool             `json:"refused"`
		Facets   retrieval.Facets `json:"facets"`
		Hits     []hitJSON        `json:"hits"`
		Nearest  []hitJSON        `json:"nearest"`
	}
	hitJSON struct {
		Case  cases.ID `json:"case"`
		Page  int      `json:"page"`
		Title string   `json:"title"`
		Score float64  `json:"score"`
	}
)

func search(ctx context.Context, p *program) error {
	asJSON, err := p.wantsJSON()
	if err != nil {
		return err
	}
	limit, _ := p.flags.GetInt("limit")
	if limit < 1 || limit > 100 {
		return usageError{fmt.Sprintf("--limit %d は使えません。", limit), "1 から 100 までの数を指定してください。"}
	}
	batch, _ := p.flags.GetBool("batch")
	if batch && len(p.args) > 0 {
		return usageError{"--batch では質問を標準入力から読みます。", `echo '{"id":"1","q":"質問"}' | jirei search --batch のように入力してください。`}
	}
	text := ""
	if !batch {
		if text, err = p.question(); err != nil {
			return err
		}
	}
	l, err := p.ready(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if batch {
		return p.batch(ctx, l.engine, limit)
	}
	history, _ := p.flags.GetStringArray("history")
	r, err := l.engine.Ask(ctx, text, history, limit)
	if err != nil {
		return err
	}
	p.blind(ctx, r)
	if asJSON {
		return writeJSON(p.out, foundJSON("", text, r, limit))
	}
	return p.printFound(r)
}

func foundJSON(id, text string, r retrieval.Result, limit int) searchJSON {
	hits := func(list []retrieval.Hit) []hitJSON {
		out := []hitJSON{}
		for _, h := range list[:min(limit, len(list))] {
			out = append(out, hitJSON{h.Case.ID, h.Case.Page, h.Case.Title, h.Score})
		}
		return out
	}
	return searchJSON{ID: id, Question: retrieval.Clean(text), Refused: r.Refused, Facets: r.Query.Facets, Hits: hits(r.Hits), Nearest: hits(r.Nearest)}
}

func (p *program) printFound(r retrieval.Result) error {
	var b strings.Builder
	for i, h := range r.Hits {
		mark := " "
		if !h.Matched {
			mark = "≈"
		}
		fmt.Fprintf(&b, "%3d %s p.%-3d %7.3f  %s\n", i+1, mark, h.Case.Page, h.Score, h.Case.Title)
	}
	if r.Refused {
		fmt.Fprintln(&b, "一致する事例は見つかりませんでした。")
		for _, h := range r.Nearest {
			fmt.Fprintf(&b, "    ≈ p.%-3d %7.3f  %s\n", h.Case.Page, h.Score, h.Case.Title)
		}
	}
	if _, err := io.WriteString(p.out, b.String()); err != nil {
		return err
	}
	if explain, _ := p.flags.GetBool("explain"); explain {
		return writeWhy(p.out, answer.Answer{Found: r})
	}
	return nil
}

// batch answers JSON Lines in order, each flushed at once, so that a script
// may hold a conversation. A bad line gets an error in its place.
func (p *program) batch(ctx context.Context, e *retrieval.Engine, limit int) error {
	out := bufio.NewWriter(p.out)
	in := bufio.NewReaderSize(p.in, 64<<10)
	bad := false
	for {
		line, readErr := in.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			result, err := p.searchLine(ctx, e, line, limit)
			if err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				bad = true
			}
			if err := errors.Join(writeJSON(out, result), out.Flush()); err != nil {
				return fmt.Errorf("結果を書けません: %w", err)
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return fmt.Errorf("標準入力を読めません: %w", readErr)
		}
	}
	if bad {
		return errFailed
	}
	return nil
}

// lineError stands in the place of a bad line.
type lineError struct {
	ID    *string `json:"id"`
	Error string  `json:"error"`
}

func (p *program) searchLine(ctx context.Context, e *retrieval.Engine, line []byte, limit int) (any, error) {
	var id struct {
		ID *string `json:"id"`
	}
	if json.Unmarshal(line, &id) != nil {
		id.ID = nil // only for the error; json leaves "" where a number stood
	}
	var q struct {
		ID      string   `json:"id"`
		Q       *string  `json:"q"`
		History []string `json:"history"`
	}
	err := json.Unmarshal(line, &q)
	switch {
	case err != nil:
		err = fmt.Errorf(`行を読めません（%w）。{"id":"…","q":"…","history":[]} の形で書いてください`, err)
	case q.Q == nil || strings.TrimSpace(*q.Q) == "":
		err = errors.New(`質問がありません。"q" に書いてください`)
	}
	if err != nil {
		return lineError{id.ID, err.Error()}, err
	}
	r, err := e.Ask(ctx, *q.Q, q.History, limit)
	if err != nil {
		return lineError{id.ID, err.Error()}, err
	}
	p.blind(ctx, r)
	return foundJSON(q.ID, *q.Q, r, limit), nil
}
