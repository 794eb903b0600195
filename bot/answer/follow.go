package answer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"
	"golang.org/x/text/unicode/norm"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/embeddings/endpoint"
	"github.com/jirei/jirei/retrieval"
)

// errRewritten is a rewritten question that is no such thing.
var errRewritten = errors.New("the rewritten question is not one that these people asked")

// Rewrite makes a follow-up into a question that can be searched alone, out of
// the thread's own words: it may join what people said, not add to it.
func (m *Model) Rewrite(ctx context.Context, q Question) (string, error) {
	if len(q.History) == 0 {
		return "", errRewritten
	}
	ctx, w := m.watch(ctx, m.limits.Rewrite)
	defer w.stop()
	const most, long = 150, 1000
	var b strings.Builder
	err := m.converse(ctx, w, func() openai.ChatCompletionRequest {
		return m.request(rewritePrompt(q), false)
	}, most, func(piece string) error {
		if b.WriteString(piece); b.Len() > 8*long {
			return &endpoint.Trouble{Kind: endpoint.Endless}
		}
		return nil
	})
	if err != nil {
		return "", w.cause(err)
	}
	text := b.String()
	if _, after, thought := strings.Cut(text, "</think>"); thought {
		text = after
	}
	text = strings.Trim(clean(text), "「」\"“” ")
	if text == "" || len(text) > long || !asked(text, q) {
		return "", errRewritten
	}
	return text, nil
}

// asked says that a rewritten question is made of what was asked: its names
// and numbers stand in the thread, most of its kanji do, and it is in the
// question's language.
func asked(text string, q Question) bool {
	var b strings.Builder
	for _, t := range q.History {
		b.WriteString(retrieval.Clean(t.Text) + "\n")
	}
	b.WriteString(retrieval.Clean(q.Text))
	thread, text := norm.NFKC.String(b.String()), norm.NFKC.String(text)
	english := q.Locale == phrases.English
	if markup.MatchString(text) || leaks(text) || !inLanguage(text, english, nil) {
		return false
	}
	if !numbersStand(text, thread, english) || !(Proof{}).namesStand(text, thread, english) {
		return false
	}
	if !english {
		return supported(text, thread)
	}
	// An English name may begin any sentence, and a topic needs no capital: the
	// longer words must be the thread's, but for their endings.
	known := strings.FieldsFunc(strings.ToLower(thread), notLetter)
	for _, w := range strings.FieldsFunc(strings.ToLower(text), notLetter) {
		if utf8.RuneCountInString(w) > 6 && !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, w[:5]) }) &&
			!slices.Contains([]string{"companies", "company", "measures", "measure", "introduced", "introduce"}, w) {
			return false
		}
	}
	return true
}

func notLetter(r rune) bool { return r < 'a' || r > 'z' }

// findAgain searches once more with the model's reading of a follow-up. What
// the rules found stays where there is nothing to follow, where the model fails,
// and where its question finds nothing.
func (a Asker) findAgain(ctx context.Context, q Question, found retrieval.Result) (retrieval.Result, string) {
	taken := func(t retrieval.Turn) bool { return len(t.Without) > 0 } // rules keep taken facets out; a sentence cannot
	intent := found.Query.Intent
	if a.Model == nil || len(q.History) == 0 || found.Sorting != retrieval.Unsorted || slices.ContainsFunc(q.History, taken) ||
		intent == retrieval.Show || intent == retrieval.Similar || intent == retrieval.Help {
		return found, ""
	}
	if q.Locale == "" && retrieval.Language(q.Text) == "en" {
		q.Locale = phrases.English
	}
	text, err := a.Model.Rewrite(ctx, q)
	if err != nil || text == retrieval.Clean(q.Text) {
		return found, ""
	}
	again, err := a.Engine.AskTurn(ctx, retrieval.Turn{Text: text, Without: q.Without, Prefer: q.Prefer}, nil, q.Limit)
	if err != nil || again.Refused {
		return found, ""
	}
	return again, text
}
