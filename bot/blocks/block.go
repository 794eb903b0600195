package blocks

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// maxDepth bounds containers within containers; Slack nests blocks one level deep, so this only stops hostile input.
const maxDepth = 4

// block checks one block by its type.
func (c *checker) block(o *object) {
	t := o.str("type", 0, true)
	check, where := c.kind(t)
	if check == nil {
		o.fail("type", "unsupported type: "+t)
		return
	}
	if len(where) > 0 && !slices.Contains(where, c.surface) {
		o.fail("type", fmt.Sprintf("unsupported type: %s in %s", t, c.surface))
	}
	o.blockID()
	check(o)
	o.rest()
}

// kind gives a block type's check and the surfaces it is limited to (none: everywhere).
func (c *checker) kind(t string) (func(*object), []surface) {
	switch t {
	case "section":
		return c.section, nil
	case "divider":
		return func(*object) {}, nil
	case "header":
		return func(o *object) { o.plain("text", MaxHeaderText, true); o.integer("level", 1, 4) }, nil
	case "context":
		return c.context, nil
	case "actions":
		return func(o *object) { o.each("elements", 1, MaxActions, func(e *object) { c.element(e, inActions) }) }, nil
	case "input":
		return c.input, nil
	case "image":
		return c.image, nil
	case "rich_text":
		return c.richText, nil
	case "markdown":
		return c.markdownBlock, []surface{message}
	case "table":
		return c.tableBlock, []surface{message, home}
	case "data_table":
		return c.dataTable, []surface{message, home}
	case "card":
		return c.card, nil
	case "carousel":
		return func(o *object) { o.each("elements", 1, 10, c.nestedCard) }, nil
	case "container":
		return c.container, []surface{message, home}
	case "context_actions":
		return func(o *object) { o.each("elements", 1, 5, func(e *object) { c.element(e, inContextActions) }) }, []surface{message}
	case "task_card":
		return c.taskCard, []surface{message}
	case "plan":
		return c.plan, []surface{message}
	case "alert":
		return c.alert, []surface{modal}
	case "video":
		return c.video, nil
	}
	return nil, nil
}

func (c *checker) section(o *object) {
	o.either("text", MaxSectionText, false)
	o.each("fields", 0, MaxFields, func(f *object) { f.text(MaxFieldText, "plain_text", "mrkdwn") })
	if fields, ok := o.m["fields"].([]any); o.m["text"] == nil && (!ok || len(fields) == 0) {
		o.fail("", "must define either `text` or `fields`")
	}
	if e := o.child("accessory", false); e != nil {
		c.element(e, inSection)
	}
	o.flag("expand")
}

func (c *checker) context(o *object) {
	o.each("elements", 1, MaxContextElements, func(e *object) {
		if t, _ := e.m["type"].(string); t == "image" {
			c.imageElement(e)
			return
		}
		e.text(MaxSectionText, "plain_text", "mrkdwn")
	})
}

func (c *checker) input(o *object) {
	o.plain("label", 2_000, true)
	o.plain("hint", 2_000, false)
	o.flag("optional")
	o.flag("dispatch_action")
	if e := o.child("element", true); e != nil {
		c.element(e, inInput)
	}
}

func (c *checker) image(o *object) {
	o.shown("alt_text", 2_000, true)
	o.plain("title", 2_000, false)
	imageSource(o)
}

// imageSource checks that an image has exactly one of an address and a file.
func imageSource(o *object) {
	o.url("image_url", false)
	f := o.child("slack_file", false)
	if f != nil {
		f.str("id", MaxID, false)
		f.url("url", false)
		if (f.m["id"] == nil) == (f.m["url"] == nil) {
			f.fail("", "must define exactly one of `id` and `url`")
		}
		f.rest()
	}
	if (o.m["image_url"] == nil) == (f == nil) {
		o.fail("", "must define exactly one of `image_url` and `slack_file`")
	}
}

func (c *checker) markdownBlock(o *object) {
	s := o.shown("text", 0, true)
	c.markdown += utf8.RuneCountInString(s)
	if c.markdown > MaxMarkdown {
		o.fail("text", fmt.Sprintf("must be less than %d characters over all markdown blocks", MaxMarkdown+1))
	}
}

func (c *checker) alert(o *object) {
	o.either("text", MaxSectionText, true)
	o.oneOf("level", "default", "info", "warning", "error", "success")
}

func (c *checker) video(o *object) {
	o.url("video_url", true)
	o.url("thumbnail_url", true)
	o.shown("alt_text", 2_000, true)
	o.plain("title", 200, true)
	o.plain("description", 200, false)
	o.url("title_url", false)
	o.url("provider_icon_url", false)
	o.shown("author_name", 50, false)
	o.shown("provider_name", 50, false)
}
