package blocks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// object is one JSON object under check. Each reading method allows the property it reads; rest refuses what was never
// read, as Slack does ("invalid additional property").
type object struct {
	c    *checker
	at   string
	m    map[string]any
	read []string
}

func (o *object) fail(key, why string) {
	at := o.at
	if key != "" {
		at += "/" + key
	}
	o.c.fail(at, why)
}

func (o *object) get(key string) any {
	o.read = append(o.read, key)
	return o.m[key]
}

func (o *object) allow(keys ...string) { o.read = append(o.read, keys...) }

// str reads a string of at most most characters (0: any length) and counts it towards nothing.
func (o *object) str(key string, most int, required bool) string {
	v := o.get(key)
	if v == nil {
		if required {
			o.fail(key, "missing required field: "+key)
		}
		return ""
	}
	s, ok := v.(string)
	if !ok {
		o.fail(key, "must be a string")
		return ""
	}
	if required && s == "" {
		o.fail(key, "must be more than 0 characters")
	}
	if most > 0 && utf8.RuneCountInString(s) > most {
		o.fail(key, fmt.Sprintf("must be less than %d characters", most+1))
	}
	return s
}

// shown reads a string that people see, which counts towards the whole message.
func (o *object) shown(key string, most int, required bool) string {
	s := o.str(key, most, required)
	o.c.whole += utf8.RuneCountInString(s)
	return s
}

func (o *object) flag(key string) {
	if v := o.get(key); v != nil {
		if _, ok := v.(bool); !ok {
			o.fail(key, "must be a boolean")
		}
	}
}

func (o *object) integer(key string, least, most int64) {
	v := o.get(key)
	if v == nil {
		return
	}
	n, ok := v.(json.Number)
	i, err := n.Int64()
	if !ok || err != nil {
		o.fail(key, "must be an integer")
		return
	}
	if i < least || i > most {
		o.fail(key, fmt.Sprintf("must be between %d and %d", least, most))
	}
}

func (o *object) oneOf(key string, allowed ...string) {
	if s := o.str(key, 0, false); s != "" && !slices.Contains(allowed, s) {
		o.fail(key, fmt.Sprintf("must be one of %s", strings.Join(allowed, ", ")))
	}
}

// url reads an address. Slack refuses anything but http(s) and mailto in buttons and links that it opens itself.
func (o *object) url(key string, required bool) {
	s := o.str(key, MaxURL, required)
	if s == "" {
		return
	}
	lower := strings.ToLower(s)
	for _, scheme := range []string{"https://", "http://", "mailto:", "slack://", "tel:"} {
		if strings.HasPrefix(lower, scheme) {
			return
		}
	}
	o.fail(key, "must be a valid URL")
}

// child reads a nested object, nil where there is none or the wrong thing.
func (o *object) child(key string, required bool) *object {
	v := o.get(key)
	if v == nil {
		if required {
			o.fail(key, "missing required field: "+key)
		}
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		o.fail(key, "must be an object")
		return nil
	}
	return &object{c: o.c, at: o.at + "/" + key, m: m}
}

// each reads an array of objects with between least and most items.
func (o *object) each(key string, least, most int, do func(*object)) {
	v := o.get(key)
	if v == nil {
		if least > 0 {
			o.fail(key, "missing required field: "+key)
		}
		return
	}
	list, ok := v.([]any)
	if !ok {
		o.fail(key, "must be an array")
		return
	}
	if len(list) < least {
		o.fail(key, fmt.Sprintf("no fewer than %d items allowed", least))
	}
	if len(list) > most {
		o.fail(key, fmt.Sprintf("no more than %d items allowed", most))
	}
	for i, item := range list {
		m, ok := item.(map[string]any)
		if !ok {
			o.fail(fmt.Sprintf("%s/%d", key, i), "must be an object")
			return
		}
		do(&object{c: o.c, at: fmt.Sprintf("%s/%s/%d", o.at, key, i), m: m})
	}
}

// plain reads a text object of type plain_text.
func (o *object) plain(key string, most int, required bool) {
	if t := o.child(key, required); t != nil {
		t.text(most, "plain_text")
	}
}

// either reads a text object of either type.
func (o *object) either(key string, most int, required bool) {
	if t := o.child(key, required); t != nil {
		t.text(most, "plain_text", "mrkdwn")
	}
}

// text checks o itself as a text object.
func (o *object) text(most int, types ...string) {
	t := o.str("type", 0, true)
	if t != "" && !slices.Contains(types, t) {
		o.fail("type", fmt.Sprintf("must be one of %s", strings.Join(types, ", ")))
	}
	s := o.shown("text", most, false)
	if _, ok := o.m["text"].(string); !ok {
		o.fail("text", "missing required field: text")
	}
	if s == "" {
		o.fail("text", "must be more than 0 characters")
	}
	if t == "plain_text" {
		o.flag("emoji") // only plain_text has emoji, only mrkdwn has verbatim; rest refuses the other
	} else {
		o.flag("verbatim")
	}
	o.rest()
}

// rest ends the check of an object.
func (o *object) rest() {
	o.c.whole += wholeOverhead
	var extra []string
	for k := range o.m {
		if !slices.Contains(o.read, k) {
			extra = append(extra, k)
		}
	}
	if len(extra) > 0 {
		slices.Sort(extra)
		o.fail("", "invalid additional property: "+extra[0])
	}
}

// blockID checks a block's id, which is unique in its message or view.
func (o *object) blockID() {
	id := o.str("block_id", MaxID, false)
	if id == "" {
		return
	}
	if o.c.blockIDs[id] {
		o.fail("block_id", fmt.Sprintf("block_id %q already exists", id))
	}
	if o.c.blockIDs == nil {
		o.c.blockIDs = map[string]bool{}
	}
	o.c.blockIDs[id] = true
}

// actionID checks an element's id, which is unique in its block.
func (o *object) actionID() {
	id := o.str("action_id", MaxID, false)
	if id == "" {
		return
	}
	if o.c.actions[id] {
		o.fail("action_id", fmt.Sprintf("action_id %q already exists", id))
	}
	if o.c.actions == nil {
		o.c.actions = map[string]bool{}
	}
	o.c.actions[id] = true
}
