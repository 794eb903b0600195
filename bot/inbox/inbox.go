package inbox

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"
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

	poll  time.Duration // pollIn, but in the test that shows that new work does not wait for it
	grace time.Duration // graceFor, but in the test of an end that was lost
}

const (
	seenFor = 48 * time.Hour // Slack retries for 5 minutes, and catch-up after an outage looks back one day; twice that
	sweepIn = time.Hour      // between two sweeps
	keepIn  = time.Second    // between two looks at who lives and what is left lying

	// graceFor is how long after its handler a job may still be called running: River writes a failure up to 250 ms later, or as often as it takes
	// while the database is away. A job that is in nobody's hand was fetched, and the connection broke before it came: River would let it lie
	// for an hour.
	graceFor = 10 * time.Second

	// New work wakes River by itself (wake.go); polling finds what a retry's pause has released.
	pollIn   = 500 * time.Millisecond
	cooldown = 5 * time.Millisecond // between two fetches; River's 100 ms would delay the second of two questions

	apologyIn = 10 * time.Second
	goodbyeIn = 2 * time.Second // for cancelled handlers to return and be written down; with Drain 10 s, what container runtimes grant
	queue     = river.QueueDefault
)

// base is River on one of the two databases: file.go, postgres.go. Our own statements are one text for both, see words.
type base interface {
	// put stores the keys and, if none of them was there, the job, in one transaction.
	put(ctx context.Context, job args, keys []string) (fresh bool, err error)
	// start takes back what dead processes were working on, and starts River.
	start(ctx context.Context) error
	// keep is called every second between start and stop. It takes back what nobody works on: the work of dead processes, and what
	// this one was given but does not have in hand.
	keep(ctx context.Context, hand []int64) (kept, error)
	// stop ends River, gives back what it left, and leaves the database.
	stop(ctx context.Context) error
}

// kept is what keep found.
type kept struct {
	taken int64 // jobs taken back
	sweep bool  // of all processes on the database it is this one that sweeps
}

// Inbox is the durable work of a bot on one database.
type Inbox struct {
	db     *sql.DB           // for our own statements
	words  *strings.Replacer // what they are in the database's own words
	base   base
	handle Handler
	cfg    Config
	log    *slog.Logger
	delays delays
	hand   hand

	mu      sync.Mutex
	stop    context.CancelFunc // of the keeper; nil before Start
	gone    chan struct{}      // closed when the keeper is
	stopped bool
}

func newInbox(handle Handler, cfg Config) (*Inbox, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if handle == nil {
		return nil, errors.New("an inbox needs a handler")
	}
	return &Inbox{handle: handle, cfg: cfg, log: cfg.Log, delays: delays{next: map[int64]time.Duration{}}, hand: hand{at: map[attempt]time.Time{}}}, nil
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
	cfg.grace = cmp.Or(cfg.grace, graceFor)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg, nil
}

// river is how River is set up on either database.
func (in *Inbox) river() (*river.Config, error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &worker{in: in}); err != nil {
		return nil, fmt.Errorf("preparing River: %w", err)
	}
	return &river.Config{
		Logger:            in.quiet(),
		Queues:            map[string]river.QueueConfig{queue: {MaxWorkers: in.cfg.Workers}},
		Workers:           workers,
		MaxAttempts:       in.cfg.MaxAttempts,
		FetchPollInterval: in.cfg.poll,
		FetchCooldown:     cooldown,
		JobTimeout:        in.cfg.JobTimeout + apologyIn + 5*time.Second, // work.go keeps the handler's own limit
		SoftStopTimeout:   in.cfg.Drain,
		// Finished work is kept a day to be looked into; it holds people's questions, so no longer.
		CompletedJobRetentionPeriod: 24 * time.Hour,
		CancelledJobRetentionPeriod: 24 * time.Hour,
		DiscardedJobRetentionPeriod: 7 * 24 * time.Hour,
	}, nil
}

func (in *Inbox) quiet() *slog.Logger {
	return slog.New(riverLog{in.log.Handler(), &said{at: map[string]time.Time{}}})
}

// exec runs one of our statements and says how many rows it changed.
func (in *Inbox) exec(ctx context.Context, query string, values ...any) (int64, error) {
	res, err := in.db.ExecContext(ctx, in.words.Replace(query), values...) //nolint:gosec // a text of ours, in the words of the database
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row runs one of our queries that has one row.
func (in *Inbox) row(ctx context.Context, query string, values ...any) *sql.Row {
	return in.db.QueryRowContext(ctx, in.words.Replace(query), values...)
}

// Start takes back what dead processes were working on and begins to work. On a file the caller holds [Lock] on the same path, so that no
// `running` job belongs to a living process; on PostgreSQL leases tell who lives. When ctx ends, the inbox begins to drain as in
// [Inbox.Stop], which is still to be called.
func (in *Inbox) Start(ctx context.Context) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.stopped || in.stop != nil {
		return errors.New("an inbox starts once")
	}
	if err := in.base.start(ctx); err != nil {
		return err
	}
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	in.stop, in.gone = stop, make(chan struct{})
	go in.keep(keeping)
	return nil
}

// keep looks after the database while the inbox works, and while it drains.
func (in *Inbox) keep(ctx context.Context) {
	defer close(in.gone)
	tick := time.NewTicker(keepIn)
	defer tick.Stop()
	var swept, away time.Time
	for {
		found, err := in.base.keep(ctx, in.hand.holds(in.cfg.grace))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && away.IsZero():
			away = time.Now()
			in.log.Error("the database cannot be reached; trying again every second", "err", err)
		case err == nil && !away.IsZero():
			in.log.Info("the database is back", "after", time.Since(away))
			away = time.Time{}
		}
		if found.taken > 0 {
			in.log.Info("work that nobody had in hand goes on", "jobs", found.taken)
		}
		if found.sweep && time.Since(swept) >= sweepIn {
			swept = time.Now()
			if err := in.sweep(ctx); err != nil {
				in.log.Warn("old keys could not be swept; the next sweep tries again", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Stop fetches nothing new, lets running work finish for [Config.Drain] (8 s), then cancels it and gives it back (to the next start, or to
// another bot on the database), and closes the inbox 2 s later at the latest. It returns an error if a handler ignored that it was cancelled,
// or if ctx ended first; even then nothing is lost, but another attempt counts.
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
	limited, cancel := context.WithTimeout(ctx, in.cfg.Drain+goodbyeIn)
	defer cancel()
	err := in.base.stop(limited)
	in.stop()
	<-in.gone
	if err != nil {
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
	err := in.row(ctx, `
		SELECT count(*) FILTER (WHERE state IN ('available', 'retryable', 'scheduled')),
		       count(*) FILTER (WHERE state = 'running'),
		       count(*) FILTER (WHERE state = 'discarded')
		FROM river_job WHERE state IN ('available', 'retryable', 'scheduled', 'running', 'discarded')`).Scan(&d.Waiting, &d.Running, &d.Failed)
	if err != nil {
		return d, fmt.Errorf("counting the work: %w", err)
	}
	return d, nil
}
