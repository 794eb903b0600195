package cases

import (
	"fmt"
	"strconv"
	"strings"
)

// maxListed is how many bad rows a message lists. Past twenty people mend a
// pattern, not a row, and a terminal shows no more at once.
const maxListed = 20

// maxErrors is where Read stops looking. A file of the wrong kind has an error
// in every line, and keeping millions of them would take gigabytes.
const maxErrors = 1000

// ReadError is one thing wrong with a casebook file: where it is, what was
// expected there, what was found, and what to do. Want and Got are Japanese
// noun phrases; Error builds the sentence from them.
type ReadError struct {
	// File is the name given to Read.
	File string
	// Line is the line of the file, from 1; 0 when the whole file is meant.
	Line int
	// Column is the column of the table, from 1 (not the character); 0 when
	// the row or the file is meant.
	Column int
	// Field is the column's name as the file's header prints it, or the
	// name of the column that is missing.
	Field string
	Want  string
	Got   string
	Hint  string
}

func (e *ReadError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, " %d行目", e.Line)
	}
	if e.Column > 0 {
		fmt.Fprintf(&b, " %d列目", e.Column)
	}
	if e.Field != "" {
		fmt.Fprintf(&b, "「%s」", e.Field)
	}
	fmt.Fprintf(&b, ": %sが必要ですが、%sです。%s", e.Want, e.Got, e.Hint)
	return b.String()
}

// ReadErrors is everything wrong with one file, in the order of its lines.
// Read returns it rather than the first error, so that a file is mended in
// one go. errors.As finds the first *ReadError in it.
type ReadErrors []*ReadError

func (es ReadErrors) Error() string {
	if len(es) == 1 {
		return es[0].Error()
	}
	lines := make([]string, 0, maxListed+2)
	lines = append(lines, fmt.Sprintf("%s に直すところが%s件あります。1件も読み込んでいません。", es[0].File, es.count(0)))
	for i, e := range es {
		if i == maxListed {
			lines = append(lines, fmt.Sprintf("ほかに%s件あります。上の%d件を直して、もう一度お試しください。", es.count(maxListed), maxListed))
			break
		}
		lines = append(lines, e.Error())
	}
	return strings.Join(lines, "\n")
}

// count says how many errors there are beside the first few; where Read
// stopped looking, it does not claim to know.
func (es ReadErrors) count(but int) string {
	n := strconv.Itoa(len(es) - but)
	if len(es) >= maxErrors {
		n = "少なくとも" + n
	}
	return n
}

// Unwrap gives every error, also those that the message does not list.
func (es ReadErrors) Unwrap() []error {
	all := make([]error, len(es))
	for i, e := range es {
		all[i] = e
	}
	return all
}

// quoted shows a cell in a message: cleaned, so that a cell of control or
// bidi characters cannot garble a terminal, and cut, so that a cell of a
// mebibyte cannot fill one.
func quoted(s string) string {
	s, _ = stripInvisible(s)
	s = collapse(s)
	if s == "" {
		return "空欄"
	}
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return "「" + s + "」"
}
