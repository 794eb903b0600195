package bot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

const (
	// compared is how many cases stand side by side: more than four columns are
	// too narrow to read, and four are too many for a phone held upright.
	compared = 4
	// longMeasures is how much of a case's measures its column holds: four of them
	// are half of what Slack takes.
	longMeasures = 1200
	// topicsShown is how many topics of a case are named.
	topicsShown = 8
)

// comparison is what a 比較 found.
type comparison struct {
	cases []cases.Case
	// missing are the pages that are not in the book, over those beyond compared.
	missing, over []int
	book          *retrieval.Generation
	words         *retrieval.Lexicon
}

// compareTable puts cases side by side, and says of each row whether it differs.
func (r render) compareTable(c comparison) message {
	var lines []string
	for _, page := range c.missing {
		lines = append(lines, r.p.NoPage(page, c.book.FirstPage, c.book.LastPage))
	}
	if len(c.over) > 0 {
		lines = append(lines, r.p.Over(compared))
	}
	m := message{}
	switch len(c.cases) {
	case 0:
		m.blocks = []slack.Block{notesBlock("compare", lines)}
	case 1:
		lines = append(lines, r.p.Single)
		m.blocks = append([]slack.Block{notesBlock("compare", lines)}, r.card(c.cases[0], "0")...)
	default:
		pages := make([]string, len(c.cases))
		for i, one := range c.cases {
			pages[i] = fmt.Sprintf("p.%d", one.Page)
		}
		lines = append(lines, r.p.Comparing(strings.Join(pages, r.p.Or())))
		m.blocks = []slack.Block{notesBlock("compare", lines), r.sideBySide(c), r.menu(c.cases, "compare"), slack.NewActionBlock("compare-export", r.exportButton(pagesOf(c.cases)))}
	}
	if c.book != nil {
		m.blocks = append(m.blocks, r.bookFoot(c.book, ""))
	}
	for _, one := range c.cases {
		lines = append(lines, fmt.Sprintf("p.%d %s（%s）", one.Page, one.Title, r.p.Row(one)))
	}
	m.text = short(strings.Join(lines, "\n"), longText)
	m.short = m.text
	return fit(m, func() []slack.Block { return []slack.Block{notesBlock("compare", lines)} })
}

func (r render) sideBySide(c comparison) slack.Block {
	table := slack.NewTableBlock("t-compare")
	column := func(say func(cases.Case) string) []string {
		out := make([]string, len(c.cases))
		for i, one := range c.cases {
			out[i] = say(one)
		}
		return out
	}
	row := func(label string, say func(cases.Case) string) {
		texts := column(say)
		mark := r.p.Differs
		if !slices.ContainsFunc(texts, func(s string) bool { return s != texts[0] }) {
			mark = r.p.Same
		}
		table.Rows = append(table.Rows, cells(append([]string{r.p.Marked(label, mark)}, texts...)...))
	}
	head := []slack.TableCell{cell(r.p.Page)}
	for _, one := range c.cases {
		head = append(head, r.pageCell(one.Page))
	}
	table.Rows = append(table.Rows, head,
		cells(append([]string{r.p.TitleHead}, column(func(c cases.Case) string { return short(c.Title, longTitle) })...)...))
	row(r.p.Industry, func(c cases.Case) string { return short(orElse(c.Industry, r.p.NoIndustry), longFacet) })
	row(r.p.Employees, func(c cases.Case) string { return short(orElse(c.Employees, r.p.NoSize), longFacet) })
	row(r.p.Category, func(c cases.Case) string {
		return short(orElse(strings.Join(c.Categories, r.p.Or()), r.p.NoCategory), longFacet)
	})
	row(r.p.Stars, func(c cases.Case) string { return orElse(strings.Repeat("★", c.Stars), r.p.NoStars) })
	shared, own := topics(c)
	if len(shared) > 0 {
		table.Rows = append(table.Rows, cells(append([]string{r.p.SharedTopics}, column(func(one cases.Case) string {
			return strings.Join(shared[one.ID], r.p.Or())
		})...)...))
	}
	table.Rows = append(table.Rows,
		cells(append([]string{r.p.OwnTopics}, column(func(one cases.Case) string { return strings.Join(own[one.ID], r.p.Or()) })...)...),
		cells(append([]string{r.p.Measures}, column(measuresCell)...)...))
	table.WithColumnSettings(slices.Repeat([]slack.ColumnSetting{{Align: slack.ColumnAlignmentLeft, IsWrapped: true}}, len(c.cases)+1)...)
	return table
}

func orElse(s, none string) string {
	if s == "" {
		return none
	}
	return s
}

// measuresCell is a case's measures, each on its line.
func measuresCell(c cases.Case) string {
	parts := make([]string, len(c.Measures))
	for i, m := range c.Measures {
		parts[i] = "・" + short(m, longCell)
	}
	return short(strings.Join(parts, "\n"), longMeasures)
}

// topics says, by what the lexicon knows, which words of a case's measures have
// their like in another one's, and which are its own: what a reader would mark
// in two texts with a pen. Words of every second case (従業員, 対策) mark nothing.
func topics(c comparison) (shared, own map[cases.ID][]string) {
	type mention struct{ concept, word string }
	said := map[cases.ID][]mention{}
	holders := map[string]int{}
	for _, one := range c.cases {
		seen := map[string]bool{}
		text := measuresCell(one) // what nobody sees needs no marking, and would take its time
		parts := c.words.Explain(text)
		for _, part := range parts {
			word := asWritten(text, part.Text)
			common := slices.ContainsFunc(parts, func(p retrieval.Part) bool { return p.Kind == "stop" && p.Text == part.Text })
			if part.Kind != "concept" || strings.HasPrefix(part.Name, "act-") || strings.HasPrefix(part.Name, "decoy-") || part.Certain < 1 || common || word == "" || seen[part.Name] {
				continue
			}
			seen[part.Name] = true
			holders[part.Name]++
			said[one.ID] = append(said[one.ID], mention{part.Name, word})
		}
	}
	shared, own = map[cases.ID][]string{}, map[cases.ID][]string{}
	for id, list := range said {
		for _, m := range list {
			to := own
			if holders[m.concept] > 1 {
				to = shared
			}
			if word := short(m.word, 30); len(to[id]) < topicsShown && !slices.Contains(shared[id], word) && !slices.Contains(to[id], word) {
				to[id] = append(to[id], word)
			}
		}
	}
	return shared, own
}

// asWritten finds a folded word in the text it was read from, without the
// particle behind it; "" where the text spells it in another way.
func asWritten(text, folded string) string {
	folded = strings.TrimRight(folded, "をはがのにでとやもへ")
	lower := strings.ToLower(text)
	at := strings.Index(lower, folded)
	if folded == "" || at < 0 || len(lower) != len(text) {
		return ""
	}
	end := at + len(folded)
	for end < len(text) && isLetter(text[end-1]) && isLetter(text[end]) {
		end++ // introduc in introduced
	}
	return text[at:end]
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
