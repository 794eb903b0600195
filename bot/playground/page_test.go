package playground_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/playground"
)

// page is a browser's half of the conversation.
type page struct {
	t    *testing.T
	base string
	user string
}

func open(t *testing.T, s *playground.Server, user string) *page {
	return &page{t, strings.TrimSuffix(s.APIURL(), "/api/"), user}
}

// get returns the answer, with its body read and closed, and the body.
func (p *page) get(path string) (answer, []byte) {
	p.t.Helper()
	resp, err := (&http.Client{Timeout: patience}).Get(p.base + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, resp.Request.URL.String()}, body
}

// answer is what is left of a response when its body is read.
type answer struct {
	status int
	header http.Header
	url    string // after redirects
}

type state struct {
	Me       struct{ ID string }
	Channels []struct {
		ID, Kind  string
		BotMember bool `json:"bot_member"`
	}
	Commands  []playground.Command
	Examples  []string
	Connected bool
	Messages  map[string][]struct {
		TS, Text, User string
		Ephemeral      bool
		Blocks         []any
	}
	View *struct {
		ID, Title string
		Depth     int
		Errors    map[string]string
	}
}

func (p *page) state() state {
	p.t.Helper()
	_, body := p.get("/page/state?user=" + p.user)
	var s state
	if err := json.Unmarshal(body, &s); err != nil {
		p.t.Fatalf("%v in %s", err, body)
	}
	return s
}

// post does what the page does and returns the error's name.
func (p *page) post(path string, body map[string]any) string {
	p.t.Helper()
	body["user"] = p.user
	raw, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.base+"/page/"+path, bytes.NewReader(raw))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Origin", p.base)
	resp, err := (&http.Client{Timeout: patience}).Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		OK    bool
		Error string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.OK != (answer.Error == "") {
		p.t.Fatalf("%v %+v", err, answer)
	}
	return answer.Error
}

func TestPageFromQuestionToSharedCase(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true, Examples: []string{"UTM"}})
	b, _ := connect(t, s)
	p := open(t, s, playground.Sato)
	first := p.state()
	if first.Me.ID != playground.Sato || !first.Connected || len(first.Channels) != 5 || first.Commands[0].Name != "/jirei" || first.View != nil || len(first.Examples) != 1 {
		t.Fatalf("the state is %s", dump(first))
	}
	if got := p.post("say", map[string]any{"channel": playground.General, "text": "@jirei UTM"}); got != "" {
		t.Fatal(got)
	}
	b.until("the mention", func() bool { return len(b.events) == 1 })
	root := p.state().Messages[playground.General][0].TS
	_, ts, err := b.api.PostMessage(playground.General, slack.MsgOptionTS(root), slack.MsgOptionText("事例", false), slack.MsgOptionBlocks(button("share", "7", "共有")))
	if err != nil {
		t.Fatal(err)
	}
	act := map[string]any{"channel": playground.General, "message_ts": ts, "block_id": "row-7", "action_id": "share", "value": "forged"}
	if got := p.post("action", act); got != "no_such_action" {
		t.Errorf("a value that the button does not have: %q", got)
	}
	act["value"] = "7"
	if got := p.post("action", act); got != "" {
		t.Fatal(got)
	}
	to := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("共有先"), "channel")
	why := slack.NewPlainTextInputBlockElement(nil, "comment")
	if _, err := b.api.OpenView(b.presses[0].TriggerID, modal("共有", slack.NewInputBlock("where", plain("共有先"), nil, to), slack.NewInputBlock("why", plain("ひとこと"), nil, why))); err != nil {
		t.Fatal(err)
	}
	v := p.state().View
	if v == nil || v.Title != "共有" || v.Depth != 1 {
		t.Fatalf("the view is %s", dump(v))
	}
	values := map[string]any{"where": map[string]any{"channel": map[string]any{"type": "conversations_select", "selected_conversation": playground.Security}}}
	if got := p.post("submit", map[string]any{"view_id": v.ID, "values": values}); got != "required" || p.state().View.Errors["why"] == "" {
		t.Errorf("a required field left empty: %q, %s", got, dump(p.state().View))
	}
	values["why"] = map[string]any{"comment": map[string]any{"type": "plain_text_input", "value": "一, 二"}}
	if got := p.post("submit", map[string]any{"view_id": "V0", "values": values}); got != "not_found" {
		t.Errorf("another view: %q", got)
	}
	if got := p.post("submit", map[string]any{"view_id": v.ID, "values": values}); got != "" {
		t.Fatal(got)
	}
	b.mu.Lock()
	filled := b.presses[len(b.presses)-1].View.State.Values
	b.mu.Unlock()
	if filled["where"]["channel"].SelectedConversation != playground.Security || filled["why"]["comment"].Value != "一, 二" {
		t.Errorf("the bot got %s", dump(filled))
	}
	if p.state().View != nil {
		t.Error("the modal stays")
	}
}

func TestPageCommandsAndInvitation(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	b, _ := connect(t, s)
	p := open(t, s, playground.Sato)
	if got := p.post("command", map[string]any{"channel": playground.Sales, "text": "/jirei 製造業  被害有"}); got != "" {
		t.Fatal(got)
	}
	b.mu.Lock()
	if b.commands[0].Text != "製造業  被害有" {
		t.Errorf("the text is %q", b.commands[0].Text)
	}
	b.mu.Unlock()
	if got := p.post("say", map[string]any{"channel": playground.Sales, "text": "@jirei q"}); got != "" {
		t.Fatal(got)
	}
	list := p.state().Messages[playground.Sales]
	if last := list[len(list)-1]; !last.Ephemeral || !strings.Contains(last.Text, "/invite @jirei") {
		t.Errorf("a mention where the bot is not: %s", dump(list))
	}
	if other := open(t, s, playground.Suzuki).state().Messages[playground.Sales]; len(other) != 1 {
		t.Errorf("somebody else sees %s", dump(other))
	}
	for _, invite := range []string{"invite", "command"} {
		if got := p.post(invite, map[string]any{"channel": playground.Sales, "text": "/invite @jirei"}); got != "" {
			t.Fatal(got)
		}
	}
	if c := p.state().Channels; !slices.ContainsFunc(c, func(c struct {
		ID, Kind  string
		BotMember bool `json:"bot_member"`
	}) bool {
		return c.ID == playground.Sales && c.BotMember
	}) {
		t.Error("the invitation had no effect")
	}
	if got := p.post("command", map[string]any{"channel": playground.Sales, "text": "/nothing"}); got != "unknown_command" {
		t.Errorf("an unknown command: %q", got)
	}
}

// stream reads a page's events; next returns the next one of a type.
func stream(t *testing.T, s *playground.Server, user string) (next func(kind string) map[string]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, open(t, s, user).base+"/page/events?user="+user, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Timeout: patience}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	in := bufio.NewScanner(resp.Body)
	return func(kind string) map[string]any {
		t.Helper()
		for in.Scan() {
			data, ok := strings.CutPrefix(in.Text(), "data: ")
			var e map[string]any
			if ok && json.Unmarshal([]byte(data), &e) == nil && e["type"] == kind {
				return e
			}
		}
		t.Fatalf("no event %q: %v", kind, in.Err())
		return nil
	}
}

func TestPageEvents(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	next := stream(t, s, playground.Sato)
	if e := next("connected"); e["connected"] != false {
		t.Errorf("connected: %v", e)
	}
	other := stream(t, s, playground.Suzuki)
	b, _ := connect(t, s)
	if e := next("connected"); e["connected"] != true {
		t.Errorf("connected: %v", e)
	}
	root, err := s.Say("佐藤", "#general", "q", "")
	if err != nil {
		t.Fatal(err)
	}
	if e := next("message"); e["channel"] != playground.General || e["message"].(map[string]any)["ts"] != root {
		t.Errorf("message: %v", e)
	}
	if _, err := b.api.PostEphemeral(playground.General, playground.Sato, slack.MsgOptionText("private", false)); err != nil {
		t.Fatal(err)
	}
	if e := next("ephemeral"); e["message"].(map[string]any)["text"] != "private" {
		t.Errorf("ephemeral: %v", e)
	}
	if err := b.api.SetAssistantThreadsStatus(slack.AssistantThreadsSetStatusParameters{ChannelID: playground.General, ThreadTS: root, Status: "探しています"}); err != nil {
		t.Fatal(err)
	}
	if e := next("status"); e["text"] != "探しています" || e["thread_ts"] != root {
		t.Errorf("status: %v", e)
	}
	_, ts, err := b.api.PostMessage(playground.General, slack.MsgOptionText("x", false))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := b.api.UpdateMessage(playground.General, ts, slack.MsgOptionText("y", false)); err != nil {
		t.Fatal(err)
	}
	if e := next("changed"); e["message"].(map[string]any)["text"] != "y" {
		t.Errorf("changed: %v", e)
	}
	if _, _, err := b.api.DeleteMessage(playground.General, ts); err != nil {
		t.Fatal(err)
	}
	if e := next("deleted"); e["message"].(map[string]any)["ts"] != ts {
		t.Errorf("deleted: %v", e)
	}
	failure(t, s.Command("佐藤", "#general", "/jirei", ""), "")
	if _, err := b.api.OpenView(b.commands[0].TriggerID, modal("題")); err != nil {
		t.Fatal(err)
	}
	if e := next("view"); e["view"].(map[string]any)["title"] != "題" {
		t.Errorf("view: %v", e)
	}
	failure(t, s.CloseView("佐藤"), "")
	if e := next("view_closed"); e["view"] != nil {
		t.Errorf("view_closed: %v", e)
	}
	// What the other person got, in order: nothing that was private.
	if _, err := s.Say("佐藤", "DM", "secret", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Say("佐藤", "#random", "last", ""); err != nil {
		t.Fatal(err)
	}
	for {
		e := other("message")
		text := e["message"].(map[string]any)["text"]
		if text == "secret" || text == "private" {
			t.Fatalf("somebody else got %v", e)
		}
		if text == "last" {
			break
		}
	}
}

func TestForeignPagesAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	base := strings.TrimSuffix(s.APIURL(), "/api/")
	host := strings.TrimPrefix(base, "http://")
	port := host[strings.LastIndex(host, ":"):]
	for _, c := range []struct {
		outcome, method, path, host, origin string
		want                                int
	}{
		{"the page itself", "GET", "/", host, "", 200},
		{"localhost by name", "GET", "/page/state", "localhost" + port, "", 200},
		{"IPv6", "GET", "/page/state", "[::1]" + port, "", 200},
		{"its own origin", "POST", "/page/say", host, base, 200},
		{"a rebound name", "GET", "/page/state", "evil.example" + port, "", 403},
		{"a name that begins well", "GET", "/page/state", "localhost.evil.example" + port, "", 403},
		{"another origin", "POST", "/page/say", host, "https://evil.example", 403},
		{"another port", "POST", "/page/say", host, "http://127.0.0.1:1", 403},
		{"an opaque origin", "POST", "/page/say", host, "null", 403},
		{"the API from a foreign page", "POST", "/api/auth.test", host, "https://evil.example", 403},
		{"a socket without a ticket", "GET", "/socket", host, "", 403},
		{"somebody unknown", "GET", "/page/state?user=U0NOBODY", host, "", 400},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			req, err := http.NewRequestWithContext(context.Background(), c.method, base+c.path, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			req.Host = c.host
			if c.origin != "" {
				req.Header.Set("Origin", c.origin)
			}
			resp, err := (&http.Client{Timeout: patience}).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != c.want {
				t.Errorf("%d, want %d", resp.StatusCode, c.want)
			}
		})
	}
}

func TestPageFilesAndPermalinks(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	p := open(t, s, playground.Sato)
	if resp, body := p.get("/"); resp.status != 200 || !strings.Contains(resp.header.Get("Content-Type"), "html") || len(body) == 0 {
		t.Errorf("the page: %d", resp.status)
	}
	ts, err := s.Say("佐藤", "#general", "q", "")
	if err != nil {
		t.Fatal(err)
	}
	link, err := client(s).GetPermalink(&slack.PermalinkParameters{Channel: playground.General, Ts: ts})
	if err != nil {
		t.Fatal(err)
	}
	resp, _ := p.get(strings.TrimPrefix(link, p.base))
	if got := resp.url; got != p.base+"/#"+playground.General+"/"+ts {
		t.Errorf("the permalink leads to %s", got)
	}
}
