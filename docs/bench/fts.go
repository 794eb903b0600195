package main

import (
	"context"
	"database/sql"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/jirei/jirei/embeddings"
)

// newFTS indexes documents in a table of SQLite's FTS5 with its trigram
// tokenizer, in memory.
func newFTS(docs []document) (finder, error) {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	if _, err := db.ExecContext(ctx, `CREATE VIRTUAL TABLE doc USING fts5(title, measures, facets, lines, tokenize = 'trigram')`); err != nil {
		return nil, err
	}
	for _, d := range docs {
		if _, err := db.ExecContext(ctx, `INSERT INTO doc (rowid, title, measures, facets, lines) VALUES (?, ?, ?, ?, ?)`,
			d.page, d.title, d.measures, d.facets, d.lines); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, text string) ([]int, error) {
		match := trigrams(text)
		if match == "" {
			return nil, nil
		}
		rows, err := db.QueryContext(ctx, `SELECT rowid FROM doc WHERE doc MATCH ? ORDER BY bm25(doc), rowid LIMIT ?`, match, depth)
		if err != nil {
			return nil, err
		}
		defer func() { _ = rows.Close() }() // rows.Err tells what matters
		var pages []int
		for rows.Next() {
			var page int
			if err := rows.Scan(&page); err != nil {
				return nil, err
			}
			pages = append(pages, page)
		}
		return pages, rows.Err()
	}, nil
}

// trigrams writes a text as a query for FTS5: each Latin word and all that
// three Japanese characters in a row spell, quoted, one of them at least.
func trigrams(text string) string {
	var terms []string
	seen := map[string]bool{}
	add := func(run []rune) {
		term := `"` + strings.ReplaceAll(string(run), `"`, `""`) + `"`
		if len(run) >= 3 && !seen[term] { // the tokenizer has nothing shorter
			seen[term] = true
			terms = append(terms, term)
		}
	}
	each(text, func(run []rune, latin bool) {
		if latin {
			add(run)
			return
		}
		for i := 0; i+3 <= len(run); i++ {
			add(run[i : i+3])
		}
	})
	return strings.Join(terms, " OR ")
}

// each calls use for every run of Latin letters and digits, and for every run
// of Japanese characters.
func each(text string, use func(run []rune, latin bool)) {
	const other, latin, japanese = 0, 1, 2
	class := func(r rune) int {
		switch embeddings.ScriptOf(r) {
		case embeddings.Other:
			return other
		case embeddings.Latin:
			return latin
		}
		return japanese
	}
	runes := []rune(text)
	for from := 0; from < len(runes); {
		to := from + 1
		for to < len(runes) && class(runes[to]) == class(runes[from]) {
			to++
		}
		if c := class(runes[from]); c != other {
			use(runes[from:to], c == latin)
		}
		from = to
	}
}
