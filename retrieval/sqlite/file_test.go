package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite/file"
	"github.com/jirei/jirei/retrieval/storetest"
)

var probe = retrieval.Probe{Sparse: embeddings.Sparse{Index: []uint32{7, 8}, Value: []float32{1, 1}}, Dense: []float32{1, 1}, Limit: 10}

// seen is all that a store tells about its book.
type seen struct {
	Generation *retrieval.Generation
	Cases      []cases.Case
	Unstated   int
	Candidates retrieval.Candidates
}

func look(t *testing.T, s *Store) seen {
	t.Helper()
	var out seen
	var err error
	if out.Generation, err = s.Current(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out.Cases, out.Unstated, err = s.Select(t.Context(), retrieval.Facets{Size: &cases.Size{Min: 1}}); err != nil {
		t.Fatal(err)
	}
	if out.Candidates, err = s.Candidates(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	return out
}

// both runs a test for either way of search.
func both(t *testing.T, test func(t *testing.T, exact int)) {
	for name, exact := range map[string]int{"in memory": retrieval.ExactPassages, "in the file": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, exact)
		})
	}
}

func TestReopenedFileHoldsTheSame(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, exact int) {
		path := filepath.Join(t.TempDir(), "jirei.db")
		first, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		first.exact = exact
		if err := first.Put(t.Context(), storetest.Edition("第1版")); err != nil {
			t.Fatal(err)
		}
		before := look(t, first)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		again := at(t, path, exact)
		if after := look(t, again); !reflect.DeepEqual(before, after) {
			t.Errorf("after reopening %+v, before %+v", after, before)
		}
		if len(before.Cases) != 1 || before.Unstated != 1 || len(before.Candidates.Found) != 2 || before.Candidates.Found[0].Cosine == 0 {
			t.Errorf("the book of this test is not what it should be: %+v", before)
		}
	})
}

// A book that was indexed as a large one is found by a program that would
// keep it in memory, and the other way round: the file says which it is.
func TestEitherWayReadsTheOthersFile(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, exact int) {
		path := filepath.Join(t.TempDir(), "jirei.db")
		writer := at(t, path, exact)
		if err := writer.Put(t.Context(), storetest.Edition("第1版")); err != nil {
			t.Fatal(err)
		}
		other := at(t, path, retrieval.ExactPassages-exact)
		if a, b := look(t, writer), look(t, other); !reflect.DeepEqual(a, b) {
			t.Errorf("the writer sees %+v, the other %+v", a, b)
		}
		// The other's Put moves the book to its own way of keeping.
		if err := other.Put(t.Context(), storetest.Edition("第2版")); err != nil {
			t.Fatal(err)
		}
		if a, b := look(t, writer), look(t, other); !reflect.DeepEqual(a, b) || a.Generation.Number != 2 {
			t.Errorf("after the other's put the writer sees %+v, the other %+v", a, b)
		}
	})
}

// `jirei index` beside a running bot: two handles on one file.
func TestSecondHandleSeesAPutOfTheFirst(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, exact int) {
		path := filepath.Join(t.TempDir(), "jirei.db")
		bot, index := at(t, path, exact), at(t, path, exact)
		if g, err := bot.Current(t.Context()); err != nil || g.Number != 0 {
			t.Fatalf("%+v, %v", g, err)
		}
		for n, title := range []string{"第1版", "第2版"} {
			if err := index.Put(t.Context(), storetest.Edition(title)); err != nil {
				t.Fatal(err)
			}
			got := look(t, bot)
			if got.Generation.Number != int64(n+1) || got.Candidates.Generation != int64(n+1) {
				t.Errorf("after put %d the bot sees generation %d and candidates of %d", n+1, got.Generation.Number, got.Candidates.Generation)
			}
			if got.Generation.Book.Title != title || got.Cases[0].Title != title || got.Candidates.Found[0].Case.Title != title {
				t.Errorf("the bot sees %+v, want %s", got, title)
			}
		}
	})
}

// A reader that began its transaction as a writer would wait for the other
// and fail; a bot has to answer while a book is indexed.
func TestReadersGoOnWhileAnotherWrites(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, exact int) {
		path := filepath.Join(t.TempDir(), "jirei.db")
		s, writer := at(t, path, exact), at(t, path, exact)
		if err := s.Put(t.Context(), storetest.Edition("第1版")); err != nil {
			t.Fatal(err)
		}
		tx, err := writer.db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.put(t.Context(), tx, storetest.Edition("書きかけ")); err != nil {
			t.Fatal(err)
		}
		got := look(t, s)
		if got.Generation.Number != 1 || got.Cases[0].Title != "第1版" || got.Candidates.Found[0].Case.Title != "第1版" {
			t.Errorf("beside an unfinished put: %+v", got)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if after := look(t, s); !reflect.DeepEqual(got, after) {
			t.Errorf("after it was taken back: %+v", after)
		}
	})
}

func TestOpenRefusesWithASentenceAndAHint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inTheWay := filepath.Join(dir, "note.txt")
	if err := os.WriteFile(inTheWay, []byte(strings.Repeat("これはデータベースではない", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	db, err := file.Open(newer)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Migrate(t.Context(), db, "book", append(append([]string{}, schema...), "CREATE TABLE book_of_tomorrow (x)")); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"a folder":                  dir,
		"a folder under a file":     filepath.Join(inTheWay, "jirei.db"),
		"a file that is no SQLite":  inTheWay,
		"the file of a newer jirei": newer,
		"no path":                   "",
	} {
		s, err := Open(t.Context(), path)
		if err == nil {
			_ = s.Close()
			t.Errorf("%s was opened", name)
			continue
		}
		var said *file.Error
		if !errors.As(err, &said) || said.Problem == "" || said.Hint == "" {
			t.Errorf("%s: %v, want a sentence and a hint", name, err)
		}
	}
}
