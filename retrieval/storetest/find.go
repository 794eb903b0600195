package storetest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

func stars(n int) *int { return &n }

func selectSingles(t *testing.T, store retrieval.Store) {
	s := newShelf()
	put(t, store, s, randomChange(generator(20), 60, 0))
	var all []retrieval.Facets
	for _, v := range append([]string{"宇宙業"}, industries...) {
		all = append(all, retrieval.Facets{Industry: []string{v}}, retrieval.Facets{NotIndustry: []string{v}},
			retrieval.Facets{Industry: []string{v, industries[0]}}, retrieval.Facets{Industry: []string{v}, NotIndustry: []string{v}})
	}
	for _, v := range append([]string{"なし"}, categories...) {
		all = append(all, retrieval.Facets{Category: []string{v}}, retrieval.Facets{NotCategory: []string{v}},
			retrieval.Facets{Category: []string{v, categories[0]}}, retrieval.Facets{Category: []string{v}, NotCategory: []string{categories[0]}})
	}
	for n := range 5 {
		all = append(all, retrieval.Facets{Stars: stars(n)}, retrieval.Facets{Stars: stars(n), StarsUp: true})
	}
	for _, page := range []int{0, 1, 60, 61} {
		all = append(all, retrieval.Facets{Pages: []int{page}}, retrieval.Facets{Pages: []int{page, 7, 7}})
	}
	for _, low := range []int{0, 1, 5, 6, 20, 21, 22, 150, 151, 300, 301, 1_000_000} {
		all = append(all, retrieval.Facets{Size: &cases.Size{Min: low}}, retrieval.Facets{Size: &cases.Size{Min: 1, Max: max(low, 1)}},
			retrieval.Facets{Size: &cases.Size{Min: low, Max: max(low, 1)}}, retrieval.Facets{Size: &cases.Size{Min: low, Max: low + 40}})
	}
	for _, f := range all {
		sameSelect(t, store, s, f)
	}
}

// randomFacets states each kind half of the time, so that most combinations
// of kinds come up and not every one is empty.
func randomFacets(r *rand.Rand) retrieval.Facets {
	var f retrieval.Facets
	stated := func() bool { return r.IntN(2) == 0 }
	if stated() {
		f.Industry = some(r, 5, append([]string{"宇宙業"}, industries...))
	}
	if stated() {
		f.NotIndustry = some(r, 2, industries)
	}
	if stated() {
		f.Category = some(r, 4, categories)
	}
	if stated() {
		f.NotCategory = some(r, 2, categories)
	}
	if stated() {
		low := pick(r, []int{1, 5, 6, 20, 21, 50, 51, 100, 301})
		f.Size = &cases.Size{Min: low, Max: pick(r, []int{0, low, low + 30})}
	}
	if stated() {
		f.Stars, f.StarsUp = stars(r.IntN(4)), stated()
	}
	if r.IntN(4) == 0 {
		for range 40 {
			f.Pages = append(f.Pages, 1+r.IntN(90))
		}
	}
	return f
}

func selectRandom(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(21)
	put(t, store, s, randomChange(r, 80, 0))
	several, silent := 0, 0
	for range 400 {
		f := randomFacets(r)
		sameSelect(t, store, s, f)
		found, unstated := s.choose(f)
		if len(found) > 1 && len(found) < 80 {
			several++
		}
		if unstated > 0 {
			silent++
		}
	}
	if several < 50 || silent < 50 {
		t.Errorf("of 400 random facets %d chose several cases and %d met one without a size; too few to prove anything", several, silent)
	}
}

func candidatesSparse(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(22)
	put(t, store, s, randomChange(r, 60, 0))
	probes(t, store, s, r, 0)
}

func candidatesDense(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(23)
	change := randomChange(r, 60, 6)
	for i := range change.Upsert {
		if i%5 == 0 { // an endpoint may fail for some
			change.Upsert[i].Dense = nil
		}
	}
	put(t, store, s, change)
	probes(t, store, s, r, 6)
	probes(t, store, s, r, 0)
}

// probes compares candidates for random probes, one that names no feature,
// and one that names only features of no case.
func probes(t *testing.T, store retrieval.Store, s *shelf, r *rand.Rand, dim int) {
	t.Helper()
	for n := range 40 {
		probe := retrieval.Probe{Sparse: randomSparse(r, len(features)), Limit: 1000}
		if dim > 0 {
			probe.Dense = randomDense(r, dim)
		}
		if n%2 == 0 {
			probe.Phrase = randomDense(r, phraseDim)
		}
		switch n {
		case 0:
			probe.Sparse = embeddings.Sparse{}
		case 1:
			probe.Sparse = embeddings.Sparse{Index: []uint32{4, 99_999}, Value: []float32{1, 2}}
		}
		sameCandidates(t, store, s, probe)
	}
}

func candidatesForeign(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(24)
	put(t, store, s, randomChange(r, 20, 4))
	for _, dim := range []int{3, 5} {
		probes(t, store, s, r, dim)
	}
	change := randomChange(r, 0, 0) // now the book has no vectors at all
	put(t, store, s, change)
	probes(t, store, s, r, 4)
}

// candidatesLimit holds for a store that leaves nothing out, too: what is
// among the best of a sort has to be there.
func candidatesLimit(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(25)
	put(t, store, s, randomChange(r, 60, 4))
	for range 40 {
		bestFound(t, store, s, retrieval.Probe{Sparse: randomSparse(r, 8), Dense: randomDense(r, 4), Limit: 5})
	}
}

// candidatesFiltered: the best of those that meet the facets are there, also
// when none of them is among the best of all.
func candidatesFiltered(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(26)
	put(t, store, s, randomChange(r, 60, 4))
	starved := 0
	for range 60 {
		probe := retrieval.Probe{Sparse: randomSparse(r, 8), Dense: randomDense(r, 4), Facets: randomFacets(r), Limit: 3}
		starved += bestFound(t, store, s, probe)
	}
	if starved < 20 {
		t.Errorf("of 60 filters %d left some that are not among the best of all; too few to prove anything", starved)
	}
}

// bestFound holds a store to the best of each sort, of all and of those that
// meet the facets. It returns 1 where those are not the same.
func bestFound(t *testing.T, store retrieval.Store, s *shelf, probe retrieval.Probe) (starved int) {
	t.Helper()
	got, err := store.Candidates(t.Context(), probe)
	must(t, err)
	all := s.candidates(probe)
	meet := slices.DeleteFunc(slices.Clone(all), func(c retrieval.Candidate) bool {
		v := probe.Facets.Judge(c.Case)
		return !v.OK() && !v.SizeUnstated
	})
	for sort, value := range map[string]func(retrieval.Candidate) float64{
		"features": func(c retrieval.Candidate) float64 {
			best := dot(c.Row, probe)
			for _, line := range c.Lines {
				best = max(best, dot(line.Row, probe))
			}
			return best
		},
		"vectors": func(c retrieval.Candidate) float64 { return c.Cosine },
	} {
		order := func(a, b retrieval.Candidate) int { return cmp.Compare(value(b), value(a)) }
		slices.SortFunc(all, order)
		slices.SortFunc(meet, order)
		for of, list := range map[string][]retrieval.Candidate{"all": all, "those that meet the facets": meet} {
			// One that is as good as the first one past the limit may lose to it, and
			// one that shares no feature is none of the best by features.
			past := 0.0
			if sort == "vectors" {
				past = -2
			}
			if len(list) > probe.Limit {
				past = value(list[probe.Limit])
			}
			for _, c := range list[:min(probe.Limit, len(list))] {
				found := slices.ContainsFunc(got.Found, func(g retrieval.Candidate) bool { return g.Case.ID == c.Case.ID })
				if !found && value(c) > past+1e-6 {
					t.Errorf("%s is among the best %d of %s by %s and was left out", c.Case.ID, probe.Limit, of, sort)
				}
			}
		}
		if len(meet) > 0 && len(all) > probe.Limit && value(meet[0]) < value(all[probe.Limit])-1e-6 {
			starved = 1
		}
	}
	return starved
}
