package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/jirei/jirei/retrieval/postgres/db/dbtest"
)

// The command line as scripts may rely on it, each with a database of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATABASE_URL", "sqlite:"+e.WorkDir+"/jirei.db")
			return nil
		},
	})
}

// On PostgreSQL: the scripts that write and read a book, and the one that is about PostgreSQL. What is answered is the same on either, by
// TestBothStoresGiveOneOrder.
func TestScriptsOnPostgres(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"testdata/index.txt", "testdata/cases.txt", "testdata/postgres/doctor.txt"} {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			url := dbtest.Schema(t)
			testscript.Run(t, testscript.Params{
				Files: []string{file},
				Setup: func(e *testscript.Env) error {
					e.Setenv("DATABASE_URL", url)
					e.Setenv("READONLY_URL", dbtest.With(t, url, "default_transaction_read_only", "on"))
					return nil
				},
			})
		})
	}
}
