package golden

import (
	"context"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// embedded returns an engine on the embedded book in a SQLite file.
func embedded(tb testing.TB) *retrieval.Engine {
	tb.Helper()
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
	}
	store, err := sqlite.Open(ctx, tb.TempDir()+"/book.db")
	must(err)
	tb.Cleanup(func() { must(store.Close()) })
	words, err := retrieval.EmbeddedLexicon()
	must(err)
	lines, err := retrieval.EmbeddedExpansions()
	must(err)
	book, err := cases.Embedded()
	must(err)
	e := retrieval.New(store, words, lines)
	plan, err := e.Prepare(ctx, book)
	must(err)
	must(plan.Apply(ctx, store))
	return e
}
