package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// depth is how many cases each system returns, as `jirei eval` asks for.
const depth = 10

// document is a case as the peers index it.
type document struct {
	page                           int
	title, measures, facets, lines string
}

func (d document) text() string {
	return strings.Join([]string{d.title, d.measures, d.facets, d.lines}, "\n")
}

// documents makes documents of a book. The facets are the words that are
// printed in their columns, which is how a plain search meets 製造業 and ★★★.
func documents(book cases.Book, lines map[cases.ID][]string) []document {
	out := make([]document, 0, len(book.Cases))
	for _, c := range book.Cases {
		facets := append([]string{c.Industry, c.Employees, strings.Repeat("★", c.Stars)}, c.Categories...)
		out = append(out, document{
			page: c.Page, title: c.Title, measures: strings.Join(c.Measures, "\n"),
			facets: strings.Join(facets, "\n"), lines: strings.Join(lines[c.ID], "\n"),
		})
	}
	return out
}

// finder returns the pages that answer a text, best first, at most depth.
type finder func(ctx context.Context, text string) ([]int, error)

// peers returns what one would take off the shelf. None of them refuses.
func peers(docs []document, suffix string) ([]system, error) {
	type peer struct {
		name string
		make func([]document) (finder, error)
	}
	list := []peer{
		{"bleve, CJK analyzer", newBleve},
		{"SQLite FTS5, trigram", newFTS},
		{"kagome (IPA dictionary) and BM25", newKagome},
		{"bigrams and BM25", newBigrams},
	}
	if os.Getenv(server) != "" {
		list = append(list, peer{"PostgreSQL text search (simple)", newPostgres(textSearch)}, peer{"PostgreSQL pg_trgm", newPostgres(trigramSearch)})
	}
	var out []system
	for _, p := range list {
		find, err := p.make(docs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		out = append(out, system{name: p.name + suffix, ask: func(ctx context.Context, g retrieval.Golden) (retrieval.Result, error) {
			pages, err := find(ctx, conversation(g))
			r := retrieval.Result{}
			for _, page := range pages {
				r.Hits = append(r.Hits, retrieval.Hit{Case: cases.Case{Page: page}})
			}
			return r, err
		}})
	}
	return out, nil
}

// conversation is a question with those before it as one text: a follow-up
// alone finds less in every peer.
func conversation(g retrieval.Golden) string {
	return strings.Join(append(append([]string{}, g.History...), g.Q), "\n")
}
