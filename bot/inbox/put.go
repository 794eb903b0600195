package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	text, err := json.Marshal(payload)
	if err != nil {
		return false, fmt.Errorf("encoding the work: %w", err)
	}
	var of struct {
		Team string `json:"team"`
	}
	_ = json.Unmarshal(text, &of) // a payload without a team is nobody's
	job := args{What: kind, Payload: document(text), Team: of.Team, Received: in.cfg.Now().UTC()}
	if keys = unique(keys); len(keys) == 0 {
		return false, errors.New("work needs a key, or a second delivery could not be told from a second question")
	}
	if fresh, err = in.base.put(ctx, job, keys); err != nil {
		return false, fmt.Errorf("storing the work: %w", err)
	}
	return fresh, nil
}

// unique drops empty and repeated keys: a key repeated within one call would look as if it had been seen before. It sorts them, so that of two
// transactions with the same keys one waits for the other, and never each for the other.
func unique(keys []string) []string {
	var out []string
	have := map[string]bool{"": true}
	for _, key := range keys {
		if !have[key] {
			have[key] = true
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// sweep forgets the keys of two days ago, and the notes of work that River has deleted.
func (in *Inbox) sweep(ctx context.Context) error {
	if _, err := in.exec(ctx, `DELETE FROM inbox_seen WHERE at < ?1`, in.cfg.Now().Add(-seenFor).UnixMilli()); err != nil {
		return fmt.Errorf("sweeping old keys: %w", err)
	}
	if _, err := in.exec(ctx, `DELETE FROM inbox_note WHERE NOT EXISTS (SELECT 1 FROM river_job WHERE id = job)`); err != nil {
		return fmt.Errorf("sweeping old notes: %w", err)
	}
	return nil
}
