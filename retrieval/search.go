package retrieval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// ErrNoBook says that nothing has been indexed yet.
var ErrNoBook = errors.New("the store holds no casebook yet")

// Engine finds cases: a store, the words it understands, and the weights.
type Engine struct {
	Weights Weights
	// Embedder makes the dense vectors of questions and of a new index; nil for
	// none.
	Embedder   Embedder
	store      Store
	lexicon    *Lexicon
	expansions map[cases.ID][]string
	keeper     Keeper // nil where the store is none
}

// New returns an engine on a store. Expansions are, per case, the lines of
// questions that it answers; nil for a book that has none.
func New(store Store, lexicon *Lexicon, expansions map[cases.ID][]string) *Engine {
	keeper, _ := store.(Keeper)
	return &Engine{Weights: DefaultWeights(), store: store, lexicon: lexicon, expansions: expansions, keeper: keeper}
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
	// Count is the number of Hits for count and list questions, whose Hits are all
	// that match; nil otherwise.
	Count *int
	// Share and Near are the best of the hits' (Why.Share, Why.Near).
	Share, Near float64
	// Held is how probable it is that the question is about something that a row
	// of the book names, by the phrase model; 0 without one.
	Held float64
	// Exact: the matching Hits are the whole set of cases that meet the facets,
	// found by SQL.
	Exact bool
	// Sorting is how the Hits stand, where they are those of the question before.
	Sorting Sorting
	// Unstated is the number of cases that meet all other facets but state no size.
	Unstated int
	// Widened names the kinds of facets given up because nothing met them all.
	Widened []string
	// Blind says why the index's dense vectors were of no use to this question;
	// words, concepts and phrases alone found the hits then. nil when they were, or
	// there are none.
	Blind error
	// Book is the generation searched.
	Book *Generation
}

// Ask understands a question and searches: the way in for everybody.
func (e *Engine) Ask(ctx context.Context, question string, history []string, limit int) (Result, error) {
	return e.AskTurn(ctx, Turn{Text: question}, Turns(history), limit)
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
	if q.Intent == Similar {
		return e.like(ctx, q, book, limit)
	}
	if len(q.Content) == 0 && !q.Facets.Empty() || q.whole() {
		return e.lookup(ctx, q, book)
	}
	r := Result{Query: q, Book: book}
	if len(q.Content) == 0 && (len(q.Phrase) == 0 || q.Intent == Help || !Asks(q.Text)) {
		r.Refused = true
		return r, nil
	}
	for try := 0; ; try++ {
		if !q.Facets.Empty() && e.topicless(q, book) {
			q.Content = nil
			return e.lookup(ctx, q, book)
		}
		p := e.probe(q, book)
		p.probe.Limit = max(4*limit, 100)
		p.probe.Phrase, p.probe.Facets = q.Phrase, q.Facets
		p.probe.Dense, r.Blind = e.near(ctx, q, book)
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
		r.Held = held(q, book)
		e.judge(&r, e.rank(&r, p, found.Found), limit)
		return r, nil
	}
}

// lookup answers a question of facets alone, exactly, by SQL. Where nothing
// meets them all, one kind after the other is given up, unless the question
// asks how many: none is an answer then.
func (e *Engine) lookup(ctx context.Context, q Query, book *Generation) (Result, error) {
	r := Result{Query: q, Book: book, Exact: true}
	for facets := q.Facets; ; {
		found, unstated, err := e.store.Select(ctx, facets)
		if err != nil {
			return Result{}, fmt.Errorf("looking cases up: %w", err)
		}
		drop := facets.kinds()
		if len(found) == 0 && unstated == 0 && len(drop) > 1 && len(facets.Pages) == 0 && q.Intent == Find {
			facets = facets.Drop(drop[0])
			r.Widened = append(r.Widened, drop[0])
			continue
		}
		for _, c := range found {
			r.Hits = append(r.Hits, Hit{Case: c, Score: 1 + float64(c.Stars), Matched: true, Why: Why{Verdict: facets.Judge(c), Facet: 1, Share: 1, RowShare: 1}})
		}
		r.Unstated = unstated
		if unstated > 0 && q.Intent == Find {
			if err := e.addUnstated(ctx, &r, facets); err != nil {
				return Result{}, err
			}
		}
		break
	}
	slices.SortStableFunc(r.Hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	e.prefer(q, r.Hits)
	if q.Intent == Compare && len(q.Facets.Pages) > 0 {
		slices.SortStableFunc(r.Hits, func(a, b Hit) int { return cmp.Compare(a.Case.Page, b.Case.Page) })
		for i := range r.Hits {
			r.Hits[i].Score = 1 // side by side, none before another
		}
	}
	if q.Intent == Count || q.Intent == List {
		n := len(r.Hits)
		r.Count = &n
		if n == 0 {
			return r, e.addNearest(ctx, &r)
		}
	}
	return r, nil
}

// addNearest gives a count of none something to go on with: the cases that
// meet all but the first kinds of facets one can spare.
func (e *Engine) addNearest(ctx context.Context, r *Result) error {
	facets := r.Query.Facets
	for _, kind := range facets.kinds() {
		facets = facets.Drop(kind)
		if facets.Empty() {
			return nil
		}
		found, _, err := e.store.Select(ctx, facets)
		if err != nil {
			return fmt.Errorf("looking cases up: %w", err)
		}
		for _, c := range found[:min(nearestShown, len(found))] {
			r.Nearest = append(r.Nearest, Hit{Case: c, Score: 0.1, Why: Why{Verdict: r.Query.Facets.Judge(c)}})
		}
		if len(found) > 0 {
			return nil
		}
	}
	return nil
}

// addUnstated puts the cases that meet all but state no size below the others,
// as related ones: nobody should miss 38 of 61 cases for a blank cell.
func (e *Engine) addUnstated(ctx context.Context, r *Result, facets Facets) error {
	others, _, err := e.store.Select(ctx, facets.Drop("size"))
	if err != nil {
		return fmt.Errorf("looking cases up: %w", err)
	}
	for _, c := range others {
		if c.Size == nil {
			r.Hits = append(r.Hits, Hit{Case: c, Score: 0.1 * float64(1+c.Stars), Why: Why{Verdict: facets.Judge(c), Facet: 0.1}})
		}
	}
	return nil
}

// probe turns a question's features into a sparse vector with idf, and works
// out how much each part of the question matters.
func (e *Engine) probe(q Query, book *Generation) probed {
	p := probed{weight: make([]float64, len(q.Spans)), texts: make([]string, len(q.Spans)), taught: e.lexicon.taught}
	words := make([]float64, len(q.Spans)) // per part, the idf of its words together
	known := make([]bool, len(q.Spans))
	for i, s := range q.Spans {
		p.texts[i] = display(s.Text)
	}
	weights := map[uint32]float64{}
	for _, f := range q.Content {
		index := embeddings.Dimension(f.Key)
		rarity := idf(book, index)
		// A word said twice is meant once, as is a concept related to two others.
		weights[index] = max(weights[index], f.Weight*rarity)
		if !f.Direct {
			continue
		}
		if book.DF[index] > 0 {
			known[f.Span] = true
		}
		if f.Concept == 0 {
			words[f.Span] += f.Weight * rarity
		}
		p.weight[f.Span] = max(p.weight[f.Span], rarity*f.Matters)
	}
	for i := range p.weight {
		if !known[i] && q.Spans[i].Kind == "word" {
			p.weight[i] *= e.Weights.Unknown
		}
	}
	p.probe.Sparse = sparse(weights)
	p.credits = make([][]credit, len(p.probe.Sparse.Index))
	for _, f := range q.Content {
		i, _ := slices.BinarySearch(p.probe.Sparse.Index, embeddings.Dimension(f.Key))
		c := credit{part: f.Span, amount: f.Concept, concept: f.Concept > 0}
		if !c.concept && words[f.Span] > 0 && !strings.HasPrefix(q.Spans[f.Span].Means, "decoy-") {
			c.amount = e.Weights.Lexical * q.Spans[f.Span].Certain * f.Weight * idf(book, p.probe.Sparse.Index[i]) / words[f.Span]
		}
		if !slices.Contains(p.credits[i], c) {
			p.credits[i] = append(p.credits[i], c)
		}
	}
	return p
}

// topicless says that a question has so little topic that it has none: 絞って,
// 社員 and other words that only carry the facets. What nearly every case is
// about is no topic; what a quarter of them are about is a full one.
func (e *Engine) topicless(q Query, book *Generation) bool {
	topic := make([]float64, len(q.Spans))
	for _, f := range q.Content {
		if f.Direct {
			topic[f.Span] = max(topic[f.Span], f.Matters*min(1, idf(book, embeddings.Dimension(f.Key))/math.Log(4)))
		}
	}
	var sum float64
	for _, t := range topic {
		sum += t
	}
	return sum < e.Weights.Topic
}

// display trims the particles off a part of the question, for showing.
func display(s string) string {
	return strings.TrimRight(s, "をはがのにでとやもへ ")
}

// idf is BM25's, over cases: a feature of no case weighs most, so that what a
// question asks for and the book does not hold counts against the hits.
func idf(book *Generation, index uint32) float64 {
	n, df := float64(book.Cases), float64(book.DF[index])
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}
