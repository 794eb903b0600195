package phrases

import (
	"fmt"
	"strings"

	"github.com/jirei/jirei/cases"
)

// Facets writes stated facets as a person would: 「製造業・被害有・★2」. Its
// arguments are retrieval.Facets' fields; phrases stays below retrieval.
func (p *Phrases) Facets(industry, notIndustry, category, notCategory []string, size *cases.Size, stars *int, up bool, pages []int) string {
	var out []string
	some := func(values []string, format string) {
		if len(values) > 0 {
			out = append(out, fmt.Sprintf(format, strings.Join(values, p.or)))
		}
	}
	some(industry, "%s")
	some(notIndustry, p.not)
	some(category, "%s")
	some(notCategory, p.not)
	if size != nil {
		out = append(out, fmt.Sprintf(p.size, size))
	}
	if stars != nil {
		format := p.starsExact
		if up {
			format = p.starsUp
		}
		out = append(out, fmt.Sprintf(format, *stars))
	}
	for _, page := range pages {
		out = append(out, fmt.Sprintf("p.%d", page))
	}
	return strings.Join(out, "・")
}

// Row writes a case's facets on one line, as printed, blanks said.
func (p *Phrases) Row(c cases.Case) string {
	or := func(s, none string) string {
		if s == "" {
			return none
		}
		return s
	}
	return strings.Join([]string{
		or(c.Industry, p.NoIndustry), or(c.Employees, p.NoSize),
		or(strings.Join(c.Categories, p.or), p.NoCategory), or(strings.Repeat("★", c.Stars), p.NoStars),
	}, " ｜ ")
}
