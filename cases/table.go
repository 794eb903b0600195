package cases

import (
	"fmt"
	"slices"
	"strings"
)

// record is one row of a table: its cells, and the line each begins on, which
// differ where a quoted cell holds line breaks.
type record struct {
	cells []string
	lines []int
}

func (r record) line() int { return r.lines[0] }

// blank says whether nothing is to be seen in any cell: an empty line, or
// what Excel writes for one (",,,,").
func (r record) blank() bool {
	return !slices.ContainsFunc(r.cells, func(c string) bool {
		c, _ = stripInvisible(c)
		return strings.TrimSpace(c) != ""
	})
}

// table scans records (RFC 4180, with any one-byte delimiter). encoding/csv is
// not used because it says neither the line of each cell nor, with LazyQuotes,
// where a quote was left open, and without LazyQuotes refuses the bare quotes
// of HTML attributes, which the IPA export has.
type table struct {
	text  string // line ends are \n
	pos   int
	line  int
	delim byte
}

// next scans one record; ok is false at the end of the text.
func (t *table) next() (r record, ok bool, _ *ReadError) {
	if t.pos >= len(t.text) {
		return record{}, false, nil
	}
	for {
		r.lines = append(r.lines, t.line)
		cell, err := t.cell(len(r.lines))
		if err != nil {
			return record{}, false, err
		}
		r.cells = append(r.cells, cell)
		if len(r.cells) > MaxColumns {
			return record{}, false, &ReadError{Line: r.line(), Want: fmt.Sprintf("%d列以下の表", MaxColumns), Got: "それより多くの列", Hint: "使わない列を消してください。"}
		}
		if t.pos >= len(t.text) {
			return r, true, nil
		}
		end := t.text[t.pos]
		t.pos++
		if end == '\n' {
			t.line++
			return r, true, nil
		}
	}
}

// cell scans to the delimiter, the line's end or the text's end, and stays there.
func (t *table) cell(column int) (string, *ReadError) {
	rest := t.text[t.pos:]
	if !strings.HasPrefix(rest, `"`) {
		n := strings.IndexAny(rest, "\n"+string(rune(t.delim)))
		if n < 0 {
			n = len(rest)
		}
		t.pos += n
		return rest[:n], t.checkSize(n, t.line, column)
	}
	line := t.line
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\n':
			t.line++
		case rest[i] != '"':
		case strings.HasPrefix(rest[i+1:], `"`):
			i++
		default:
			t.pos += i + 1
			if i+1 < len(rest) && rest[i+1] != t.delim && rest[i+1] != '\n' {
				return "", &ReadError{Line: t.line, Column: column, Want: `閉じた引用符（"）の後に区切り`, Got: "別の文字",
					Hint: `セルの中の " は "" と2つ重ねてください。`}
			}
			return strings.ReplaceAll(rest[1:i], `""`, `"`), t.checkSize(i, line, column)
		}
	}
	return "", &ReadError{Line: line, Column: column, Want: `閉じた引用符（"）`, Got: "最後まで閉じていないセル",
		Hint: `セルを " で閉じるか、文字としての " を "" と2つ重ねてください。`}
}

func (t *table) checkSize(n, line, column int) *ReadError {
	if n <= MaxField {
		return nil
	}
	return &ReadError{Line: line, Column: column, Want: "1 MiB以下のセル", Got: "1 MiBを超えるセル",
		Hint: "セルを短くするか、閉じていない引用符がないか確かめてください。"}
}

// openTable finds the header: the first row that is neither blank nor a
// "# …" line. It returns those lines, the header, and the table after it. The
// delimiter is the one by which the header has the most columns we know.
func openTable(text string) (comments []string, header record, _ *table, _ *ReadError) {
	at := &table{text: text, line: 1}
	for {
		line, _, _ := strings.Cut(at.text[at.pos:], "\n")
		plain, _ := stripInvisible(line)
		plain = strings.Trim(plain, ",;\" \t\u3000")
		if plain == "" && at.pos < len(at.text) {
			at.pos = min(at.pos+len(line)+1, len(at.text))
			at.line++
			continue
		}
		row, rows, ok, err := readHeader(at)
		// Notion prints the type of a column before its name: a row that
		// begins with "# Page" is a header, not a comment.
		comment := strings.HasPrefix(plain, "#") && (err != nil || columnOf(row.cells[0]) == unknown || knownColumns(row) < 2)
		if !comment || !ok && err == nil {
			return comments, row, rows, err
		}
		comments = append(comments, line)
		at.pos = min(at.pos+len(line)+1, len(at.text))
		at.line++
	}
}

// readHeader reads the next row by each delimiter and keeps the best reading.
// Excel's Japanese CSV uses commas, exports use tabs; some locales semicolons.
func readHeader(at *table) (row record, after *table, ok bool, err *ReadError) {
	most := -1
	for _, delim := range []byte{'\t', ',', ';'} {
		try := *at
		try.delim = delim
		r, more, e := try.next()
		if e != nil {
			if err == nil {
				err = e
			}
			continue
		}
		if !more {
			return record{}, at, false, nil
		}
		if n := knownColumns(r); n > most {
			most, row, after, ok = n, r, &try, true
		}
	}
	if ok {
		err = nil
	}
	return row, after, ok, err
}
