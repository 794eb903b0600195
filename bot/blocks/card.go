package blocks

func (c *checker) card(o *object) {
	o.either("title", MaxCardTitle, false)
	o.either("subtitle", MaxCardTitle, false)
	o.either("body", MaxCardBody, false)
	o.either("subtext", MaxCardBody, false)
	for _, key := range []string{"hero_image", "icon"} {
		if e := o.child(key, false); e != nil {
			c.imageElement(e)
		}
	}
	if e := o.child("slack_icon", false); e != nil {
		e.str("type", 0, true)
		e.str("name", MaxID, true)
		e.rest()
	}
	o.each("actions", 0, 5, func(e *object) { c.element(e, inCard) })
	if o.m["title"] == nil && o.m["body"] == nil && o.m["hero_image"] == nil && o.m["actions"] == nil {
		o.fail("", "must define at least one of `title`, `body`, `hero_image` and `actions`")
	}
}

// nestedCard checks a card in a carousel. Each card is a block, so its action ids are its own.
func (c *checker) nestedCard(o *object) {
	if t, _ := o.m["type"].(string); t != "card" {
		o.fail("type", "must be card")
		return
	}
	c.actions = map[string]bool{}
	c.block(o)
}

func (c *checker) container(o *object) {
	o.plain("title", MaxCardTitle, false)
	if e := o.child("rich_text_title", false); e != nil {
		e.str("type", 0, true)
		e.blockID()
		c.richText(e)
		e.rest()
	}
	if o.m["title"] == nil && o.m["rich_text_title"] == nil {
		o.fail("", "must define `title` or `rich_text_title`")
	}
	o.either("subtitle", MaxCardTitle, false)
	if e := o.child("icon", false); e != nil {
		c.imageElement(e)
	}
	o.oneOf("width", "narrow", "standard", "wide", "full")
	o.flag("is_collapsible")
	o.flag("default_collapsed")
	o.flag("has_header_divider")
	if o.m["default_collapsed"] == true && o.m["is_collapsible"] != true {
		o.fail("default_collapsed", "requires is_collapsible")
	}
	if o.m["has_header_divider"] == true && o.m["is_collapsible"] == true {
		o.fail("has_header_divider", "only on containers that do not collapse")
	}
	if c.depth++; c.depth > maxDepth {
		o.fail("child_blocks", "nested too deep")
	} else {
		o.each("child_blocks", 1, MaxContainerBlocks, func(b *object) {
			c.actions = map[string]bool{}
			c.block(b)
		})
	}
	c.depth--
}

// taskCard has no documented length of its own; 256 for its title is what the agent documentation's examples fit in.
func (c *checker) taskCard(o *object) {
	o.str("task_id", MaxID, true)
	o.shown("title", 256, true)
	o.oneOf("status", "pending", "in_progress", "complete", "error")
	for _, key := range []string{"details", "output"} {
		if e := o.child(key, false); e != nil {
			e.str("type", 0, true)
			e.blockID()
			c.richText(e)
			e.rest()
		}
	}
	o.each("sources", 0, 50, func(s *object) {
		s.str("type", 0, true)
		s.url("url", true)
		s.shown("text", MaxSectionText, true)
		s.rest()
	})
	o.flag("hide_title")
}

func (c *checker) plan(o *object) {
	o.shown("title", 256, true)
	o.each("tasks", 0, 50, func(t *object) {
		if kind, _ := t.m["type"].(string); kind != "task_card" {
			t.fail("type", "must be task_card")
			return
		}
		c.block(t)
	})
}
