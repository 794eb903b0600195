package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// AppendTurn adds a turn to its thread. The turns of a thread are in the order of their At.
func (r *Record) AppendTurn(ctx context.Context, thread Thread, turn Turn) error {
	if turn.Key == "" {
		return errors.New("a turn needs the key of its question, or a retry would add it twice")
	}
	cases, without, err := turn.lists()
	if err != nil {
		return err
	}
	_, err = r.exec(ctx, `
		INSERT INTO record_turn (team, channel, thread, key, question, cases, without, press, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT (team, channel, thread, key) DO UPDATE SET question = excluded.question, cases = excluded.cases,
			without = excluded.without, press = excluded.press`, // a question that was edited keeps its place
		thread.Team, thread.Channel, thread.TS, turn.Key, turn.Question, cases, without, turn.Press, turn.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("recording a turn: %w", err)
	}
	return nil
}

// lists are a turn's lists as the file keeps them: [] rather than null.
func (t Turn) lists() (cases, without string, err error) {
	c, err := json.Marshal(append([]string{}, t.Cases...))
	if err != nil {
		return "", "", fmt.Errorf("encoding a turn: %w", err)
	}
	w, err := json.Marshal(append([]string{}, t.Without...))
	if err != nil {
		return "", "", fmt.Errorf("encoding a turn: %w", err)
	}
	return string(c), string(w), nil
}

// Reread replaces what a turn was read without and what it showed (Without, Cases, Press); its question and its place in the thread stay. False if
// a later press has done so already, which must not be undone by one that was slow, or if there is no such turn.
func (r *Record) Reread(ctx context.Context, thread Thread, turn Turn) (latest bool, err error) {
	cases, without, err := turn.lists()
	if err != nil {
		return false, err
	}
	n, err := r.exec(ctx, `
		UPDATE record_turn SET cases = ?1, without = ?2, press = ?3 WHERE team = ?4 AND channel = ?5 AND thread = ?6 AND key = ?7 AND press <= ?8`,
		cases, without, turn.Press, thread.Team, thread.Channel, thread.TS, turn.Key, turn.Press)
	if err != nil {
		return false, fmt.Errorf("recording what a turn is read without: %w", err)
	}
	return n > 0, nil
}

// Turns returns the latest limit turns of a thread, oldest first.
func (r *Record) Turns(ctx context.Context, thread Thread, limit int) ([]Turn, error) {
	rows, err := r.query(ctx, `
		SELECT key, question, cases, without, press, at FROM record_turn WHERE team = ?1 AND channel = ?2 AND thread = ?3
		ORDER BY at DESC, key DESC LIMIT ?4`, thread.Team, thread.Channel, thread.TS, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("reading a thread: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var turns []Turn
	for rows.Next() {
		var turn Turn
		var cases, without string
		var at int64
		if err := rows.Scan(&turn.Key, &turn.Question, &cases, &without, &turn.Press, &at); err != nil {
			return nil, fmt.Errorf("reading a thread: %w", err)
		}
		if err := json.Unmarshal([]byte(cases), &turn.Cases); err != nil {
			return nil, fmt.Errorf("reading a turn's cases: %w", err)
		}
		if err := json.Unmarshal([]byte(without), &turn.Without); err != nil {
			return nil, fmt.Errorf("reading what a turn is read without: %w", err)
		}
		turn.At = time.UnixMilli(at).UTC()
		turns = append(turns, turn)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading a thread: %w", err)
	}
	slices.Reverse(turns)
	return turns, nil
}

// HasThread tells whether jirei answered in the thread, so that a reply there is meant for it.
func (r *Record) HasThread(ctx context.Context, thread Thread) (bool, error) {
	var one int
	err := r.row(ctx, `SELECT 1 FROM record_turn WHERE team = ?1 AND channel = ?2 AND thread = ?3 LIMIT 1`,
		thread.Team, thread.Channel, thread.TS).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking for a thread: %w", err)
	}
	return true, nil
}

// SaveShare records a share: before the card is posted without its TS, after it with.
func (r *Record) SaveShare(ctx context.Context, share Share) error {
	if share.ID == "" {
		return errors.New("a share needs an id, or a retry would record it twice")
	}
	_, err := r.exec(ctx, `
		INSERT INTO record_share (id, team, channel, ts, "case", "by", "from", comment, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT (id) DO UPDATE SET team = excluded.team, channel = excluded.channel, ts = excluded.ts, "case" = excluded."case",
			"by" = excluded."by", "from" = excluded."from", comment = excluded.comment, at = excluded.at`,
		share.ID, share.Team, share.Channel, share.TS, share.Case, share.By, share.From, share.Comment, share.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("recording a share: %w", err)
	}
	return nil
}

// Retract forgets the shares that one message of ours held. It may be told of one that holds none.
func (r *Record) Retract(ctx context.Context, team, channel, ts string) error {
	if _, err := r.exec(ctx, `DELETE FROM record_share WHERE team = ?1 AND channel = ?2 AND ts = ?3`, team, channel, ts); err != nil {
		return fmt.Errorf("recording that a share was taken back: %w", err)
	}
	return nil
}

// Shares returns the latest limit shares of a team, newest first; of one case where caseID is not empty.
func (r *Record) Shares(ctx context.Context, team, caseID string, limit int) ([]Share, error) {
	rows, err := r.query(ctx, `
		SELECT id, team, channel, ts, "case", "by", "from", comment, at FROM record_share
		WHERE team = ?1 AND (?2 = '' OR "case" = ?2) ORDER BY at DESC, id DESC LIMIT ?3`, team, caseID, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("reading shares: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var shares []Share
	for rows.Next() {
		var s Share
		var at int64
		if err := rows.Scan(&s.ID, &s.Team, &s.Channel, &s.TS, &s.Case, &s.By, &s.From, &s.Comment, &at); err != nil {
			return nil, fmt.Errorf("reading shares: %w", err)
		}
		s.At = time.UnixMilli(at).UTC()
		shares = append(shares, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading shares: %w", err)
	}
	return shares, nil
}

// Forget deletes whole threads whose latest turn is older than before (a thread that goes on keeps its beginning, or a follow-up would lose
// it), older replies, feedback and first times, and blanks the comments of older shares; who shared what stays. The caller does this once a
// day with 30 days.
func (r *Record) Forget(ctx context.Context, before time.Time) error {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("forgetting: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, query := range []string{
		`DELETE FROM record_turn WHERE (team, channel, thread) IN
			(SELECT team, channel, thread FROM record_turn GROUP BY team, channel, thread HAVING max(at) < ?1)`,
		`DELETE FROM record_reply WHERE at < ?1`,
		`DELETE FROM record_once WHERE at < ?1`,
		`DELETE FROM record_change WHERE at < ?1`,
		`UPDATE record_share SET comment = '' WHERE at < ?1 AND comment <> ''`,
		`DELETE FROM record_feedback WHERE at < ?1`,
	} {
		if _, err := tx.ExecContext(ctx, r.words.Replace(query), before.UnixMilli()); err != nil {
			return fmt.Errorf("forgetting: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("forgetting: %w", err)
	}
	r.log.Debug("the record forgot what is older", "before", before)
	return nil
}

// ForgetTeam deletes everything of a team, and what was set in it: a team that removes jirei leaves nothing behind. First times stay; they
// hold no text, and Forget deletes them.
func (r *Record) ForgetTeam(ctx context.Context, team string) error {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("forgetting a team: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, query := range []string{
		`DELETE FROM record_turn WHERE team = ?1`,
		`DELETE FROM record_reply WHERE team = ?1`,
		`DELETE FROM record_share WHERE team = ?1`,
		`DELETE FROM record_change WHERE team = ?1`,
		`DELETE FROM record_feedback WHERE team = ?1`,
		`DELETE FROM record_subscription WHERE team = ?1`,
		`DELETE FROM record_sent WHERE team = ?1`,
		`DELETE FROM record_setting WHERE scope = ?1 OR substr(scope, 1, length(?1) + 1) = ?1 || '/'`,
	} {
		if _, err := tx.ExecContext(ctx, r.words.Replace(query), team); err != nil {
			return fmt.Errorf("forgetting a team: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("forgetting a team: %w", err)
	}
	return nil
}
