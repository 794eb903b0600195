package storetest

import (
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// Edition is a book of two cases, one of which states no size. Both have its
// title, so that two editions cannot be mixed unseen.
func Edition(title string) retrieval.Change {
	entry := func(page int, size *cases.Size) retrieval.Entry {
		return retrieval.Entry{
			Case: cases.Case{
				ID: cases.MakeID("book", page), Page: page, Title: title, Measures: []string{"対策"},
				Facets: cases.Facets{Industry: "製造業", Categories: []string{"被害有"}, Size: size, Employees: size.String()},
			},
			Hash: title, Row: embeddings.Sparse{Index: []uint32{7}, Value: []float32{0.5}}, Dense: []float32{1, float32(page)},
			Lines: []retrieval.Line{{Text: "質問", Sparse: embeddings.Sparse{Index: []uint32{7, 8}, Value: []float32{0.25, 0.75}}}},
		}
	}
	return retrieval.Change{
		Book: cases.Book{ID: "book", Title: title}, Features: "rules", Average: 3, AverageLine: 2, Model: "model", Dim: 2,
		Upsert: []retrieval.Entry{entry(1, nil), entry(2, &cases.Size{Min: 1, Max: 5})},
	}
}
