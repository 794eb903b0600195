package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/jirei/jirei/retrieval/sqlite/file"
)

// onFile is River on the SQLite file, for one process: whoever holds the Lock.
type onFile struct {
	db     *sql.DB
	client *river.Client[*sql.Tx]
	wake   wake
}

// fileTables are our own. inbox_note has no foreign key to river_job: one of River's migrations may rebuild that table, and dropping the old
// one would cascade.
var fileTables = []string{`
	CREATE TABLE inbox_seen (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID; -- at: Unix milliseconds
	CREATE INDEX inbox_seen_at ON inbox_seen (at);
	CREATE TABLE inbox_note (job INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (job, key)) WITHOUT ROWID;
`}

const fileFence = `
	DROP TRIGGER IF EXISTS inbox_fence;
	CREATE TRIGGER inbox_fence BEFORE UPDATE ON river_job
	WHEN OLD.state = 'running'
		AND NEW.metadata ->> '$.` + attemptKey + `' IS NOT OLD.metadata ->> '$.` + attemptKey + `'
		AND NEW.metadata ->> '$.` + attemptKey + `' IS NOT OLD.attempt
	BEGIN SELECT raise(IGNORE); END`

// Open opens the inbox in the SQLite file at path, which may be shared with other readers and writers, and brings its tables up to date. It
// works nothing before [Inbox.Start]; [Inbox.Put] works at once. A file that cannot be used is a [*file.Error].
func Open(ctx context.Context, path string, handle Handler, cfg Config) (*Inbox, error) {
	in, err := newInbox(handle, cfg)
	if err != nil {
		return nil, err
	}
	if in.db, err = file.Open(path); err != nil {
		return nil, err
	}
	// River on SQLite asks for exactly one connection (package riversqlite): with more, its own loops meet SQLITE_BUSY.
	in.db.SetMaxOpenConns(1)
	in.words = strings.NewReplacer() // our statements are written in SQLite's
	if err := in.onFile(ctx); err != nil {
		_ = in.db.Close()
		return nil, err
	}
	return in, nil
}

func (in *Inbox) onFile(ctx context.Context) error {
	f := &onFile{db: in.db, wake: make(wake, 1)}
	driver := wakingDriver{riversqlite.New(in.db), f.wake}
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: in.quiet()})
	if err != nil {
		return fmt.Errorf("preparing River's tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("making River's tables: %w", err)
	}
	if err := file.Migrate(ctx, in.db, "inbox", fileTables); err != nil {
		return err
	}
	if _, err := in.db.ExecContext(ctx, fileFence); err != nil {
		return fmt.Errorf("making the fence: %w", err)
	}
	config, err := in.river()
	if err != nil {
		return err
	}
	config.ReindexerIndexNames = []string{} // SQLite's B-trees do not bloat as PostgreSQL's do
	if f.client, err = river.NewClient(driver, config); err != nil {
		return fmt.Errorf("preparing River: %w", err)
	}
	in.base = f
	return nil
}

func (f *onFile) put(ctx context.Context, job args, keys []string) (fresh bool, err error) {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }()
	fresh = true
	for _, key := range keys {
		res, err := tx.ExecContext(ctx, `INSERT INTO inbox_seen (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, key, job.Received.UnixMilli())
		if err != nil {
			return false, err
		}
		added, err := res.RowsAffected()
		if err != nil {
			return false, err
		}
		fresh = fresh && added == 1
	}
	if fresh {
		if _, err := f.client.InsertTx(ctx, tx, job, nil); err != nil {
			return false, err
		}
	}
	if err := tx.Commit(); err != nil {
		return false, err
	}
	if fresh {
		f.wake.nudge()
	}
	return fresh, nil
}

// start makes recovery take milliseconds: River's own rescue waits for an hour by default and cannot be brought below 17 s. The dead process's
// leadership goes too, or retries longer than 5 s and the cleaner would wait for its lease of 15 s.
func (f *onFile) start(ctx context.Context) error {
	_, err := f.db.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'; DELETE FROM river_leader`)
	if err != nil {
		return fmt.Errorf("taking work back: %w", err)
	}
	if err := f.client.Start(ctx); err != nil {
		return fmt.Errorf("starting River: %w", err)
	}
	return nil
}

func (f *onFile) keep(ctx context.Context, hand []int64) (kept, error) {
	list, err := json.Marshal(hand)
	if err != nil {
		return kept{}, fmt.Errorf("listing the work in hand: %w", err)
	}
	res, err := f.db.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'
		AND attempted_at < datetime('now', '-5 seconds', 'subsec') AND id NOT IN (SELECT value FROM json_each(?))`, string(list))
	if err != nil {
		return kept{}, fmt.Errorf("taking work back: %w", err)
	}
	n, err := res.RowsAffected()
	return kept{taken: n, sweep: true}, err
}

func (f *onFile) stop(ctx context.Context) error { return f.client.Stop(ctx) }
