package storetest

import (
	"slices"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

func empty(t *testing.T, store retrieval.Store) {
	g := current(t, store)
	if g == nil || g.Number != 0 || g.Cases != 0 {
		t.Fatalf("an empty store is generation %+v, want number 0", g)
	}
	found, unstated, err := store.Select(t.Context(), retrieval.Facets{Size: &cases.Size{Min: 1}})
	if err != nil || len(found) != 0 || unstated != 0 {
		t.Errorf("Select gave %v, %d, %v; want nothing", found, unstated, err)
	}
	for name, probe := range map[string]retrieval.Probe{
		"without vectors": {Sparse: embeddings.Sparse{Index: []uint32{1}, Value: []float32{1}}, Limit: 10},
		"with vectors":    {Sparse: embeddings.Sparse{Index: []uint32{1}, Value: []float32{1}}, Dense: []float32{1, 0}, Limit: 10},
	} {
		c, err := store.Candidates(t.Context(), probe)
		if err != nil || c.Generation != 0 || len(c.Found) != 0 {
			t.Errorf("Candidates %s gave %+v, %v; want nothing of generation 0", name, c, err)
		}
	}
}

func facts(t *testing.T, store retrieval.Store) {
	s := newShelf()
	put(t, store, s, randomChange(generator(1), 30, 4))
	same(t, store, s)
}

func numbers(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(2)
	put(t, store, s, randomChange(r, 3, 0))
	for n := int64(2); n <= 4; n++ {
		put(t, store, s, retrieval.Change{
			Book:     cases.Book{ID: "book", Title: "第" + string(rune('0'+n)) + "版"},
			Features: "rules-2", Average: float64(n), AverageLine: 1 / float64(n),
		})
		if g := current(t, store); g.Number != n {
			t.Errorf("after %d puts the number is %d", n, g.Number)
		}
		same(t, store, s)
	}
}

func kept(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(3)
	change := randomChange(r, 12, 3)
	put(t, store, s, change)
	change.Upsert = []retrieval.Entry{randomEntry(r, id(5), 5, 3)}
	change.Remove = []cases.ID{id(9)}
	put(t, store, s, change)
	same(t, store, s)
}

func replaced(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(4)
	put(t, store, s, randomChange(r, 10, 3))
	change := randomChange(r, 0, 0)
	change.Book = cases.Book{ID: "other", Title: "別の事例集"}
	for page := 1; page <= 10; page++ {
		change.Remove = append(change.Remove, id(page))
		if page%2 == 0 { // the same pages, under other ids
			change.Upsert = append(change.Upsert, randomEntry(r, cases.MakeID("other", page), page, 0))
		}
	}
	put(t, store, s, change)
	same(t, store, s)
}

func moved(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(5)
	change := randomChange(r, 4, 0)
	put(t, store, s, change)
	// Two cases change places, and a new id takes the page of a removed one.
	change.Upsert = []retrieval.Entry{randomEntry(r, id(1), 2, 0), randomEntry(r, id(2), 1, 0), randomEntry(r, id(50), 4, 0)}
	change.Remove = []cases.ID{id(4)}
	put(t, store, s, change)
	same(t, store, s)
}

func removed(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(6)
	change := randomChange(r, 5, 2)
	put(t, store, s, change)
	change.Upsert, change.Remove = nil, []cases.ID{id(77)}
	put(t, store, s, change)
	same(t, store, s)
	for page := 1; page <= 5; page++ {
		change.Remove = append(change.Remove, id(page))
	}
	put(t, store, s, change)
	same(t, store, s)
	change.Upsert, change.Remove = []retrieval.Entry{randomEntry(r, id(3), 3, 2)}, []cases.ID{id(3)}
	put(t, store, s, change)
	same(t, store, s)
}

func refused(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(7)
	good := randomChange(r, 6, 3)
	put(t, store, s, good)
	for name, spoil := range map[string]func(*retrieval.Change){
		"two new cases on one page": func(c *retrieval.Change) {
			c.Upsert = append(c.Upsert, randomEntry(r, id(20), 20, 3), randomEntry(r, id(21), 20, 3))
		},
		"a page that a case still has": func(c *retrieval.Change) {
			c.Upsert = append(c.Upsert, randomEntry(r, id(22), 1, 3))
		},
		"one id twice": func(c *retrieval.Change) {
			c.Upsert = append(c.Upsert, randomEntry(r, id(23), 23, 3), randomEntry(r, id(23), 24, 3))
		},
		"another dimension, and then a page twice": func(c *retrieval.Change) {
			c.Dim, c.Model = 5, "model-b"
			c.Upsert = []retrieval.Entry{randomEntry(r, id(25), 25, 5), randomEntry(r, id(26), 25, 5)}
		},
		"no vectors any more, and then a page twice": func(c *retrieval.Change) {
			c.Dim, c.Model = 0, ""
			c.Upsert = []retrieval.Entry{randomEntry(r, id(27), 27, 0), randomEntry(r, id(28), 27, 0)}
		},
	} {
		change := good
		change.Book.Title, change.Average = "来なかった版", 1
		change.Remove = []cases.ID{id(2), id(3)}
		change.Upsert = []retrieval.Entry{randomEntry(r, id(4), 4, 3)}
		spoil(&change)
		if err := store.Put(t.Context(), change); err == nil {
			t.Errorf("%s was put", name)
		}
		same(t, store, s)
	}
	good.Upsert = []retrieval.Entry{randomEntry(r, id(30), 30, 3)}
	put(t, store, s, good)
	same(t, store, s)
}

func vectorsGo(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(8)
	change := randomChange(r, 8, 3)
	put(t, store, s, change)
	for _, to := range []struct {
		model string
		dim   int
	}{
		{"model-b", 5}, // another dimension
		{"model-c", 5}, // another model of one dimension: as little to compare
		{"", 0},
		{"model-c", 5}, // what was gone is not back
		{"model-a", 3},
	} {
		change.Model, change.Dim = to.model, to.dim
		change.Upsert = []retrieval.Entry{randomEntry(r, id(2), 2, to.dim), randomEntry(r, id(9), 9, to.dim)}
		put(t, store, s, change)
		same(t, store, s)
	}
}

func vectorsRefused(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(9)
	change := randomChange(r, 4, 3)
	put(t, store, s, change)
	for name, c := range map[string]struct{ declared, brought int }{
		"longer": {3, 4}, "shorter": {3, 2}, "undeclared": {0, 3},
	} {
		bad := change
		bad.Dim = c.declared
		bad.Upsert = []retrieval.Entry{randomEntry(r, id(7), 7, c.brought)}
		if err := store.Put(t.Context(), bad); err == nil {
			t.Errorf("a vector %s than its dimension was put", name)
		}
		same(t, store, s)
	}
}

func bytesKept(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(10)
	change := randomChange(r, 0, 2)
	for i, text := range []string{
		`'; DROP TABLE book_case; --`, `100% の_社員?`, "改行\nタブ\t終わり", `"二重" \逆\ 'ひとつ'`, "👩‍👧‍👦🏭 𠮷野家 が", "<b>&amp;</b> {{x}} $1 ?1 :a", " 空白 　", "\u202e右から\u200b",
	} {
		e := randomEntry(r, id(i+1), i+1, 2)
		e.Case.Title, e.Case.Industry, e.Case.Employees, e.Hash = text, text, text, text
		e.Case.Measures, e.Case.Categories = []string{text, "", text}, []string{text, text + "2"}
		e.Case.Corrections = []cases.Correction{{Page: i + 1, Field: "title", Printed: text, Corrected: text + "!", Reason: text}}
		e.Lines = []retrieval.Line{{Text: text, Sparse: embeddings.Sparse{Index: slices.Clone(features), Value: make([]float32, len(features))}}}
		for j := range features {
			e.Lines[0].Sparse.Value[j] = r.Float32() + 0.01
		}
		change.Book.Title += text
		change.Upsert = append(change.Upsert, e)
	}
	change.Features = "規則 'a' \"b\" % _"
	put(t, store, s, change)
	same(t, store, s)
	for _, e := range s.ordered() {
		sameSelect(t, store, s, retrieval.Facets{Industry: []string{e.Case.Industry}})
		sameSelect(t, store, s, retrieval.Facets{NotCategory: e.Case.Categories, Size: &cases.Size{Min: 1}})
	}
}

func history(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(11)
	put(t, store, s, randomChange(r, 6, 2))
	for range 15 {
		change := randomChange(r, 0, 0)
		if r.IntN(3) > 0 {
			change.Model, change.Dim = s.last.Model, s.dim
		} else if dim := r.IntN(3); dim > 0 {
			change.Model, change.Dim = pick(r, []string{"model-a", "model-b"}), dim
		}
		for _, n := range some(r, 4, []int{1, 2, 3, 4, 5, 6, 7, 8}) {
			if r.IntN(4) == 0 {
				change.Remove = append(change.Remove, id(n))
			} else {
				change.Upsert = append(change.Upsert, randomEntry(r, id(n), n, change.Dim))
			}
		}
		put(t, store, s, change)
		same(t, store, s)
	}
}
