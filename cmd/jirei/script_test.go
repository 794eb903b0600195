package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
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
