package embeddings

import "strings"

// Kind is what sort of feature a term is; each kind has its own weight in a
// query, since a shared character says less than a shared word.
type Kind int

// The kinds of terms.
const (
	Word    Kind = iota // a Latin word, stemmed, or a whole katakana word
	Bigram              // two neighbouring Japanese characters
	Unigram             // one kanji
	Concept             // a concept of a lexicon; its key starts with "c:"
)

// Term is one feature of a text.
type Term struct {
	Key  string
	Kind Kind
}

// Terms cuts folded text into its features, in text order, repeats included.
// Kanji give bigrams and single characters, katakana a whole word and its
// bigrams, Latin letters and digits a stemmed word. Hiragana gives a bigram
// only where it touches a kanji (求め, 預け): alone it is grammar.
func Terms(folded string) []Term {
	var terms []Term
	runes := []rune(folded)
	for start := 0; start < len(runes); {
		script := ScriptOf(runes[start])
		end := start + 1
		for end < len(runes) && ScriptOf(runes[end]) == script {
			end++
		}
		terms = appendRun(terms, runes, start, end, script)
		start = end
	}
	return terms
}

func appendRun(terms []Term, runes []rune, start, end int, script Script) []Term {
	run := runes[start:end]
	switch script {
	case Latin:
		return append(terms, Term{Stem(string(run)), Word})
	case KatakanaScript:
		if len(run) > 1 {
			terms = append(terms, Term{string(run), Word})
		}
		if len(run) > 2 { // a two-letter word is its own bigram
			terms = appendBigrams(terms, run)
		}
	case Kanji:
		for _, r := range run {
			terms = append(terms, Term{string(r), Unigram})
		}
		terms = appendBigrams(terms, run)
		if end < len(runes) && ScriptOf(runes[end]) == Hiragana && !particle(runes[end]) {
			terms = append(terms, Term{string(runes[end-1 : end+1]), Bigram})
		}
	}
	return terms
}

func appendBigrams(terms []Term, run []rune) []Term {
	for i := 0; i+1 < len(run); i++ {
		terms = append(terms, Term{string(run[i : i+2]), Bigram})
	}
	return terms
}

// particle tells the hiragana that far more often start a particle than an
// ending; a bigram with one says only that a noun stood before a particle.
func particle(r rune) bool { return strings.ContainsRune("をはがのにでとやもへか", r) }
