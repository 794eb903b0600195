package retrieval

import (
	"cmp"
	"math"
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
	// Row and Line, scaled by what Cover takes of them for what is not covered, and
	// Dense, Phrase, Facet and Level add up to Score. Level is what a case got for saying
	// all that was asked, as others do that say it in fewer words.
	Row, Line, Dense, Phrase, Facet, Level float64
	// bonus is the part of the score without facets that Facet adds.
	bonus float64
	// Words are the spans of the question that the row answers to, in question
	// order; LineWords those that only an expansion line answers to.
	Words, LineWords []string
	// Verdict says which stated facets the case meets, Preferred which kinds of Query.Prefer.
	Verdict   Verdict
	Preferred []string
	// Near is the highest similarity by the phrase model.
	Near float64
	// Share is how much of the question's content the row and its lines cover,
	// 0 to 1; RowShare the row alone.
	Share, RowShare float64
}

// probed is a question turned into what fuse multiplies with.
type probed struct {
	probe Probe
	// credits are, per probe index, what finding that feature says about the
	// parts of the question.
	credits [][]credit
	// weight is how much each part matters: the share is over these.
	weight []float64
	texts  []string // per part its text
	// taught returns the vector that the phrase model learned for a case of the
	// book it was taught, nil for others.
	taught func(cases.ID) []float32
	// scratch is what cover counts in, four numbers a part, used again for each candidate.
	scratch []float64
}

// credit is what one feature says about one part of the question. Words add
// up, each by its share of the part's idf; a concept vouches alone.
type credit struct {
	part    int
	amount  float64
	concept bool
}

// fuse scores candidates and returns them best first: one pure function for
// both stores, so that both give one order. What words and concepts say (the
// row's BM25 and the best expansion line's) is scaled so that the best
// candidate has 1, since its size depends on how much was asked; the
// similarities of the phrase model and of dense vectors are added, and a share
// of that sum for each stated facet that the case meets.
// Ties go by stars, then page.
func fuse(w Weights, f Facets, p probed, found []Candidate) []Hit {
	hits := make([]Hit, 0, len(found))
	best := 0.0
	p.scratch = make([]float64, 4*len(p.weight))
	for _, c := range found {
		h := lexical(w, p, c)
		best = max(best, h.Why.Row+h.Why.Line)
		hits = append(hits, h)
	}
	above := aboveAll(found)
	for i, c := range found {
		hits[i].Why.Dense = w.Dense * above(c.Cosine)
		score(w, f, &hits[i], c, p, best)
	}
	level(hits)
	order := make([]int, len(hits)) // a Hit is half a kilobyte: each is moved once
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &hits[i], &hits[j]
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Case.Stars, a.Case.Stars), cmp.Compare(a.Case.Page, b.Case.Page))
	})
	out := make([]Hit, len(hits))
	for to, from := range order {
		out[to] = hits[from]
	}
	return out
}

// aboveAll returns how far a cosine is on the way from that of an average
// candidate, 0, to that of the question itself, 1. Models differ in what cosine
// they give to texts that have nothing in common: 0.1 or 0.8.
func aboveAll(found []Candidate) func(cosine float64) float64 {
	mean := 0.0
	for _, c := range found {
		mean += c.Cosine / float64(len(found))
	}
	return func(cosine float64) float64 {
		if mean >= 0.999 { // all alike, so it tells nothing
			return 0
		}
		return max(0, (cosine-mean)/(1-mean))
	}
}

// whole is the share of the question from which on a row answers all of it.
const whole = 0.95

// level gives the cases whose rows say all that was asked one score, the best
// of theirs: which of two sentences says UTM in fewer words tells nobody
// anything, so stars and page decide.
func level(hits []Hit) {
	best := map[float64]float64{} // per facet factor, so that facets still rank
	for _, h := range hits {
		if h.Why.RowShare >= whole {
			k := h.Why.bonus
			best[k] = max(best[k], h.Score)
		}
	}
	for i, h := range hits {
		if h.Why.RowShare >= whole {
			hits[i].Why.Level = best[h.Why.bonus] - h.Score
			hits[i].Score = best[h.Why.bonus]
		}
	}
}

// lexical scores what the words and concepts of the question find.
func lexical(w Weights, p probed, c Candidate) Hit {
	why := Why{Row: p.dot(c.Row)}
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
	var line []float32
	if bestLine >= 0 {
		line = c.Lines[bestLine].Row
	}
	p.cover(&why, c.Row, line)
	scale := 1 - w.Cover + w.Cover*why.Share
	why.Row, why.Line = why.Row*scale, why.Line*scale
	return Hit{Case: c.Case, Why: why}
}

// score adds up a hit, given the best lexical score of all.
func score(w Weights, f Facets, h *Hit, c Candidate, p probed, best float64) {
	why := &h.Why
	if best > 0 {
		why.Row, why.Line = why.Row/best, why.Line/best
	}
	for i, s := range c.Phrases {
		why.Phrase += w.Phrase * max(0, s) * math.Pow(w.NextPhrase, float64(i))
	}
	if v := p.taught(h.Case.ID); sameLength(v, p.probe.Phrase) {
		why.Phrase += w.Taught * max(0, inner(v, p.probe.Phrase))
	}
	if len(c.Phrases) > 0 {
		why.Near = c.Phrases[0]
	}
	topical := why.Row + why.Line + why.Dense + why.Phrase
	why.Verdict = f.Judge(h.Case)
	for _, kind := range why.Verdict.Met {
		why.bonus += w.facet(kind)
	}
	if why.Verdict.SizeUnstated {
		why.bonus += w.Unstated
	}
	why.Facet = why.bonus * topical
	h.Score = topical + why.Facet
}

// facet returns the weight of a kind of facet, by its name in Verdict.
func (w Weights) facet(kind string) float64 {
	switch kind {
	case "industry", "not_industry":
		return w.Industry
	case "category", "not_category":
		return w.Category
	case "size":
		return w.Size
	case "stars":
		return w.Stars
	}
	return 1 // a page that was named
}

func (p probed) dot(row []float32) float64 {
	var sum float64
	for i, v := range row {
		sum += float64(v) * float64(p.probe.Sparse.Value[i])
	}
	return sum
}

// unread is the share of a question without a word that is read as one: all in
// hiragana, say. That speaks neither for a case nor against it.
const unread = 0.5

// cover finds how much of each part of the question the row, and failing that
// the best line, answers to.
func (p probed) cover(why *Why, row, line []float32) {
	n := len(p.weight)
	inRow, inLine := p.covered(row, p.scratch[:2*n]), p.covered(line, p.scratch[2*n:])
	var all, sum, rowSum float64
	for part, weight := range p.weight {
		all += weight
		rowSum += weight * inRow[part]
		sum += weight * max(inRow[part], inLine[part])
		switch {
		case weight == 0:
		case inRow[part] >= 0.5:
			why.Words = append(why.Words, p.texts[part])
		case inLine[part] >= 0.5:
			why.LineWords = append(why.LineWords, p.texts[part])
		}
	}
	why.Share, why.RowShare = unread, unread
	if all > 0 {
		why.Share, why.RowShare = sum/all, rowSum/all
	}
}

// covered returns, in scratch, how much of each part these weights answer to.
func (p probed) covered(weights []float32, scratch []float64) []float64 {
	n := len(p.weight)
	clear(scratch)
	best, words := scratch[:n], scratch[n:2*n]
	for i, credits := range p.credits {
		if i >= len(weights) || weights[i] <= 0 {
			continue
		}
		for _, c := range credits {
			if c.concept {
				best[c.part] = max(best[c.part], c.amount)
			} else {
				words[c.part] += c.amount
			}
		}
	}
	for part := range best {
		best[part] = min(max(best[part], words[part]), 1)
	}
	return best
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
