package playground_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/jirei/jirei/bot/playground"
)

// bot is the smallest bot: slack-go's own client over the wire, which acks what the test tells it to and keeps all.
type bot struct {
	t   *testing.T
	api *slack.Client
	s   *playground.Server

	mu        sync.Mutex
	events    []slackevents.EventsAPIEvent
	requests  []socketmode.Request
	commands  []slack.SlashCommand
	presses   []slack.InteractionCallback
	hellos    int
	changed   chan struct{}
	onCommand func(slack.SlashCommand) any // the ack's payload
	onPress   func(slack.InteractionCallback) any
	holdAcks  int // leave this many envelopes without ack
}

// patience is what a busy machine needs: under -race with the rest of the tests beside it, ten seconds were not always enough.
const patience = time.Minute

func start(t *testing.T, opt playground.Options) *playground.Server {
	t.Helper()
	if opt.AckTimeout == 0 {
		opt.AckTimeout = patience // tests run beside others on two cores
	}
	if opt.Commands == nil {
		opt.Commands = []playground.Command{{Name: "/jirei", Usage: "[語句 | 番号]"}}
	}
	opt.PingEvery = 50 * time.Millisecond
	s := playground.New(opt)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	if _, err := s.Start(ctx, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return s
}

func client(s *playground.Server) *slack.Client {
	return slack.New(playground.BotToken, slack.OptionAppLevelToken(playground.AppToken), slack.OptionAPIURL(s.APIURL()),
		slack.OptionHTTPClient(&http.Client{Timeout: patience}))
}

// connect runs a bot until the test ends, or until the returned function is called.
func connect(t *testing.T, s *playground.Server) (*bot, func()) {
	t.Helper()
	b := &bot{t: t, s: s, api: client(s), changed: make(chan struct{})}
	c := socketmode.New(b.api, socketmode.OptionPingInterval(patience))
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { _ = c.RunContext(ctx) })
	done.Go(func() {
		for {
			select {
			case e := <-c.Events:
				b.take(c, e)
			case <-ctx.Done():
				return
			}
		}
	})
	stop := sync.OnceFunc(func() { cancel(); done.Wait() })
	t.Cleanup(stop)
	b.until("a hello", func() bool { return b.hellos > 0 })
	return b, stop
}

func (b *bot) take(c *socketmode.Client, e socketmode.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() { close(b.changed); b.changed = make(chan struct{}) }()
	if e.Type == socketmode.EventTypeHello {
		b.hellos++
		return
	}
	if e.Request == nil || e.Request.EnvelopeID == "" {
		return
	}
	var payload any
	b.requests = append(b.requests, *e.Request)
	switch d := e.Data.(type) {
	case slackevents.EventsAPIEvent:
		b.events = append(b.events, d)
	case slack.SlashCommand:
		b.commands = append(b.commands, d)
		if b.onCommand != nil {
			payload = b.onCommand(d)
		}
	case slack.InteractionCallback:
		b.presses = append(b.presses, d)
		if b.onPress != nil {
			payload = b.onPress(d)
		}
	}
	if b.holdAcks > 0 {
		b.holdAcks--
		return
	}
	if payload == nil {
		_ = c.Ack(*e.Request)
		return
	}
	_ = c.Ack(*e.Request, payload)
}

// until waits for what the bot received.
func (b *bot) until(what string, ok func() bool) {
	b.t.Helper()
	late := time.After(patience)
	for {
		b.mu.Lock()
		changed, done := b.changed, ok()
		b.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-late:
			b.t.Fatalf("the bot never got %s", what)
		}
	}
}

// types are the inner events' types so far; the caller holds mu.
func (b *bot) types() []string {
	var out []string
	for _, e := range b.events {
		out = append(out, e.InnerEvent.Type)
	}
	slices.Sort(out)
	return out
}

func (b *bot) on(press func(slack.InteractionCallback) any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.onPress = press
}

func eventually(t *testing.T, s *playground.Server, what string, until func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Wait(ctx, until); err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func button(action, value, label string) slack.Block {
	return slack.NewActionBlock("row-"+value, slack.NewButtonBlockElement(action, value, plain(label)))
}

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	blocks = append(blocks, slack.NewDividerBlock()) // Slack wants blocks; slack-go makes null of none
	return slack.ModalViewRequest{Type: slack.VTModal, Title: plain(title), Submit: plain("送信"), Close: plain("閉じる"), CallbackID: "share",
		Blocks: slack.Blocks{BlockSet: blocks}}
}

// dump is a value as JSON for messages of tests.
func dump(v any) string {
	raw, _ := json.MarshalIndent(v, "", " ")
	return string(raw)
}

// dial opens a socket without slack-go, for frames that it would not send. read returns the next frame.
func dial(t *testing.T, s *playground.Server) (*websocket.Conn, func() map[string]any) {
	t.Helper()
	_, url, err := client(s).StartSocketModeContext(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ws, resp, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	return ws, func() map[string]any {
		t.Helper()
		_ = ws.SetReadDeadline(time.Now().Add(patience))
		var m map[string]any
		if err := ws.ReadJSON(&m); err != nil {
			t.Errorf("reading a frame: %v", err)
		}
		return m
	}
}
