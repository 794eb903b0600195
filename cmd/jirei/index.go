package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

var indexCommand = command{
	name: "index", args: "[FILE|--embedded]", does: "事例集を読み込みます（変わった事例だけを索引し直します）",
	flags: func(f *pflag.FlagSet) {
		f.Bool("embedded", false, "同梱のIPAの事例集に戻します")
		f.Bool("yes", false, "事例が大きく減るときも、質問文を作るときも確認しません")
		f.Bool("fresh", false, "控えてあるベクトルと質問文を使わず、作り直します")
	},
	run: index,
}

// largest is the biggest file that is read: a casebook of 100,000 cases has
// some 50 MB, and a wrong file should not fill the memory.
const largest = 256 << 20

func index(ctx context.Context, p *program) error {
	embedded, _ := p.flags.GetBool("embedded")
	if len(p.args) > 1 || embedded && len(p.args) > 0 {
		return usageError{"読み込むものを一つだけ指定してください。", "jirei index FILE か、jirei index --embedded と入力してください。"}
	}
	l, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if err := p.caution(ctx, l); err != nil {
		return err
	}
	now, err := l.store.Current(ctx)
	if err != nil {
		return err
	}
	var book cases.Book
	switch {
	case len(p.args) == 1:
		book, err = p.readBook(p.args[0])
	case embedded:
		book, err = cases.Embedded()
	default:
		book, err = l.book(ctx, now)
	}
	if err != nil {
		return err
	}
	plan, err := l.engine.PrepareAs(ctx, book, p.order())
	if err != nil {
		return err
	}
	if err := p.confirm(plan, now); err != nil {
		return err
	}
	if plan, err = p.build(ctx, l, book, plan); err != nil {
		return err
	}
	return p.report(plan, book)
}

// build has models make what they are named for, beside the index that is
// searched meanwhile, and puts the new one in its place.
func (p *program) build(ctx context.Context, l library, book cases.Book, plan retrieval.Plan) (retrieval.Plan, error) {
	expanded, err := p.expand(ctx, l, book)
	if err != nil {
		return plan, err
	}
	if expanded {
		if plan, err = l.engine.PrepareAs(ctx, book, p.order()); err != nil {
			return plan, err
		}
	}
	if err := p.vectors(ctx, l, &plan, book); err != nil {
		return plan, err
	}
	before, err := l.store.Current(ctx)
	if err != nil {
		return plan, err
	}
	if err := plan.Apply(ctx, l.store); err != nil {
		return plan, err
	}
	if before.Dim > 0 && !p.embed.on() {
		_, _ = fmt.Fprintf(p.err, "JIREI_EMBED_MODEL がないので、%s のベクトルを、索引から除きました。\n", before.Model)
	}
	return plan, l.engine.Tidy(ctx, book)
}

// caution says what is to be mended in a database before it is written to.
func (p *program) caution(ctx context.Context, l library) error {
	if l.pool == nil {
		return nil
	}
	facts, err := db.Look(ctx, l.pool)
	if err != nil {
		return err
	}
	for _, c := range p.cautions(facts) {
		_, _ = fmt.Fprintln(p.err, "注意:", c)
	}
	return nil
}

// readBook reads a file, and says how it was read.
func (p *program) readBook(path string) (cases.Book, error) {
	file, err := os.Open(path)
	if err != nil {
		return cases.Book{}, fmt.Errorf("%s を開けません: %w\nファイルの名前と場所を確かめてください。", path, errors.Unwrap(err))
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err != nil {
		return cases.Book{}, fmt.Errorf("%s を読めません: %w", path, err)
	}
	if len(data) > largest {
		return cases.Book{}, fmt.Errorf("%s は大きすぎます（%d MBまで）。\n事例集のファイルか確かめてください。", path, largest>>20)
	}
	book, notices, err := cases.Read(filepath.Base(path), data)
	if err != nil {
		return cases.Book{}, err
	}
	for _, n := range notices {
		_, _ = fmt.Fprintln(p.err, n)
	}
	return book, nil
}

// confirm asks before more than a tenth of the cases go: a filtered export
// looks just like a whole one.
func (p *program) confirm(plan retrieval.Plan, now *retrieval.Generation) error {
	if len(plan.Removed)*10 <= now.Cases {
		return nil
	}
	agreed, err := p.agree(fmt.Sprintf("今ある%d件のうち%d件（%s）がなくなります。続けますか。[y/N] ", now.Cases, len(plan.Removed), pages(plan.Removed)))
	if err != nil || agreed {
		return err
	}
	_, _ = fmt.Fprintln(p.err, "何も変えていません。確認なしで進めるには --yes を付けてください。")
	return errFailed
}

func (p *program) report(plan retrieval.Plan, book cases.Book) error {
	title := book.Title
	if title == "" {
		title = book.ID
	}
	_, err := fmt.Fprintf(p.out, "%s: 追加%d件、変更%d件、削除%d件、変更なし%d件\n", title, len(plan.Added), len(plan.Changed), len(plan.Removed), len(plan.Unchanged))
	if err == nil && len(plan.Removed) > 0 {
		_, err = fmt.Fprintln(p.out, "削除したページ:", pages(plan.Removed))
	}
	return err
}

func pages(list []int) string {
	const most = 20
	out := make([]string, 0, most)
	for i, page := range list {
		if i == most {
			return strings.Join(out, "、") + fmt.Sprintf(" ほか%d件", len(list)-most)
		}
		out = append(out, fmt.Sprintf("p.%d", page))
	}
	return strings.Join(out, "、")
}
