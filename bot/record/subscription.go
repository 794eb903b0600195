package record

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Subscription is a case a week for a channel, wanted by one person.
type Subscription struct {
	ID       string // of the wish, so that a retry does not store it twice. Must be there
	Team, By string
	Channel  string
	Zone     string // the subscriber's time zone, by its IANA name
	Locale   string
	Weekday  time.Weekday
	Minute   int       // of the day
	Due      time.Time // the next time
	At       time.Time // of the wish
}

// ErrNone says that there is no such subscription (any more).
var ErrNone = errors.New("no such subscription")

const subscriptionColumns = `id, team, "by", channel, zone, locale, weekday, minute, due, at`

// Subscribe stores a subscription; again with the same ID it changes nothing.
func (r *Record) Subscribe(ctx context.Context, s Subscription) error {
	if s.ID == "" {
		return errors.New("a subscription needs an id")
	}
	_, err := r.exec(ctx, `INSERT INTO record_subscription (`+subscriptionColumns+`) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING`,
		s.ID, s.Team, s.By, s.Channel, s.Zone, s.Locale, int(s.Weekday), s.Minute, s.Due.UnixMilli(), s.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("storing a subscription: %w", err)
	}
	return nil
}

// Unsubscribe ends one; what it has sent is forgotten with it. False where there is none.
func (r *Record) Unsubscribe(ctx context.Context, id string) (bool, error) {
	n, err := r.exec(ctx, `DELETE FROM record_subscription WHERE id = ?1`, id)
	if err == nil {
		_, err = r.exec(ctx, `DELETE FROM record_sent WHERE subscription = ?1`, id)
	}
	if err != nil {
		return false, fmt.Errorf("ending a subscription: %w", err)
	}
	return n > 0, nil
}

// Subscription finds one by its id, or says ErrNone.
func (r *Record) Subscription(ctx context.Context, id string) (Subscription, error) {
	found, err := r.subscriptions(ctx, `WHERE id = ?1`, id)
	if err == nil && len(found) == 0 {
		return Subscription{}, ErrNone
	}
	if err != nil {
		return Subscription{}, err
	}
	return found[0], nil
}

// Subscriptions are a person's, oldest first.
func (r *Record) Subscriptions(ctx context.Context, team, by string) ([]Subscription, error) {
	return r.subscriptions(ctx, `WHERE team = ?1 AND "by" = ?2 ORDER BY at, id`, team, by)
}

// DueBetween are the team's that are due by now, and those whose time lies after far, which a clock that was wrong has put there.
func (r *Record) DueBetween(ctx context.Context, team string, now, far time.Time) ([]Subscription, error) {
	return r.subscriptions(ctx, `WHERE team = ?1 AND (due <= ?2 OR due > ?3) ORDER BY due, id`, team, now.UnixMilli(), far.UnixMilli())
}

func (r *Record) subscriptions(ctx context.Context, where string, values ...any) ([]Subscription, error) {
	rows, err := r.query(ctx, `SELECT `+subscriptionColumns+` FROM record_subscription `+where, values...)
	if err != nil {
		return nil, fmt.Errorf("reading subscriptions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Subscription
	for rows.Next() {
		var s Subscription
		var weekday, due, at int64
		if err := rows.Scan(&s.ID, &s.Team, &s.By, &s.Channel, &s.Zone, &s.Locale, &weekday, &s.Minute, &due, &at); err != nil {
			return nil, fmt.Errorf("reading subscriptions: %w", err)
		}
		s.Weekday, s.Due, s.At = time.Weekday(weekday), time.UnixMilli(due).UTC(), time.UnixMilli(at).UTC()
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading subscriptions: %w", err)
	}
	return out, nil
}

// Postpone sets a subscription's next time, unless somebody else has done so since s was read.
func (r *Record) Postpone(ctx context.Context, s Subscription, due time.Time) error {
	if _, err := r.exec(ctx, `UPDATE record_subscription SET due = ?1 WHERE id = ?2 AND due = ?3`, due.UnixMilli(), s.ID, s.Due.UnixMilli()); err != nil {
		return fmt.Errorf("setting a subscription's next time: %w", err)
	}
	return nil
}

// Choose settles which case a subscription sends at a time: the first of these that it has not sent in this round, and when all have been
// sent, a new round begins. Asked again for the same time it gives the same case. "" where there are none.
func (r *Record) Choose(ctx context.Context, s Subscription, due time.Time, order []string) (string, error) {
	sent, round, err := r.sent(ctx, s.ID)
	if err != nil || len(order) == 0 {
		return "", err
	}
	next := ""
	for ; next == ""; round++ {
		for _, c := range order {
			if !sent[sentCase{c, round}] {
				next = c
				break
			}
		}
		if next != "" {
			break
		}
	}
	_, err = r.exec(ctx, `INSERT INTO record_sent (subscription, due, team, "case", round) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (subscription, due) DO NOTHING`,
		s.ID, due.UnixMilli(), s.Team, next, round)
	if err == nil {
		err = r.row(ctx, `SELECT "case" FROM record_sent WHERE subscription = ?1 AND due = ?2`, s.ID, due.UnixMilli()).Scan(&next)
	}
	if err != nil {
		return "", fmt.Errorf("choosing a subscription's case: %w", err)
	}
	return next, nil
}

type sentCase struct {
	id    string
	round int64
}

// sent is what a subscription has sent, and the round it is in.
func (r *Record) sent(ctx context.Context, id string) (sent map[sentCase]bool, round int64, err error) {
	rows, err := r.query(ctx, `SELECT "case", round FROM record_sent WHERE subscription = ?1`, id)
	if err != nil {
		return nil, 0, fmt.Errorf("reading what a subscription has sent: %w", err)
	}
	defer func() { _ = rows.Close() }()
	sent = map[sentCase]bool{}
	for rows.Next() {
		var c sentCase
		if err := rows.Scan(&c.id, &c.round); err != nil {
			return nil, 0, fmt.Errorf("reading what a subscription has sent: %w", err)
		}
		sent[c], round = true, max(round, c.round)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("reading what a subscription has sent: %w", err)
	}
	return sent, round, nil
}
