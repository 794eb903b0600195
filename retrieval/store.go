package retrieval

import (
	"context"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// Store keeps one indexed book and finds in it. retrieval/sqlite and
// retrieval/postgres implement it; retrieval/storetest says what both must do.
// All methods are safe for concurrent use.
type Store interface {
	// Current returns the facts of the generation that searches see now. The
	// result is shared and must not be changed. An empty store returns a
	// Generation with Number 0.
	Current(ctx context.Context) (*Generation, error)
	// Put makes a change the current generation, as a whole or not at all.
	Put(ctx context.Context, change Change) error
	// Select returns the cases that meet the facets (Facets.Judge OK), exactly,
	// in page order, and how many meet all but state no size.
	Select(ctx context.Context, facets Facets) (found []cases.Case, unstated int, err error)
	// Candidates returns the cases that share a feature with the probe, or are
	// near it in the dense space: all of them in a book of up to ExactPassages
	// passages, and those that have phrase vectors when the probe has one; else the
	// best probe.Limit of each sort. In a larger book phrase vectors only score what
	// words and dense vectors found.
	Candidates(ctx context.Context, probe Probe) (Candidates, error)
}

// Keeper keeps what models made, so that nobody pays for it twice. Both stores
// are one, beside the book: what is kept outlives the generations. A maker is the
// model with all that its work depends on but the text; a key is the text's hash.
type Keeper interface {
	// Recall returns what the maker made of the keys, as far as it is kept.
	Recall(ctx context.Context, maker string, keys []string) (map[string][]byte, error)
	// Keep adds or replaces what the maker made.
	Keep(ctx context.Context, maker string, made map[string][]byte) error
	// Forget drops all that a maker made, but for the keys; of every maker for "".
	Forget(ctx context.Context, maker string, but []string) error
}

// ExactPassages is the size of book up to which Candidates leaves nothing
// out. Below it a scan costs less than an index lookup.
const ExactPassages = 10_000

// BestLines is how many expansion lines of a case a Store returns: Fuse counts
// the best and a little of the second.
const BestLines = 2

// Generation is one state of the indexed book. Numbers grow by one at each Put.
type Generation struct {
	Number int64
	// Book is the id, title and source of the book; its Cases are nil.
	Book cases.Book
	// Features names the rules by which texts became features; an index built
	// by other rules is built again.
	Features string
	Cases    int
	Passages int
	// Average is the average length of a row passage, in weighted features, that
	// the stored weights were computed with; Line that of an expansion line.
	Average, AverageLine float64
	// DF is, per feature, the number of cases that hold it in their row or lines.
	DF map[uint32]int
	// Hashes is, per case, the hash of all that its passages were made of.
	Hashes map[cases.ID]string
	// Industries and Categories are the values that occur, by first page.
	Industries, Categories []string
	FirstPage, LastPage    int
	// Titles are the titles of all cases, in page order (Titles).
	Titles []Title
	// Model and Dim describe the dense vectors, "" and 0 without.
	Model string
	Dim   int
	// Probe is the vector of ProbeText by the model, when the book was indexed.
	Probe []float32
	// Vectors is how many cases have a dense vector.
	Vectors int
}

// Describe fills in what follows from the cases, which are in page order.
func (g *Generation) Describe(list []cases.Case) {
	whole := cases.Book{Cases: list}
	g.Cases = len(list)
	g.Industries, g.Categories = whole.Industries(), whole.Categories()
	g.FirstPage, g.LastPage = whole.Pages()
	g.Titles = Titles(list)
}

// Change is what Put makes of the book.
type Change struct {
	Book                 cases.Book
	Features             string
	Average, AverageLine float64
	Model                string
	Dim                  int
	Probe                []float32
	// Upsert adds or replaces whole cases; Remove takes cases out.
	Upsert []Entry
	Remove []cases.ID
}

// Entry is one case with its passages.
type Entry struct {
	Case cases.Case
	Hash string
	// Row is the passage that answers come from: title, measures, facets.
	Row embeddings.Sparse
	// Dense is the row's dense vector, nil without an embedding model.
	Dense []float32
	// Phrase holds the vectors by the phrase model of the row's title and of each of
	// its measures, one after the other; nil without a model.
	Phrase []float32
	// Lines are the expansion lines: for finding only, never evidence.
	Lines []Line
}

// Line is one expansion line.
type Line struct {
	Text   string
	Sparse embeddings.Sparse
	Phrase []float32
}

// Probe is what Candidates looks for.
type Probe struct {
	// Sparse holds the question's features with idf, ascending by Index.
	Sparse embeddings.Sparse
	// Dense is the question's dense vector, nil without.
	Dense []float32
	// Phrase is the question's vector by the phrase model, nil without.
	Phrase []float32
	// Facets are what the question asks for. A larger book then also returns the
	// best of each sort among the cases that meet them, or meet all but state no
	// size: were they looked for only among the best of all, a filter that few
	// cases meet would find none.
	Facets Facets
	// Limit bounds the candidates of each sort in a big book.
	Limit int
}

// Candidates are what a Store found, unranked, all of one generation.
type Candidates struct {
	Generation int64
	Found      []Candidate
}

// Candidate is a case with what Fuse needs to score it.
type Candidate struct {
	Case cases.Case
	// Row[i] is the row's stored weight of probe.Sparse.Index[i].
	Row []float32
	// Lines are the BestLines expansion lines with the highest inner product with
	// the probe, best first; fewer where fewer share a feature with it.
	Lines []LineMatch
	// Cosine is the similarity to probe.Dense, 0 without.
	Cosine float64
	// Phrases are the similarities of the row and of its lines to probe.Phrase, the
	// BestPhrases highest, descending; empty without.
	Phrases []float64
}

// BestPhrases is how many similarities by the phrase model a Store returns.
const BestPhrases = 3

// LineMatch is one expansion line's weights of the probe's features.
type LineMatch struct {
	Text string
	Row  []float32
}
