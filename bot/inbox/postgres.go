package inbox

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/jirei/jirei/retrieval/postgres/db"
)

// onPostgres is River on PostgreSQL, where several bots share the work. Each renews its lease every second by the server's clock; whoever has
// not done so for leaseFor is taken for dead, and the others take its work. What it still tries to write is fenced.
type onPostgres struct {
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]
	name   string // of this process in leases, in river_job.attempted_by and in river_leader
	ended  atomic.Bool

	attempts int // Config.MaxAttempts
	log      *slog.Logger
	wake     wake               // nudged for new work
	quiet    context.CancelFunc // ends telling of it

	renewed time.Time // when the lease was last renewed; judge is the moment from which others may be judged
	judge   time.Time
}

// leaseFor is how long a process lives in the eyes of others without a word. With a word a second, two may be lost or late. The dead are found
// between 3 and 4 s after their death, which leaves a second of the 5 for the answer.
const leaseFor = 3 * time.Second

var serverTables = []string{`
	CREATE TABLE inbox_seen (key text COLLATE "C" PRIMARY KEY, at bigint NOT NULL); -- at: Unix milliseconds
	CREATE INDEX inbox_seen_at ON inbox_seen (at);
	CREATE TABLE inbox_note (job bigint NOT NULL, key text NOT NULL, value text NOT NULL, PRIMARY KEY (job, key));
	CREATE UNLOGGED TABLE inbox_lease (client text PRIMARY KEY, renewed timestamptz NOT NULL); -- a crash of the server ends all leases
`}

const serverFence = `
	CREATE OR REPLACE FUNCTION inbox_fence() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
	CREATE OR REPLACE TRIGGER inbox_fence BEFORE UPDATE ON river_job FOR EACH ROW
	WHEN (OLD.state = 'running'
		AND NEW.metadata ->> '` + attemptKey + `' IS DISTINCT FROM OLD.metadata ->> '` + attemptKey + `'
		AND NEW.metadata ->> '` + attemptKey + `' IS DISTINCT FROM OLD.attempt::text)
	EXECUTE FUNCTION inbox_fence()`

// serverWords turn our statements, which are written for SQLite, into PostgreSQL's.
var serverWords = strings.NewReplacer("?", "$", "datetime('now', 'subsec')", "now()")

// On opens the inbox in a PostgreSQL database that package db has opened, beside other bots, and brings its tables up to date. The pool stays
// the caller's. What a person can mend is a [*db.Error].
func On(ctx context.Context, pool *pgxpool.Pool, handle Handler, cfg Config) (*Inbox, error) {
	in, err := newInbox(handle, cfg)
	if err != nil {
		return nil, err
	}
	in.db, in.words = stdlib.OpenDBFromPool(pool), serverWords
	if err := in.onPostgres(ctx, pool); err != nil {
		_ = in.db.Close()
		return nil, db.Explain(err)
	}
	return in, nil
}

func (in *Inbox) onPostgres(ctx context.Context, pool *pgxpool.Pool) error {
	driver := riverpgxv5.New(pool)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: in.quiet()})
	if err != nil {
		return fmt.Errorf("preparing River's tables: %w", err)
	}
	if err := migrateRiver(ctx, pool, migrator); err != nil {
		return err
	}
	if err := db.Migrate(ctx, pool, "inbox", serverTables); err != nil {
		return err
	}
	if err := fence(ctx, pool); err != nil {
		return fmt.Errorf("making the fence: %w", err)
	}
	config, err := in.river()
	if err != nil {
		return err
	}
	host, _ := os.Hostname() // for people who look into the table
	p := &onPostgres{pool: pool, attempts: in.cfg.MaxAttempts, log: in.log, wake: make(wake, 1), name: fmt.Sprintf("%.40s_%d_%s", host, os.Getpid(), rand.Text()[:10])}
	config.ID = p.name
	// A connection that listens is lost for everything else, so a pool of two only polls.
	config.PollOnly = pool.Config().MaxConns < 3
	if p.client, err = river.NewClient(driver, config); err != nil {
		return fmt.Errorf("preparing River: %w", err)
	}
	in.base = p
	return nil
}

// migrateRiver makes River's tables, under a lock: replicas that start together would each find them missing.
func migrateRiver(ctx context.Context, pool *pgxpool.Pool, migrator *rivermigrate.Migrator[pgx.Tx]) error {
	known := migrator.AllVersions()
	latest := known[len(known)-1].Version
	var now int
	err := pool.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM river_migration WHERE line = 'main'`).Scan(&now)
	var none *pgconn.PgError
	if errors.As(err, &none) && none.Code == "42P01" { // no such table: a new database
		err = nil
	}
	if err == nil && now < latest {
		err = db.Alone(ctx, pool, "River", func() error {
			_, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("making River's tables: %w", err)
	}
	return db.Known("River", now, latest)
}

func fence(ctx context.Context, pool *pgxpool.Pool) error {
	var there bool
	err := pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'inbox_fence' AND tgrelid = 'river_job'::regclass)`).Scan(&there)
	if err != nil || there {
		return err
	}
	return db.Alone(ctx, pool, "fence", func() error {
		_, err := pool.Exec(ctx, serverFence)
		return err
	})
}

// tell wakes every bot that listens.
const tell = `pg_notify(concat(current_schema(), '.river_insert'), '{"queue":"` + queue + `"}')`

// store is what River's own InsertTx and a statement of ours for the keys would do in six round trips. It waits for another transaction with
// one of the keys, and then finds it seen.
const store = `
	WITH fresh AS (INSERT INTO inbox_seen (key, at) SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING RETURNING key),
	job AS (
		INSERT INTO river_job (kind, args, queue, max_attempts)
		SELECT $3, $4, '` + queue + `', $5 WHERE (SELECT count(*) FROM fresh) = cardinality($1::text[])
		RETURNING id
	)
	SELECT count(*) FROM job`

func (p *onPostgres) put(ctx context.Context, job args, keys []string) (fresh bool, err error) {
	if p.ended.Load() {
		return false, errors.New("the inbox has stopped")
	}
	document, err := json.Marshal(job)
	if err != nil {
		return false, err
	}
	var stored int
	err = p.pool.QueryRow(ctx, store, keys, job.Received.UnixMilli(), job.Kind(), string(document), p.attempts).Scan(&stored)
	if err == nil && stored == 1 {
		p.wake.nudge()
	}
	return stored == 1, err
}

// tellAll tells the bots of new work, after it is stored: transactions that notify commit one after the other, with a sync of the disk each, where
// others share one. What is not told, because the process died in between, is found by the next poll.
func (p *onPostgres) tellAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
			if _, err := p.pool.Exec(ctx, `SELECT `+tell); err != nil && ctx.Err() == nil {
				p.log.Debug("new work could not be told; it waits for the poll", "err", err)
			}
		}
	}
}

func (p *onPostgres) start(ctx context.Context) error {
	if _, err := p.keep(ctx, nil); err != nil {
		return db.Explain(err)
	}
	if err := p.client.Start(ctx); err != nil {
		return db.Explain(fmt.Errorf("starting River: %w", err))
	}
	telling, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.quiet = stop
	go p.tellAll(telling)
	return nil
}

const renew = `INSERT INTO inbox_lease (client, renewed) VALUES ($1, now()) ON CONFLICT (client) DO UPDATE SET renewed = now()`

// reclaim makes work available again whose process has no lease, and that of our own which we do not have in hand. It tells River at once,
// and takes the dead one's leadership, for which River would wait up to 15 s. A lease outlives its end for a minute, for people who look.
const reclaim = `
	WITH living AS (SELECT client FROM inbox_lease WHERE client = $1 OR renewed > now() - make_interval(secs => $2)),
	taken AS (
		UPDATE river_job SET state = 'available'
		WHERE state = 'running' AND CASE
			WHEN attempted_by[cardinality(attempted_by)] = $1 THEN attempted_at < now() - interval '5 seconds' AND id <> ALL ($3::bigint[])
			ELSE $4 AND NOT EXISTS (SELECT FROM living WHERE client = attempted_by[cardinality(attempted_by)]) END
		RETURNING id
	),
	leader AS (DELETE FROM river_leader WHERE $4 AND NOT EXISTS (SELECT FROM living WHERE client = leader_id)),
	old AS (DELETE FROM inbox_lease WHERE renewed < now() - interval '1 minute')
	SELECT count(*), count(` + tell + `), (SELECT min(client) FROM living) = $1 FROM taken`

// keep renews the lease first. Whoever was away itself cannot say who else was: after a pause, or when the database comes back, it leaves the others a
// lease's time to speak up.
func (p *onPostgres) keep(ctx context.Context, hand []int64) (kept, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseFor)
	defer cancel()
	if _, err := p.pool.Exec(ctx, renew, p.name); err != nil {
		return kept{}, fmt.Errorf("renewing the lease: %w", err)
	}
	now := time.Now()
	if !p.renewed.IsZero() && now.Sub(p.renewed) > 2*keepIn {
		p.judge = now.Add(leaseFor)
	}
	p.renewed = now
	if hand == nil {
		hand = []int64{}
	}
	var found kept
	var told int64
	err := p.pool.QueryRow(ctx, reclaim, p.name, leaseFor.Seconds(), hand, !now.Before(p.judge)).Scan(&found.taken, &told, &found.sweep)
	if err != nil {
		return kept{}, fmt.Errorf("taking work back: %w", err)
	}
	return found, nil
}

// stop gives back at once what a handler that ignored its end still runs: the others need not wait for the lease.
func (p *onPostgres) stop(ctx context.Context) error {
	err := p.client.Stop(ctx)
	p.ended.Store(true)
	p.quiet()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbyeIn)
	defer cancel()
	_, left := p.pool.Exec(ctx, `WITH mine AS (DELETE FROM inbox_lease WHERE client = $1)
		UPDATE river_job SET state = 'available' WHERE state = 'running' AND attempted_by[cardinality(attempted_by)] = $1`, p.name)
	return errors.Join(err, left)
}
