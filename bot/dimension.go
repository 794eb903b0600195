package bot

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// shelf is the part of the book that a panel shows, as the store selected it.
type shelf struct {
	book     *retrieval.Generation
	found    []cases.Case
	unstated int // cases that meet all else but state no size
}

// group is the cases with one value of a dimension. In 分類 a case may be in
// several.
type group struct {
	label string
	token string // the facet that selects exactly these; "" for none
	cases []cases.Case
}

// value is one value of a case in a dimension; those that are not stated come last.
type value struct {
	order        int
	label, token string
}

// last is the order of what a row does not state.
const last = math.MaxInt

// values are what a case says in a dimension, at least one.
func values(p *phrases.Phrases, book *retrieval.Generation, c cases.Case, d command.Dimension) []value {
	switch d {
	case command.Industry:
		if c.Industry != "" {
			return []value{{slices.Index(book.Industries, c.Industry), c.Industry, "i" + hash(c.Industry)}}
		}
		return []value{{last, p.NoIndustry, ""}}
	case command.Category:
		var out []value
		for _, name := range c.Categories {
			out = append(out, value{slices.Index(book.Categories, name), name, "c" + hash(name)})
		}
		if len(out) > 0 {
			return out
		}
		return []value{{last, p.NoCategory, ""}}
	case command.Stars:
		if c.Stars > 0 {
			stars := strings.Repeat("★", c.Stars)
			return []value{{-c.Stars, stars, "t" + string(rune('0'+c.Stars))}}
		}
		return []value{{last, p.NoStars, ""}}
	case command.Size:
		// A facet of size finds every range that overlaps, so none selects one row of this.
		if c.Size != nil {
			most := c.Size.Max
			if most == 0 {
				most = 999
			}
			return []value{{c.Size.Min*1000 + min(most, 999), c.Size.String(), ""}}
		}
		return []value{{last, p.NoSize, ""}}
	}
	return []value{{}}
}

// groups sorts cases into groups, in the order of the dimension.
func groups(p *phrases.Phrases, s shelf, d command.Dimension) []group {
	at := map[string]int{}
	var out []group
	var orders []int
	for _, c := range s.found {
		for _, v := range values(p, s.book, c, d) {
			i, ok := at[v.label]
			if !ok {
				i = len(out)
				at[v.label] = i
				out, orders = append(out, group{label: v.label, token: v.token}), append(orders, v.order)
			}
			out[i].cases = append(out[i].cases, c)
		}
	}
	index := make([]int, len(out))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(a, b int) int { return cmp.Compare(orders[a], orders[b]) })
	sorted := make([]group, len(out))
	for i, j := range index {
		sorted[i] = out[j]
	}
	return sorted
}

// sorted returns the cases in the order of a dimension, by page within it.
func sorted(p *phrases.Phrases, s shelf, d command.Dimension) []cases.Case {
	list := slices.Clone(s.found)
	slices.SortStableFunc(list, func(a, b cases.Case) int {
		return cmp.Or(cmp.Compare(values(p, s.book, a, d)[0].order, values(p, s.book, b, d)[0].order), cmp.Compare(a.Page, b.Page))
	})
	return list
}
