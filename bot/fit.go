package bot

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/blocks"
)

// fit returns a message that Slack takes: as it is, or without its menus, which
// only repeat what can be read, or the first of the shorter renderings that
// fits, or at last its text alone. Everything that is said goes through here.
func fit(m message, shorter ...func() []slack.Block) message {
	if takes(m) {
		return m
	}
	m.blocks = slices.DeleteFunc(m.blocks, func(b slack.Block) bool { return strings.HasPrefix(b.ID(), "menu-") })
	for _, render := range shorter {
		if takes(m) {
			return m
		}
		m.blocks = render()
	}
	if !takes(m) {
		m.blocks = nil
	}
	return m
}

// takes says that Slack takes a message, posted and changed.
func takes(m message) bool {
	if len(m.blocks) == 0 {
		return true
	}
	raw, err := json.Marshal(m.blocks)
	if err != nil {
		panic("blocks did not marshal: " + err.Error())
	}
	return blocks.CheckUpdate(raw, m.text) == nil
}

// fitView returns a view that Slack takes: the first of these that fits.
func fitView(views ...func() slack.ModalViewRequest) slack.ModalViewRequest {
	var v slack.ModalViewRequest
	for _, render := range views {
		v = render()
		raw, err := json.Marshal(v)
		if err != nil {
			panic("a view did not marshal: " + err.Error())
		}
		if blocks.CheckView(raw) == nil {
			return v
		}
	}
	return v // the last one is short by construction
}
