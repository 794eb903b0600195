package embeddings

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns text in the one spelling that everything is compared in:
// NFKC, lower case, white space as single spaces, no invisible characters,
// small vowels and ヴ in their plain spelling (ウィルス = ウイルス, ヴァ = バ),
// no long mark at the end of a katakana word (サーバー = サーバ, as JIS Z 8301
// writes it). It never joins or splits words, and Fold(Fold(s)) == Fold(s).
func Fold(text string) string {
	if strings.IndexFunc(text, altered) < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	runes := []rune(norm.NFKC.String(strings.ToValidUTF8(text, " ")))
	space := true // swallows leading white space
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case invisible(r):
			continue
		case r == 'ー' && longMarkEnds(runes, i):
			continue
		}
		space = false
		if r == 'ヴ' {
			i += foldVu(&b, runes, i)
			continue
		}
		b.WriteRune(foldRune(r))
	}
	// Lower-casing and dropping invisible runes can put combining marks side by
	// side; a second NFKC keeps Fold idempotent (found by fuzzing).
	return norm.NFKC.String(strings.TrimRight(b.String(), " "))
}

// altered tells the characters that Fold may change, or the ones beside them.
// Most words of a lexicon have none, and to see that is far less work than to
// fold them.
func altered(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= '一' && r <= '鿿', r >= 'ぁ' && r <= 'ゖ':
		return false
	case r >= 'ア' && r <= 'ン':
		return foldRune(r) != r
	}
	return true
}

// invisible tells the characters that change nothing a reader sees: controls,
// format characters (zero width, bidi overrides, tags) and variation selectors.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Variation_Selector, r)
}

// longMarkEnds says whether the ー at i ends a katakana word of three letters
// or more: shorter ones (キー, エラー is four) lose their shape without it.
func longMarkEnds(runes []rune, i int) bool {
	if i+1 < len(runes) && katakana(runes[i+1]) {
		return false
	}
	n := 0
	for j := i - 1; j >= 0 && katakana(runes[j]); j-- {
		n++
	}
	return n >= 2
}

// foldVu writes ヴ with its vowel as バ行 and returns how many further runes it used.
func foldVu(b *strings.Builder, runes []rune, i int) int {
	if i+1 < len(runes) {
		if to, ok := map[rune]rune{'ァ': 'バ', 'ィ': 'ビ', 'ェ': 'ベ', 'ォ': 'ボ'}[runes[i+1]]; ok {
			b.WriteRune(to)
			return 1
		}
	}
	b.WriteRune('ブ')
	return 0
}

func foldRune(r rune) rune {
	switch r {
	case 'ァ':
		return 'ア'
	case 'ィ':
		return 'イ'
	case 'ゥ':
		return 'ウ'
	case 'ェ':
		return 'エ'
	case 'ォ':
		return 'オ'
	case 'ヂ':
		return 'ジ'
	case 'ヅ':
		return 'ズ'
	case '〜', '~', '∼':
		return '~'
	case '‐', '‑', '–', '—', '―', '−':
		return '-'
	}
	return unicode.ToLower(r)
}

// Katakana returns folded text with hiragana as katakana, so that ぱすわーど
// can be looked up as パスワード. One rune in, one rune out: offsets stay.
func Katakana(folded string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return foldRune(r + 'ァ' - 'ぁ')
		}
		return r
	}, folded)
}

func katakana(r rune) bool { return r >= 'ァ' && r <= 'ヺ' || r == 'ー' }

// Script is the class of a rune that decides where Japanese words end.
type Script int

// The scripts, as word boundaries need them.
const (
	Other Script = iota
	Latin        // letters with spaces between words, and digits
	Kanji
	KatakanaScript
	Hiragana
)

// ScriptOf returns the class of a folded rune. The iteration mark 々 counts as
// a kanji, ー as katakana.
func ScriptOf(r rune) Script {
	switch {
	case katakana(r):
		return KatakanaScript
	case r >= 'ぁ' && r <= 'ゖ':
		return Hiragana
	case r == '々' || r == '〆' || unicode.Is(unicode.Han, r):
		return Kanji
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return Latin
	}
	return Other
}
