package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// server names the variable with the address of a PostgreSQL, which
// `.ci/postgres` sets; without one its two searches are left out.
const server = "JIREI_TEST_DATABASE_URL"

// The queries rank by what PostgreSQL brings along: its text search, of which
// any word is enough, and trigrams of the extension pg_trgm.
const (
	textSearch = `WITH q AS (SELECT replace(plainto_tsquery('simple', $1)::text, '&', '|')::tsquery AS q)
		SELECT page FROM doc, q WHERE words @@ q ORDER BY ts_rank_cd(words, q, 1) DESC, page LIMIT $2`
	trigramSearch = `SELECT page FROM doc WHERE word_similarity($1, text) > 0 ORDER BY word_similarity($1, text) DESC, page LIMIT $2`
)

// newPostgres returns how documents are put into a database of their own on the
// server and searched with one of the queries.
func newPostgres(query string) func([]document) (finder, error) {
	return func(docs []document) (finder, error) {
		ctx := context.Background()
		db, err := fresh(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := db.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS pg_trgm`); err != nil {
			return nil, err
		}
		// A temporary table: it ends with the connection.
		if _, err := db.Exec(ctx, `CREATE TEMPORARY TABLE doc (page int, text text, words tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED)`); err != nil {
			return nil, err
		}
		for _, d := range docs {
			if _, err := db.Exec(ctx, `INSERT INTO doc (page, text) VALUES ($1, $2)`, d.page, d.text()); err != nil {
				return nil, err
			}
		}
		return func(ctx context.Context, text string) ([]int, error) {
			rows, err := db.Query(ctx, query, text, depth)
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, pgx.RowTo[int])
		}, nil
	}
}

// fresh connects to a database that knows what a letter is: in the C locale,
// which a test server is often made with, Japanese has no trigrams.
func fresh(ctx context.Context) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(os.Getenv(server))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", server, err)
	}
	const name = "jirei_bench"
	first, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer func() { _ = first.Close(ctx) }() // only the database made by it matters
	_, err = first.Exec(ctx, `CREATE DATABASE `+name+` TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'`)
	if err != nil && !strings.Contains(err.Error(), "already exists") {
		return nil, fmt.Errorf("making a database: %w", err)
	}
	config.Database = name
	return pgx.ConnectConfig(ctx, config)
}
