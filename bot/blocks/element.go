package blocks

import (
	"fmt"
	"slices"
	"strings"
)

// holder is the kind of block that an element stands in; each admits its own elements.
type holder string

const (
	inSection        holder = "section"
	inActions        holder = "actions"
	inInput          holder = "input"
	inContextActions holder = "context_actions"
	inCard           holder = "card"
)

// admits says which elements may stand where (docs.slack.dev, "Works with block types" of each element).
func (h holder) admits(t string) bool {
	pick := strings.HasSuffix(t, "_select")
	choose := slices.Contains([]string{"radio_buttons", "checkboxes", "datepicker", "timepicker"}, t)
	switch h {
	case inSection:
		return pick || choose || slices.Contains([]string{"button", "image", "overflow", "workflow_button"}, t)
	case inActions:
		return pick || choose || slices.Contains([]string{"button", "overflow", "workflow_button", "datetimepicker"}, t)
	case inInput:
		return pick || choose || slices.Contains([]string{"plain_text_input", "email_text_input", "url_text_input",
			"number_input", "rich_text_input", "file_input", "datetimepicker"}, t)
	case inContextActions:
		return t == "feedback_buttons" || t == "icon_button"
	case inCard:
		return t == "button"
	}
	return false
}

// element checks one interactive element, or an image where a section has it as its accessory.
func (c *checker) element(o *object, in holder) {
	t := o.str("type", 0, true)
	if !in.admits(t) {
		o.fail("type", fmt.Sprintf("unsupported type: %s in %s", t, in))
		return
	}
	if t == "image" {
		c.imageElement(o)
		return
	}
	o.actionID()
	switch {
	case t == "button" || t == "workflow_button":
		c.button(o, t)
	case strings.HasSuffix(t, "_select"):
		c.selectMenu(o, t)
	case t == "overflow":
		o.each("options", 1, 5, func(e *object) { c.option(e, true) })
		c.confirm(o)
	case t == "radio_buttons" || t == "checkboxes":
		o.each("options", 1, 10, func(e *object) { c.option(e, false) })
		c.initial(o, t == "checkboxes")
		c.confirm(o)
	case strings.HasSuffix(t, "_input"):
		c.typed(o, t)
	case strings.HasSuffix(t, "picker"):
		o.allow("initial_date", "initial_time", "initial_date_time", "timezone", "focus_on_load")
		o.plain("placeholder", 150, false)
		c.confirm(o)
	case t == "feedback_buttons":
		for _, key := range []string{"positive_button", "negative_button"} {
			if b := o.child(key, true); b != nil {
				b.plain("text", MaxButtonText, true)
				b.str("value", MaxButtonValue, true)
				b.shown("accessibility_label", MaxButtonText, false)
				b.rest()
			}
		}
	case t == "icon_button":
		o.oneOf("icon", "trash")
		o.plain("text", MaxButtonText, true)
		o.str("value", MaxButtonValue, false)
		o.shown("accessibility_label", MaxButtonText, false)
		o.allow("visible_to_user_ids")
		c.confirm(o)
	}
	o.rest()
}

func (c *checker) button(o *object, t string) {
	o.plain("text", MaxButtonText, true)
	o.url("url", false)
	o.str("value", MaxButtonValue, false)
	o.oneOf("style", "primary", "danger")
	o.shown("accessibility_label", MaxButtonText, false)
	o.allow("agent_prompt", "agent_prompt_display", "visible_to_user_ids")
	if t == "workflow_button" {
		o.allow("workflow")
	}
	c.confirm(o)
}

func (c *checker) selectMenu(o *object, t string) {
	o.plain("placeholder", 150, false)
	o.flag("focus_on_load")
	c.confirm(o)
	multi := strings.HasPrefix(t, "multi_")
	if multi {
		o.integer("max_selected_items", 1, 100)
	} else {
		o.flag("response_url_enabled")
	}
	switch strings.TrimPrefix(t, "multi_") {
	case "static_select":
		groups := o.m["option_groups"] != nil
		if groups == (o.m["options"] != nil) {
			o.fail("", "must define exactly one of `options` and `option_groups`")
		}
		o.each("options", 0, MaxOptions, func(e *object) { c.option(e, false) })
		if list, ok := o.m["options"].([]any); ok && len(list) == 0 {
			o.fail("options", "no fewer than 1 items allowed")
		}
		o.each("option_groups", 0, 100, func(g *object) {
			g.plain("label", MaxOptionText, true)
			g.each("options", 1, MaxOptions, func(e *object) { c.option(e, false) })
			g.rest()
		})
		c.initial(o, multi)
	case "external_select":
		o.integer("min_query_length", 0, 1_000)
		c.initial(o, multi)
	case "users_select":
		o.allow("initial_user", "initial_users")
	case "conversations_select":
		o.allow("initial_conversation", "initial_conversations", "filter")
		o.flag("default_to_current_conversation")
	case "channels_select":
		o.allow("initial_channel", "initial_channels")
	default:
		o.fail("type", "unsupported type: "+t)
	}
}

// typed checks the elements that one types into.
func (c *checker) typed(o *object, t string) {
	o.plain("placeholder", 150, false)
	o.flag("focus_on_load")
	if d := o.child("dispatch_action_config", false); d != nil {
		d.allow("trigger_actions_on")
		d.rest()
	}
	switch t {
	case "plain_text_input":
		o.shown("initial_value", MaxInputText, false)
		o.flag("multiline")
		o.integer("min_length", 0, MaxInputText)
		o.integer("max_length", 1, MaxInputText)
	case "email_text_input", "url_text_input":
		o.shown("initial_value", MaxInputText, false)
	case "number_input":
		o.flag("is_decimal_allowed")
		o.allow("initial_value", "min_value", "max_value")
	case "rich_text_input":
		o.allow("initial_value", "min_lines", "max_lines")
	case "file_input":
		o.allow("filetypes")
		o.integer("max_files", 1, 10)
	}
}

func (c *checker) option(o *object, overflow bool) {
	o.either("text", MaxOptionText, true)
	o.str("value", MaxOptionText, true)
	o.either("description", MaxOptionText, false)
	if overflow {
		o.url("url", false)
	}
	o.rest()
}

// initial checks that what is preselected is offered, which Slack refuses otherwise.
func (c *checker) initial(o *object, many bool) {
	key := "initial_option"
	var picked []any
	if many {
		key = "initial_options"
		picked, _ = o.get(key).([]any)
	} else if v := o.get(key); v != nil {
		picked = []any{v}
	}
	offered := map[any]bool{}
	lists := []any{o.m["options"]}
	groups, _ := o.m["option_groups"].([]any)
	for _, g := range groups {
		if m, ok := g.(map[string]any); ok {
			lists = append(lists, m["options"])
		}
	}
	for _, l := range lists {
		list, _ := l.([]any)
		for _, v := range list {
			if m, ok := v.(map[string]any); ok {
				if s, ok := m["value"].(string); ok {
					offered[s] = true
				}
			}
		}
	}
	for _, p := range picked {
		m, ok := p.(map[string]any)
		if !ok {
			o.fail(key, "must be an object")
			return
		}
		if s, _ := m["value"].(string); len(offered) > 0 && !offered[s] {
			o.fail(key, "must be one of the options")
		}
	}
}

func (c *checker) confirm(o *object) {
	d := o.child("confirm", false)
	if d == nil {
		return
	}
	d.plain("title", 100, true)
	d.either("text", 300, true)
	d.plain("confirm", 30, true)
	d.plain("deny", 30, false)
	d.oneOf("style", "primary", "danger")
	d.rest()
}

func (c *checker) imageElement(o *object) {
	if t := o.str("type", 0, true); t != "image" {
		o.fail("type", "must be image")
	}
	o.shown("alt_text", 2_000, true)
	imageSource(o)
	o.rest()
}
