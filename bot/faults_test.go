package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jirei/jirei/bot"
	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
	"github.com/jirei/jirei/bot/record"
)

const question = "@jirei UTMを導入した会社の事例は？"

// answered waits until all work is done and checks that each of some questions has one reply, and nothing else is wrong.
func (w *world) answered(channel string, asked ...string) {
	w.t.Helper()
	w.settle()
	for _, ts := range asked {
		if got := w.replies("佐藤", channel, ts); len(got) != 1 {
			w.t.Errorf("%d replies to %s", len(got), ts)
		}
	}
	w.checkPeace()
}

func TestSlackFailsWhilePosting(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm  func(*world)
		posts int // calls of chat.postMessage
	}{
		"too many posts, and a time to wait":        {func(w *world) { w.Fail("chat.postMessage", 1, 429, "", time.Second) }, 2},
		"a server error":                            {func(w *world) { w.Fail("chat.postMessage", 1, 500, "", 0) }, 2},
		"an error that may have succeeded":          {func(w *world) { w.Fail("chat.postMessage", 1, 200, "fatal_error", 0) }, 2},
		"the post went through, its answer did not": {func(w *world) { w.LoseResponse("chat.postMessage", 1) }, 1},
		"the same, and looking for it fails": {func(w *world) {
			w.LoseResponse("chat.postMessage", 1)
			w.Fail("conversations.replies", 1, 503, "", 0)
		}, 1},
		"the blocks are too long for Slack": {func(w *world) { w.Fail("chat.postMessage", 1, 200, "msg_blocks_too_long", 0) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			c.harm(w)
			ts := w.say("佐藤", "#general", question, "")
			w.answered("#general", ts)
			if got := w.Calls("chat.postMessage"); got != c.posts {
				t.Errorf("%d calls of chat.postMessage, want %d", got, c.posts)
			}
			if m := w.replies("佐藤", "#general", ts); len(m) == 1 && !strings.Contains(m[0].Text, "p.19") {
				t.Errorf("the reply has no page: %q", m[0].Text)
			}
		})
	}
}

// What cannot be answered is told, once; what cannot be told is given up, without a storm.
func TestSlackFailsForGood(t *testing.T) {
	t.Parallel()
	t.Run("after all attempts there is an apology", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options())
		w.Fail("chat.postMessage", 5, 429, "", time.Second)
		ts := w.say("佐藤", "#general", question, "")
		w.answered("#general", ts)
		if m := w.replies("佐藤", "#general", ts); len(m) != 1 || !strings.Contains(m[0].Text, "申し訳ありません") {
			t.Errorf("got %+v", m)
		}
	})
	for _, name := range []string{"is_archived", "channel_not_found", "not_in_channel", "thread_not_found", "token_revoked"} {
		t.Run(name+" ends the work at once", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			w.Fail("chat.postMessage", -1, 200, name, 0)
			w.say("佐藤", "#general", question, "")
			w.settle()
			if got := w.Calls("chat.postMessage"); got != 1 {
				t.Errorf("%d calls of chat.postMessage", got)
			}
			w.Fail("chat.postMessage", 0, 0, "", 0)
			w.answered("#random", w.say("佐藤", "#random", question, ""))
		})
	}
}

func TestCommandWhoseAnswerDoesNotGetThrough(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm   func(*world)
		direct bool // answered in a direct message
	}{
		"a server error":                {func(w *world) { w.Fail("response_url", 1, 500, "", 0) }, false},
		"too many":                      {func(w *world) { w.Fail("response_url", 1, 429, "", time.Second) }, false},
		"shown, but the answer is lost": {func(w *world) { w.LoseResponse("response_url", 1) }, false},
		"expired":                       {func(w *world) { w.Fail("response_url", -1, 404, "", 0) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			c.harm(w)
			if err := w.Command("佐藤", "#general", "/jirei", "UTMを導入した会社の事例は？"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.checkPeace()
			shown, direct := len(w.Ephemerals("佐藤", "#general")), len(w.Messages(w.DM("佐藤")))
			if want := map[bool][2]int{false: {1, 0}, true: {0, 1}}[c.direct]; [2]int{shown, direct} != want {
				t.Errorf("%d shown in the channel and %d in the direct message, want %v", shown, direct, want)
			}
		})
	}
}

// button finds a button of a message.
func button(t *testing.T, m playground.Message, action string) (at playground.At, value string) {
	t.Helper()
	var list []struct {
		ID       string `json:"block_id"`
		Elements []struct {
			Action string `json:"action_id"`
			Value  string `json:"value"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(m.Blocks, &list); err != nil {
		t.Fatal(err)
	}
	for _, b := range list {
		for _, e := range b.Elements {
			if e.Action == action {
				return playground.At{Channel: m.Channel, TS: m.TS, Block: b.ID}, e.Value
			}
		}
	}
	t.Fatalf("no %s in %s", action, m.Blocks)
	return playground.At{}, ""
}

// ask asks and returns the one reply.
func (w *world) ask(text string) playground.Message {
	w.t.Helper()
	ts := w.say("佐藤", "#general", text, "")
	w.answered("#general", ts)
	return w.replies("佐藤", "#general", ts)[0]
}

// Both clicks are on their way before one is acknowledged.
func TestSecondClickSharesNothingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	at, value := button(t, w.ask("@jirei p.7"), "case_share")
	if err := w.Press("佐藤", at, "case_share", value); err != nil {
		t.Fatal(err)
	}
	w.until("the form opens", func() bool { return w.View("佐藤") != nil })
	hold, err := w.db.Begin() // nothing is stored while somebody else writes
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			if err := w.Submit("佐藤", map[string]string{"channel": "#security", "comment": "見てください"}); err != nil {
				t.Error(err)
			}
		})
	}
	w.until("both clicks are on their way", func() bool { return w.InFlight() == 2 })
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	w.settle()
	if got := len(w.Messages("#security")); got != 1 {
		t.Errorf("%d cards", got)
	}
	// Which of the two is answered last is chance.
	if got := blocks.Text(w.View("佐藤").Blocks); !strings.Contains(got, "に共有しました") && !strings.Contains(got, "もう受け付けています") {
		t.Errorf("the modal says %q", got)
	}
	w.checkPeace()
}

func TestShareSurvivesFailures(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(*world){
		"the card went through, the answer did not": func(w *world) { w.LoseResponse("chat.postMessage", 1) },
		"a server error":         func(w *world) { w.Fail("chat.postMessage", 1, 500, "", 0) },
		"nobody's name is known": func(*world) {}, // see below
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			if strings.Contains(name, "name") {
				w.Fail("users.info", -1, 200, "missing_scope", 0) // from the beginning: names are remembered
			}
			at, value := button(t, w.ask("@jirei p.7"), "case_share")
			if err := w.Press("佐藤", at, "case_share", value); err != nil {
				t.Fatal(err)
			}
			w.until("the form opens", func() bool { return w.View("佐藤") != nil })
			harm(w)
			if err := w.Submit("佐藤", map[string]string{"channel": "#security"}); err != nil {
				t.Fatal(err)
			}
			w.settle()
			cards := w.Messages("#security")
			if len(cards) != 1 {
				t.Fatalf("%d cards", len(cards))
			}
			if got := blocks.Text(cards[0].Blocks); !strings.Contains(got, "共有") || strings.HasPrefix(got, "さん") {
				t.Errorf("the card begins %q", strings.SplitN(got, "\n", 2)[0])
			}
			if got := blocks.Text(w.View("佐藤").Blocks); !strings.Contains(got, "p.7 を #security に共有しました。") {
				t.Errorf("the modal says %q", got)
			}
			w.checkPeace()
		})
	}
}

// Slack refreshes each socket every few hours, and networks cut them. Questions go on coming in meanwhile.
func TestSocketsGoWhileQuestionsComeIn(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*world){
		"refreshed": func(w *world) { w.Disconnect("refresh_requested") },
		"warned":    func(w *world) { w.Disconnect("warning") },
		"cut":       func(w *world) { w.Cut() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			var asked []string
			for i := range 24 {
				if i%8 == 4 {
					lose(w)
				}
				asked = append(asked, w.say("佐藤", "#general", fmt.Sprintf("@jirei p.%d", 2+i), ""))
			}
			w.answered("#general", asked...)
		})
	}
}

func TestQuestionsWhileTheBotIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	w.stop()
	first := w.say("佐藤", "#general", question, "")
	w.startBot()
	second := w.say("佐藤", "#general", question, "") // the same words again are another question
	w.answered("#general", first, second)
}

// After a restart too, what was answered stays answered.
func TestRedeliveredAfterRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	ts := w.say("佐藤", "#general", question, "")
	w.answered("#general", ts)
	w.stop()
	w.startBot()
	for _, e := range w.Events() {
		if err := w.Redeliver(e.ID); err != nil {
			t.Fatal(err)
		}
	}
	w.until("all are acknowledged", func() bool { return w.InFlight() == 0 && w.Connections() == 2 })
	w.answered("#general", ts)
}

// A client that lost its connection sends one text twice: two messages, one client_msg_id.
func TestOneTextSentTwiceByItsClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	first := w.say("佐藤", "DM", "UTMを導入した会社の事例は？", "")
	w.settle()
	i := slices.IndexFunc(w.Messages(w.DM("佐藤")), func(m playground.Message) bool { return m.TS == first })
	m := w.Messages(w.DM("佐藤"))[i]
	w.Emit(map[string]any{"type": "message", "channel_type": "im", "channel": m.Channel, "user": m.User, "text": m.Text,
		"ts": "1700000021.000100", "event_ts": "1700000021.000100", "client_msg_id": m.ClientID})
	w.answered("DM", first)
	if got := w.Calls("chat.postMessage"); got != 1 {
		t.Errorf("%d posts", got)
	}
}

// Where the history scopes were not granted only app_mention comes.
func TestMentionsWithoutMessageEvents(t *testing.T) {
	t.Parallel()
	opt := options()
	opt.NoMessageEvents = true
	w := newWorld(t, opt)
	w.answered("#general", w.say("佐藤", "#general", question, ""))
}

func TestAcknowledgedOnlyAfterTheCommit(t *testing.T) {
	t.Parallel()
	t.Run("not while the file is locked", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options())
		hold, err := w.db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		ts := w.say("佐藤", "#general", question, "")
		w.until("the events went out", func() bool { return w.InFlight() == 2 })
		// That something does not happen can only be shown for a while.
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if w.Wait(ctx, func() bool { return w.InFlight() < 2 }) == nil {
			t.Error("acknowledged before it was stored")
		}
		if err := hold.Rollback(); err != nil {
			t.Fatal(err)
		}
		w.answered("#general", ts)
	})
	t.Run("not when it cannot be stored; answered when Slack sends it again", func(t *testing.T) {
		t.Parallel()
		opt := options()
		opt.AckTimeout = 300 * time.Millisecond
		opt.Retries = make([]time.Duration, 1000) // at once, again and again
		w := newWorld(t, opt)
		if _, err := w.db.Exec(`ALTER TABLE inbox_seen RENAME TO away`); err != nil {
			t.Fatal(err)
		}
		ts := w.say("佐藤", "#general", question, "")
		w.until("Slack has sent it again", func() bool { return w.Events()[0].Attempts > 1 })
		for _, e := range w.Events() {
			if e.Acked {
				t.Errorf("the %s event was acknowledged", e.Type)
			}
		}
		if _, err := w.db.Exec(`ALTER TABLE away RENAME TO inbox_seen`); err != nil {
			t.Fatal(err)
		}
		w.answered("#general", ts)
	})
}

func TestRunRefusesBadTokens(t *testing.T) {
	t.Parallel()
	for method, names := range map[string]string{"auth.test": "SLACK_BOT_TOKEN", "apps.connections.open": "SLACK_APP_TOKEN"} {
		t.Run(names, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options())
			w.stop()
			w.Fail(method, -1, 200, "invalid_auth", 0)
			memory, err := record.Open(t.Context(), w.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = memory.Close() }()
			err = bot.Run(t.Context(), bot.Config{
				Record: memory, Log: slog.New(slog.DiscardHandler), BotToken: playground.BotToken, AppToken: playground.AppToken, APIURL: w.APIURL(), File: w.path,
			})
			if err == nil || !strings.Contains(err.Error(), names) || strings.Contains(err.Error(), playground.BotToken) || strings.Contains(err.Error(), playground.AppToken) {
				t.Errorf("got %v", err)
			}
		})
	}
}
