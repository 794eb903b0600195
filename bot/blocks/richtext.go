package blocks

import (
	"encoding/json"
	"fmt"
	"strings"
)

// plainRich reads a rich_text block, or a rich_text cell of a table.
func plainRich(m map[string]any) string {
	var out []string
	for _, v := range asList(m["elements"]) {
		e := asMap(v)
		switch str(e, "type") {
		case "rich_text_section":
			out = append(out, strings.TrimRight(inlineText(e), "\n"))
		case "rich_text_quote":
			out = append(out, prefixed("> ", inlineText(e)))
		case "rich_text_preformatted":
			out = append(out, prefixed("    ", inlineText(e)))
		case "rich_text_list":
			out = append(out, listText(e)...)
		}
	}
	return strings.Join(out, "\n")
}

func prefixed(prefix, text string) string {
	return prefix + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+prefix)
}

func listText(e map[string]any) []string {
	n := number(e["offset"]) + 1
	pad := strings.Repeat("  ", min(max(number(e["indent"]), 0), 8))
	var out []string
	for i, item := range asList(e["elements"]) {
		mark := "• "
		if str(e, "style") == "ordered" {
			mark = fmt.Sprintf("%d. ", n+i)
		}
		out = append(out, pad+mark+strings.ReplaceAll(inlineText(asMap(item)), "\n", "\n"+pad+"  "))
	}
	return out
}

func number(v any) int {
	n, _ := v.(json.Number)
	i, err := n.Int64()
	if err != nil || i < 0 || i > 1_000_000 {
		return 0
	}
	return int(i)
}

func inlineText(section map[string]any) string {
	var b strings.Builder
	for _, v := range asList(section["elements"]) {
		e := asMap(v)
		switch str(e, "type") {
		case "link", "attachment_mention", "work_object_mention", "message_mention":
			if s := str(e, "text"); s != "" {
				b.WriteString(s)
			} else {
				b.WriteString(str(e, "url"))
			}
		case "citation":
			b.WriteString("[" + str(e, "text") + "]")
		case "user":
			b.WriteString("@" + str(e, "user_id"))
		case "usergroup":
			b.WriteString("@" + str(e, "usergroup_id"))
		case "channel":
			b.WriteString("#" + str(e, "channel_id"))
		case "broadcast":
			b.WriteString("@" + str(e, "range"))
		case "emoji":
			b.WriteString(":" + str(e, "name") + ":")
		case "date":
			b.WriteString(str(e, "fallback"))
		default:
			b.WriteString(str(e, "text"))
		}
	}
	return b.String()
}
