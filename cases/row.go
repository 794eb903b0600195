package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Row is a case as `jirei cases --format json` prints it. Scripts rely on its
// keys: each is always there, and lists are never null.
type Row struct {
	Case     ID       `json:"case"`
	Page     int      `json:"page"`
	Title    string   `json:"title"`
	Category []string `json:"category"`
	Measures []string `json:"measures"`
	// Employees is the 従業員数 as printed.
	Employees string   `json:"employees"`
	Size      *RowSize `json:"size"`
	Industry  string   `json:"industry"`
	Stars     int      `json:"stars"`
}

// RowSize is a Size in JSON, where an open end is null rather than 0: a
// script that compares with max must not take "open" for "none".
type RowSize struct {
	Min int  `json:"min"`
	Max *int `json:"max"`
}

// Row gives the case as scripts see it. It shares no memory with the case.
func (c Case) Row() Row {
	return Row{
		Case: c.ID, Page: c.Page, Title: c.Title,
		Category:  append([]string{}, c.Categories...),
		Measures:  append([]string{}, c.Measures...),
		Employees: c.Employees, Size: c.Size.row(), Industry: c.Industry, Stars: c.Stars,
	}
}

func (s *Size) row() *RowSize {
	if s == nil {
		return nil
	}
	r := &RowSize{Min: s.Min}
	if s.Max > 0 {
		top := s.Max
		r.Max = &top
	}
	return r
}

// Hash is the SHA-256, in hex, of everything that is displayed or searched:
// the Row and the corrections, as JSON. Indexing leaves a case alone while its
// hash stands, so the hash must not depend on the process, the order of the
// file, or nil against empty; a new field in Row changes every hash once, and
// costs one re-index.
func (c Case) Hash() string {
	data, err := json.Marshal(struct {
		Row         Row
		Corrections []Correction
	}{c.Row(), append([]Correction{}, c.Corrections...)})
	if err != nil {
		// Strings and numbers always marshal.
		panic("cases: hash " + string(c.ID) + ": " + err.Error())
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Pages gives the first and the last page of the book, 0 and 0 when it is
// empty. Pages between may be missing: a casebook has other pages too.
func (b Book) Pages() (first, last int) {
	for i, c := range b.Cases {
		if i == 0 || c.Page < first {
			first = c.Page
		}
		last = max(last, c.Page)
	}
	return first, last
}

// Industries lists the 業種 of the book as printed, in the order of their
// first page; blanks are left out.
func (b Book) Industries() []string {
	return b.distinct(func(c Case) []string { return []string{c.Industry} })
}

// Categories lists the 分類 of the book as printed, in the order of their first page.
func (b Book) Categories() []string {
	return b.distinct(func(c Case) []string { return c.Facets.Categories })
}

func (b Book) distinct(values func(Case) []string) []string {
	list := []string{}
	for _, c := range b.Cases {
		for _, v := range values(c) {
			if v != "" && !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
	}
	return list
}
