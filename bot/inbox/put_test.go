package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jirei/jirei/retrieval/sqlite/file"
)

func jobs(t *testing.T, in *Inbox) (n int) {
	t.Helper()
	if err := in.row(t.Context(), `SELECT count(*) FROM river_job`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func testPutTellsRepetitionsFromQuestions(t *testing.T, place func(testing.TB) home) {
	type call struct {
		keys  []string
		fresh bool
	}
	for name, calls := range map[string][]call{
		"the same event four times (fault 7)":           {{[]string{"event:1", "msg:1"}, true}, {[]string{"event:1", "msg:1"}, false}, {[]string{"event:1", "msg:1"}, false}, {[]string{"event:1", "msg:1"}, false}},
		"message and app_mention for one post (8)":      {{[]string{"event:1", "msg:C/1.0"}, true}, {[]string{"event:2", "msg:C/1.0"}, false}},
		"two ts, one client_msg_id (9)":                 {{[]string{"event:1", "msg:C/1.0", "client:X"}, true}, {[]string{"event:2", "msg:C/2.0", "client:X"}, false}},
		"a third variant shares only a sibling's key":   {{[]string{"event:1", "msg:1"}, true}, {[]string{"msg:1", "client:X"}, false}, {[]string{"event:3", "client:X"}, false}, {[]string{"event:3"}, false}},
		"the same question twice on purpose":            {{[]string{"event:1", "msg:C/1.0"}, true}, {[]string{"event:2", "msg:C/2.0"}, true}},
		"a first delivery that Slack calls a retry":     {{[]string{"event:1"}, true}},
		"an absent client_msg_id is no key":             {{[]string{"event:1", ""}, true}, {[]string{"event:2", ""}, true}},
		"a key given twice in one call is not a repeat": {{[]string{"event:1", "event:1"}, true}, {[]string{"event:1"}, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := open(t, place(t), idle, Config{})
			want := 0
			for i, c := range calls {
				fresh, err := in.Put(t.Context(), "question", c.keys, i)
				if err != nil || fresh != c.fresh {
					t.Errorf("call %d, %v: %v, %v", i, c.keys, fresh, err)
				}
				if c.fresh {
					want++
				}
			}
			if got := jobs(t, in); got != want {
				t.Errorf("%d jobs, want %d", got, want)
			}
		})
	}
}

func testPutRefuses(t *testing.T, place func(testing.TB) home) {
	in := open(t, place(t), idle, Config{})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx     context.Context
		kind    string
		keys    []string
		payload any
	}{
		"no kind":                {t.Context(), "", []string{"a"}, 1},
		"no keys":                {t.Context(), "question", nil, 1},
		"only empty keys":        {t.Context(), "question", []string{"", ""}, 1},
		"a payload without JSON": {t.Context(), "question", []string{"a"}, func() {}},
		"a context that ended":   {ended, "question", []string{"a"}, 1},
	} {
		if fresh, err := in.Put(c.ctx, c.kind, c.keys, c.payload); err == nil || fresh {
			t.Errorf("%s: %v, %v", name, fresh, err)
		}
	}
	if n := jobs(t, in); n != 0 {
		t.Errorf("%d jobs were stored", n)
	}
	put(t, in, "a") // no refused call has used the key up
}

func testPutTogetherIsOneJob(t *testing.T, place func(testing.TB) home) {
	var ran atomic.Int32
	in := open(t, place(t), func(context.Context, *Work) error {
		ran.Add(1)
		return nil
	}, Config{})
	start(t, in)
	var fresh atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			ok, err := in.Put(t.Context(), "question", []string{"event:1", "msg:1"}, 1)
			if err != nil {
				t.Error(err)
			}
			if ok {
				fresh.Add(1)
			}
		})
	}
	all.Wait()
	eventually(t, "the work is done", func() bool { state, _ := job(t, in, 1); return state == "completed" })
	if fresh.Load() != 1 || jobs(t, in) != 1 || ran.Load() != 1 {
		t.Errorf("%d fresh, %d jobs, %d runs; want one each", fresh.Load(), jobs(t, in), ran.Load())
	}
}

func testSeenKeysOutliveARestartAndAreSweptAfterTwoDays(t *testing.T, place func(testing.TB) home) {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	path := place(t)
	for _, c := range []struct {
		after time.Duration
		fresh bool
	}{
		{0, true},
		{time.Hour, false}, // fault 10: again an hour later, after a restart
		{48 * time.Hour, false},
		{48*time.Hour + time.Millisecond, true},
		{49 * time.Hour, false},
	} {
		in := open(t, path, idle, Config{Now: func() time.Time { return noon.Add(c.after) }})
		if err := in.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if fresh, err := in.Put(t.Context(), "question", []string{"event:1"}, 1); err != nil || fresh != c.fresh {
			t.Errorf("after %v: %v, %v", c.after, fresh, err)
		}
		if err := in.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func testSweepTakesTheNotesOfDeletedWork(t *testing.T, place func(testing.TB) home) {
	in := open(t, place(t), func(ctx context.Context, w *Work) error { return w.Note(ctx, "ts", "1.0") }, Config{})
	start(t, in)
	put(t, in, "a")
	put(t, in, "b")
	eventually(t, "both are done", func() bool {
		a, _ := job(t, in, 1)
		b, _ := job(t, in, 2)
		return a == "completed" && b == "completed"
	})
	change(t, in, `DELETE FROM river_job WHERE id = 1`)
	if err := in.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int64]bool{1: false, 2: true} {
		if _, found, err := (&Work{ID: id, inbox: in}).Noted(t.Context(), "ts"); err != nil || found != want {
			t.Errorf("the note of job %d: %v, %v", id, found, err)
		}
	}
}

func testDropTakesATeamsWorkAndStopsWhatRuns(t *testing.T, place func(testing.TB) home) {
	running, dropped, fence := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	in := open(t, place(t), func(ctx context.Context, w *Work) error {
		if strings.Contains(string(w.Payload), "T1") {
			close(running)
			<-dropped
			err := w.Fence(ctx)
			fence <- err
			return err
		}
		return w.Note(ctx, "ts", "1.0")
	}, Config{})
	for team, text := range map[string]string{"T1": "質問\x00", "T2": "T one"} {
		if _, err := in.Put(t.Context(), "question", []string{team}, map[string]string{"team": team, "text": text}); err != nil {
			t.Fatal(err)
		}
	}
	start(t, in)
	<-running
	if err := in.Drop(t.Context(), "T1"); err != nil {
		t.Fatal(err)
	}
	close(dropped)
	if err := <-fence; !errors.Is(err, ErrFenced) {
		t.Errorf("the attempt that runs: %v", err)
	}
	if n := jobs(t, in); n != 1 {
		t.Errorf("%d pieces of work are left, want that of T2", n)
	}
}

// TestPutBesideOtherWriters: the search store and the record write to the same file at the same time, on connections of their own.
func TestPutBesideOtherWriters(t *testing.T) {
	t.Parallel()
	path := aFile(t)
	in := open(t, path, func(ctx context.Context, w *Work) error { return w.Note(ctx, "ts", "1.0") }, Config{})
	start(t, in)
	other, err := file.Open(string(path))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if _, err := other.Exec(`CREATE TABLE other (n INTEGER)`); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for writer := range 3 {
		all.Go(func() {
			for n := range 30 {
				tx, err := other.BeginTx(t.Context(), nil)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := tx.Exec(`INSERT INTO other SELECT coalesce(max(n), 0) + 1 FROM other`); err != nil {
					t.Error(err)
				}
				if err := tx.Commit(); err != nil {
					t.Error(err)
				}
				if fresh, err := in.Put(t.Context(), "question", []string{fmt.Sprint(writer, "/", n)}, n); err != nil || !fresh {
					t.Errorf("Put: %v, %v", fresh, err)
				}
			}
		})
	}
	all.Wait()
	var last int
	if err := other.QueryRow(`SELECT max(n) FROM other`).Scan(&last); err != nil || last != 90 {
		t.Errorf("the other writers counted to %d, %v", last, err)
	}
	eventually(t, "all work is done", func() bool {
		d, err := in.Depth(t.Context())
		return err == nil && d == Depth{}
	})
	if n := jobs(t, in); n != 90 {
		t.Errorf("%d jobs", n)
	}
}

func testNewWorkWakesRiver(t *testing.T, place func(testing.TB) home) {
	ran := make(chan int64, 1)
	in := open(t, place(t), func(_ context.Context, w *Work) error {
		ran <- w.ID
		return nil
	}, Config{poll: time.Hour})
	put(t, in, "a")
	start(t, in)
	receive(t, ran) // River fetches once at its start, so the first job shows nothing
	for id := range int64(3) {
		put(t, in, fmt.Sprint(id))
		if got := receive(t, ran); got != id+2 {
			t.Errorf("job %d ran, want %d", got, id+2)
		}
	}
}

func testWorkArrivesAsItWasPut(t *testing.T, place func(testing.TB) home) {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 5, time.FixedZone("JST", 9*3600))
	got := make(chan *Work, 1)
	in := open(t, place(t), func(_ context.Context, w *Work) error {
		got <- w
		return nil
	}, Config{Now: func() time.Time { return noon }})
	start(t, in)
	text := strings.Repeat("<!channel> \u202e 🏭 \u0001\u0000\\u0000 ﾃﾚﾜｰｸ ", 2000)
	if _, err := in.Put(t.Context(), "slash", []string{"a"}, text); err != nil {
		t.Fatal(err)
	}
	w := receive(t, got)
	if w.Kind != "slash" || w.ID != 1 || w.Attempt != 1 || w.Last || !w.Received.Equal(noon) {
		t.Errorf("%+v", w)
	}
	var back string
	if err := json.Unmarshal(w.Payload, &back); err != nil || back != text {
		t.Errorf("%v: the payload has %d bytes, the text %d", err, len(back), len(text))
	}
}
