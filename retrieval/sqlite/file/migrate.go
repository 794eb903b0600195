package file

import (
	"context"
	"database/sql"
	"fmt"
)

// Migrate brings the tables of one part (its name is the key under which the version is kept) to the version len(steps). Each step
// runs once, in order, all in one transaction: a kill in between leaves the version before. A file that a newer jirei has
// written is refused with an [*Error] rather than written by code that does not know its tables.
//
// SQLite's own user_version holds one number for the whole file, and this file has several parts.
func Migrate(ctx context.Context, db *sql.DB, part string, steps []string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("migrating the %s: %w", part, err)
	}
	defer func() { _ = tx.Rollback() }()
	const table = `CREATE TABLE IF NOT EXISTS jirei_version (part TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID`
	if _, err := tx.ExecContext(ctx, table); err != nil {
		return fmt.Errorf("migrating the %s: %w", part, err)
	}
	var version int
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM jirei_version WHERE part = ?`, part).Scan(&version)
	if err != nil {
		return fmt.Errorf("reading the version of the %s: %w", part, err)
	}
	if version > len(steps) {
		return &Error{
			Problem: fmt.Sprintf("このデータベースは、より新しい jirei が書いたものです（%s の版 %d。この jirei が知るのは %d まで）。", part, version, len(steps)),
			Hint:    "新しい jirei を使うか、--db sqlite:jirei.db のように別のファイルを指定してください。",
		}
	}
	for i, step := range steps[version:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("migrating the %s to version %d: %w", part, version+i+1, err)
		}
	}
	const save = `INSERT INTO jirei_version (part, version) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET version = excluded.version`
	if _, err := tx.ExecContext(ctx, save, part, len(steps)); err != nil {
		return fmt.Errorf("saving the version of the %s: %w", part, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("migrating the %s: %w", part, err)
	}
	return nil
}
