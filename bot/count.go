package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/cases"
)

const (
	// cellsShown bounds a cross-table: Slack counts every cell beside its text, and
	// a phone shows no more columns than columnsShown either.
	cellsShown   = 100
	insideShown  = 16
	columnsShown = 8
	// longPages is how much of a cell's pages is shown.
	longPages = 200
)

// countTable renders how many cases there are of each value of a dimension, or
// of two. The store selects, exactly and in one generation; what is left here
// is addition. A case of two 分類 is in both rows and once in the total.
func (r render) countTable(p panel, s shelf) message {
	rows := fold(r.p.Others, groups(r.p, s, p.rows), cellsShown/2-2)
	columns := []group{}
	if p.columns != command.None {
		columns = fold(r.p.Others, groups(r.p, s, p.columns), columnsShown)
		rows = fold(r.p.Others, rows, cellsShown/(len(columns)+2)-2)
	}
	lines := []string{r.p.Count(answer.Facets(r.p, p.facets), len(s.found))}
	if n := unsized(s.found); n > 0 && p.facets.Size == nil {
		lines = append(lines, r.p.Unsized(n))
	}
	if p.facets.Size != nil && s.unstated > 0 {
		lines = append(lines, r.p.Unstated(s.unstated))
	}
	if p.rows == command.Category || p.columns == command.Category {
		lines = append(lines, r.p.Overlap)
	}
	m := message{blocks: []slack.Block{notesBlock("count", lines)}}
	if len(s.found) > 0 {
		table := slack.NewTableBlock("t" + short(p.String(), longState))
		head := []string{r.p.Dimension(int(p.rows))}
		for _, c := range columns {
			head = append(head, short(c.label, longFacet))
		}
		all := r.p.Number
		if len(columns) > 0 {
			all = r.p.Total
		}
		table.Rows = append(table.Rows, cells(append(head, all)...))
		for i := range table.Rows[0] {
			align := slack.ColumnAlignmentRight
			if i == 0 || p.pages {
				align = slack.ColumnAlignmentLeft
			}
			table.WithColumnSettings(append(table.ColumnSettings, slack.ColumnSetting{Align: align, IsWrapped: p.pages})...)
		}
		for i, g := range append(slices.Clone(rows), group{label: r.p.Total, cases: s.found}) {
			line := []string{short(g.label, longFacet)}
			for _, c := range columns {
				line = append(line, number(both(g.cases, c.cases), p.pages))
			}
			line = append(line, number(g.cases, p.pages && i < len(rows)))
			table.Rows = append(table.Rows, cells(line...))
			lines = append(lines, fmt.Sprintf("%s: %d", g.label, len(g.cases)))
		}
		m.blocks = append(m.blocks, table)
	}
	m.blocks = append(m.blocks, r.countControls(p, s, rows)...)
	m.blocks = append(m.blocks, r.bookFoot(s.book, ""))
	m.text = short(strings.Join(lines, "\n"), longText)
	m.short = m.text
	return fit(m, func() []slack.Block {
		if p.pages {
			p.pages = false
			return r.countTable(p, s).blocks
		}
		return []slack.Block{notesBlock("count", lines)}
	})
}

func unsized(list []cases.Case) (n int) {
	for _, c := range list {
		if c.Size == nil {
			n++
		}
	}
	return n
}

// fold puts the smallest groups into one, so that at most so many are left.
func fold(others func(int) string, gs []group, most int) []group {
	most = max(most, 2)
	if len(gs) <= most {
		return gs
	}
	bySize := slices.Clone(gs)
	slices.SortStableFunc(bySize, func(a, b group) int { return len(b.cases) - len(a.cases) })
	kept := map[string]bool{}
	for _, g := range bySize[:most-1] {
		kept[g.label] = true
	}
	var out []group
	rest := group{label: others(len(gs) - most + 1)}
	for _, g := range gs {
		if kept[g.label] {
			out = append(out, g)
		} else {
			rest.cases = append(rest.cases, g.cases...)
		}
	}
	rest.cases = distinct(rest.cases)
	return append(out, rest)
}

func both(a, b []cases.Case) []cases.Case {
	in := map[cases.ID]bool{}
	for _, c := range b {
		in[c.ID] = true
	}
	var out []cases.Case
	for _, c := range a {
		if in[c.ID] {
			out = append(out, c)
		}
	}
	return out
}

// number is a cell of counts, with the pages behind it where they are wanted.
func number(list []cases.Case, pages bool) string {
	n := strconv.Itoa(len(list))
	if !pages || len(list) == 0 {
		return n
	}
	return n + "（p." + short(strings.Join(runs(list), ", "), longPages) + "）"
}

// runs are the pages of cases, three and more in a row as 21～29.
func runs(list []cases.Case) []string {
	pages := make([]int, len(list))
	for i, c := range list {
		pages[i] = c.Page
	}
	slices.Sort(pages)
	var out []string
	for from := 0; from < len(pages); {
		to := from
		for to+1 < len(pages) && pages[to+1] == pages[to]+1 {
			to++
		}
		if to-from < 2 {
			to = from
			out = append(out, strconv.Itoa(pages[from]))
		} else {
			out = append(out, fmt.Sprintf("%d～%d", pages[from], pages[to]))
		}
		from = to + 1
	}
	return out
}

// countControls are the menus and buttons below the counts.
func (r render) countControls(p panel, s shelf, rows []group) []slack.Block {
	state := p.String()
	if len(state) > longState {
		return nil
	}
	dimensions := []command.Dimension{command.Industry, command.Category, command.Stars, command.Size}
	others := slices.DeleteFunc(slices.Clone(dimensions), func(d command.Dimension) bool { return d == p.rows })
	menus := []slack.BlockElement{
		r.choice(panelRows, p.rows, dimensions, r.p.RowsOf), r.choice(panelColumns, p.columns, append([]command.Dimension{command.None}, others...), r.p.ColumnsOf),
	}
	if filter := r.filter(p, s); filter != nil {
		menus = append(menus, filter)
	}
	var inside []*slack.OptionBlockObject
	for _, g := range rows {
		next := p
		next.facets = within(p.facets, g.token, s.book)
		if g.token != "" && !(p.rows == command.Category && len(p.facets.Category) > 0) && // that both are wanted cannot be asked for
			len(next.String()) <= longState && len(inside) < insideShown {
			inside = append(inside, slack.NewOptionBlockObject(g.token, plainText(r.p.Group(short(g.label, longFacet), len(g.cases)), blocks.MaxOptionText), nil))
		}
	}
	if len(inside) > 0 {
		menus = append(menus, slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(r.p.Inside, 150), panelInside, inside...))
	}
	pages, value := r.p.ShowPages, "1"
	if p.pages {
		pages, value = r.p.HidePages, "0"
	}
	buttons := []slack.BlockElement{r.button(panelPages, value, pages, "")}
	buttons = append(buttons, r.removes(p)...)
	buttons = append(buttons, r.button(panelTurnInto, "0", r.p.ToList, ""))
	return []slack.Block{slack.NewActionBlock("a"+state, menus...), slack.NewActionBlock("b"+state, buttons...)}
}
