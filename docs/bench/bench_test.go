package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

func TestTrigramsAreQuoted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"UTMの事例は？":            `"UTM" OR "の事例" OR "事例は"`,
		`a"b NEAR(x) -c* 退職者`: `"NEAR" OR "退職者"`,
		"退職者、退職者":             `"退職者"`,
		"は？":                  "",
	} {
		if got := trigrams(text); got != want {
			t.Errorf("trigrams(%q) = %s, want %s", text, got, want)
		}
	}
}

// TestPeersFind asks each peer what it must find first, if it is built as it should be.
func TestPeersFind(t *testing.T) {
	t.Parallel()
	docs := []document{
		{page: 14, title: "退職者のアカウントを削除", measures: "社員が辞めた日に消す", facets: "製造業"},
		{page: 15, title: "ウイルス対策ソフト", measures: "全てのパソコンに導入した", facets: "小売業\n★★"},
		{page: 16, title: "クラウドに移行", measures: "サーバをなくした", facets: "情報通信業"},
	}
	systems, err := peers(docs, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range systems {
		if s.name == "PostgreSQL text search (simple)" { // to it a sentence is one word
			r, err := s.ask(context.Background(), retrieval.Golden{Q: "情報通信業"})
			if err != nil || len(r.Hits) == 0 || r.Hits[0].Case.Page != 16 {
				t.Errorf("%s found %v, %v; want page 16 first", s.name, r.Hits, err)
			}
			continue
		}
		for question, page := range map[string]int{"退職者のアカウントはどうする？": 14, "ウイルス対策ソフトの導入": 15, "情報通信業": 16} {
			r, err := s.ask(context.Background(), retrieval.Golden{Q: question})
			if err != nil || len(r.Hits) == 0 || r.Hits[0].Case.Page != page {
				t.Errorf("%s: %s found %v, %v; want page %d first", s.name, question, r.Hits, err, page)
			}
		}
		r, err := s.ask(context.Background(), retrieval.Golden{Q: "その中で一番は？", History: []string{"退職者のアカウントはどうする？"}})
		if err != nil || len(r.Hits) == 0 || r.Hits[0].Case.Page != 14 {
			t.Errorf("%s: a follow-up forgot the question before it: %v, %v", s.name, r.Hits, err)
		}
	}
}

func TestContentWords(t *testing.T) {
	t.Parallel()
	cut, err := kagomeWords()
	if err != nil {
		t.Fatal(err)
	}
	words := cut("社員が辞めたことを届け出る")
	if want := []string{"社員", "辞める", "届け出る"}; !slices.Equal(words, want) {
		t.Errorf("words %q, want %q", words, want)
	}
}

func TestRunIsLogged(t *testing.T) {
	t.Parallel()
	page := "above\n" + logHead + "| 2026-11-24 | 0.747 | 10/16 | 10/127 |\n\n## Time\n"
	got, err := logged(page, retrieval.Figures{NDCG5: 0.5, Answerable: 127, Refused: 3, Outside: 16, OutsideRefused: 12})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "10/127 |\n| 20") || !strings.Contains(got, " 0.500 | 12/16 | 3/127 |\n\n## Time\n") {
		t.Errorf("the log reads\n%s", got)
	}
	if _, err := logged("no table", retrieval.Figures{}); err == nil {
		t.Error("a page without the log took a run")
	}
}

// BenchmarkWords times how a row is cut: by the dictionary, and into the terms of jirei's index.
func BenchmarkWords(b *testing.B) {
	book, err := cases.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	docs := documents(book, nil)
	dictionary, err := kagomeWords()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("kagome", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			dictionary(docs[i%len(docs)].text())
		}
	})
	b.Run("terms", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			embeddings.Terms(embeddings.Fold(docs[i%len(docs)].text()))
		}
	})
}
