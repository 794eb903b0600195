package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Put stores work of one kind under its keys, and returns only after it is on the disk; then the caller may acknowledge. Each key names the
// same thing in one of the ways Slack names it, with a prefix of its own ("event:Ev1", "msg:T1/C1/12.3"); empty keys are skipped,
// but one must be there. If any key was seen in the last 48 hours nothing is stored and fresh is false; the other keys are
// remembered all the same, so that a third variant that shares only those is caught too. On an error nothing is stored, and nothing should be
// acknowledged: Slack delivers again.
func (in *Inbox) Put(ctx context.Context, kind string, keys []string, payload any) (fresh bool, err error) {
	if kind == "" {
		return false, errors.New("work needs a kind")
	}
	now := in.cfg.Now()
	job := args{What: kind, Received: now.UTC()}
	if job.Payload, err = json.Marshal(payload); err != nil {
		return false, fmt.Errorf("encoding the work: %w", err)
	}
	tx, err := in.db.BeginTx(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("storing the work: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	named, seen := 0, 0
	for _, key := range unique(keys) {
		res, err := tx.ExecContext(ctx, `INSERT INTO inbox_seen (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, key, now.UnixMilli())
		if err != nil {
			return false, fmt.Errorf("storing a key of the work: %w", err)
		}
		added, err := res.RowsAffected()
		if err != nil {
			return false, fmt.Errorf("storing a key of the work: %w", err)
		}
		named++
		if added == 0 {
			seen++
		}
	}
	if named == 0 {
		return false, errors.New("work needs a key, or a second delivery could not be told from a second question")
	}
	if seen == 0 {
		if _, err := in.client.InsertTx(ctx, tx, job, nil); err != nil {
			return false, fmt.Errorf("storing the work: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return false, fmt.Errorf("storing the work: %w", err)
	}
	if seen == 0 {
		in.wake.nudge()
	}
	return seen == 0, nil
}

// unique drops empty and repeated keys: a key repeated within one call would look as if it had been seen before.
func unique(keys []string) []string {
	var out []string
	have := map[string]bool{"": true}
	for _, key := range keys {
		if !have[key] {
			have[key] = true
			out = append(out, key)
		}
	}
	return out
}

func (in *Inbox) sweepLoop(ctx context.Context) {
	defer close(in.swept)
	tick := time.NewTicker(sweepIn)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := in.sweep(ctx); err != nil && ctx.Err() == nil {
				in.log.Warn("old keys could not be swept; the next sweep tries again", "err", err)
			}
		}
	}
}

// sweep forgets the keys of two days ago, and the notes of work that River has deleted.
func (in *Inbox) sweep(ctx context.Context) error {
	if _, err := in.db.ExecContext(ctx, `DELETE FROM inbox_seen WHERE at < ?`, in.cfg.Now().Add(-seenFor).UnixMilli()); err != nil {
		return fmt.Errorf("sweeping old keys: %w", err)
	}
	if _, err := in.db.ExecContext(ctx, `DELETE FROM inbox_note WHERE job NOT IN (SELECT id FROM river_job)`); err != nil {
		return fmt.Errorf("sweeping old notes: %w", err)
	}
	return nil
}
