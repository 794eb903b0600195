package retrieval

import (
	"cmp"
	"slices"
)

// beside are the preferred facets of whose kind the question says nothing: not
// even that it should not count.
func (q Query) beside(prefer Facets) Facets {
	if len(q.Facets.Pages) > 0 || q.Intent == Similar {
		return Facets{}
	}
	for kind, others := range map[string][]string{"industry": {"industry", "not_industry"}, "size": {"size"}} {
		for _, other := range others {
			if !q.Facets.Only(other).Empty() || !q.Removed.Only(other).Empty() {
				prefer = prefer.Drop(kind)
			}
		}
	}
	return prefer
}

// prefer ranks hits of companies like the asker's higher, after it is settled
// which hits match: for each kind by half of what a stated facet would add, since
// the question does not ask for it. A hit that says twice as much of what was
// asked stays above.
func (e *Engine) prefer(q Query, hits []Hit) {
	if q.Prefer.Empty() {
		return
	}
	moved := false
	for i := range hits {
		h := &hits[i]
		for _, kind := range q.Prefer.Judge(h.Case).Met {
			h.Why.Preferred = append(h.Why.Preferred, kind)
			h.Score += 0.5 * e.Weights.facet(kind) * max(0, h.Score-h.Why.Facet)
			moved = true
		}
	}
	if moved {
		slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	}
}
