package record

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/jirei/jirei/retrieval/postgres/db"
	"github.com/jirei/jirei/retrieval/sqlite/file"
)

// There is one text of our SQL, as SQLite takes it, with ?1 for a value. onServer makes PostgreSQL's of it: text is sorted by its bytes on both,
// and an INTEGER has 64 bits. A new table needs one more step in migrations, and nothing else.
var (
	onFile   = strings.NewReplacer()
	onServer = strings.NewReplacer("?", "$", " WITHOUT ROWID", "", " INTEGER", " bigint", " TEXT", ` text COLLATE "C"`)
)

var migrations = []string{`
	CREATE TABLE record_turn (
		team TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL, key TEXT NOT NULL,
		question TEXT NOT NULL, cases TEXT NOT NULL, at INTEGER NOT NULL, -- cases: a JSON array; at: Unix milliseconds, here and below
		PRIMARY KEY (team, channel, thread, key)
	) WITHOUT ROWID;
	CREATE INDEX record_turn_at ON record_turn (at);
	CREATE TABLE record_reply (
		key TEXT PRIMARY KEY, team TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT NOT NULL, thread TEXT NOT NULL,
		ephemeral INTEGER NOT NULL, at INTEGER NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX record_reply_at ON record_reply (at);
	CREATE TABLE record_share (
		id TEXT PRIMARY KEY, team TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT NOT NULL, "case" TEXT NOT NULL,
		"by" TEXT NOT NULL, "from" TEXT NOT NULL, comment TEXT NOT NULL, at INTEGER NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX record_share_at ON record_share (team, at);
	CREATE TABLE record_once (key TEXT PRIMARY KEY, "by" TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
	CREATE INDEX record_once_at ON record_once (at);
	CREATE TABLE record_setting (
		scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, name)
	) WITHOUT ROWID;
`, `
	ALTER TABLE record_turn ADD COLUMN without TEXT NOT NULL DEFAULT '[]'; -- a JSON array
	ALTER TABLE record_turn ADD COLUMN press INTEGER NOT NULL DEFAULT 0;
`, `
	CREATE TABLE record_change (
		key TEXT PRIMARY KEY, team TEXT NOT NULL, text TEXT NOT NULL, gone INTEGER NOT NULL, ts TEXT NOT NULL, at INTEGER NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX record_change_at ON record_change (at);
`, `
	CREATE TABLE record_feedback (
		key TEXT NOT NULL, "by" TEXT NOT NULL, id TEXT NOT NULL, team TEXT NOT NULL, good INTEGER NOT NULL, refused INTEGER NOT NULL,
		reason TEXT NOT NULL, note TEXT NOT NULL, question TEXT NOT NULL, history TEXT NOT NULL, cases TEXT NOT NULL, -- JSON arrays
		press INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (key, "by")
	) WITHOUT ROWID;
	CREATE INDEX record_feedback_at ON record_feedback (at);
	CREATE TABLE record_subscription (
		id TEXT PRIMARY KEY, team TEXT NOT NULL, "by" TEXT NOT NULL, channel TEXT NOT NULL, zone TEXT NOT NULL, locale TEXT NOT NULL,
		weekday INTEGER NOT NULL, minute INTEGER NOT NULL, due INTEGER NOT NULL, at INTEGER NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX record_subscription_due ON record_subscription (due);
	CREATE TABLE record_sent (
		subscription TEXT NOT NULL, due INTEGER NOT NULL, team TEXT NOT NULL, "case" TEXT NOT NULL, round INTEGER NOT NULL,
		PRIMARY KEY (subscription, due)
	) WITHOUT ROWID;
`}

// Open opens the record in the SQLite file at path, which may be shared, and brings its tables up to date. A file that cannot be used is a
// [*file.Error]. A nil log discards.
func Open(ctx context.Context, path string, log *slog.Logger) (*Record, error) {
	base, err := file.Open(path)
	if err != nil {
		return nil, err
	}
	// One reader may go on beside a writer; more would only wait for each other on one file.
	base.SetMaxOpenConns(2)
	if err := file.Migrate(ctx, base, "record", migrations); err != nil {
		_ = base.Close()
		return nil, err
	}
	return with(base, onFile, log), nil
}

// On opens the record in a PostgreSQL database that package db has opened, and brings its tables up to date. The pool stays the caller's. What
// a person can mend is a [*db.Error].
func On(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) (*Record, error) {
	steps := make([]string, len(migrations))
	for i, step := range migrations {
		steps[i] = onServer.Replace(step)
	}
	if err := db.Migrate(ctx, pool, "record", steps); err != nil {
		return nil, err
	}
	return with(stdlib.OpenDBFromPool(pool), onServer, log), nil
}

func with(base *sql.DB, words *strings.Replacer, log *slog.Logger) *Record {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Record{db: base, words: words, log: log}
}

// exec runs a statement and says how many rows it changed.
func (r *Record) exec(ctx context.Context, query string, values ...any) (int64, error) {
	res, err := r.db.ExecContext(ctx, r.words.Replace(query), plain(values)...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (r *Record) query(ctx context.Context, query string, values ...any) (*sql.Rows, error) {
	return r.db.QueryContext(ctx, r.words.Replace(query), plain(values)...)
}

func (r *Record) row(ctx context.Context, query string, values ...any) *sql.Row {
	return r.db.QueryRowContext(ctx, r.words.Replace(query), plain(values)...)
}

// plain makes values what both databases take: no NUL and no broken UTF-8 in a text, which PostgreSQL refuses and nobody sees, and a number
// for a truth.
func plain(values []any) []any {
	for i, v := range values {
		switch v := v.(type) {
		case string:
			values[i] = strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", ""), "�")
		case bool:
			values[i] = map[bool]int{true: 1}[v]
		}
	}
	return values
}
