package answer

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parser makes drafts of a model's answer while it comes in. It reads two
// forms: JSON objects with source, quote and text, and lines of the form
// `1 | quote | sentence`. Which one it is shows at the first character, so that
// a server that takes a JSON schema and then ignores it is understood all the
// same. Whatever else stands there (fences, headings, a chain of thought, tool
// calls) makes no draft. A draft is no more than a proposal: Verify decides.
type parser struct {
	form  form
	buf   []byte
	total int
	// The place in buf up to which JSON has been scanned, and what it is inside of.
	at              int
	open            []int
	inText, escaped bool
	// found counts the drafts, broken those that had no such form.
	found, broken int
}

type form int

const (
	unknown form = iota
	objects
	rows
)

const (
	// answerMost bounds an answer's text: four claims have some 2 kB.
	answerMost = 16 << 10
	// draftsMost bounds what is tried. A model that lies twelve times goes on lying.
	draftsMost = 12
)

// feed takes the next piece and returns the drafts that it completed.
func (p *parser) feed(piece string) []Draft {
	p.total += len(piece)
	p.buf = append(p.buf, piece...)
	if p.form == unknown && !p.begin(false) {
		return nil
	}
	return p.read()
}

// end returns the last drafts of an answer that came to its end. One that was
// cut off has no end: what is incomplete then stays unread.
func (p *parser) end() []Draft {
	if p.form == unknown && !p.begin(true) {
		return nil
	}
	if p.form == rows {
		p.buf = append(p.buf, '\n')
	}
	return p.read()
}

// full says that no more should be read.
func (p *parser) full() bool { return p.found+p.broken >= draftsMost }

// begin finds where the answer begins and which form it has; false while that
// cannot be told.
func (p *parser) begin(last bool) bool {
	text := strings.TrimLeft(string(p.buf), " \t\r\n\ufeff")
	for _, t := range [][2]string{{"<think>", "</think>"}, {"```", "\n"}} {
		if !last && len(text) < len(t[0]) && strings.HasPrefix(t[0], text) {
			return false
		}
		if rest, ok := strings.CutPrefix(text, t[0]); ok {
			_, after, closed := strings.Cut(rest, t[1])
			if !closed {
				return false
			}
			text = strings.TrimLeft(after, " \t\r\n")
		}
	}
	if text == "" || !last && len(text) < 3 && strings.Trim(text, "`") == "" {
		return false
	}
	p.buf, p.form = []byte(text), rows
	if text[0] == '{' || text[0] == '[' {
		p.form = objects
	}
	return true
}

func (p *parser) read() []Draft {
	if p.form == objects {
		return p.readObjects()
	}
	var out []Draft
	for {
		line, rest, ok := bytes.Cut(p.buf, []byte("\n"))
		if !ok || p.full() {
			return out
		}
		p.buf = rest
		if d, ok := p.row(string(line)); ok {
			out = append(out, d)
		}
	}
}

// rowForm is a line of the line protocol; small models put a dash before it.
var rowForm = regexp.MustCompile(`^[-*・\s]*[\[(（#]?\s*(\d{1,4})\s*[\])）.．]?\s*[|｜]([^|｜]*)[|｜](.*)$`)

func (p *parser) row(line string) (Draft, bool) {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "```") {
		return Draft{}, false
	}
	g := rowForm.FindStringSubmatch(line)
	if g == nil {
		p.broken++
		return Draft{Text: line}, true // Verify drops it, and it is seen
	}
	n, err := strconv.Atoi(g[1])
	if err != nil {
		n = 0
	}
	p.found++
	return Draft{Source: n, Quote: strings.TrimSpace(g[2]), Text: strings.TrimSpace(strings.TrimRight(g[3], "|｜ "))}, true
}

// readObjects scans on and reads each object that closes.
func (p *parser) readObjects() []Draft {
	var out []Draft
	for ; p.at < len(p.buf) && !p.full(); p.at++ {
		c := p.buf[p.at]
		switch {
		case p.escaped:
			p.escaped = false
		case p.inText:
			p.escaped, p.inText = c == '\\', c != '"'
		case c == '"':
			p.inText = len(p.open) > 0
		case c == '{':
			p.open = append(p.open, p.at)
		case c == '}' && len(p.open) > 0:
			from := p.open[len(p.open)-1]
			p.open = p.open[:len(p.open)-1]
			if d, ok := p.object(p.buf[from : p.at+1]); ok {
				out = append(out, d)
			}
		}
	}
	return out
}

// number is a source that a model may write as 1 or as "1".
type number int

// UnmarshalJSON reads either; what is neither is passage nought, which nobody was given.
func (n *number) UnmarshalJSON(raw []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(raw), `"`))
	if err != nil || v < 0 || v > 1<<20 {
		v = 0
	}
	*n = number(v)
	return nil
}

func (p *parser) object(raw []byte) (Draft, bool) {
	var o struct {
		Source *number `json:"source"`
		Quote  *string `json:"quote"`
		Text   *string `json:"text"`
		// Claims is what the schema puts around them.
		Claims json.RawMessage `json:"claims"`
	}
	err := json.Unmarshal(raw, &o)
	some := o.Source != nil || o.Quote != nil || o.Text != nil
	switch {
	case err == nil && o.Source != nil && o.Quote != nil && o.Text != nil:
		p.found++
		return Draft{Source: int(*o.Source), Quote: *o.Quote, Text: *o.Text}, true
	case err == nil && o.Claims != nil, len(p.open) == 0 && p.found+p.broken > 0:
		return Draft{}, false // the object around the claims
	case len(p.open) > 0 && err == nil && !some:
		return Draft{}, false // a part of something else, which is judged as a whole
	}
	p.broken++
	return Draft{Text: short(string(raw), 200)}, true
}

// short cuts a text for showing to at most so many bytes, between characters.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}
