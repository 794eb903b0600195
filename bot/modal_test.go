package bot_test

import (
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
)

func TestExpiredTrigger(t *testing.T) {
	t.Parallel()
	const again = "もう一度ボタンを押してください"
	t.Run("on a message", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options())
		at, value := button(t, w.ask("@jirei p.7"), "case_details")
		w.Fail("views.open", 1, 200, "expired_trigger_id", 0)
		if err := w.Press("佐藤", at, "case_details", value); err != nil {
			t.Fatal(err)
		}
		w.until("佐藤 is told to press again", func() bool {
			m := w.Ephemerals("佐藤", "#general")
			return len(m) == 1 && strings.Contains(m[0].Text, again)
		})
		if m := w.Ephemerals("佐藤", "#general")[0]; m.ThreadTS == "" {
			t.Error("told in the channel, while 佐藤 looks at the thread")
		}
		if err := w.Press("佐藤", at, "case_details", value); err != nil {
			t.Fatal(err)
		}
		w.until("the second press opens the case", func() bool { return w.View("佐藤") != nil })
		w.checkPeace()
	})
	t.Run("in a modal", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options())
		at, value := button(t, w.ask("@jirei p.7"), "case_details")
		if err := w.Press("佐藤", at, "case_details", value); err != nil {
			t.Fatal(err)
		}
		w.until("the case opens", func() bool { return w.View("佐藤") != nil })
		w.Fail("views.push", 1, 200, "expired_trigger_id", 0)
		if err := w.Press("佐藤", playground.At{}, "case_similar", value); err != nil {
			t.Fatal(err)
		}
		w.until("佐藤 is told to press again", func() bool { return strings.Contains(blocks.Text(w.View("佐藤").Blocks), again) })
		w.checkPeace()
	})
}
