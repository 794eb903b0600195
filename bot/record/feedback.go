package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Feedback is what one person thinks of one answer; or, where By is "", that jirei refused a question, whether or not anybody minds.
type Feedback struct {
	ID       string // short, for people to type; SaveFeedback makes it
	Key      string // of the question. Must be there
	Team, By string
	Good     bool
	Refused  bool   // the answer was a refusal
	Reason   string // why it is not good: one of a few words of the bot's; "" where none was given
	Note     string // and in the person's own words
	Question string
	History  []string // the earlier questions that it was read with, oldest first
	Cases    []string // shown, in order
	Press    int64    // of two by one person on one answer the greater replaces the other
	At       time.Time
}

// SaveFeedback stores it in place of what the same person said of the same answer before. A second press of the same button keeps the reason
// that was given after the first.
func (r *Record) SaveFeedback(ctx context.Context, f Feedback) error {
	if f.Key == "" {
		return errors.New("feedback needs the key of its question")
	}
	sum := sha256.Sum256([]byte(f.Key + "\x00" + f.By))
	history, err := json.Marshal(append([]string{}, f.History...))
	if err != nil {
		return fmt.Errorf("encoding feedback: %w", err)
	}
	cases, err := json.Marshal(append([]string{}, f.Cases...))
	if err != nil {
		return fmt.Errorf("encoding feedback: %w", err)
	}
	_, err = r.exec(ctx, `
		INSERT INTO record_feedback (key, "by", id, team, good, refused, reason, note, question, history, cases, press, at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
		ON CONFLICT (key, "by") DO UPDATE SET good = excluded.good, refused = excluded.refused,
			reason = CASE WHEN excluded.good = 0 AND excluded.reason = '' THEN record_feedback.reason ELSE excluded.reason END,
			note = CASE WHEN excluded.good = 0 AND excluded.reason = '' THEN record_feedback.note ELSE excluded.note END,
			question = excluded.question, history = excluded.history, cases = excluded.cases, press = excluded.press, at = excluded.at
		WHERE record_feedback.press <= excluded.press`,
		f.Key, f.By, hex.EncodeToString(sum[:4]), f.Team, f.Good, f.Refused, f.Reason, f.Note, f.Question, string(history), string(cases), f.Press, f.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("recording feedback: %w", err)
	}
	return nil
}

// Feedback returns what was said since, newest first, at most limit of it.
func (r *Record) Feedback(ctx context.Context, since time.Time, limit int) ([]Feedback, error) {
	rows, err := r.query(ctx, `
		SELECT id, key, team, "by", good, refused, reason, note, question, history, cases, press, at FROM record_feedback
		WHERE at >= ?1 ORDER BY at DESC, id LIMIT ?2`, since.UnixMilli(), max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("reading feedback: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Feedback
	for rows.Next() {
		var f Feedback
		var history, cases string
		var at, good, refused int64
		if err := rows.Scan(&f.ID, &f.Key, &f.Team, &f.By, &good, &refused, &f.Reason, &f.Note, &f.Question, &history, &cases, &f.Press, &at); err != nil {
			return nil, fmt.Errorf("reading feedback: %w", err)
		}
		if err := errors.Join(json.Unmarshal([]byte(history), &f.History), json.Unmarshal([]byte(cases), &f.Cases)); err != nil {
			return nil, fmt.Errorf("reading feedback: %w", err)
		}
		f.Good, f.Refused, f.At = good == 1, refused == 1, time.UnixMilli(at).UTC()
		out = append(out, f)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading feedback: %w", err)
	}
	return out, nil
}
