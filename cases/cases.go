package cases

import (
	"fmt"
	"strconv"
	"strings"
)

// ID names one case for good: "BOOK/PAGE", for example "ipa2021/14". It is
// what answers, buttons and shares store, so it must survive a re-index.
type ID string

// MakeID joins a book's id and a page.
func MakeID(book string, page int) ID {
	return ID(book + "/" + strconv.Itoa(page))
}

// Page returns the page part of the id, 0 when there is none.
func (id ID) Page() int {
	_, page, _ := strings.Cut(string(id), "/")
	n, err := strconv.Atoi(page)
	if err != nil {
		return 0
	}
	return n
}

// Book is a casebook: its cases in page order, with where they came from.
type Book struct {
	// ID is the short name that case ids start with: ASCII, no slash.
	ID string
	// Title is what people cite.
	Title string
	// Source is who published it, and when.
	Source string
	Cases  []Case
}

// Case is one row of a casebook. The text fields hold what is displayed and
// quoted: the print, except where a listed Correction replaced a part of it.
type Case struct {
	ID    ID
	Page  int
	Title string
	// Measures are the 実施している対策, one bullet each; at least one.
	Measures []string
	Facets
	// Corrections are the transcription errors mended in this case; the case
	// view shows them, so that nobody takes our text for the print.
	Corrections []Correction
}

// Facets are the typed columns one filters, sorts and counts by.
type Facets struct {
	// Industry is the 業種 as printed, "" where the cell is blank.
	Industry string
	// Categories are the 分類, in the order of the cell.
	Categories []string
	// Employees is the 従業員数 as printed ("21～50名以下"), "" where blank:
	// 38 of IPA's 61 rows state none.
	Employees string
	// Size is Employees as a range, nil where the row states none.
	Size *Size
	// Stars is the 重要度, 0 (no mark printed) to 3.
	Stars int
}

// Size is a range of employees, both ends included. Max 0 means open.
type Size struct {
	Min int
	Max int
}

// Overlaps says whether a company could be in both ranges. A nil range
// states nothing and overlaps nothing: the caller decides what to do with
// rows that are silent.
func (s *Size) Overlaps(t *Size) bool {
	if s == nil || t == nil {
		return false
	}
	return (t.Max == 0 || s.Min <= t.Max) && (s.Max == 0 || t.Min <= s.Max)
}

// String prints the range as the book would: "21～50名", "301名以上".
func (s *Size) String() string {
	switch {
	case s == nil:
		return ""
	case s.Max == 0:
		return fmt.Sprintf("%d名以上", s.Min)
	case s.Min <= 1:
		return fmt.Sprintf("%d名以下", s.Max)
	case s.Min == s.Max:
		return fmt.Sprintf("%d名", s.Min)
	}
	return fmt.Sprintf("%d～%d名", s.Min, s.Max)
}

// Correction is one mended transcription error, reviewed by a person.
type Correction struct {
	Page int `json:"page"`
	// Field is "title", "measures" or "employees".
	Field string `json:"field"`
	// Printed is the part of the cell as it came; Corrected replaces it.
	Printed   string `json:"printed"`
	Corrected string `json:"corrected"`
	// Reason says why this is an error of transcription and not the author's word.
	Reason string `json:"reason"`
}

// Cite is where a statement stands: the case, its page, and the very words.
type Cite struct {
	Case  ID
	Page  int
	Quote string
}
