package inbox

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/retrieval/postgres/db"
)

// silence makes an inbox renew its lease no more, as a process does that is stopped, while its handlers go on, as they do when it is woken.
func silence(in *Inbox) {
	in.stop()
	<-in.gone
}

func TestLivingBotsTakeTheWorkOfASilentOne(t *testing.T) {
	t.Parallel()
	at := aDatabase(t)
	began, late := make(chan *Work, 1), make(chan struct{})
	first := open(t, at, func(ctx context.Context, w *Work) error {
		began <- w
		<-late
		return w.Fence(ctx)
	}, Config{Drain: time.Millisecond, Workers: 1}) // busy, so it fetches no more than a stopped process does
	start(t, first)
	put(t, first, "a")
	held := receive(t, began)
	second := open(t, at, func(ctx context.Context, w *Work) error {
		began <- w
		return w.Note(ctx, "ts", "second")
	}, Config{})
	start(t, second)
	// As long as the first one renews its lease, its work is its own.
	for range 3 {
		if found, err := second.base.keep(t.Context(), nil); err != nil || found.taken != 0 {
			t.Errorf("%d jobs were taken from a living bot, %v", found.taken, err)
		}
	}
	silence(first)
	taken := receive(t, began)
	if taken.ID != held.ID || taken.Attempt != 2 || taken.inbox != second {
		t.Errorf("job %d goes on as job %d, attempt %d", held.ID, taken.ID, taken.Attempt)
	}
	if err := held.Fence(t.Context()); !errors.Is(err, ErrFenced) {
		t.Errorf("the silent bot's fence: %v", err)
	}
	if err := held.Note(t.Context(), "ts", "first"); !errors.Is(err, ErrFenced) {
		t.Errorf("the silent bot's note: %v", err)
	}
	close(late)
	eventually(t, "the work is done", func() bool { state, _ := job(t, second, held.ID); return state == "completed" })
	if note, _, err := taken.Noted(t.Context(), "ts"); note != "second" || err != nil {
		t.Errorf("the note is %q, %v", note, err)
	}
}

func TestACleanStopFreesItsWorkAtOnce(t *testing.T) {
	t.Parallel()
	for name, obeys := range map[string]bool{"of a handler that obeys its end": true, "of one that does not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := aDatabase(t)
			began, release := make(chan *Work, 2), make(chan struct{})
			defer close(release)
			hang := func(ctx context.Context, w *Work) error {
				began <- w
				if obeys {
					<-ctx.Done()
					return ctx.Err()
				}
				<-release
				return nil
			}
			first := open(t, at, hang, Config{Drain: time.Millisecond})
			start(t, first)
			put(t, first, "a")
			receive(t, began)
			if err := first.Stop(context.Background()); (err == nil) != obeys {
				t.Errorf("Stop: %v", err)
			}
			if state, _ := job(t, open(t, at, idle, Config{}), 1); state != "available" {
				t.Errorf("after the stop the job is %s", state)
			}
		})
	}
}

// A bot that was away, or whose database was, cannot say who else was: it leaves them a lease's time.
func TestWhoWasAwayDoesNotJudge(t *testing.T) {
	t.Parallel()
	in := open(t, aDatabase(t), idle, Config{})
	put(t, in, "a")
	p := in.base.(*onPostgres)
	dead := func() {
		change(t, in, `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = ARRAY['dead']`)
	}
	look := func(when string, want int64) {
		t.Helper()
		if found, err := p.keep(t.Context(), nil); err != nil || found.taken != want {
			t.Errorf("%s %d jobs were taken, %v; want %d", when, found.taken, err, want)
		}
	}
	dead()
	look("at the start", 1)
	dead()
	p.renewed = time.Now().Add(-time.Minute)
	look("after a minute's sleep", 0)
	look("a moment later", 0)
	p.judge = time.Now()
	look("after a lease's time", 1)
}

func TestOneOfTheBotsSweeps(t *testing.T) {
	t.Parallel()
	at := aDatabase(t)
	three := []*Inbox{open(t, at, idle, Config{}), open(t, at, idle, Config{}), open(t, at, idle, Config{})}
	sweepers := 0
	for round := range 2 { // in the first they get to know each other
		for _, in := range three {
			found, err := in.base.keep(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if round == 1 && found.sweep {
				sweepers++
			}
		}
	}
	if sweepers != 1 {
		t.Errorf("%d of three bots sweep", sweepers)
	}
}

func TestOnRefusesTablesOfTomorrow(t *testing.T) {
	t.Parallel()
	for name, tomorrow := range map[string]string{
		"ours":    `UPDATE jirei_version SET version = 99 WHERE part = 'inbox'`,
		"River's": `INSERT INTO river_migration (line, version) VALUES ('main', 99)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := aDatabase(t)
			change(t, open(t, at, idle, Config{}), tomorrow)
			_, closing, err := at.open(t.Context(), idle, Config{})
			closing()
			var told *db.Error
			if !errors.As(err, &told) || !strings.Contains(told.Problem, "より新しい jirei") || told.Away {
				t.Errorf("got %v, want a sentence about a newer jirei", err)
			}
		})
	}
}
