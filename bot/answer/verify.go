package answer

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/jirei/jirei/cases"
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
	ErrSource = errors.New("it names a passage that was not given")
	ErrQuote  = errors.New("its quote does not stand in that passage")
	ErrEcho   = errors.New("it only repeats its quote")
)

// minQuote is the shortest quote that proves anything, in characters. Shorter
// ones (対策, 実施) stand in nearly every row.
const minQuote = 6

// Verify maps a draft to the case it numbers and finds its quote in one cell
// of that row, after NFKC and without regard to white space. The claim's quote
// is the row's own spelling, not the writer's.
func Verify(d Draft, passages []cases.Case) (Claim, error) {
	if d.Source < 1 || d.Source > len(passages) {
		return Claim{}, fmt.Errorf("passage %d: %w", d.Source, ErrSource)
	}
	c := passages[d.Source-1]
	for _, cell := range append([]string{c.Title}, c.Measures...) {
		if quote, ok := find(cell, d.Quote); ok {
			if squeeze(d.Text) == squeeze(quote) || strings.TrimSpace(d.Text) == "" {
				return Claim{}, fmt.Errorf("passage %d: %w", d.Source, ErrEcho)
			}
			return Claim{Text: d.Text, Cite: cases.Cite{Case: c.ID, Page: c.Page, Quote: quote}}, nil
		}
	}
	return Claim{}, fmt.Errorf("passage %d: %w", d.Source, ErrQuote)
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
