package retrieval

import (
	"cmp"
	"math"
	"slices"

	"github.com/jirei/jirei/embeddings"
)

// rank fuses candidates. Where a question states facets without insisting on
// them, and no case that meets them says much of the topic, the facets are given
// up, one kind after the other: a company of the right industry that did
// something else is no answer.
func (e *Engine) rank(r *Result, p probed, found []Candidate) []Hit {
	facets := r.Query.Facets
	hits := fuse(e.Weights, facets, p, found)
	for !r.Query.Strict {
		kinds := facets.kinds()
		if len(kinds) == 0 || kinds[0] == "pages" || e.onTopic(hits) {
			break
		}
		facets = facets.Drop(kinds[0])
		r.Widened = append(r.Widened, kinds[0])
		hits = fuse(e.Weights, facets, p, found)
	}
	return hits
}

// onTopic says that one of the hits that meet the stated facets has a good part
// of the topic.
func (e *Engine) onTopic(hits []Hit) bool {
	best, met := 0.0, 0.0
	for _, h := range hits {
		topical := h.Why.Row + h.Why.Line + h.Why.Dense + h.Why.Phrase
		best = max(best, topical)
		if h.Why.Verdict.OK() || h.Why.Verdict.SizeUnstated {
			met = max(met, topical)
		}
	}
	return met >= e.Weights.OnTopic*best
}

// held is how probable it is that the question is about a concept that the
// book names somewhere, in a row or a line, by the phrase model's senses.
func held(q Query, book *Generation) float64 {
	sum := 0.0
	for _, sense := range q.Senses {
		if df := float64(book.DF[embeddings.Dimension(conceptKey(sense.Name))]); df > 0 {
			sum += sense.Weight * math.Min(1, df/3)
		}
	}
	return sum
}

// nearestShown is how many cases a refusal shows.
const nearestShown = 3

// judge splits ranked hits into matches, related cases and refusals.
func (e *Engine) judge(r *Result, hits []Hit, limit int) {
	best, inRow, near := evidence(hits)
	r.Share, r.Near = best, near
	refused := best < e.Weights.Refuse
	if len(r.Query.Phrase) > 0 {
		refused = e.Weights.Border.Sum(r.Query, best, near, r.Held) > 0
	}
	if len(hits) == 0 || refused {
		r.Refused = true
		r.Nearest = hits[:min(nearestShown, len(hits))]
		return
	}
	e.match(hits, best, inRow)
	if r.Query.Strict {
		var unstated []Hit
		hits, unstated = e.strict(r, hits)
		e.match(hits, best, inRow)
		if r.Query.Intent == Find { // nobody should miss a case for a blank cell
			hits = append(hits, unstated...)
			slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
		}
	}
	e.prefer(r.Query, hits)
	if r.Query.Intent == Count || r.Query.Intent == List {
		hits = slices.DeleteFunc(hits, func(h Hit) bool { return !h.Matched })
		n := len(hits)
		r.Count = &n
		r.Hits = hits
		return
	}
	r.Hits = hits[:min(limit, len(hits))]
}

// match marks the hits that answer: the first, and those that come near its
// score and say themselves, in their row, most of what a row says at best.
// Measured on the development questions (`-run Match` in golden): of what is
// marked, 89 % is graded relevant, and 86 % of what is graded 2 is marked; by the
// words of the row alone it was 48 % and 77 %.
func (e *Engine) match(hits []Hit, best, inRow float64) {
	for i := range hits {
		h := &hits[i]
		// An expansion line finds, but does not prove: only what the row says makes
		// a match, unless no row says any of it in words that are known.
		says := h.Why.RowShare >= e.Weights.Match*inRow
		if inRow < e.Weights.Match*e.Weights.Refuse {
			says = h.Why.Share >= e.Weights.Match*best
		}
		h.Matched = i == 0 || says && h.Score >= e.Weights.MatchScore*hits[0].Score
	}
}

// evidence sums up hits: what the best of them cover of the question, alone and
// with their lines, and how near the nearest is.
func evidence(hits []Hit) (share, inRow, near float64) {
	for i, h := range hits {
		if i < nearestShown {
			share, inRow = max(share, h.Why.Share), max(inRow, h.Why.RowShare)
		}
		near = max(near, h.Why.Near)
	}
	return share, inRow, near
}

// strict keeps the hits that meet the facets, giving up one kind at a time
// when none does. Those that meet all but state no size come apart, as related
// ones.
func (e *Engine) strict(r *Result, hits []Hit) (kept, unstated []Hit) {
	for facets := r.Query.Facets; ; {
		kept, unstated, r.Unstated = nil, nil, 0
		for _, h := range hits {
			v := facets.Judge(h.Case)
			if v.SizeUnstated && h.Matched {
				r.Unstated++
			}
			switch {
			case v.OK():
				kept = append(kept, h)
			case v.SizeUnstated:
				h.Matched = false
				unstated = append(unstated, h)
			}
		}
		drop := facets.kinds()
		if len(kept) > 0 || len(drop) == 0 || r.Query.Intent == Count {
			return kept, unstated
		}
		facets = facets.Drop(drop[0])
		r.Widened = append(r.Widened, drop[0])
	}
}
