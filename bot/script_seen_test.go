package bot_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
)

func (c *conversation) look() sight {
	out := sight{}
	for _, where := range c.channels() {
		for _, m := range c.Messages(where) {
			if len(m.Unfurls) > 0 {
				out[m.TS+"~"] = [2]string{"below the link in " + where + ":", previews(m.Unfurls)}
			}
			if slices.ContainsFunc(people, func(p string) bool { return m.User == c.id(p) }) || m.Deleted {
				continue
			}
			out[m.TS] = [2]string{c.heading(where, m), c.text(m.Blocks, m.Text)}
		}
	}
	c.lookAround(out)
	for _, who := range people {
		if greeting, prompts := c.Prompts(who); len(prompts) > 0 {
			lines := make([]string, len(prompts))
			for i, p := range prompts {
				lines[i] = "[" + p.Title + "] " + p.Message
			}
			out["{"+who] = [2]string{"suggested to " + who + ": " + greeting, strings.Join(lines, "\n")}
		}
		if ts := c.root[who+"DM"]; ts != "" {
			if title := c.Title(who, ts); title != "" {
				out["|"+who+ts] = [2]string{"the session of " + who + " is called:", title}
			}
		}
		if v := c.View(who); v != nil {
			buttons := "(" + v.Close + ")"
			if v.Submit != "" {
				buttons += " (" + v.Submit + ")"
			}
			lines := append([]string{c.text(v.Blocks, "")}, c.filled(v)...)
			out["~"+who+v.ID] = [2]string{fmt.Sprintf("modal for %s: %s", who, v.Title), strings.Join(append(lines, buttons), "\n")}
		}
	}
	return out
}

// filled says what stands in a form before anybody has touched it.
func (c *conversation) filled(v *playground.View) (out []string) {
	names := map[string]string{playground.General: "#general", playground.Security: "#security", playground.Sales: "#sales", playground.Random: "#random"}
	for _, block := range slices.Sorted(maps.Keys(v.State)) {
		for _, raw := range v.State[block] {
			var state struct {
				Conversation string `json:"selected_conversation"`
			}
			if json.Unmarshal(raw, &state) == nil && state.Conversation != "" {
				out = append(out, "{"+block+"="+cmp.Or(names[state.Conversation], "DM")+"}")
			}
		}
	}
	return out
}

func (s sight) modal(who string) bool {
	for k := range s {
		if strings.HasPrefix(k, "~"+who) {
			return true
		}
	}
	return false
}

func (c *conversation) heading(where string, m playground.Message) string {
	who, name := "jirei", where
	if !m.Bot {
		who = "Slack"
	}
	if strings.HasPrefix(where, "D") {
		name = "DM"
	}
	switch {
	case m.For != "":
		for _, p := range people {
			if c.id(p) == m.For {
				return fmt.Sprintf("%s in %s, only %s sees:", who, name, p)
			}
		}
	case m.ThreadTS != "":
		return fmt.Sprintf("%s in %s, thread:", who, name)
	}
	return fmt.Sprintf("%s in %s:", who, name)
}

// text is what one reads: the blocks, or where there are none the text.
func (c *conversation) text(raw json.RawMessage, text string) string {
	if len(raw) > 0 && string(raw) != "null" {
		return blocks.Text(raw)
	}
	return blocks.Plain(text)
}

// seen lists what is new or different, in the order in which it was posted, modals last.
func (c *conversation) seen(after sight) []string {
	var keys, out []string
	for k, v := range after {
		if c.before[k] != v {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for _, k := range keys {
		head := after[k][0]
		if _, was := c.before[k]; was && !strings.HasPrefix(k, "~") {
			head = strings.TrimSuffix(head, ":") + ", changed:"
		}
		out = append(out, head)
		for l := range strings.SplitSeq(after[k][1], "\n") {
			out = append(out, "  "+l)
		}
	}
	for k, was := range c.before {
		if _, is := after[k]; !is && k < "~" {
			out = append(out, strings.TrimSuffix(was[0], ":")+", deleted")
		}
	}
	for _, who := range people {
		if c.before.modal(who) && !after.modal(who) {
			out = append(out, "the modal of "+who+" is closed")
		}
	}
	for _, r := range c.Refusals()[len(c.blind):] {
		c.blind = append(c.blind, r)
		if r != "views.update: not_found" { // the bot waits for a modal to show a result in: how often is chance
			out = append(out, "Slack refuses "+r)
		}
	}
	if len(out) == 0 {
		out = []string{"nothing"}
	}
	return out
}
