package inbox

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/jirei/jirei/retrieval/sqlite/file"
)

// Work is one piece of durable work as handed to a [Handler].
type Work struct {
	ID       int64           // the job; never used twice in one file
	Attempt  int             // 1 the first time; a crash uses an attempt up, a clean stop does not
	Kind     string          // what Put was told
	Payload  json.RawMessage // what Put was told, as JSON
	Received time.Time       // when Put took it
	Last     bool            // no attempt follows this one if it fails

	inbox *Inbox
}

// Handler does the work. nil means done. An error means again, later: after 1 s, 2 s, 4 s, 8 s, or when [RetryAfter] says; the error of the
// last attempt goes to [Config.Exhausted]. An error that wraps [ErrGiveUp] ends the work without another word. The context ends
// after [Config.JobTimeout] and when a stop runs out of patience; work interrupted by a stop goes on at the next start.
type Handler func(ctx context.Context, w *Work) error

// Config of an inbox. A zero value means the default.
type Config struct {
	Log *slog.Logger // default: discarded. Payloads never reach it.

	// Exhausted is the last chance to tell the person who asked: called once all attempts failed (also when the process kept dying under
	// the work), under the same fence, with 10 s. It runs again if the process dies during it. nil: only logged.
	Exhausted func(ctx context.Context, w *Work, err error) error

	Workers     int              // how many run at once. Default 8: they wait for Slack and a model, not for the CPU
	MaxAttempts int              // default 5: 15 s of retries, about what a person waits for before asking again
	JobTimeout  time.Duration    // of one attempt. Default 60 s
	Drain       time.Duration    // how long Stop lets work finish before it cancels it. Default 8 s
	Now         func() time.Time // the clock of `inbox_seen` and of Received. Default time.Now

	poll time.Duration // pollIn, but in the test that shows that new work does not wait for it
}

const (
	seenFor = 48 * time.Hour // Slack retries for 5 minutes, and catch-up after an outage looks back one day; twice that
	sweepIn = time.Hour      // between two sweeps

	// New work wakes River by itself (wake.go); polling finds what a retry's pause has released.
	pollIn   = 500 * time.Millisecond
	cooldown = 5 * time.Millisecond // between two fetches; River's 100 ms would delay the second of two questions

	apologyIn = 10 * time.Second
	goodbyeIn = 2 * time.Second // for cancelled handlers to return and be written down; with Drain 10 s, what container runtimes grant
	queue     = river.QueueDefault
)

// migrations of our own tables. inbox_note has no foreign key to river_job: one of River's migrations may rebuild that table, and
// dropping the old one would cascade.
var migrations = []string{`
	CREATE TABLE inbox_seen (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID; -- at: Unix milliseconds
	CREATE INDEX inbox_seen_at ON inbox_seen (at);
	CREATE TABLE inbox_note (job INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (job, key)) WITHOUT ROWID;
`}

// Inbox is the durable work of one bot on one SQLite file.
type Inbox struct {
	db     *sql.DB
	client *river.Client[*sql.Tx]
	handle Handler
	cfg    Config
	log    *slog.Logger
	delays delays
	wake   wake

	mu      sync.Mutex
	stop    context.CancelFunc // of the sweeper; nil before Start
	swept   chan struct{}      // closed when the sweeper is gone
	stopped bool
}

// Open opens the inbox in the SQLite file at path, which may be shared with other readers and writers, and brings its tables up to date. It
// works nothing before [Inbox.Start]; [Inbox.Put] works at once. A file that cannot be used is a [*file.Error].
func Open(ctx context.Context, path string, handle Handler, cfg Config) (*Inbox, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if handle == nil {
		return nil, errors.New("an inbox needs a handler")
	}
	db, err := file.Open(path)
	if err != nil {
		return nil, err
	}
	// River on SQLite asks for exactly one connection (package riversqlite): with more, its own loops meet SQLITE_BUSY.
	db.SetMaxOpenConns(1)
	in := &Inbox{db: db, handle: handle, cfg: cfg, log: cfg.Log, delays: delays{next: map[int64]time.Duration{}}, wake: make(wake, 1)}
	if err := in.prepare(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return in, nil
}

func (cfg Config) withDefaults() (Config, error) {
	if cfg.Workers < 0 || cfg.Workers > 1000 || cfg.MaxAttempts < 0 || cfg.MaxAttempts > 100 {
		return cfg, fmt.Errorf("inbox: %d workers, %d attempts: 1–1000 and 1–100 are possible", cfg.Workers, cfg.MaxAttempts)
	}
	if cfg.JobTimeout < 0 || cfg.JobTimeout > 30*time.Minute || cfg.Drain < 0 {
		// Above 30 minutes River's own rescue (1 h) could meet work that still runs.
		return cfg, fmt.Errorf("inbox: a time limit of %v, %v to drain: up to 30m, and not below zero", cfg.JobTimeout, cfg.Drain)
	}
	cfg.Workers = cmp.Or(cfg.Workers, 8)
	cfg.MaxAttempts = cmp.Or(cfg.MaxAttempts, 5)
	cfg.JobTimeout = cmp.Or(cfg.JobTimeout, time.Minute)
	cfg.Drain = cmp.Or(cfg.Drain, 8*time.Second)
	cfg.poll = cmp.Or(cfg.poll, pollIn)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg, nil
}

func (in *Inbox) prepare(ctx context.Context) error {
	driver := wakingDriver{riversqlite.New(in.db), in.wake}
	quiet := slog.New(riverLog{in.log.Handler()})
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return fmt.Errorf("preparing River's tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("making River's tables: %w", err)
	}
	if err := file.Migrate(ctx, in.db, "inbox", migrations); err != nil {
		return err
	}
	if _, err := in.db.ExecContext(ctx, fenceTrigger); err != nil {
		return fmt.Errorf("making the fence: %w", err)
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &worker{in: in}); err != nil {
		return fmt.Errorf("preparing River: %w", err)
	}
	in.client, err = river.NewClient(driver, &river.Config{
		Logger:              quiet,
		Queues:              map[string]river.QueueConfig{queue: {MaxWorkers: in.cfg.Workers}},
		Workers:             workers,
		MaxAttempts:         in.cfg.MaxAttempts,
		FetchPollInterval:   in.cfg.poll,
		FetchCooldown:       cooldown,
		JobTimeout:          in.cfg.JobTimeout + apologyIn + 5*time.Second, // work.go keeps the handler's own limit
		SoftStopTimeout:     in.cfg.Drain,
		ReindexerIndexNames: []string{}, // SQLite's B-trees do not bloat as Postgres's do
		// Finished work is kept a day to be looked into; it holds people's questions, so no longer.
		CompletedJobRetentionPeriod: 24 * time.Hour,
		CancelledJobRetentionPeriod: 24 * time.Hour,
		DiscardedJobRetentionPeriod: 7 * 24 * time.Hour,
	})
	if err != nil {
		return fmt.Errorf("preparing River: %w", err)
	}
	return nil
}

// Start takes back what a dead process was working on and begins to work. The caller holds [Lock] on the same path, so that no `running`
// job belongs to a living process. When ctx ends, the inbox begins to drain as in [Inbox.Stop], which is still to be called.
func (in *Inbox) Start(ctx context.Context) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.stopped || in.stop != nil {
		return errors.New("an inbox starts once")
	}
	if err := in.reclaim(ctx); err != nil {
		return err
	}
	if err := in.sweep(ctx); err != nil {
		return err
	}
	if err := in.client.Start(ctx); err != nil {
		return fmt.Errorf("starting River: %w", err)
	}
	sweeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	in.stop, in.swept = stop, make(chan struct{})
	go in.sweepLoop(sweeping)
	return nil
}

// reclaim is what makes recovery take milliseconds: River's own rescue waits for an hour by default and cannot be brought below 17 s. The dead
// process's leadership goes too, or retries longer than 5 s and the cleaner would wait for its lease of 15 s.
func (in *Inbox) reclaim(ctx context.Context) error {
	tx, err := in.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("taking work back: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	res, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'`)
	if err != nil {
		return fmt.Errorf("taking work back: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM river_leader`); err != nil {
		return fmt.Errorf("taking the leadership back: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("taking work back: %w", err)
	}
	if n, err := res.RowsAffected(); err == nil && n > 0 {
		in.log.Info("work of a process that died goes on", "jobs", n)
	}
	return nil
}

// Stop fetches nothing new, lets running work finish for [Config.Drain] (8 s), then cancels it and leaves it for the next start, and closes the
// inbox 2 s later at the latest. It returns an error if a handler ignored that it was cancelled, or if ctx ended first; even then nothing
// is lost, but the next start counts another attempt.
func (in *Inbox) Stop(ctx context.Context) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.stopped {
		return nil
	}
	in.stopped = true
	defer func() { _ = in.db.Close() }()
	if in.stop == nil {
		return nil
	}
	in.stop()
	<-in.swept
	limited, cancel := context.WithTimeout(ctx, in.cfg.Drain+goodbyeIn)
	defer cancel()
	if err := in.client.Stop(limited); err != nil {
		return fmt.Errorf("stopping: work that still runs is left for the next start: %w", err)
	}
	return nil
}

// Depth says how much work there is.
type Depth struct {
	Waiting int // to be worked now or after a pause
	Running int
	Failed  int // out of attempts, in the last 7 days
}

// Depth counts the work, for health checks and for a "busy" reply.
func (in *Inbox) Depth(ctx context.Context) (Depth, error) {
	var d Depth
	err := in.db.QueryRowContext(ctx, `
		SELECT count(*) FILTER (WHERE state IN ('available', 'retryable', 'scheduled')),
		       count(*) FILTER (WHERE state = 'running'),
		       count(*) FILTER (WHERE state = 'discarded')
		FROM river_job WHERE state IN ('available', 'retryable', 'scheduled', 'running', 'discarded')`).Scan(&d.Waiting, &d.Running, &d.Failed)
	if err != nil {
		return d, fmt.Errorf("counting the work: %w", err)
	}
	return d, nil
}
