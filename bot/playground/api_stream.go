package playground

import (
	"encoding/json"
	"strings"

	"github.com/jirei/jirei/bot/blocks"
)

// streamed is what a streaming message has been sent so far.
type streamed struct {
	plan   bool
	title  string
	tasks  []map[string]any
	text   strings.Builder
	blocks []json.RawMessage
}

func streamMethods() map[string]method {
	return map[string]method{
		"chat.startStream":  {"channel! thread_ts! recipient_team_id recipient_user_id task_display_mode markdown_text chunks icon_url icon_emoji username", startStream},
		"chat.appendStream": {"channel! ts! markdown_text chunks", appendStream},
		"chat.stopStream":   {"channel! ts! markdown_text chunks blocks metadata session_status", stopStream},
	}
}

func startStream(s *Server, a args) (reply, error) {
	c, err := s.postable(a["channel"])
	if err != nil {
		return nil, err
	}
	switch {
	case c.find(a["thread_ts"]) == nil:
		return nil, refuse("thread_not_found")
	case c.im == "" && a["recipient_team_id"] == "":
		return nil, refuse("missing_recipient_team_id")
	case c.im == "" && a["recipient_user_id"] == "":
		return nil, refuse("missing_recipient_user_id")
	}
	m := &Message{Channel: c.id, User: Bot, ThreadTS: a["thread_ts"], Streaming: true, stream: &streamed{plan: a["task_display_mode"] == "plan"}}
	if err := s.feed("chat.startStream", m, a); err != nil {
		return nil, err
	}
	s.put(c, m)
	s.setStatus(c.id, m.ThreadTS, "processing")
	return reply{"channel": c.id, "ts": m.TS}, nil
}

// streaming finds the message of a stream that is still open.
func (s *Server) streaming(a args) (*channel, *Message, error) {
	c, m, err := s.mine(a["channel"], a["ts"], "message_not_owned_by_app")
	if err != nil {
		return nil, nil, err
	}
	if !m.Streaming {
		return nil, nil, refuse("message_not_in_streaming_state")
	}
	return c, m, nil
}

func appendStream(s *Server, a args) (reply, error) {
	c, m, err := s.streaming(a)
	if err != nil {
		return nil, err
	}
	if a["markdown_text"] == "" && a["chunks"] == "" {
		return nil, refuse("no_text")
	}
	if err := s.feed("chat.appendStream", m, a); err != nil {
		return nil, err
	}
	s.tellMessage("changed", m)
	return reply{"channel": c.id, "ts": m.TS}, nil
}

func stopStream(s *Server, a args) (reply, error) {
	c, m, err := s.streaming(a)
	if err != nil {
		return nil, err
	}
	raw := a.raw("blocks")
	if raw != nil {
		if err := blocks.CheckMessage(raw, "stream"); err != nil {
			return nil, refuseBlocks(err)
		}
	}
	meta, err := metadata(a["metadata"])
	if err != nil {
		return nil, err
	}
	if err := s.feed("chat.stopStream", m, a); err != nil {
		return nil, err
	}
	if raw != nil {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, refuse("invalid_blocks_format")
		}
		m.stream.blocks = append(m.stream.blocks, list...)
		s.recordPings("chat.stopStream in "+c.id, "", raw, false)
	}
	m.Metadata, m.Streaming = meta, false
	m.stream.show(m)
	status := ""
	if a["session_status"] == "processing" {
		status = "processing"
	}
	s.setStatus(c.id, m.ThreadTS, status)
	s.tellMessage("changed", m)
	s.emitMessage(c, m)
	return reply{"channel": c.id, "ts": m.TS, "message": m.wire(c, true)}, nil
}

type chunk struct {
	Type    string          `json:"type"`
	Text    string          `json:"text"`
	ID      string          `json:"id"`
	Title   string          `json:"title"`
	Status  string          `json:"status"`
	Details string          `json:"details"`
	Output  string          `json:"output"`
	Sources []any           `json:"sources"`
	Blocks  json.RawMessage `json:"blocks"`
}

// feed adds a call's markdown_text and chunks to a stream. Everything is checked before anything is added.
func (s *Server) feed(name string, m *Message, a args) error {
	if a["markdown_text"] != "" && a["chunks"] != "" {
		return refuse("invalid_arguments", "[ERROR] markdown_text and chunks exclude each other [json-pointer:/chunks]")
	}
	if err := blocks.CheckMarkdown(a["markdown_text"]); err != nil {
		return refuseBlocks(err)
	}
	var chunks []chunk
	if a["chunks"] != "" && json.Unmarshal([]byte(a["chunks"]), &chunks) != nil {
		return refuse("invalid_chunks")
	}
	for _, c := range chunks {
		if err := c.check(); err != nil {
			return err
		}
	}
	s.recordPings(name+" in "+m.Channel, a["markdown_text"], nil, false)
	m.stream.text.WriteString(a["markdown_text"])
	for _, c := range chunks {
		s.recordPings(name+" in "+m.Channel, c.Text, c.Blocks, false)
		m.stream.add(c)
	}
	m.stream.show(m)
	return nil
}

func (c chunk) check() error {
	bad := func(why string) error { return refuse("invalid_chunks", "[ERROR] "+why+" [json-pointer:/chunks]") }
	switch {
	case c.Type == "markdown_text":
		return refusedIf(blocks.CheckMarkdown(c.Text))
	case c.Type == "task_update" && (c.ID == "" || c.Title == ""):
		return bad("a task_update needs id and title")
	case c.Type == "plan_update" && c.Title == "":
		return bad("a plan_update needs a title")
	case c.Type == "blocks":
		return refusedIf(blocks.CheckMessage(c.Blocks, ""))
	case c.Type != "task_update" && c.Type != "plan_update":
		return bad("unsupported type: " + c.Type)
	}
	return nil
}

func refusedIf(err error) error {
	if err == nil {
		return nil
	}
	return refuseBlocks(err)
}

func (t *streamed) add(c chunk) {
	switch c.Type {
	case "markdown_text":
		t.text.WriteString(c.Text)
	case "plan_update":
		t.title = c.Title
	case "blocks":
		var list []json.RawMessage
		if json.Unmarshal(c.Blocks, &list) == nil {
			t.blocks = append(t.blocks, list...)
		}
	case "task_update":
		task := map[string]any{"type": "task_card", "task_id": c.ID, "title": c.Title, "status": c.Status}
		for key, text := range map[string]string{"details": c.Details, "output": c.Output} {
			if text != "" {
				task[key] = rich(text)
			}
		}
		if len(c.Sources) > 0 {
			task["sources"] = c.Sources
		}
		for i, old := range t.tasks {
			if old["task_id"] == c.ID {
				t.tasks[i] = task
				return
			}
		}
		t.tasks = append(t.tasks, task)
	}
}

// rich is text as a rich_text block, which is how task_card holds its details.
func rich(text string) map[string]any {
	return map[string]any{"type": "rich_text", "elements": []any{map[string]any{"type": "rich_text_section",
		"elements": []any{map[string]any{"type": "text", "text": text}}}}}
}

// show makes the message's text and blocks of what has come so far: the tasks, the text, the blocks.
func (t *streamed) show(m *Message) {
	list := []any{}
	switch {
	case t.plan && (t.title != "" || len(t.tasks) > 0):
		title := t.title
		if title == "" {
			title = "…"
		}
		list = append(list, map[string]any{"type": "plan", "title": title, "tasks": t.tasks})
	default:
		for _, task := range t.tasks {
			list = append(list, task)
		}
	}
	m.Text = t.text.String()
	if m.Text != "" {
		list = append(list, map[string]any{"type": "markdown", "text": m.Text})
	}
	for _, b := range t.blocks {
		list = append(list, b)
	}
	m.Blocks = named(encode(list))
}
