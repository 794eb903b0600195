// Package storetest is what every retrieval.Store must do, wherever it keeps
// the book. A store's own test calls [Test] with a way to open an empty store.
//
// The suite never trusts a store with its own numbers: what was put is kept
// in a [shelf] (shelf.go), plain Go maps with the slowest right algorithm, and
// every answer is compared with the shelf's. put.go holds changes and
// generations, find.go facets and candidates, readers.go what others see
// while a change is under way. Random data comes from fixed seeds, so a
// failure repeats.
package storetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// Test runs the suite. open makes an empty store of its own for each test and
// closes it by t.Cleanup.
func Test(t *testing.T, open func(t *testing.T) retrieval.Store) {
	for name, test := range map[string]func(*testing.T, retrieval.Store){
		"an empty store answers and has number 0":                    empty,
		"a put is told whole by Current":                             facts,
		"numbers grow by one and the latest values hold":             numbers,
		"what a put does not name stays as it was":                   kept,
		"a book is replaced whole":                                   replaced,
		"pages move between ids":                                     moved,
		"removing all, or what is not there, is no error":            removed,
		"a put that fails changes nothing":                           refused,
		"vectors of another dimension or model go":                   vectorsGo,
		"vectors that do not fit the dimension are refused":          vectorsRefused,
		"what models made is kept until it is forgotten":             keeps,
		"texts come back byte for byte":                              bytesKept,
		"Select is Judge for each single facet":                      selectSingles,
		"Select is Judge for random facets":                          selectRandom,
		"Candidates are those of the slow way, without vectors":      candidatesSparse,
		"Candidates are those of the slow way, with vectors":         candidatesDense,
		"a probe of another dimension finds by features alone":       candidatesForeign,
		"the best of each sort are within a small limit":             candidatesLimit,
		"a filter does not starve the best of each sort":             candidatesFiltered,
		"a random run of puts ends where the shelf ends":             history,
		"readers see whole generations while puts go on":             readers,
		"readers see whole generations while the dimension moves":    readersDense,
		"a cancelled context stops every method and changes nothing": cancelled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Values that a book could hold and SQL or JSON could trip over.
var (
	industries = []string{"製造業", "建設業", "卸売業・小売業", `O'Brien "鉄工" 業`, "100%_業", "🏭業", "a\\b;--", ""}
	categories = []string{"被害有", "取引先要請多", "対策・投資多", "それ'も", `"引用"`, "%", "_", "[1,2]"}
	sizes      = []*cases.Size{nil, {Min: 1, Max: 5}, {Min: 6, Max: 20}, {Min: 21, Max: 50}, {Min: 21, Max: 150}, {Min: 51, Max: 100}, {Min: 301}}
	// Few features, so that cases share them; the first and last dimensions are
	// the ends of what embeddings.Dimension gives.
	features = []uint32{1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 1 << 16, 1<<24 + 1, 1 << 29, embeddings.Dimensions - 1}
)

func generator(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 2021)) }

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// some returns up to most of the values, without repeats, in random order.
func some[T any](r *rand.Rand, most int, from []T) []T {
	order := r.Perm(len(from))
	var out []T
	for _, i := range order[:r.IntN(most+1)] {
		out = append(out, from[i])
	}
	return out
}

func id(n int) cases.ID { return cases.MakeID("book", n) }

// randomEntry makes a case; dim 0 leaves it without a dense vector.
func randomEntry(r *rand.Rand, of cases.ID, page, dim int) retrieval.Entry {
	e := retrieval.Entry{
		Case: cases.Case{
			ID: of, Page: page, Title: fmt.Sprintf("事例 %d 「%s」", page, pick(r, categories)),
			Measures: []string{fmt.Sprintf("対策 %d", r.IntN(1000)), pick(r, industries)},
			Facets: cases.Facets{
				Industry: pick(r, industries), Categories: some(r, 3, categories),
				Size: pick(r, sizes), Stars: r.IntN(4),
			},
		},
		Hash: fmt.Sprintf("h%d", r.Uint64()),
		Row:  randomSparse(r, 6),
	}
	if r.IntN(4) > 0 { // an index made without the model has none
		e.Phrase = randomDense(r, phraseDim*(1+r.IntN(3)))
	}
	e.Case.Employees = e.Case.Size.String()
	if dim > 0 {
		e.Dense = randomDense(r, dim)
	}
	for i := range r.IntN(5) {
		e.Lines = append(e.Lines, retrieval.Line{Text: fmt.Sprintf("質問 %d-%d", page, i), Sparse: randomSparse(r, 4), Phrase: randomDense(r, phraseDim)})
	}
	return e
}

// phraseDim is the length of the phrase vectors here; a row has several of them
// in one.
const phraseDim = 3

func randomSparse(r *rand.Rand, most int) embeddings.Sparse {
	v := embeddings.Sparse{Index: some(r, most, features)}
	slices.Sort(v.Index)
	for range v.Index {
		v.Value = append(v.Value, r.Float32()+0.01)
	}
	return v
}

func randomDense(r *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = r.Float32()*2 - 1
	}
	return v
}

// randomChange makes a first book of n cases.
func randomChange(r *rand.Rand, n, dim int) retrieval.Change {
	change := retrieval.Change{
		Book:     cases.Book{ID: "book", Title: "事例集 'その1' \"100%\"", Source: "IPA_2021 🏭"},
		Features: "rules-1", Average: 7.25, AverageLine: 3.5,
	}
	if dim > 0 {
		change.Model, change.Dim, change.Probe = "model-a", dim, randomDense(r, dim)
	}
	for page := 1; page <= n; page++ {
		change.Upsert = append(change.Upsert, randomEntry(r, id(page), page, dim))
	}
	return change
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put changes store and shelf alike.
func put(t *testing.T, store retrieval.Store, s *shelf, change retrieval.Change) {
	t.Helper()
	must(t, store.Put(t.Context(), change))
	s.put(change)
}

func current(t *testing.T, store retrieval.Store) *retrieval.Generation {
	t.Helper()
	g, err := store.Current(t.Context())
	must(t, err)
	return g
}

// spelled writes a value as JSON with empty lists and no lists alike: a store
// may give either back.
func spelled(v any) string {
	switch v := v.(type) {
	case cases.Case:
		if len(v.Measures) == 0 {
			v.Measures = nil
		}
		if len(v.Categories) == 0 {
			v.Categories = nil
		}
		if len(v.Corrections) == 0 {
			v.Corrections = nil
		}
		return marshalled(v)
	case []cases.Case:
		out := ""
		for _, c := range v {
			out += spelled(c) + "\n"
		}
		return out
	}
	return marshalled(v)
}

func marshalled(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the suite's own types, all of them marshal
	}
	return string(text)
}

// same holds a store against the shelf: the facts of the generation, all
// cases, and candidates for some probes.
func same(t *testing.T, store retrieval.Store, s *shelf) {
	t.Helper()
	sameFacts(t, current(t, store), s)
	sameSelect(t, store, s, retrieval.Facets{})
	r := generator(99)
	for range 5 {
		probe := retrieval.Probe{Sparse: randomSparse(r, 8), Phrase: randomDense(r, phraseDim), Limit: 1000}
		if s.dim > 0 {
			probe.Dense = randomDense(r, s.dim)
		}
		sameCandidates(t, store, s, probe)
	}
}

func sameSelect(t *testing.T, store retrieval.Store, s *shelf, f retrieval.Facets) {
	t.Helper()
	found, unstated, err := store.Select(t.Context(), f)
	must(t, err)
	want, wantUnstated := s.choose(f)
	if spelled(found) != spelled(want) {
		t.Errorf("Select(%s up=%v):\n%swant, by Judge:\n%s", marshalled(f), f.StarsUp, spelled(found), spelled(want))
	}
	if unstated != wantUnstated {
		t.Errorf("Select(%s up=%v): %d state no size, want %d", marshalled(f), f.StarsUp, unstated, wantUnstated)
	}
}

func sameCandidates(t *testing.T, store retrieval.Store, s *shelf, probe retrieval.Probe) {
	t.Helper()
	got, err := store.Candidates(t.Context(), probe)
	must(t, err)
	if got.Generation != s.number {
		t.Errorf("candidates of generation %d, want %d", got.Generation, s.number)
	}
	want := s.candidates(probe)
	byID := map[cases.ID]retrieval.Candidate{}
	for _, c := range got.Found {
		if _, twice := byID[c.Case.ID]; twice {
			t.Errorf("%s was found twice", c.Case.ID)
		}
		byID[c.Case.ID] = c
	}
	for _, w := range want {
		c, ok := byID[w.Case.ID]
		if !ok {
			t.Errorf("%s was not found for %s", w.Case.ID, marshalled(probe))
			continue
		}
		sameCandidate(t, probe, s.entries[w.Case.ID], c, w)
		delete(byID, w.Case.ID)
	}
	for id := range byID { // a store may show what only the phrase model relates
		if len(probe.Phrase) > 0 && len(s.entries[id].Phrase) > 0 {
			delete(byID, id)
		}
	}
	if len(byID) > 0 {
		t.Errorf("found, though they share nothing with %s: %v", marshalled(probe), slices.Sorted(maps.Keys(byID)))
	}
}
