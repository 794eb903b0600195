package retrieval

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/jirei/jirei/embeddings"
)

// unescape undoes what Slack does to three characters.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// Clean takes out of a question what Slack and keyboards put there and no
// reader means: mentions, links to channels, control and bidi characters; and
// undoes Slack's escaping of & < >.
func Clean(s string) string {
	var b strings.Builder
	s = strings.ToValidUTF8(s, " ")
	for i := 0; i < len(s); {
		if s[i] == '<' {
			if end := strings.IndexByte(s[i:], '>'); end > 1 && strings.ContainsAny(s[i+1:i+2], "@#!") {
				b.WriteByte(' ')
				i += end + 1
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	text := unescape.Replace(b.String())
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// Asks says whether a cleaned text holds a question at all: a letter, a digit
// or a star. Emoji, as signs or as :names:, ask nothing.
func Asks(text string) bool {
	for _, word := range strings.Fields(text) {
		if strings.HasPrefix(word, ":") && strings.HasSuffix(word, ":") && len(word) > 2 {
			continue
		}
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '★' {
				return true
			}
		}
	}
	return false
}

// Language returns "ja" or "en" for a text that is in that language, "" for one
// that could be either (a page number, a product's name).
func Language(s string) string {
	letters := 0
	for _, r := range norm.NFKC.String(Clean(s)) {
		switch embeddings.ScriptOf(r) {
		case embeddings.Kanji, embeddings.Hiragana, embeddings.KatakanaScript:
			return "ja"
		case embeddings.Latin:
			if unicode.IsLetter(r) {
				letters++
			}
		}
	}
	if letters > 4 && strings.Contains(strings.TrimSpace(Clean(s)), " ") {
		return "en"
	}
	return ""
}
