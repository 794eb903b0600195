package retrieval

import (
	"strings"

	"github.com/jirei/jirei/embeddings"
)

// gapForm is a form in pieces, written 書類…捨て: the pieces in order, each at
// most gapLength characters after the one before, within one clause. People
// put particles and adverbs between an object and its verb; a list of all the
// ways to do so would never end.
type gapForm struct {
	rest    []string // as text.kana writes them
	meaning Meaning
}

// gapLength is how far apart two pieces may stand, in characters: a particle,
// an adverb and a polite prefix.
const gapLength = 8

func (l *Lexicon) addGap(pieces []string, m Meaning) {
	m.Form = strings.Join(pieces, "…")
	keys := make([]string, len(pieces))
	for i, p := range pieces {
		if keys[i] = embeddings.Katakana(matchable(strings.TrimSpace(p))); keys[i] == "" {
			return
		}
		l.addWords(keys[i], false)
	}
	l.gaps[keys[0]] = append(l.gaps[keys[0]], gapForm{keys[1:], m})
	reaches(l.longestGap, keys[0])
}

// matchGaps finds the forms in several pieces. A match covers from its first
// piece to its last; what stands between belongs to the phrase.
func (l *Lexicon) matchGaps(t text) []match {
	var out []match
	for from := range t.orig {
		longest := min(l.longestGap[t.first(from)], len(t.orig)-from)
		for length := 1; length <= longest; length++ {
			forms, ok := l.gaps[t.kana[t.at[from]:t.at[from+length]]]
			if !ok || !wholeLatin(t, from, from+length) {
				continue
			}
			for _, form := range forms {
				if to := follows(t, from+length, form.rest); to > 0 {
					out = append(out, match{from: from, to: to, meanings: []Meaning{form.meaning}, certain: 1})
				}
			}
		}
	}
	return out
}

// follows returns where the last piece ends, 0 when one is missing.
func follows(t text, at int, pieces []string) int {
	for _, piece := range pieces {
		end := 0
		for skip := 0; skip <= gapLength && at+skip < len(t.orig); skip++ {
			i := at + skip
			if strings.ContainsRune("、。!?.;", t.orig[i]) {
				break
			}
			n := len([]rune(piece))
			if strings.HasPrefix(t.kana[t.at[i]:], piece) && wholeLatin(t, i, i+n) {
				end = i + n
				break
			}
		}
		if end == 0 {
			return 0
		}
		at = end
	}
	return at
}

// wholeLatin says that a match does not begin or end inside a Latin word.
func wholeLatin(t text, from, to int) bool {
	latin := func(i int) bool {
		return i >= 0 && i < len(t.orig) && embeddings.ScriptOf(t.orig[i]) == embeddings.Latin
	}
	return !(latin(from) && latin(from-1)) && !(latin(to-1) && latin(to))
}
