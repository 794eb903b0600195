package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/riverqueue/river"
)

// ErrGiveUp ends, wrapped in a handler's error, the work for good: no retry, no last words (the channel is gone, the token revoked).
var ErrGiveUp = errors.New("given up")

// errKeepsDying is what Exhausted is told of work under which the process died again and again.
var errKeepsDying = errors.New("the process died each time it did this work")

// RetryAfter wraps a handler's error to be tried again after d (at most 15 minutes) instead of the usual pause: for a 429 with Retry-After. It
// still uses up an attempt. Waiting inside the handler would hold a worker that others need.
func RetryAfter(d time.Duration, err error) error {
	return &retryAfter{d: min(max(d, 0), 15*time.Minute), err: err}
}

type retryAfter struct {
	d   time.Duration
	err error
}

func (e *retryAfter) Error() string { return e.err.Error() }
func (e *retryAfter) Unwrap() error { return e.err }

// pause before the attempt that follows the given one: 1 s, 2 s, 4 s, then 8 s.
func pause(attempt int) time.Duration {
	return time.Second << min(max(attempt-1, 0), 3)
}

// args is the one kind of River job; what it is about is inside, so that River knows nothing of Slack.
type args struct {
	What     string    `json:"kind"`
	Payload  document  `json:"payload"`
	Team     string    `json:"team,omitempty"` // as the payload says it, where the database can find it: see Drop
	Received time.Time `json:"received"`
}

// document is JSON kept as a text: PostgreSQL's jsonb takes no \u0000, which a person can send.
type document string

// UnmarshalJSON also reads the document that stands there as itself, as it did in files of before.
func (d *document) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil || !json.Valid([]byte(text)) {
		text = string(data)
	}
	*d = document(text)
	return nil
}

// Kind names the job for River.
func (args) Kind() string { return "jirei" }

// delays carries the pause from Work, which sees the error, to NextRetry, which River calls after it and which does not.
type delays struct {
	mu   sync.Mutex
	next map[int64]time.Duration
}

func (d *delays) set(job int64, pause time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next[job] = pause
}

func (d *delays) take(job int64, otherwise time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if pause, ok := d.next[job]; ok {
		delete(d.next, job)
		return pause
	}
	return otherwise
}

// attempt names one try at a job.
type attempt struct {
	job    int64
	number int
}

// hand is what this process works on, and what it has put down a moment ago, whose end River may still be writing.
type hand struct {
	mu sync.Mutex
	at map[attempt]time.Time // when it was put down; zero before
}

func (h *hand) take(a attempt) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[a] = time.Time{}
}

func (h *hand) putDown(a attempt) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[a] = time.Now()
}

// holds lists the jobs in hand, and those put down less than grace ago.
func (h *hand) holds(grace time.Duration) []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []int64{}
	for a, down := range h.at {
		if !down.IsZero() && time.Since(down) > grace {
			delete(h.at, a)
			continue
		}
		out = append(out, a.job)
	}
	return out
}

type worker struct {
	river.WorkerDefaults[args]
	in *Inbox
}

// NextRetry overrides River's policy (attempt⁴ seconds): people wait for the answer.
func (wk *worker) NextRetry(job *river.Job[args]) time.Time {
	return time.Now().Add(wk.in.delays.take(job.ID, pause(job.Attempt)))
}

// Work runs the handler once and tells River how it went. What it returns is only obeyed while this attempt is the running one: fence.go.
func (wk *worker) Work(ctx context.Context, job *river.Job[args]) error {
	in := wk.in
	this := attempt{job.ID, job.Attempt}
	in.hand.take(this)
	defer in.hand.putDown(this)
	if err := river.MetadataSet(ctx, attemptKey, job.Attempt); err != nil {
		return fmt.Errorf("marking the attempt: %w", err)
	}
	w := &Work{
		ID: job.ID, Attempt: job.Attempt, Kind: job.Args.What, Payload: json.RawMessage(job.Args.Payload), Received: job.Args.Received,
		Last: job.Attempt >= job.MaxAttempts, inbox: in,
	}
	err := errKeepsDying
	// An attempt beyond the last was never a failure, only the process's death. As many deaths again as attempts, and it is the work that kills.
	if job.Attempt <= 2*job.MaxAttempts {
		err = in.try(ctx, w)
	}
	switch {
	case err == nil:
		in.ended(ctx, w, "completed")
		return nil
	case errors.Is(err, ErrFenced):
		in.log.Warn("an attempt lost its work and stopped", "job", w.ID, "attempt", w.Attempt, "kind", w.Kind)
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		// A stop ran out of patience: River makes the job available again, without counting the attempt, for exactly this error.
		in.log.Info("work was interrupted by the stop and goes on at the next start", "job", w.ID, "kind", w.Kind)
		return ctx.Err()
	case errors.Is(err, ErrGiveUp):
		in.log.Warn("work was given up", "job", w.ID, "attempt", w.Attempt, "kind", w.Kind, "err", err)
		in.ended(ctx, w, "cancelled")
		return river.JobCancel(err)
	case w.Last:
		in.log.Error("work failed for the last time", "job", w.ID, "attempt", w.Attempt, "kind", w.Kind, "err", err)
		in.apologise(ctx, w, err)
		in.ended(ctx, w, "discarded")
		return err
	}
	wait := pause(w.Attempt)
	var asked *retryAfter
	if errors.As(err, &asked) {
		wait = asked.d
	}
	in.delays.set(w.ID, wait)
	in.log.Warn("work failed and is tried again", "job", w.ID, "attempt", w.Attempt, "kind", w.Kind, "in", wait, "err", err)
	return err
}

// try runs the handler within the time limit. A panic is an error like any other; its value is told only where it cannot hold what a person
// wrote, that is for the runtime's own errors.
func (in *Inbox) try(ctx context.Context, w *Work) (err error) {
	ctx, cancel := context.WithTimeout(ctx, in.cfg.JobTimeout)
	defer cancel()
	defer in.recovered(w, &err)
	return in.handle(ctx, w)
}

func (in *Inbox) recovered(w *Work, err *error) {
	switch value := recover().(type) {
	case nil:
		return
	case runtime.Error:
		*err = fmt.Errorf("panic: %w", value)
	default:
		*err = fmt.Errorf("panic with a %T", value)
	}
	in.log.Error("a handler panicked", "job", w.ID, "kind", w.Kind, "err", *err, "stack", string(debug.Stack()))
}

// apologise gives Exhausted its chance, in time of its own: the handler's may be used up.
func (in *Inbox) apologise(ctx context.Context, w *Work, cause error) {
	if in.cfg.Exhausted == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), apologyIn)
	defer cancel()
	err := func() (err error) {
		defer in.recovered(w, &err)
		return in.cfg.Exhausted(ctx, w, cause)
	}()
	if err != nil {
		in.log.Error("nobody could be told that the work failed", "job", w.ID, "kind", w.Kind, "err", err)
	}
}

// ended is best effort: if the file is busy for longer than its timeout, River's own update follows, with retries and under the fence.
func (in *Inbox) ended(ctx context.Context, w *Work, state string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), apologyIn)
	defer cancel()
	if err := w.end(ctx, state); err != nil {
		in.log.Warn("the job's end is left to River", "job", w.ID, "state", state, "err", err)
	}
}
