// Command bench runs the golden questions on jirei, on jirei with one part
// switched off, and on other full-text searches, and prints one table.
// README.md says how to read it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/golden"
)

func main() {
	if err := run(context.Background(), os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	write bool   // run the test half too, and write the table into the page
	root  string // the repository
}

func run(ctx context.Context, out io.Writer, args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.write, "write", false, "run the test half too, write the table into docs/benchmarks.md, and log the run there")
	flags.StringVar(&o.root, "root", "../..", "the repository")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no option", flags.Arg(0))
	}
	sets, err := questions(o)
	if err != nil {
		return err
	}
	rows, err := measure(ctx, sets)
	if err != nil {
		return err
	}
	table := markdown(rows, sets)
	fmt.Fprint(out, table)
	if o.write {
		return write(filepath.Join(o.root, "docs", "benchmarks.md"), table, rows)
	}
	return nil
}

// set is a number of questions that are reported together.
type set struct {
	name      string
	questions []retrieval.Golden
}

// questions returns the sets to run: the development half and what other sets
// stand beside the golden one, which are for development too. The test half comes last, and only when
// the table is going to be written: who looks at it without saying so tunes on it.
func questions(o options) ([]set, error) {
	all, err := golden.Questions()
	if err != nil {
		return nil, fmt.Errorf("reading the golden set: %w", err)
	}
	half := func(development bool) []retrieval.Golden {
		return slices.DeleteFunc(slices.Clone(all), func(g retrieval.Golden) bool { return golden.Development(g.ID) != development })
	}
	sets := []set{{"development", half(true)}}
	further, err := filepath.Glob(filepath.Join(o.root, "retrieval", "golden", "*", "golden.jsonl"))
	if err != nil {
		return nil, err
	}
	for _, path := range further {
		list, err := read(path)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set{filepath.Base(filepath.Dir(path)), list})
	}
	if o.write {
		sets = append(sets, set{test, half(false)})
	}
	return sets, nil
}

func read(path string) ([]retrieval.Golden, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	out, err := retrieval.ReadGolden(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// test is the name of the half that is only reported.
const test = "test"

// row is what came of one system: figures per set.
type row struct {
	name    string
	figures map[string]retrieval.Figures
}

func measure(ctx context.Context, sets []set) (rows []row, err error) {
	book, err := cases.Embedded()
	if err != nil {
		return nil, fmt.Errorf("reading the book: %w", err)
	}
	lines, err := retrieval.EmbeddedExpansions()
	if err != nil {
		return nil, fmt.Errorf("reading the expansion lines: %w", err)
	}
	dir, err := os.MkdirTemp("", "jirei-bench")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, list := range []func() ([]system, error){
		func() ([]system, error) { return peers(documents(book, nil), "") },
		func() ([]system, error) { return peers(documents(book, lines), ", expansion lines too") },
		func() ([]system, error) { return ours(ctx, dir, book, lines) },
	} {
		systems, err := list()
		if err != nil {
			return nil, err
		}
		for _, s := range systems {
			r := row{s.name, map[string]retrieval.Figures{}}
			for _, set := range sets {
				outcomes, err := s.answer(ctx, set.questions)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", s.name, err)
				}
				r.figures[set.name] = retrieval.Sum(outcomes)
			}
			if s.close != nil {
				if err := s.close(); err != nil {
					return nil, fmt.Errorf("%s: %w", s.name, err)
				}
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// system is something that answers questions.
type system struct {
	name string
	ask  func(ctx context.Context, g retrieval.Golden) (retrieval.Result, error)
	// close gives back what the system holds; nil for one that is all in memory.
	close func() error
}

// answer asks all questions; what an answer is worth, retrieval says for all alike.
func (s system) answer(ctx context.Context, questions []retrieval.Golden) ([]retrieval.Outcome, error) {
	out := make([]retrieval.Outcome, 0, len(questions))
	for _, g := range questions {
		r, err := s.ask(ctx, g)
		if err != nil {
			return nil, fmt.Errorf("question %s: %w", g.ID, err)
		}
		out = append(out, retrieval.Mark(g, r))
	}
	return out, nil
}
