package cases

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	// MaxFile is the largest file that Read takes, in bytes. A casebook of
	// ten thousand pages is a tenth of it; callers can refuse a larger file
	// by its size, before they read it.
	MaxFile = 64 << 20
	// MaxField is the largest cell, in bytes. A cell above it is a quote that
	// was left open, or no casebook.
	MaxField = 1 << 20
	// MaxColumns is the widest table, in columns: seven are used, and the
	// rest are people's notes.
	MaxColumns = 256
)

// Read reads a casebook from a table: CSV or TSV with a header, or a table
// export with repeated headers and HTML in its cells. Required columns are
// title, page and measures; columnNames lists the headers understood. The
// delimiter and the encoding (UTF-8, or CP932) are detected.
//
// The book's ID is name's ASCII slug. Its Title and Source are the first
// "# …" line and a "# 出典: …" line above the header, else the name and "".
//
// The notices are sentences for people about what was read otherwise than it
// is written: an encoding, dropped characters, a size that is no range. On any
// error the Book is empty: err holds a *ReadError for each bad cell.
func Read(name string, data []byte) (Book, []string, error) {
	text, notices, bad := decode(data)
	if bad != nil {
		return Book{}, nil, inFile(name, ReadErrors{bad})
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	comments, header, rows, bad := openTable(text)
	if bad != nil {
		return Book{}, nil, inFile(name, ReadErrors{bad})
	}
	if len(header.cells) == 0 {
		return Book{}, nil, inFile(name, ReadErrors{{Want: "見出しと1件以上の事例", Got: "空のファイル", Hint: "列の名前の行と事例の行を書いてください。"}})
	}
	columns, said, errs := arrange(header)
	if len(errs) > 0 {
		return Book{}, nil, inFile(name, errs)
	}
	r := reader{layout: columns, seen: map[int]int{}}
	r.book = describe(name, comments)
	r.read(rows)
	if len(r.errs) == 0 && len(r.book.Cases) == 0 {
		r.fail(&ReadError{Line: header.line(), Want: "1件以上の事例", Got: "見出しだけのファイル", Hint: "見出しの下に事例を1行ずつ書いてください。"})
	}
	if len(r.errs) > 0 {
		return Book{}, nil, inFile(name, r.errs)
	}
	slices.SortFunc(r.book.Cases, func(a, b Case) int { return cmp.Compare(a.Page, b.Page) })
	return r.book, slices.Concat(notices, said, r.notices()), nil
}

func inFile(name string, errs ReadErrors) error {
	for _, e := range errs {
		e.File = name
	}
	return errs
}

// reader gathers one book, and everything wrong with it.
type reader struct {
	layout
	book Book
	errs ReadErrors
	seen map[int]int // page → its line
	// What the notices tell.
	invisible, formulas, sizes tally
}

func (r *reader) fail(e *ReadError) { r.errs = append(r.errs, e) }

func (r *reader) read(rows *table) {
	for len(r.errs) < maxErrors {
		rec, ok, err := rows.next()
		if err != nil {
			// After an open quote the rest of the file is one cell: no row
			// after it can be judged.
			r.fail(err)
			return
		}
		if !ok {
			return
		}
		switch {
		case rec.blank():
		// A row with a number for its page is no header. Asking that first
		// saves folding every cell of a long table.
		case !r.numbered(rec) && isHeader(rec):
			r.checkHeader(rec)
		case len(rec.cells) != len(r.at):
			r.fail(&ReadError{Line: rec.line(), Want: fmt.Sprintf("見出しと同じ%d列", len(r.at)), Got: fmt.Sprintf("%d列", len(rec.cells)),
				Hint: "区切りの数を見出しに合わせてください。空のセルにも区切りが要ります。"})
		default:
			r.row(rec)
		}
	}
}

func (r *reader) numbered(rec record) bool {
	i := r.index(page)
	if i >= len(rec.cells) {
		return false
	}
	_, err := strconv.Atoi(rec.cells[i])
	return err == nil
}

// checkHeader lets the header be repeated, not changed: columns that moved
// between two parts of an export would put one cell under another's name.
func (r *reader) checkHeader(rec record) {
	same := slices.EqualFunc(rec.cells, r.header.cells, func(a, b string) bool { return foldHeader(a) == foldHeader(b) })
	if !same {
		r.fail(&ReadError{Line: rec.line(), Want: fmt.Sprintf("%d行目と同じ見出し", r.header.line()), Got: "違う見出し" + quoted(strings.Join(rec.cells, " / ")),
			Hint: "列の名前と順序をそろえてください。"})
	}
}

// row reads one case. It goes on after a bad cell, so that every bad cell of a
// row is told at once.
func (r *reader) row(rec record) {
	before := len(r.errs)
	c := Case{Title: r.line(rec, title), Page: r.page(rec), Measures: r.measures(rec)}
	c.Industry = r.line(rec, industry)
	c.Employees = r.line(rec, employees)
	c.Categories = splitCategories(r.text(rec, category))
	c.Stars = r.stars(rec)
	if c.Title == "" {
		r.failCell(rec, title, "タイトル", "空欄", "事例のタイトルを書いてください。")
	}
	if c.Employees != "" {
		size, ok := Range(c.Employees)
		if c.Size = size; !ok {
			r.sizes.add(r.lineOf(rec, employees), quoted(c.Employees))
		}
	}
	if len(r.errs) > before {
		return
	}
	c.ID = MakeID(r.book.ID, c.Page)
	r.book.Cases = append(r.book.Cases, c)
}

func (r *reader) lineOf(rec record, c column) int { return rec.lines[r.index(c)] }

func (r *reader) failCell(rec record, c column, want, got, hint string) {
	r.fail(&ReadError{Line: r.lineOf(rec, c), Column: r.index(c) + 1, Field: r.name(c), Want: want, Got: got, Hint: hint})
}

// describe gives a book the name and provenance that its file states.
func describe(name string, comments []string) Book {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	base = strings.TrimSuffix(base, path.Ext(base))
	b := Book{ID: slug(base)}
	for _, line := range comments {
		line, _ = stripInvisible(unescape(stripTags(line)))
		// Excel pads every line to the table's width.
		line = collapse(strings.Trim(line, "#,;\" \t"))
		if source, ok := cutSource(line); ok {
			b.Source = source
		} else if b.Title == "" {
			b.Title = line
		}
	}
	if b.Title == "" {
		stripped, _ := stripInvisible(base)
		b.Title = cmp.Or(collapse(stripped), b.ID)
	}
	return b
}

func cutSource(line string) (string, bool) {
	for _, label := range []string{"出典:", "出典：", "Source:", "source:"} {
		if rest, ok := strings.CutPrefix(line, label); ok {
			return collapse(rest), true
		}
	}
	return "", false
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes a name that a case id can begin with. Forty bytes keep the id
// well inside what a button's value holds.
func slug(s string) string {
	s = strings.Trim(notSlug.ReplaceAllString(strings.ToLower(s), "-"), "-")
	s = strings.Trim(s[:min(len(s), 40)], "-")
	return cmp.Or(s, "book")
}
