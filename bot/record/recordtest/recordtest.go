// Package recordtest is what every record must do, wherever it keeps things. A record's own test calls [Run].
package recordtest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/record"
)

// Threads is the memory of conversations, and of what was taken out of a question.
type Threads interface {
	AppendTurn(ctx context.Context, thread record.Thread, turn record.Turn) error
	Turns(ctx context.Context, thread record.Thread, limit int) ([]record.Turn, error)
	HasThread(ctx context.Context, thread record.Thread) (bool, error)
	Reread(ctx context.Context, thread record.Thread, turn record.Turn) (latest bool, err error)
}

// Forgetting is what is not to stay.
type Forgetting interface {
	Forget(ctx context.Context, before time.Time) error
	ForgetTeam(ctx context.Context, team string) error
}

// Replies is the memory of what was sent, and done.
type Replies interface {
	SaveReply(ctx context.Context, key string, reply record.Reply) error
	Reply(ctx context.Context, key string) (record.Reply, bool, error)
	Once(ctx context.Context, key, by string) (bool, error)
	Changes
}

// Shares is the memory of shared cases and of settings.
type Shares interface {
	SaveShare(ctx context.Context, share record.Share) error
	Shares(ctx context.Context, team, caseID string, limit int) ([]record.Share, error)
	Set(ctx context.Context, scope, name, value string) error
	Setting(ctx context.Context, scope, name string) (string, error)
}

// Changes is what becomes of questions.
type Changes interface {
	SaveChange(ctx context.Context, team, key string, c record.Change) error
	Change(ctx context.Context, key string) (record.Change, error)
	Withdraw(ctx context.Context, thread record.Thread, key string) error
}

// Record is all of it.
type Record interface {
	Conversations
	Shares
	Kept
	Forgetting
}

// Conversations is what was asked and answered.
type Conversations interface {
	Threads
	Replies
}

// Kept is what people have said to be kept.
type Kept interface {
	Opinions
	Subscriptions
	Sending
}

// Run runs the suite. place makes an empty place for one test and returns a function that opens it, which is called several times: what one
// opening wrote, the next must read. Closing is place's affair (t.Cleanup).
func Run(t *testing.T, place func(t *testing.T) (open func() Record)) {
	for name, test := range map[string]func(*testing.T, func() Record){
		"a thread's turns come oldest first, the latest of them":    turns,
		"a turn told twice is one turn":                             turnTwice,
		"a turn is read without what the latest press took out":     reread,
		"threads do not mix":                                        threadsApart,
		"people's text comes back byte for byte":                    bytesKept,
		"a NUL and broken UTF-8 are no reason to fail":              oddText,
		"a reply is found by its question's key":                    replies,
		"once lets one through, and the same one again":             once,
		"once lets one of many through at the same moment":          onceTogether,
		"shares come newest first, by team and case":                shares,
		"settings are set, replaced and removed":                    settings,
		"forgetting takes old threads whole and leaves the current": forget,
		"forgetting a team takes all of it and no other":            forgetTeam,
		"what is written survives reopening":                        reopened,
		"a person's second opinion replaces the first":              feedback,
		"a share taken back is no share":                            retracted,
		"subscriptions are due, sent without repeats, and ended":    subscriptions,
		"what has no key is refused":                                keyless,
		"of two changes the later one counts, either way round":     changes,
		"a question that is withdrawn leaves nothing":               withdrawn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, place(t))
		})
	}
}

var (
	ctx    = context.Background()
	thread = record.Thread{Team: "T1", Channel: "C1", TS: "1700000000.000100"}
	noon   = time.Date(2026, 11, 24, 12, 0, 0, 123e6, time.UTC)
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func turn(n int) record.Turn {
	return record.Turn{
		Key: fmt.Sprintf("msg:%d", n), Question: fmt.Sprintf("質問 %d", n), Cases: []string{fmt.Sprintf("ipa2021/%d", n), "ipa2021/14"},
		Without: []string{}, At: noon.Add(time.Duration(n) * time.Minute),
	}
}

func turns(t *testing.T, open func() Record) {
	r := open()
	for _, n := range []int{3, 1, 4, 2} { // workers finish in any order
		must(t, r.AppendTurn(ctx, thread, turn(n)))
	}
	for limit, want := range map[int][]record.Turn{10: {turn(1), turn(2), turn(3), turn(4)}, 2: {turn(3), turn(4)}, 0: nil, -1: nil} {
		got, err := r.Turns(ctx, thread, limit)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("limit %d: %+v, %v; want %+v", limit, got, err, want)
		}
	}
}

func turnTwice(t *testing.T, open func() Record) {
	r := open()
	must(t, r.AppendTurn(ctx, thread, turn(1)))
	better := turn(1)
	better.Cases = nil // the second attempt found nothing
	must(t, r.AppendTurn(ctx, thread, better))
	got, err := r.Turns(ctx, thread, 10)
	if err != nil || len(got) != 1 || got[0].Cases == nil || len(got[0].Cases) != 0 {
		t.Errorf("%+v, %v; want the later one alone, with an empty list of cases", got, err)
	}
}

func reread(t *testing.T, open func() Record) {
	r := open()
	must(t, r.AppendTurn(ctx, thread, turn(1)))
	must(t, r.AppendTurn(ctx, thread, turn(2)))
	press := func(n int64, without ...string) record.Turn {
		return record.Turn{Key: turn(1).Key, Question: "?", Cases: []string{"ipa2021/7"}, Without: without, Press: n, At: noon.Add(time.Hour)}
	}
	other := press(9)
	other.Key = "msg:9"
	for i, c := range []struct {
		turn   record.Turn
		latest bool
	}{
		{press(5, "size"), true},
		{press(4, "industry"), false}, // was slow
		{press(5, "size"), true},      // its retry
		{press(7, "industry", "size"), true},
		{press(8), true}, // all put back
		{other, false},   // forgotten
	} {
		if latest, err := r.Reread(ctx, thread, c.turn); err != nil || latest != c.latest {
			t.Errorf("call %d: %v, %v", i, latest, err)
		}
		if i == 3 {
			first := turn(1)
			first.Cases, first.Without, first.Press = []string{"ipa2021/7"}, []string{"industry", "size"}, 7
			if got, err := open().Turns(ctx, thread, 10); err != nil || !reflect.DeepEqual(got, []record.Turn{first, turn(2)}) {
				t.Errorf("%+v, %v; want the question and its time as they were, and the rest new", got, err)
			}
		}
	}
	if got, err := r.Turns(ctx, thread, 10); err != nil || len(got) != 2 || len(got[0].Without) != 0 {
		t.Errorf("%+v, %v; want nothing taken out", got, err)
	}
}

func threadsApart(t *testing.T, open func() Record) {
	r := open()
	must(t, r.AppendTurn(ctx, thread, turn(1)))
	if has, err := r.HasThread(ctx, thread); err != nil || !has {
		t.Errorf("the thread with a turn: %v, %v", has, err)
	}
	for name, other := range map[string]record.Thread{
		"another team":    {Team: "T2", Channel: thread.Channel, TS: thread.TS},
		"another channel": {Team: thread.Team, Channel: "C2", TS: thread.TS},
		"another thread":  {Team: thread.Team, Channel: thread.Channel, TS: "1700000000.000200"},
	} {
		if has, err := r.HasThread(ctx, other); err != nil || has {
			t.Errorf("%s: has a thread: %v, %v", name, has, err)
		}
		if got, err := r.Turns(ctx, other, 10); err != nil || len(got) != 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func bytesKept(t *testing.T, open func() Record) {
	r := open()
	want := turn(1)
	want.Question = "ﾃﾚﾜｰｸ 'DROP TABLE' % _ \" \u202e <!channel> 🏭\n2行目 " + strings.Repeat("長い", 5000)
	must(t, r.AppendTurn(ctx, thread, want))
	got, err := r.Turns(ctx, thread, 1)
	if err != nil || len(got) != 1 || got[0].Question != want.Question {
		t.Errorf("the question changed (%v)", err)
	}
}

// What no message shows is left out where a database does not take it; it is no reason to fail.
func oddText(t *testing.T, open func() Record) {
	r := open()
	want := turn(1)
	want.Question = "UTMの\x00事例は？\xff"
	must(t, r.AppendTurn(ctx, thread, want))
	got, err := r.Turns(ctx, thread, 1)
	if err != nil || len(got) != 1 || !strings.Contains(strings.ReplaceAll(got[0].Question, "\x00", ""), "UTMの事例は？") {
		t.Errorf("%+v, %v", got, err)
	}
}

func replies(t *testing.T, open func() Record) {
	r := open()
	if _, found, err := r.Reply(ctx, "msg:1"); err != nil || found {
		t.Fatalf("an unknown key: %v, %v", found, err)
	}
	want := record.Reply{Team: "T1", Channel: "C1", TS: "1700000000.000300", ThreadTS: thread.TS, At: noon}
	must(t, r.SaveReply(ctx, "msg:1", want))
	must(t, r.SaveReply(ctx, "msg:2", record.Reply{Team: "T1", Channel: "C9", TS: "1", At: noon}))
	if got, found, err := r.Reply(ctx, "msg:1"); err != nil || !found || got != want {
		t.Errorf("%+v, %v, %v; want %+v", got, found, err, want)
	}
	want.TS, want.ThreadTS, want.Ephemeral = "1700000000.000400", "", true
	must(t, r.SaveReply(ctx, "msg:1", want))
	if got, _, err := r.Reply(ctx, "msg:1"); err != nil || got != want {
		t.Errorf("saved again: %+v, %v; want %+v", got, err, want)
	}
}

func once(t *testing.T, open func() Record) {
	r := open()
	for i, c := range []struct {
		key, by string
		first   bool
	}{
		{"share:V1", "job:1", true},
		{"share:V1", "job:2", false}, // the second click
		{"share:V1", "job:1", true},  // the first one's retry
		{"share:V1", "job:2", false},
		{"share:V2", "job:2", true},
	} {
		if first, err := r.Once(ctx, c.key, c.by); err != nil || first != c.first {
			t.Errorf("call %d, %s by %s: %v, %v", i, c.key, c.by, first, err)
		}
	}
}

func onceTogether(t *testing.T, open func() Record) {
	r := open()
	var through atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			first, err := r.Once(ctx, "share:V1", fmt.Sprint("job:", i))
			if err != nil {
				t.Error(err)
			}
			if first {
				through.Add(1)
			}
		})
	}
	all.Wait()
	if through.Load() != 1 {
		t.Errorf("%d went through", through.Load())
	}
}

func shares(t *testing.T, open func() Record) {
	r := open()
	share := func(id, team, caseID string, minute int) record.Share {
		return record.Share{
			ID: id, Team: team, Channel: "C2", Case: caseID, By: "U1", From: "V1", Comment: "見てください <@U2>", At: noon.Add(time.Duration(minute) * time.Minute),
		}
	}
	a, b, c := share("a", "T1", "ipa2021/7", 1), share("b", "T1", "ipa2021/14", 2), share("c", "T2", "ipa2021/7", 3)
	for _, s := range []record.Share{b, a, c} {
		must(t, r.SaveShare(ctx, s))
	}
	a.TS = "1700000000.000500" // posted
	must(t, r.SaveShare(ctx, a))
	for name, q := range map[string]struct {
		caseID string
		limit  int
		want   []record.Share
	}{
		"all of the team": {"", 10, []record.Share{b, a}},
		"of one case":     {"ipa2021/7", 10, []record.Share{a}},
		"the latest":      {"", 1, []record.Share{b}},
		"of no case":      {"ipa2021/62", 10, nil},
	} {
		if got, err := r.Shares(ctx, "T1", q.caseID, q.limit); err != nil || !reflect.DeepEqual(got, q.want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, q.want)
		}
	}
}

func settings(t *testing.T, open func() Record) {
	r := open()
	for _, c := range []struct{ set, want string }{{"ja", "ja"}, {"en", "en"}, {"", ""}, {"", ""}} {
		must(t, r.Set(ctx, "T1/U1", "locale", c.set))
		must(t, r.Set(ctx, "T1/U2", "locale", "fr"))
		if got, err := r.Setting(ctx, "T1/U1", "locale"); err != nil || got != c.want {
			t.Errorf("after %q: %q, %v", c.set, got, err)
		}
		if got, err := r.Setting(ctx, "T1/U2", "locale"); err != nil || got != "fr" {
			t.Errorf("another's setting: %q, %v", got, err)
		}
	}
}

func forget(t *testing.T, open func() Record) {
	r := open()
	old, mixed, fresh := thread, thread, thread
	old.TS, mixed.TS, fresh.TS = "1", "2", "3"
	limit := noon.Add(30 * time.Minute)
	must(t, r.AppendTurn(ctx, old, turn(29)))
	must(t, r.AppendTurn(ctx, mixed, turn(1)))
	must(t, r.AppendTurn(ctx, mixed, turn(31)))
	must(t, r.AppendTurn(ctx, fresh, turn(30)))
	must(t, r.SaveReply(ctx, "old", record.Reply{TS: "1", At: noon}))
	must(t, r.SaveReply(ctx, "fresh", record.Reply{TS: "1", At: limit}))
	must(t, r.SaveShare(ctx, record.Share{ID: "old", Team: "T1", By: "U1", Comment: "社外秘", At: noon}))
	must(t, r.SaveShare(ctx, record.Share{ID: "fresh", Team: "T1", By: "U1", Comment: "最近", At: limit}))

	must(t, r.Forget(ctx, limit))
	for ts, want := range map[string]int{"1": 0, "2": 2, "3": 1} {
		got, err := r.Turns(ctx, record.Thread{Team: thread.Team, Channel: thread.Channel, TS: ts}, 10)
		if err != nil || len(got) != want {
			t.Errorf("thread %s has %d turns (%v), want %d", ts, len(got), err, want)
		}
	}
	for key, want := range map[string]bool{"old": false, "fresh": true} {
		if _, found, err := r.Reply(ctx, key); err != nil || found != want {
			t.Errorf("the %s reply: %v, %v", key, found, err)
		}
	}
	got, err := r.Shares(ctx, "T1", "", 10)
	if err != nil || len(got) != 2 || got[0].Comment != "最近" || got[1].Comment != "" || got[1].By != "U1" {
		t.Errorf("shares %+v, %v; want both, the old one without its comment", got, err)
	}
}

func reopened(t *testing.T, open func() Record) {
	r := open()
	must(t, r.AppendTurn(ctx, thread, turn(1)))
	if first, err := r.Once(ctx, "share:V1", "job:1"); err != nil || !first {
		t.Fatalf("%v, %v", first, err)
	}
	r = open()
	if got, err := r.Turns(ctx, thread, 10); err != nil || !reflect.DeepEqual(got, []record.Turn{turn(1)}) {
		t.Errorf("%+v, %v", got, err)
	}
	if first, err := r.Once(ctx, "share:V1", "job:2"); err != nil || first {
		t.Errorf("a second click after a restart: %v, %v", first, err)
	}
	far := time.Now().Add(time.Hour)
	must(t, r.Forget(ctx, far))
	if first, err := r.Once(ctx, "share:V1", "job:2"); err != nil || !first {
		t.Errorf("after it was forgotten: %v, %v", first, err)
	}
}

func keyless(t *testing.T, open func() Record) {
	r := open()
	_, keyErr := r.Once(ctx, "", "job:1")
	_, byErr := r.Once(ctx, "share:V1", "")
	for what, err := range map[string]error{
		"a turn":         r.AppendTurn(ctx, thread, record.Turn{Question: "?"}),
		"a reply":        r.SaveReply(ctx, "", record.Reply{}),
		"a share":        r.SaveShare(ctx, record.Share{}),
		"once":           keyErr,
		"once by nobody": byErr,
	} {
		if err == nil {
			t.Errorf("%s without a key was taken", what)
		}
	}
}
