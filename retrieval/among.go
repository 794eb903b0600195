package retrieval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/jirei/jirei/cases"
)

// Sorting is how a follow-up wants the cases that were shown: 「そのうち従業員が少ないのは？」.
type Sorting int

// The sortings. Unsorted is that of a search.
const (
	Unsorted Sorting = iota
	Smallest
	Largest
	MostStars
	FewestStars
)

var (
	// shownOnes is how a question says that it is about the cases that were shown.
	shownOnes = regexp.MustCompile(`(?i)(?:その|この|今の|いまの|上の)(?:中|うち|なか)|これら|それら|\b(?:among|of|which of) (?:them|these|those)\b`)
	// utmost says the same of a question that has no other topic.
	utmost = regexp.MustCompile(`(?i)(?:一番|いちばん|最も|もっとも)|(?:小さい|大きい|少ない|多い|高い|低い)(?:もの)?(?:順|の?はど[れのこ])|\b(?:smallest|largest|biggest|fewest|highest|lowest)\b`)
	orders = []struct {
		order Sorting
		form  *regexp.Regexp
	}{
		{MostStars, regexp.MustCompile(`(?i)(?:重要度?|星|★)[^。、,]{0,8}?(?:高|多|大)[いきく]*|重要な(?:もの|の|順)|(?:most|highest)[a-z ]{0,12}(?:star|importan)`)},
		{FewestStars, regexp.MustCompile(`(?i)(?:重要度|星|★)[^。、,]{0,8}?(?:低|少な)[いく]?|(?:fewest|least|lowest)[a-z ]{0,12}(?:star|importan)`)},
		{Smallest, regexp.MustCompile(`(?i)(?:従業員|社員|人数|人が|規模|会社)[^。、,]{0,8}?(?:少な|小さ)[いく]?|(?:小さ|少な)[いな](?:会社|企業|ところ|の|もの)|小規模|(?:fewest|least)[a-z ]{0,12}(?:employee|staff|people)|smallest`)},
		{Largest, regexp.MustCompile(`(?i)(?:従業員|社員|人数|人が|規模|会社)[^。、,]{0,8}?(?:多|大き)[いく]?|大き[いな](?:会社|企業|ところ|の|もの)|大規模|(?:most)[a-z ]{0,12}(?:employee|staff|people)|largest|biggest`)},
	}
)

// ordering reads how a question wants the shown cases, and what else it says;
// Unsorted where it asks for others. One that names a topic searches for that,
// whatever else it says.
func (e *Engine) ordering(question string, book *Generation) (Query, Sorting) {
	text := Clean(question)
	if !shownOnes.MatchString(text) && !utmost.MatchString(text) {
		return Query{}, Unsorted
	}
	for _, o := range orders {
		if !o.form.MatchString(text) {
			continue
		}
		// 一番 and 少ない are no topics, nor a facet of up to so many.
		rest := text
		for _, said := range []*regexp.Regexp{shownOnes, o.form, utmost} {
			rest = said.ReplaceAllString(rest, " ")
		}
		q := e.read(rest, book)
		if len(q.Facets.Pages) > 0 || q.Intent != Find && q.Intent != List || !e.topicless(q, book) {
			return Query{}, Unsorted
		}
		q.Text = text
		return q, o.order
	}
	return Query{}, Unsorted
}

// topics are the turns of a history that were not only about an order: 少ない in
// one is no facet that the next question inherits.
func (e *Engine) topics(history []Turn, book *Generation) []Turn {
	var out []Turn
	for i, t := range history {
		if i > 0 && len(history[i-1].Cases) > 0 {
			if _, order := e.ordering(t.Text, book); order != Unsorted {
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

// among puts the cases that the turn before showed into an order, those that the
// question's other facets leave. Cases that do not state what they are ordered by
// come last, as not matching.
func (e *Engine) among(ctx context.Context, q Query, order Sorting, before Turn, book *Generation) (Result, error) {
	q.Content, q.Intent, q.Merged = nil, Find, Clean(before.Text)
	r := Result{Query: q, Book: book, Exact: true, Sorting: order}
	pages := make([]int, len(before.Cases))
	for i, id := range before.Cases {
		pages[i] = id.Page()
	}
	found, _, err := e.store.Select(ctx, Facets{Pages: pages})
	if err != nil {
		return Result{}, fmt.Errorf("looking the shown cases up: %w", err)
	}
	for _, id := range before.Cases { // the order of before decides between equals
		i := slices.IndexFunc(found, func(c cases.Case) bool { return c.ID == id })
		if i < 0 || !q.Facets.Judge(found[i]).OK() {
			continue // withdrawn, or left out by what is asked now
		}
		h := Hit{Case: found[i], Matched: order.states(found[i]), Why: Why{Verdict: q.Facets.Judge(found[i]), Facet: 1, Share: 1, RowShare: 1}}
		if h.Matched {
			h.Score = 1
		} else {
			r.Unstated++
		}
		r.Hits = append(r.Hits, h)
	}
	slices.SortStableFunc(r.Hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(order.rank(a.Case), order.rank(b.Case)))
	})
	return r, nil
}

// states says that a case states what the order goes by.
func (o Sorting) states(c cases.Case) bool {
	if o == MostStars || o == FewestStars {
		return c.Stars > 0
	}
	return c.Size != nil
}

// rank is less for a case that comes earlier.
func (o Sorting) rank(c cases.Case) float64 {
	switch {
	case !o.states(c):
		return 0
	case o == MostStars:
		return -float64(c.Stars)
	case o == FewestStars:
		return float64(c.Stars)
	}
	most := float64(c.Size.Max)
	if c.Size.Max == 0 {
		most = math.MaxInt32 // 301名以上
	}
	if o == Largest {
		return -most - float64(c.Size.Min)/math.MaxInt32
	}
	return most + float64(c.Size.Min)/math.MaxInt32
}
