package main

import (
	"context"
	"fmt"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// library is the opened store with the engine on it.
type library struct {
	store  *sqlite.Store
	engine *retrieval.Engine
}

func (l library) Close() error { return l.store.Close() }

func (p *program) asker(l library) answer.Asker {
	return answer.Asker{Engine: l.engine, Writer: answer.Extractive{}, Model: p.model()}
}

// open opens the store, without looking whether a book is in it.
func (p *program) open(ctx context.Context) (library, error) {
	store, err := sqlite.Open(ctx, p.path)
	if err != nil {
		return library{}, err
	}
	words, err := retrieval.EmbeddedLexicon()
	if err != nil {
		_ = store.Close()
		return library{}, fmt.Errorf("語彙を読めません: %w", err)
	}
	expansions, err := retrieval.EmbeddedExpansions()
	if err != nil {
		_ = store.Close()
		return library{}, fmt.Errorf("展開文を読めません: %w", err)
	}
	return library{store, retrieval.New(store, words, expansions)}, nil
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
	return l, nil
}

func (l library) refresh(ctx context.Context) error {
	now, err := l.store.Current(ctx)
	if err != nil {
		return fmt.Errorf("事例集を読めません: %w", err)
	}
	var book cases.Book
	switch {
	case now.Number == 0 || now.Book.ID == cases.EmbeddedID:
		if book, err = cases.Embedded(); err != nil {
			return err
		}
	default:
		// The file of another book may be gone; its cases are in the store.
		book = now.Book
		if book.Cases, _, err = l.store.Select(ctx, retrieval.Facets{}); err != nil {
			return fmt.Errorf("事例集を読めません: %w", err)
		}
	}
	plan, err := l.engine.Prepare(ctx, book)
	if err != nil {
		return err
	}
	return plan.Apply(ctx, l.store)
}
