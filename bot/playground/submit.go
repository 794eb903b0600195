package playground

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// viewAt is the view that a person acts in: the modal on top, or their Home tab.
func (s *Server) viewAt(u *User, at At) (*View, error) {
	v := s.top(u.ID)
	if at.Home {
		v = s.homes[u.ID]
	}
	if v == nil {
		return nil, refuse("not_found", "no such view is open")
	}
	return v, nil
}

// Write types into the first field for text there, or into the one with an action_id, and presses nothing.
func (s *Server) Write(user string, at At, actionID, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil {
		return refuse("user_not_found")
	}
	v, err := s.viewAt(u, at)
	if err != nil {
		return err
	}
	for _, e := range elements(v.Blocks) {
		if e.str("type") == "plain_text_input" && (actionID == "" || e.str("action_id") == actionID) {
			v.State[e.block][e.str("action_id")] = encode(map[string]any{"type": e.str("type"), "value": empty(text)})
			s.change()
			return nil
		}
	}
	return &Failure{Name: "no_such_action", Why: actionID}
}

// pressInView is Press in a view. It is called with mu held and returns without.
func (s *Server) pressInView(u *User, at At, actionID string, picks []string, picked bool) error {
	v, err := s.viewAt(u, at)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	act, e, err := s.action(u, v.Blocks, at.Block, actionID, picks, picked)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	if old := v.State[e.block][actionID]; old != nil {
		state := maps.Clone(act)
		delete(state, "action_id")
		delete(state, "block_id")
		delete(state, "action_ts")
		v.State[e.block][actionID] = encode(state)
	}
	p := s.interaction("block_actions", u)
	p["container"] = map[string]any{"type": "view", "view_id": v.ID}
	from := v // what the trigger may push upon: nothing is pushed upon a Home tab
	if at.Home {
		from = nil
	}
	p["actions"], p["view"], p["trigger_id"] = []any{act}, v.wire(), s.trigger(u.ID, v.channel, from)
	p["state"] = map[string]any{"values": v.State}
	return s.await(&envelope{kind: "interactive", payload: encode(p)}, func(json.RawMessage) error { return nil }, plainFailure)
}

// Submit fills in the modal on top of a person's screen and submits it. values are by action_id or block_id; see Press
// for how each is written. What is not named keeps what it holds. A field that is not there, a choice that is not
// offered or a required field left empty is a *Failure, and nothing is sent. Errors that the bot answers are no failure:
// they stand in View(user).Errors.
func (s *Server) Submit(user string, values map[string]string) error {
	s.mu.Lock()
	u := s.user(user)
	if u == nil || s.top(u.ID) == nil {
		s.mu.Unlock()
		return refuse("not_found", "no modal is open")
	}
	v := s.top(u.ID)
	picks := map[string]map[string][]string{}
	unknown := maps.Clone(values)
	for _, e := range elements(v.Blocks) {
		for _, key := range []string{e.str("action_id"), e.block} {
			if val, ok := values[key]; ok {
				if picks[e.block] == nil {
					picks[e.block] = map[string][]string{}
				}
				picks[e.block][e.str("action_id")] = strings.Split(val, ",")
				delete(unknown, key)
			}
		}
	}
	if len(unknown) > 0 {
		s.mu.Unlock()
		return &Failure{Name: "no_such_action", Why: slices.Sorted(maps.Keys(unknown))[0]}
	}
	return s.submit(u, v, picks)
}

// submit is called with mu held and returns without.
func (s *Server) submit(u *User, v *View, picks map[string]map[string][]string) error {
	v.Errors = map[string]string{}
	err := s.fillIn(u, v, picks)
	if err != nil || len(v.Errors) > 0 {
		s.tellView(u.ID)
		missing := slices.Sorted(maps.Keys(v.Errors))
		s.mu.Unlock()
		if err == nil {
			err = &Failure{Name: "required", Why: strings.Join(missing, ", ")}
		}
		return err
	}
	p := s.interaction("view_submission", u)
	p["view"], p["trigger_id"], p["response_urls"] = v.wire(), s.trigger(u.ID, v.channel, v), s.responseURLs(u, v)
	return s.await(&envelope{kind: "interactive", payload: encode(p), accepts: true}, func(answer json.RawMessage) error {
		if err := s.submitAnswer(u, v, answer); err != nil {
			s.refused("ack of view_submission", err.Error())
			return &Failure{Name: "invalid_view_response", Why: err.Error()}
		}
		return nil
	}, plainFailure)
}

// fillIn sets the state and checks it as Slack's client does before it sends anything.
func (s *Server) fillIn(u *User, v *View, picks map[string]map[string][]string) error {
	for _, e := range elements(v.Blocks) {
		id := e.str("action_id")
		if p, ok := picks[e.block][id]; ok && v.State[e.block][id] != nil {
			state, err := s.fill(u, e, p)
			if err != nil {
				return err
			}
			v.State[e.block][id] = encode(state)
		}
		if !e.input {
			continue
		}
		n := filled(v.State[e.block][id])
		if n == 0 && e.need {
			v.Errors[e.block] = "この項目は必須です。"
		}
		if e.str("type") != "plain_text_input" {
			continue
		}
		if most := whole(e.m["max_length"]); most > 0 && n > most {
			v.Errors[e.block] = fmt.Sprintf("%d 文字以内で入力してください。", most)
		}
		if least := whole(e.m["min_length"]); n > 0 && n < least {
			v.Errors[e.block] = fmt.Sprintf("%d 文字以上で入力してください。", least)
		}
	}
	return nil
}

// filled is the length of a text, or the number of picks, in an element's state.
func filled(state json.RawMessage) int {
	var m map[string]any
	if json.Unmarshal(state, &m) != nil {
		return 0
	}
	for k, v := range m {
		switch v := v.(type) {
		case string:
			if k != "type" {
				return len([]rune(v))
			}
		case []any:
			return len(v)
		case nil:
		default:
			return 1
		}
	}
	return 0
}

func whole(v any) int {
	n, _ := v.(json.Number)
	i, err := n.Int64()
	if err != nil {
		return 0
	}
	return int(i)
}

// responseURLs are for menus of conversations that ask for one.
func (s *Server) responseURLs(u *User, v *View) []any {
	out := []any{}
	for _, e := range elements(v.Blocks) {
		if e.m["response_url_enabled"] != true {
			continue
		}
		var state struct {
			Conversation string `json:"selected_conversation"`
			Channel      string `json:"selected_channel"`
		}
		if json.Unmarshal(v.State[e.block][e.str("action_id")], &state) != nil || state.Conversation+state.Channel == "" {
			continue
		}
		h := s.hook(u.ID, state.Conversation+state.Channel)
		out = append(out, map[string]any{"block_id": e.block, "action_id": e.str("action_id"), "channel_id": h.channel, "response_url": s.hookURL(h)})
	}
	return out
}

func (s *Server) submitAnswer(u *User, v *View, answer json.RawMessage) error {
	var p struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if answer != nil {
		if err := json.Unmarshal(answer, &p); err != nil {
			return err
		}
	}
	switch p.Action {
	case "":
		s.dismiss(u.ID, v.ID, false)
	case "clear":
		s.dismiss(u.ID, v.ID, true)
	case "errors":
		inputs := map[string]bool{}
		for _, e := range elements(v.Blocks) {
			inputs[e.block] = inputs[e.block] || e.input
		}
		if len(p.Errors) == 0 {
			return fmt.Errorf("errors without any")
		}
		for block := range p.Errors {
			if !inputs[block] {
				return fmt.Errorf("errors has %q, which is no input block", block)
			}
		}
		v.Errors = p.Errors
		s.tellView(u.ID)
	case "update", "push":
		next, err := s.build(u.ID, v.channel, p.View, "modal")
		if err != nil {
			return err
		}
		if p.Action == "push" {
			return s.push(u.ID, next)
		}
		s.replace(v, next)
	default:
		return fmt.Errorf("unknown response_action %q", p.Action)
	}
	return nil
}

// CloseView dismisses the modal on top, as the close button does; the bot hears of it where it asked to (notify_on_close).
func (s *Server) CloseView(user string) error {
	s.mu.Lock()
	u := s.user(user)
	if u == nil || s.top(u.ID) == nil {
		s.mu.Unlock()
		return refuse("not_found", "no modal is open")
	}
	v := s.top(u.ID)
	s.dismiss(u.ID, v.ID, v.clearAll)
	if !v.notify {
		s.mu.Unlock()
		return nil
	}
	p := s.interaction("view_closed", u)
	p["view"], p["is_cleared"] = v.wire(), v.clearAll
	return s.await(&envelope{kind: "interactive", payload: encode(p)}, func(json.RawMessage) error { return nil }, plainFailure)
}
