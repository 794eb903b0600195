package playground_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/playground"
)

func webhook(url string, m *slack.WebhookMessage) error {
	return slack.PostWebhookCustomHTTPContext(context.Background(), url, &http.Client{Timeout: patience}, m)
}

// hookOf runs a command and returns its response_url.
func hookOf(t *testing.T, s *playground.Server, b *bot, channel string) string {
	t.Helper()
	failure(t, s.Command("佐藤", channel, "/jirei", "x"), "")
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.commands[len(b.commands)-1].ResponseURL
}

func TestResponseURLOfACommand(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	b, _ := connect(t, s)
	b.mu.Lock()
	b.onCommand = func(slack.SlashCommand) any { return map[string]any{"text": "検索中…"} }
	b.mu.Unlock()
	hook := hookOf(t, s, b, "#sales") // works where the bot is no member
	if err := webhook(hook, &slack.WebhookMessage{Text: "答え", ReplaceOriginal: true}); err != nil {
		t.Fatal(err)
	}
	if got := s.Ephemerals("佐藤", "#sales"); len(got) != 1 || got[0].Text != "答え" {
		t.Fatalf("replace_original left %s", dump(got))
	}
	if err := webhook(hook, &slack.WebhookMessage{Text: "続き"}); err != nil {
		t.Fatal(err)
	}
	if err := webhook(hook, &slack.WebhookMessage{Text: "皆さんへ", ResponseType: slack.ResponseTypeInChannel}); err != nil {
		t.Fatal(err)
	}
	if err := webhook(hook, &slack.WebhookMessage{DeleteOriginal: true}); err != nil {
		t.Fatal(err)
	}
	if got := s.Ephemerals("佐藤", "#sales"); len(got) != 1 || got[0].Text != "続き" {
		t.Errorf("delete_original left %s", dump(got))
	}
	if err := webhook(hook, &slack.WebhookMessage{Text: "五つ目"}); err != nil {
		t.Fatal(err)
	}
	gone(t, webhook(hook, &slack.WebhookMessage{Text: "六つ目"}))
	if got := s.Refusals(); len(got) != 1 || !strings.Contains(got[0], "used_url") {
		t.Errorf("refusals: %v", got)
	}
}

func gone(t *testing.T, err error) {
	t.Helper()
	var status slack.StatusCodeError
	if !errors.As(err, &status) || status.Code != http.StatusNotFound {
		t.Errorf("got %v, want 404", err)
	}
}

func TestResponseURLWithoutAckPayloadPostsAnew(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	b, _ := connect(t, s)
	hook := hookOf(t, s, b, "#general")
	for _, text := range []string{"一", "二"} {
		if err := webhook(hook, &slack.WebhookMessage{Text: text, ReplaceOriginal: true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Ephemerals("佐藤", "#general"); len(got) != 1 || got[0].Text != "二" {
		t.Errorf("got %s", dump(got))
	}
}

func TestResponseURLExpiresAndChecks(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := start(t, playground.Options{NoMessageEvents: true, Now: now.Now})
	b, _ := connect(t, s)
	hook := hookOf(t, s, b, "#general")
	var status slack.StatusCodeError
	if err := webhook(hook, &slack.WebhookMessage{}); !errors.As(err, &status) || status.Code != http.StatusBadRequest {
		t.Errorf("an empty message: %v, want 400", err)
	}
	long := slack.Blocks{BlockSet: make([]slack.Block, 51)}
	for i := range long.BlockSet {
		long.BlockSet[i] = slack.NewDividerBlock()
	}
	if err := webhook(hook, &slack.WebhookMessage{Blocks: &long}); !errors.As(err, &status) || status.Code != http.StatusBadRequest {
		t.Errorf("51 blocks: %v, want 400", err)
	}
	now.add(30*time.Minute + time.Second)
	gone(t, webhook(hook, &slack.WebhookMessage{Text: "late"}))
	gone(t, webhook(hook+"0", &slack.WebhookMessage{Text: "nowhere"}))
}

func TestResponseURLOfAButtonReplacesItsMessage(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	b, _ := connect(t, s)
	_, ts, err := b.api.PostMessage(playground.General, slack.MsgOptionText("前", false), slack.MsgOptionBlocks(button("a", "1", "A")))
	if err != nil {
		t.Fatal(err)
	}
	failure(t, s.Press("佐藤", playground.At{Channel: "#general", TS: ts}, "a", ""), "")
	hook := b.presses[0].ResponseURL
	if err := webhook(hook, &slack.WebhookMessage{Text: "後", ReplaceOriginal: true}); err != nil {
		t.Fatal(err)
	}
	if err := webhook(hook, &slack.WebhookMessage{Text: "スレッドで", ThreadTimestamp: ts}); err != nil {
		t.Fatal(err)
	}
	all := s.Messages("#general")
	if len(all) != 2 || all[0].Text != "後" || all[0].Blocks != nil || all[1].ThreadTS != ts || all[1].For != playground.Sato {
		t.Errorf("got %s", dump(all))
	}
}
