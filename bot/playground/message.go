package playground

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Message is one message as it stands now.
type Message struct {
	Channel   string
	TS        string
	ThreadTS  string // the thread's root, "" outside of threads and on the root itself
	User      string // who wrote it: a person, Bot, or Slack itself
	Bot       bool   // written by the bot
	Text      string
	Blocks    json.RawMessage // a JSON array, with the ids that Slack adds; nil for none
	Metadata  *Metadata
	For       string // an ephemeral message: the one person who sees it
	Edited    bool
	Deleted   bool
	Broadcast bool // a reply that is also in the channel
	Streaming bool // chat.startStream was called and chat.stopStream was not
	Reactions []string
	Unfurls   []Unfurl // previews of its links
	ClientID  string   // client_msg_id of a person's message
	stream    *streamed
}

// Metadata is a message's metadata.
type Metadata struct {
	EventType    string          `json:"event_type"`
	EventPayload json.RawMessage `json:"event_payload"`
}

// Messages are a channel's messages in the order they were posted, thread replies, ephemeral and deleted ones among
// them (see the fields). channel is an id or a name; a direct message is named by DM.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel("", channel)
	if c == nil {
		return nil
	}
	out := make([]Message, len(c.messages))
	for i, m := range c.messages {
		out[i] = m.copy()
	}
	return out
}

// Ephemerals are the live messages that only user sees in channel.
func (s *Server) Ephemerals(user, channel string) []Message {
	return s.filter(user, channel, func(m *Message, id string) bool { return m.For == id && !m.Deleted })
}

// Thread is the live messages of a thread, its root first, without ephemeral ones.
func (s *Server) Thread(user, channel, ts string) []Message {
	return s.filter(user, channel, func(m *Message, _ string) bool {
		return (m.TS == ts || m.ThreadTS == ts) && !m.Deleted && m.For == ""
	})
}

func (s *Server) filter(user, channel string, keep func(*Message, string) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c := s.user(user), s.channel(user, channel)
	if u == nil || c == nil {
		return nil
	}
	var out []Message
	for _, m := range c.messages {
		if keep(m, u.ID) {
			out = append(out, m.copy())
		}
	}
	return out
}

func (m *Message) copy() Message {
	c := *m
	c.Reactions, c.Unfurls = slices.Clone(m.Reactions), slices.Clone(m.Unfurls)
	c.stream = nil
	return c
}

func (c *channel) find(ts string) *Message {
	i := slices.IndexFunc(c.messages, func(m *Message) bool { return m.TS == ts })
	if i < 0 {
		return nil
	}
	return c.messages[i]
}

func (c *channel) replies(ts string) []*Message {
	var out []*Message
	for _, m := range c.messages {
		if m.ThreadTS == ts && m.For == "" && !m.Deleted {
			out = append(out, m)
		}
	}
	return out
}

// put stores a new message and tells everybody who can see it. A reply to a root that is gone stands on its own, as
// Slack does it.
func (s *Server) put(c *channel, m *Message) *Message {
	m.Channel, m.Bot = c.id, m.User == Bot
	if m.TS == "" {
		m.TS = s.ts()
	}
	if m.ThreadTS != "" {
		root := c.find(m.ThreadTS)
		if root != nil && root.ThreadTS != "" {
			m.ThreadTS = root.ThreadTS
		}
		if root == nil || (root.Deleted && len(c.replies(root.TS)) == 0) {
			m.ThreadTS = ""
		}
	}
	c.messages = append(c.messages, m)
	kind := "message"
	if m.For != "" {
		kind = "ephemeral"
	}
	s.tellMessage(kind, m)
	if m.Bot && m.ThreadTS != "" && s.statuses[c.id+"/"+m.ThreadTS] != "processing" {
		s.setStatus(c.id, m.ThreadTS, "") // a reply ends the legacy status; an agent session's stays until it is set
	}
	return m
}

func (s *Server) tellMessage(kind string, m *Message) {
	s.tell(m.For, map[string]any{"type": kind, "channel": m.Channel, "message": m.page()})
}

// page is the message as the page gets it.
func (m *Message) page() map[string]any {
	blocks := m.Blocks
	if blocks == nil {
		blocks = json.RawMessage("[]")
	}
	return map[string]any{"ts": m.TS, "thread_ts": m.ThreadTS, "user": m.User, "text": m.Text, "blocks": blocks,
		"ephemeral": m.For != "", "edited": m.Edited, "deleted": m.Deleted, "client_id": m.ClientID,
		"broadcast": m.Broadcast, "streaming": m.Streaming, "reactions": slices.Clone(m.Reactions), "unfurls": listed(m.Unfurls)}
}

// wire is the message as the Web API and events have it.
func (m *Message) wire(c *channel, metadata bool) map[string]any {
	w := map[string]any{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": Team}
	if m.Bot {
		w["bot_id"], w["app_id"] = BotID, App
	}
	if m.User == slackbot {
		w["bot_id"] = "B01"
	}
	if m.Blocks != nil {
		w["blocks"] = m.Blocks
	}
	if m.ClientID != "" {
		w["client_msg_id"] = m.ClientID
	}
	if m.Edited {
		w["edited"] = map[string]any{"user": m.User, "ts": m.TS}
	}
	if m.Metadata != nil && metadata {
		w["metadata"] = m.Metadata
	}
	if m.For != "" {
		w["is_ephemeral"] = true
	}
	if m.Broadcast {
		w["subtype"] = "thread_broadcast"
	}
	if m.ThreadTS != "" {
		w["thread_ts"] = m.ThreadTS
		if root := c.find(m.ThreadTS); root != nil {
			w["parent_user_id"] = root.User
		}
	} else if r := c.replies(m.TS); len(r) > 0 {
		w["thread_ts"], w["reply_count"], w["latest_reply"] = m.TS, len(r), r[len(r)-1].TS
	}
	if m.Deleted {
		w["subtype"], w["text"] = "tombstone", "This message was deleted."
		delete(w, "blocks")
	}
	return w
}

// named gives blocks the ids that Slack adds where the sender left them out, because what is pressed later is told by
// them. A nil result means no blocks.
func named(blocks json.RawMessage) json.RawMessage {
	d := json.NewDecoder(bytes.NewReader(blocks))
	d.UseNumber()
	var list []any
	if err := d.Decode(&list); err != nil || len(list) == 0 {
		return nil
	}
	n := 0
	for _, b := range list {
		nameBlock(b, &n)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return nil
	}
	return raw
}

func nameBlock(v any, n *int) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	*n++
	if id, _ := m["block_id"].(string); id == "" {
		m["block_id"] = fmt.Sprintf("blk%d", *n)
	}
	for _, key := range []string{"child_blocks", "tasks", "elements", "actions"} {
		list, _ := m[key].([]any)
		for _, e := range list {
			nameInner(e, n)
		}
	}
	for _, key := range []string{"accessory", "element"} {
		nameInner(m[key], n)
	}
}

// nameInner names a nested block or an interactive element; text, images and rich_text parts have no ids.
func nameInner(v any, n *int) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	switch t, _ := m["type"].(string); {
	case t == "card" || t == "task_card" || t == "section" || t == "actions" || t == "input" || t == "context" || t == "table":
		nameBlock(v, n)
	case interactive(t):
		if id, _ := m["action_id"].(string); id == "" {
			*n++
			m["action_id"] = fmt.Sprintf("act%d", *n)
		}
	}
}
