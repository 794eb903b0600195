package playground

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jirei/jirei/bot/blocks"
)

func chatMethods() map[string]method {
	const content = " text blocks attachments metadata parse link_names mrkdwn unfurl_links unfurl_media username icon_url icon_emoji as_user"
	return map[string]method{
		"chat.postMessage":   {"channel! thread_ts reply_broadcast markdown_text" + content, postMessage},
		"chat.postEphemeral": {"channel! user! thread_ts" + content, postEphemeral},
		"chat.update":        {"channel! ts! reply_broadcast markdown_text" + content, updateMessage},
		"chat.delete":        {"channel! ts! as_user", deleteMessage},
		"chat.getPermalink":  {"channel! message_ts!", getPermalink},
		"reactions.add":      {"channel! timestamp! name!", addReaction},
	}
}

// postable finds the channel that the bot wants to write to. A person's id stands for the direct message, as for Slack.
func (s *Server) postable(id string) (*channel, error) {
	if u := s.user(id); u != nil && u.ID == id && !u.IsBot {
		id = "D" + id[1:]
	}
	c := s.channel("", id)
	switch {
	case c == nil:
		return nil, refuse("channel_not_found")
	case c.archived:
		return nil, refuse("is_archived")
	case !c.bot:
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// content makes a message of a call's arguments, after all checks.
func (s *Server) content(name string, a args) (*Message, error) {
	m := &Message{User: Bot, Text: a["text"]}
	if a["attachments"] != "" && a["attachments"] != "[]" {
		return nil, refuse("invalid_arguments", "[ERROR] the playground has no attachments; use blocks [json-pointer:/attachments]")
	}
	var err error
	raw := a.raw("blocks")
	switch {
	case a["markdown_text"] != "":
		if a["text"] != "" || raw != nil {
			return nil, refuse("markdown_text_conflict")
		}
		err = blocks.CheckMarkdown(a["markdown_text"])
		raw = encode([]any{map[string]any{"type": "markdown", "text": a["markdown_text"]}})
		m.Text = a["markdown_text"]
	case name == "chat.update":
		err = blocks.CheckUpdate(raw, a["text"])
	default:
		err = blocks.CheckMessage(raw, a["text"])
	}
	if err != nil {
		return nil, refuseBlocks(err)
	}
	// chat.postMessage cuts text at 40,000 characters instead of refusing it.
	if utf8.RuneCountInString(m.Text) > 40_000 {
		m.Text = string([]rune(m.Text)[:40_000])
	}
	m.Blocks = named(raw)
	if m.Metadata, err = metadata(a["metadata"]); err != nil {
		return nil, err
	}
	return m, nil
}

func metadata(raw string) (*Metadata, error) {
	if raw == "" {
		return nil, nil //nolint:nilnil // no metadata is no error
	}
	var m Metadata
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return nil, refuse("invalid_metadata_format")
	}
	if m.EventType == "" || len(m.EventPayload) == 0 {
		return nil, refuse("invalid_metadata_schema")
	}
	return &m, nil
}

func linked(a args) bool { return a.flag("link_names") || a["parse"] == "full" }

func postMessage(s *Server, a args) (reply, error) {
	c, err := s.postable(a["channel"])
	if err != nil {
		return nil, err
	}
	m, err := s.content("chat.postMessage", a)
	if err != nil {
		return nil, err
	}
	m.ThreadTS, m.Broadcast = a["thread_ts"], a.flag("reply_broadcast") && a["thread_ts"] != ""
	s.recordPings("chat.postMessage in "+c.id, m.Text, m.Blocks, linked(a))
	s.put(c, m)
	s.emitMessage(c, m)
	return reply{"channel": c.id, "ts": m.TS, "message": m.wire(c, true)}, nil
}

func postEphemeral(s *Server, a args) (reply, error) {
	c, err := s.postable(a["channel"])
	if err != nil {
		return nil, err
	}
	u := s.user(a["user"])
	if u == nil || !c.sees(u.ID) {
		return nil, refuse("user_not_in_channel")
	}
	m, err := s.content("chat.postEphemeral", a)
	if err != nil {
		return nil, err
	}
	m.ThreadTS, m.For = a["thread_ts"], u.ID
	s.recordPings("chat.postEphemeral in "+c.id, m.Text, m.Blocks, linked(a))
	s.put(c, m)
	return reply{"message_ts": m.TS}, nil
}

// mine finds a message of the bot's own. An ephemeral one is not found, as on Slack: only its response_url reaches it.
func (s *Server) mine(in, ts, otherwise string) (*channel, *Message, error) {
	c := s.channel("", in)
	if c == nil {
		return nil, nil, refuse("channel_not_found")
	}
	m := c.find(ts)
	if m == nil || m.Deleted || m.For != "" {
		return nil, nil, refuse("message_not_found")
	}
	if !m.Bot {
		return nil, nil, refuse(otherwise)
	}
	return c, m, nil
}

func updateMessage(s *Server, a args) (reply, error) {
	c, m, err := s.mine(a["channel"], a["ts"], "cant_update_message")
	if err != nil {
		return nil, err
	}
	if m.Streaming {
		return nil, refuse("streaming_state_conflict")
	}
	n, err := s.content("chat.update", a)
	if err != nil {
		return nil, err
	}
	before := m.wire(c, true)
	_, given := a["blocks"]
	// Text without blocks removes the old blocks; blocks without text keep no old text either (docs, chat.update).
	if given || a["text"] != "" || a["markdown_text"] != "" {
		m.Blocks, m.Text = n.Blocks, n.Text
	}
	if n.Metadata != nil {
		m.Metadata = n.Metadata
	}
	m.Edited = true
	s.recordPings("chat.update in "+c.id, m.Text, m.Blocks, linked(a))
	s.tellMessage("changed", m)
	s.emitChange(c, "message_changed", before, m)
	return reply{"channel": c.id, "ts": m.TS, "text": m.Text, "message": m.wire(c, true)}, nil
}

func deleteMessage(s *Server, a args) (reply, error) {
	c, m, err := s.mine(a["channel"], a["ts"], "cant_delete_message")
	if err != nil {
		return nil, err
	}
	s.remove(c, m)
	return reply{"channel": c.id, "ts": m.TS}, nil
}

func getPermalink(s *Server, a args) (reply, error) {
	c := s.channel("", a["channel"])
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	m := c.find(a["message_ts"])
	if m == nil || m.For != "" {
		return nil, refuse("message_not_found")
	}
	link := s.base + "/archives/" + c.id + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.ThreadTS != "" {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.id
	}
	return reply{"channel": c.id, "permalink": link}, nil
}

func addReaction(s *Server, a args) (reply, error) {
	c, err := s.postable(a["channel"])
	if err != nil {
		return nil, err
	}
	m := c.find(a["timestamp"])
	switch {
	case m == nil || m.Deleted || m.For != "":
		return nil, refuse("message_not_found")
	case slices.Contains(m.Reactions, a["name"]):
		return nil, refuse("already_reacted")
	}
	m.Reactions = append(m.Reactions, a["name"])
	s.tellMessage("changed", m)
	return reply{}, nil
}
