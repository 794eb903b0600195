package retrieval

import (
	"cmp"
	"slices"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// Hit is a case that answers a question, or comes near.
type Hit struct {
	Case  cases.Case
	Score float64
	// Matched: the row itself covers what was asked. A hit that is not Matched
	// is related and must be labelled so.
	Matched bool
	Why     Why
}

// Why explains a hit: what makes up the score, and which words did it.
type Why struct {
	// Row, Line, Dense and Facet add up to Score.
	Row, Line, Dense, Facet float64
	// Words are the spans of the question that the row answers to, in question
	// order; LineWords those that only an expansion line answers to.
	Words, LineWords []string
	// Verdict says which stated facets the case meets.
	Verdict Verdict
	// Share is how much of the question's content the row and its lines cover,
	// 0 to 1; RowShare the row alone.
	Share, RowShare float64
}

// probed is a question turned into what Fuse multiplies with: per probe index
// the weight with idf, and the span of the question it belongs to.
type probed struct {
	probe  Probe
	spans  [][]int   // per probe index the spans of direct features
	direct []float64 // per probe index the direct features' weight with idf
	total  []float64 // per span the sum of direct weight with idf
	texts  []string  // per span its text
}

// fuse scores candidates and returns them best first: one pure function for
// both stores, so that both give one order. The score is a sum of the row's
// BM25 over words and concepts, the best expansion line's, the dense cosine,
// and a share of that sum for each stated facet that the case meets.
// Ties go by stars, then page.
func fuse(w Weights, f Facets, p probed, found []Candidate) []Hit {
	hits := make([]Hit, 0, len(found))
	for _, c := range found {
		hits = append(hits, score(w, f, p, c))
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Case.Stars, a.Case.Stars), cmp.Compare(a.Case.Page, b.Case.Page))
	})
	return hits
}

func score(w Weights, f Facets, p probed, c Candidate) Hit {
	why := Why{Verdict: f.Judge(c.Case)}
	why.Row = p.dot(c.Row)
	var best, second float64
	bestLine := -1
	for i, line := range c.Lines {
		s := p.dot(line.Row)
		if s > best {
			best, second, bestLine = s, best, i
		} else if s > second {
			second = s
		}
	}
	why.Line = w.Line*best + w.SecondLine*second
	why.Dense = w.Dense * c.Cosine
	var line []float32
	if bestLine >= 0 {
		line = c.Lines[bestLine].Row
	}
	p.cover(&why, c.Row, line)
	topical := why.Row + why.Line + why.Dense
	for range why.Verdict.Met {
		why.Facet += w.Met * topical
	}
	if why.Verdict.SizeUnstated {
		why.Facet += w.Unstated * topical
	}
	return Hit{Case: c.Case, Score: topical + why.Facet, Why: why}
}

func (p probed) dot(row []float32) float64 {
	var sum float64
	for i, v := range row {
		sum += float64(v) * float64(p.probe.Sparse.Value[i])
	}
	return sum
}

// cover finds which spans of the question the row, and failing that the line,
// answer to. A span counts by the best share of its own features found, so a
// concept found makes the words it was said in count as covered too.
func (p probed) cover(why *Why, row, line []float32) {
	inRow := make([]float64, len(p.total))
	inAny := make([]float64, len(p.total))
	for i, spans := range p.spans {
		for _, s := range spans {
			if i < len(row) && row[i] > 0 {
				inRow[s] += p.direct[i]
				inAny[s] += p.direct[i]
			} else if i < len(line) && line[i] > 0 {
				inAny[s] += p.direct[i]
			}
		}
	}
	var sum, all float64
	var rowSum float64
	for s, total := range p.total {
		if total == 0 {
			continue
		}
		all += total
		rowSum += inRow[s]
		sum += inAny[s]
		switch {
		case inRow[s] >= 0.5*total:
			why.Words = append(why.Words, p.texts[s])
		case inAny[s] >= 0.5*total:
			why.LineWords = append(why.LineWords, p.texts[s])
		}
	}
	if all > 0 {
		why.Share, why.RowShare = sum/all, rowSum/all
	}
}

// sparse sorts weights by index into a vector.
func sparse(weights map[uint32]float64) embeddings.Sparse {
	v := embeddings.Sparse{Index: make([]uint32, 0, len(weights))}
	for index := range weights {
		v.Index = append(v.Index, index)
	}
	slices.Sort(v.Index)
	for _, index := range v.Index {
		v.Value = append(v.Value, float32(weights[index]))
	}
	return v
}
