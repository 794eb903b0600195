package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// takeBack is what another process would do to a job whose worker it believes dead.
func takeBack(t *testing.T, in *Inbox) {
	t.Helper()
	change(t, in, `UPDATE river_job SET state = 'available' WHERE state = 'running'`)
}

func testAnAttemptThatLostItsWorkCannotWrite(t *testing.T, place func(testing.TB) home) {
	for name, result := range map[string]func(fenced error) error{
		"and returns the fence's error": func(fenced error) error { return fenced },
		"and fails":                     func(error) error { return RetryAfter(0, errSlack) },
		"and gives up":                  func(error) error { return ErrGiveUp },
		"and believes it is done":       func(error) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second, lost, over := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
			in := open(t, place(t), func(ctx context.Context, w *Work) error {
				if err := w.Fence(ctx); err != nil {
					t.Errorf("attempt %d, running: %v", w.Attempt, err)
				}
				if w.Attempt == 2 {
					close(second)
					<-over
					return w.Note(ctx, "ts", "second")
				}
				if err := w.Note(ctx, "ts", "first"); err != nil {
					t.Error(err)
				}
				close(first)
				<-lost
				err := w.Fence(ctx)
				if !errors.Is(err, ErrFenced) {
					t.Errorf("Fence: %v", err)
				}
				if err := w.Note(ctx, "ts", "late"); !errors.Is(err, ErrFenced) {
					t.Errorf("Note: %v", err)
				}
				if note, found, err := w.Noted(ctx, "ts"); note != "first" || !found || err != nil {
					t.Errorf("Noted: %q, %v, %v", note, found, err)
				}
				if err := w.end(context.WithoutCancel(ctx), "completed"); !errors.Is(err, ErrFenced) { // as ended calls it
					t.Errorf("end: %v", err)
				}
				return result(err)
			}, Config{MaxAttempts: 2})
			start(t, in)
			put(t, in, "a")
			receive(t, first)
			takeBack(t, in)
			receive(t, second)
			close(lost)
			// A job that ran entirely after the first attempt returned has passed River's completer after it (or with it).
			put(t, in, "b")
			eventually(t, "River has seen both out", func() bool {
				var seen int
				if err := in.row(t.Context(), `SELECT count(*) FROM river_job WHERE id = 2 AND metadata ->> 'jirei_attempt' IS NOT NULL`).Scan(&seen); err != nil {
					t.Fatal(err)
				}
				return seen == 1
			})
			if state, attempt := job(t, in, 1); state != "running" || attempt != 2 {
				t.Errorf("the late attempt left the job %s, attempt %d; the second attempt is running", state, attempt)
			}
			close(over)
			eventually(t, "the second attempt is done", func() bool { state, _ := job(t, in, 1); return state == "completed" })
			if note, _, err := (&Work{ID: 1, inbox: in}).Noted(t.Context(), "ts"); note != "second" || err != nil {
				t.Errorf("the note is %q, %v", note, err)
			}
		})
	}
}

// testRiversOwnUpdateIsFenced sends exactly the update with which River ends a job, without the rest of River.
func testRiversOwnUpdateIsFenced(t *testing.T, place func(testing.TB) home) {
	for name, c := range map[string]struct {
		attempt int            // of the row
		before  map[string]any // its metadata
		sent    map[string]any // with the update
		state   string
	}{
		"the running attempt ends the job":               {2, nil, map[string]any{attemptKey: 2}, "completed"},
		"after a failed attempt before":                  {2, map[string]any{attemptKey: 1}, map[string]any{attemptKey: 2}, "completed"},
		"after a clean stop gave the attempt back":       {2, map[string]any{attemptKey: 2}, map[string]any{attemptKey: 2}, "completed"},
		"a late attempt does not":                        {2, nil, map[string]any{attemptKey: 1}, "running"},
		"a late attempt does not, after a failed one":    {3, map[string]any{attemptKey: 1}, map[string]any{attemptKey: 2}, "running"},
		"River's rescue, which sends no attempt, passes": {2, map[string]any{attemptKey: 1}, nil, "completed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := place(t)
			in := open(t, at, idle, Config{})
			put(t, in, "a")
			before, err := json.Marshal(c.before)
			if err != nil {
				t.Fatal(err)
			}
			if c.before == nil {
				before = []byte("{}")
			}
			change(t, in, `UPDATE river_job SET state = 'running', attempt = ?1, metadata = `+at.jsonb("?2"), c.attempt, string(before))
			now := time.Now()
			update := riverdriver.JobSetStateIfRunningManyParams{
				ID: []int64{1}, Attempt: []*int{nil}, ErrData: [][]byte{nil}, FinalizedAt: []*time.Time{&now}, ScheduledAt: []*time.Time{nil},
				MetadataDoMerge: []bool{c.sent != nil}, MetadataUpdates: [][]byte{nil}, State: []rivertype.JobState{rivertype.JobStateCompleted},
			}
			if c.sent != nil {
				if update.MetadataUpdates[0], err = json.Marshal(c.sent); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := executor(in).JobSetStateIfRunningMany(t.Context(), &update); err != nil {
				t.Fatal(err)
			}
			if state, attempt := job(t, in, 1); state != c.state || attempt != c.attempt {
				t.Errorf("the job is %s, attempt %d; want %s, attempt %d", state, attempt, c.state, c.attempt)
			}
		})
	}
}

func testNotesSurviveReopening(t *testing.T, place func(testing.TB) home) {
	path := place(t)
	in := open(t, path, func(ctx context.Context, w *Work) error {
		for _, value := range []string{"1.0", "2.0"} {
			if err := w.Note(ctx, "ts", value); err != nil {
				t.Error(err)
			}
		}
		<-ctx.Done() // interrupted by the stop
		return ctx.Err()
	}, Config{Drain: 50 * time.Millisecond})
	start(t, in)
	put(t, in, "a")
	eventually(t, "it is noted", func() bool {
		note, _, err := (&Work{ID: 1, inbox: in}).Noted(t.Context(), "ts")
		return err == nil && note == "2.0"
	})
	if err := in.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 2)
	again := open(t, path, func(ctx context.Context, w *Work) error {
		for _, key := range []string{"ts", "posting"} {
			note, found, err := w.Noted(ctx, key)
			if err != nil || found != (note != "") {
				t.Errorf("Noted(%s) = %q, %v, %v", key, note, found, err)
			}
			got <- note
		}
		return nil
	}, Config{})
	start(t, again)
	if ts, posting := receive(t, got), receive(t, got); ts != "2.0" || posting != "" {
		t.Errorf("ts %q, posting %q", ts, posting)
	}
}
