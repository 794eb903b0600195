package blocks

import (
	"fmt"
	"regexp"
	"strings"
)

// Text is what a screen reader would read out: the blocks (a JSON array) as plain text, one line per line that one
// would see, without a final line break. Links give their label, buttons stand in brackets, list items have their
// bullet or number, an unknown block gives its type in angle brackets. It never fails: what is not JSON is no lines.
func Text(blocks []byte) string {
	v, err := decode(blocks)
	if err != nil {
		return ""
	}
	list, ok := v.([]any)
	if m, isView := v.(map[string]any); isView { // a whole view reads as its blocks
		list, ok = m["blocks"].([]any)
	}
	if !ok {
		return ""
	}
	w := &lines{}
	for _, b := range list {
		w.block(asMap(b))
	}
	return strings.Join(w.out, "\n")
}

// lines collects the reading.
type lines struct {
	out    []string
	indent string
	depth  int
}

// add puts text, which may have line breaks of its own, behind the current indent.
func (w *lines) add(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		w.out = append(w.out, strings.TrimRight(w.indent+l, " \t\r"))
	}
}

func (w *lines) block(m map[string]any) {
	switch t := str(m, "type"); t {
	case "header":
		w.add(textOf(m["text"]))
	case "section":
		w.add(textOf(m["text"]))
		for _, f := range asList(m["fields"]) {
			w.add(textOf(f))
		}
		w.add(elementText(asMap(m["accessory"])))
	case "divider":
		w.add("---")
	case "context":
		w.add(joined(m["elements"], contextText))
	case "actions", "context_actions":
		w.add(joined(m["elements"], elementText))
	case "input":
		w.input(m)
	case "image":
		w.add(textOf(m["title"]))
		w.add(elementText(m))
	case "rich_text":
		w.add(plainRich(m))
	case "markdown":
		w.add(str(m, "text"))
	case "table", "data_table":
		w.add(str(m, "caption"))
		for _, row := range asList(m["rows"]) {
			w.add(tableRow(row))
		}
	case "alert":
		w.add(textOf(m["text"]))
	case "video":
		w.add(textOf(m["title"]))
		w.add(textOf(m["description"]))
		w.add(imageText(str(m, "alt_text")))
	default:
		w.compound(m, t)
	}
}

// compound reads the blocks that hold blocks.
func (w *lines) compound(m map[string]any, t string) {
	switch t {
	case "card":
		w.add(elementText(asMap(m["hero_image"])))
		for _, key := range []string{"title", "subtitle", "body", "subtext"} {
			w.add(textOf(m[key]))
		}
		w.add(joined(m["actions"], elementText))
	case "carousel":
		w.nested(asList(m["elements"]))
	case "container":
		w.add(textOf(m["title"]))
		w.add(plainRich(asMap(m["rich_text_title"])))
		w.add(textOf(m["subtitle"]))
		w.indent += "  "
		w.nested(asList(m["child_blocks"]))
		w.indent = strings.TrimSuffix(w.indent, "  ")
	case "task_card":
		w.add(strings.TrimSpace("[" + str(m, "status") + "] " + str(m, "title")))
		w.indent += "  "
		w.add(plainRich(asMap(m["details"])))
		w.add(plainRich(asMap(m["output"])))
		for _, s := range asList(m["sources"]) {
			w.add(str(asMap(s), "text"))
		}
		w.indent = strings.TrimSuffix(w.indent, "  ")
	case "plan":
		w.add(str(m, "title"))
		w.nested(asList(m["tasks"]))
	case "":
	default:
		w.add("<" + t + ">")
	}
}

func (w *lines) nested(list []any) {
	if w.depth++; w.depth <= maxDepth {
		for _, b := range list {
			w.block(asMap(b))
		}
	}
	w.depth--
}

func (w *lines) input(m map[string]any) {
	label := textOf(m["label"])
	if m["optional"] == true {
		label += " (optional)"
	}
	w.add(strings.TrimSpace(label + ": " + elementText(asMap(m["element"]))))
	w.add(textOf(m["hint"]))
}

func contextText(m map[string]any) string {
	if str(m, "type") == "image" {
		return elementText(m)
	}
	return textOf(m)
}

func imageText(alt string) string {
	if alt == "" {
		return ""
	}
	return "[image: " + alt + "]"
}

// elementText reads one element: what is chosen or typed, else what it asks for.
func elementText(m map[string]any) string {
	t := str(m, "type")
	switch {
	case m == nil:
		return ""
	case t == "image":
		return imageText(str(m, "alt_text"))
	case t == "feedback_buttons":
		return "[" + textOf(asMap(m["positive_button"])["text"]) + "] [" + textOf(asMap(m["negative_button"])["text"]) + "]"
	case t == "overflow":
		return "[" + optionTexts(m["options"], " / ") + "]"
	case t == "radio_buttons" || t == "checkboxes":
		chosen := map[string]bool{str(asMap(m["initial_option"]), "value"): m["initial_option"] != nil}
		for _, o := range asList(m["initial_options"]) {
			chosen[str(asMap(o), "value")] = true
		}
		var parts []string
		for _, o := range asList(m["options"]) {
			mark := "( ) "
			if chosen[str(asMap(o), "value")] {
				mark = "(x) "
			}
			parts = append(parts, mark+textOf(asMap(o)["text"]))
		}
		return strings.Join(parts, " ")
	}
	for _, v := range []string{textOf(m["text"]), textOf(asMap(m["initial_option"])["text"]), optionTexts(m["initial_options"], ", "),
		str(m, "initial_value"), str(m, "initial_conversation"), str(m, "initial_channel"), str(m, "initial_user"),
		str(m, "initial_date"), textOf(m["placeholder"])} {
		if v != "" {
			return "[" + v + "]"
		}
	}
	return "[" + t + "]"
}

func optionTexts(v any, between string) string {
	var parts []string
	for _, o := range asList(v) {
		parts = append(parts, textOf(asMap(o)["text"]))
	}
	return strings.Join(parts, between)
}

func joined(v any, read func(map[string]any) string) string {
	var parts []string
	for _, e := range asList(v) {
		if s := read(asMap(e)); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

func tableRow(v any) string {
	var cells []string
	for _, cell := range asList(v) {
		m := asMap(cell)
		switch s := str(m, "text"); {
		case str(m, "type") == "rich_text":
			cells = append(cells, strings.ReplaceAll(plainRich(m), "\n", " "))
		case str(m, "type") == "action_cell":
			cells = append(cells, elementText(asMap(m["element"])))
		case s == "" && m["value"] != nil:
			cells = append(cells, fmt.Sprint(m["value"]))
		default:
			cells = append(cells, strings.ReplaceAll(s, "\n", " "))
		}
	}
	return strings.Join(cells, " | ")
}

// textOf reads a text object; mrkdwn loses its entities and links but keeps * and _, which a reader of a transcript
// wants to see and whose meaning next to Japanese text only Slack's own parser knows.
func textOf(v any) string {
	m := asMap(v)
	if str(m, "type") == "mrkdwn" {
		return Plain(str(m, "text"))
	}
	return str(m, "text")
}

var marked = regexp.MustCompile(`<([^<>|\n]+)(?:\|([^<>\n]*))?>`)

// Plain reads mrkdwn as text: links as their label, mentions as @ and the id, channels as # and the name or id, special
// mentions as @here, and the three entities as the characters they stand for.
func Plain(mrkdwn string) string {
	s := marked.ReplaceAllStringFunc(mrkdwn, func(tag string) string {
		p := marked.FindStringSubmatch(tag)
		target, label := p[1], p[2]
		switch target[0] {
		case '@':
			return target
		case '#':
			if label != "" {
				return "#" + label
			}
			return target
		case '!':
			if label != "" {
				return label
			}
			name, _, _ := strings.Cut(target[1:], "^")
			return "@" + name
		}
		if label != "" {
			return label
		}
		return target
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// asMap, asList and str read JSON values of any shape; the wrong shape reads as nothing.
func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func asList(v any) []any {
	l, _ := v.([]any)
	return l
}

func str(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}
