package bot_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
)

// Both facets of it are met by p.17 alone; without the industry there are two more, without the stars one.
const facetQuestion = "製造業 被害有 ★2"

// row is the row of facet buttons of a message, as it reads.
func row(m playground.Message) string {
	for l := range strings.SplitSeq(blocks.Text(m.Blocks), "\n") {
		if strings.Contains(l, "外す]") || strings.Contains(l, "戻す]") {
			return l
		}
	}
	return ""
}

// answer is the one reply to a question, as it stands now.
func (w *world) answer(ts string) playground.Message {
	w.t.Helper()
	w.answered("#general", ts)
	got := w.replies("佐藤", "#general", ts)
	if len(got) != 1 {
		w.t.FailNow()
	}
	return got[0]
}

// Both clicks are on their way before one is acknowledged; both ask for the same.
func TestSecondClickOnAFacetChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	ts := w.say("佐藤", "#general", "@jirei "+facetQuestion, "")
	at, value := button(t, w.answer(ts), "facet_stars")
	hold, err := w.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for _, who := range []string{"佐藤", "鈴木"} {
		wait.Go(func() {
			if err := w.Press(who, at, "facet_stars", value); err != nil {
				t.Error(err)
			}
		})
	}
	w.until("both clicks are on their way", func() bool { return w.InFlight() == 2 })
	// That something does not happen can only be shown for a while.
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if w.Wait(ctx, func() bool { return w.InFlight() < 2 }) == nil {
		t.Error("acknowledged before it was stored")
	}
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	if got := row(w.answer(ts)); got != "[製造業 を外す] [被害有 を外す] [★2 を戻す]" {
		t.Errorf("the buttons are %s", got)
	}
	if got := w.Calls("chat.postMessage"); got != 1 {
		t.Errorf("%d messages were posted", got)
	}
}

func TestSlackFailsWhileAnAnswerChanges(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(*world){
		"too many":                     func(w *world) { w.Fail("chat.update", 1, 429, "", time.Second) },
		"a server error":               func(w *world) { w.Fail("chat.update", 1, 500, "", 0) },
		"changed, the answer was lost": func(w *world) { w.LoseResponse("chat.update", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			ts := w.say("佐藤", "#general", "@jirei "+facetQuestion, "")
			at, value := button(t, w.answer(ts), "facet_industry")
			harm(w)
			if err := w.Press("鈴木", at, "facet_industry", value); err != nil {
				t.Fatal(err)
			}
			if got := row(w.answer(ts)); got != "[製造業 を戻す] [被害有 を外す] [★2 を外す]" {
				t.Errorf("the buttons are %s", got)
			}
		})
	}
}

// An answer that cannot be changed stays as it is, and nothing else is said in the channel.
func TestAnswerCannotBeChanged(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"message_not_found", "cant_update_message", "is_archived"} {
		t.Run(name+" ends the work at once", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			ts := w.say("佐藤", "#general", "@jirei "+facetQuestion, "")
			at, value := button(t, w.answer(ts), "facet_industry")
			w.Fail("chat.update", -1, 200, name, 0)
			if err := w.Press("佐藤", at, "facet_industry", value); err != nil {
				t.Fatal(err)
			}
			w.settle()
			if got := w.Calls("chat.update") + w.Calls("response_url") + w.Calls("chat.postMessage"); got != 2 {
				t.Errorf("%d calls, want the answer and one attempt", got)
			}
		})
	}
	t.Run("after all attempts the one who pressed is told", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options())
		ts := w.say("佐藤", "#general", "@jirei "+facetQuestion, "")
		before := w.answer(ts)
		at, value := button(t, before, "facet_industry")
		w.Fail("chat.update", 5, 429, "", time.Second)
		if err := w.Press("鈴木", at, "facet_industry", value); err != nil {
			t.Fatal(err)
		}
		if got := w.answer(ts); string(got.Blocks) != string(before.Blocks) {
			t.Error("the answer changed")
		}
		if got := w.Ephemerals("鈴木", "#general"); len(got) != 1 || !strings.Contains(got[0].Text, "申し訳ありません") {
			t.Errorf("鈴木 sees %+v", got)
		}
	})
	t.Run("an answer for one person, whose press is too old", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options())
		if err := w.Command("佐藤", "#general", "/jirei", facetQuestion); err != nil {
			t.Fatal(err)
		}
		w.settle()
		at, value := button(t, w.Ephemerals("佐藤", "#general")[0], "facet_industry")
		w.Fail("response_url", -1, 404, "", 0)
		if err := w.Press("佐藤", at, "facet_industry", value); err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.checkPeace()
		if shown, direct := len(w.Ephemerals("佐藤", "#general")), len(w.Messages(w.DM("佐藤"))); shown != 1 || direct != 0 {
			t.Errorf("%d shown and %d direct messages", shown, direct)
		}
	})
}

// A press that Slack made wait must not undo the one that came after it.
func TestTheLatestPressIsSeenInTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	ts := w.say("佐藤", "#general", "@jirei "+facetQuestion, "")
	m := w.answer(ts)
	first, industry := button(t, m, "facet_industry")
	second, stars := button(t, m, "facet_stars")
	w.Fail("chat.update", 1, 429, "", 2*time.Second)
	if err := w.Press("佐藤", first, "facet_industry", industry); err != nil {
		t.Fatal(err)
	}
	w.until("the first press waits", func() bool { return w.Calls("chat.update") == 1 })
	if err := w.Press("鈴木", second, "facet_stars", stars); err != nil {
		t.Fatal(err)
	}
	if got := row(w.answer(ts)); got != "[製造業 を外す] [被害有 を外す] [★2 を戻す]" {
		t.Errorf("the buttons are %s", got)
	}
	if got := w.Calls("chat.update"); got < 3 {
		t.Errorf("%d calls: the first press never came back", got)
	}
}

// What a button has no room for is in the record; what the record has forgotten is on the button, where there is room.
func TestButtonOfALongQuestion(t *testing.T) {
	t.Parallel()
	const short = "製造業の会社でUTMを導入したのは？"
	long := short + strings.Repeat("よろしくお願いします。", 200)
	for name, c := range map[string]struct {
		question     string
		forgotten    bool
		works, holds bool // holds: the button has the text
	}{
		"a short one":                   {short, false, true, true},
		"a short one that is forgotten": {short, true, true, true},
		"a long one":                    {long, false, true, false},
		"a long one that is forgotten":  {long, true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			ts := w.say("佐藤", "#general", "@jirei "+c.question, "")
			m := w.answer(ts)
			at, value := button(t, m, "facet_industry")
			if strings.Contains(value, "UTM") != c.holds {
				t.Errorf("the button's value has %d bytes", len(value))
			}
			if c.forgotten {
				if _, err := w.db.Exec(`DELETE FROM record_turn`); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Press("佐藤", at, "facet_industry", value); err != nil {
				t.Fatal(err)
			}
			if got := row(w.answer(ts)); (got == "[製造業 を戻す]") != c.works {
				t.Errorf("the buttons are %s", got)
			}
			if got := w.Ephemerals("佐藤", "#general"); (len(got) == 0) != c.works {
				t.Errorf("佐藤 sees %+v", got)
			}
		})
	}
}

func TestAtMostFiveFacetButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	ts := w.say("佐藤", "#general", "@jirei 製造業 建設業以外 被害有 取引先要請多以外 従業員300名以下 ★2以上", "")
	if got := strings.Count(row(w.answer(ts)), "["); got != 5 {
		t.Errorf("%d buttons: %s", got, row(w.answer(ts)))
	}
}
