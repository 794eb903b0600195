package bot_test

import (
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
)

// only is the one message that only 佐藤 sees in a channel, once there is one with these words.
func (w *world) only(channel, words string) playground.Message {
	w.t.Helper()
	var out playground.Message
	w.until("佐藤 sees "+words, func() bool {
		for _, m := range w.Ephemerals("佐藤", channel) {
			if strings.Contains(blocks.Text(m.Blocks)+m.Text, words) {
				out = m
				return true
			}
		}
		return false
	})
	return out
}

// A trigger lives three seconds. Whoever is too late gets a button that opens the form.
func TestShareCommandTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	w.Fail("views.open", 1, 200, "expired_trigger_id", 0)
	if err := w.Command("佐藤", "#general", "/jirei", "共有 14 #security 来週の会議で"); err != nil {
		t.Fatal(err)
	}
	at, value := button(t, w.only("#general", "共有画面を開く"), "share_form")
	if err := w.Press("佐藤", at, "share_form", value); err != nil {
		t.Fatal(err)
	}
	w.until("the form opens", func() bool { return w.View("佐藤") != nil })
	if got := blocks.Text(w.View("佐藤").Blocks); !strings.Contains(got, "来週の会議で") || !strings.Contains(got, playground.Security) {
		t.Errorf("the form forgot what the command said:\n%s", got)
	}
	w.settle()
	w.checkPeace("来週の会議で")
}

// Two people turn one table at once: the later press is what is seen in the end, whichever is worked on last.
func TestTwoPeopleTurnATable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	m := w.ask("@jirei 一覧")
	at := playground.At{Channel: m.Channel, TS: m.TS}
	for range 5 {
		for _, press := range [][2]string{{"佐藤", "3"}, {"鈴木", "1"}} {
			if err := w.Press(press[0], at, "panel_sort", press[1]); err != nil {
				t.Fatal(err)
			}
		}
		w.until("the later press is seen", func() bool {
			return strings.Contains(text(w.Messages("#general"), m.TS), "[並び: 業種順]")
		})
	}
	w.settle()
	w.checkPeace("一覧")
}

func text(list []playground.Message, ts string) string {
	for _, m := range list {
		if m.TS == ts {
			return blocks.Text(m.Blocks)
		}
	}
	return ""
}

func TestTableThatCannotBeChanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status      int
		slack, says string
	}{
		"Slack is down for a moment":   {500, "", "もう一度ボタンを押してください。"},
		"the message cannot change":    {200, "cant_update_message", "この表は古いため"},
		"the message has been deleted": {200, "message_not_found", "この表は古いため"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			at, _ := button(t, w.ask("@jirei 集計 業種"), "panel_rows")
			w.Fail("chat.update", 1, c.status, c.slack, 0)
			if err := w.Press("佐藤", at, "panel_rows", "3"); err != nil {
				t.Fatal(err)
			}
			w.only("#general", c.says)
			if err := w.Press("佐藤", at, "panel_rows", "3"); err != nil {
				t.Fatal(err)
			}
			w.until("the second press turns it", func() bool { return strings.Contains(text(w.Messages("#general"), at.TS), "★★★ | 1") })
		})
	}
}

// A slash command works where jirei is not; its answer can only be posted where it is.
func TestPublishWhereJireiIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	if err := w.Command("佐藤", "#sales", "/jirei", "UTMの事例は？"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	at, value := button(t, w.only("#sales", "UTM"), "publish")
	if err := w.Press("佐藤", at, "publish", value); err != nil {
		t.Fatal(err)
	}
	w.only("#sales", "/invite @jirei")
	w.settle()
	w.checkPeace("UTMの事例は？")
}

// A published answer is a thread like any other: one goes on asking below it, without a mention.
func TestPublishedAnswerGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	if err := w.Command("佐藤", "#general", "/jirei", "UTMを導入した会社は？"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	at, value := button(t, w.only("#general", "UTM"), "publish")
	for range 2 { // pressed twice, posted once
		if err := w.Press("佐藤", at, "publish", value); err != nil {
			t.Fatal(err)
		}
	}
	w.only("#general", "この答えはもう投稿しました。")
	w.settle()
	var posted []playground.Message
	for _, m := range w.Messages("#general") {
		if m.Bot && m.For == "" {
			posted = append(posted, m)
		}
	}
	if len(posted) != 1 || !strings.HasPrefix(posted[0].Text, "佐藤さんの質問「UTMを導入した会社は？」") {
		t.Fatalf("posted are %d messages: %+v", len(posted), posted)
	}
	w.say("鈴木", "#general", "そのうち建設業は？", posted[0].TS)
	w.settle()
	if got := w.replies("鈴木", "#general", posted[0].TS); len(got) == 0 || !strings.Contains(got[len(got)-1].Text, "p.7") {
		t.Errorf("nobody went on below it: %+v", got)
	}
	w.checkPeace("UTMを導入した会社は？", "そのうち建設業は？")
}

// A command whose acknowledgement got lost comes again; its form is open by then, and its trigger used.
func TestShareCommandComesTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	w.Fail("views.open", 1, 200, "exchanged_trigger_id", 0)
	for _, written := range []string{"共有 14", "ヘルプ"} {
		if err := w.Command("佐藤", "#general", "/jirei", written); err != nil {
			t.Fatal(err)
		}
		w.until("the form was to be opened", func() bool { return w.Calls("views.open") == 1 })
	}
	w.settle()
	if got := w.Ephemerals("佐藤", "#general"); len(got) != 1 {
		t.Errorf("told what nobody needs: %+v", got)
	}
}
