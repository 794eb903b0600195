package bot

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
)

// rowsShown is how many cases one page of the list has: with wrapped titles that
// is a screen, so that the controls below stay where the reader's thumb is.
const rowsShown = 10

// How much of a cell a table shows.
const (
	longTitle = 80
	longFacet = 40
)

// listRow is a line of the list: a case, or the heading of a group.
type listRow struct {
	head string
	c    cases.Case
}

// listPages are the lines of all pages. With 分類 a case is listed in each of its
// groups. A heading is repeated where its group goes on.
func (r render) listPages(p panel, s shelf) (pages [][]listRow, total int) {
	s.found = sorted(r.p, s, p.sort)
	gs := []group{{cases: s.found}}
	if p.rows != command.None {
		gs = groups(r.p, s, p.rows)
	}
	var page []listRow
	for _, g := range gs {
		total += len(g.cases)
		head := ""
		if g.label != "" {
			head = r.p.Group(g.label, len(g.cases))
		}
		for i, c := range g.cases {
			if casesOn(page) == rowsShown {
				pages, page = append(pages, page), nil
			}
			switch {
			case head == "" || i > 0 && len(page) > 0:
			case i > 0:
				page = append(page, listRow{head: r.p.Continued(head)})
			default:
				page = append(page, listRow{head: head})
			}
			page = append(page, listRow{c: c})
		}
	}
	if len(page) > 0 {
		pages = append(pages, page)
	}
	return pages, total
}

// casesOn counts the cases of pages.
func casesOn(pages ...[]listRow) (n int) {
	for _, page := range pages {
		for _, row := range page {
			if row.head == "" {
				n++
			}
		}
	}
	return n
}

// listTable renders the list as a table with its controls.
func (r render) listTable(p panel, s shelf) message {
	pages, total := r.listPages(p, s)
	p.page = max(0, min(p.page, len(pages)-1))
	facets := answer.Facets(r.p, p.facets)
	lines := []string{r.p.Count(facets, len(s.found))}
	if len(pages) > 1 {
		from := casesOn(pages[:p.page]...)
		lines[0] += r.p.Range(from+1, from+casesOn(pages[p.page]), total)
	}
	if total > len(s.found) {
		lines = append(lines, r.p.Repeated(total))
	}
	if p.facets.Size != nil && s.unstated > 0 {
		lines = append(lines, r.p.Unstated(s.unstated))
	}
	m := message{blocks: []slack.Block{notesBlock("list", lines)}}
	var onPage []cases.Case
	if total > 0 {
		table := slack.NewTableBlock("t"+short(p.String(), longState)).WithColumnSettings(
			slack.ColumnSetting{Align: slack.ColumnAlignmentLeft}, slack.ColumnSetting{Align: slack.ColumnAlignmentLeft, IsWrapped: true},
			slack.ColumnSetting{Align: slack.ColumnAlignmentLeft, IsWrapped: true}, slack.ColumnSetting{Align: slack.ColumnAlignmentLeft},
			slack.ColumnSetting{Align: slack.ColumnAlignmentLeft, IsWrapped: true}, slack.ColumnSetting{Align: slack.ColumnAlignmentLeft})
		table.Rows = append(table.Rows, cells(r.p.Page, r.p.TitleHead, r.p.Industry, r.p.Employees, r.p.Category, r.p.Stars))
		for _, row := range pages[p.page] {
			if row.head != "" {
				table.Rows = append(table.Rows, []slack.TableCell{cell("■"), boldCell(short(row.head, longTitle)), cell("・"), cell("・"), cell("・"), cell("・")})
				lines = append(lines, row.head)
				continue
			}
			c := row.c
			table.Rows = append(table.Rows, append([]slack.TableCell{r.pageCell(c.Page)}, cells(short(c.Title, longTitle), short(c.Industry, longFacet),
				short(c.Employees, longFacet), short(strings.Join(c.Categories, r.p.Or()), longFacet), strings.Repeat("★", c.Stars))...))
			lines = append(lines, fmt.Sprintf("p.%d %s", c.Page, c.Title))
			onPage = append(onPage, c)
		}
		m.blocks = append(m.blocks, table, r.menu(distinct(onPage), p.String()))
	}
	m.blocks = append(m.blocks, r.listControls(p, s, pages)...)
	m.blocks = append(m.blocks, r.bookFoot(s.book, r.p.Blank))
	m.text = short(strings.Join(lines, "\n"), longText)
	m.short = m.text
	return fit(m, func() []slack.Block { return []slack.Block{notesBlock("list", lines)} })
}

// distinct leaves out the second of two lines of one case.
func distinct(list []cases.Case) []cases.Case {
	seen := map[cases.ID]bool{}
	var out []cases.Case
	for _, c := range list {
		if !seen[c.ID] {
			seen[c.ID] = true
			out = append(out, c)
		}
	}
	return out
}

// cell is one cell; Slack refuses an empty one.
func cell(text string) slack.TableCell {
	if strings.TrimSpace(text) == "" {
		text = "－"
	}
	return slack.NewTableRawTextCell(text)
}

func cells(texts ...string) []slack.TableCell {
	out := make([]slack.TableCell, len(texts))
	for i, t := range texts {
		out[i] = cell(t)
	}
	return out
}

func boldCell(text string) slack.TableCell {
	return slack.NewTableRichTextCell(slack.NewRichTextSection(strong(text)))
}

// pageCell is 「p.14」, linked to the printed page where its address is known: a
// table cannot hold a button, so the menu below it opens the case view.
func (r render) pageCell(n int) slack.TableCell {
	if r.source != nil && r.source(n) != "" {
		return slack.NewTableRichTextCell(slack.NewRichTextSection(r.page(n)))
	}
	return cell("p." + strconv.Itoa(n))
}

func notesBlock(id string, lines []string) slack.Block {
	parts := make([]slack.RichTextElement, len(lines))
	for i, l := range lines {
		parts[i] = slack.NewRichTextSection(said(short(l, 1000)))
	}
	return slack.NewRichTextBlock(id, parts[:min(len(parts), 60)]...)
}

// listControls are the menus and buttons below the list.
func (r render) listControls(p panel, s shelf, pages [][]listRow) []slack.Block {
	state := p.String()
	if len(state) > longState {
		return nil // so many conditions that no button could carry them
	}
	sort := r.choice(panelSort, p.sort, []command.Dimension{command.None, command.Stars, command.Size, command.Industry, command.Category}, r.p.SortBy)
	group := r.choice(panelRows, p.rows, []command.Dimension{command.None, command.Industry, command.Category, command.Stars, command.Size}, r.p.GroupBy)
	menus := []slack.BlockElement{sort, group}
	if filter := r.filter(p, s); filter != nil {
		menus = append(menus, filter)
	}
	var buttons []slack.BlockElement
	if p.page > 0 {
		buttons = append(buttons, r.button(panelPage+"back", strconv.Itoa(p.page-1), r.p.Back(casesOn(pages[p.page-1])), ""))
	}
	if p.page+1 < len(pages) {
		buttons = append(buttons, r.button(panelPage+"on", strconv.Itoa(p.page+1), r.p.On(casesOn(pages[p.page+1])), ""))
	}
	buttons = append(buttons, r.removes(p)...)
	buttons = append(buttons, r.button(panelTurnInto, "1", r.p.ToCounts, ""))
	return []slack.Block{slack.NewActionBlock("a"+state, menus...), slack.NewActionBlock("b"+state, buttons...)}
}

// choice is a menu of dimensions that shows the one chosen.
func (r render) choice(action string, now command.Dimension, of []command.Dimension, label func(int) string) *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	var chosen *slack.OptionBlockObject
	for _, d := range of {
		o := slack.NewOptionBlockObject(strconv.Itoa(int(d)), plainText(label(int(d)), blocks.MaxOptionText), nil)
		options = append(options, o)
		if d == now {
			chosen = o
		}
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(label(int(now)), 150), action, options...)
	menu.InitialOption = chosen
	return menu
}

func (r render) button(action, value, label, hint string) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, value, plainText(label, blocks.MaxButtonText))
	if hint != "" {
		b.AccessibilityLabel = short(label+" "+hint, blocks.MaxButtonText)
	}
	return b
}

// removes are the buttons that take conditions out.
func (r render) removes(p panel) []slack.BlockElement {
	var out []slack.BlockElement
	for _, kind := range facetKinds {
		if f := answer.Facets(r.p, p.facets.Only(kind)); f != "" {
			out = append(out, r.button(panelRemove+kind, kind, r.p.Remove(short(f, 50)), r.p.RemoveHint(kind)))
		}
	}
	return out
}

// sizes are the ranges that one may filter by.
var sizes = []cases.Size{{Min: 1, Max: 5}, {Min: 6, Max: 20}, {Min: 21, Max: 50}, {Min: 51, Max: 100}, {Min: 101, Max: 300}, {Min: 301}}

// offered is how many values of a kind the filter's menu has: Slack counts each
// twice. Of a book with more, who misses one writes it behind 一覧.
const offered = 16

// filter is the menu of the conditions that are not set yet, in their kinds.
func (r render) filter(p panel, s shelf) *slack.SelectBlockElement {
	var menu []*slack.OptionGroupBlockObject
	offer := func(label string, tokensOf, labels []string) {
		var options []*slack.OptionBlockObject
		for i, t := range tokensOf {
			next := p
			next.facets = withToken(p.facets, t, s.book)
			state := next.String()
			if len(state) <= longState && state != p.String() && len(options) < offered {
				options = append(options, slack.NewOptionBlockObject(t, plainText(labels[i], longFacet), nil))
			}
		}
		if len(options) > 0 {
			menu = append(menu, slack.NewOptionGroupBlockElement(plainText(label, blocks.MaxOptionText), options...))
		}
	}
	hashed := func(letter string, values []string) (out []string) {
		for _, v := range values {
			out = append(out, letter+hash(v))
		}
		return out
	}
	offer(r.p.Industry, hashed("i", s.book.Industries), s.book.Industries)
	offer(r.p.Category, hashed("c", s.book.Categories), s.book.Categories)
	offer(r.p.Stars, []string{"t3", "t2", "t1"}, []string{"★★★", "★★", "★"})
	var ranges, names []string
	for _, z := range sizes {
		ranges, names = append(ranges, sizeToken(&z)), append(names, z.String())
	}
	offer(r.p.Employees, ranges, names)
	if len(menu) == 0 {
		return nil
	}
	return slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, plainText(r.p.Filter, 150), panelFilter, menu...)
}

// panelMessage renders whichever table a panel is.
func (r render) panelMessage(p panel, s shelf) message {
	if p.count {
		return r.countTable(p, s)
	}
	return r.listTable(p, s)
}

// newPanel is the panel that a command asks for.
func newPanel(c command.Command, locale phrases.Locale) panel {
	p := panel{count: c.Kind == command.Count, sort: c.Sort, locale: locale}
	if len(c.By) > 0 {
		p.rows = c.By[0]
	}
	if len(c.By) > 1 {
		p.columns = c.By[1]
	}
	if p.count && p.rows == command.None {
		p.rows = command.Industry
	}
	return p
}
