package cases

import (
	"html"
	"regexp"
	"strings"
	"unicode"
)

// A cell becomes text in this order: formula, tags, entities, invisible
// characters. Entities come after tags so that &lt;b&gt; stays the text
// "<b>", and invisible characters last because an entity can spell one.

var (
	hyperlink = regexp.MustCompile(`(?is)^=\s*HYPERLINK\s*\(.*?"((?:[^"]|"")*)"\s*\)\s*$`)
	quotedFx  = regexp.MustCompile(`(?s)^="((?:[^"]|"")*)"$`)
)

// plainFormula gives the text that a spreadsheet would show for a link, and
// for ="007", its way to keep a number as text. Other formulas stay as they
// are written: nothing here evaluates, and nothing downstream does.
func plainFormula(cell string) (text string, changed bool) {
	s := strings.TrimSpace(cell)
	for _, form := range []*regexp.Regexp{hyperlink, quotedFx} {
		if m := form.FindStringSubmatch(s); m != nil {
			return strings.ReplaceAll(m[1], `""`, `"`), true
		}
	}
	return cell, false
}

// blockTags end a line; of the other known tags nothing remains.
var blockTags = tagSet("address article aside blockquote br caption center dd div dl dt fieldset figure figcaption footer form h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul")

// inlineTags are listed, not every <word>, because people bracket words like
// that: <UTM> in a measure is a word, and dropping it would change the case.
var inlineTags = tagSet("a abbr acronym applet area audio b base bdi bdo big body button canvas cite code col colgroup data datalist del details dfn dialog em embed font frame frameset head html i iframe img input ins kbd label legend link map mark marquee math meta meter nobr noscript object optgroup option output param picture progress q rb rp rt ruby s samp search select slot small source span strike strong style script sub sup svg template textarea time title track tt u var video wbr")

func tagSet(names string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		set[name] = true
	}
	return set
}

// stripTags leaves the text of HTML: block tags become line breaks, script
// and style go with what they hold, comments go.
func stripTags(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		name, size := tagAt(s)
		switch {
		case size == 0:
			b.WriteByte('<')
			s = s[1:]
			continue
		case name == "script" || name == "style":
			s = skipElement(s[size:], name)
			continue
		case blockTags[name]:
			b.WriteByte('\n')
		}
		s = s[size:]
	}
}

// tagAt measures the tag or comment that s begins with; size 0 when it is text.
// A closing script or style is named "/script", so that nothing is skipped after it.
func tagAt(s string) (name string, size int) {
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s[4:], "-->"); end >= 0 {
			return "!", 4 + end + 3
		}
		return "!", len(s)
	}
	i := 1
	if i < len(s) && s[i] == '/' {
		i++
	}
	start := i
	for i < len(s) && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || i > start && s[i] >= '0' && s[i] <= '9') {
		i++
	}
	name = strings.ToLower(s[start:i])
	if !blockTags[name] && !inlineTags[name] || i == len(s) || !strings.ContainsRune(" \t\n\r/>", rune(s[i])) {
		return "", 0
	}
	var quote byte
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		// A tag that was never closed ends here. It also keeps the work
		// linear: else each of a mebibyte of "<b <b <b" would scan to the end.
		case c == '<':
			return "", 0
		case c == '>':
			if start == 2 && !blockTags[name] {
				name = "/" + name
			}
			return name, i + 1
		}
	}
	return "", 0
}

func skipElement(s, name string) string {
	end := asciiIndexFold(s, "</"+name)
	if end < 0 {
		return ""
	}
	s = s[end:]
	if end = strings.IndexByte(s, '>'); end < 0 {
		return ""
	}
	return s[end+1:]
}

// asciiIndexFold is strings.Index without regard to ASCII case. Lower-casing
// all of s first would move offsets: some letters change length.
func asciiIndexFold(s, lower string) int {
	for i := 0; i+len(lower) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(lower)], lower) {
			return i
		}
	}
	return -1
}

// Only entities with their semicolon: html.UnescapeString alone also reads
// "R&notes" as "R¬es".
var entity = regexp.MustCompile(`&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);`)

func unescape(s string) string {
	return entity.ReplaceAllStringFunc(s, html.UnescapeString)
}

// stripInvisible drops what is not seen and can change what is seen or found:
// controls, zero-width and bidi characters, tags, variation selectors (also
// those of kanji variants: the plain kanji is what people type). It says how
// many it dropped. Every kind of line break becomes \n.
func stripInvisible(s string) (string, int) {
	n := 0
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
			return '\n'
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			n++
			return -1
		}
		return r
	}, s)
	return s, n
}

// collapse trims and turns each run of white space into one space. A single
// ideographic space is how Japanese prints a space, so it stays.
func collapse(s string) string {
	var b strings.Builder
	run := ""
	for _, r := range strings.TrimSpace(s) {
		if unicode.IsSpace(r) {
			run += string(r)
			continue
		}
		switch run {
		case "":
		case "\u3000":
			b.WriteString(run)
		default:
			b.WriteByte(' ')
		}
		run = ""
		b.WriteRune(r)
	}
	return b.String()
}
