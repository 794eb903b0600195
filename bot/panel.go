package bot

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// panel is a table that people turn with menus and buttons: the list, or the
// counts. Its state is in the ids of its blocks, the only place that a press on
// an ephemeral message brings back whole, so nothing of it is kept and a restart
// does not matter. It says what to show, never what to change, so that two
// presses of one button ask for the same.
type panel struct {
	count bool
	// rows is how a list is grouped and what counts are of; columns is for counts.
	rows, columns command.Dimension
	sort          command.Dimension
	page          int // of a list, from 0
	pages         bool
	locale        phrases.Locale
	facets        retrieval.Facets
}

// longState leaves room in a block's id for a letter before it.
const longState = blocks.MaxID - 4

// String writes the state: 「1l0000-ja-0-iA1B2C3,t2+」. Values of the book are
// hashes there: an index would mean another industry after the next import.
func (p panel) String() string {
	kind, pages := "l", 0
	if p.count {
		kind = "c"
	}
	if p.pages {
		pages = 1
	}
	return fmt.Sprintf("1%s%d%d%d%d-%s-%d-%s", kind, p.rows, p.columns, p.sort, pages, cmp.Or(p.locale, phrases.Japanese), p.page, strings.Join(tokens(p.facets), ","))
}

// readPanel reads a state; values that the book no longer has are left out.
func readPanel(s string, book *retrieval.Generation) (p panel, ok bool) {
	part := strings.SplitN(s, "-", 4)
	if len(part) != 4 || len(part[0]) != 6 || part[0][0] != '1' || part[0][1] != 'l' && part[0][1] != 'c' {
		return p, false
	}
	digit := func(i int) command.Dimension {
		d := command.Dimension(part[0][i]) - '0'
		if d < command.None || d > command.Size {
			return command.None
		}
		return d
	}
	page, err := strconv.Atoi(part[2])
	if err != nil || page < 0 {
		return p, false
	}
	p = panel{count: part[0][1] == 'c', rows: digit(2), columns: digit(3), sort: digit(4), pages: part[0][5] == '1', locale: phrases.Locale(part[1]), page: page}
	for t := range strings.SplitSeq(part[3], ",") {
		p.facets = withToken(p.facets, t, book)
	}
	return p, true
}

// hash is a value of the book in six characters.
func hash(value string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(value))
	return fmt.Sprintf("%06x", h.Sum32()&0xffffff)
}

func sizeToken(s *cases.Size) string { return fmt.Sprintf("z%d~%d", s.Min, s.Max) }

// tokens are facets in short, each kind with its letter.
func tokens(f retrieval.Facets) []string {
	var out []string
	for _, kind := range []struct {
		letter string
		values []string
	}{{"i", f.Industry}, {"I", f.NotIndustry}, {"c", f.Category}, {"C", f.NotCategory}} {
		for _, v := range kind.values {
			out = append(out, kind.letter+hash(v))
		}
	}
	if f.Size != nil {
		out = append(out, sizeToken(f.Size))
	}
	if f.Stars != nil {
		t := "t" + strconv.Itoa(*f.Stars)
		if f.StarsUp {
			t += "+"
		}
		out = append(out, t)
	}
	return out
}

// withToken adds a facet to others: a second value of a list is one more of it,
// of a size or of stars it takes the place of the first.
func withToken(f retrieval.Facets, token string, book *retrieval.Generation) retrieval.Facets {
	if token == "" {
		return f
	}
	value := token[1:]
	add := func(to, from []string) []string {
		i := slices.IndexFunc(from, func(v string) bool { return hash(v) == value })
		if i < 0 || slices.Contains(to, from[i]) {
			return to
		}
		return append(slices.Clone(to), from[i])
	}
	switch token[0] {
	case 'i':
		f.Industry = add(f.Industry, book.Industries)
	case 'I':
		f.NotIndustry = add(f.NotIndustry, book.Industries)
	case 'c':
		f.Category = add(f.Category, book.Categories)
	case 'C':
		f.NotCategory = add(f.NotCategory, book.Categories)
	case 'z':
		low, high, _ := strings.Cut(value, "~")
		least, err1 := strconv.Atoi(low)
		most, err2 := strconv.Atoi(high)
		if err1 == nil && err2 == nil && least >= 0 && most >= 0 {
			f.Size = &cases.Size{Min: least, Max: most}
		}
	case 't':
		digits, up := strings.CutSuffix(value, "+")
		if n, err := strconv.Atoi(digits); err == nil {
			f.Stars, f.StarsUp = &n, up
		}
	}
	return f
}

// within narrows facets to one value of a kind: of several industries asked for,
// to one.
func within(f retrieval.Facets, token string, book *retrieval.Generation) retrieval.Facets {
	if strings.HasPrefix(token, "i") {
		f.Industry = nil
	}
	return withToken(f, token, book)
}

// The actions of a panel; what follows names the kind of a facet, or tells
// buttons apart.
const (
	actionPanel   = "panel_"
	panelSort     = "panel_sort"
	panelRows     = "panel_rows"
	panelColumns  = "panel_columns"
	panelFilter   = "panel_filter"
	panelInside   = "panel_inside" // the cases that a row counts
	panelRemove   = "panel_remove_"
	panelPage     = "panel_page_"
	panelPages    = "panel_pages"
	panelTurnInto = "panel_turn" // the list into the counts and back
)

// press returns the panel after a press; false for a button of a version to come.
func (p panel) press(action, value string, book *retrieval.Generation) (panel, bool) {
	number, err := strconv.Atoi(value)
	dimension := command.Dimension(max(0, min(number, int(command.Size))))
	if action != panelPage+"back" && action != panelPage+"on" && action != panelPages {
		p.page = 0
	}
	switch {
	case action == panelSort && err == nil:
		p.sort = dimension
	case action == panelRows && err == nil:
		p.rows = dimension
	case action == panelColumns && err == nil:
		p.columns = dimension
	case action == panelFilter:
		p.facets = withToken(p.facets, value, book)
	case action == panelInside:
		p.count, p.rows, p.columns, p.facets = false, command.None, command.None, within(p.facets, value, book)
	case strings.HasPrefix(action, panelRemove):
		p.facets = p.facets.Drop(value)
	case strings.HasPrefix(action, panelPage) && err == nil:
		p.page = max(0, number)
	case action == panelPages && err == nil:
		p.pages = number == 1
	case action == panelTurnInto && err == nil:
		p.count = number == 1
		p.columns = command.None
	default:
		return p, false
	}
	if p.count && p.rows == command.None {
		p.rows = command.Industry
	}
	if p.columns == p.rows {
		p.columns = command.None
	}
	return p, true
}
