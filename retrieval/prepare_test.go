package retrieval_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// watched is a store that remembers the last change put into it.
type watched struct {
	retrieval.Store
	puts int
	last retrieval.Change
}

func (w *watched) Put(ctx context.Context, change retrieval.Change) error {
	w.puts, w.last = w.puts+1, change
	return w.Store.Put(ctx, change)
}

func (w *watched) upserted() (pages []int) {
	for _, e := range w.last.Upsert {
		pages = append(pages, e.Case.Page)
	}
	return pages
}

func open(t *testing.T) *watched {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "jirei.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &watched{Store: store}
}

const words = `
[industry 製造業]
ja = 製造業
[industry 建設業]
ja = 建設業
[category 被害有]
ja = 被害
[concept backup] copies of data
ja = バックアップ, 控え
[concept password] passwords
ja = パスワード
[intent count]
ja = 何件
[intent list]
ja = 一覧
[affix]
ja = 以外
[stop]
ja = の, を, は, 会社, 事例, 教えて, 見せて, した
`

func engine(t *testing.T, store retrieval.Store, words string, expansions map[cases.ID][]string) *retrieval.Engine {
	t.Helper()
	lexicon, err := retrieval.ReadLexicon(map[string]string{"words.txt": words})
	if err != nil {
		t.Fatal(err)
	}
	return retrieval.New(store, lexicon, expansions)
}

// bookOf has a case per text, on pages 1, 2, …
func bookOf(texts ...string) cases.Book {
	book := cases.Book{ID: "book", Title: "事例集"}
	for i, text := range texts {
		book.Cases = append(book.Cases, cases.Case{
			ID: cases.MakeID("book", i+1), Page: i + 1, Title: text, Measures: []string{text},
			Facets: cases.Facets{Industry: "製造業", Categories: []string{"被害有"}},
		})
	}
	return book
}

func prepare(t *testing.T, e *retrieval.Engine, book cases.Book) retrieval.Plan {
	t.Helper()
	plan, err := e.Prepare(t.Context(), book)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func index(t *testing.T, e *retrieval.Engine, book cases.Book) retrieval.Plan {
	t.Helper()
	plan := prepare(t, e, book)
	if err := plan.Apply(t.Context(), e.Store()); err != nil {
		t.Fatal(err)
	}
	return plan
}

func written(p retrieval.Plan) string {
	return fmt.Sprintf("added %v changed %v removed %v unchanged %v rebuild %v", p.Added, p.Changed, p.Removed, p.Unchanged, p.Rebuild)
}

func TestPrepareVectorisesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	store := open(t)
	lines := map[cases.ID][]string{"book/2": {"控えはどう取る"}}
	e := engine(t, store, words, lines)
	first := bookOf("鍵を替えた", "控えを取った", "窓を閉めた", "扉を直した")

	if got, want := written(index(t, e, first)), "added [1 2 3 4] changed [] removed [] unchanged [] rebuild true"; got != want {
		t.Fatalf("first: %s, want %s", got, want)
	}
	if got := store.upserted(); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("first: pages %v were put", got)
	}

	again := index(t, e, first)
	if got, want := written(again), "added [] changed [] removed [] unchanged [1 2 3 4] rebuild false"; got != want || !again.Nothing() || store.puts != 1 {
		t.Errorf("the same book: %s after %d puts, want %s and no second one", got, store.puts, want)
	}

	second := bookOf("鍵を替えた", "控えを取った", "窓を開けた", "扉を直した")
	second.Cases = append(slices.Delete(second.Cases, 0, 1), cases.Case{ID: "book/9", Page: 9, Title: "門を直した", Measures: []string{"門を直した"}, Facets: second.Cases[1].Facets})
	if got, want := written(index(t, e, second)), "added [9] changed [3] removed [1] unchanged [2 4] rebuild false"; got != want {
		t.Errorf("another book: %s, want %s", got, want)
	}
	if got := store.upserted(); !slices.Equal(got, []int{3, 9}) || !slices.Equal(store.last.Remove, []cases.ID{"book/1"}) {
		t.Errorf("another book: pages %v put, %v removed", got, store.last.Remove)
	}

	// What is for finding only is part of a case all the same.
	lines["book/2"] = append(lines["book/2"], "複製の保管")
	if got, want := prepare(t, e, second), []int{2}; !slices.Equal(got.Changed, want) {
		t.Errorf("another expansion line: %s, want page 2 changed", written(got))
	}

	// Everything a reader is shown has to reach the store, also what no feature is made of.
	second.Cases[2].Stars = 3
	if got := prepare(t, e, second); !slices.Contains(got.Changed, 4) {
		t.Errorf("another number of stars: %s, want page 4 changed", written(got))
	}
}

func TestPrepareChangesNothingByItself(t *testing.T) {
	t.Parallel()
	store := open(t)
	e := engine(t, store, words, nil)
	prepare(t, e, bookOf("鍵を替えた"))
	if g, err := store.Current(t.Context()); err != nil || g.Number != 0 || store.puts != 0 {
		t.Errorf("generation %+v, %v after Prepare alone", g, err)
	}
	if _, err := e.Prepare(t.Context(), cases.Book{ID: "book"}); err == nil {
		t.Error("a book without cases was taken")
	}
}

func TestPrepareBuildsAgain(t *testing.T) {
	t.Parallel()
	texts := []string{"鍵を替えた", "控えを取った", "窓を閉めた", "扉を直した"}
	for name, c := range map[string]struct {
		change  func(*retrieval.Engine) // of the engine that comes second
		words   string
		texts   []string
		rebuild bool
	}{
		"nothing new":               {words: words, texts: texts},
		"other words":               {words: words + "[concept key] keys\nja = 鍵\n", texts: texts, rebuild: true},
		"another field weight":      {words: words, texts: texts, change: func(e *retrieval.Engine) { e.Weights.Title *= 2 }, rebuild: true},
		"another weight of ranking": {words: words, texts: texts, change: func(e *retrieval.Engine) { e.Weights.Refuse *= 2 }},
		"texts far longer":          {words: words, texts: append(slices.Clone(texts[:3]), strings.Repeat("扉と門と塀を直した", 5)), rebuild: true},
		"a text hardly longer":      {words: words, texts: append(slices.Clone(texts[:3]), "扉を直した。")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			index(t, engine(t, store, words, nil), bookOf(texts...))
			before, err := store.Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			e := engine(t, store, c.words, nil)
			if c.change != nil {
				c.change(e)
			}
			plan := index(t, e, bookOf(c.texts...))
			if plan.Rebuild != c.rebuild {
				t.Errorf("%s, want rebuild %v", written(plan), c.rebuild)
			}
			after, err := store.Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case c.rebuild && len(store.upserted()) != len(texts):
				t.Errorf("pages %v were put, want all", store.upserted())
			case !c.rebuild && after.Average != before.Average:
				t.Errorf("the average moved from %v to %v, and the kept vectors were weighed with the old one", before.Average, after.Average)
			case len(plan.Added)+len(plan.Removed) > 0:
				t.Errorf("%s; no page came or went", written(plan))
			}
			if again := prepare(t, e, bookOf(c.texts...)); !again.Nothing() {
				t.Errorf("right after indexing: %s, want nothing to do", written(again))
			}
		})
	}
}

// A book that comes piece by piece is stored as one that came at once: with the
// same averages, every vector is the same.
func TestPrepareByPiecesIsPrepareAtOnce(t *testing.T) {
	t.Parallel()
	texts := []string{"鍵を替えた", "控えを取った", "窓を閉めた", "扉を直した"}
	pieces, atOnce := open(t), open(t)
	other := slices.Clone(texts)
	other[1] = "記録を見た会"
	e := engine(t, pieces, words, nil)
	index(t, e, bookOf(other...))
	if plan := index(t, e, bookOf(texts...)); plan.Rebuild {
		t.Fatalf("%s; this test wants a book that needs no rebuild", written(plan))
	}
	index(t, engine(t, atOnce, words, nil), bookOf(texts...))
	for _, question := range []string{"控え", "鍵を替えた会社", "直した", "閉めた扉"} {
		a := ask(t, e, question)
		b := ask(t, engine(t, atOnce, words, nil), question)
		if pagesOf(a.Hits) != pagesOf(b.Hits) {
			t.Errorf("%s: %s by pieces, %s at once", question, pagesOf(a.Hits), pagesOf(b.Hits))
		}
	}
}
