package retrieval

import (
	"context"
	"fmt"
	"slices"

	"github.com/jirei/jirei/cases"
)

// Turn is one question of a conversation.
type Turn struct {
	Text string `json:"text"`
	// Without names the kinds of facets (as Verdict does) that somebody took out
	// of the question after it had been read: stated in it or inherited, they do
	// not count, for its answer and for what follows on it.
	Without []string `json:"without,omitempty"`
	// Cases are those that it was answered with, best first: a follow-up may ask
	// for an order among them. nil where nobody kept them.
	Cases []cases.ID `json:"cases,omitempty"`
	// Prefer is Query.Prefer; it belongs to who asks, so no turn keeps it.
	Prefer Facets `json:"-"`
}

// Turns makes a conversation of bare questions, oldest first.
func Turns(questions []string) []Turn {
	var out []Turn
	for _, q := range questions {
		out = append(out, Turn{Text: q})
	}
	return out
}

// AskTurn is Ask for a conversation whose facets may have been taken out.
func (e *Engine) AskTurn(ctx context.Context, now Turn, history []Turn, limit int) (Result, error) {
	book, err := e.store.Current(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("reading the current book: %w", err)
	}
	if book.Number == 0 {
		return Result{}, ErrNoBook
	}
	if len(history) > 0 {
		before := history[len(history)-1]
		if q, order := e.ordering(now.Text, book); order != Unsorted && len(before.Cases) > 0 {
			return e.among(ctx, q, order, before, book)
		}
	}
	q := e.understand(now, e.topics(history, book), book)
	q.Prefer = q.beside(now.Prefer)
	return e.search(ctx, q, book, limit)
}

// without takes kinds of facets out of a question that has been read, and
// settles again what is left of it. It works on the reading, not on the text:
// a text with words cut out would be read as another question.
func (e *Engine) without(q Query, kinds []string, book *Generation) Query {
	for _, kind := range kinds {
		if out := q.Facets.Only(kind); !out.Empty() {
			q.Removed = q.Removed.with(kind, out)
			q.Facets = q.Facets.Drop(kind)
		}
	}
	if q.Removed.Empty() {
		return q
	}
	// The words of a category rank rows that say them; with the facet they go too.
	q.Content = slices.DeleteFunc(slices.Clone(q.Content), func(f Feature) bool {
		s := q.Spans[f.Span]
		return s.Kind == "facet" && (slices.Contains(q.Removed.Category, s.Means) || slices.Contains(q.Removed.NotCategory, s.Means))
	})
	if !q.Facets.Empty() {
		return q
	}
	q.Strict = false
	if e.topicless(q, book) {
		q.Content, q.Phrase = nil, nil // 会社, 教えて: what only carried the facets is no topic without them
	}
	if q.whole() && q.Intent == Find {
		q.Intent = List
	}
	return q
}

// whole says that a question of facets alone has lost them all. What is left
// asks for the whole book; one with a word that is no facet asks for nothing.
func (q Query) whole() bool {
	return q.Facets.Empty() && !q.Removed.Empty() && len(q.Content)+len(q.Unknown) == 0
}
