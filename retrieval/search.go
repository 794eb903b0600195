package retrieval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// ErrNoBook says that nothing has been indexed yet.
var ErrNoBook = errors.New("the store holds no casebook yet")

// Engine finds cases: a store, the words it understands, and the weights.
type Engine struct {
	Weights    Weights
	store      Store
	lexicon    *Lexicon
	expansions map[cases.ID][]string
}

// New returns an engine on a store. Expansions are, per case, the lines of
// questions that it answers; nil for a book that has none.
func New(store Store, lexicon *Lexicon, expansions map[cases.ID][]string) *Engine {
	return &Engine{Weights: DefaultWeights(), store: store, lexicon: lexicon, expansions: expansions}
}

// Store returns the store the engine searches.
func (e *Engine) Store() Store { return e.store }

// Lexicon returns the words the engine understands.
func (e *Engine) Lexicon() *Lexicon { return e.lexicon }

// rules names everything but the texts that stored features depend on.
func (e *Engine) rules() string {
	w := e.Weights
	return fmt.Sprintf("%s %g/%g/%g %s", FeatureRules, w.Title, w.Measures, w.FacetField, e.lexicon.hash)
}

// Result is what a search found.
type Result struct {
	Query Query
	// Refused: nothing in the book answers the question; Nearest then holds what
	// comes nearest, which must be shown as not matching.
	Refused bool
	Hits    []Hit
	Nearest []Hit
	// Count is the number of all matching cases, for questions that facets alone
	// decide (Exact) and for count and list questions; nil otherwise.
	Count *int
	// Exact: Hits are the whole set of cases that meet the facets, found by SQL.
	Exact bool
	// Unstated is the number of cases that meet all other facets but state no size.
	Unstated int
	// Widened names the kinds of facets given up because nothing met them all.
	Widened []string
	// Book is the generation searched.
	Book *Generation
}

// Ask understands a question and searches: the way in for everybody.
func (e *Engine) Ask(ctx context.Context, question string, history []string, limit int) (Result, error) {
	book, err := e.store.Current(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("reading the current book: %w", err)
	}
	if book.Number == 0 {
		return Result{}, ErrNoBook
	}
	return e.search(ctx, e.Understand(question, history, book), book, limit)
}

// Search finds the cases for an understood question, at most limit of them.
func (e *Engine) Search(ctx context.Context, q Query, limit int) (Result, error) {
	book, err := e.store.Current(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("reading the current book: %w", err)
	}
	if book.Number == 0 {
		return Result{}, ErrNoBook
	}
	return e.search(ctx, q, book, limit)
}

func (e *Engine) search(ctx context.Context, q Query, book *Generation, limit int) (Result, error) {
	if len(q.Content) == 0 && !q.Facets.Empty() {
		return e.lookup(ctx, q, book)
	}
	r := Result{Query: q, Book: book}
	if len(q.Content) == 0 {
		r.Refused = true
		return r, nil
	}
	for try := 0; ; try++ {
		p := e.probe(q, book)
		p.probe.Limit = max(4*limit, 100)
		found, err := e.store.Candidates(ctx, p.probe)
		if err != nil {
			return Result{}, fmt.Errorf("finding candidates: %w", err)
		}
		// The book was replaced in between: idf and weights would not belong
		// together, and a reply never mixes two generations.
		if found.Generation != book.Number && try < 3 {
			if book, err = e.store.Current(ctx); err != nil {
				return Result{}, fmt.Errorf("reading the current book: %w", err)
			}
			r.Book = book
			continue
		}
		e.judge(&r, fuse(e.Weights, q.Facets, p, found.Found), limit)
		return r, nil
	}
}

// judge splits ranked hits into matches, related cases and refusals.
func (e *Engine) judge(r *Result, hits []Hit, limit int) {
	const nearest = 3
	best := 0.0
	for _, h := range hits {
		best = max(best, h.Why.Share)
	}
	if len(hits) == 0 || best < e.Weights.Refuse {
		r.Refused = true
		r.Nearest = hits[:min(nearest, len(hits))]
		return
	}
	for i := range hits {
		hits[i].Matched = hits[i].Why.Share >= e.Weights.Match*best
	}
	if r.Query.Strict {
		hits = e.strict(r, hits)
	}
	if r.Query.Intent == Count || r.Query.Intent == List {
		hits = slices.DeleteFunc(hits, func(h Hit) bool { return !h.Matched })
		n := len(hits)
		r.Count = &n
		r.Hits = hits
		return
	}
	r.Hits = hits[:min(limit, len(hits))]
}

// strict keeps the hits that meet the facets, giving up one kind at a time
// when none does.
func (e *Engine) strict(r *Result, hits []Hit) []Hit {
	for facets := r.Query.Facets; ; {
		var kept []Hit
		r.Unstated = 0
		for _, h := range hits {
			v := facets.Judge(h.Case)
			if v.SizeUnstated && h.Matched {
				r.Unstated++
			}
			if v.OK() {
				kept = append(kept, h)
			}
		}
		drop := facets.kinds()
		if len(kept) > 0 || len(drop) == 0 || r.Query.Intent == Count {
			return kept
		}
		facets = facets.Drop(drop[0])
		r.Widened = append(r.Widened, drop[0])
	}
}

// lookup answers a question of facets alone, exactly, by SQL.
func (e *Engine) lookup(ctx context.Context, q Query, book *Generation) (Result, error) {
	r := Result{Query: q, Book: book, Exact: true}
	found, unstated, err := e.store.Select(ctx, q.Facets)
	if err != nil {
		return Result{}, fmt.Errorf("looking cases up: %w", err)
	}
	for _, c := range found {
		r.Hits = append(r.Hits, Hit{Case: c, Score: 1 + float64(c.Stars), Matched: true, Why: Why{Verdict: q.Facets.Judge(c), Facet: 1, Share: 1, RowShare: 1}})
	}
	slices.SortStableFunc(r.Hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	if q.Intent == Compare && len(q.Facets.Pages) > 0 {
		slices.SortStableFunc(r.Hits, func(a, b Hit) int { return cmp.Compare(a.Case.Page, b.Case.Page) })
	}
	r.Unstated = unstated
	if q.Intent != Show && q.Intent != Compare {
		n := len(r.Hits)
		r.Count = &n
	}
	return r, nil
}

// probe turns a question's features into a sparse vector with idf.
func (e *Engine) probe(q Query, book *Generation) probed {
	p := probed{total: make([]float64, len(q.Spans)), texts: make([]string, len(q.Spans))}
	for i, s := range q.Spans {
		p.texts[i] = s.Text
	}
	weights := map[uint32]float64{}
	type directly struct {
		weight float64
		spans  []int
	}
	direct := map[uint32]directly{}
	for _, f := range q.Content {
		index := embeddings.Dimension(f.Key)
		weight := f.Weight * idf(book, index)
		// A word said twice is meant once; a related concept that is also asked
		// for outright counts as asked.
		if f.Direct {
			d := direct[index]
			if !slices.Contains(d.spans, f.Span) {
				d.spans = append(d.spans, f.Span)
				p.total[f.Span] += weight
			}
			d.weight = max(d.weight, weight)
			direct[index] = d
		}
		weights[index] = max(weights[index], weight)
	}
	p.probe.Sparse = sparse(weights)
	p.spans = make([][]int, len(p.probe.Sparse.Index))
	p.direct = make([]float64, len(p.probe.Sparse.Index))
	for i, index := range p.probe.Sparse.Index {
		p.spans[i], p.direct[i] = direct[index].spans, direct[index].weight
	}
	return p
}

// idf is BM25's, over cases: a feature of no case weighs most, so that what a
// question asks for and the book does not hold counts against the hits.
func idf(book *Generation, index uint32) float64 {
	n, df := float64(book.Cases), float64(book.DF[index])
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}
