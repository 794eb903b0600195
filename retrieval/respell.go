package retrieval

import (
	"strings"

	"github.com/jirei/jirei/embeddings"
)

// Typing slips: ランサムウエヤ, パスワド, pasword. Words in katakana and in Latin letters
// are compared with the lexicon's by edit distance; kanji words are not, since
// one kanji away is another word. The first letter must be right: slips there
// are rare (Yannakoudakis and Fawthrop 1983), and it keeps the comparison to a
// few dozen words.
const (
	shortestKana  = 4 // in letters; one letter in three is another word
	shortestLatin = 7 // short English words are one letter away from one another: staff, stuff
	longSlip      = 8 // from here on two letters may be wrong
)

// slipKey groups the words a slip is looked for among.
type slipKey struct {
	first  rune
	length int
}

// addWords enters the words of one script in a form: those are spelled right.
// A form that is one word is also what slips are corrected to.
func (l *Lexicon) addWords(text string, target bool) {
	runes := []rune(text)
	eachWord(runes, func(word []rune) {
		whole := target && len(word) == len(runes)
		if known, ok := l.spelled[string(word)]; ok && (known || !whole) {
			return
		}
		l.spelled[string(word)] = whole
		if whole {
			key := slipKey{word[0], len(word)}
			l.slips[key] = append(l.slips[key], word)
		}
	})
}

// eachWord calls use for every word in katakana or Latin letters that is long
// enough to hold a slip.
func eachWord(runes []rune, use func(word []rune)) {
	for i := 0; i < len(runes); {
		script := embeddings.ScriptOf(runes[i])
		j := i + 1
		for j < len(runes) && embeddings.ScriptOf(runes[j]) == script {
			j++
		}
		if (script == embeddings.KatakanaScript && j-i >= shortestKana) || (script == embeddings.Latin && j-i >= shortestLatin) {
			use(runes[i:j])
		}
		i = j
	}
}

// respell corrects the words of a question that neither the lexicon nor the
// book has, where one of the lexicon's is near. What stands as it is known is
// never touched. The question is as matchable writes it.
func (l *Lexicon) respell(question string, book *Generation) string {
	runes := []rune(question)
	var b strings.Builder
	at := 0
	eachWord(runes, func(word []rune) {
		right := l.corrected(word, book)
		if string(right) == string(word) {
			return
		}
		from := at
		for string(runes[from:from+len(word)]) != string(word) {
			from++
		}
		b.WriteString(string(runes[at:from]))
		b.WriteString(string(right))
		at = from + len(word)
	})
	b.WriteString(string(runes[at:]))
	return b.String()
}

func (l *Lexicon) corrected(word []rune, book *Generation) []rune {
	if _, known := l.spelled[string(word)]; known || l.covers(word) || book.DF[embeddings.Dimension(string(word))] > 0 {
		return word
	}
	allowed := 1
	if len(word) >= longSlip {
		allowed = 2
	}
	best, at := allowed+1, word
	for length := len(word) - allowed; length <= len(word)+allowed; length++ {
		for _, form := range l.slips[slipKey{word[0], length}] {
			if d := distance(word, form, allowed); d < best {
				best, at = d, form
			}
		}
	}
	return at
}

// covers says that a word is a form, or is made of forms from end to end.
func (l *Lexicon) covers(word []rune) bool {
	reached := make([]bool, len(word)+1)
	reached[0] = true
	for i := range word {
		for j := i + 2; reached[i] && j <= len(word); j++ {
			if _, ok := l.forms[string(word[i:j])]; ok {
				reached[j] = true
			}
		}
	}
	return reached[len(word)]
}

// distance is the number of letters to add, drop, change or swap with a
// neighbour between two words (Damerau 1964, optimal string alignment), or
// more than most where it is more than that.
func distance(a, b []rune, most int) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		next[0] = i + 1
		least := next[0]
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
			least = min(least, next[j+1])
		}
		if least > most {
			return most + 1
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
