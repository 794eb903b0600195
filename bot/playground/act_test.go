package playground_test

import (
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

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
	eventually(t, s, "a record of the drop", func() bool { return len(s.Refusals()) == 1 })
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
	s := start(t, playground.Options{AckTimeout: time.Second, NoMessageEvents: true})
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

// Whatever is typed, only mentions of those who exist are live.
func FuzzTyped(f *testing.F) {
	s := playground.New(playground.Options{})
	live := regexp.MustCompile(`<@U0(JIREI0001|SATO00001|SUZUKI001|ALICE0001)>|<!(channel|here|everyone)>`)
	for _, seed := range []string{"@jirei q", "<@U0SATO00001><!channel>", "\x00U0SATO00001\x01", "@@佐藤@鈴木.", "&lt;@U0SATO00001&gt;", "\xff@here"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		ts, err := s.Say("佐藤", "#general", typed, "")
		if err != nil {
			return // nothing but space
		}
		m := s.Thread("佐藤", "#general", ts)[0]
		if strings.ContainsAny(live.ReplaceAllString(m.Text, ""), "<>") {
			t.Errorf("typed %q became %q", typed, m.Text)
		}
		if err := s.Delete("佐藤", "#general", ts); err != nil {
			t.Error(err)
		}
	})
}
