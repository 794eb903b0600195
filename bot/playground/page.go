package playground

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
)

// The page's bundle, built from page/src by the script in page/ and committed, so that `go build` needs no npm.
//
//go:embed page/dist
var bundle embed.FS

func (s *Server) pageRoutes() {
	dist, err := fs.Sub(bundle, "page/dist")
	if err != nil {
		panic(err) // the path is a constant
	}
	files := http.FileServerFS(dist)
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("X-Frame-Options", "DENY") // the one rule of the page's own policy that a meta element cannot state
		http.ServeFileFS(w, r, dist, "index.html")
	})
	s.mux.Handle("GET /page/", http.StripPrefix("/page", files))
	s.mux.HandleFunc("GET /page/state", s.serveState)
	s.mux.HandleFunc("GET /page/events", s.serveEvents)
	for name, do := range map[string]func(deed) error{
		"say":      s.pageSay,
		"command":  s.pageCommand,
		"action":   s.pageAction,
		"submit":   s.pageSubmit,
		"close":    s.pageClose,
		"invite":   func(d deed) error { return s.Invite(d.Channel) },
		"shortcut": func(d deed) error { return s.Shortcut(d.User, d.CallbackID, d.Channel, d.MessageTS) },
		"open":     func(d deed) error { return s.Open(d.User, cmp.Or(d.Tab, "messages")) },
	} {
		s.mux.HandleFunc("POST /page/"+name, deeds(do))
	}
}

// deed is the body of every POST of the page.
type deed struct {
	User       string `json:"user"`
	Channel    string `json:"channel"`
	Text       string `json:"text"`
	ThreadTS   string `json:"thread_ts"`
	MessageTS  string `json:"message_ts"`
	ViewID     string `json:"view_id"`
	BlockID    string `json:"block_id"`
	ActionID   string `json:"action_id"`
	CallbackID string `json:"callback_id"`
	Tab        string `json:"tab"`

	Values map[string]map[string]choice `json:"values"`
	choice
}

// choice is what was picked, in the shape of Slack's own state of an element.
type choice struct {
	Value                 json.RawMessage `json:"value"`
	SelectedOption        json.RawMessage `json:"selected_option"`
	SelectedOptions       json.RawMessage `json:"selected_options"`
	SelectedConversation  json.RawMessage `json:"selected_conversation"`
	SelectedConversations json.RawMessage `json:"selected_conversations"`
	SelectedChannel       json.RawMessage `json:"selected_channel"`
	SelectedChannels      json.RawMessage `json:"selected_channels"`
	SelectedUser          json.RawMessage `json:"selected_user"`
	SelectedUsers         json.RawMessage `json:"selected_users"`
	SelectedDate          json.RawMessage `json:"selected_date"`
	SelectedTime          json.RawMessage `json:"selected_time"`
	SelectedDateTime      json.RawMessage `json:"selected_date_time"`
}

// picks are the choice as Press takes it: the values alone. An option may come whole or as its value.
func (c choice) picks() []string {
	for _, raw := range []json.RawMessage{c.Value, c.SelectedOption, c.SelectedOptions, c.SelectedConversation, c.SelectedConversations,
		c.SelectedChannel, c.SelectedChannels, c.SelectedUser, c.SelectedUsers, c.SelectedDate, c.SelectedTime, c.SelectedDateTime} {
		var v any
		if len(raw) == 0 || json.Unmarshal(raw, &v) != nil || v == nil {
			continue
		}
		list, many := v.([]any)
		if !many {
			list = []any{v}
		}
		var out []string
		for _, item := range list {
			if m, ok := item.(map[string]any); ok {
				item = m["value"]
			}
			if n, ok := item.(float64); ok {
				item = fmt.Sprintf("%.0f", n)
			}
			out = append(out, fmt.Sprint(item))
		}
		if len(out) > 0 {
			return out
		}
	}
	return []string{""}
}

func deeds(do func(deed) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var d deed
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&d)
		if err != nil {
			err = refuse("invalid_json")
		} else {
			err = do(d)
		}
		answer := map[string]any{"ok": err == nil}
		if err != nil {
			answer["error"] = err.Error()
			var f *Failure
			if errors.As(err, &f) {
				answer["error"], answer["why"] = f.Name, f.Why
			}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(encode(answer))
	}
}

func (s *Server) pageSay(d deed) error {
	_, err := s.Say(d.User, d.Channel, d.Text, d.ThreadTS)
	return err
}

// pageCommand runs what was typed behind a slash. /invite is Slack's own.
func (s *Server) pageCommand(d deed) error {
	command, text, _ := strings.Cut(strings.TrimSpace(d.Text), " ")
	if command == "/invite" && strings.Contains(text, "jirei") {
		return s.Invite(d.Channel)
	}
	return s.Command(d.User, d.Channel, command, text)
}

func (s *Server) pageAction(d deed) error {
	home := false
	if d.ViewID != "" {
		v := s.View(d.User)
		if v == nil || v.ID != d.ViewID {
			v, home = s.Home(d.User), true
		}
		if v == nil || v.ID != d.ViewID {
			return refuse("not_found")
		}
		d.MessageTS = ""
		if err := s.keepValues(d, home); err != nil {
			return err
		}
	} else if d.MessageTS == "" {
		return refuse("message_not_found")
	}
	// A button's value is the block's, not the page's: picks only choose among what is offered.
	return s.press(d.User, At{Channel: d.Channel, TS: d.MessageTS, Home: home, Block: d.BlockID}, d.ActionID, d.picks(), len(d.Value) > 0 && string(d.Value) != "null" && string(d.Value) != `""`)
}

// keepValues takes what stands in a view's fields when a button in it is pressed, as Slack sends it along.
func (s *Server) keepValues(d deed, home bool) error {
	for _, actions := range d.Values {
		for action, c := range actions {
			var text string
			if json.Unmarshal(c.Value, &text) != nil {
				continue // a menu tells of itself when it is turned
			}
			if err := s.Write(d.User, At{Home: home}, action, text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Server) pageSubmit(d deed) error {
	s.mu.Lock()
	u := s.user(d.User)
	if u == nil || s.top(u.ID) == nil || s.top(u.ID).ID != d.ViewID {
		s.mu.Unlock()
		return refuse("not_found")
	}
	picks := map[string]map[string][]string{}
	for block, actions := range d.Values {
		picks[block] = map[string][]string{}
		for action, c := range actions {
			picks[block][action] = c.picks()
		}
	}
	return s.submit(u, s.top(u.ID), picks)
}

func (s *Server) pageClose(d deed) error {
	if v := s.View(d.User); v == nil || v.ID != d.ViewID {
		return refuse("not_found")
	}
	return s.CloseView(d.User)
}

// serveState is the whole world as one person sees it.
func (s *Server) serveState(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	who := r.URL.Query().Get("user")
	if who == "" {
		who = Sato
	}
	me := s.user(who)
	if me == nil || me.IsBot {
		s.mu.Unlock()
		http.Error(w, "no such user", http.StatusBadRequest)
		return
	}
	channels, messages := []any{}, map[string]any{}
	for _, c := range s.channels {
		if !c.sees(me.ID) {
			continue
		}
		kind, name := "channel", c.name
		if c.im != "" {
			kind, name = "im", "jirei"
		}
		channels = append(channels, map[string]any{"id": c.id, "name": name, "kind": kind, "bot_member": c.bot, "topic": c.topic, "archived": c.archived})
		list := []any{}
		for _, m := range c.messages {
			if m.For == "" || m.For == me.ID {
				list = append(list, m.page())
			}
		}
		messages[c.id] = list
	}
	statuses := []any{}
	for key, text := range s.statuses {
		c, ts, _ := strings.Cut(key, "/")
		if in := s.channel("", c); in != nil && in.sees(me.ID) {
			statuses = append(statuses, map[string]any{"channel": c, "thread_ts": ts, "text": text})
		}
	}
	people := slices.DeleteFunc(slices.Clone(s.users), func(u *User) bool { return u.IsBot })
	state := encode(map[string]any{"team": map[string]any{"id": Team, "name": "playground"}, "me": me, "users": people, "bot": s.user(Bot),
		"channels": channels, "commands": listed(s.opt.Commands), "shortcuts": listed(s.opt.Shortcuts), "examples": listed(s.opt.Examples), "connected": len(s.conns) > 0,
		"messages": messages, "view": s.top(me.ID).page(), "home": s.homes[me.ID].page(), "statuses": statuses, "prompts": listed(s.prompts["D"+me.ID[1:]])})
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(state)
}

// listed is a list that JSON never shows as null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
