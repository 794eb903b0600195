package playground

import (
	"encoding/json"
	"slices"
	"strings"
)

// Event is one event as the playground sent it to the bot.
type Event struct {
	ID       string // event_id, what a receiver tells repetitions by
	Type     string // app_mention, message, app_home_opened
	Channel  string
	TS       string // of the message it is about
	Attempts int    // how often it went out
	Acked    bool
	Lost     bool // all retries went unanswered
	payload  json.RawMessage
}

// Events are all events so far, in the order they arose, also those that no socket has taken yet.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Event, len(s.events))
	for i, e := range s.events {
		out[i] = *e
	}
	return out
}

// emit sends an event of type inner["type"] to the bot.
func (s *Server) emit(inner map[string]any) {
	e := &Event{ID: s.id("Ev"), Type: inner["type"].(string)}
	e.Channel, _ = inner["channel"].(string)
	e.TS, _ = inner["ts"].(string)
	e.payload = encode(map[string]any{"token": "playground", "team_id": Team, "context_team_id": Team, "api_app_id": App,
		"event": inner, "type": "event_callback", "event_id": e.ID, "event_time": s.opt.Now().Unix(),
		"authorizations":        []any{map[string]any{"team_id": Team, "user_id": Bot, "is_bot": true, "is_enterprise_install": false}},
		"is_ext_shared_channel": false, "event_context": "EC" + e.ID})
	s.events = append(s.events, e)
	s.send(&envelope{kind: "events_api", payload: e.payload, event: e})
}

// emitMessage sends what the Events API says about a new message. The mention and the message are two events with two
// ids, as on Slack: whoever subscribes to both has to see that they are one question.
func (s *Server) emitMessage(c *channel, m *Message) {
	if !c.bot || m.For != "" {
		return
	}
	w := m.wire(c, true)
	w["channel"], w["event_ts"] = c.id, m.TS
	if c.im == "" && !m.Bot && strings.Contains(m.Text, "<@"+Bot+">") {
		mention := map[string]any{}
		for k, v := range w {
			mention[k] = v
		}
		mention["type"] = "app_mention"
		s.emit(mention)
	}
	if c.im != "" || !s.opt.NoMessageEvents {
		w["channel_type"] = c.kind()
		s.emit(w)
	}
}

// emitChange sends message_changed or message_deleted, with the message before and after.
func (s *Server) emitChange(c *channel, subtype string, before map[string]any, m *Message) {
	if !c.bot || m.For != "" || (c.im == "" && s.opt.NoMessageEvents) {
		return
	}
	ts := s.ts()
	inner := map[string]any{"type": "message", "subtype": subtype, "hidden": true, "channel": c.id, "ts": ts, "event_ts": ts,
		"channel_type": c.kind(), "previous_message": before}
	if subtype == "message_deleted" {
		inner["deleted_ts"] = m.TS
	} else {
		inner["message"] = m.wire(c, true)
	}
	s.emit(inner)
}

func (c *channel) kind() string {
	if c.im != "" {
		return "im"
	}
	return "channel"
}

// Edit changes a person's own message.
func (s *Server) Edit(user, in, ts, text string) error {
	return s.own(user, in, ts, func(c *channel, m *Message) {
		before := m.wire(c, true)
		m.Text, m.Edited = s.typed(text), true
		s.tellMessage("changed", m)
		s.emitChange(c, "message_changed", before, m)
	})
}

// Delete deletes a person's own message.
func (s *Server) Delete(user, in, ts string) error {
	return s.own(user, in, ts, s.remove)
}

func (s *Server) own(user, in, ts string, do func(*channel, *Message)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c := s.user(user), s.channel(user, in)
	if u == nil || c == nil {
		return refuse("channel_not_found")
	}
	m := c.find(ts)
	if m == nil || m.User != u.ID || m.Deleted {
		return refuse("message_not_found")
	}
	do(c, m)
	return nil
}

// remove deletes a message, a person's or the bot's.
func (s *Server) remove(c *channel, m *Message) {
	before := m.wire(c, true)
	m.Deleted, m.Streaming = true, false
	s.tellMessage("deleted", m)
	if len(c.replies(m.TS)) == 0 {
		s.emitChange(c, "message_deleted", before, m)
		return
	}
	// What has replies leaves a tombstone.
	ts := s.ts()
	s.emitted(c, map[string]any{"type": "message", "subtype": "message_changed", "hidden": true, "channel": c.id, "ts": ts, "event_ts": ts,
		"channel_type": c.kind(), "previous_message": before, "message": map[string]any{"type": "message", "subtype": "tombstone",
			"user": slackbot, "text": "This message was deleted.", "hidden": true, "ts": m.TS, "thread_ts": m.TS}}, m)
}

// emitted sends a hidden message event, where the bot gets to see those.
func (s *Server) emitted(c *channel, inner map[string]any, m *Message) {
	if c.bot && m.For == "" && (c.im != "" || !s.opt.NoMessageEvents) {
		s.emit(inner)
	}
}

// Open tells the bot that a person opened its direct message (tab "messages") or its Home tab ("home").
func (s *Server) Open(user, tab string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil || !slices.Contains([]string{"messages", "home"}, tab) {
		return refuse("invalid_arguments")
	}
	s.emit(map[string]any{"type": "app_home_opened", "user": u.ID, "channel": "D" + u.ID[1:], "tab": tab, "event_ts": s.ts()})
	return nil
}

// encode marshals what the playground itself built, which cannot fail.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("playground: " + err.Error())
	}
	return raw
}

// Emit sends the bot an event that nobody in this workspace causes, such as another bot's message or an event of a type
// to come, and returns its id. inner is the event itself; it must have a "type".
func (s *Server) Emit(inner map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(inner)
	return s.events[len(s.events)-1].ID
}
