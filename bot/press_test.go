package bot_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jirei/jirei/bot/playground"
)

// presses looks for the button in the modal on top, else in the latest message that has it, and waits for what it shows.
func (c *conversation) presses(a []string) error {
	return c.pressAnywhere(a[0], true, func(e map[string]any) (action, pick string, ok bool) {
		if text, _ := e["text"].(map[string]any); e["type"] != "button" || text["text"] != a[1] || !onPage(e["value"], a[2]) {
			return "", "", false
		}
		return e["action_id"].(string), e["value"].(string), true
	})
}

// pressesFacet presses a button that is known by its words alone. It is durable work, which settle waits for; on an old
// answer it may rightly show nothing.
func (c *conversation) pressesFacet(a []string) error { return c.pressesWords(a, false) }

// turns presses a button by its words that changes what is seen at once.
func (c *conversation) turns(a []string) error { return c.pressesWords(a, true) }

func (c *conversation) pressesWords(a []string, atOnce bool) error {
	return c.pressAnywhere(a[0], atOnce, func(e map[string]any) (action, pick string, ok bool) {
		for _, side := range []string{"positive_button", "negative_button"} {
			half, _ := e[side].(map[string]any)
			if text, _ := half["text"].(map[string]any); text["text"] == a[1] {
				return e["action_id"].(string), half["value"].(string), true
			}
		}
		if text, _ := e["text"].(map[string]any); e["type"] != "button" || text["text"] != a[1] {
			return "", "", false
		}
		return e["action_id"].(string), e["value"].(string), true
	})
}

func (c *conversation) picks(a []string) error {
	return c.pressAnywhere(a[0], true, func(e map[string]any) (action, pick string, ok bool) {
		options, _ := e["options"].([]any)
		for _, o := range options {
			if m, _ := o.(map[string]any); onPage(m["value"], a[1]) {
				return e["action_id"].(string), m["value"].(string), true
			}
		}
		return "", "", false
	})
}

// chooses picks an option by its words, in whichever menu offers it.
func (c *conversation) chooses(a []string) error {
	return c.pressAnywhere(a[0], true, func(e map[string]any) (action, pick string, ok bool) {
		lists := []any{e["options"]}
		groups, _ := e["option_groups"].([]any)
		for _, g := range groups {
			lists = append(lists, g.(map[string]any)["options"])
		}
		for _, l := range lists {
			options, _ := l.([]any)
			for _, o := range options {
				m, _ := o.(map[string]any)
				if text, _ := m["text"].(map[string]any); text["text"] == a[1] {
					return e["action_id"].(string), m["value"].(string), true
				}
			}
		}
		return "", "", false
	})
}

func onPage(value any, page string) bool {
	s, _ := value.(string)
	return strings.HasSuffix(s, "/"+page) || strings.Contains(s, "/"+page+`"`) // 「なぜこの事例？」 knows more than the case
}

// pressAnywhere presses what is wanted where it is; atOnce says that the bot keeps no job for it.
func (c *conversation) pressAnywhere(who string, atOnce bool, is func(map[string]any) (action, pick string, ok bool)) error {
	press := func(at playground.At, raw json.RawMessage) (bool, error) {
		var list []struct {
			ID       string           `json:"block_id"`
			Elements []map[string]any `json:"elements"`
			Beside   map[string]any   `json:"accessory"`
		}
		if len(raw) == 0 {
			return false, nil
		}
		if err := json.Unmarshal(raw, &list); err != nil {
			return false, err
		}
		for _, b := range list {
			for _, e := range append(b.Elements, b.Beside) {
				if e == nil {
					continue
				}
				action, pick, ok := is(e)
				if !ok {
					continue
				}
				at.Block = b.ID
				before := fmt.Sprint(c.look())
				if err := c.Press(who, at, action, pick); err != nil {
					return true, err
				}
				if atOnce { // the bot opens modals after its ack
					c.until("the press shows something", func() bool { return fmt.Sprint(c.look()) != before })
				}
				return true, nil
			}
		}
		return false, nil
	}
	if v := c.View(who); v != nil {
		if done, err := press(playground.At{}, v.Blocks); done {
			return err
		}
	}
	if v := c.Home(who); v != nil {
		if done, err := press(playground.At{Home: true}, v.Blocks); done {
			return err
		}
	}
	for _, where := range slices.Concat([]string{c.DM(who)}, c.channels()) {
		for _, m := range slices.Backward(c.Messages(where)) {
			if m.Deleted || m.For != "" && m.For != c.id(who) {
				continue
			}
			for _, f := range append([]playground.Unfurl{{Blocks: m.Blocks}}, m.Unfurls...) {
				if done, err := press(playground.At{Channel: where, TS: m.TS}, f.Blocks); done {
					return err
				}
			}
		}
	}
	return fmt.Errorf("nothing on the screen has that")
}
