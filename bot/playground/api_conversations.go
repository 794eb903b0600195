package playground

import (
	"slices"
	"strconv"
	"strings"
)

func conversationMethods() map[string]method {
	const window = " cursor inclusive latest oldest limit include_all_metadata"
	return map[string]method{
		"conversations.info":    {"channel! include_locale include_num_members", conversationInfo},
		"conversations.list":    {"cursor exclude_archived limit types", func(s *Server, a args) (reply, error) { return s.conversations(a, false) }},
		"conversations.open":    {"users channel return_im", conversationOpen},
		"conversations.join":    {"channel!", conversationJoin},
		"conversations.members": {"channel! cursor limit", conversationMembers},
		"conversations.history": {"channel!" + window, conversationHistory},
		"conversations.replies": {"channel! ts!" + window, conversationReplies},
		"bots.info":             {"bot! team_id", botInfo},
		"users.info":            {"user! include_locale", userInfo},
		"users.conversations":   {"user cursor exclude_archived limit types", func(s *Server, a args) (reply, error) { return s.conversations(a, true) }},
	}
}

func botInfo(_ *Server, a args) (reply, error) {
	if a["bot"] != BotID {
		return nil, refuse("bot_not_found")
	}
	return reply{"bot": map[string]any{"id": BotID, "app_id": App, "user_id": Bot, "name": "jirei", "deleted": false}}, nil
}

func conversationInfo(s *Server, a args) (reply, error) {
	c := s.channel("", a["channel"])
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	return reply{"channel": c.info()}, nil
}

// conversations lists channels; types defaults to public ones, as Slack's does.
func (s *Server) conversations(a args, members bool) (reply, error) {
	types := strings.Split(a["types"], ",")
	list := []any{}
	for _, c := range s.channels {
		kind := "public_channel"
		if c.im != "" {
			kind = "im"
		}
		wanted := slices.Contains(types, kind) || (a["types"] == "" && kind == "public_channel")
		if !wanted || (c.archived && a.flag("exclude_archived")) {
			continue
		}
		if who := a["user"]; members && ((who == "" || who == Bot) && !c.bot || who != "" && !c.sees(who)) {
			continue
		}
		list = append(list, c.info())
	}
	page, next := paged(list, a)
	return reply{"channels": page, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

// paged cuts a page out of a list; a cursor is the offset of the next one.
func paged(list []any, a args) ([]any, string) {
	from := min(max(a.number("cursor", 0), 0), len(list))
	to := len(list)
	if n := a.number("limit", 100); n > 0 && from+n < to {
		to = from + n
		return list[from:to], strconv.Itoa(to)
	}
	return list[from:to], ""
}

func conversationOpen(s *Server, a args) (reply, error) {
	if a["channel"] != "" {
		return conversationInfo(s, args{"channel": a["channel"]})
	}
	u := s.user(a["users"])
	switch {
	case strings.Contains(a["users"], ","):
		return nil, refuse("invalid_arguments", "[ERROR] the playground has no group messages [json-pointer:/users]")
	case u == nil || u.IsBot:
		return nil, refuse("user_not_found")
	}
	c := s.channel("", "D"+u.ID[1:])
	return reply{"no_op": true, "already_open": true, "channel": c.info()}, nil
}

func conversationJoin(s *Server, a args) (reply, error) {
	c := s.channel("", a["channel"])
	switch {
	case c == nil:
		return nil, refuse("channel_not_found")
	case c.archived:
		return nil, refuse("is_archived")
	case c.im != "":
		return nil, refuse("method_not_supported_for_channel_type")
	}
	c.bot = true
	s.tell("", map[string]any{"type": "channel", "channel": c.id})
	return reply{"channel": c.info()}, nil
}

func conversationMembers(s *Server, a args) (reply, error) {
	c := s.channel("", a["channel"])
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	list := []any{}
	for _, u := range s.users {
		if c.sees(u.ID) && (u.ID != Bot || c.bot) {
			list = append(list, u.ID)
		}
	}
	page, next := paged(list, a)
	return reply{"members": page, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

// within says whether a message lies in the window of oldest and latest.
func within(ts string, a args) bool {
	// Timestamps have one length until the year 2286, so that they sort as strings; bounds may come without a fraction.
	pad := func(v string) string {
		sec, frac, _ := strings.Cut(v, ".")
		return strings.Repeat("0", max(0, 10-len(sec))) + sec + "." + (frac + "000000")[:6]
	}
	inclusive := a.flag("inclusive")
	if o := a["oldest"]; o != "" && o != "0" && (pad(o) > ts || pad(o) == ts && !inclusive) {
		return false
	}
	if l := a["latest"]; l != "" && (pad(l) < ts || pad(l) == ts && !inclusive) {
		return false
	}
	return true
}

func (s *Server) readable(id string) (*channel, error) {
	c := s.channel("", id)
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	if !c.bot {
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// conversationHistory is newest first, without replies that are not broadcast.
func conversationHistory(s *Server, a args) (reply, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, m := range slices.Backward(c.messages) {
		gone := m.Deleted && len(c.replies(m.TS)) == 0
		if m.For == "" && !gone && (m.ThreadTS == "" || m.Broadcast) && within(m.TS, a) {
			list = append(list, m.wire(c, a.flag("include_all_metadata")))
		}
	}
	page, next := paged(list, a)
	return reply{"messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}}, nil
}

// conversationReplies is oldest first, the root before its replies.
func conversationReplies(s *Server, a args) (reply, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, err
	}
	root := c.find(a["ts"])
	if root != nil && root.ThreadTS != "" {
		root = c.find(root.ThreadTS)
	}
	if root == nil || root.For != "" || (root.Deleted && len(c.replies(root.TS)) == 0) {
		return nil, refuse("thread_not_found")
	}
	all := a.flag("include_all_metadata")
	list := []any{root.wire(c, all)}
	for _, m := range c.replies(root.TS) {
		if within(m.TS, a) {
			list = append(list, m.wire(c, all))
		}
	}
	page, next := paged(list, a)
	return reply{"messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}}, nil
}

func userInfo(s *Server, a args) (reply, error) {
	u := s.user(a["user"])
	if u == nil || u.ID != a["user"] {
		return nil, refuse("user_not_found")
	}
	return reply{"user": u.info(a.flag("include_locale"))}, nil
}
