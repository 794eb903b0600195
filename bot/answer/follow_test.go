package answer

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/answer/answertest"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings/endpoint"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// engine searches IPA's book in a file of the test's own.
func engine(t *testing.T) *retrieval.Engine {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "jirei.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	e := retrieval.New(store, words(t), nil)
	book, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := e.Prepare(t.Context(), book)
	if err == nil {
		err = plan.Apply(t.Context(), store)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// A model may join what people said, and nothing else: whatever else it makes
// of a follow-up leaves the rules' reading as it is.
func TestFollowUps(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/follow/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no scripts", err)
	}
	e := engine(t)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			script, err := answertest.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			server := answertest.Start(script)
			defer server.Close()
			asker := Asker{Engine: e, Writer: Extractive{}}
			q := Question{Text: script.Question, History: retrieval.Turns(script.History), Locale: phrases.Locale(retrieval.Language(script.Question))}
			rules, err := asker.Ask(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			asker.Model = scripted(t, script, server, &bytes.Buffer{})
			a, err := asker.Ask(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if a.Rewritten != script.Want.Rewritten || a.Wording.String() != script.Want.Wording || len(server.Requests()) != script.Want.Requests {
				t.Errorf("searched for %q, wording %s, after %d requests; want %q, %s, %d; dropped %v", a.Rewritten, a.Wording, len(server.Requests()),
					script.Want.Rewritten, script.Want.Wording, script.Want.Requests, a.Dropped)
			}
			if a.Rewritten == "" && !slices.Equal(pages(a), pages(rules)) {
				t.Errorf("without a rewritten question it found %v, the rules %v", pages(a), pages(rules))
			}
			if len(a.Claims) > 0 && !slices.Contains(pages(a), a.Claims[0].Cite.Page) {
				t.Errorf("%v was not found", a.Claims[0])
			}
		})
	}
}

func pages(a Answer) []int {
	var out []int
	for _, h := range a.Found.Hits {
		out = append(out, h.Case.Page)
	}
	return out
}

// Without a model, or without history, nothing is asked; a facet that somebody
// took out is the rules' business.
func TestFollowUpsThatAreNotRewritten(t *testing.T) {
	t.Parallel()
	found := retrieval.Result{Refused: true}
	m, err := NewModel(endpoint.Endpoint{URL: "http://127.0.0.1:1", Model: "m"}, &endpoint.Budget{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		model   *Model
		history []retrieval.Turn
	}{
		"no model":      {nil, retrieval.Turns([]string{"UTM"})},
		"no history":    {m, nil},
		"a facet taken": {m, []retrieval.Turn{{Text: "製造業のUTM", Without: []string{"industry"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, text := Asker{Model: c.model}.findAgain(t.Context(), Question{Text: "建設業では？", History: c.history}, found)
			if text != "" || !got.Refused {
				t.Errorf("it was rewritten to %q", text)
			}
		})
	}
}
