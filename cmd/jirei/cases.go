package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

var casesCommand = command{
	name: "cases", args: "[オプション]", does: "事例の一覧を表示します",
	flags: func(f *pflag.FlagSet) {
		f.StringArray("industry", nil, "業種（繰り返すと「または」）")
		f.StringArray("category", nil, "分類（繰り返すと「または」）")
		f.String("size", "", "従業員数（例: 30名、21-50名、50名以下）")
		f.String("stars", "", "重要度（例: 2、2+）")
		formatFlag(f)
	},
	run: listCases,
}

func listCases(ctx context.Context, p *program) error {
	asJSON, err := p.wantsJSON()
	if err != nil {
		return err
	}
	if len(p.args) > 0 {
		return usageError{fmt.Sprintf("%q は余分です。", p.args[0]), "条件は --industry や --size で指定してください。"}
	}
	l, err := p.ready(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	book, err := l.store.Current(ctx)
	if err != nil {
		return err
	}
	facets, err := p.facets(book)
	if err != nil {
		return err
	}
	found, unstated, err := l.store.Select(ctx, facets)
	if err != nil {
		return err
	}
	if asJSON {
		rows := make([]cases.Row, len(found))
		for i, c := range found {
			rows[i] = c.Row()
		}
		return writeJSON(p.out, rows)
	}
	ja := phrases.For(phrases.Japanese)
	for _, c := range found {
		if _, err := fmt.Fprintf(p.out, "p.%-3d %s\n      %s\n", c.Page, c.Title, ja.Row(c)); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(p.err, "%d件\n", len(found))
	if unstated > 0 {
		_, _ = fmt.Fprintln(p.err, ja.Unstated(unstated))
	}
	return nil
}

// facets reads the filter flags; values are the book's own or words for them.
func (p *program) facets(book *retrieval.Generation) (retrieval.Facets, error) {
	var f retrieval.Facets
	var err error
	industries, _ := p.flags.GetStringArray("industry")
	if f.Industry, err = values("業種", industries, book.Industries); err != nil {
		return f, err
	}
	categories, _ := p.flags.GetStringArray("category")
	if f.Category, err = values("分類", categories, book.Categories); err != nil {
		return f, err
	}
	if size, _ := p.flags.GetString("size"); size != "" {
		var ok bool
		if f.Size, ok = cases.Range(size); !ok {
			if f.Size, ok = cases.Range(size + "名"); !ok {
				return f, usageError{fmt.Sprintf("--size %s が読めません。", size), "30名、21-50名、50名以下 のように書いてください。"}
			}
		}
	}
	if stars, _ := p.flags.GetString("stars"); stars != "" {
		digits := strings.TrimSuffix(stars, "+")
		n, err := strconv.Atoi(digits)
		if err != nil || n < 0 || n > 3 {
			return f, usageError{fmt.Sprintf("--stars %s が読めません。", stars), "0 から 3 の数か、2+ のように書いてください。"}
		}
		f.Stars, f.StarsUp = &n, digits != stars
	}
	return f, nil
}

// values accepts a facet's value, or a part that only one value has.
func values(name string, given, known []string) ([]string, error) {
	var out []string
	for _, g := range given {
		var hits []string
		for _, k := range known {
			if k == g {
				hits = []string{k}
				break
			}
			if strings.Contains(k, g) {
				hits = append(hits, k)
			}
		}
		if len(hits) != 1 {
			return nil, usageError{fmt.Sprintf("%s「%s」はこの事例集にありません。", name, g), "あるのは " + strings.Join(known, "、") + " です。"}
		}
		out = append(out, hits[0])
	}
	return out, nil
}

// writeJSON writes one value on one line, Japanese as Japanese.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
