package playground

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Say posts what a person typed into a channel, or into the thread of the message thread ("" for none), and returns the
// message's timestamp. As in Slack's composer, "@jirei", "@鈴木" and "@channel" become live mentions and everything else
// that looks like markup is escaped; `<@U…>` of somebody who exists is taken for a mention too.
func (s *Server) Say(user, channel, text, thread string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c := s.user(user), s.channel(user, channel)
	switch {
	case u == nil:
		return "", refuse("user_not_found")
	case c == nil || !c.sees(u.ID):
		return "", refuse("channel_not_found")
	case c.archived:
		return "", refuse("is_archived")
	case strings.TrimSpace(text) == "":
		return "", refuse("no_text")
	case thread != "" && c.find(thread) == nil:
		return "", refuse("thread_not_found")
	}
	m := s.put(c, &Message{User: u.ID, Text: s.typed(text), ThreadTS: thread, ClientID: s.id("client-")})
	s.emitMessage(c, m)
	s.emitLinks(c, m, text)
	if !c.bot && strings.Contains(m.Text, "<@"+Bot+">") {
		s.put(c, &Message{User: slackbot, For: u.ID, ThreadTS: m.ThreadTS,
			Text: "<@" + Bot + "> はこのチャンネルに参加していません。`/invite @jirei` で招待できます。"})
	}
	return m.TS, nil
}

var (
	typedID   = regexp.MustCompile(`&lt;@([UW][A-Z0-9]+)&gt;`)
	typedName = regexp.MustCompile(`@([\p{L}\p{N}_.-]+)`)
)

// typed is the text of a message as Slack makes it from what was typed.
func (s *Server) typed(text string) string {
	// \x00 and \x01 stand for the brackets of live mentions until the end, so none may come in.
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\x00", "", "\x01", "").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	text = typedID.ReplaceAllStringFunc(text, func(m string) string {
		if id := typedID.FindStringSubmatch(m)[1]; s.user(id) != nil {
			return "\x00" + id + "\x01" // set aside, so that its name is not looked up again below
		}
		return m
	})
	var out strings.Builder
	last := 0
	for _, at := range typedName.FindAllStringIndex(text, -1) {
		if at[0] > 0 && isWord(text[at[0]-1]) {
			continue // sato@example.jp
		}
		out.WriteString(text[last:at[0]] + s.mention(text[at[0]+1:at[1]]))
		last = at[1]
	}
	out.WriteString(text[last:])
	return strings.NewReplacer("\x00", "<@", "\x01", ">").Replace(out.String())
}

func isWord(b byte) bool { return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' }

// mention is a typed name behind its @ as Slack makes it: a live mention where the name is one.
func (s *Server) mention(name string) string {
	if slices.Contains([]string{"channel", "here", "everyone"}, name) {
		return "<!" + name + ">"
	}
	for _, u := range s.users {
		for _, n := range []string{u.Name, u.DisplayName} {
			// Japanese has no space behind a name: 「@jireiこれは」 mentions jirei, "@jireibot" does not.
			if rest, ok := strings.CutPrefix(name, n); ok && (rest == "" || rest[0] >= 0x80 || rest[0] == '.' || rest[0] == '-') {
				return "\x00" + u.ID + "\x01" + rest
			}
		}
	}
	return "@" + name
}

// Failure is how an action failed in front of the person who took it.
type Failure struct {
	Name string // Slack's name: operation_timeout, dispatch_failed, invalid_command_response and the like
	Why  string
}

func (f *Failure) Error() string {
	if f.Why == "" {
		return f.Name
	}
	return f.Name + ": " + f.Why
}

// Command runs a slash command and returns when the bot has acknowledged it, or with a *Failure when it did not; the
// person sees the failure too, as on Slack.
func (s *Server) Command(user, channel, command, text string) error {
	s.mu.Lock()
	u, c := s.user(user), s.channel(user, channel)
	if u == nil || c == nil || !c.sees(u.ID) {
		s.mu.Unlock()
		return refuse("channel_not_found")
	}
	if !slices.ContainsFunc(s.opt.Commands, func(k Command) bool { return k.Name == command }) {
		s.put(c, &Message{User: slackbot, For: u.ID, Text: command + " is not a valid command."})
		s.mu.Unlock()
		return &Failure{Name: "unknown_command", Why: command}
	}
	h := s.hook(u.ID, c.id)
	payload := encode(map[string]any{"token": "playground", "team_id": Team, "team_domain": "playground", "channel_id": c.id,
		"channel_name": c.commandName(), "user_id": u.ID, "user_name": u.Name, "command": command, "text": strings.TrimSpace(text),
		"api_app_id": App, "is_enterprise_install": "false", "response_url": s.hookURL(h), "trigger_id": s.trigger(u.ID, c.id, nil)})
	failed := func(name string) error {
		s.put(c, &Message{User: slackbot, For: u.ID, Text: fmt.Sprintf("%s failed with the error %q", command, name)})
		return &Failure{Name: name, Why: command}
	}
	return s.await(&envelope{kind: "slash_commands", payload: payload, accepts: true}, func(answer json.RawMessage) error {
		if err := s.commandAnswer(u, c, h, command+" "+text, answer); err != nil {
			s.refused("ack of "+command, err.Error())
			return failed("invalid_command_response")
		}
		return nil
	}, failed)
}

func (c *channel) commandName() string {
	if c.im != "" {
		return "directmessage"
	}
	return c.name
}

// commandAnswer shows the payload of a command's ack. in_channel also shows what was typed.
func (s *Server) commandAnswer(u *User, c *channel, h *hook, typed string, answer json.RawMessage) error {
	if answer == nil {
		return nil
	}
	var p posting
	if err := json.Unmarshal(answer, &p); err != nil {
		return err
	}
	if p.Text == "" && len(p.Blocks) == 0 {
		return nil
	}
	if err := checkPosting(&p); err != nil {
		return err
	}
	m := &Message{User: Bot, For: u.ID, Text: p.Text, Blocks: named(p.Blocks)}
	if p.ResponseType == "in_channel" {
		s.put(c, &Message{User: u.ID, Text: s.typed(strings.TrimSpace(typed))})
		m.For = ""
	}
	s.recordPings("ack in "+c.id, p.Text, p.Blocks, false)
	h.original = s.put(c, m).TS
	s.emitMessage(c, m)
	return nil
}

// await sends an envelope and waits for its end. It is called with mu held and returns without.
func (s *Server) await(e *envelope, acked func(json.RawMessage) error, failed func(name string) error) error {
	end := make(chan error, 1)
	e.ack = func(p json.RawMessage) { end <- acked(p) }
	e.fail = func(name string) { end <- failed(name) }
	if s.closed {
		s.mu.Unlock()
		return errors.New("the playground is closed")
	}
	s.send(e)
	s.mu.Unlock()
	return <-end // the envelope's timer ends every wait, and Close does
}

// At says where a person acts: on a message, in their Home tab, or, when empty, in the modal on top of their screen.
type At struct {
	Channel, TS string
	Home        bool
	Block       string // block_id, where several blocks have the same action_id; else ""
}

// Press activates an element: a button, a menu, a date picker and so on. pick is what is chosen: the value of an option,
// a channel, a person, a date, or typed text; several are joined by commas. For a button it may be "" or the button's
// value, which tells buttons with one action_id apart. It returns when the bot has acknowledged, or with a *Failure.
func (s *Server) Press(user string, at At, actionID, pick string) error {
	return s.press(user, at, actionID, strings.Split(pick, ","), pick != "")
}

func (s *Server) press(user string, at At, actionID string, picks []string, picked bool) error {
	s.mu.Lock()
	u := s.user(user)
	if u == nil {
		s.mu.Unlock()
		return refuse("user_not_found")
	}
	if at.TS == "" {
		return s.pressInView(u, at, actionID, picks, picked)
	}
	c := s.channel(user, at.Channel)
	var m *Message
	if c != nil && c.sees(u.ID) {
		m = c.find(at.TS)
	}
	if m == nil || m.Deleted || (m.For != "" && m.For != u.ID) {
		s.mu.Unlock()
		return refuse("message_not_found")
	}
	container := map[string]any{"type": "message", "message_ts": m.TS, "channel_id": c.id, "is_ephemeral": m.For != ""}
	act, _, err := s.action(u, m.Blocks, at.Block, actionID, picks, picked)
	for _, f := range m.Unfurls {
		if err == nil {
			break
		}
		if act, _, err = s.action(u, f.Blocks, at.Block, actionID, picks, picked); err == nil {
			container["type"], container["is_app_unfurl"], container["app_unfurl_url"] = "message_attachment", true, f.URL
		}
	}
	if err != nil {
		s.mu.Unlock()
		return err
	}
	h := s.hook(u.ID, c.id)
	h.original = m.TS
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	p := s.interaction("block_actions", u)
	p["container"], p["actions"], p["response_url"] = container, []any{act}, s.hookURL(h)
	p["channel"] = map[string]any{"id": c.id, "name": c.commandName()}
	if m.For == "" { // Slack does not keep ephemeral messages, so it cannot send one along
		p["message"] = m.wire(c, true)
	}
	p["state"] = map[string]any{"values": map[string]any{}}
	p["trigger_id"] = s.trigger(u.ID, c.id, nil)
	return s.await(&envelope{kind: "interactive", payload: encode(p)}, func(json.RawMessage) error { return nil }, plainFailure)
}

func plainFailure(name string) error { return &Failure{Name: name} }

// interaction begins the payload of an interactive envelope.
func (s *Server) interaction(kind string, u *User) map[string]any {
	return map[string]any{"type": kind, "token": "playground", "api_app_id": App, "is_enterprise_install": false, "enterprise": nil,
		"team": map[string]any{"id": Team, "domain": "playground"},
		"user": map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": Team}}
}

// Shortcut runs a shortcut: a global one, or, where ts is given, one on that message.
func (s *Server) Shortcut(user, callbackID, channel, ts string) error {
	s.mu.Lock()
	u := s.user(user)
	if u == nil || !slices.ContainsFunc(s.opt.Shortcuts, func(k Shortcut) bool { return k.CallbackID == callbackID && k.Message == (ts != "") }) {
		s.mu.Unlock()
		return &Failure{Name: "unknown_shortcut", Why: callbackID}
	}
	p := s.interaction("shortcut", u)
	p["callback_id"], p["action_ts"] = callbackID, s.ts()
	in := ""
	if ts != "" {
		c := s.channel(user, channel)
		if c == nil || !c.sees(u.ID) || c.find(ts) == nil {
			s.mu.Unlock()
			return refuse("message_not_found")
		}
		in = c.id
		h := s.hook(u.ID, c.id)
		h.original = ts
		p["type"], p["message_ts"], p["response_url"] = "message_action", ts, s.hookURL(h)
		p["channel"] = map[string]any{"id": c.id, "name": c.commandName()}
		p["message"] = c.find(ts).wire(c, true)
	}
	p["trigger_id"] = s.trigger(u.ID, in, nil)
	return s.await(&envelope{kind: "interactive", payload: encode(p)}, func(json.RawMessage) error { return nil }, plainFailure)
}
