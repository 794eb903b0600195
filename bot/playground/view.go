package playground

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/jirei/jirei/bot/blocks"
)

// maxViews is how many modals can lie on each other.
const maxViews = 3

// View is a modal, or a Home tab.
type View struct {
	ID, Type, Hash       string
	Title, Submit, Close string // as texts; "" for none
	CallbackID           string
	PrivateMetadata      string
	ExternalID           string
	Blocks               json.RawMessage
	State                map[string]map[string]json.RawMessage // what is filled in, by block_id and action_id
	Errors               map[string]string                     // what the bot found wrong, by block_id
	Depth                int                                   // 1 for the first modal of a stack

	notify, clearAll   bool
	user, root, before string
	channel            string // where the interaction that opened it was, "" where it was nowhere
	raw                map[string]json.RawMessage
}

// View is the modal on top of a person's screen, nil for none.
func (s *Server) View(user string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil {
		return nil
	}
	return s.top(u.ID).copy()
}

// Home is a person's Home tab as the bot last published it, nil for none.
func (s *Server) Home(user string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(user); u != nil {
		return s.homes[u.ID].copy()
	}
	return nil
}

func (v *View) copy() *View {
	if v == nil {
		return nil
	}
	c := *v
	c.Errors = maps.Clone(v.Errors)
	c.State = map[string]map[string]json.RawMessage{}
	for b, a := range v.State {
		c.State[b] = maps.Clone(a)
	}
	return &c
}

func (s *Server) top(user string) *View {
	stack := s.stacks[user]
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// trigger is a trigger_id: 3 seconds, one use.
type trigger struct {
	user, channel string
	view          *View // the modal that the interaction was in
	born          time.Time
	used          bool
}

func (s *Server) trigger(user, channel string, v *View) string {
	id := s.id("8446.7219.")
	s.triggers[id] = &trigger{user: user, channel: channel, view: v, born: s.opt.Now()}
	return id
}

// triggerLife is how long a trigger_id lives (docs.slack.dev, "Handling user interaction").
const triggerLife = 3 * time.Second

func (s *Server) exchange(id string) (*trigger, error) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case s.opt.Now().Sub(t.born) > triggerLife:
		return nil, refuse("expired_trigger_id")
	}
	return t, nil
}

// build makes a view from what the bot sent, after checking it.
func (s *Server) build(user, channel string, raw json.RawMessage, kind string) (*View, error) {
	if err := blocks.CheckView(raw); err != nil {
		return nil, refuseBlocks(err)
	}
	var p struct {
		Type                 string
		Title, Submit, Close struct{ Text string }
		Blocks               json.RawMessage
		Callback             string `json:"callback_id"`
		Metadata             string `json:"private_metadata"`
		External             string `json:"external_id"`
		ClearOnClose         bool   `json:"clear_on_close"`
		NotifyOnClose        bool   `json:"notify_on_close"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, refuse("invalid_arguments", "[ERROR] "+err.Error()+" [json-pointer:/view]")
	}
	if p.Type != kind {
		return nil, refuse("invalid_arguments", "[ERROR] must be "+kind+" [json-pointer:/view/type]")
	}
	v := &View{ID: s.id("V"), Type: p.Type, Title: p.Title.Text, Submit: p.Submit.Text, Close: p.Close.Text, CallbackID: p.Callback,
		PrivateMetadata: p.Metadata, ExternalID: p.External, Blocks: named(p.Blocks), Errors: map[string]string{},
		notify: p.NotifyOnClose, clearAll: p.ClearOnClose, user: user, channel: channel, Depth: 1}
	if v.Blocks == nil {
		v.Blocks = json.RawMessage("[]")
	}
	v.root = v.ID
	if err := json.Unmarshal(raw, &v.raw); err != nil {
		return nil, refuse("invalid_arguments")
	}
	if p.External != "" && s.viewBy(func(o *View) bool { return o.ExternalID == p.External }) != nil {
		return nil, refuse("duplicate_external_id")
	}
	s.refresh(v, nil)
	return v, nil
}

// refresh gives a view a new hash and the state of its elements, keeping what was filled in where the element (by block
// and action id and type) is still there.
func (s *Server) refresh(v *View, old map[string]map[string]json.RawMessage) {
	v.Hash = s.ts() + "." + s.id("h")
	v.State = map[string]map[string]json.RawMessage{}
	u := s.user(v.user)
	for _, e := range elements(v.Blocks) {
		t := e.str("type")
		if slices.Contains([]string{"button", "icon_button", "feedback_buttons", "workflow_button", "overflow"}, t) {
			continue
		}
		if v.State[e.block] == nil {
			v.State[e.block] = map[string]json.RawMessage{}
		}
		state, err := s.fill(u, e, s.initial(u, e, v.channel))
		if err != nil { // an initial value that this workspace does not have
			state = map[string]any{"type": t}
		}
		v.State[e.block][e.str("action_id")] = encode(state)
		var was struct{ Type string }
		if kept := old[e.block][e.str("action_id")]; kept != nil && json.Unmarshal(kept, &was) == nil && was.Type == t {
			v.State[e.block][e.str("action_id")] = kept
		}
	}
}

func (s *Server) viewBy(match func(*View) bool) *View {
	for _, stack := range s.stacks {
		for _, v := range stack {
			if match(v) {
				return v
			}
		}
	}
	for _, v := range s.homes {
		if match(v) {
			return v
		}
	}
	return nil
}

// push puts a view on top of a person's stack.
func (s *Server) push(user string, v *View) error {
	stack := s.stacks[user]
	if len(stack) >= maxViews {
		return refuse("push_limit_reached")
	}
	if len(stack) > 0 {
		v.root, v.before = stack[0].ID, stack[len(stack)-1].ID
	}
	v.Depth = len(stack) + 1
	s.stacks[user] = append(stack, v)
	s.tellView(user)
	return nil
}

// replace gives a view new content; its id and its place in the stack stay.
func (s *Server) replace(v, with *View) {
	old := v.State
	keep := *v
	*v = *with
	v.ID, v.root, v.before, v.Depth, v.user, v.channel = keep.ID, keep.root, keep.before, keep.Depth, keep.user, keep.channel
	s.refresh(v, old)
	s.tellView(v.user)
}

// dismiss takes one view, or with all the whole stack, off a person's screen.
func (s *Server) dismiss(user, id string, all bool) {
	if all {
		s.stacks[user] = nil
	} else {
		s.stacks[user] = slices.DeleteFunc(s.stacks[user], func(v *View) bool { return v.ID == id })
		for i, v := range s.stacks[user] {
			v.Depth = i + 1
		}
	}
	if s.top(user) == nil {
		s.tell(user, map[string]any{"type": "view_closed", "view": nil})
		return
	}
	s.tellView(user)
}

func (s *Server) tellView(user string) {
	if v := s.top(user); v != nil {
		s.tell(user, map[string]any{"type": "view", "view": v.page()})
	}
}

func (v *View) page() map[string]any {
	if v == nil {
		return nil
	}
	return map[string]any{"id": v.ID, "type": v.Type, "title": v.Title, "submit": v.Submit, "close": v.Close, "blocks": v.Blocks,
		"callback_id": v.CallbackID, "state": v.copy().State, "errors": maps.Clone(v.Errors), "depth": v.Depth, "hash": v.Hash}
}

// wire is the view as the Web API and interactions have it.
func (v *View) wire() map[string]any {
	w := map[string]any{"title": nil, "submit": nil, "close": nil, "private_metadata": "", "callback_id": "", "external_id": "",
		"clear_on_close": v.clearAll, "notify_on_close": v.notify}
	for k, raw := range v.raw {
		w[k] = raw
	}
	w["id"], w["team_id"], w["app_id"], w["app_installed_team_id"], w["bot_id"] = v.ID, Team, App, Team, BotID
	w["hash"], w["root_view_id"], w["blocks"], w["state"] = v.Hash, v.root, v.Blocks, map[string]any{"values": v.State}
	w["previous_view_id"] = empty(v.before)
	return w
}
