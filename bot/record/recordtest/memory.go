package recordtest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/record"
)

// Opinions is the memory of what people thought of answers.
type Opinions interface {
	SaveFeedback(ctx context.Context, f record.Feedback) error
	Feedback(ctx context.Context, since time.Time, limit int) ([]record.Feedback, error)
	Retract(ctx context.Context, team, channel, ts string) error
}

// Subscriptions is the memory of who wants a case a week.
type Subscriptions interface {
	Subscribe(ctx context.Context, s record.Subscription) error
	Unsubscribe(ctx context.Context, id string) (bool, error)
	Subscription(ctx context.Context, id string) (record.Subscription, error)
	Subscriptions(ctx context.Context, team, by string) ([]record.Subscription, error)
}

// Sending is what a subscription sends, and when.
type Sending interface {
	DueBetween(ctx context.Context, team string, now, far time.Time) ([]record.Subscription, error)
	Postpone(ctx context.Context, s record.Subscription, due time.Time) error
	Choose(ctx context.Context, s record.Subscription, due time.Time, order []string) (string, error)
}

func feedback(t *testing.T, open func() Record) {
	r := open()
	bad := record.Feedback{
		Key: "m:1", Team: "T1", By: "U1", Question: "UTMは？", History: []string{"認証は？"}, Cases: []string{"ipa2021/7"}, Press: 5, At: noon,
	}
	with := bad
	with.Reason, with.Note, with.Press, with.At = "page", "7ではなく19", 6, noon.Add(time.Minute)
	refusal := record.Feedback{Key: "m:2", Team: "T1", Refused: true, Question: "ラーメンは？", At: noon.Add(-time.Hour)}
	for _, f := range []record.Feedback{bad, with, bad, refusal} { // bad again is a retry that was slow
		must(t, r.SaveFeedback(ctx, f))
	}
	again := bad
	again.Press = 7 // the button once more: the reason stays
	must(t, r.SaveFeedback(ctx, again))
	got, err := open().Feedback(ctx, noon.Add(-2*time.Hour), 10)
	must(t, err)
	if len(got) != 2 || got[0].Reason != "page" || got[0].Note != with.Note || !reflect.DeepEqual(got[0].History, bad.History) ||
		!reflect.DeepEqual(got[0].Cases, bad.Cases) || !got[1].Refused || got[0].ID == "" || got[0].ID == got[1].ID {
		t.Errorf("got %+v", got)
	}
	good := bad
	good.Good, good.Press = true, 8
	must(t, r.SaveFeedback(ctx, good))
	other := bad
	other.By = "U2"
	must(t, r.SaveFeedback(ctx, other))
	if got, err = r.Feedback(ctx, noon, 10); err != nil || len(got) != 2 || got[0].Good == got[1].Good {
		t.Errorf("after a change of mind: %+v, %v", got, err)
	}
	for _, f := range got {
		if f.Good && f.Reason != "" {
			t.Errorf("what is good has a reason: %+v", f)
		}
	}
	must(t, r.Forget(ctx, noon.Add(time.Hour)))
	if got, err = r.Feedback(ctx, time.UnixMilli(0), 10); err != nil || len(got) != 0 {
		t.Errorf("not forgotten: %+v, %v", got, err)
	}
}

func retracted(t *testing.T, open func() Record) {
	r := open()
	for _, id := range []string{"a", "b", "c"} {
		must(t, r.SaveShare(ctx, record.Share{ID: id, Team: "T1", Channel: "C1", TS: map[string]string{"a": "1.0", "b": "1.0", "c": "2.0"}[id], At: noon}))
	}
	must(t, r.Retract(ctx, "T1", "C1", "1.0"))
	must(t, r.Retract(ctx, "T1", "C1", "1.0"))
	if got, err := r.Shares(ctx, "T1", "", 10); err != nil || len(got) != 1 || got[0].ID != "c" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func subscriptions(t *testing.T, open func() Record) {
	r := open()
	s := record.Subscription{
		ID: "s1", Team: "T1", By: "U1", Channel: "C1", Zone: "Asia/Tokyo", Locale: "ja", Weekday: time.Monday, Minute: 540, Due: noon, At: noon.Add(-time.Hour),
	}
	must(t, r.Subscribe(ctx, s))
	twice := s
	twice.Channel = "C2"
	must(t, r.Subscribe(ctx, twice)) // a retry
	later := s
	later.ID, later.Due = "s2", noon.Add(40*24*time.Hour) // by a clock that was wrong
	must(t, r.Subscribe(ctx, later))
	if got, err := open().Subscriptions(ctx, "T1", "U1"); err != nil || !reflect.DeepEqual(got, []record.Subscription{s, later}) {
		t.Errorf("got %+v, %v", got, err)
	}
	due := func(at time.Time) (ids string) {
		got, err := r.DueBetween(ctx, "T1", at, at.Add(8*24*time.Hour))
		must(t, err)
		for _, s := range got {
			ids += s.ID + " "
		}
		return ids
	}
	if got := due(noon.Add(-time.Minute)); got != "s2 " {
		t.Errorf("due before: %q", got)
	}
	if got := due(noon); got != "s1 s2 " {
		t.Errorf("due: %q", got)
	}
	must(t, r.Postpone(ctx, s, noon.Add(7*24*time.Hour)))
	must(t, r.Postpone(ctx, s, noon.Add(time.Hour))) // another bot, which read it before
	if got := due(noon.Add(time.Hour)); got != "s2 " {
		t.Errorf("due after: %q", got)
	}
	order := []string{"b/1", "b/2"}
	var sent string
	for week := range 4 {
		for range 2 { // tried again, it is the same case
			c, err := r.Choose(ctx, s, noon.Add(time.Duration(week)*7*24*time.Hour), order)
			must(t, err)
			sent += c + " "
		}
	}
	if want := "b/1 b/1 b/2 b/2 b/1 b/1 b/2 b/2 "; sent != want {
		t.Errorf("sent %q, want %q", sent, want)
	}
	ended, err := r.Unsubscribe(ctx, "s1")
	must(t, err)
	again, err := r.Unsubscribe(ctx, "s1")
	must(t, err)
	if _, err := r.Subscription(ctx, "s1"); !ended || again || !errors.Is(err, record.ErrNone) {
		t.Errorf("ended %t, again %t, %v", ended, again, err)
	}
	must(t, r.ForgetTeam(ctx, "T1"))
	if got, err := r.Subscriptions(ctx, "T1", "U1"); err != nil || len(got) != 0 {
		t.Errorf("after the team: %+v, %v", got, err)
	}
}
