package answer

import (
	"context"
	"regexp"
	"strings"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// Extractive writes without a model: for each case one sentence that says what
// kind of company it was, why it acted where the row says so, and what it did,
// in the row's own words.
type Extractive struct{}

// Write implements Writer.
func (Extractive) Write(_ context.Context, q Question, passages []cases.Case, propose Propose) error {
	for i, c := range passages {
		text, quote := sentence(q, c)
		propose(Draft{Text: text, Source: i + 1, Quote: quote})
	}
	return nil
}

// longest is the most characters of a measure that fit into one sentence.
const longest = 140

func sentence(q Question, c cases.Case) (text, quote string) {
	p := phrases.For(q.Locale)
	best, byTitle := pick(q.Text, c)
	quote = strings.TrimRight(best, "。 ")
	if runes := []rune(quote); len(runes) > longest {
		quote = clip(runes)
	}
	if q.Locale == phrases.English {
		return p.ClaimQuoted(p.Company(c), quote), quote
	}
	did, ok := polite(quote)
	if !ok {
		return p.ClaimQuoted(p.Company(c), quote), quote
	}
	if why := reason(c.Title); why != "" && !reasoned(quote) {
		return p.ClaimBecause(p.Company(c), why, did), quote
	}
	if byTitle {
		return p.ClaimTitled(p.Company(c), c.Title, did), quote
	}
	return p.Claim(p.Company(c), did), quote
}

// pick returns the measure that shares most with the question, and whether the
// title shares more than it does.
func pick(question string, c cases.Case) (string, bool) {
	asked := map[string]bool{}
	for _, term := range embeddings.Terms(embeddings.Fold(question)) {
		if term.Kind != embeddings.Unigram {
			asked[term.Key] = true
		}
	}
	shared := func(cell string) int {
		n, seen := 0, map[string]bool{}
		for _, term := range embeddings.Terms(embeddings.Fold(cell)) {
			if asked[term.Key] && !seen[term.Key] {
				seen[term.Key] = true
				n++
			}
		}
		return n
	}
	best, most := c.Measures[0], shared(c.Measures[0])
	for _, m := range c.Measures[1:] {
		if n := shared(m); n > most {
			best, most = m, n
		}
	}
	return best, shared(c.Title) > most
}

// clip cuts a long measure at its last comma or full stop within reach.
func clip(runes []rune) string {
	for i := longest; i > longest/2; i-- {
		if strings.ContainsRune("、。,.；;", runes[i]) {
			return string(runes[:i])
		}
	}
	return string(runes[:longest])
}

// cause is how a title says what made the company start.
var cause = regexp.MustCompile(`^(.{2,40}?(?:をきっかけに|を機に|を契機に|の疑いから|を受けて|を踏まえて|を教訓に|ために|からこそ))(?:も)?(?:、|。|[^も、])`)

// reason returns the part of a title that says why, "" when it says none.
func reason(title string) string {
	if g := cause.FindStringSubmatch(title); g != nil {
		return g[1]
	}
	return ""
}

// reasoned says that a measure gives its own reason, so that the title's would
// be one too many.
func reasoned(measure string) bool {
	for _, mark := range []string{"きっかけ", "を機に", "契機", "ため", "踏まえ", "教訓", "受けて", "をうけて", "目的", "備え", "基づ"} {
		if strings.Contains(measure, mark) {
			return true
		}
	}
	return false
}
