package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// newBleve indexes documents in memory: a field each for title, measures,
// facets and lines, all through the analyzer for Chinese, Japanese and Korean
// (width folded, lower case, bigrams), scored by bleve's BM25.
func newBleve(docs []document) (finder, error) {
	fields := []string{"title", "measures", "facets", "lines"}
	text := bleve.NewTextFieldMapping()
	text.Analyzer = cjk.AnalyzerName
	whole := mapping.NewDocumentStaticMapping()
	for _, field := range fields {
		whole.AddFieldMappingsAt(field, text)
	}
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.DefaultAnalyzer, m.ScoringModel = whole, cjk.AnalyzerName, index.BM25Scoring
	ix, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil) // no path: in memory
	if err != nil {
		return nil, err
	}
	batch := ix.NewBatch()
	for _, d := range docs {
		// Padded, so that the order of ids is the order of pages.
		err := batch.Index(fmt.Sprintf("%04d", d.page), map[string]any{"title": d.title, "measures": d.measures, "facets": d.facets, "lines": d.lines})
		if err != nil {
			return nil, err
		}
	}
	if err := ix.Batch(batch); err != nil {
		return nil, err
	}
	return func(ctx context.Context, text string) ([]int, error) {
		parts := make([]query.Query, 0, len(fields))
		for _, field := range fields {
			q := bleve.NewMatchQuery(text)
			q.SetField(field)
			parts = append(parts, q)
		}
		request := bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(parts...), depth, 0, false)
		request.SortBy([]string{"-_score", "_id"})
		found, err := ix.SearchInContext(ctx, request)
		if err != nil {
			return nil, err
		}
		pages := make([]int, 0, len(found.Hits))
		for _, h := range found.Hits {
			page, err := strconv.Atoi(h.ID)
			if err != nil {
				return nil, err
			}
			pages = append(pages, page)
		}
		return pages, nil
	}, nil
}
