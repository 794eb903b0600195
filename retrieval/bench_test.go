package retrieval_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/golden"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// loaded is what indexing the embedded book takes.
type loaded struct {
	words *retrieval.Lexicon
	lines map[cases.ID][]string
	book  cases.Book
}

func load(b *testing.B) (l loaded) {
	b.Helper()
	var err error
	if l.words, err = retrieval.EmbeddedLexicon(); err != nil {
		b.Fatal(err)
	}
	if l.lines, err = retrieval.EmbeddedExpansions(); err != nil {
		b.Fatal(err)
	}
	if l.book, err = cases.Embedded(); err != nil {
		b.Fatal(err)
	}
	return l
}

// indexed returns an engine on the book in a SQLite file.
func (l loaded) indexed(b *testing.B) *retrieval.Engine {
	b.Helper()
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "book.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	e := retrieval.New(store, l.words, l.lines)
	plan, err := e.Prepare(ctx, l.book)
	if err != nil {
		b.Fatal(err)
	}
	if err := plan.Apply(ctx, store); err != nil {
		b.Fatal(err)
	}
	return e
}

// questions are all golden ones: what is measured is time alone.
func questions(b *testing.B) []retrieval.Golden {
	b.Helper()
	out, err := golden.Questions()
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// times runs something for one of n questions after the other and reports how
// long the middle one took and the slowest twentieth.
func times(b *testing.B, n int, run func(i int)) {
	b.Helper()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		run(i % n)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
	b.ReportMetric(float64(took[len(took)*95/100].Nanoseconds())/1e3, "p95-µs")
}

// BenchmarkStep times each step of a search in the embedded book.
func BenchmarkStep(b *testing.B) {
	steps, err := load(b).indexed(b).Steps(context.Background(), questions(b))
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range steps {
		b.Run(s.Name, func(b *testing.B) { times(b, s.N, s.Run) })
	}
}

// BenchmarkAsk times whole questions, in the embedded book and in larger ones.
func BenchmarkAsk(b *testing.B) {
	all := questions(b)
	ask := func(b *testing.B, e *retrieval.Engine) {
		times(b, len(all), func(i int) {
			if _, err := e.Ask(context.Background(), all[i].Q, all[i].History, 10); err != nil {
				b.Fatal(err)
			}
		})
	}
	l := load(b)
	whole := l.indexed(b)
	b.Run(fmt.Sprintf("cases=%d", len(l.book.Cases)), func(b *testing.B) { ask(b, whole) })
	for _, passages := range []int{10_000, 100_000} {
		var e *retrieval.Engine // built once: -count and longer runs ask the same book
		b.Run(fmt.Sprintf("passages=%d", passages), func(b *testing.B) {
			if e == nil {
				start := time.Now()
				e = l.grown(passages).indexed(b)
				b.Logf("indexing took %v", time.Since(start).Round(time.Second))
			}
			ask(b, e)
		})
	}
}

// linesGrown is how many expansion lines a case of a generated book has.
const linesGrown = 9

// grown is a book of so many passages, each case mixed from measures and lines
// of the embedded one, the same in every run.
func (l loaded) grown(passages int) loaded {
	random := rand.New(rand.NewPCG(1, 2))
	var measures, lines []string
	for _, c := range l.book.Cases {
		measures = append(measures, c.Measures...)
		lines = append(lines, l.lines[c.ID]...)
	}
	some := func(list []string, n int) (out []string) {
		for range n {
			out = append(out, list[random.IntN(len(list))])
		}
		return out
	}
	out := loaded{words: l.words, lines: map[cases.ID][]string{}, book: cases.Book{ID: "grown", Title: "grown"}}
	for page := 1; page <= passages/(1+linesGrown); page++ {
		c := l.book.Cases[random.IntN(len(l.book.Cases))]
		c.ID, c.Page = cases.MakeID(out.book.ID, page), page
		c.Measures = some(measures, 1+random.IntN(3))
		out.book.Cases = append(out.book.Cases, c)
		out.lines[c.ID] = some(lines, linesGrown)
	}
	return out
}

func BenchmarkLexicon(b *testing.B) {
	for b.Loop() {
		if _, err := retrieval.EmbeddedLexicon(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIndex(b *testing.B) {
	l := load(b)
	for b.Loop() {
		l.indexed(b)
	}
}
