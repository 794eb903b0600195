package blocks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Limits that renderers budget with. The source of each is docs.slack.dev (reference/block-kit) unless it says otherwise.
const (
	MaxMessageBlocks = 50
	MaxViewBlocks    = 100
	// MaxWhole is the size of a whole message at which chat.postMessage answers msg_blocks_too_long. Slack documents
	// nothing; bolt-js issue 2509 measured 13,297 characters of text in markdown blocks, issue 2867 was refused at
	// 11,341 characters of text spread over many small elements. See wholeOverhead.
	MaxWhole = 13_200
	// MaxMarkdown is cumulative over the markdown blocks of one message, and the limit of one markdown_text argument.
	MaxMarkdown = 12_000
	// MaxUpdateText is chat.update's limit on text (msg_too_long); chat.postMessage cuts at 40,000 instead.
	MaxUpdateText      = 4_000
	MaxSectionText     = 3_000
	MaxFieldText       = 2_000
	MaxFields          = 10
	MaxHeaderText      = 150
	MaxContextElements = 10
	MaxActions         = 25
	MaxButtonText      = 75
	MaxButtonValue     = 2_000
	MaxID              = 255 // action_id, block_id, callback_id, external_id
	MaxURL             = 3_000
	MaxOptionText      = 75 // also an option's value and its description
	MaxOptions         = 100
	MaxCardTitle       = 150 // also a card's subtitle
	MaxCardBody        = 200
	MaxContainerBlocks = 10
	MaxTableRows       = 100
	MaxTableColumns    = 20
	MaxTableText       = 10_000 // over all cells of a message
	MaxModalTitle      = 24     // also its submit and close
	MaxPrivateMetadata = 3_000
	MaxViewBytes       = 250_000
	MaxInputText       = 3_000

	// wholeOverhead is added to MaxWhole's count for every JSON object, because Slack counts "text characters with a
	// buffer for block containers" (bolt-js 2509) and does not say how large. 32 is about the size of an object's
	// `{"type":"…"}`, and makes both measured cases come out right. Being stricter than Slack is the safe side.
	wholeOverhead = 32
)

// Error is a payload that Slack would refuse.
type Error struct {
	Name  string // Slack's error, like "invalid_blocks"
	Where string // JSON pointer into the argument, like "/blocks/0/text/text"
	Why   string // one clause, in the words of Slack's response_metadata.messages where they are known
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s at %s", e.Name, e.Why, e.Where)
}

// Message is the line that Slack puts into response_metadata.messages.
func (e *Error) Message() string {
	return fmt.Sprintf("[ERROR] %s [json-pointer:%s]", e.Why, e.Where)
}

// CheckMessage reports the first reason for which chat.postMessage, chat.postEphemeral or a response_url would refuse
// these blocks (a JSON array; nil or empty for none) with this text: a *Error, or nil. Neither blocks nor text is
// no_text.
func CheckMessage(blocks []byte, text string) error {
	c := &checker{name: "invalid_blocks", surface: message}
	n := c.array(blocks, "/blocks", MaxMessageBlocks)
	if c.err == nil && n == 0 && text == "" {
		return &Error{"no_text", "/text", "neither text nor blocks"}
	}
	if c.err == nil && n > 0 && c.whole > MaxWhole {
		return &Error{"msg_blocks_too_long", "/blocks", fmt.Sprintf("about %d characters in all, more than %d", c.whole, MaxWhole)}
	}
	return c.result()
}

// CheckUpdate is CheckMessage for chat.update, whose text may not be longer than MaxUpdateText.
func CheckUpdate(blocks []byte, text string) error {
	if utf8.RuneCountInString(text) > MaxUpdateText {
		return &Error{"msg_too_long", "/text", fmt.Sprintf("must be less than %d characters", MaxUpdateText+1)}
	}
	return CheckMessage(blocks, text)
}

// CheckMarkdown is the check of one markdown_text argument of chat.postMessage or of a stream.
func CheckMarkdown(text string) error {
	if utf8.RuneCountInString(text) > MaxMarkdown {
		return &Error{"msg_too_long", "/markdown_text", fmt.Sprintf("must be less than %d characters", MaxMarkdown+1)}
	}
	return nil
}

// CheckView is the check of a view (a JSON object) of type modal or home. Slack's name for most of what is wrong with a
// view is invalid_arguments, not invalid_blocks; a view of more than 250 KB is view_too_large.
func CheckView(view []byte) error {
	if len(view) > MaxViewBytes {
		return &Error{"view_too_large", "/view", fmt.Sprintf("%d bytes, more than %d", len(view), MaxViewBytes)}
	}
	c := &checker{name: "invalid_arguments", surface: modal}
	v, err := decode(view)
	if err != nil {
		c.fail("/view", "not valid JSON: "+err.Error())
		return c.result()
	}
	m, ok := v.(map[string]any)
	if !ok {
		c.fail("/view", "must be an object")
		return c.result()
	}
	c.view(&object{c: c, at: "/view", m: m})
	return c.result()
}

// surface is where blocks stand: some blocks exist on one surface only.
type surface string

const (
	message surface = "messages"
	modal   surface = "modals"
	home    surface = "the Home tab"
)

// checker walks one payload and keeps the first error.
type checker struct {
	name     string // the error's Slack name
	surface  surface
	err      *Error
	whole    int             // see MaxWhole
	markdown int             // characters in markdown blocks so far
	table    int             // characters in table cells so far
	blockIDs map[string]bool // unique in a message or view
	actions  map[string]bool // unique in the current top-level block
	depth    int
}

func (c *checker) fail(at, why string) {
	if c.err == nil {
		c.err = &Error{c.name, at, why}
	}
}

// result avoids the nil *Error that is not a nil error.
func (c *checker) result() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

// array checks a JSON array of blocks and returns its length.
func (c *checker) array(raw []byte, at string, most int) int {
	if len(bytes.TrimSpace(raw)) == 0 || string(bytes.TrimSpace(raw)) == "null" {
		return 0
	}
	v, err := decode(raw)
	list, ok := v.([]any)
	if err != nil || !ok {
		// Slack has a name of its own for an argument that is not an array of anything.
		if c.err == nil {
			c.err = &Error{"invalid_blocks_format", at, "must be a JSON array of blocks"}
		}
		return 0
	}
	c.list(list, at, most)
	return len(list)
}

func (c *checker) list(list []any, at string, most int) {
	if len(list) > most {
		c.fail(at, fmt.Sprintf("no more than %d items allowed", most))
	}
	for i, v := range list {
		m, ok := v.(map[string]any)
		here := fmt.Sprintf("%s/%d", at, i)
		if !ok {
			c.fail(here, "must be an object")
			return
		}
		if c.depth == 0 {
			c.actions = map[string]bool{}
		}
		c.block(&object{c: c, at: here, m: m})
	}
}

func (c *checker) view(o *object) {
	switch t := o.str("type", 0, true); t {
	case "modal":
	case "home":
		c.surface = home
	default:
		c.fail("/view/type", fmt.Sprintf("unsupported type: %s", t))
	}
	if c.surface == modal {
		o.plain("title", MaxModalTitle, true)
		o.plain("submit", MaxModalTitle, false)
		o.plain("close", MaxModalTitle, false)
		o.flag("clear_on_close")
		o.flag("notify_on_close")
		o.flag("submit_disabled")
	}
	o.str("private_metadata", MaxPrivateMetadata, false)
	o.str("callback_id", MaxID, false)
	o.str("external_id", MaxID, false)
	list, ok := o.get("blocks").([]any)
	if !ok {
		c.fail("/view/blocks", "must be a JSON array of blocks")
		return
	}
	c.list(list, "/view/blocks", MaxViewBlocks)
	if c.surface == modal && o.m["submit"] == nil && hasInput(list) {
		c.fail("/view", "must define `submit` to use an `input` block in modals")
	}
	o.rest()
}

func hasInput(list []any) bool {
	for _, v := range list {
		if m, ok := v.(map[string]any); ok && m["type"] == "input" {
			return true
		}
	}
	return false
}

// decode reads one JSON value with numbers as printed, and nothing after it.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	return v, nil
}
