package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/playground"
	"github.com/jirei/jirei/bot/record"
)

// memory opens the bot's record beside it.
func (w *world) memory() *record.Record {
	w.t.Helper()
	r, err := record.Open(w.t.Context(), w.path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = r.Close() })
	return r
}

// What is judged is stored with its question, what was asked before it, and what was shown; the second press replaces the first.
func TestOpinionsAreStoredWithTheirQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	c := &conversation{world: w, root: map[string]string{}}
	for _, line := range []string{
		"佐藤 in #general: @jirei UTMを導入した会社の事例は？",
		"佐藤 in #general, thread: @jirei そのうち建設業は？",
		"佐藤 presses 「役に立った」",
		"佐藤 turns with 「役に立たない」",
		"佐藤 submits reason=page note=ひみつの理由",
		"鈴木 in #general: @jirei おすすめのラーメン屋は？",
		"鈴木 runs /jirei 認証を取得した会社の事例は？",
		"鈴木 presses 「役に立った」",
	} {
		if err := c.act(line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		w.settle()
	}
	found, err := w.memory().Feedback(t.Context(), time.Now().Add(-time.Hour), 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprintf("%t %t %s %q %q %d", f.Good, f.Refused, f.Reason, f.Question, f.History, min(1, len(f.Cases))))
	}
	slices.Sort(got)
	want := []string{
		`false false page "そのうち建設業は？" ["UTMを導入した会社の事例は？"] 1`,
		`false true  "おすすめのラーメン屋は？" [] 0`,
		`true false  "認証を取得した会社の事例は？" [] 1`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("stored:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	w.checkPeace("ひみつの理由", "UTMを導入した会社の事例は？", "おすすめのラーメン屋は？")
}

// A share is taken back once; pressing twice, or when the message is gone, is no trouble, and nobody but the sharer can.
func TestRetractedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	m := w.ask("@jirei p.14")
	if err := w.Press("佐藤", playground.At{Channel: m.Channel, TS: m.TS}, "case_share", ""); err != nil {
		t.Fatal(err)
	}
	w.until("the form opens", func() bool { return w.View("佐藤") != nil })
	if err := w.Submit("佐藤", map[string]string{"channel": "#security"}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	shares, err := w.memory().Shares(t.Context(), playground.Team, "", 10)
	if err != nil || len(shares) != 1 {
		t.Fatalf("recorded: %v, %v", shares, err)
	}
	at := playground.At{Channel: "#security", TS: shares[0].TS}
	w.Fail("chat.delete", 1, 200, "message_not_found", 0) // somebody was faster
	for _, who := range []string{"鈴木", "佐藤", "佐藤"} {
		if err := w.Press(who, at, "share_retract", ""); err != nil {
			t.Fatalf("%s: %v", who, err)
		}
	}
	w.settle()
	for who, says := range map[string]string{"鈴木": "共有した人だけ", "佐藤": "取り消しました"} {
		w.until(who+" is told", func() bool {
			return slices.ContainsFunc(w.Ephemerals(who, "#security"), func(m playground.Message) bool { return strings.Contains(m.Text, says) })
		})
	}
	if shares, err = w.memory().Shares(t.Context(), playground.Team, "", 10); err != nil || len(shares) != 0 {
		t.Errorf("still recorded: %v, %v", shares, err)
	}
	w.checkPeace()
}
