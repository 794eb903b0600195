package cases

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// column is what a column of a casebook means.
type column int

const (
	unknown column = iota
	title
	page
	category
	measures
	employees
	industry
	stars
)

// columnNames are the headers understood, folded as foldHeader does; the
// first is the one that messages name. The Japanese ones are IPA's and what
// companies write for them in their own lists.
var columnNames = map[column][]string{
	title:     {"タイトル", "title", "件名", "事例名", "事例", "題名", "表題", "見出し", "事例タイトル"},
	page:      {"ページ", "page", "頁", "p", "p.", "ページ番号", "頁番号", "page number", "page no.", "掲載ページ"},
	category:  {"分類", "category", "categories", "カテゴリ", "カテゴリー", "区分"},
	measures:  {"実施している対策", "measures", "対策", "measure", "実施した対策", "実施対策", "対策内容", "セキュリティ対策", "情報セキュリティ対策"},
	employees: {"従業員数", "employees", "size", "従業員", "従業員規模", "企業規模", "規模", "人数", "number of employees", "company size", "headcount"},
	industry:  {"業種", "industry", "業界", "sector"},
	stars:     {"重要度", "stars", "importance", "star"},
}

// required columns: without a title, a page and a measure a row is no case.
var required = []column{title, page, measures}

// foldHeader takes a header to its plain name: Notion's type icons ("Aa ",
// "# ", "≡ ", "▼ "), case, width and doubled spaces go.
func foldHeader(s string) string {
	s, _ = stripInvisible(unescape(stripTags(s)))
	s = norm.NFKC.String(s)
	s = strings.TrimLeftFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	s = strings.TrimPrefix(s, "Aa ")
	s = strings.ReplaceAll(s, "_", " ")
	return strings.ToLower(collapse(s))
}

func columnOf(header string) column {
	// Every row is asked whether it is a header: long cells need no folding to answer.
	if len(header) > 1024 {
		return unknown
	}
	name := foldHeader(header)
	for c := title; c <= stars; c++ {
		if slices.Contains(columnNames[c], name) {
			return c
		}
	}
	return unknown
}

func knownColumns(r record) int {
	n := 0
	for _, cell := range r.cells {
		if columnOf(cell) != unknown {
			n++
		}
	}
	return n
}

// isHeader says whether a row is the table's header come again, as exports of
// several tables have it: it names both the title and the page. No case does,
// for its page is a number.
func isHeader(r record) bool {
	names := func(want column) bool {
		return slices.ContainsFunc(r.cells, func(cell string) bool { return columnOf(cell) == want })
	}
	return names(title) && names(page)
}

// layout is which column stands where.
type layout struct {
	header record
	at     []column
}

// index gives the place of a column, -1 where the table has none.
func (l layout) index(c column) int { return slices.Index(l.at, c) }

// name gives the column's name as the file prints it, icons aside.
func (l layout) name(c column) string {
	i := l.index(c)
	if i < 0 {
		return columnNames[c][0]
	}
	return headerLabel(l.header.cells[i])
}

func headerLabel(cell string) string {
	s, _ := stripInvisible(unescape(stripTags(cell)))
	s = strings.TrimLeftFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	return collapse(strings.TrimPrefix(s, "Aa "))
}

// arrange reads the header. Columns it does not know are said, not refused:
// people keep notes beside a table.
func arrange(header record) (l layout, notices []string, errs ReadErrors) {
	l.header = header
	for i, cell := range header.cells {
		c := columnOf(cell)
		l.at = append(l.at, unknown)
		if c == unknown {
			if label := headerLabel(cell); label != "" {
				notices = append(notices, fmt.Sprintf("列「%s」は使いません。", label))
			}
			continue
		}
		if first := l.index(c); first >= 0 {
			errs = append(errs, &ReadError{Line: header.lines[i], Column: i + 1, Field: headerLabel(cell),
				Want: "1つだけの" + columnNames[c][0] + "の列",
				Got:  fmt.Sprintf("%d列目「%s」に続く2つ目の列", first+1, headerLabel(header.cells[first])),
				Hint: "どちらかの列を消すか、名前を変えてください。"})
			continue
		}
		l.at[i] = c
	}
	for _, c := range required {
		if l.index(c) >= 0 {
			continue
		}
		errs = append(errs, &ReadError{Line: header.line(), Field: columnNames[c][0],
			Want: fmt.Sprintf("「%s」（または %s）という列", columnNames[c][0], strings.Join(columnNames[c][1:3], "、")),
			Got:  "見出しが" + quoted(strings.Join(header.cells, " / ")),
			Hint: "1行目に列の名前を書いてください。必要なのはタイトル、ページ、対策の3つです。"})
	}
	return l, notices, errs
}
