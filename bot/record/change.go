package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Change is what became of a question after it was asked: its asker edited it, deleted it, or stopped its answer.
type Change struct {
	Text string // what the question is now; "" where it is as it was
	Gone bool
	TS   string // Slack's time of the change: of two the later one counts, in whichever order they arrive
}

// SaveChange records a change under the question's key, unless a later one is there.
func (r *Record) SaveChange(ctx context.Context, team, key string, c Change) error {
	if key == "" {
		return errors.New("a change needs the key of its question")
	}
	_, err := r.exec(ctx, `
		INSERT INTO record_change (key, team, text, gone, ts, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (key) DO UPDATE SET text = excluded.text, gone = excluded.gone, ts = excluded.ts, at = excluded.at
			WHERE record_change.ts <= excluded.ts`, key, team, c.Text, c.Gone, c.TS, time.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("recording a change: %w", err)
	}
	return nil
}

// Change returns the latest change of a question; the zero Change if there is none.
func (r *Record) Change(ctx context.Context, key string) (c Change, err error) {
	err = r.row(ctx, `SELECT text, gone, ts FROM record_change WHERE key = ?1`, key).Scan(&c.Text, &c.Gone, &c.TS)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Change{}, fmt.Errorf("reading a change: %w", err)
	}
	return c, nil
}

// Withdraw deletes what is kept of a question that was deleted: its turn, and where its reply was.
func (r *Record) Withdraw(ctx context.Context, thread Thread, key string) error {
	_, err := r.exec(ctx, `DELETE FROM record_turn WHERE team = ?1 AND channel = ?2 AND thread = ?3 AND key = ?4`, thread.Team, thread.Channel, thread.TS, key)
	if err == nil {
		_, err = r.exec(ctx, `DELETE FROM record_reply WHERE key = ?1`, key)
	}
	if err != nil {
		return fmt.Errorf("withdrawing a question: %w", err)
	}
	return nil
}
