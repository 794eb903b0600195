package retrieval_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

func ask(t *testing.T, e *retrieval.Engine, question string, history ...string) retrieval.Result {
	t.Helper()
	r, err := e.Ask(t.Context(), question, history, 10)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func pagesOf(hits []retrieval.Hit) string {
	pages := []int{}
	for _, h := range hits {
		pages = append(pages, h.Case.Page)
	}
	return fmt.Sprint(pages)
}

// shop is a small book with facets of all kinds.
func shop(t *testing.T) *retrieval.Engine {
	t.Helper()
	book := bookOf("バックアップを毎日取る", "パスワードを長くした", "バックアップを毎日取る", "バックアップを毎日取る", "窓の鍵を替えた", "防火扉を直した")
	for i, f := range []cases.Facets{
		{Industry: "製造業", Categories: []string{"被害有"}, Stars: 1},
		{Industry: "建設業", Size: &cases.Size{Min: 1, Max: 5}, Stars: 3},
		{Industry: "製造業", Categories: []string{"被害有"}, Stars: 2},
		{Industry: "製造業", Categories: []string{"被害有"}, Stars: 1},
		{Industry: "建設業", Size: &cases.Size{Min: 21, Max: 50}},
		{Industry: "建設業"},
	} {
		book.Cases[i].Facets = f
	}
	e := engine(t, open(t), words, map[cases.ID][]string{"book/6": {"火事に備える設備"}})
	index(t, e, book)
	return e
}

func TestAskWithoutABook(t *testing.T) {
	t.Parallel()
	e := engine(t, open(t), words, nil)
	if _, err := e.Ask(t.Context(), "バックアップ", nil, 5); !errors.Is(err, retrieval.ErrNoBook) {
		t.Errorf("%v, want ErrNoBook", err)
	}
	if _, err := e.Search(t.Context(), retrieval.Query{}, 5); !errors.Is(err, retrieval.ErrNoBook) {
		t.Errorf("%v, want ErrNoBook", err)
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	e := shop(t)
	for question, want := range map[string]struct {
		pages   string
		count   int // -1: none is told
		refused bool
		exact   bool
	}{
		// Pages 1, 3 and 4 say the same: more stars first, then the page.
		"バックアップ":      {pages: "[3 1 4]", count: -1},
		"控えを取る":       {pages: "[3 1 4]", count: -1},
		"火事に備える":      {pages: "[6]", count: -1},
		"宇宙船の操縦":      {pages: "[]", count: -1, refused: true},
		"建設業は何件":      {pages: "[2 5 6]", count: 3, exact: true},
		"製造業以外の会社の一覧": {pages: "[2 5 6]", count: 3, exact: true},
		"★2以上":        {pages: "[2 3]", count: 2, exact: true},
		"★2":          {pages: "[3]", count: 1, exact: true},
		"建設業の被害は何件":   {pages: "[]", count: 0, exact: true},
		"p.5":         {pages: "[5]", count: -1, exact: true},
		"p.5とp.2":     {pages: "[2 5]", count: -1, exact: true},
	} {
		r := ask(t, e, question)
		count := -1
		if r.Count != nil {
			count = *r.Count
		}
		if got := pagesOf(r.Hits); got != want.pages || count != want.count || r.Refused != want.refused || r.Exact != want.exact {
			t.Errorf("%s: pages %s, count %d, refused %v, exact %v; want %+v", question, got, count, r.Refused, r.Exact, want)
		}
	}
}

func TestFacetsAreGivenUpWhereNoCaseOfTheirsIsOnTopic(t *testing.T) {
	t.Parallel()
	e := shop(t)
	for question, want := range map[string]string{
		"製造業 バックアップ": "[] [3 1 4]",
		"製造業 窓の鍵":    "[industry] [5]",
	} {
		r := ask(t, e, question)
		matched := slices.DeleteFunc(r.Hits, func(h retrieval.Hit) bool { return !h.Matched })
		if got := fmt.Sprint(r.Widened) + " " + pagesOf(matched); got != want {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
}

func TestAskTellsHowManyStateNoSize(t *testing.T) {
	t.Parallel()
	e := shop(t)
	r := ask(t, e, "建設業 5名以下")
	matched := slices.DeleteFunc(slices.Clone(r.Hits), func(h retrieval.Hit) bool { return !h.Matched })
	if pagesOf(matched) != "[2]" || r.Unstated != 1 {
		t.Errorf("matched %s, %d state no size; want [2] and 1", pagesOf(matched), r.Unstated)
	}
}

// Each hit's parts explain its score, and scores only fall.
func TestScoresAreExplained(t *testing.T) {
	t.Parallel()
	e := shop(t)
	for _, question := range []string{"バックアップ", "製造業でバックアップを取る会社", "火事に備える", "鍵を替えた", "建設業でパスワードを長くした 5名以下"} {
		r := ask(t, e, question)
		if len(r.Hits) == 0 {
			t.Errorf("%s found nothing", question)
		}
		for i, h := range r.Hits {
			if i > 0 && h.Score > r.Hits[i-1].Score {
				t.Errorf("%s: score %v after %v", question, h.Score, r.Hits[i-1].Score)
			}
			if math.IsNaN(h.Score) || h.Score <= 0 || h.Why.Share < 0 || h.Why.Share > 1+1e-9 || h.Why.RowShare > h.Why.Share+1e-9 {
				t.Errorf("%s: page %d has score %v and why %+v", question, h.Case.Page, h.Score, h.Why)
			}
			if sum := h.Why.Row + h.Why.Line + h.Why.Dense + h.Why.Facet + h.Why.Level; math.Abs(sum-h.Score) > 1e-9*h.Score {
				t.Errorf("%s: page %d: parts add up to %v, score %v (%+v)", question, h.Case.Page, sum, h.Score, h.Why)
			}
		}
	}
}

func TestAskIsDeterministic(t *testing.T) {
	t.Parallel()
	e := shop(t)
	told := func(question string) string {
		r := ask(t, e, question, "バックアップの会社を教えて")
		r.Book = nil // one pointer per store
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, question := range []string{"製造業でバックアップを取る会社", "建設業では？", "窓の鍵と扉", "被害 何件"} {
		first := told(question)
		for range 20 {
			if again := told(question); again != first {
				t.Fatalf("%s gave\n%s\nand then\n%s", question, first, again)
			}
		}
	}
}

func TestFollowUps(t *testing.T) {
	t.Parallel()
	e := shop(t)
	for name, c := range map[string]struct {
		history []string
		now     string
		facets  retrieval.Facets
		topic   string // whose features have to be there; "" for none
		merged  bool
	}{
		"a facet keeps the topic": {
			[]string{"バックアップを取る会社"}, "建設業では？",
			retrieval.Facets{Industry: []string{"建設業"}}, "c:backup", true,
		},
		"a facet replaces its kind and keeps the others": {
			[]string{"製造業の被害 ★2以上"}, "建設業は？",
			retrieval.Facets{Industry: []string{"建設業"}, Category: []string{"被害有"}, Stars: ptr(2), StarsUp: true}, "", false,
		},
		"the last of several counts": {
			[]string{"バックアップを取る会社", "製造業は？"}, "建設業では？",
			retrieval.Facets{Industry: []string{"建設業"}}, "c:backup", true,
		},
		"a question that points back is about both": {
			[]string{"被害 製造業"}, "そのうちパスワードは？",
			retrieval.Facets{Industry: []string{"製造業"}, Category: []string{"被害有"}}, "c:password", false,
		},
		"a topic of its own starts anew": {
			[]string{"製造業でバックアップを取る会社"}, "防火扉とパスワードを新しくした会社を詳しく教えて",
			retrieval.Facets{}, "c:password", false,
		},
		"a page is a page, whatever was asked before": {
			[]string{"製造業でバックアップを取る会社"}, "p.5を見せて",
			retrieval.Facets{Pages: []int{5}}, "", false,
		},
	} {
		book, err := e.Store().Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		q := e.Understand(c.now, c.history, book)
		got, want := fmt.Sprintf("%+v", unpointed(q.Facets)), fmt.Sprintf("%+v", unpointed(c.facets))
		if got != want {
			t.Errorf("%s: facets %s, want %s", name, got, want)
		}
		if (q.Merged != "") != c.merged {
			t.Errorf("%s: merged %q, want any: %v", name, q.Merged, c.merged)
		}
		if c.topic != "" && !slices.ContainsFunc(q.Content, func(f retrieval.Feature) bool { return f.Key == c.topic }) {
			t.Errorf("%s: %s is not among %v", name, c.topic, q.Content)
		}
		for _, f := range q.Content {
			if f.Span < 0 || f.Span >= len(q.Spans) {
				t.Errorf("%s: feature %q points at part %d of %d", name, f.Key, f.Span, len(q.Spans))
			}
		}
	}
	if r := ask(t, e, "p.5を見せて", "製造業でバックアップを取る会社"); pagesOf(r.Hits) != "[5]" {
		t.Errorf("p.5 after a topic shows %s", pagesOf(r.Hits))
	}
}

func ptr(n int) *int { return &n }

// unpointed writes the stars as a number: %+v of a pointer is an address.
func unpointed(f retrieval.Facets) any {
	stars := -1
	if f.Stars != nil {
		stars = *f.Stars
	}
	return []any{f.Industry, f.NotIndustry, f.Category, f.NotCategory, f.Pages, stars, f.StarsUp, f.Size.String()}
}
