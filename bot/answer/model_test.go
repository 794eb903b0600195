package answer

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/jirei/jirei/bot/answer/answertest"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings/endpoint"
	"github.com/jirei/jirei/retrieval"
)

const testKey = "sk-test-0123456789"

// The lying-model table: every script in testdata/model is played to the writer
// at the wire. What reaches the answer is compared with the script's own list of
// true sentences, not with what Verify says. The table of all is a golden file.
func TestLyingModels(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/model/*.txtar")
	if err != nil || len(paths) < 30 {
		t.Fatalf("%d scripts, %v", len(paths), err)
	}
	rows := make([]string, len(paths))
	t.Run("scripts", func(t *testing.T) {
		for i, path := range paths {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
				t.Parallel()
				rows[i] = play(t, path)
			})
		}
	})
	table := "# script | server | requests | wording | kept | dropped\n" + strings.Join(rows, "")
	const golden = "testdata/model/table.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != table {
		t.Error("the table changed; look at it with: go test ./bot/answer -run LyingModels -update && git diff bot/answer/testdata")
	}
}

// play plays one script and returns its row of the table.
func play(t *testing.T, path string) string {
	script, err := answertest.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	server := answertest.Start(script)
	defer server.Close()
	var log bytes.Buffer
	model := scripted(t, script, server, &log)
	var progress []Claim
	asker := Asker{Engine: engineOfWords(t), Writer: Extractive{}, Model: model, Progress: func(so Answer) {
		if so.Wording != Writing || len(so.Claims) > 0 && !slices.Equal(so.Claims[:len(progress)], progress) {
			t.Errorf("told of %v, then of %v, %v", progress, so.Claims, so.Wording)
		}
		if len(so.Claims) > len(progress) {
			progress = so.Claims
			server.Kept()
		}
	}}
	q, found := inquiry(t, script)
	a, err := asker.Compose(t.Context(), q, found)
	if err != nil {
		t.Fatal(err)
	}
	if a.Wording != Failed && a.Wording != Unproved && !slices.Equal(progress, a.Claims) {
		t.Errorf("progress was told of %v, the answer has %v", progress, a.Claims)
	}
	unproved(t, script, a)
	expected(t, script, a, len(server.Requests()))
	for _, r := range server.Requests() {
		if r.Key != "Bearer "+testKey || r.Body.Model != "m" || strings.ContainsFunc(r.Prompt(), func(r rune) bool { return unicode.Is(unicode.Cf, r) }) {
			t.Errorf("an odd request: %+v", r)
		}
	}
	if s := log.String(); strings.Contains(s, testKey) || strings.Contains(s, script.Question) {
		t.Errorf("the log has the key or the question: %s", s)
	}
	var kept, dropped []string
	for _, c := range a.Claims {
		kept = append(kept, fmt.Sprintf("p.%d", c.Cite.Page))
	}
	for _, d := range a.Dropped {
		dropped = append(dropped, d.Why.Error())
	}
	how := "written"
	if a.Wording != Written && a.Wording != WrittenCut {
		how = "from the rows"
	}
	return fmt.Sprintf("%s | %s | %d | %s | %s: %s | %d: %s\n", script.Name, script.Server, len(server.Requests()), a.Wording, how,
		strings.Join(kept, ", "), len(dropped), strings.Join(slices.Compact(dropped), "; "))
}

// unproved fails where a sentence is neither one of the script's true ones nor
// the row's own, where its quote is not on its page to the letter, or where it
// has what must never be seen.
func unproved(t *testing.T, script answertest.Script, a Answer) {
	t.Helper()
	passages := a.passages()
	own := map[string]bool{}
	_ = Extractive{}.Write(context.Background(), a.Question, passages, func(d Draft) (kept, more bool) {
		own[fmt.Sprintf("p.%d %s", passages[d.Source-1].Page, d.Text)] = true
		return true, true
	})
	written := a.Wording == Written || a.Wording == WrittenCut
	for _, c := range a.Claims {
		line := fmt.Sprintf("p.%d %s", c.Cite.Page, c.Text)
		if written && !slices.Contains(script.Want.Keep, line) || !written && !own[line] {
			t.Errorf("nobody has proved: %s", line)
		}
		i := slices.IndexFunc(passages, func(p cases.Case) bool { return p.ID == c.Cite.Case && p.Page == c.Cite.Page })
		if i < 0 || !slices.ContainsFunc(append(passages[i].Measures, passages[i].Title), func(cell string) bool { return strings.Contains(cell, c.Cite.Quote) }) {
			t.Errorf("p.%d does not have %q", c.Cite.Page, c.Cite.Quote)
		}
		for _, never := range append(script.Want.Never, "<", ">", "http", "@", "jirei-", "\x1b", "\u202e") {
			if strings.Contains(c.Text, never) {
				t.Errorf("%q must not be seen: %s", never, c.Text)
			}
		}
	}
	if len(a.Claims) == 0 {
		t.Error("nobody said anything")
	}
}

// expected compares with what the script wants.
func expected(t *testing.T, script answertest.Script, a Answer, requests int) {
	t.Helper()
	w := script.Want
	if a.Wording.String() != w.Wording || requests != w.Requests {
		t.Errorf("wording %s after %d requests, want %s after %d; dropped %v", a.Wording, requests, w.Wording, w.Requests, a.Dropped)
	}
	if written := a.Wording == Written || a.Wording == WrittenCut; written && len(a.Claims) != len(w.Keep) {
		t.Errorf("kept %d sentences, want %d: %v; dropped %v", len(a.Claims), len(w.Keep), a.Claims, a.Dropped)
	}
	if len(a.Dropped) != len(w.Drop) {
		t.Fatalf("dropped %d, want %d: %v", len(a.Dropped), len(w.Drop), a.Dropped)
	}
	for i, d := range a.Dropped {
		if !slices.ContainsFunc(strings.Split(w.Drop[i], "|"), func(why string) bool { return strings.Contains(d.Why.Error(), why) }) {
			t.Errorf("%q was dropped because %v, want %s", d.Draft.Text, d.Why, w.Drop[i])
		}
	}
}

// scripted is a model whose server plays a script, and whose time is the script's.
func scripted(t *testing.T, script answertest.Script, server *answertest.Server, log *bytes.Buffer) *Model {
	t.Helper()
	e := endpoint.Endpoint{URL: server.URL, Key: testKey, Model: "m"}
	if script.Server == "Azure" {
		e.URL = "https://scripted.openai.azure.com"
	}
	m, err := NewModel(e, &endpoint.Budget{}, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	g := endpoint.NewGuard(e.Key, readMost)
	g.Client.Transport = to(server.URL)
	m.client, m.after = e.Client(g), server.After
	m.limits.Whole, m.limits.First, m.limits.Silence, m.limits.Rewrite = answertest.Whole, answertest.First, answertest.Silence, answertest.Rewrite
	return m
}

// to sends every request to one address, so that names of hosts can be real ones.
type to string

func (a to) RoundTrip(r *http.Request) (*http.Response, error) {
	u, err := url.Parse(string(a))
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = u.Scheme, u.Host
	return http.DefaultTransport.RoundTrip(r)
}

// engineOfWords knows words and no book: what was found is the script's.
func engineOfWords(t *testing.T) *retrieval.Engine {
	t.Helper()
	return retrieval.New(nil, words(t), nil)
}

func inquiryPassages(t *testing.T) []cases.Case {
	t.Helper()
	_, c := page(t, 7, phrases.Japanese)
	return []cases.Case{c}
}

func words(t *testing.T) *retrieval.Lexicon {
	t.Helper()
	l, err := lexicon()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// inquiry is the script's question with its pages as what was found.
func inquiry(t *testing.T, script answertest.Script) (Question, retrieval.Result) {
	t.Helper()
	q := Question{Text: script.Question, History: retrieval.Turns(script.History), Locale: phrases.Locale(retrieval.Language(script.Question))}
	var found retrieval.Result
	for _, n := range script.Pages {
		_, c := page(t, n, q.Locale)
		found.Hits = append(found.Hits, retrieval.Hit{Case: c, Matched: true})
	}
	if script.Case != "" {
		found.Query.Intent = retrieval.Compare // four passages
		found.Hits = append(found.Hits, retrieval.Hit{Case: added(script.Case), Matched: true})
	}
	return q, found
}

// added is a case that is in no book.
func added(text string) cases.Case {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	c := cases.Case{ID: "b/99", Page: 99, Title: lines[0]}
	for _, line := range lines[1:] {
		if m, ok := strings.CutPrefix(line, "- "); ok {
			c.Measures = append(c.Measures, m)
		} else if v, ok := strings.CutPrefix(line, "業種: "); ok {
			c.Industry = v
		} else if v, ok := strings.CutPrefix(line, "従業員数: "); ok {
			c.Employees = v
		}
	}
	return c
}
