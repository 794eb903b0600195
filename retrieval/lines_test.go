package retrieval_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings/embeddingstest"
)

// author writes one line for a case, but for those that it cannot.
type author struct {
	name  string
	fails func(c cases.Case) error
	mu    sync.Mutex
	wrote []int
}

func (a *author) Maker() string { return "lines " + a.name }

func (a *author) Lines(_ context.Context, c cases.Case) ([]string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wrote = append(a.wrote, c.Page)
	slices.Sort(a.wrote)
	if a.fails != nil && a.fails(c) != nil {
		return nil, a.fails(c)
	}
	return []string{c.Title + "の珍問", "odd question of " + a.name}, nil
}

// expand does as `jirei index` does, and returns the pages that were written for.
func (s *wired) expand(book cases.Book, a *author) (wrote, without []int, err error) {
	s.t.Helper()
	a.wrote = nil
	list, err := s.Unexpanded(s.t.Context(), book, a.Maker(), false)
	if err != nil {
		s.t.Fatal(err)
	}
	without, err = s.Expand(s.t.Context(), list, a, func(int, int) {})
	plan, prepared := s.Prepare(s.t.Context(), book)
	if prepared == nil {
		prepared = plan.Apply(s.t.Context(), s.Store())
	}
	if prepared != nil {
		s.t.Fatal(prepared)
	}
	return a.wrote, without, err
}

func TestLinesAreWrittenOnce(t *testing.T) {
	t.Parallel()
	s := newWired(t, embeddingstest.Words(32, 1))
	for _, c := range []struct {
		name   string
		titles []string
		wrote  []int
	}{
		{"a", []string{"UTM", "MDM"}, []int{1, 2}},
		{"a", []string{"UTM", "MDM"}, nil},
		{"a", []string{"UTM", "WAF"}, []int{2}},
		{"b", []string{"UTM", "WAF"}, []int{1, 2}},
		{"a", []string{"UTM", "WAF"}, nil},
	} {
		wrote, without, err := s.expand(titled(c.titles...), &author{name: c.name})
		if err != nil || !slices.Equal(wrote, c.wrote) || len(without) > 0 {
			t.Errorf("%s %v: wrote for %v, without %v, %v", c.name, c.titles, wrote, without, err)
		}
		if now := s.now(); now.Passages != 3*len(c.titles) {
			t.Errorf("%d passages", now.Passages)
		}
	}
	// What a line says is found, and only found: the row does not say it.
	r, err := s.Ask(t.Context(), "珍問", nil, 5)
	if err != nil || len(r.Hits)+len(r.Nearest) != 2 {
		t.Errorf("found %v %v, %v", r.Hits, r.Nearest, err)
	}
	number := s.now().Number
	plan, err := s.Prepare(t.Context(), titled("UTM", "WAF"))
	if err != nil || !plan.Nothing() || s.now().Number != number {
		t.Errorf("a start without the model would change %+v, %v", plan, err)
	}
}

func TestAnAuthorThatFails(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	s := newWired(t, embeddingstest.Words(32, 1))
	once := &author{name: "a", fails: func(c cases.Case) error {
		if c.Page == 2 {
			return down
		}
		return nil
	}}
	wrote, without, err := s.expand(titled("UTM", "MDM", "WAF"), once)
	if !errors.Is(err, down) || !slices.Equal(wrote, []int{1, 2, 3}) || !slices.Equal(without, []int{2}) || s.now().Passages != 7 {
		t.Errorf("wrote for %v, without %v, %v, %d passages", wrote, without, err, s.now().Passages)
	}
	titles := make([]string, 60)
	for i := range titles {
		titles[i] = "対策" + string(rune('一'+i))
	}
	never := &author{name: "b", fails: func(cases.Case) error { return down }}
	wrote, without, err = s.expand(titled(titles...), never)
	if !errors.Is(err, down) || len(wrote) > 8 || len(without) != 60 || s.now().Cases != 60 {
		t.Errorf("asked %d times, %d without, %v", len(wrote), len(without), err)
	}
}
