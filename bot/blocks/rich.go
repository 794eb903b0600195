package blocks

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// inline are the elements of a rich_text section that an app may send, with the properties each must have.
// slack-go sends every optional property that is set, so only the required ones are checked beyond the type.
func inline(t string) (required []string, known bool) {
	switch t {
	case "text", "tag":
		return []string{"text"}, true
	case "link", "attachment_mention":
		return []string{"url"}, true
	case "user":
		return []string{"user_id"}, true
	case "usergroup":
		return []string{"usergroup_id"}, true
	case "channel":
		return []string{"channel_id"}, true
	case "emoji":
		return []string{"name"}, true
	case "broadcast":
		return []string{"range"}, true
	case "color":
		return []string{"value"}, true
	case "citation":
		return []string{"url", "text"}, true
	case "date", "team", "message_mention", "work_object_mention", "file", "canvas":
		return nil, true
	}
	return nil, false
}

func (c *checker) richText(o *object) { o.each("elements", 1, 200, c.richElement) }

func (c *checker) richElement(o *object) {
	switch t := o.str("type", 0, true); t {
	case "rich_text_section":
		o.each("elements", 0, 1_000, c.inlineElement)
	case "rich_text_preformatted", "rich_text_quote":
		o.integer("border", 0, 1)
		o.str("language", MaxID, false)
		o.each("elements", 0, 1_000, c.inlineElement)
	case "rich_text_list":
		o.oneOf("style", "bullet", "ordered")
		o.integer("indent", 0, 8)
		o.integer("border", 0, 1)
		o.integer("offset", 0, 1_000_000)
		o.each("elements", 1, 500, func(e *object) {
			if k, _ := e.m["type"].(string); k != "rich_text_section" {
				e.fail("type", "must be rich_text_section")
				return
			}
			c.richElement(e)
		})
	default:
		o.fail("type", "unsupported type: "+t)
		return
	}
	o.rest()
}

func (c *checker) inlineElement(o *object) {
	t := o.str("type", 0, true)
	required, known := inline(t)
	if !known {
		o.fail("type", "unsupported type: "+t)
		return
	}
	for _, key := range required {
		s, ok := o.m[key].(string)
		switch {
		case !ok:
			o.fail(key, "missing required field: "+key)
		case s == "":
			o.fail(key, "must be more than 0 characters")
		}
	}
	if t == "link" || t == "citation" {
		o.url("url", false)
	}
	if t == "broadcast" {
		o.oneOf("range", "here", "channel", "everyone")
	}
	if s, ok := o.m["text"].(string); ok {
		c.whole += utf8.RuneCountInString(s)
	}
	c.whole += wholeOverhead
}

func (c *checker) tableBlock(o *object) {
	o.each("column_settings", 0, MaxTableColumns, func(s *object) {
		s.oneOf("align", "left", "center", "right", "")
		s.flag("is_wrapped")
		s.rest()
	})
	c.rows(o, []string{"raw_text", "raw_number", "rich_text"})
}

func (c *checker) dataTable(o *object) {
	o.shown("caption", MaxHeaderText, true)
	o.integer("page_size", 1, 100)
	o.integer("row_header_column_index", 0, MaxTableColumns-1)
	c.rows(o, []string{"raw_text", "raw_number", "rich_text", "action_cell"})
}

func (c *checker) rows(o *object, cells []string) {
	rows, ok := o.get("rows").([]any)
	if !ok || len(rows) == 0 {
		o.fail("rows", "no fewer than 1 items allowed")
		return
	}
	if len(rows) > MaxTableRows {
		o.fail("rows", fmt.Sprintf("no more than %d items allowed", MaxTableRows))
	}
	for i, r := range rows {
		row, ok := r.([]any)
		at := fmt.Sprintf("%s/rows/%d", o.at, i)
		if !ok || len(row) == 0 {
			c.fail(at, "no fewer than 1 items allowed")
			return
		}
		if len(row) > MaxTableColumns {
			c.fail(at, fmt.Sprintf("no more than %d items allowed", MaxTableColumns))
		}
		for j, v := range row {
			m, ok := v.(map[string]any)
			if !ok {
				c.fail(fmt.Sprintf("%s/%d", at, j), "must be an object")
				return
			}
			c.cell(&object{c: c, at: fmt.Sprintf("%s/%d", at, j), m: m}, cells)
		}
	}
	if c.table > MaxTableText {
		o.fail("rows", fmt.Sprintf("must be less than %d characters over all cells", MaxTableText+1))
	}
}

func (c *checker) cell(o *object, allowed []string) {
	before := c.whole
	t := o.str("type", 0, true)
	if !slices.Contains(allowed, t) {
		o.fail("type", "unsupported type: "+t)
		return
	}
	switch t {
	case "raw_text":
		// An empty cell is refused; senders write a space or a dash.
		o.shown("text", 0, true)
		c.table += c.whole - before
		o.rest()
	case "raw_number":
		o.shown("text", 0, false)
		o.allow("value")
		c.table += c.whole - before
		o.rest()
	case "rich_text":
		o.allow("block_id")
		c.richText(o)
		c.table += utf8.RuneCountInString(plainRich(o.m))
		o.rest()
	case "action_cell":
		if e := o.child("element", true); e != nil {
			c.actions = map[string]bool{}
			c.element(e, inCard)
		}
		o.allow("fallback")
		o.rest()
	}
}
