package answer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// check holds a sentence against the row that its quote stands in. Each test
// can only drop: a true sentence that fails one costs some quality, a false one
// that passes costs what jirei is for. cell is where the quote was found.
func (p Proof) check(text, quote, cell string, c cases.Case) error {
	facets := append([]string{c.Industry, c.Employees}, c.Categories...)
	// What kind of company it was is said in the frame's words, in either language.
	kind := norm.NFKC.String(phrases.For(p.Locale).Company(c))
	row := norm.NFKC.String(strings.Join(slices.Concat([]string{c.Title}, c.Measures, facets, []string{kind}), "\n"))
	text = norm.NFKC.String(text)
	english := p.Locale == phrases.English
	switch {
	case strings.ContainsRune(text, '\ufffd'):
		return ErrBroken
	case markup.MatchString(text):
		return ErrMarkup
	case leaks(text):
		return ErrLeak
	case order.MatchString(text):
		return ErrOrder
	case !inLanguage(text, english, facets):
		return ErrLanguage
	case !numbersStand(text, row, english):
		return ErrNumber
	case !p.namesStand(text, row, english):
		return ErrName
	case !negationStands(strings.ReplaceAll(text, kind, ""), quote, cell+"\n"+c.Title, english):
		return ErrNegation
	case !english && !supported(text, row):
		return ErrSupport
	}
	return nil
}

var (
	// escapes are a terminal's control sequences; emphasis is markdown that says
	// nothing without its rendering.
	escapes  = regexp.MustCompile("\x1b\\[[0-9;?]*[\\x20-\\x2f]*[\\x40-\\x7e]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x1b.")
	emphasis = regexp.MustCompile("\\*+|`+|~~|^[\\s>#]+|^[-・•]\\s+")
	// markup is what could become a link, a mention or a picture anywhere: in
	// Slack, on a terminal, in a notification. No sentence about a case needs it.
	markup = regexp.MustCompile(`(?i)[<>]|&lt;|&gt;|https?:|www\.|\w://|mailto:|!?\]\(|!\[|[@＠]\s*(?:channel|here|everyone)|[\w.-]+@[\w-]+\.\w|\b[\w-]{2,}\.(?:com|net|org|info|biz|io|dev|ai|app|co|jp|example|test|xyz|me|us|uk|cn|ru)\b|:[a-z0-9_+-]{2,}:`)
	// order is a sentence that tells the reader to do something. A claim reports
	// what a company did; instructions that stand in a case would come through here.
	order = regexp.MustCompile(`(?i)ください|下さい|(?:なさい|せよ|しろ|ましょう|願います)[。.!！\s]*$|\bplease\b|\byour?\b|(?:^|[.!?:]\s*)(?:click|visit|call|contact|send|ignore|disregard|go to|download|open|run|install|tell|write|say)\b`)
)

// clean takes out of a writer's text what nobody should see: control, bidi and
// invisible characters, a terminal's sequences, markdown's marks, line breaks.
func clean(s string) string {
	s = escapes.ReplaceAllString(strings.ToValidUTF8(s, "\ufffd"), "")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
	s = emphasis.ReplaceAllString(strings.TrimSpace(s), "")
	return strings.Join(strings.Fields(s), " ")
}

// unquoted is a text without what stands in Japanese quotation marks, which nest.
func unquoted(s string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == '「' || r == '『':
			depth++
		case (r == '」' || r == '』') && depth > 0:
			depth--
			return '、'
		}
		if depth > 0 {
			return -1
		}
		return r
	}, s)
}

// inLanguage says whether a sentence is in the language asked for. What it
// quotes and the facets as printed are the book's, and do not count.
func inLanguage(text string, english bool, facets []string) bool {
	text = unquoted(text)
	for _, f := range facets {
		if f != "" {
			text = strings.ReplaceAll(text, norm.NFKC.String(f), "")
		}
	}
	var kana, japanese, latin, other int
	for _, r := range text {
		switch embeddings.ScriptOf(r) {
		case embeddings.Hiragana:
			kana++
			japanese++
		case embeddings.Kanji, embeddings.KatakanaScript:
			japanese++
		case embeddings.Latin:
			latin++
		default:
			if unicode.IsLetter(r) {
				other++
			}
		}
	}
	if english {
		return latin >= 5 && latin > 4*(japanese+other)
	}
	// Names in Latin letters are common in this field; whole sentences are not.
	return kana >= 2 && japanese >= latin && other == 0
}

// frameWords are what one says about any case without saying anything about it.
var frameWords = []string{
	"会社", "企業", "事例", "当社", "同社", "自社", "社内", "従業員", "業種", "規模", "記載", "実施", "取組", "対策", "情報", "内容", "方法", "場合", "目的", "理由", "以下", "以上", "程度",
	"導入", "利用", "使用", "活用", "行っ", "安全",
}

// supported says whether most of what a Japanese sentence names in kanji stands
// on the page. It is what is left against a true quote behind an invented
// sentence whose words are neither katakana nor numbers (指紋認証を導入).
func supported(text, row string) bool {
	var pairs, there int
	run := []rune{}
	flush := func() {
		for i := 0; i+1 < len(run); i++ {
			pair := string(run[i : i+2])
			if slices.Contains(frameWords, pair) {
				continue
			}
			pairs++
			if strings.Contains(row, pair) {
				there++
			}
		}
		run = run[:0]
	}
	for _, r := range unquoted(text) {
		if unicode.Is(unicode.Han, r) || r == '々' {
			run = append(run, r)
			continue
		}
		flush()
	}
	flush()
	return pairs-there < 2 || 3*there >= 2*pairs
}
