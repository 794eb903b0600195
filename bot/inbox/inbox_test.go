package inbox

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/jirei/jirei/retrieval/postgres/db"
	"github.com/jirei/jirei/retrieval/postgres/db/dbtest"
	"github.com/jirei/jirei/retrieval/sqlite/file"
)

// TestMain lets the test binary be the process that is killed, or that holds the lock: see kill_test.go and lock_test.go.
func TestMain(m *testing.M) {
	switch path := os.Getenv("JIREI_INBOX_PATH"); os.Getenv("JIREI_INBOX_CHILD") {
	case "work":
		childWorks(home(path))
	case "lock":
		childLocks(path)
	default:
		os.Exit(m.Run())
	}
}

// home is where an inbox is: the path of a file, or postgres://….
type home string

func aFile(t testing.TB) home { return home(filepath.Join(t.TempDir(), "jirei.db")) }

func aDatabase(t testing.TB) home { return home(dbtest.Schema(t)) }

func (h home) open(ctx context.Context, handle Handler, cfg Config) (in *Inbox, closing func(), err error) {
	if !strings.HasPrefix(string(h), "postgres") {
		in, err = Open(ctx, string(h), handle, cfg)
		return in, func() {}, err
	}
	pool, err := db.Open(ctx, string(h))
	if err != nil {
		return nil, nil, err
	}
	if in, err = On(ctx, pool, handle, cfg); err != nil {
		pool.Close()
	}
	return in, pool.Close, err
}

// jsonb is a value as a column of JSON takes it.
func (h home) jsonb(value string) string {
	if strings.HasPrefix(string(h), "postgres") {
		return "CAST(" + value + " AS jsonb)"
	}
	return "jsonb(" + value + ")"
}

// executor is River's way to the database of an inbox.
func executor(in *Inbox) riverdriver.Executor {
	if p, ok := in.base.(*onPostgres); ok {
		return riverpgxv5.New(p.pool).GetExecutor()
	}
	return riversqlite.New(in.db).GetExecutor()
}

func open(t testing.TB, at home, handle Handler, cfg Config) *Inbox {
	t.Helper()
	in, closing, err := at.open(t.Context(), handle, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closing)
	t.Cleanup(func() { _ = in.Stop(context.Background()) })
	return in
}

func start(t testing.TB, in *Inbox) {
	t.Helper()
	if err := in.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, in *Inbox, keys ...string) {
	t.Helper()
	if fresh, err := in.Put(t.Context(), "question", keys, map[string]string{"text": "UTMの事例は？"}); err != nil || !fresh {
		t.Fatalf("Put(%v) = %v, %v", keys, fresh, err)
	}
}

func idle(ctx context.Context, w *Work) error { return nil }

// eventually polls, because River tells nobody when it has written something down.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(2 * time.Millisecond) { //nolint:forbidigo // as said, with a deadline
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// receive is <-ch that fails instead of hanging.
func receive[T any](t testing.TB, ch <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-ch:
	case <-time.After(time.Minute):
		t.Fatal("nothing came within a minute")
	}
	return value
}

// job reads a job's row past the inbox.
func job(t testing.TB, in *Inbox, id int64) (state string, attempt int) {
	t.Helper()
	if err := in.row(context.Background(), `SELECT state, attempt FROM river_job WHERE id = ?1`, id).Scan(&state, &attempt); err != nil {
		t.Fatal(err)
	}
	return state, attempt
}

func change(t testing.TB, in *Inbox, query string, values ...any) {
	t.Helper()
	if _, err := in.exec(context.Background(), query, values...); err != nil {
		t.Fatal(err)
	}
}

// journal is a log that tests read.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"negative workers":     {Workers: -1},
		"a crowd of workers":   {Workers: 1001},
		"negative attempts":    {MaxAttempts: -1},
		"endless attempts":     {MaxAttempts: 101},
		"a negative limit":     {JobTimeout: -time.Second},
		"a limit past rescue":  {JobTimeout: 31 * time.Minute},
		"negative time to end": {Drain: -time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if in, err := Open(t.Context(), string(aFile(t)), idle, cfg); err == nil {
				_ = in.Stop(t.Context())
				t.Error("opened")
			}
		})
	}
	t.Run("no handler", func(t *testing.T) {
		t.Parallel()
		if _, err := Open(t.Context(), string(aFile(t)), nil, Config{}); err == nil {
			t.Error("opened")
		}
	})
	t.Run("a folder", func(t *testing.T) {
		t.Parallel()
		_, err := Open(t.Context(), t.TempDir(), idle, Config{})
		var told *file.Error
		if !errors.As(err, &told) {
			t.Errorf("got %v, want a *file.Error", err)
		}
	})
}

func testStopFinishesWhatRuns(t *testing.T, place func(testing.TB) home) {
	running, finish := make(chan struct{}), make(chan struct{})
	path := place(t)
	in := open(t, path, func(ctx context.Context, w *Work) error {
		close(running)
		<-finish
		return w.Note(ctx, "done", "yes") // the file is open until the handler is done
	}, Config{})
	start(t, in)
	put(t, in, "a")
	receive(t, running)
	stopped := make(chan error)
	go func() { stopped <- in.Stop(context.Background()) }()
	close(finish)
	if err := receive(t, stopped); err != nil {
		t.Fatal(err)
	}
	again := open(t, path, idle, Config{})
	if state, attempt := job(t, again, 1); state != "completed" || attempt != 1 {
		t.Errorf("the job is %s after attempt %d", state, attempt)
	}
	if _, err := in.Put(t.Context(), "question", []string{"b"}, nil); err == nil {
		t.Error("a stopped inbox took work")
	}
	if err := in.Start(t.Context()); err == nil {
		t.Error("a stopped inbox started")
	}
	if err := in.Stop(t.Context()); err != nil {
		t.Errorf("a second stop: %v", err)
	}
}

func testStopLeavesTheRestForTheNextStart(t *testing.T, place func(testing.TB) home) {
	for name, c := range map[string]struct {
		obeys   bool // the handler returns when its context ends
		attempt int  // the attempt at the next start
	}{
		"work that obeys its context keeps its attempt":       {true, 1},
		"work that ignores its context loses it, and is kept": {false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			running, release := make(chan struct{}), make(chan struct{})
			path := place(t)
			told := &journal{}
			in := open(t, path, func(ctx context.Context, w *Work) error {
				close(running)
				if c.obeys {
					<-ctx.Done()
					return errors.New("posting: " + ctx.Err().Error()) // clients do not always wrap what stopped them
				}
				<-release
				return nil
			}, Config{Drain: 50 * time.Millisecond, MaxAttempts: 1, Log: told.log(), Exhausted: func(context.Context, *Work, error) error {
				t.Error("a stop is no reason to apologise")
				return nil
			}})
			defer close(release)
			start(t, in)
			put(t, in, "a")
			receive(t, running)
			if err := in.Stop(context.Background()); (err == nil) != c.obeys {
				t.Errorf("Stop: %v", err)
			}
			ran := make(chan int, 1)
			again := open(t, path, func(ctx context.Context, w *Work) error {
				ran <- w.Attempt
				return nil
			}, Config{})
			start(t, again)
			if attempt := receive(t, ran); attempt != c.attempt {
				t.Errorf("ran again as attempt %d, want %d\n%s", attempt, c.attempt, told)
			}
		})
	}
}

func testDepthCounts(t *testing.T, place func(testing.TB) home) {
	release := make(chan struct{})
	in := open(t, place(t), func(ctx context.Context, w *Work) error {
		<-release
		return nil
	}, Config{Workers: 1})
	change(t, in, `INSERT INTO river_job (kind, args, state, finalized_at, max_attempts)
		VALUES ('jirei', '{}', 'discarded', datetime('now', 'subsec'), 1)`)
	for _, key := range []string{"a", "b", "c"} {
		put(t, in, key)
	}
	if d, err := in.Depth(t.Context()); err != nil || d != (Depth{Waiting: 3, Failed: 1}) {
		t.Errorf("before the start: %+v, %v", d, err)
	}
	start(t, in)
	for _, want := range []Depth{{Waiting: 2, Running: 1, Failed: 1}, {Failed: 1}} {
		eventually(t, "the depth is as expected", func() bool {
			d, err := in.Depth(t.Context())
			return err == nil && d == want
		})
		if want.Waiting > 0 {
			close(release)
		}
	}
}

func TestRiverLogsNoPayload(t *testing.T) {
	t.Parallel()
	var told journal
	log := slog.New(riverLog{told.log().Handler(), &said{at: map[string]time.Time{}}}).With("args", "ひみつ1", "service", "producer").WithGroup("g")
	log.Info("Job errored", "error", "ひみつ2")
	for range 3 { // while the database is away, River says so twice a second
		log.Warn("no connection")
	}
	log.Warn("a warning", "job_id", 7, "encoded_args", "ひみつ3", "panic_val", "ひみつ4")
	if got := told.String(); strings.Contains(got, "ひみつ") || !strings.Contains(got, "job_id=7") || !strings.Contains(got, "service=producer") || strings.Count(got, "no connection") != 1 {
		t.Errorf("the log: %s", got)
	}
}
