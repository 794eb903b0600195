package storetest

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// shelf is a store in plain Go that does everything the slow way.
type shelf struct {
	number  int64
	last    retrieval.Change
	dim     int
	entries map[cases.ID]retrieval.Entry
}

func newShelf() *shelf { return &shelf{entries: map[cases.ID]retrieval.Entry{}} }

func (s *shelf) put(change retrieval.Change) {
	if change.Dim != s.dim || change.Model != s.last.Model {
		for of, e := range s.entries {
			e.Dense = nil
			s.entries[of] = e
		}
	}
	for _, of := range change.Remove {
		delete(s.entries, of)
	}
	for _, e := range change.Upsert {
		s.entries[e.Case.ID] = e
	}
	s.number++
	s.dim, s.last = change.Dim, change
}

// ordered returns the entries by page.
func (s *shelf) ordered() []retrieval.Entry {
	return slices.SortedFunc(maps.Values(s.entries), func(a, b retrieval.Entry) int { return cmp.Compare(a.Case.Page, b.Case.Page) })
}

// choose is Select by retrieval.Facets.Judge.
func (s *shelf) choose(f retrieval.Facets) (found []cases.Case, unstated int) {
	for _, e := range s.ordered() {
		v := f.Judge(e.Case)
		if v.OK() {
			found = append(found, e.Case)
		}
		if v.SizeUnstated {
			unstated++
		}
	}
	return found, unstated
}

// candidates is Candidates of a store that leaves nothing out.
func (s *shelf) candidates(probe retrieval.Probe) []retrieval.Candidate {
	var out []retrieval.Candidate
	for _, e := range s.ordered() {
		found := e.Row.Dot(probe.Sparse) > 0 || len(probe.Dense) > 0 && len(probe.Dense) == len(e.Dense)
		c := retrieval.Candidate{Case: e.Case, Row: project(e.Row, probe.Sparse), Cosine: cosine(e.Dense, probe.Dense)}
		lines := slices.Clone(e.Lines)
		slices.SortStableFunc(lines, func(a, b retrieval.Line) int {
			return cmp.Compare(b.Sparse.Dot(probe.Sparse), a.Sparse.Dot(probe.Sparse))
		})
		for _, line := range lines {
			if line.Sparse.Dot(probe.Sparse) > 0 {
				found = true
				if len(c.Lines) < retrieval.BestLines {
					c.Lines = append(c.Lines, retrieval.LineMatch{Text: line.Text, Row: project(line.Sparse, probe.Sparse)})
				}
			}
		}
		if found {
			c.Phrases = phrases(e, probe.Phrase)
			out = append(out, c)
		}
	}
	return out
}

// phrases are the best similarities by the phrase model, highest first.
func phrases(e retrieval.Entry, probe []float32) []float64 {
	if len(probe) == 0 {
		return nil
	}
	vectors := slices.Clone(e.Phrase)
	for _, line := range e.Lines {
		vectors = append(vectors, line.Phrase...)
	}
	var out []float64
	for v := range slices.Chunk(vectors, len(probe)) {
		var sum float64
		for i, x := range probe {
			sum += float64(x) * float64(v[i])
		}
		out = append(out, sum)
	}
	slices.SortFunc(out, func(a, b float64) int { return cmp.Compare(b, a) })
	return out[:min(len(out), retrieval.BestPhrases)]
}

func project(v, probe embeddings.Sparse) []float32 {
	out := make([]float32, len(probe.Index))
	for i, index := range probe.Index {
		out[i] = v.At(index)
	}
	return out
}

func cosine(a, b []float32) float64 {
	if len(a) == 0 || len(a) != len(b) {
		return 0
	}
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	return dot / math.Sqrt(aa*bb)
}

// df counts, per feature, the cases that hold it.
func (s *shelf) df() map[uint32]int {
	out := map[uint32]int{}
	for _, e := range s.entries {
		held := map[uint32]bool{}
		for _, index := range e.Row.Index {
			held[index] = true
		}
		for _, line := range e.Lines {
			for _, index := range line.Sparse.Index {
				held[index] = true
			}
		}
		for index := range held {
			out[index]++
		}
	}
	return out
}

// sameFacts compares a generation with the shelf.
func sameFacts(t *testing.T, g *retrieval.Generation, s *shelf) {
	t.Helper()
	book := cases.Book{}
	passages, vectors := 0, 0
	hashes := map[cases.ID]string{}
	for _, e := range s.ordered() {
		book.Cases = append(book.Cases, e.Case)
		passages += 1 + len(e.Lines)
		if e.Dense != nil {
			vectors++
		}
		hashes[e.Case.ID] = e.Hash
	}
	first, last := book.Pages()
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"number", g.Number, s.number},
		{"id", g.Book.ID, s.last.Book.ID},
		{"title", g.Book.Title, s.last.Book.Title},
		{"source", g.Book.Source, s.last.Book.Source},
		{"cases in Book", len(g.Book.Cases), 0},
		{"features", g.Features, s.last.Features},
		{"averages", []float64{g.Average, g.AverageLine}, []float64{s.last.Average, s.last.AverageLine}},
		{"model and dimension", fmt.Sprint(g.Model, g.Dim), fmt.Sprint(s.last.Model, s.last.Dim)},
		{"probe's vector", append([]float32{}, g.Probe...), append([]float32{}, s.last.Probe...)},
		{"vectors", g.Vectors, vectors},
		{"cases", g.Cases, len(s.entries)},
		{"passages", g.Passages, passages},
		{"pages", []int{g.FirstPage, g.LastPage}, []int{first, last}},
		{"industries", append([]string{}, g.Industries...), append([]string{}, book.Industries()...)},
		{"categories", append([]string{}, g.Categories...), append([]string{}, book.Categories()...)},
	} {
		if marshalled(c.got) != marshalled(c.want) {
			t.Errorf("generation's %s: %s, want %s", c.what, marshalled(c.got), marshalled(c.want))
		}
	}
	if !maps.Equal(g.Hashes, hashes) {
		t.Errorf("generation's hashes: %v, want %v", g.Hashes, hashes)
	}
	if !maps.Equal(g.DF, s.df()) {
		t.Errorf("generation's document frequencies: %v, want %v", g.DF, s.df())
	}
}

// sameCandidate compares what Fuse scores with. Weights are stored and must
// come back exactly; sums may be added up in another order.
func sameCandidate(t *testing.T, probe retrieval.Probe, e retrieval.Entry, got, want retrieval.Candidate) {
	t.Helper()
	if spelled(got.Case) != spelled(want.Case) {
		t.Errorf("candidate %s, want %s", spelled(got.Case), spelled(want.Case))
	}
	if !slices.Equal(got.Row, want.Row) {
		t.Errorf("%s: row %v, want %v for %v", want.Case.ID, got.Row, want.Row, probe.Sparse.Index)
	}
	if math.Abs(got.Cosine-want.Cosine) > 1e-5 {
		t.Errorf("%s: cosine %v, want %v", want.Case.ID, got.Cosine, want.Cosine)
	}
	if len(got.Phrases) != len(want.Phrases) {
		t.Errorf("%s: similarities %v, want %v", want.Case.ID, got.Phrases, want.Phrases)
	} else {
		for i, phrase := range got.Phrases {
			if math.Abs(phrase-want.Phrases[i]) > 1e-5 {
				t.Errorf("%s: similarities %v, want %v", want.Case.ID, got.Phrases, want.Phrases)
			}
		}
	}
	if len(got.Lines) != len(want.Lines) {
		t.Errorf("%s: %d lines, want %d", want.Case.ID, len(got.Lines), len(want.Lines))
		return
	}
	for i, line := range got.Lines {
		// Of lines equally good any will do, so compare how good they are, and
		// that each is truly the case's own.
		if math.Abs(dot(line.Row, probe)-dot(want.Lines[i].Row, probe)) > 1e-5 {
			t.Errorf("%s: line %d is %q, want %q", want.Case.ID, i, line.Text, want.Lines[i].Text)
		}
		if !slices.ContainsFunc(e.Lines, func(l retrieval.Line) bool {
			return l.Text == line.Text && slices.Equal(project(l.Sparse, probe.Sparse), line.Row)
		}) {
			t.Errorf("%s: line %q with %v is none of the case's", want.Case.ID, line.Text, line.Row)
		}
	}
}

func dot(row []float32, probe retrieval.Probe) float64 {
	var sum float64
	for i, v := range row {
		sum += float64(v) * float64(probe.Sparse.Value[i])
	}
	return sum
}
