package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Migrate brings the tables of one part (its name is the key under which the version is kept) to the version len(steps). Each step runs
// once, in order, all in one transaction and under a lock, so that replicas can start together and a kill leaves the version before. A
// database that a newer jirei has written is refused with an [*Error] rather than written by code that does not know its tables.
//
// Where there is nothing to do nothing is written, so that a read-only replica can be searched.
func Migrate(ctx context.Context, pool *pgxpool.Pool, part string, steps []string) error {
	now, err := version(ctx, pool, part)
	if err == nil && now < len(steps) {
		err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return migrate(ctx, tx, part, steps) })
	}
	if err == nil {
		err = Known(part, now, len(steps))
	}
	if err != nil {
		return Explain(fmt.Errorf("migrating the %s: %w", part, err))
	}
	return nil
}

func migrate(ctx context.Context, tx pgx.Tx, part string, steps []string) error {
	if err := lock(ctx, tx, "migration"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS jirei_version (part text PRIMARY KEY, version int NOT NULL)`); err != nil {
		return err
	}
	now, err := version(ctx, tx, part) // another replica may have been faster
	if err != nil {
		return err
	}
	if err := Known(part, now, len(steps)); err != nil {
		return err
	}
	for i, step := range steps[now:] {
		if _, err := tx.Exec(ctx, step); err != nil {
			return fmt.Errorf("to version %d: %w", now+i+1, err)
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO jirei_version (part, version) VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET version = excluded.version`, part, len(steps))
	return err
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// version is the version of a part's tables, 0 where there are none yet.
func version(ctx context.Context, q querier, part string) (int, error) {
	var exists bool
	if err := q.QueryRow(ctx, `SELECT to_regclass('jirei_version') IS NOT NULL`).Scan(&exists); err != nil || !exists {
		return 0, err
	}
	var now int
	err := q.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM jirei_version WHERE part = $1`, part).Scan(&now)
	return now, err
}

// Known refuses tables that a newer jirei, or a newer part of it, has made.
func Known(part string, now, most int) error {
	if now <= most {
		return nil
	}
	return &Error{
		Problem: fmt.Sprintf("このデータベースは、より新しい jirei が書いたものです（%s の版 %d。この jirei が知るのは %d まで）。", part, now, most),
		Hint:    "新しい jirei を使うか、DATABASE_URL で別のデータベースを指定してください。",
	}
}

// Alone runs do while no other jirei is at the same part of this schema. It is for migrations that are not ours and have transactions of their
// own; the lock is on a connection beside the pool, which may be small.
func Alone(ctx context.Context, pool *pgxpool.Pool, part string, do func() error) error {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, part); err != nil {
			return err
		}
		return do()
	})
}
