package postgres

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres/db"
	"github.com/jirei/jirei/retrieval/postgres/db/dbtest"
	"github.com/jirei/jirei/retrieval/storetest"
)

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
	probe := retrieval.Probe{Sparse: embeddings.Sparse{Index: []uint32{7, 8}, Value: []float32{1, 1}}, Dense: []float32{1, 1}, Limit: 10}
	if out.Candidates, err = s.Candidates(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	return out
}

func mustPut(t *testing.T, s *Store, change retrieval.Change) {
	t.Helper()
	if err := s.Put(t.Context(), change); err != nil {
		t.Fatal(err)
	}
}

// both runs a test for either way of search.
func both(t *testing.T, test func(t *testing.T, exact int)) {
	for name, exact := range map[string]int{"in memory": retrieval.ExactPassages, "in the database": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, exact)
		})
	}
}

// Two replicas, and `jirei index` beside them: what one puts the other's next question sees. Either way of search reads what the other
// way has written.
func TestReplicasSeeAPutOfTheOther(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, exact int) {
		url := dbtest.Schema(t)
		bot, index := at(t, url, exact), at(t, url, exact)
		other := at(t, url, retrieval.ExactPassages-exact)
		for n, title := range []string{"第1版", "第2版", "第3版"} {
			mustPut(t, []*Store{index, other, index}[n], storetest.Edition(title))
			got := look(t, bot)
			if got.Generation.Number != int64(n+1) || got.Candidates.Generation != int64(n+1) || len(got.Candidates.Found) != 2 || got.Candidates.Found[0].Cosine == 0 {
				t.Errorf("after put %d the bot sees %+v", n+1, got)
			}
			if got.Generation.Book.Title != title || got.Cases[0].Title != title || got.Candidates.Found[0].Case.Title != title || got.Unstated != 1 {
				t.Errorf("the bot sees %+v, want %s", got, title)
			}
			if also := look(t, other); !reflect.DeepEqual(got, also) {
				t.Errorf("the one sees %+v, the other %+v", got, also)
			}
		}
	})
}

// Questions go on while a book is indexed, and see the old one.
func TestReadersGoOnWhileAnotherWrites(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, exact int) {
		url := dbtest.Schema(t)
		s, writer := at(t, url, exact), at(t, url, exact)
		mustPut(t, s, storetest.Edition("第1版"))
		tx, err := writer.pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		change := storetest.Edition("書きかけ")
		change.Model = "another" // the vectors go to another table
		if err := writer.put(t.Context(), tx, change); err != nil {
			t.Fatal(err)
		}
		fresh := at(t, url, exact) // one that has to read all of it now
		for _, reader := range []*Store{s, fresh} {
			if got := look(t, reader); got.Generation.Number != 1 || got.Cases[0].Title != "第1版" || got.Candidates.Found[0].Case.Title != "第1版" {
				t.Errorf("beside an unfinished put: %+v", got)
			}
		}
		before := look(t, s)
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := look(t, s); !reflect.DeepEqual(before, after) {
			t.Errorf("after it was taken back: %+v", after)
		}
	})
}

// Tables of old generations are dropped, and the current one's stay.
func TestNoTableIsLeftBehind(t *testing.T) {
	t.Parallel()
	s := fresh(t, 0)
	for _, model := range []string{"a", "a", "b", "c"} {
		change := storetest.Edition("第n版")
		change.Model = model
		mustPut(t, s, change)
	}
	rows, err := s.pool.Query(t.Context(), `SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname ~ '_[0-9]+$' AND relnamespace = current_schema()::regnamespace ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if want := []string{"book_near_4", "book_posting_4"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("tables %v, %v; want %v", got, err, want)
	}
}

// A row of a mebibyte has more features than a sparsevec takes; all of them come back.
func TestMoreFeaturesThanASparsevecTakes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, exact int) {
		s := fresh(t, exact)
		change := storetest.Edition("長い行")
		var long embeddings.Sparse
		for i := range uint32(2*most + 5) {
			long.Index, long.Value = append(long.Index, 3*i+1), append(long.Value, float32(i+1)/1e5)
		}
		change.Upsert[0].Row = long
		mustPut(t, s, change)
		last := len(long.Index) - 1
		g, err := s.Current(t.Context())
		if err != nil || g.DF[long.Index[last]] != 1 || g.DF[7] != 2 {
			t.Fatalf("document frequencies are wrong: %d and %d, %v", g.DF[long.Index[last]], g.DF[7], err)
		}
		got, err := s.Candidates(t.Context(), retrieval.Probe{Sparse: embeddings.Sparse{Index: []uint32{long.Index[0], long.Index[last]}, Value: []float32{1, 1}}, Limit: 10})
		if err != nil || len(got.Found) != 1 || !slices.Equal(got.Found[0].Row, []float32{long.Value[0], long.Value[last]}) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Beyond 2,000 dimensions the index holds halves of the numbers, beyond 4,000 there is none; scores are of the whole numbers always.
func TestVectorsOfManyDimensions(t *testing.T) {
	t.Parallel()
	for _, dim := range []int{indexed, indexed + 1, halved, halved + 1} {
		t.Run(fmt.Sprint(dim), func(t *testing.T) {
			t.Parallel()
			s := fresh(t, 0)
			change := storetest.Edition("多次元")
			change.Dim = dim
			for i := range change.Upsert {
				v := make([]float32, dim)
				v[0], v[1], v[dim-1] = 1, 1e-3*float32(i+1), 0.1234567
				change.Upsert[i].Dense = v
			}
			mustPut(t, s, change)
			got, err := s.Candidates(t.Context(), retrieval.Probe{Dense: change.Upsert[0].Dense, Limit: 10})
			if err != nil || len(got.Found) != 2 {
				t.Fatalf("%d found, %v", len(got.Found), err)
			}
			want := retrieval.NewSnapshot(1, change.Upsert).Candidates(retrieval.Probe{Dense: change.Upsert[0].Dense})
			for i, c := range got.Found {
				if c.Cosine != want.Found[i].Cosine {
					t.Errorf("%s: cosine %v, want %v", c.Case.ID, c.Cosine, want.Found[i].Cosine)
				}
			}
			var index int
			if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_class JOIN pg_am am ON am.oid = relam WHERE amname = 'hnsw' AND relnamespace = current_schema()::regnamespace`).Scan(&index); err != nil || (index == 1) != (dim <= halved) {
				t.Errorf("%d HNSW indexes, %v", index, err)
			}
		})
	}
}

// The planner searches the index: with a scan of everything a large book would be found, but slowly.
func TestLargeBookIsSearchedByItsIndex(t *testing.T) {
	t.Parallel()
	s := fresh(t, 0)
	change := storetest.Edition("多い")
	change.Upsert = nil
	for page := 1; page <= 3000; page++ {
		e := storetest.Edition("多い").Upsert[0]
		e.Case.ID, e.Case.Page, e.Lines = cases.MakeID("book", page), page, nil
		e.Dense = []float32{float32(page % 61), float32(page % 7)}
		change.Upsert = append(change.Upsert, e)
	}
	mustPut(t, s, change)
	now, err := s.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, facets := range map[string]retrieval.Facets{"of all": {}, "of those that meet a wide filter": {Industry: []string{"製造業"}}} {
		query, args := s.query(retrieval.Probe{Dense: []float32{3, 4}, Facets: facets, Limit: 20}, now)
		rows, err := s.pool.Query(t.Context(), `EXPLAIN `+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		uses := 0
		for _, line := range plan {
			if strings.Contains(line, "book_near_1_hnsw") {
				uses++
			}
		}
		if want := map[bool]int{true: 1, false: 2}[facets.Empty()]; uses != want {
			t.Errorf("%s: the index is used %d times, want %d:\n%v", name, uses, want, plan)
		}
	}
}

func TestBadDatabasesAreTold(t *testing.T) {
	t.Parallel()
	url := dbtest.Schema(t)
	s := at(t, url, retrieval.ExactPassages)
	mustPut(t, s, storetest.Edition("第1版"))
	told := func(what string, err error, words string) {
		t.Helper()
		var said *db.Error
		if !errors.As(err, &said) || !strings.Contains(said.Problem, words) || said.Hint == "" {
			t.Errorf("%s: %v, want a sentence with %q and a hint", what, err, words)
		}
	}
	reader := at(t, dbtest.With(t, url, "default_transaction_read_only", "on"), retrieval.ExactPassages)
	if got := look(t, reader); got.Generation.Number != 1 || len(got.Candidates.Found) != 2 {
		t.Errorf("a read-only database is searched: %+v", got)
	}
	told("a put on a read-only database", reader.Put(t.Context(), storetest.Edition("第2版")), "読み取り専用")

	empty, err := db.Open(t.Context(), dbtest.With(t, dbtest.Schema(t), "default_transaction_read_only", "on"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(empty.Close)
	_, err = New(t.Context(), empty)
	told("an empty read-only database", err, "読み取り専用")

	if err := db.Migrate(t.Context(), s.pool, "book", append(slices.Clone(schema), `CREATE TABLE book_of_tomorrow (x int)`)); err != nil {
		t.Fatal(err)
	}
	_, err = New(t.Context(), s.pool)
	told("the schema of a newer jirei", err, "より新しい jirei")
}
