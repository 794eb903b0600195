// Package db opens jirei's PostgreSQL database. The search store, the inbox and the record share one database and one pool, so what they
// all need (who may connect, which versions, the extension) is looked after once, here; retrieval/sqlite/file is its twin for one file.
//
// [Open] gives a pool on which pgvector's types are known; it makes the extension where it is missing and may be made. [Migrate] brings one
// part's tables up to date, also when several replicas start at once. [Look] tells `jirei doctor` what the server is. [Explain] (explain.go)
// turns an error into a sentence and a hint.
//
// Nothing here names a schema: tables are where the connection's search_path says, so that a test has a schema of its own and an
// administrator can choose one (…?search_path=jirei,public).
package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxvec "github.com/pgvector/pgvector-go/pgx"
)

// Oldest is the oldest server that is used: nothing in jirei's SQL is newer. Tests run on 17.
const Oldest = 15

// patience bounds a connection that states no connect_timeout. pgx waits for two minutes, in which a person has given up.
const patience = 10 * time.Second

// Open returns a pool on the database at url (postgres://… or the keyword form that libpq takes), after one connection has proved that it
// is there, new enough, and has pgvector. A failure that a person can mend is an [*Error].
func Open(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return nil, Explain(fmt.Errorf("connecting: %w", err))
	}
	err = prepare(ctx, conn, extension)
	_ = conn.Close(ctx) // a connection that cannot even be closed is gone
	if err != nil {
		return nil, Explain(err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, Explain(fmt.Errorf("connecting: %w", err))
	}
	// The pool connects when it is first used; whatever could go wrong then should go wrong now.
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, Explain(fmt.Errorf("connecting: %w", err))
	}
	return pool, nil
}

// connections are what a bot uses at most, unless the URL's pool_max_conns says otherwise: one listens, eight work. pgx would take four on a small
// machine, and they are made when they are needed.
const connections = 10

func parse(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, &Error{
			Err:     err, // pgx leaves the password out of it
			Problem: "データベースの接続先の書き方が正しくありません（" + reason(err) + "）。",
			Hint:    "postgres://ユーザー:パスワード@ホスト:5432/データベース名 の形で指定してください。パスワードの記号は %40（@）のように書きます。",
		}
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = patience
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "jirei" // who an administrator sees in pg_stat_activity
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, connections)
	}
	config.AfterConnect = pgxvec.RegisterTypes
	return config, nil
}

// reason is the last part of an error: what goes before says where in pgx it arose.
func reason(err error) string {
	for next := err; next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return err.Error()
}

// prepare makes sure of the server's version and of the extension.
func prepare(ctx context.Context, conn *pgx.Conn, name string) error {
	var number int
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&number); err != nil {
		return fmt.Errorf("asking for the version: %w", err)
	}
	if number < Oldest*10000 {
		return &Error{
			Problem: fmt.Sprintf("PostgreSQL %d は古すぎます（%d 以降が必要です）。", number/10000, Oldest),
			Hint:    "新しいサーバーを用意し、DATABASE_URL をそのサーバーに向けてください。",
		}
	}
	found, err := installed(ctx, conn, name)
	if err != nil {
		return err
	}
	if found == "" {
		if err := install(ctx, conn, name); err != nil {
			return err
		}
		if found, err = installed(ctx, conn, name); err != nil {
			return err
		}
	}
	return suits(found)
}

// extension is pgvector's name inside the database.
const extension = "vector"

// installed returns the version of the extension in this database, "" where there is none.
func installed(ctx context.Context, conn *pgx.Conn, name string) (string, error) {
	var version, schema string
	var reachable bool
	err := conn.QueryRow(ctx, `SELECT extversion, nspname, nspname = ANY(current_schemas(true))
		FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = $1`, name).Scan(&version, &schema, &reachable)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("looking for pgvector: %w", err)
	}
	if !reachable {
		return "", &Error{
			Problem: fmt.Sprintf("pgvector はスキーマ %s にありますが、この接続の search_path に入っていません。", schema),
			Hint:    fmt.Sprintf("DATABASE_URL の末尾に ?search_path=public,%s のように加えてください。", schema),
		}
	}
	return version, nil
}

// install makes the extension. Two replicas that start at once would both find it missing, and IF NOT EXISTS does not keep the second from
// failing, so a lock does.
func install(ctx context.Context, conn *pgx.Conn, name string) error {
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, "extension"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS `+pgx.Identifier{name}.Sanitize())
		return err
	})
	if err != nil {
		return fmt.Errorf("making the extension: %w", err)
	}
	return nil
}

// lock waits until no other jirei is at the same part of this schema; the end of the transaction lets go.
func lock(ctx context.Context, tx pgx.Tx, part string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('jirei ' || coalesce(current_schema(), '') || ' ' || $1, 0))`, part)
	if err != nil {
		return fmt.Errorf("waiting for other replicas: %w", err)
	}
	return nil
}

// suits refuses a pgvector without iterative scans, with which a filter would starve the result.
func suits(version string) error {
	if number(version) < 8 {
		return &Error{
			Problem: fmt.Sprintf("pgvector %s は古すぎます（0.8.0 以降が必要です）。", version),
			Hint:    "サーバーの pgvector を新しくし、データベースで ALTER EXTENSION vector UPDATE を実行してください。",
		}
	}
	return nil
}

// Worn says that a version of pgvector works but has faults that 0.8.4 is free of: a buffer overflow and damaged indexes.
func Worn(version string) bool {
	patch, _ := strconv.Atoi(strings.TrimPrefix(version, "0.8."))
	return number(version) == 8 && patch < 4
}

// number makes 0.8.1 into 8 and 1.2.0 into 1002.
func number(version string) int {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return 1000*a + b
}

// Unguarded says that a url leaves it to chance whether a connection to another machine is encrypted: without an sslmode a client
// tries TLS and goes on without it where the server has none.
func Unguarded(url string) bool {
	config, err := pgx.ParseConfig(url)
	if err != nil || strings.Contains(url, "sslmode") || os.Getenv("PGSSLMODE") != "" {
		return false
	}
	return Remote(config.Host)
}

// Remote says that a host is not this machine: neither loopback nor the folder of a socket.
func Remote(host string) bool {
	return !strings.HasPrefix(host, "/") && !strings.HasPrefix(host, "@") && host != "localhost" && host != "::1" && !strings.HasPrefix(host, "127.")
}
