package retrieval

import (
	"cmp"
	"math"
	"slices"

	"github.com/jirei/jirei/embeddings"
)

// Snapshot is a book of up to ExactPassages passages in memory, as an inverted
// index. Stores keep one per generation: for 61 cases a question costs some
// tens of microseconds here, and two milliseconds when each posting is a row
// that SQL has to hand over.
type Snapshot struct {
	generation int64
	entries    []Entry
	postings   map[uint32][]posting
	// owner and line say, per passage, which entry it belongs to and which of
	// its lines it is, -1 for the row.
	owner, line []int
}

type posting struct {
	passage int
	weight  float32
}

// NewSnapshot indexes entries, which must be in page order.
func NewSnapshot(generation int64, entries []Entry) *Snapshot {
	s := &Snapshot{generation: generation, entries: entries, postings: map[uint32][]posting{}}
	add := func(owner, line int, v embeddings.Sparse) {
		passage := len(s.owner)
		s.owner, s.line = append(s.owner, owner), append(s.line, line)
		for i, index := range v.Index {
			s.postings[index] = append(s.postings[index], posting{passage, v.Value[i]})
		}
	}
	for i, e := range entries {
		add(i, -1, e.Row)
		for j, line := range e.Lines {
			add(i, j, line.Sparse)
		}
	}
	return s
}

// Generation returns the number of the generation it was made from.
func (s *Snapshot) Generation() int64 { return s.generation }

// Entries returns the entries, in page order; they must not be changed.
func (s *Snapshot) Entries() []Entry { return s.entries }

// DF returns, per feature, the number of cases that hold it.
func (s *Snapshot) DF() map[uint32]int {
	df := make(map[uint32]int, len(s.postings))
	for index, list := range s.postings {
		last := -1
		for _, p := range list { // postings are in order of their owner
			if owner := s.owner[p.passage]; owner != last {
				df[index]++
				last = owner
			}
		}
	}
	return df
}

// Candidates returns every case that shares a feature with the probe, or has a
// dense vector to compare with the probe's.
func (s *Snapshot) Candidates(probe Probe) Candidates {
	dots := make([]float64, len(s.owner))
	for i, index := range probe.Sparse.Index {
		for _, p := range s.postings[index] {
			dots[p.passage] += float64(p.weight) * float64(probe.Sparse.Value[i])
		}
	}
	out := Candidates{Generation: s.generation, Found: make([]Candidate, 0, len(s.entries))}
	p := projector{probe: probe}
	for passage := 0; passage < len(s.owner); {
		row := passage
		var lines [BestLines + 1]int // passages, best first, the earlier of equals
		n := 0
		hit := dots[row] > 0
		for passage++; passage < len(s.owner) && s.line[passage] >= 0; passage++ {
			if dots[passage] <= 0 {
				continue
			}
			hit = true
			at := n
			for ; at > 0 && dots[lines[at-1]] < dots[passage]; at-- {
				lines[at] = lines[at-1]
			}
			lines[at] = passage
			n = min(n+1, BestLines)
		}
		e := s.entries[s.owner[row]]
		if !hit && !sameLength(probe.Dense, e.Dense) && (len(probe.Phrase) == 0 || len(e.Phrase) == 0) {
			continue
		}
		c := Candidate{Case: e.Case, Row: p.project(e.Row), Cosine: cosine(probe.Dense, e.Dense), Phrases: nearest3(probe.Phrase, e)}
		for _, passage := range lines[:n] {
			line := e.Lines[s.line[passage]]
			c.Lines = append(c.Lines, LineMatch{Text: line.Text, Row: p.project(line.Sparse)})
		}
		out.Found = append(out.Found, c)
	}
	return out
}

// nearest3 returns the best similarities of an entry's phrase vectors, which are
// unit vectors.
func nearest3(phrase []float32, e Entry) []float64 {
	if len(phrase) == 0 {
		return nil
	}
	best := make([]float64, 0, BestPhrases+1)
	put := func(s float64) {
		if len(best) == BestPhrases && s <= best[len(best)-1] {
			return
		}
		at, _ := slices.BinarySearchFunc(best, s, func(have, s float64) int { return cmp.Compare(s, have) })
		best = slices.Insert(best, at, s)
		best = best[:min(len(best), BestPhrases)]
	}
	each := func(v []float32) {
		for n := len(phrase); len(v) >= n; v = v[n:] {
			put(inner(phrase, v[:n]))
		}
	}
	each(e.Phrase)
	for lines := e.Lines; len(lines) > 0; {
		if len(lines) < 4 || slices.ContainsFunc(lines[:4], func(l Line) bool { return len(l.Phrase) != len(phrase) }) {
			each(lines[0].Phrase)
			lines = lines[1:]
			continue
		}
		s0, s1, s2, s3 := inner4(phrase, lines[0].Phrase, lines[1].Phrase, lines[2].Phrase, lines[3].Phrase)
		put(s0)
		put(s1)
		put(s2)
		put(s3)
		lines = lines[4:]
	}
	return best
}

// inner4 is inner for four vectors side by side: each sum has to wait for its
// last addition, so one at a time leaves most of the processor idle. The order
// of additions within a sum is inner's.
func inner4(phrase, v0, v1, v2, v3 []float32) (_, _, _, _ float64) {
	n := len(phrase)
	v0, v1, v2, v3 = v0[:n], v1[:n], v2[:n], v3[:n]
	var s0, s1, s2, s3 float32
	for i, v := range phrase {
		s0 += v * v0[i]
		s1 += v * v1[i]
		s2 += v * v2[i]
		s3 += v * v3[i]
	}
	return float64(s0), float64(s1), float64(s2), float64(s3)
}

// inner returns the inner product of two vectors of one length.
func inner(a, b []float32) float64 {
	var sum float32
	for i, v := range a {
		sum += v * b[i]
	}
	return float64(sum)
}

// projector cuts a probe's dimensions out of vectors, into few large slices: a
// question makes a hundred of them.
type projector struct {
	probe Probe
	slab  []float32
}

// projected is how many results one slice holds.
const projected = 64

// project returns a vector's values at the probe's dimensions.
func (p *projector) project(v embeddings.Sparse) []float32 {
	index := p.probe.Sparse.Index
	n := len(index)
	if len(p.slab) < n {
		p.slab = make([]float32, projected*n)
	}
	out := p.slab[:n:n]
	p.slab = p.slab[n:]
	for i, j := 0, 0; i < n && j < len(v.Index); {
		switch {
		case index[i] < v.Index[j]:
			i++
		case index[i] > v.Index[j]:
			j++
		default:
			out[i] = v.Value[j]
			i, j = i+1, j+1
		}
	}
	return out
}

// sameLength says that two dense vectors are there, and of one length.
func sameLength(a, b []float32) bool { return len(a) > 0 && len(a) == len(b) }

// cosine returns the cosine of two vectors of one length, else 0.
func cosine(a, b []float32) float64 {
	if !sameLength(a, b) {
		return 0
	}
	var dot, aa, bb float64
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return dot / math.Sqrt(aa*bb)
}
