package answer

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// Draft is a sentence that a writer proposes.
type Draft struct {
	Text string
	// Source is the number of the passage it rests on, counted from 1.
	Source int
	// Quote is the part of that passage that proves it.
	Quote string
}

// Claim is a sentence with the words that prove it, which our code has found
// on the page. Only Verify makes one.
type Claim struct {
	Text string
	Cite cases.Cite
}

// Why a draft was dropped.
var (
	ErrForm     = errors.New("it is no claim: a source, a quote and a sentence were asked for")
	ErrSource   = errors.New("it names a passage that was not given")
	ErrQuote    = errors.New("its quote does not stand in that passage")
	ErrEcho     = errors.New("it only repeats its quote")
	ErrLong     = errors.New("it is too long for a sentence")
	ErrBroken   = errors.New("it has characters in it that are broken")
	ErrMarkup   = errors.New("it has a link, a mention or markup in it")
	ErrLeak     = errors.New("it repeats the instructions")
	ErrOrder    = errors.New("it tells the reader what to do")
	ErrLanguage = errors.New("it is not in the language of the question")
	ErrNumber   = errors.New("it has a number that the page does not have")
	ErrName     = errors.New("it names what the page does not name")
	ErrNegation = errors.New("it says no where its quote says yes, or the other way round, or loses what limits it")
	ErrSupport  = errors.New("most of what it says is not on the page")
)

// Proof is what drafts are held against.
type Proof struct {
	// Passages are what the writer was given; a draft's source counts them from 1.
	Passages []cases.Case
	// Locale is the language that the sentence must be in.
	Locale phrases.Locale
	// Words knows the field's measures by their other names; nil for none.
	Words *retrieval.Lexicon
}

const (
	// minQuote is the shortest quote that proves anything, in characters. Shorter
	// ones (対策, 実施) stand in nearly every row.
	minQuote = 6
	// maxText and maxQuote bound a sentence and its proof, in characters. The longest
	// row of IPA's book has 150; an English sentence takes twice what a Japanese one does.
	maxText, maxQuote = 420, 600
)

// Verify maps a draft to the case it numbers and finds its quote in one cell
// of that row, after NFKC and without regard to white space. The claim's quote
// is the row's own spelling, not the writer's. The sentence itself is then
// held against the row (check.go): a true quote can stand behind a false one.
func (p Proof) Verify(d Draft) (Claim, error) {
	fail := func(why error) (Claim, error) {
		return Claim{}, fmt.Errorf("passage %d: %w", d.Source, why)
	}
	if d.Source == 0 && d.Quote == "" {
		return Claim{}, ErrForm
	}
	if d.Source < 1 || d.Source > len(p.Passages) {
		return fail(ErrSource)
	}
	text, quote := clean(d.Text), clean(d.Quote)
	if len([]rune(text)) > maxText || len([]rune(quote)) > maxQuote {
		return fail(ErrLong)
	}
	c := p.Passages[d.Source-1]
	for _, cell := range append([]string{c.Title}, c.Measures...) {
		found, ok := find(cell, quote)
		if !ok { // small models put the quote into quotation marks
			found, ok = find(cell, strings.Trim(quote, "「」『』\"“”' "))
		}
		if !ok {
			continue
		}
		if squeeze(text) == squeeze(found) || text == "" {
			return fail(ErrEcho)
		}
		if err := p.check(text, found, cell, c); err != nil {
			return fail(err)
		}
		return Claim{Text: text, Cite: cases.Cite{Case: c.ID, Page: c.Page, Quote: found}}, nil
	}
	return fail(ErrQuote)
}

// find returns the part of cell that equals quote once both are folded.
func find(cell, quote string) (string, bool) {
	want := []rune(squeeze(quote))
	if len(want) < minQuote && string(want) != squeeze(cell) {
		return "", false
	}
	// Fold rune by rune, so that a place in the folded text leads back to the cell.
	var folded []rune
	var at []int
	for i, r := range cell {
		for _, f := range squeeze(string(r)) {
			folded, at = append(folded, f), append(at, i)
		}
	}
	at = append(at, len(cell))
	for i := 0; i+len(want) <= len(folded); i++ {
		if string(folded[i:i+len(want)]) == string(want) {
			return strings.TrimSpace(cell[at[i]:at[i+len(want)]]), true
		}
	}
	return "", false
}

// squeeze is NFKC without white space: what a quote may differ in.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}
