package retrieval

import (
	"math"
	"unicode/utf8"

	"github.com/jirei/jirei/embeddings"
)

// text is a question or a row's cell, ready for matching: orig as folded with
// Latin words stemmed, kana the same with hiragana as katakana, rune for rune.
type text struct {
	orig []rune
	kana string
	// at[i] is the byte offset in kana of rune i; at[len(orig)] its length.
	at []int
}

func newText(s string) text { return textOf(matchable(s)) }

// textOf is newText for what is matchable already: stemming twice is another word.
func textOf(m string) text {
	t := text{orig: []rune(m), kana: embeddings.Katakana(m)}
	for i := range t.kana {
		t.at = append(t.at, i)
	}
	t.at = append(t.at, len(t.kana))
	return t
}

func (t text) slice(from, to int) string { return string(t.orig[from:to]) }

// first returns the character at a rune, as forms are looked up by.
func (t text) first(at int) rune {
	r, _ := utf8.DecodeRuneInString(t.kana[t.at[at]:])
	return r
}

// reaches enters the length of a form for its first character.
func reaches(longest map[rune]int, form string) {
	first, _ := utf8.DecodeRuneInString(form)
	longest[first] = max(longest[first], utf8.RuneCountInString(form))
}

// match is a form found in a text.
type match struct {
	from, to int // in runes
	meanings []Meaning
	// certain is 1 for a form that stands free, less for one inside a longer
	// word whose rest nothing explains.
	certain float64
}

// inCompound is how much a form counts inside a longer word that nothing else
// covers: 退職 in 退職金 is not about leaving the company. Lower loses 監視カメラ
// by 監視, higher lets 会議室 through as 会議.
const inCompound = 0.35

// match covers the text with forms so that the most is covered by the longest:
// the best path, not the greedy one, since 情報漏えい対策 must not become
// 情報 + 漏えい対策 only because 情報漏 came first.
func (l *Lexicon) match(t text) []match {
	n := len(t.orig)
	best := make([]float64, n+1)
	from := make([]match, n+1)
	for i := 0; i < n; i++ {
		if best[i] >= best[i+1] { // leave rune i uncovered
			best[i+1], from[i+1] = best[i], match{from: i, to: i + 1}
		}
		longest := min(l.longest[t.first(i)], n-i)
		for length := 1; length <= longest; length++ {
			meanings := l.allowed(t, i, i+length)
			if meanings == nil {
				continue
			}
			// The exponent makes one form of six worth more than two of three.
			if s := best[i] + math.Pow(float64(length), 1.5); s > best[i+length] {
				best[i+length], from[i+length] = s, match{from: i, to: i + length, meanings: meanings}
			}
		}
	}
	var out []match
	for i := n; i > 0; i = from[i].from {
		if from[i].meanings != nil {
			out = append(out, from[i])
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	rate(t, out)
	return out
}

// allowed returns what the text between two runes can mean, nil when no form
// stands there or it is only a part of a Latin word or number.
func (l *Lexicon) allowed(t text, from, to int) []Meaning {
	meanings, ok := l.forms[t.kana[t.at[from]:t.at[to]]]
	if !ok {
		return nil
	}
	if !wholeLatin(t, from, to) {
		return nil
	}
	orig := t.slice(from, to)
	if to-from >= 4 {
		return meanings
	}
	// Short kana in the other script are chance: では is not デハ.
	var native []Meaning
	for _, m := range meanings {
		if m.native == orig {
			native = append(native, m)
		}
	}
	return native
}

// rate sets how certain each match is, from what stands beside it.
func rate(t text, found []match) {
	covered := make([]bool, len(t.orig)+1)
	for _, m := range found {
		for i := m.from; i < m.to; i++ {
			covered[i] = true
		}
	}
	glued := func(inner, outer int) bool {
		if outer < 0 || outer >= len(t.orig) || covered[outer] {
			return false
		}
		s := embeddings.ScriptOf(t.orig[inner])
		return (s == embeddings.Kanji || s == embeddings.KatakanaScript) && embeddings.ScriptOf(t.orig[outer]) == s
	}
	for i := range found {
		m := &found[i]
		m.certain = 1
		if glued(m.from, m.from-1) || glued(m.to-1, m.to) {
			m.certain = inCompound
		}
	}
}
