package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// everywhere is a feature that every case of the readers' book has.
var everywhere = embeddings.Sparse{Index: []uint32{7}, Value: []float32{1}}

// edition is the whole book of generation n: each text tells n, and an odd
// generation has a case that an even one has not.
func edition(r *rand.Rand, n int64, dims []int) retrieval.Change {
	dim := dims[int(n)%len(dims)]
	change := randomChange(r, int(casesOf(n)), dim)
	change.Book.Title = told(n)
	change.Average = float64(n)
	for i := range change.Upsert {
		e := &change.Upsert[i]
		e.Case.Title, e.Hash = told(n), told(n)
		e.Row = everywhere
	}
	if n%2 == 0 {
		change.Remove = []cases.ID{id(int(casesOf(1)))}
	}
	return change
}

func told(n int64) string { return fmt.Sprintf("第%d版", n) }

func casesOf(n int64) int64 { return 10 + n%2 }

func readers(t *testing.T, store retrieval.Store) { read(t, store, []int{0}) }

func readersDense(t *testing.T, store retrieval.Store) { read(t, store, []int{2, 3, 0}) }

// read has readers at work while a writer puts one edition after another, and
// holds each answer to be of one edition, never older than one seen before.
func read(t *testing.T, store retrieval.Store, dims []int) {
	const editions, atOnce = 25, 4
	r := generator(30)
	must(t, store.Put(t.Context(), edition(r, 1, dims)))
	done := make(chan struct{})
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() {
			var last int64
			for {
				var err error
				for _, ask := range []func(context.Context, retrieval.Store) (int64, error){askCurrent, askSelect, askCandidates} {
					var n int64
					if n, err = ask(t.Context(), store); err == nil && n < last {
						err = fmt.Errorf("generation %d after %d", n, last)
					}
					if err != nil {
						t.Error(err)
						return
					}
					last = n
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := int64(2); n <= editions; n++ {
		if err := store.Put(t.Context(), edition(r, n, dims)); err != nil {
			t.Error(err)
			break
		}
	}
	close(done)
	group.Wait()
	if g := current(t, store); g.Number != editions {
		t.Errorf("generation %d at the end, want %d", g.Number, editions)
	}
}

func askCurrent(ctx context.Context, store retrieval.Store) (int64, error) {
	g, err := store.Current(ctx)
	if err != nil {
		return 0, err
	}
	if g.Book.Title != told(g.Number) || g.Average != float64(g.Number) || int64(g.Cases) != casesOf(g.Number) || int64(g.DF[7]) != casesOf(g.Number) {
		return 0, fmt.Errorf("generation %d is titled %q with average %v, %d cases, %d with a feature of all", g.Number, g.Book.Title, g.Average, g.Cases, g.DF[7])
	}
	for of, hash := range g.Hashes {
		if hash != told(g.Number) {
			return 0, fmt.Errorf("generation %d has %s of %s", g.Number, of, hash)
		}
	}
	return g.Number, nil
}

func askSelect(ctx context.Context, store retrieval.Store) (int64, error) {
	open := cases.Size{Min: 0}
	found, unstated, err := store.Select(ctx, retrieval.Facets{Size: &open})
	if err != nil {
		return 0, err
	}
	if len(found) == 0 {
		return 0, errors.New("no case states a size; the book of this test has some")
	}
	var n int64
	if _, err := fmt.Sscanf(found[0].Title, "第%d版", &n); err != nil {
		return 0, err
	}
	for _, c := range found {
		if c.Title != told(n) {
			return 0, fmt.Errorf("Select gave %q beside %q", c.Title, told(n))
		}
	}
	if got := int64(len(found) + unstated); got != casesOf(n) {
		return 0, fmt.Errorf("Select gave %d of %s, which has %d", got, told(n), casesOf(n))
	}
	return n, nil
}

func askCandidates(ctx context.Context, store retrieval.Store) (int64, error) {
	found, err := store.Candidates(ctx, retrieval.Probe{Sparse: everywhere, Dense: []float32{1, 0}, Limit: 100})
	if err != nil {
		return 0, err
	}
	if got, want := int64(len(found.Found)), casesOf(found.Generation); got != want {
		return 0, fmt.Errorf("%d candidates of generation %d, which has %d cases", got, found.Generation, want)
	}
	for _, c := range found.Found {
		if c.Case.Title != told(found.Generation) {
			return 0, fmt.Errorf("a candidate of %q in generation %d", c.Case.Title, found.Generation)
		}
	}
	return found.Generation, nil
}

func cancelled(t *testing.T, store retrieval.Store) {
	s := newShelf()
	r := generator(31)
	change := randomChange(r, 5, 2)
	put(t, store, s, change)
	same(t, store, s) // also fills whatever the store keeps in memory
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	change.Upsert = []retrieval.Entry{randomEntry(r, id(9), 9, 2)}
	for name, call := range map[string]func() error{
		"Current": func() error { _, err := store.Current(ctx); return err },
		"Put":     func() error { return store.Put(ctx, change) },
		"Select":  func() error { _, _, err := store.Select(ctx, retrieval.Facets{}); return err },
		"Candidates": func() error {
			_, err := store.Candidates(ctx, retrieval.Probe{Sparse: everywhere, Limit: 5})
			return err
		},
	} {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s under a cancelled context: %v, want context.Canceled", name, err)
		}
	}
	same(t, store, s)
}
