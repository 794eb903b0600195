package playground

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// element is an interactive element where it stands.
type element struct {
	block string // its block's id
	input bool   // it stands in an input block
	need  bool   // and has to be filled in
	m     map[string]any
}

func (e element) str(key string) string {
	v, _ := e.m[key].(string)
	return v
}

func interactive(t string) bool {
	return strings.HasSuffix(t, "_select") || strings.HasSuffix(t, "_input") || strings.HasSuffix(t, "picker") ||
		slices.Contains([]string{"button", "icon_button", "feedback_buttons", "workflow_button", "overflow", "radio_buttons", "checkboxes"}, t)
}

// elements lists all interactive elements of some blocks in reading order.
func elements(blocks json.RawMessage) []element {
	d := json.NewDecoder(bytes.NewReader(blocks))
	d.UseNumber()
	var list any
	if d.Decode(&list) != nil {
		return nil
	}
	var out []element
	var walk func(v any, in element)
	walk = func(v any, in element) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item, in)
			}
		case map[string]any:
			t, _ := v["type"].(string)
			if interactive(t) {
				in.m = v
				out = append(out, in)
				return
			}
			if id, ok := v["block_id"].(string); ok {
				in = element{block: id, input: t == "input", need: t == "input" && v["optional"] != true}
			}
			for _, key := range []string{"accessory", "element", "elements", "actions", "child_blocks", "tasks", "rows"} {
				walk(v[key], in)
			}
		}
	}
	walk(list, element{})
	return out
}

// action finds an element and makes the entry in `actions` for what was done with it.
func (s *Server) action(u *User, blocks json.RawMessage, block, actionID string, picks []string, picked bool) (map[string]any, element, error) {
	var refusal error = &Failure{Name: "no_such_action", Why: actionID}
	for _, e := range elements(blocks) {
		if e.str("action_id") != actionID || (block != "" && block != e.block) {
			continue
		}
		if e.str("type") == "button" && picked && e.str("value") != strings.Join(picks, ",") {
			continue
		}
		state, err := s.fill(u, e, picks)
		if err != nil {
			refusal = err
			continue
		}
		state["action_id"], state["block_id"], state["action_ts"] = actionID, e.block, s.ts()
		return state, e, nil
	}
	return nil, element{}, refusal
}

// plural are the elements that take several picks.
func plural(t string) bool { return t == "checkboxes" || strings.HasPrefix(t, "multi_") }

// fill makes an element's state from what was picked, refusing what the element does not offer.
func (s *Server) fill(u *User, e element, picks []string) (map[string]any, error) {
	t := e.str("type")
	out := map[string]any{"type": t}
	if !plural(t) {
		picks = []string{strings.Join(picks, ",")} // a comma in a typed text is a comma
	}
	one := picks[0]
	switch {
	case t == "button" || t == "icon_button" || t == "workflow_button":
		out["text"] = e.m["text"]
		if v := e.str("value"); v != "" {
			out["value"] = v
		}
	case t == "feedback_buttons":
		for _, key := range []string{"positive_button", "negative_button"} {
			if b, ok := e.m[key].(map[string]any); ok && b["value"] == one {
				out["value"], out["text"] = one, b["text"]
				return out, nil
			}
		}
		return nil, offered(e, one)
	case strings.HasSuffix(t, "static_select") || t == "overflow" || t == "radio_buttons" || t == "checkboxes" || strings.HasSuffix(t, "external_select"):
		return out, s.fillOptions(e, out, picks)
	case strings.HasSuffix(t, "conversations_select"), strings.HasSuffix(t, "channels_select"), strings.HasSuffix(t, "users_select"):
		return out, s.fillPlaces(u, e, out, picks)
	case t == "datepicker":
		out["selected_date"] = empty(one)
	case t == "timepicker":
		out["selected_time"] = empty(one)
	case t == "datetimepicker":
		out["selected_date_time"] = json.Number(one)
	default:
		out["value"] = empty(one)
	}
	return out, nil
}

func empty(v string) any {
	if v == "" {
		return nil
	}
	return v
}

func offered(e element, pick string) error {
	return &Failure{Name: "no_such_option", Why: fmt.Sprintf("%q in %s", pick, e.str("action_id"))}
}

func (s *Server) fillOptions(e element, out map[string]any, picks []string) error {
	var options []any
	options, _ = e.m["options"].([]any)
	groups, _ := e.m["option_groups"].([]any)
	for _, g := range groups {
		if m, ok := g.(map[string]any); ok {
			more, _ := m["options"].([]any)
			options = append(options, more...)
		}
	}
	chosen := []any{}
	for _, p := range picks {
		if p == "" {
			continue
		}
		i := slices.IndexFunc(options, func(o any) bool { m, ok := o.(map[string]any); return ok && m["value"] == p })
		if i < 0 {
			return offered(e, p)
		}
		chosen = append(chosen, options[i])
	}
	if plural(e.str("type")) {
		out["selected_options"] = chosen
	} else if out["selected_option"] = nil; len(chosen) > 0 {
		out["selected_option"] = chosen[0]
	}
	return nil
}

func (s *Server) fillPlaces(u *User, e element, out map[string]any, picks []string) error {
	t := e.str("type")
	kind := strings.TrimSuffix(strings.TrimPrefix(t, "multi_"), "s_select") // conversation, channel, user
	ids := []string{}
	for _, p := range picks {
		if p == "" {
			continue
		}
		c, who := s.channel(u.ID, p), s.user(p)
		switch {
		case kind == "user" && who != nil:
			ids = append(ids, who.ID)
		case kind == "channel" && c != nil && c.im == "":
			ids = append(ids, c.id)
		case kind == "conversation" && c != nil && c.sees(u.ID):
			ids = append(ids, c.id)
		default:
			return offered(e, p)
		}
	}
	if plural(t) {
		out["selected_"+kind+"s"] = ids
	} else if out["selected_"+kind] = nil; len(ids) > 0 {
		out["selected_"+kind] = ids[0]
	}
	return nil
}

// initial is what an element holds before anybody touched it.
func (s *Server) initial(u *User, e element, current string) []string {
	var picks []string
	option := func(v any) {
		if m, ok := v.(map[string]any); ok {
			value, _ := m["value"].(string)
			picks = append(picks, value)
		}
	}
	option(e.m["initial_option"])
	list, _ := e.m["initial_options"].([]any)
	for _, o := range list {
		option(o)
	}
	for _, key := range []string{"initial_value", "initial_conversation", "initial_channel", "initial_user", "initial_date", "initial_time"} {
		if v := e.str(key); v != "" {
			picks = append(picks, v)
		}
	}
	for _, key := range []string{"initial_conversations", "initial_channels", "initial_users"} {
		list, _ := e.m[key].([]any)
		for _, v := range list {
			picks = append(picks, fmt.Sprint(v))
		}
	}
	if len(picks) == 0 && e.m["default_to_current_conversation"] == true && current != "" {
		if c := s.channel(u.ID, current); c != nil && c.sees(u.ID) {
			picks = []string{c.id}
		}
	}
	if len(picks) == 0 {
		picks = []string{""}
	}
	return picks
}
