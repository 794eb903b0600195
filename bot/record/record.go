package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Thread is a conversation in Slack. TS is the thread's first message; for a direct message outside a thread, the caller's choice, kept the same.
type Thread struct{ Team, Channel, TS string }

// Turn is one question in a thread and what it was answered with.
type Turn struct {
	Key      string    // of the question; a turn saved again under its key replaces itself. Must be there
	Question string    // as understood: what a follow-up is merged with
	Cases    []string  // shown, in order ("ipa2021/14"); empty for a refusal
	Without  []string  // kinds of facets that somebody took out of it: a follow-up does not inherit them
	Press    int64     // of the presses that changed Without, the latest: later ones have greater numbers. 0 before any
	At       time.Time // milliseconds are kept, UTC
}

// Reply is where the one message that answers a question is.
type Reply struct {
	Team, Channel, TS string
	ThreadTS          string // "" outside a thread
	Ephemeral         bool   // only its asker sees it, and it cannot be updated by its TS
	At                time.Time
}

// Share is one case that somebody put into a channel.
type Share struct {
	ID      string // of the act of sharing (a view, a click); saved again it replaces itself. Must be there
	Team    string
	Channel string // where to
	TS      string // of the card there; "" until it is posted
	Case    string // "ipa2021/14"
	By      string // the user
	From    string // the view or message it was shared from
	Comment string // the user's words
	At      time.Time
}

// Record is the memory in one database. Its methods may be called at the same time; what they have written is on the disk when they return.
type Record struct {
	db    *sql.DB
	words *strings.Replacer // what our SQL is in the database's own words
	log   *slog.Logger
}

// Close closes the record.
func (r *Record) Close() error { return r.db.Close() }

// Once tells whether key is done for the first time, and by whom: true for the first by, and for the same by again, because work that was
// interrupted after it asked must be let through when it is tried again. A second click is other work, has another by, and gets
// false. by is what names the work: the inbox's job id, or the trigger's key.
func (r *Record) Once(ctx context.Context, key, by string) (first bool, err error) {
	if key == "" || by == "" {
		return false, errors.New("once needs a key and who asks")
	}
	var holder string
	// DO UPDATE of nothing, so that RETURNING answers with the row that is there.
	err = r.row(ctx, `
		INSERT INTO record_once (key, "by", at) VALUES (?1, ?2, ?3)
		ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING "by"`, key, by, time.Now().UnixMilli()).Scan(&holder)
	if err != nil {
		return false, fmt.Errorf("recording a first time: %w", err)
	}
	return holder == by, nil
}

// SaveReply records where the one message for the question's key is. Saved again, it replaces itself.
func (r *Record) SaveReply(ctx context.Context, key string, reply Reply) error {
	if key == "" {
		return errors.New("a reply needs the key of its question")
	}
	_, err := r.exec(ctx, `
		INSERT INTO record_reply (key, team, channel, ts, thread, ephemeral, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT (key) DO UPDATE SET team = excluded.team, channel = excluded.channel, ts = excluded.ts, thread = excluded.thread,
			ephemeral = excluded.ephemeral, at = excluded.at`,
		key, reply.Team, reply.Channel, reply.TS, reply.ThreadTS, reply.Ephemeral, reply.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("recording a reply: %w", err)
	}
	return nil
}

// Reply finds the message for the question's key; false if none is recorded, or if it was forgotten.
func (r *Record) Reply(ctx context.Context, key string) (Reply, bool, error) {
	var reply Reply
	var at int64
	err := r.row(ctx, `SELECT team, channel, ts, thread, ephemeral, at FROM record_reply WHERE key = ?1`, key).
		Scan(&reply.Team, &reply.Channel, &reply.TS, &reply.ThreadTS, &reply.Ephemeral, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Reply{}, false, nil
	}
	if err != nil {
		return Reply{}, false, fmt.Errorf("reading a reply: %w", err)
	}
	reply.At = time.UnixMilli(at).UTC()
	return reply, true, nil
}

// Set stores a setting of a scope: a team ("T1"), or something in it ("T1/C1", "T1/U1"), so that ForgetTeam finds it. An empty value removes it.
func (r *Record) Set(ctx context.Context, scope, name, value string) error {
	query, values := `DELETE FROM record_setting WHERE scope = ?1 AND name = ?2`, []any{scope, name}
	if value != "" {
		query = `INSERT INTO record_setting (scope, name, value) VALUES (?1, ?2, ?3) ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value`
		values = append(values, value)
	}
	if _, err := r.exec(ctx, query, values...); err != nil {
		return fmt.Errorf("storing the setting %s: %w", name, err)
	}
	return nil
}

// Setting reads a setting; "" if there is none.
func (r *Record) Setting(ctx context.Context, scope, name string) (string, error) {
	var value string
	err := r.row(ctx, `SELECT value FROM record_setting WHERE scope = ?1 AND name = ?2`, scope, name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("reading the setting %s: %w", name, err)
	}
	return value, nil
}
