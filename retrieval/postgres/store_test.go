package postgres

import (
	"testing"

	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres/db"
	"github.com/jirei/jirei/retrieval/postgres/db/dbtest"
	"github.com/jirei/jirei/retrieval/storetest"
)

// fresh opens a store in a schema of its own. exact decides the way of search: retrieval.ExactPassages keeps these small books in memory,
// 0 searches them in the database, as if they were large.
func fresh(t testing.TB, exact int) *Store {
	t.Helper()
	return at(t, dbtest.Schema(t), exact)
}

func at(t testing.TB, url string, exact int) *Store {
	t.Helper()
	pool, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s, err := New(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	s.exact, s.few = exact, 5 // with 5 a filter of these books is a narrow or a wide one
	return s
}

func TestStoreInMemory(t *testing.T) {
	t.Parallel()
	storetest.Test(t, func(t *testing.T) retrieval.Store { return fresh(t, retrieval.ExactPassages) })
}

func TestStoreInTheDatabase(t *testing.T) {
	t.Parallel()
	storetest.Test(t, func(t *testing.T) retrieval.Store { return fresh(t, 0) })
}
