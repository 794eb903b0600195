package answer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings/endpoint"
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
	// Prefer are the facets of the asker's own company (retrieval.Query.Prefer).
	Prefer retrieval.Facets
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
	// Wording says whose words the claims are.
	Wording Wording
	// Rewritten is the question that was searched for, where a model made it of a
	// follow-up; "" otherwise.
	Rewritten string
}

// Wording says who worded a summary, and if not the model that should have, why.
type Wording int

// The wordings. All but the two written ones show the row's own words.
const (
	Extracted  Wording = iota // no model was asked
	Written                   // a model, each sentence proved
	WrittenCut                // a model whose answer broke off; what is there is proved
	Failed                    // the model failed
	Unproved                  // it wrote, and nothing of it could be proved
	Capped                    // today's tokens are spent
	Writing                   // a model, which has not ended yet
	Stopped                   // a model that the asker stopped; what is there is proved
)

// ErrStopped is the cause with which a context ends where its asker stopped
// the answer: what is proved by then is the answer.
var ErrStopped = errors.New("stopped by its asker")

func (w Wording) String() string {
	return [...]string{"extracted", "written", "cut", "failed", "unproved", "capped", "writing", "stopped"}[w]
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

// Propose hands a draft over, which is proved at once. It says whether it was
// kept, and whether more are wanted.
type Propose func(Draft) (kept, more bool)

// Writer proposes sentences about passages, which it knows by number, each as
// soon as it has it. It never sees what becomes of them but by Propose.
type Writer interface {
	Write(ctx context.Context, q Question, passages []cases.Case, propose Propose) error
}

// Asker answers questions: an engine that finds and a writer that words.
type Asker struct {
	Engine *retrieval.Engine
	// Writer needs nothing and does not fail: what it words is what remains when
	// there is no model, or none that can be believed.
	Writer Writer
	// Model words summaries and rewrites follow-ups; nil for none.
	Model *Model
	// Progress is told of the answer as far as it is proved: when a model is asked
	// for its summary, and with each claim of it; nil for nobody. A claim that it
	// was told of is in the answer.
	Progress func(Answer)
}

// sentences is the most a summary has: more does not fit on a phone beside the
// cases, and nobody reads it.
const sentences = 3

// Ask finds, words and checks an answer.
func (a Asker) Ask(ctx context.Context, q Question) (Answer, error) {
	if q.Limit == 0 {
		q.Limit = 10
	}
	found, err := a.Engine.AskTurn(ctx, retrieval.Turn{Text: q.Text, Without: q.Without, Prefer: q.Prefer}, q.History, q.Limit)
	if err != nil {
		return Answer{}, fmt.Errorf("finding cases: %w", err)
	}
	found, rewritten := a.findAgain(ctx, q, found)
	out, err := a.Compose(ctx, q, found)
	out.Rewritten = rewritten
	return out, err
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
	proof := Proof{Passages: passages, Locale: q.Locale, Words: a.Engine.Lexicon()}
	propose := func(d Draft) (kept, more bool) {
		if kept = out.take(proof, d); kept {
			out.tell(a.Progress)
		}
		return kept, len(out.Claims) < len(passages)
	}
	if a.Model != nil && found.Query.Intent != retrieval.Show && found.Query.Intent != retrieval.Similar {
		out.Wording = Writing
		out.tell(a.Progress)
		err := a.Model.Write(ctx, q, passages, propose)
		if errors.Is(context.Cause(ctx), ErrStopped) {
			out.Wording = Stopped
			return out, nil
		}
		if ctx.Err() != nil {
			return Answer{}, fmt.Errorf("writing the summary: %w", ctx.Err())
		}
		out.Wording = out.wording(err)
		a.Model.log.Info("the model wrote", "wording", out.Wording, "kept", len(out.Claims), "dropped", len(out.Dropped), "trouble", err, "tokens today", a.Model.budget.Used())
		if len(out.Claims) > 0 {
			return out, nil
		}
	}
	if err := a.Writer.Write(ctx, q, passages, propose); err != nil {
		return Answer{}, fmt.Errorf("writing the summary: %w", err)
	}
	return out, nil
}

// tell tells of what a model has written so far.
func (a *Answer) tell(progress func(Answer)) {
	if progress == nil || a.Wording != Writing {
		return
	}
	so := *a
	so.Claims, so.Dropped = slices.Clone(a.Claims), nil
	progress(so)
}

// take proves a draft and keeps it, or drops it and says why.
func (a *Answer) take(proof Proof, d Draft) bool {
	claim, err := proof.Verify(d)
	for _, c := range a.Claims {
		switch {
		case err != nil:
		case c.Cite.Case == claim.Cite.Case && len(proof.Passages) > 1:
			err = fmt.Errorf("passage %d: it has a sentence already", d.Source)
		case squeeze(c.Text) == squeeze(claim.Text):
			err = fmt.Errorf("passage %d: it was said already", d.Source)
		}
	}
	if err != nil {
		d.Text, d.Quote = short(clean(d.Text), 400), short(clean(d.Quote), 400) // a terminal shows it
		a.Dropped = append(a.Dropped, Drop{d, err})
		return false
	}
	a.Claims = append(a.Claims, claim)
	return true
}

// wording says what became of a model's summary.
func (a *Answer) wording(err error) Wording {
	var t *endpoint.Trouble
	switch {
	case len(a.Claims) > 0 && err != nil:
		return WrittenCut
	case len(a.Claims) > 0:
		return Written
	case errors.As(err, &t) && t.Kind == endpoint.Spent:
		return Capped
	case len(a.Dropped) > 0 && (err == nil || t != nil && t.Kind == endpoint.Garbled):
		return Unproved
	}
	return Failed
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
