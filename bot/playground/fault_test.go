package playground_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/playground"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	api := client(s)
	post := func() error { _, _, err := api.PostMessage(playground.General, text("x")); return err }
	posted := func(want int) {
		t.Helper()
		if got := len(s.Messages("#general")); got != want {
			t.Fatalf("%d messages, want %d", got, want)
		}
	}
	s.Fail("chat.postMessage", 1, 429, "", 1500*time.Millisecond)
	var limited *slack.RateLimitedError
	if err := post(); !errors.As(err, &limited) || limited.RetryAfter != 2*time.Second {
		t.Errorf("got %v", err)
	}
	s.Fail("chat.postMessage", 1, 500, "", 0)
	var status slack.StatusCodeError
	if err := post(); !errors.As(err, &status) || status.Code != 500 {
		t.Errorf("got %v", err)
	}
	s.Fail("chat.postMessage", 1, 0, "fatal_error", 0)
	refusedWith(t, post(), "fatal_error")
	posted(0)
	s.LoseResponse("chat.postMessage", 1)
	if err := post(); err == nil {
		t.Error("the lost answer arrived")
	}
	posted(1)
	if err := post(); err != nil {
		t.Error(err)
	}
	posted(2)
	s.Delay("chat.postMessage", time.Hour)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_ = s.Wait(ctx, func() bool { return len(s.Messages("#general")) == 3 })
		cancel()
	}()
	if _, _, err := api.PostMessageContext(ctx, playground.General, text("slow")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	posted(3)
	if n := s.Calls("chat.postMessage"); n != 6 {
		t.Errorf("%d calls, want 6", n)
	}
	if len(s.Refusals()) != 0 {
		t.Errorf("injected faults are recorded as refusals: %v", s.Refusals())
	}
}

func TestPings(t *testing.T) {
	t.Parallel()
	mrkdwn := func(s string, verbatim bool) slack.MsgOption {
		return slack.MsgOptionBlocks(slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", s, false, verbatim), nil, nil))
	}
	rich := func(e ...slack.RichTextSectionElement) slack.MsgOption {
		return slack.MsgOptionBlocks(slack.NewRichTextBlock("r", slack.NewRichTextSection(e...)))
	}
	for _, c := range []struct {
		outcome string
		option  slack.MsgOption
		want    []string
	}{
		{"escaped text pings nobody", text("&lt;!channel&gt; @here <https://x.jp|p.14> <!date^1^{date}|x> #general"), nil},
		{"a live channel", text("<!channel> <!here|here> <@U0SATO00001>"), []string{"<!channel>", "<!here>", "<@U0SATO00001>"}},
		{"a group", text("<!subteam^S123|@team>"), []string{"<!subteam^S123>"}},
		{"mrkdwn in blocks", mrkdwn("<!everyone>", true), []string{"<!everyone>"}},
		{"a bare name where it is parsed", mrkdwn("@everyone a@here.jp", false), []string{"@everyone"}},
		{"a bare name in verbatim mrkdwn", mrkdwn("@everyone", true), nil},
		{"a bare name with link_names", slack.MsgOptionCompose(text("@channel"), slack.MsgOptionLinkNames(true)), []string{"@channel"}},
		{"plain_text", slack.MsgOptionBlocks(slack.NewHeaderBlock(plain("<!channel> @here"))), nil},
		{"a rich_text broadcast", rich(slack.NewRichTextSectionBroadcastElement("here")), []string{"<!here>"}},
		{"a rich_text person", rich(slack.NewRichTextSectionUserElement("U0SATO00001", nil)), []string{"<@U0SATO00001>"}},
		{"rich_text text", rich(slack.NewRichTextSectionTextElement("<!channel>", nil)), nil},
		{"a markdown block", slack.MsgOptionBlocks(slack.NewMarkdownBlock("", "<!channel>")), []string{"<!channel>"}},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			s := start(t, playground.Options{})
			if _, _, err := client(s).PostMessage(playground.General, c.option); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range s.Pings() {
				token, _, _ := strings.Cut(p, " in ")
				got = append(got, token)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("pings %v, want %v", got, c.want)
			}
		})
	}
}

func TestEditAndDeleteOfAQuestionAreTold(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	ts, err := s.Say("佐藤", "DM", "質問", "")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := connect(t, s)
	if err := s.Edit("佐藤", "DM", ts, "質問2"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete("佐藤", "DM", ts); err != nil {
		t.Fatal(err)
	}
	failure(t, s.Edit("鈴木", "#general", ts, "x"), "message_not_found")
	b.until("three events", func() bool { return len(b.requests) == 3 })
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []string
	for _, r := range b.requests {
		var p struct {
			Event struct {
				Subtype         string `json:"subtype"`
				DeletedTS       string `json:"deleted_ts"`
				Message         struct{ Text string }
				PreviousMessage struct{ Text string } `json:"previous_message"`
			}
		}
		if err := json.Unmarshal(r.Payload, &p); err != nil {
			t.Fatal(err)
		}
		got = append(got, p.Event.Subtype+":"+p.Event.PreviousMessage.Text+">"+p.Event.Message.Text)
	}
	slices.Sort(got)
	if want := []string{":>", "message_changed:質問>質問2", "message_deleted:質問2>"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
