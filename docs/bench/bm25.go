package main

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
	"golang.org/x/text/unicode/norm"

	"github.com/jirei/jirei/embeddings"
)

// The usual numbers of BM25 (Robertson and Zaragoza 2009). jirei's own are lower.
const (
	k1 = 1.2
	b  = 0.75
)

// bm25 is Okapi BM25 over documents that cut turned into words.
type bm25 struct {
	cut     func(string) []string
	pages   []int
	tf      []map[string]float64
	length  []float64
	average float64
	df      map[string]float64
}

func newBM25(docs []document, cut func(string) []string) finder {
	x := &bm25{cut: cut, df: map[string]float64{}}
	for _, d := range docs {
		tf := map[string]float64{}
		words := cut(d.text())
		for _, w := range words {
			tf[w]++
		}
		for w := range tf {
			x.df[w]++
		}
		x.pages, x.tf, x.length = append(x.pages, d.page), append(x.tf, tf), append(x.length, float64(len(words)))
		x.average += float64(len(words)) / float64(len(docs))
	}
	return x.find
}

func (x *bm25) find(_ context.Context, text string) ([]int, error) {
	type hit struct {
		page  int
		score float64
	}
	words := x.cut(text)
	slices.Sort(words) // one order of adding up, so one result
	words = slices.Compact(words)
	var hits []hit
	for i, tf := range x.tf {
		h := hit{page: x.pages[i]}
		for _, w := range words {
			idf := math.Log(1 + (float64(len(x.pages))-x.df[w]+0.5)/(x.df[w]+0.5))
			h.score += idf * tf[w] * (k1 + 1) / (tf[w] + k1*(1-b+b*x.length[i]/x.average))
		}
		if h.score > 0 {
			hits = append(hits, h)
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.page, b.page)) })
	var pages []int
	for _, h := range hits[:min(depth, len(hits))] {
		pages = append(pages, h.page)
	}
	return pages, nil
}

// newBigrams is BM25 over the terms that jirei cuts texts into, each as good
// as the other.
func newBigrams(docs []document) (finder, error) {
	return newBM25(docs, func(text string) []string {
		var out []string
		for _, t := range embeddings.Terms(embeddings.Fold(text)) {
			out = append(out, t.Key)
		}
		return out
	}), nil
}

// newKagome is BM25 over what a morphological analyser says are the words, in
// their base form.
func newKagome(docs []document) (finder, error) {
	cut, err := kagomeWords()
	if err != nil {
		return nil, err
	}
	return newBM25(docs, cut), nil
}

func kagomeWords() (func(string) []string, error) {
	t, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
	if err != nil {
		return nil, err
	}
	return func(text string) []string {
		var out []string
		for _, token := range t.Analyze(strings.ToLower(norm.NFKC.String(text)), tokenizer.Search) {
			if !content(token.POS()) {
				continue
			}
			word := token.Surface
			if base, ok := token.BaseForm(); ok && base != "*" {
				word = base
			}
			out = append(out, word)
		}
		return out
	}, nil
}

// content says that a word of these parts of speech carries meaning: nouns,
// verbs, adjectives and adverbs, but not the ones that stand for others (こと,
// それ, いる).
func content(pos []string) bool {
	if len(pos) < 2 {
		return false
	}
	switch pos[0] {
	case "名詞", "動詞", "形容詞", "副詞":
		return !slices.Contains([]string{"非自立", "代名詞", "接尾", "特殊"}, pos[1])
	}
	return false
}
