package retrieval

// Weights are all the numbers that ranking and refusal depend on. They were
// chosen on the development half of the golden set (retrieval/golden) and are
// reported on the other half by `jirei eval`; docs/benchmarks.md has the table.
type Weights struct {
	// Title, Measures and FacetField weigh the fields of a row when it is
	// indexed: a change needs a new FeatureRules.
	Title, Measures, FacetField float64
	// Word, Bigram, Unigram and Concept weigh the features of a question.
	Word, Bigram, Unigram, Concept float64
	// Related scales a concept that the lexicon relates to one asked for.
	Related float64
	// CategoryWords scales the plain words of a category that was stated.
	CategoryWords float64
	// Line scales the best expansion line against the row's own score, and
	// SecondLine what the second-best adds to it.
	Line, SecondLine float64
	// Dense scales the cosine of the dense vectors, when there are any.
	Dense float64
	// Met scales a score up for each kind of stated facet that a case meets, and
	// Unstated for a size that its row leaves blank.
	Met, Unstated float64
	// Refuse is the understood share of the question (see Share) below which
	// nothing in the book answers it.
	Refuse float64
	// Match is the share of the question that a hit must cover itself to be
	// called a match and not only related, relative to the best hit.
	Match float64
}

// DefaultWeights are the weights chosen on the development half.
func DefaultWeights() Weights {
	return Weights{
		Title: 1, Measures: 1.2, FacetField: 0.5,
		Word: 1, Bigram: 1, Unigram: 0.25, Concept: 1.6,
		Related: 0.5, CategoryWords: 0.5,
		Line: 0.9, SecondLine: 0.2,
		Dense: 1,
		Met:   0.8, Unstated: 0.3,
		Refuse: 0.3, Match: 0.6,
	}
}
