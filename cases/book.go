package cases

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// EmbeddedID is the ID of the book inside the binary. It is fixed, not taken
// from the file's name: answers, buttons and golden questions name its cases.
const EmbeddedID = "ipa2021"

// ErrNoBook is what Embedded returns from a binary built with -tags nobook,
// for those who may not pass IPA's text on.
var ErrNoBook = errors.New("この jirei には事例集が入っていません（nobook でビルドされています）。`jirei index FILE` で事例集を読み込んでください。")

// correct applies corrections to a book. A correction that does not fit its
// cell exactly once is an error, because it was reviewed against other text
// than this, and a silent miss would leave the error in every answer.
func (b Book) correct(list []Correction) (Book, error) {
	b.Cases = slices.Clone(b.Cases)
	for _, fix := range list {
		i := slices.IndexFunc(b.Cases, func(c Case) bool { return c.Page == fix.Page })
		if i < 0 {
			return Book{}, fmt.Errorf("correct p.%d: no such page in %s", fix.Page, b.ID)
		}
		c := &b.Cases[i]
		if fix.Reason == "" || fix.Printed == "" || fix.Printed == fix.Corrected {
			return Book{}, fmt.Errorf("correct p.%d %s: want a printed text, another in its place, and a reason", fix.Page, fix.Field)
		}
		if n := c.replace(fix); n != 1 {
			return Book{}, fmt.Errorf("correct p.%d %s: %q is there %d times, want 1", fix.Page, fix.Field, fix.Printed, n)
		}
		c.Corrections = append(slices.Clone(c.Corrections), fix)
	}
	return b, nil
}

// replace puts the corrected text for the printed one, and says how often the
// printed one was found; unless that is once, the case is not to be used.
func (c *Case) replace(fix Correction) int {
	swap := func(s string) string { return strings.Replace(s, fix.Printed, fix.Corrected, 1) }
	switch fix.Field {
	case "title":
		n := strings.Count(c.Title, fix.Printed)
		c.Title = swap(c.Title)
		return n
	case "measures":
		n := 0
		c.Measures = slices.Clone(c.Measures)
		for i, m := range c.Measures {
			n += strings.Count(m, fix.Printed)
			c.Measures[i] = swap(m)
		}
		return n
	case "employees":
		n := strings.Count(c.Employees, fix.Printed)
		c.Employees = swap(c.Employees)
		c.Size, _ = Range(c.Employees)
		return n
	}
	return 0
}
