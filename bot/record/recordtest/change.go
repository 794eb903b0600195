package recordtest

import (
	"testing"
	"time"

	"github.com/jirei/jirei/bot/record"
)

func changes(t *testing.T, open func() Record) {
	r := open()
	first, second := record.Change{Text: "質問", TS: "1700000001.000100"}, record.Change{Gone: true, TS: "1700000002.000100"}
	for key, order := range map[string][]record.Change{"in order": {first, second}, "the earlier one is late": {second, first}, "the later one twice": {second, second}} {
		for _, c := range order {
			must(t, r.SaveChange(ctx, "T1", key, c))
		}
		if got, err := r.Change(ctx, key); err != nil || got != second {
			t.Errorf("%s: %+v, %v", key, got, err)
		}
	}
	if got, err := r.Change(ctx, "another"); err != nil || got != (record.Change{}) {
		t.Errorf("a question that nobody changed: %+v, %v", got, err)
	}
	must(t, r.ForgetTeam(ctx, "T2"))
	if got, _ := r.Change(ctx, "in order"); got != second {
		t.Error("another team's end took it")
	}
	must(t, r.ForgetTeam(ctx, "T1"))
	if got, _ := r.Change(ctx, "in order"); got != (record.Change{}) {
		t.Errorf("what a team's people wrote is still there: %+v", got)
	}
	must(t, r.SaveChange(ctx, "T1", "old", first))
	must(t, r.Forget(ctx, time.Now().Add(time.Hour)))
	if got, _ := r.Change(ctx, "old"); got != (record.Change{}) {
		t.Errorf("what somebody wrote is not forgotten: %+v", got)
	}
}

func withdrawn(t *testing.T, open func() Record) {
	r := open()
	must(t, r.AppendTurn(ctx, thread, turn(1)))
	must(t, r.AppendTurn(ctx, thread, turn(2)))
	must(t, r.SaveReply(ctx, turn(1).Key, record.Reply{Team: "T1", Channel: "C1", TS: "1", At: noon}))
	must(t, r.Withdraw(ctx, thread, turn(1).Key))
	if got, err := r.Turns(ctx, thread, 9); err != nil || len(got) != 1 || got[0].Key != turn(2).Key {
		t.Errorf("%+v, %v", got, err)
	}
	if _, ok, err := r.Reply(ctx, turn(1).Key); ok || err != nil {
		t.Errorf("the reply is still there, %v", err)
	}
}
