package playground_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/jirei/jirei/bot/playground"
)

func TestMentionArrivesAsTwoEventsOfOneMessage(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	b, _ := connect(t, s)
	ts, err := s.Say("佐藤", "#general", "@jirei UTMを導入した会社の事例は？ <b>", "")
	if err != nil {
		t.Fatal(err)
	}
	b.until("both events", func() bool { return slices.Equal(b.types(), []string{"app_mention", "message"}) })
	b.mu.Lock()
	defer b.mu.Unlock()
	ids := map[string]bool{}
	for _, e := range b.events {
		ids[e.Data.(*slackevents.EventsAPICallbackEvent).EventID] = true
		if m, ok := e.InnerEvent.Data.(*slackevents.AppMentionEvent); ok {
			if m.TimeStamp != ts || m.User != playground.Sato || m.Channel != playground.General {
				t.Errorf("the mention is about something else: %+v", m)
			}
			if want := "<@" + playground.Bot + "> UTMを導入した会社の事例は？ &lt;b&gt;"; m.Text != want {
				t.Errorf("text %q, want %q", m.Text, want)
			}
		}
	}
	if len(ids) != 2 {
		t.Errorf("two events have the ids %v", ids)
	}
	eventually(t, s, "both acks", func() bool {
		return !slices.ContainsFunc(s.Events(), func(e playground.Event) bool { return !e.Acked || e.Attempts != 1 })
	})
}

func TestWhatBecomesAnEvent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		outcome, channel, text string
		quiet                  bool
		want                   []string
	}{
		{"a message in a channel", "#general", "こんにちは", false, []string{"message"}},
		{"nothing without history scopes", "#general", "こんにちは", true, nil},
		{"a mention without history scopes", "#general", "@jirei こんにちは", true, []string{"app_mention"}},
		{"a direct message is a message only", "DM", "@jirei こんにちは", true, []string{"message"}},
		{"nothing where the bot is not", "#sales", "@jirei こんにちは", false, nil},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			s := start(t, playground.Options{NoMessageEvents: c.quiet})
			if _, err := s.Say("alice", c.channel, c.text, ""); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range s.Events() {
				got = append(got, e.Type)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("events %v, want %v", got, c.want)
			}
		})
	}
}

func TestBotsOwnMessagesComeBack(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	b, _ := connect(t, s)
	if _, _, err := b.api.PostMessage(playground.General, slack.MsgOptionText("回答", false)); err != nil {
		t.Fatal(err)
	}
	b.until("its own message", func() bool { return len(b.events) == 1 })
	b.mu.Lock()
	defer b.mu.Unlock()
	if m := b.events[0].InnerEvent.Data.(*slackevents.MessageEvent); m.BotID != playground.BotID {
		t.Errorf("bot_id is %q: a loop guard has nothing to see", m.BotID)
	}
}

func TestUnackedEventIsSentAgainWithTheSameID(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{AckTimeout: 500 * time.Millisecond, Retries: []time.Duration{0, time.Millisecond, 0, 0, 0}, NoMessageEvents: true})
	b, _ := connect(t, s)
	b.mu.Lock()
	b.holdAcks = 2
	b.mu.Unlock()
	if _, err := s.Say("佐藤", "#general", "@jirei q", ""); err != nil {
		t.Fatal(err)
	}
	b.until("three deliveries", func() bool { return len(b.requests) >= 3 })
	b.mu.Lock()
	for i, r := range b.requests[:3] {
		if r.RetryAttempt != i || (i > 0 && r.RetryReason != "timeout") {
			t.Errorf("delivery %d is attempt %d for %q", i, r.RetryAttempt, r.RetryReason)
		}
	}
	id := func(i int) string { return b.events[i].Data.(*slackevents.EventsAPICallbackEvent).EventID }
	if id(0) != id(1) || id(1) != id(2) {
		t.Error("the event id changed over retries")
	}
	b.mu.Unlock()
	eventually(t, s, "the ack", func() bool { return s.Events()[0].Acked })
}

func TestEventNobodyAcksIsLost(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{AckTimeout: 20 * time.Millisecond, Retries: []time.Duration{0}, NoMessageEvents: true})
	b, _ := connect(t, s)
	b.mu.Lock()
	b.holdAcks = 100
	b.mu.Unlock()
	if _, err := s.Say("佐藤", "#general", "@jirei q", ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, s, "the end of the retries", func() bool { return s.Events()[0].Lost })
	if e := s.Events()[0]; e.Attempts != 2 || e.Acked {
		t.Errorf("%+v", e)
	}
}

func TestEventWaitsForASocketAndMovesToTheNext(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true, AckTimeout: time.Hour})
	if _, err := s.Say("佐藤", "#general", "@jirei q", ""); err != nil {
		t.Fatal(err)
	}
	b, stop := connect(t, s)
	b.mu.Lock()
	b.holdAcks = 1
	b.mu.Unlock()
	// The hold may come after the ack; then the event is done, and this test asks again.
	b.until("the event", func() bool { return len(b.requests) == 1 })
	b.mu.Lock()
	b.holdAcks = 1
	b.mu.Unlock()
	if _, err := s.Say("佐藤", "#general", "@jirei q2", ""); err != nil {
		t.Fatal(err)
	}
	b.until("the second event", func() bool { return len(b.requests) >= 2 })
	stop() // the process dies before the ack
	next, _ := connect(t, s)
	next.until("what was not acked", func() bool { return len(next.requests) >= 1 })
	eventually(t, s, "all acks", func() bool {
		return !slices.ContainsFunc(s.Events(), func(e playground.Event) bool { return !e.Acked })
	})
}

func TestRefreshReconnectsWithoutLoss(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	b, _ := connect(t, s)
	for _, reason := range []string{"warning", "refresh_requested"} {
		b.mu.Lock()
		hellos := b.hellos
		b.mu.Unlock()
		s.Disconnect(reason)
		if _, err := s.Say("佐藤", "#general", "@jirei "+reason, ""); err != nil {
			t.Fatal(err)
		}
		b.until("a new hello", func() bool { return b.hellos > hellos })
	}
	b.until("both questions", func() bool { return len(b.events) == 2 })
	s.Cut()
	if _, err := s.Say("佐藤", "#general", "@jirei cut", ""); err != nil {
		t.Fatal(err)
	}
	b.until("the third", func() bool { return len(b.events) >= 3 })
}

func TestSeveralSocketsShareTheEvents(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	a, _ := connect(t, s)
	b, _ := connect(t, s)
	for range 10 {
		if _, err := s.Say("佐藤", "#general", "@jirei q", ""); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, s, "all acks", func() bool {
		return len(s.Events()) == 10 && !slices.ContainsFunc(s.Events(), func(e playground.Event) bool { return !e.Acked })
	})
	for _, one := range []*bot{a, b} {
		one.mu.Lock()
		if n := len(one.requests); n != 5 {
			t.Errorf("one of two sockets got %d of 10", n)
		}
		one.mu.Unlock()
	}
}

func TestRedeliverAndDeliver(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	if err := s.Deliver([]byte(`{}`)); err == nil {
		t.Error("delivered without a socket")
	}
	b, _ := connect(t, s)
	if _, err := s.Say("佐藤", "#general", "@jirei q", ""); err != nil {
		t.Fatal(err)
	}
	b.until("the event", func() bool { return len(b.events) == 1 })
	if err := s.Redeliver(s.Events()[0].ID); err != nil {
		t.Fatal(err)
	}
	b.until("it again", func() bool { return len(b.events) == 2 && b.requests[1].RetryAttempt == 1 })
	if err := s.Deliver([]byte(`{"type":"events_api","envelope_id":"raw","payload":{"type":"event_callback","event":{"type":"app_mention","text":"raw"}}}`)); err != nil {
		t.Fatal(err)
	}
	b.until("the raw frame", func() bool { return len(b.events) == 3 })
	if s.Redeliver("Ev0") == nil {
		t.Error("redelivered an event that never was")
	}
}

func TestWrongTokenIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	for token, want := range map[string]string{"": "not_authed", "xoxb-other": "invalid_auth", playground.AppToken: "not_allowed_token_type"} {
		_, err := slack.New(token, slack.OptionAPIURL(s.APIURL())).AuthTest()
		if err == nil || err.Error() != want {
			t.Errorf("token %q: %v, want %s", token, err, want)
		}
	}
	ok := must[*slack.AuthTestResponse](t)(client(s).AuthTest())
	if ok.UserID != playground.Bot || ok.BotID != playground.BotID || ok.TeamID != playground.Team {
		t.Errorf("auth.test says %+v", ok)
	}
	if _, err := slack.New(playground.BotToken, slack.OptionAppLevelToken("xapp-other"), slack.OptionAPIURL(s.APIURL())).AuthTest(); err != nil {
		t.Error(err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Wait(ctx, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestTypedTextIsWhatSlackMakesOfIt(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	at := func(id string) string { return "<@" + id + ">" }
	for typed, want := range map[string]string{
		"@jirei UTM":                  at(playground.Bot) + " UTM",
		"@jireiこれは":                   at(playground.Bot) + "これは",
		"@jireibot":                   "@jireibot",
		"@鈴木さん @佐藤":                   at(playground.Suzuki) + "さん " + at(playground.Sato),
		"<@" + playground.Bot + "> q": at(playground.Bot) + " q",
		"<@U0NOBODY>":                 "&lt;@U0NOBODY&gt;",
		"<!channel> a & b":            "&lt;!channel&gt; a &amp; b",
		"@channel @here @everyone":    "<!channel> <!here> <!everyone>",
		"mail bot@sato ok":            "mail bot@sato ok",
		"@佐藤@鈴木":                      at(playground.Sato) + at(playground.Suzuki),
	} {
		ts, err := s.Say("佐藤", "#random", typed, "")
		if err != nil {
			t.Fatal(err)
		}
		thread := s.Thread("佐藤", "#random", ts)
		if len(thread) != 1 || thread[0].Text != want {
			t.Errorf("typed %q, got %+v, want %q", typed, thread, want)
		}
	}
	for channel, want := range map[string]string{"#nowhere": "channel_not_found", playground.General: "no_text"} {
		if _, err := s.Say("佐藤", channel, " ", ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", channel, err, want)
		}
	}
}
