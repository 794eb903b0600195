package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres"
	"github.com/jirei/jirei/retrieval/postgres/db"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// library is the opened store with the engine on it.
type library struct {
	store  retrieval.Store
	engine *retrieval.Engine
	// pool is the database that the store is on, nil on a file.
	pool  *pgxpool.Pool
	close func() error
}

func (l library) Close() error { return l.close() }

func (p *program) asker(l library) answer.Asker {
	return answer.Asker{Engine: l.engine, Writer: answer.Extractive{}, Model: p.model()}
}

// open opens the store, without looking whether a book is in it.
func (p *program) open(ctx context.Context) (library, error) {
	l, err := p.openStore(ctx)
	if err != nil {
		return library{}, err
	}
	words, err := retrieval.EmbeddedLexicon()
	if err != nil {
		_ = l.Close()
		return library{}, fmt.Errorf("語彙を読めません: %w", err)
	}
	expansions, err := retrieval.EmbeddedExpansions()
	if err != nil {
		_ = l.Close()
		return library{}, fmt.Errorf("展開文を読めません: %w", err)
	}
	l.engine = retrieval.New(l.store, words, expansions)
	if d := p.embedder(); d != nil {
		l.engine.Embedder = d
	}
	return l, nil
}

// openStore opens the file or the database that --db or DATABASE_URL names.
func (p *program) openStore(ctx context.Context) (library, error) {
	if p.server == "" {
		store, err := sqlite.Open(ctx, p.path)
		if err != nil {
			return library{}, err
		}
		return library{store: store, close: store.Close}, nil
	}
	pool, err := db.Open(ctx, p.server)
	if err != nil {
		return library{}, err
	}
	store, err := postgres.New(ctx, pool)
	if err != nil {
		pool.Close()
		return library{}, err
	}
	return library{store: store, pool: pool, close: func() error { pool.Close(); return nil }}, nil
}

// cautions are what works but should be mended: said at the start and by doctor.
func (p *program) cautions(f db.Facts) []string {
	var out []string
	if db.Worn(f.Vector) {
		out = append(out, fmt.Sprintf("pgvector %s には、索引が壊れることのある不具合があります。0.8.4 以降に更新し、ALTER EXTENSION vector UPDATE を実行してください。", f.Vector))
	}
	if db.Unguarded(p.server) {
		state := map[bool]string{true: "今の接続は暗号化されていますが、そうでなくてもつながります。", false: "今の接続は暗号化されていません。"}[f.Encrypted]
		out = append(out, fmt.Sprintf("PostgreSQL（%s）はほかの機械にあり、DATABASE_URL に sslmode がありません。%s?sslmode=verify-full（せめて require）を加えてください。", f.Host, state))
	}
	return out
}

// ready opens the store and brings the book in it up to date: an empty store
// gets the embedded book, and a book indexed by an older jirei is indexed again.
func (p *program) ready(ctx context.Context) (library, error) {
	l, err := p.open(ctx)
	if err != nil {
		return library{}, err
	}
	if err := l.refresh(ctx); err != nil {
		_ = l.Close()
		return library{}, err
	}
	now, err := l.store.Current(ctx)
	if err == nil && p.embed.on() {
		if notice := p.vectorNotice(now); notice != "" {
			_, _ = fmt.Fprintln(p.err, "注意:", notice)
		}
	}
	return l, nil
}

// book returns the book that is in the store, as this program has it: an empty
// store's is the embedded one.
func (l library) book(ctx context.Context, now *retrieval.Generation) (cases.Book, error) {
	if now.Number == 0 || now.Book.ID == cases.EmbeddedID {
		return cases.Embedded()
	}
	// The file of another book may be gone; its cases are in the store.
	book := now.Book
	var err error
	if book.Cases, _, err = l.store.Select(ctx, retrieval.Facets{}); err != nil {
		return book, fmt.Errorf("事例集を読めません: %w", err)
	}
	return book, nil
}

func (l library) refresh(ctx context.Context) error {
	now, err := l.store.Current(ctx)
	if err != nil {
		return fmt.Errorf("事例集を読めません: %w", err)
	}
	book, err := l.book(ctx, now)
	if err != nil {
		return err
	}
	plan, err := l.engine.Prepare(ctx, book)
	if err != nil {
		return err
	}
	return plan.Apply(ctx, l.store)
}
