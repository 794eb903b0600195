package playground_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
)

func TestCommandAckPayload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		outcome string
		ack     any
		failure string // what Command returns
		seen    string // what the person sees privately
		posted  int    // messages that everybody sees
	}{
		{"an empty ack shows nothing", nil, "", "", 0},
		{"text is private by default", map[string]any{"text": "検索中…"}, "", "検索中…", 0},
		{"in_channel shows the command too", map[string]any{"response_type": "in_channel", "text": "公開"}, "", "", 2},
		{"blocks over a limit are refused", map[string]any{"blocks": []any{map[string]any{"type": "bogus"}}}, "invalid_command_response",
			`/jirei failed with the error "invalid_command_response"`, 0},
		{"an unknown response_type is refused", map[string]any{"response_type": "loud", "text": "x"}, "invalid_command_response",
			`/jirei failed with the error "invalid_command_response"`, 0},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			s := start(t, playground.Options{NoMessageEvents: true})
			b, _ := connect(t, s)
			b.mu.Lock()
			b.onCommand = func(slack.SlashCommand) any { return c.ack }
			b.mu.Unlock()
			failure(t, s.Command("佐藤", "#sales", "/jirei", " 製造業 被害有 "), c.failure)
			b.mu.Lock()
			got := b.commands[0]
			b.mu.Unlock()
			if got.Text != "製造業 被害有" || got.UserID != playground.Sato || got.ChannelID != playground.Sales || got.TriggerID == "" || got.ResponseURL == "" {
				t.Errorf("the command is %+v", got)
			}
			seen, posted := "", 0
			for _, m := range s.Messages("#sales") {
				if m.For != "" {
					seen = m.Text
				} else {
					posted++
				}
			}
			if seen != c.seen || posted != c.posted {
				t.Errorf("seen %q, %d posted; want %q, %d", seen, posted, c.seen, c.posted)
			}
			if len(s.Refusals()) > 0 != (c.failure != "") {
				t.Errorf("refusals: %v", s.Refusals())
			}
		})
	}
}

func failure(t *testing.T, err error, name string) {
	t.Helper()
	var f *playground.Failure
	var r *playground.Refusal
	got := ""
	switch {
	case errors.As(err, &f):
		got = f.Name
	case errors.As(err, &r):
		got = r.Name
	case err != nil:
		got = err.Error()
	}
	if got != name {
		t.Fatalf("failed with %q (%v), want %q", got, err, name)
	}
}

func TestCommandFailsVisibly(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{AckTimeout: 100 * time.Millisecond})
	failure(t, s.Command("佐藤", "#general", "/jirei", ""), "dispatch_failed")
	failure(t, s.Command("佐藤", "#general", "/other", ""), "unknown_command")
	b, _ := connect(t, s)
	b.mu.Lock()
	b.holdAcks = 1
	b.mu.Unlock()
	failure(t, s.Command("佐藤", "#general", "/jirei", ""), "operation_timeout")
	failure(t, s.Command("佐藤", "#nowhere", "/jirei", ""), "channel_not_found")
	private := s.Ephemerals("佐藤", "#general")
	if len(private) != 3 || !strings.Contains(private[2].Text, "operation_timeout") {
		t.Errorf("the person saw %s", dump(private))
	}
	if len(s.Ephemerals("鈴木", "#general")) != 0 {
		t.Error("somebody else saw it too")
	}
}

// An ack of 20,480 bytes is a timeout, as on Slack. slack-go refuses to send one, so the test writes the frame itself.
func TestHugeAckIsDropped(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{AckTimeout: 300 * time.Millisecond})
	ws, read := dial(t, s)
	read() // hello
	var wait sync.WaitGroup
	wait.Go(func() { failure(t, s.Command("佐藤", "#general", "/jirei", ""), "operation_timeout") })
	id := read()["envelope_id"]
	if err := ws.WriteJSON(map[string]any{"envelope_id": id, "payload": map[string]any{"text": strings.Repeat("x", 20_480)}}); err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	if len(s.Refusals()) == 0 {
		t.Error("the drop is not recorded")
	}
}

func TestPressCarriesWhatWasPressed(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	b, _ := connect(t, s)
	root, err := s.Say("佐藤", "#general", "質問", "")
	if err != nil {
		t.Fatal(err)
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("並べ替え"), "sort",
		slack.NewOptionBlockObject("stars", plain("重要度"), nil), slack.NewOptionBlockObject("page", plain("ページ"), nil))
	people := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("共有先"), "to")
	_, ts, err := b.api.PostMessage(playground.General, slack.MsgOptionTS(root), slack.MsgOptionText("事例", false),
		slack.MsgOptionBlocks(button("detail", "14", "詳細"), button("detail", "19", "詳細"), slack.NewActionBlock("menus", menu, people),
			slack.NewContextActionsBlock("fb", slack.NewFeedbackButtonsBlockElement("feedback",
				slack.NewFeedbackButton(plain("良"), "good"), slack.NewFeedbackButton(plain("悪"), "bad"))),
			slack.NewCardBlock().WithTitle(plain("p.7")).WithActions(slack.NewButtonBlockElement("open", "7", plain("開く")))))
	if err != nil {
		t.Fatal(err)
	}
	at := playground.At{Channel: "#general", TS: ts}
	for _, c := range []struct{ outcome, action, pick, failure, value string }{
		{"the first of two buttons", "detail", "", "", "14"},
		{"the other by its value", "detail", "19", "", "19"},
		{"an option", "sort", "page", "", "page"},
		{"a channel by name", "to", "#security", "", playground.Security},
		{"feedback", "feedback", "bad", "", "bad"},
		{"a button on a card", "open", "", "", "7"},
		{"a button that is not there", "gone", "", "no_such_action", ""},
		{"an option that is not offered", "sort", "size", "no_such_option", ""},
		{"a channel that does not exist", "to", "#nowhere", "no_such_option", ""},
		{"feedback that is not offered", "feedback", "so-so", "no_such_option", ""},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			b.mu.Lock()
			b.presses = nil
			b.mu.Unlock()
			failure(t, s.Press("鈴木", at, c.action, c.pick), c.failure)
			b.mu.Lock()
			defer b.mu.Unlock()
			if c.failure != "" {
				if len(b.presses) != 0 {
					t.Error("it was sent all the same")
				}
				return
			}
			p := b.presses[0]
			a := p.ActionCallback.BlockActions[0]
			if got := a.Value + a.SelectedOption.Value + a.SelectedConversation; got != c.value || a.ActionID != c.action || a.BlockID == "" {
				t.Errorf("got %q: %s", got, dump(a))
			}
			if p.User.ID != playground.Suzuki || p.Channel.ID != playground.General || p.Message.Timestamp != ts ||
				p.Container.ThreadTs != root || p.Container.IsEphemeral || p.TriggerID == "" || p.ResponseURL == "" {
				t.Errorf("the payload is %s", dump(p))
			}
		})
	}
	failure(t, s.Press("鈴木", playground.At{Channel: "#general", TS: "1.000000"}, "detail", ""), "message_not_found")
}

func TestPressNobodyAcks(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{AckTimeout: 100 * time.Millisecond, NoMessageEvents: true})
	b, _ := connect(t, s)
	_, ts, err := b.api.PostMessage(playground.General, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(button("a", "1", "A")))
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	b.holdAcks = 1
	b.mu.Unlock()
	failure(t, s.Press("佐藤", playground.At{Channel: "#general", TS: ts}, "a", ""), "operation_timeout")
	failure(t, s.Press("佐藤", playground.At{Channel: "#general", TS: ts}, "a", ""), "")
}

func TestShortcuts(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{Shortcuts: []playground.Shortcut{{CallbackID: "lookup_global", Name: "事例を探す"}, {CallbackID: "lookup_message", Name: "関連事例", Message: true}}})
	b, _ := connect(t, s)
	ts, err := s.Say("Alice", "#general", "ransomware", "")
	if err != nil {
		t.Fatal(err)
	}
	failure(t, s.Shortcut("佐藤", "lookup_global", "", ""), "")
	failure(t, s.Shortcut("佐藤", "lookup_message", "#general", ts), "")
	failure(t, s.Shortcut("佐藤", "lookup_message", "", ""), "unknown_shortcut")
	b.mu.Lock()
	defer b.mu.Unlock()
	if g, m := b.presses[0], b.presses[1]; g.Type != slack.InteractionTypeShortcut || g.ResponseURL != "" ||
		m.Type != slack.InteractionTypeMessageAction || m.Message.Text != "ransomware" || m.ResponseURL == "" {
		t.Errorf("%s\n%s", dump(g), dump(m))
	}
}

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

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

func TestModalFromOpenToSubmit(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	b, _ := connect(t, s)
	channel := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("共有先"), "channel")
	channel.ResponseURLEnabled, channel.DefaultToCurrentConversation = true, true
	comment := slack.NewPlainTextInputBlockElement(plain("ひとこと"), "comment")
	comment.MaxLength = 10
	need := slack.NewInputBlock("need", plain("理由"), nil, slack.NewPlainTextInputBlockElement(nil, "reason"))
	optional := slack.NewInputBlock("note", plain("コメント"), nil, comment)
	optional.Optional = true
	view := modal("共有", slack.NewInputBlock("where", plain("共有先"), nil, channel), optional, need, button("preview", "1", "プレビュー"))
	b.on(func(p slack.InteractionCallback) any {
		if p.Type != slack.InteractionTypeViewSubmission {
			return nil
		}
		if p.View.State.Values["need"]["reason"].Value == "だめ" {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{"need": "短すぎます"})
		}
		return nil
	})
	_, ts, err := b.api.PostMessage(playground.General, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(button("share", "14", "共有")))
	if err != nil {
		t.Fatal(err)
	}
	failure(t, s.Press("佐藤", playground.At{Channel: "#general", TS: ts}, "share", ""), "")
	if _, err := b.api.OpenView(b.presses[0].TriggerID, view); err != nil {
		t.Fatal(err)
	}
	v := s.View("佐藤")
	if v == nil || v.Title != "共有" || v.Submit != "送信" || v.CallbackID != "share" || !strings.Contains(blocks.Text(v.Blocks), "[プレビュー]") {
		t.Fatalf("the view is %s", dump(v))
	}
	if s.View("鈴木") != nil {
		t.Error("somebody else has it open too")
	}
	failure(t, s.Submit("佐藤", map[string]string{"nothing": "x"}), "no_such_action")
	failure(t, s.Submit("佐藤", map[string]string{"comment": "x"}), "required")
	failure(t, s.Submit("佐藤", map[string]string{"reason": "なぜなら", "comment": strings.Repeat("長", 11)}), "required")
	failure(t, s.Press("佐藤", playground.At{}, "preview", ""), "")
	failure(t, s.Submit("佐藤", map[string]string{"reason": "だめ", "comment": "一,二"}), "")
	if got := s.View("佐藤"); got == nil || got.Errors["need"] != "短すぎます" {
		t.Fatalf("the errors are lost: %s", dump(got))
	}
	failure(t, s.Submit("佐藤", map[string]string{"need": "よい", "channel": "#sales"}), "")
	if s.View("佐藤") != nil {
		t.Error("a submitted modal stays")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	first, last := b.presses[2], b.presses[len(b.presses)-1]
	if got := first.View.State.Values["where"]["channel"].SelectedConversation; got != playground.General {
		t.Errorf("the current conversation is %q", got)
	}
	state := last.View.State.Values
	if state["note"]["comment"].Value != "一,二" || state["where"]["channel"].SelectedConversation != playground.Sales {
		t.Errorf("the state is %s", dump(state))
	}
	if len(last.ResponseURLs) != 1 || last.ResponseURLs[0].ChannelID != playground.Sales {
		t.Fatalf("response_urls: %s", dump(last.ResponseURLs))
	}
	if err := webhook(last.ResponseURLs[0].ResponseURL, &slack.WebhookMessage{Text: "共有", ResponseType: "in_channel"}); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages("#sales"); len(got) != 1 || got[0].For != "" {
		t.Errorf("#sales has %s", dump(got))
	}
}

func TestSubmissionAnswers(t *testing.T) {
	t.Parallel()
	pushed, updated := modal("次"), modal("新")
	for _, c := range []struct {
		outcome string
		ack     any
		failure string
		titles  string // the stack from the top, as the person closes it
	}{
		{"nothing closes one", nil, "", "下"},
		{"clear closes all", slack.NewClearViewSubmissionResponse(), "", ""},
		{"update keeps the place", slack.NewUpdateViewSubmissionResponse(&updated), "", "新,下"},
		{"push adds one", slack.NewPushViewSubmissionResponse(&pushed), "", "次,上,下"},
		{"errors need an input block", slack.NewErrorsViewSubmissionResponse(map[string]string{"row-1": "x"}), "invalid_view_response", "上,下"},
		{"a broken view is refused", map[string]any{"response_action": "update", "view": map[string]any{"type": "modal"}}, "invalid_view_response", "上,下"},
		{"an unknown action is refused", map[string]any{"response_action": "explode"}, "invalid_view_response", "上,下"},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			s := start(t, playground.Options{NoMessageEvents: true})
			b, _ := connect(t, s)
			failure(t, s.Command("佐藤", "#general", "/jirei", ""), "")
			if _, err := b.api.OpenView(b.commands[0].TriggerID, modal("下", button("more", "1", "もっと"))); err != nil {
				t.Fatal(err)
			}
			failure(t, s.Press("佐藤", playground.At{}, "more", ""), "")
			if _, err := b.api.PushView(b.presses[0].TriggerID, modal("上", button("x", "1", "x"))); err != nil {
				t.Fatal(err)
			}
			b.on(func(slack.InteractionCallback) any { return c.ack })
			failure(t, s.Submit("佐藤", nil), c.failure)
			b.on(nil)
			var titles []string
			for v := s.View("佐藤"); v != nil; v = s.View("佐藤") {
				titles = append(titles, v.Title)
				if depth := v.Depth; depth < 1 || depth > 3 {
					t.Errorf("depth %d", depth)
				}
				failure(t, s.CloseView("佐藤"), "")
			}
			if got := strings.Join(titles, ","); got != c.titles {
				t.Errorf("the stack was %s, want %s", got, c.titles)
			}
			failure(t, s.CloseView("佐藤"), "not_found")
			failure(t, s.Submit("佐藤", nil), "not_found")
		})
	}
}

func TestViewLimitsOfTimeAndStack(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := start(t, playground.Options{NoMessageEvents: true, Now: now.Now})
	b, _ := connect(t, s)
	trigger := func() string {
		failure(t, s.Command("佐藤", "#general", "/jirei", ""), "")
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.commands[len(b.commands)-1].TriggerID
	}
	open := func(id, want string) string {
		t.Helper()
		v, err := b.api.OpenView(id, modal("題", button("a", "1", "A")))
		refusedWith(t, err, want)
		if v == nil {
			return ""
		}
		return v.ID
	}
	open("1.2.3", "invalid_trigger_id")
	late := trigger()
	now.add(3*time.Second + time.Millisecond)
	open(late, "expired_trigger_id")
	id := trigger()
	first := open(id, "")
	open(id, "exchanged_trigger_id")

	_, err := b.api.PushView(trigger(), modal("上"))
	refusedWith(t, err, "not_found") // a trigger of a command is no trigger within the modal
	for _, want := range []string{"", "", "push_limit_reached"} {
		failure(t, s.Press("佐藤", playground.At{}, "a", ""), "")
		b.mu.Lock()
		within := b.presses[len(b.presses)-1].TriggerID
		b.mu.Unlock()
		_, err := b.api.PushView(within, modal("上", button("a", "1", "A")))
		refusedWith(t, err, want)
	}
	v, err := b.api.UpdateView(modal("新", button("a", "1", "A")), "", "", first)
	if err != nil || v.Title.Text != "新" || v.ID != first {
		t.Fatalf("%v %s", err, dump(v))
	}
	_, err = b.api.UpdateView(modal("古"), "", "1.old", first)
	refusedWith(t, err, "hash_conflict")
	_, err = b.api.UpdateView(modal("新々"), "", v.Hash, first)
	refusedWith(t, err, "")
	_, err = b.api.UpdateView(modal("x"), "", "", "V0")
	refusedWith(t, err, "not_found")
	_, err = b.api.OpenView(trigger(), modal("長すぎる題名は二十五文字以上あるので断られます。必ず"))
	refusedWith(t, err, "invalid_arguments")
}

func refusedWith(t *testing.T, err error, want string) {
	t.Helper()
	var e slack.SlackErrorResponse
	switch {
	case want == "" && err == nil:
	case errors.As(err, &e) && e.Err == want:
	default:
		t.Fatalf("got %v, want %q", err, want)
	}
}

func TestClosingAViewIsToldWhereAskedFor(t *testing.T) {
	t.Parallel()
	for _, told := range []bool{false, true} {
		t.Run(fmt.Sprintf("notify_on_close %v", told), func(t *testing.T) {
			t.Parallel()
			s := start(t, playground.Options{})
			b, _ := connect(t, s)
			failure(t, s.Command("佐藤", "#general", "/jirei", ""), "")
			v := modal("題")
			v.NotifyOnClose = told
			if _, err := b.api.OpenView(b.commands[0].TriggerID, v); err != nil {
				t.Fatal(err)
			}
			failure(t, s.CloseView("佐藤"), "")
			b.mu.Lock()
			defer b.mu.Unlock()
			if got := len(b.presses) == 1 && b.presses[0].Type == slack.InteractionTypeViewClosed; got != told {
				t.Errorf("told: %v", got)
			}
		})
	}
}
