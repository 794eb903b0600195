package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/storetest"
)

// fresh opens a store in a file of its own. exact decides the way of search:
// retrieval.ExactPassages keeps these small books in memory, 0 searches them
// in the file, as if they were large.
func fresh(t *testing.T, exact int) *Store {
	t.Helper()
	return at(t, filepath.Join(t.TempDir(), "jirei.db"), exact)
}

func at(t *testing.T, path string, exact int) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	s.exact = exact
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStoreInMemory(t *testing.T) {
	t.Parallel()
	storetest.Test(t, func(t *testing.T) retrieval.Store { return fresh(t, retrieval.ExactPassages) })
}

func TestStoreInTheFile(t *testing.T) {
	t.Parallel()
	storetest.Test(t, func(t *testing.T) retrieval.Store { return fresh(t, 0) })
}
