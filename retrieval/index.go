package retrieval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// FeatureRules names the way texts become features. Change it with any change
// to embeddings.Terms, the field weights or the reading of the lexicon: stored
// books are then built again at the next start. The lexicon's and the
// expansions' own contents are hashed, not named.
const FeatureRules = "terms-2"

// drift is how far the average length may move before stored weights, which
// were computed with the old one, are all computed again.
const drift = 0.05

// Plan is what indexing a book would change, before anything is changed.
type Plan struct {
	// Added, Changed, Removed and Unchanged are pages, ascending.
	Added, Changed, Removed, Unchanged []int
	// Rebuild: every case gets new vectors, because the rules of features or the
	// average length moved, even where its text is unchanged.
	Rebuild bool
	change  Change
	// space is that of the vectors; its Dim is 0 until the model has said it.
	space embeddings.Space
}

// Order is how a book is to be indexed.
type Order struct {
	// Space is that of the dense vectors, zero for none.
	Space embeddings.Space
	// Fresh makes everything anew that models make, though it is kept.
	Fresh bool
}

// Nothing says that the store already holds exactly this book.
func (p Plan) Nothing() bool {
	return len(p.Added)+len(p.Changed)+len(p.Removed) == 0 && !p.Rebuild
}

// Apply makes the plan the store's current generation.
func (p Plan) Apply(ctx context.Context, store Store) error {
	if p.Nothing() {
		return nil
	}
	if err := store.Put(ctx, p.change); err != nil {
		return fmt.Errorf("storing the book: %w", err)
	}
	return nil
}

// Prepare compares a book with what the store holds and computes vectors for
// the cases whose text changed, and only those. Dense ones stay those of the
// index; a case that none is kept of has none until the next `jirei index`.
func (e *Engine) Prepare(ctx context.Context, book cases.Book) (Plan, error) {
	return e.prepare(ctx, book, nil)
}

// PrepareAs is Prepare for an index as it is ordered; Embed then makes the dense
// vectors that are missing.
func (e *Engine) PrepareAs(ctx context.Context, book cases.Book, order Order) (Plan, error) {
	return e.prepare(ctx, book, &order)
}

func (e *Engine) prepare(ctx context.Context, book cases.Book, order *Order) (Plan, error) {
	if len(book.Cases) == 0 {
		return Plan{}, errors.New("the book has no cases, so it would empty the store")
	}
	now, err := e.store.Current(ctx)
	if err != nil {
		return Plan{}, fmt.Errorf("reading the current book: %w", err)
	}
	lines, err := e.linesOf(ctx, book)
	if err != nil {
		return Plan{}, err
	}
	rules := e.rules()
	plan, err := e.begin(ctx, now, order)
	if err != nil {
		return Plan{}, err
	}
	if pages, same := unchanged(book, lines, now); same && now.Features == rules && !plan.Rebuild {
		return Plan{Unchanged: pages, space: plan.space}, nil
	}
	plan.Rebuild = plan.Rebuild || now.Number == 0 || now.Features != rules
	e.compare(book, lines, now, &plan)
	return plan, e.recallVectors(ctx, &plan)
}

// begin decides on the dense vectors: those that are there, or all anew.
func (e *Engine) begin(ctx context.Context, now *Generation, order *Order) (Plan, error) {
	plan := Plan{space: now.Indexed()}
	plan.change.Probe = now.Probe
	if order != nil {
		plan.space = now.Wanted(order.Space)
		plan.Rebuild = order.Fresh || plan.space != now.Indexed() || plan.space.Model != "" && now.Vectors < now.Cases
	}
	if order != nil && order.Fresh && e.keeper != nil && plan.space.Model != "" {
		plan.space = order.Space
		for _, space := range []embeddings.Space{plan.space, now.Indexed(), {Model: plan.space.Model}} {
			if err := e.keeper.Forget(ctx, vectorMaker(space), nil); err != nil {
				return plan, fmt.Errorf("vectors: %w", err)
			}
		}
		plan.change.Probe = nil
	}
	if plan.space != now.Indexed() {
		plan.change.Probe = nil
	}
	return plan, nil
}

// compare fills a plan with what differs, as features.
func (e *Engine) compare(book cases.Book, texts map[cases.ID][]string, now *Generation, plan *Plan) {
	counted := make([]countedCase, 0, len(book.Cases))
	var total, lineTotal float64
	var lines int
	for _, c := range book.Cases {
		counts := e.count(c, texts[c.ID])
		total += counts.length
		lineTotal += counts.lineLength
		lines += len(counts.lines)
		counted = append(counted, counts)
	}
	average, averageLine := total/float64(len(counted)), lineTotal/float64(max(lines, 1))
	plan.Rebuild = plan.Rebuild || math.Abs(average-now.Average) > drift*now.Average || math.Abs(averageLine-now.AverageLine) > drift*now.AverageLine
	if !plan.Rebuild {
		average, averageLine = now.Average, now.AverageLine
	}
	plan.change = Change{
		Book:     cases.Book{ID: book.ID, Title: book.Title, Source: book.Source},
		Features: e.rules(), Average: average, AverageLine: averageLine,
		Model: plan.space.Model, Dim: plan.space.Dim, Probe: plan.change.Probe,
	}
	kept := map[cases.ID]bool{}
	for _, c := range counted {
		id := c.of.ID
		kept[id] = true
		old, known := now.Hashes[id]
		switch {
		case !known:
			plan.Added = append(plan.Added, c.of.Page)
		case old != c.hash:
			plan.Changed = append(plan.Changed, c.of.Page)
		default:
			plan.Unchanged = append(plan.Unchanged, c.of.Page)
			if !plan.Rebuild {
				continue
			}
		}
		plan.change.Upsert = append(plan.change.Upsert, c.weigh(average, averageLine))
	}
	for id := range now.Hashes {
		if !kept[id] {
			plan.Removed = append(plan.Removed, id.Page())
			plan.change.Remove = append(plan.change.Remove, id)
		}
	}
	slices.Sort(plan.Removed)
	slices.Sort(plan.change.Remove)
}

// unchanged says that a book is what the store holds, and returns its pages.
// Features follow from texts and rules, so none has to be made to know that: a
// start with a book that is indexed already takes a tenth of a second less.
func unchanged(book cases.Book, lines map[cases.ID][]string, now *Generation) ([]int, bool) {
	pages := make([]int, 0, len(book.Cases))
	seen := map[cases.ID]bool{}
	for _, c := range book.Cases {
		if now.Hashes[c.ID] != hash(c, lines[c.ID]) {
			return nil, false
		}
		pages = append(pages, c.Page)
		seen[c.ID] = true
	}
	return pages, len(seen) == len(now.Hashes)
}

// hash names all that the passages of a case are made of.
func hash(c cases.Case, lines []string) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n", c.Hash())
	for _, text := range lines {
		fmt.Fprintf(hash, "%s\n", text)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// countedCase is a case cut into features, before lengths are known.
type countedCase struct {
	of                 cases.Case
	hash               string
	row                []embeddings.Count
	phrase             []float32
	length, lineLength float64
	lines              []countedLine
}

type countedLine struct {
	text   string
	counts []embeddings.Count
	phrase []float32
}

func (e *Engine) count(c cases.Case, lines []string) countedCase {
	w := e.Weights
	out := countedCase{of: c, hash: hash(c, lines)}
	for _, field := range []struct {
		text   string
		weight float64
	}{
		{c.Title, w.Title},
		{strings.Join(c.Measures, "\n"), w.Measures},
		{strings.Join(append([]string{c.Industry}, c.Categories...), "\n"), w.FacetField},
	} {
		out.row = append(out.row, e.features(field.text, field.weight)...)
	}
	for _, n := range out.row {
		out.length += n.N
	}
	for _, text := range append([]string{c.Title}, c.Measures...) {
		out.phrase = append(out.phrase, e.lexicon.phrase(text)...)
	}
	for _, text := range lines {
		line := countedLine{text: text, counts: e.features(text, 1), phrase: e.lexicon.phrase(text)}
		for _, n := range line.counts {
			out.lineLength += n.N
		}
		out.lines = append(out.lines, line)
	}
	return out
}

// features cuts a text that is indexed into features: its terms, and the
// concepts it names with the broader ones they imply.
func (e *Engine) features(text string, weight float64) []embeddings.Count {
	var out []embeddings.Count
	folded := embeddings.Fold(text)
	for _, term := range embeddings.Terms(folded) {
		out = append(out, embeddings.Count{Key: term.Key, N: weight})
	}
	for _, c := range e.lexicon.concepts(folded) {
		out = append(out, embeddings.Count{Key: conceptKey(c.Name), N: weight * c.Weight})
	}
	return out
}

func (c countedCase) weigh(average, averageLine float64) Entry {
	entry := Entry{Case: c.of, Hash: c.hash, Row: embeddings.Weigh(c.row, average), Phrase: c.phrase}
	for _, line := range c.lines {
		entry.Lines = append(entry.Lines, Line{Text: line.text, Sparse: embeddings.Weigh(line.counts, averageLine), Phrase: line.phrase})
	}
	return entry
}

func conceptKey(concept string) string { return "c:" + concept }
