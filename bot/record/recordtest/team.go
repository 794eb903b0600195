package recordtest

import (
	"testing"

	"github.com/jirei/jirei/bot/record"
)

func forgetTeam(t *testing.T, open func() Record) {
	r := open()
	for _, team := range []string{"T1", "T2", "T1/"} {
		th := thread
		th.Team = team
		must(t, r.AppendTurn(ctx, th, turn(1)))
		must(t, r.SaveReply(ctx, "msg:"+team, record.Reply{Team: team, Channel: "C1", TS: "1.0", At: noon}))
		must(t, r.SaveShare(ctx, record.Share{ID: team, Team: team, Comment: "見てください", At: noon}))
		must(t, r.Set(ctx, team+"-x", "company", "建設業"))
	}
	must(t, r.Set(ctx, "T1", "company", "建設業"))
	must(t, r.Set(ctx, "T1/U1", "company", "製造業"))
	must(t, r.ForgetTeam(ctx, "T1"))
	must(t, r.ForgetTeam(ctx, "T1")) // nothing is left to fail on
	for _, team := range []string{"T1", "T2"} {
		th := thread
		th.Team = team
		turns, err := r.Turns(ctx, th, 10)
		must(t, err)
		_, replied, err := r.Reply(ctx, "msg:"+team)
		must(t, err)
		shares, err := r.Shares(ctx, team, "", 10)
		must(t, err)
		if want := team != "T1"; (len(turns) > 0) != want || replied != want || (len(shares) > 0) != want {
			t.Errorf("%s: %v, %v, %v", team, turns, replied, shares)
		}
	}
	for scope, want := range map[string]string{"T1": "", "T1/U1": "", "T1-x": "建設業"} {
		if got, err := r.Setting(ctx, scope, "company"); err != nil || got != want {
			t.Errorf("setting of %s: %q, %v; want %q", scope, got, err, want)
		}
	}
}
