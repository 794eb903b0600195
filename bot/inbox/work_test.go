package inbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var errSlack = errors.New("slack: fatal_error")

// run puts one job and waits until it has reached the state.
func run(t *testing.T, place func(testing.TB) home, handle Handler, cfg Config, state string) (in *Inbox, attempts int) {
	t.Helper()
	in = open(t, place(t), handle, cfg)
	start(t, in)
	put(t, in, "a")
	eventually(t, "the job is "+state, func() bool {
		var got string
		got, attempts = job(t, in, 1)
		return got == state
	})
	return in, attempts
}

func testWorkIsTriedAgain(t *testing.T, place func(testing.TB) home) {
	for name, fail := range map[string]func(ctx context.Context) error{
		"after an error":             func(context.Context) error { return RetryAfter(0, errSlack) },
		"after a pause it asked for": func(context.Context) error { return fmt.Errorf("posting: %w", RetryAfter(time.Millisecond, errSlack)) },
		"after its time is up":       func(ctx context.Context) error { <-ctx.Done(); return RetryAfter(0, ctx.Err()) },
		"after a negative pause":     func(context.Context) error { return RetryAfter(-time.Hour, errSlack) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, attempts := run(t, place, func(ctx context.Context, w *Work) error {
				if w.Attempt < 3 {
					return fail(ctx)
				}
				return nil
			}, Config{JobTimeout: 50 * time.Millisecond, Exhausted: func(context.Context, *Work, error) error {
				t.Error("apologised for work that was done")
				return nil
			}}, "completed")
			if attempts != 3 {
				t.Errorf("%d attempts", attempts)
			}
		})
	}
}

func testWorkOutOfAttemptsGetsLastWords(t *testing.T, place func(testing.TB) home) {
	for name, exhausted := range map[string]func(ctx context.Context, w *Work, err error) error{
		"which are said":   func(context.Context, *Work, error) error { return nil },
		"which fail":       func(context.Context, *Work, error) error { return errSlack },
		"which panic":      func(context.Context, *Work, error) error { panic("ひみつ") },
		"which are fenced": func(ctx context.Context, w *Work, _ error) error { return w.Fence(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := &journal{}
			said := make(chan error, 10)
			in, attempts := run(t, place, func(ctx context.Context, w *Work) error {
				if w.Last != (w.Attempt == 3) {
					t.Errorf("attempt %d of 3 has Last = %v", w.Attempt, w.Last)
				}
				if w.Last {
					<-ctx.Done() // the apology must have time of its own
					return fmt.Errorf("asking the model: %w", ctx.Err())
				}
				return RetryAfter(0, errSlack)
			}, Config{MaxAttempts: 3, JobTimeout: 50 * time.Millisecond, Log: told.log(), Exhausted: func(ctx context.Context, w *Work, err error) error {
				said <- err
				if ctx.Err() != nil {
					t.Errorf("no time to apologise: %v", ctx.Err())
				}
				return exhausted(ctx, w, err)
			}}, "discarded")
			if attempts != 3 || len(said) != 1 {
				t.Errorf("%d attempts, %d apologies", attempts, len(said))
			}
			if err := <-said; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the apology was told %v, want the last attempt's error", err)
			}
			if d, err := in.Depth(t.Context()); err != nil || d != (Depth{Failed: 1}) {
				t.Errorf("depth %+v, %v", d, err)
			}
			if strings.Contains(told.String(), "ひみつ") {
				t.Errorf("the log: %s", told)
			}
		})
	}
}

func testWorkGivenUpEndsWithoutAnotherWord(t *testing.T, place func(testing.TB) home) {
	in, attempts := run(t, place, func(context.Context, *Work) error {
		return fmt.Errorf("posting: channel_not_found: %w", ErrGiveUp)
	}, Config{Exhausted: func(context.Context, *Work, error) error {
		t.Error("apologised where nobody listens")
		return nil
	}}, "cancelled")
	if attempts != 1 {
		t.Errorf("%d attempts", attempts)
	}
	// The inbox ends a job itself, at once. Had River done it, it would have added the error; it comes later and only leaves the attempt's number.
	var errs int
	eventually(t, "River has seen it", func() bool {
		return in.row(t.Context(), `SELECT count(errors) FROM river_job WHERE CAST(metadata ->> 'jirei_attempt' AS TEXT) = '1'`).Scan(&errs) == nil
	})
	if errs != 0 {
		t.Error("River ended the job, up to 250 ms after its handler: a kill in between would have worked it again")
	}
}

// A job counts as running, by us, and is not in hand: the connection on which it was fetched broke, or its end was lost.
func testWorkWhoseEndWasLostIsDoneAgain(t *testing.T, place func(testing.TB) home) {
	ran := make(chan int, 2)
	in := open(t, place(t), func(_ context.Context, w *Work) error {
		ran <- w.Attempt
		return nil
	}, Config{grace: time.Millisecond})
	start(t, in)
	put(t, in, "a")
	receive(t, ran)
	eventually(t, "River has seen it", func() bool {
		var seen int
		err := in.row(t.Context(), `SELECT count(*) FROM river_job WHERE metadata ->> 'jirei_attempt' IS NOT NULL`).Scan(&seen)
		return err == nil && seen == 1
	})
	change(t, in, `UPDATE river_job SET state = 'running', finalized_at = NULL, attempted_at = '2026-11-24 00:00:00' WHERE state = 'completed'`)
	if attempt := receive(t, ran); attempt != 2 {
		t.Errorf("attempt %d", attempt)
	}
	eventually(t, "it is done", func() bool { state, _ := job(t, in, 1); return state == "completed" })
}

func testADeadLeaderHoldsNoRetryUp(t *testing.T, place func(testing.TB) home) {
	ran := make(chan int, 1)
	in := open(t, place(t), func(_ context.Context, w *Work) error {
		ran <- w.Attempt
		return nil
	}, Config{})
	put(t, in, "a")
	// A retry of more than 5 s, due by now, waits for River's leader; the leader died with an hour on its lease.
	change(t, in, `UPDATE river_job SET state = 'retryable', attempt = 1`)
	change(t, in, `INSERT INTO river_leader (name, leader_id, elected_at, expires_at)
		VALUES ('default', 'dead', datetime('now', 'subsec'), '2999-12-31 00:00:00')`)
	start(t, in)
	if attempt := receive(t, ran); attempt != 2 {
		t.Errorf("attempt %d", attempt)
	}
}

func testAPanicIsAFailedAttemptAndTellsNothing(t *testing.T, place func(testing.TB) home) {
	told := &journal{}
	var failures []error
	_, attempts := run(t, place, func(_ context.Context, w *Work) error {
		if w.Attempt == 1 {
			panic("質問は " + string(w.Payload))
		}
		var none []int
		return fmt.Errorf("%d", none[w.Attempt])
	}, Config{MaxAttempts: 2, Log: told.log(), Exhausted: func(_ context.Context, _ *Work, err error) error {
		failures = append(failures, err)
		return nil
	}}, "discarded")
	if attempts != 2 || len(failures) != 1 || !strings.Contains(failures[0].Error(), "index out of range") {
		t.Errorf("%d attempts, %v", attempts, failures)
	}
	log := told.String()
	for _, want := range []string{"panic with a string", "index out of range", "work_test.go"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
	if strings.Contains(log, "UTM") || strings.Contains(log, "質問は") {
		t.Errorf("the log holds the payload: %s", log)
	}
}

func testWorkThatKillsTheProcessIsEndedWithAnApology(t *testing.T, place func(testing.TB) home) {
	for name, c := range map[string]struct {
		deaths int
		runs   int
		state  string
	}{
		"more deaths than attempts are no failure": {5, 1, "completed"},
		"twice as many are":                        {6, 0, "discarded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ran, said := make(chan struct{}, 9), make(chan error, 9)
			in := open(t, place(t), func(context.Context, *Work) error {
				ran <- struct{}{}
				return nil
			}, Config{MaxAttempts: 3, Exhausted: func(_ context.Context, _ *Work, err error) error {
				said <- err
				return nil
			}})
			put(t, in, "a")
			change(t, in, `UPDATE river_job SET state = 'running', attempt = ?1`, c.deaths)
			start(t, in)
			eventually(t, "the job is "+c.state, func() bool { state, _ := job(t, in, 1); return state == c.state })
			if len(ran) != c.runs || len(said) != 1-c.runs {
				t.Errorf("%d runs, %d apologies", len(ran), len(said))
			}
		})
	}
}

func TestPauseGrowsAndIsCapped(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 4: 8 * time.Second, 5: 8 * time.Second, 99: 8 * time.Second} {
		if got := pause(attempt); got != want {
			t.Errorf("pause(%d) = %v, want %v", attempt, got, want)
		}
	}
}

func testRetryAfterIsObeyed(t *testing.T, place func(testing.TB) home) {
	for name, c := range map[string]struct {
		err  error
		want time.Duration
	}{
		"the usual pause":  {errSlack, time.Second},
		"what Slack asked": {RetryAfter(30*time.Second, errSlack), 30 * time.Second},
		"but not a day":    {RetryAfter(24*time.Hour, errSlack), 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := open(t, place(t), func(context.Context, *Work) error { return c.err }, Config{})
			start(t, in)
			before := time.Now()
			put(t, in, "a")
			var at time.Time
			eventually(t, "the retry is planned", func() bool {
				return in.row(t.Context(), `SELECT scheduled_at FROM river_job WHERE attempt = 1 AND state IN ('retryable', 'available')`).Scan(&at) == nil
			})
			// Not an assertion on the machine's speed: the plan lies between the pause after the Put and the pause after now.
			if at.Before(before.Add(c.want-time.Millisecond)) || at.After(time.Now().Add(c.want+time.Millisecond)) {
				t.Errorf("planned %v after the Put, want %v", at.Sub(before), c.want)
			}
		})
	}
}
