package retrieval

import (
	"maps"
	"slices"
	"strings"
)

// Without returns the lexicon without some of what it knows, so that one can
// measure what each part brings (docs/bench): a kind of meaning ("concept",
// "industry", "category", "size", "stars"), "slip" for the words that typing
// slips are corrected to, "reading" for the spellings of hiragana, "phrase" for
// the phrase model. What it does not know any more is plain text to it.
func (l *Lexicon) Without(parts ...string) *Lexicon {
	out := *l
	off := func(part string) bool { return slices.Contains(parts, part) }
	if off("slip") {
		out.slips = nil
	}
	if off("reading") {
		out.readings = nil
	}
	if off("phrase") {
		out.phrases = nil
	}
	out.forms = map[string][]Meaning{}
	for form, meanings := range l.forms {
		if kept := slices.DeleteFunc(slices.Clone(meanings), func(m Meaning) bool { return off(m.Kind) }); len(kept) > 0 {
			out.forms[form] = kept
		}
	}
	out.gaps = maps.Clone(l.gaps)
	for first, forms := range l.gaps {
		out.gaps[first] = slices.DeleteFunc(slices.Clone(forms), func(f gapForm) bool { return off(f.meaning.Kind) })
	}
	out.hash += " without " + strings.Join(parts, ", ") // stored features were made by the whole lexicon
	return &out
}
