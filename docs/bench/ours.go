package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// variant is jirei with parts switched off.
type variant struct {
	name string
	// words are parts of the lexicon (Lexicon.Without).
	words []string
	// noLines indexes no expansion lines, noFacets takes out the kinds that are
	// read by patterns, noHistory asks a follow-up as a question of its own, and
	// answers shows hits whatever they cover.
	noLines, noFacets, noHistory, answers bool
}

var variants = []variant{
	{name: "**jirei**"},
	{name: "… without concepts", words: []string{"concept"}},
	{name: "… without expansion lines", noLines: true},
	{name: "… without the phrase model", words: []string{"phrase"}},
	{name: "… without concepts and phrase model", words: []string{"concept", "phrase"}},
	{name: "… without facets", words: []string{"industry", "category", "size", "stars"}, noFacets: true},
	{name: "… without typing slips corrected", words: []string{"slip"}},
	{name: "… without hiragana spelled in kanji", words: []string{"reading"}},
	{name: "… without follow-ups", noHistory: true},
	{name: "… without refusals", answers: true},
	{name: "… without refusals and phrase model", words: []string{"phrase"}, answers: true},
}

func ours(ctx context.Context, dir string, book cases.Book, lines map[cases.ID][]string) ([]system, error) {
	lexicon, err := retrieval.EmbeddedLexicon()
	if err != nil {
		return nil, fmt.Errorf("reading the lexicon: %w", err)
	}
	var out []system
	for i, v := range variants {
		store, err := sqlite.Open(ctx, filepath.Join(dir, fmt.Sprintf("%d.db", i)))
		if err != nil {
			return nil, err
		}
		words, expansions := lexicon, lines
		if len(v.words) > 0 {
			words = lexicon.Without(v.words...)
		}
		if v.noLines {
			expansions = nil
		}
		engine := retrieval.New(store, words, expansions)
		if v.answers {
			engine.Weights.Refuse, engine.Weights.Border.Bias = 0, -1e9
		}
		plan, err := engine.Prepare(ctx, book)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.name, err)
		}
		if err := plan.Apply(ctx, store); err != nil {
			return nil, fmt.Errorf("%s: %w", v.name, err)
		}
		out = append(out, system{v.name, v.asker(engine), store.Close})
	}
	return out, nil
}

func (v variant) asker(engine *retrieval.Engine) func(context.Context, retrieval.Golden) (retrieval.Result, error) {
	return func(ctx context.Context, g retrieval.Golden) (retrieval.Result, error) {
		now, history := retrieval.Turn{Text: g.Q}, retrieval.Turns(g.History)
		if v.noHistory {
			history = nil
		}
		if v.noFacets {
			// Sizes, stars and pages are read by patterns, not by words.
			now.Without = []string{"size", "stars", "pages"}
			for i := range history {
				history[i].Without = now.Without
			}
		}
		return engine.AskTurn(ctx, now, history, depth)
	}
}
