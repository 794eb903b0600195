package answer

import (
	"context"
	"fmt"
	"slices"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// Question is what somebody asks.
type Question struct {
	Text string
	// Without names the kinds of facets to leave out, however they were read
	// (retrieval.Turn).
	Without []string
	// History holds the same person's earlier questions, oldest first.
	History []retrieval.Turn
	// Locale is the language of the answer's frame; the cases' words stay theirs.
	Locale phrases.Locale
	// Limit bounds the ranked cases; 0 means 10.
	Limit int
}

// Answer is what jirei says, with the proof of every sentence.
type Answer struct {
	Question Question
	// Found is the search it rests on; its Hits are the cases below the summary.
	Found retrieval.Result
	// Claims are the summary. Empty for refusals, counts and lists.
	Claims []Claim
	// Dropped are the drafts that could not be proved, and why.
	Dropped []Drop
}

// Drop is a draft that nobody gets to see.
type Drop struct {
	Draft Draft
	Why   error
}

// Refused says that nothing in the book answers the question.
func (a Answer) Refused() bool { return a.Found.Refused }

// Matches returns the hits that match, and the related ones after them.
func (a Answer) Matches() (matched, related []retrieval.Hit) {
	for _, h := range a.Found.Hits {
		if h.Matched {
			matched = append(matched, h)
		} else {
			related = append(related, h)
		}
	}
	return matched, related
}

// Writer proposes sentences about passages, which it knows by number.
type Writer interface {
	Write(ctx context.Context, q Question, passages []cases.Case) ([]Draft, error)
}

// Asker answers questions: an engine that finds and a writer that words.
type Asker struct {
	Engine *retrieval.Engine
	Writer Writer
}

// sentences is the most a summary has: more does not fit on a phone beside the
// cases, and nobody reads it.
const sentences = 3

// Ask finds, words and checks an answer.
func (a Asker) Ask(ctx context.Context, q Question) (Answer, error) {
	if q.Limit == 0 {
		q.Limit = 10
	}
	found, err := a.Engine.AskTurn(ctx, retrieval.Turn{Text: q.Text, Without: q.Without}, q.History, q.Limit)
	if err != nil {
		return Answer{}, fmt.Errorf("finding cases: %w", err)
	}
	return a.Compose(ctx, q, found)
}

// Compose words what was found, and keeps only what Verify proves.
func (a Asker) Compose(ctx context.Context, q Question, found retrieval.Result) (Answer, error) {
	if found.Query.English && q.Locale == "" {
		q.Locale = phrases.English
	}
	out := Answer{Question: q, Found: found}
	passages := out.passages()
	if len(passages) == 0 {
		return out, nil
	}
	drafts, err := a.Writer.Write(ctx, q, passages)
	if err != nil {
		return Answer{}, fmt.Errorf("writing the summary: %w", err)
	}
	used := map[cases.ID]bool{}
	for _, d := range drafts {
		claim, err := Verify(d, passages)
		switch {
		case err != nil:
			out.Dropped = append(out.Dropped, Drop{d, err})
		case used[claim.Cite.Case] && len(passages) > 1:
			out.Dropped = append(out.Dropped, Drop{d, fmt.Errorf("passage %d: it has a sentence already", d.Source)})
		default:
			used[claim.Cite.Case] = true
			out.Claims = append(out.Claims, claim)
		}
	}
	return out, nil
}

// passages are the cases the summary may speak of: the best matches, or for a
// comparison all that were named.
func (a Answer) passages() []cases.Case {
	intent := a.Found.Query.Intent
	if a.Refused() || intent == retrieval.Count || intent == retrieval.List {
		return nil
	}
	matched, _ := a.Matches()
	limit := sentences
	if intent == retrieval.Compare {
		limit = sentences + 1
	}
	var out []cases.Case
	for _, h := range matched[:min(limit, len(matched))] {
		if !slices.ContainsFunc(out, func(c cases.Case) bool { return c.ID == h.Case.ID }) {
			out = append(out, h.Case)
		}
	}
	return out
}
