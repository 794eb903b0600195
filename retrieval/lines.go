package retrieval

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/jirei/jirei/cases"
)

// linesMaker names the expansion lines in use to a Keeper, whichever model wrote
// them; what a model wrote is kept under its own name, too.
const linesMaker = "lines"

// Expander writes expansion lines for a case; *answer.Model is one.
type Expander interface {
	// Maker names all that the lines depend on but the case.
	Maker() string
	Lines(ctx context.Context, c cases.Case) ([]string, error)
}

// abreast is how many cases are expanded at a time.
const abreast = 4

// Unexpanded returns the cases that the maker has written no lines for and that
// have none of their own; all of these for fresh. Lines of its that are kept are
// taken into use.
func (e *Engine) Unexpanded(ctx context.Context, book cases.Book, maker string, fresh bool) ([]cases.Case, error) {
	var missing []cases.Case
	var keys []string
	for _, c := range book.Cases {
		if e.expansions[c.ID] == nil {
			missing, keys = append(missing, c), append(keys, c.Hash())
		}
	}
	if e.keeper == nil || len(keys) == 0 {
		return nil, nil
	}
	if fresh {
		return missing, nil
	}
	made, err := e.keeper.Recall(ctx, maker, keys)
	if err != nil {
		return nil, fmt.Errorf("expansion lines: %w", err)
	}
	if len(made) > 0 {
		if err := e.keeper.Keep(ctx, linesMaker, made); err != nil {
			return nil, fmt.Errorf("expansion lines: %w", err)
		}
	}
	return slices.DeleteFunc(missing, func(c cases.Case) bool { return made[c.Hash()] != nil }), nil
}

// Expand has lines written for cases and takes them into use, each as it comes,
// so that what was paid for is not lost. It returns the pages that are without,
// and the last reason. A reason that would hold for every case ends it.
func (e *Engine) Expand(ctx context.Context, list []cases.Case, writer Expander, progress func(done, of int)) (without []int, why error) {
	var one sync.Mutex
	var all sync.WaitGroup
	next, done, failed := 0, 0, 0
	take := func() (cases.Case, bool) {
		one.Lock()
		defer one.Unlock()
		if next == len(list) || failed >= hopeless || ctx.Err() != nil {
			return cases.Case{}, false
		}
		next++
		return list[next-1], true
	}
	for range abreast {
		all.Go(func() {
			for c, more := take(); more; c, more = take() {
				lines, err := writer.Lines(ctx, c)
				one.Lock()
				if err == nil {
					err = e.keepLines(ctx, writer.Maker(), c, lines)
				}
				if failed++; err == nil {
					failed = 0
				} else {
					without, why = append(without, c.Page), err
				}
				done++
				progress(done, len(list))
				one.Unlock()
			}
		})
	}
	all.Wait()
	for _, c := range list[next:] {
		without = append(without, c.Page)
	}
	slices.Sort(without)
	return without, why
}

// hopeless is how many failures in a row end an expansion: the key is wrong, the
// server down, or the day's tokens spent.
const hopeless = 5

func (e *Engine) keepLines(ctx context.Context, maker string, c cases.Case, lines []string) error {
	text, err := json.Marshal(lines)
	if err != nil {
		return err
	}
	for _, maker := range []string{maker, linesMaker} {
		if err := e.keeper.Keep(ctx, maker, map[string][]byte{c.Hash(): text}); err != nil {
			return fmt.Errorf("keeping expansion lines: %w", err)
		}
	}
	return nil
}

// linesOf returns the expansion lines of a book: those that belong to the
// embedded one, and for other cases those that a model wrote of their very text.
func (e *Engine) linesOf(ctx context.Context, book cases.Book) (map[cases.ID][]string, error) {
	out := make(map[cases.ID][]string, len(book.Cases))
	var keys []string
	for _, c := range book.Cases {
		if out[c.ID] = e.expansions[c.ID]; out[c.ID] == nil {
			keys = append(keys, c.Hash())
		}
	}
	if len(keys) == 0 || e.keeper == nil {
		return out, nil
	}
	made, err := e.keeper.Recall(ctx, linesMaker, keys)
	if err != nil {
		return nil, fmt.Errorf("expansion lines: %w", err)
	}
	if len(made) == 0 {
		return out, nil
	}
	for _, c := range book.Cases {
		kept := made[c.Hash()]
		if out[c.ID] != nil || kept == nil {
			continue
		}
		var lines []string
		if err := json.Unmarshal(kept, &lines); err != nil {
			return nil, fmt.Errorf("expansion lines of %s: %w", c.ID, err)
		}
		out[c.ID] = lines
	}
	return out, nil
}
