package retrieval

// Weights are all the numbers that ranking and refusal depend on. They were
// chosen on the development half of the golden set (retrieval/golden, with
// `go test -tags tune`) and are reported on the other half by `jirei eval`.
type Weights struct {
	// Title, Measures and FacetField weigh the fields of a row when it is
	// indexed: a change needs a new FeatureRules.
	Title, Measures, FacetField float64
	// Word, Bigram, Unigram and Concept weigh the features of a question.
	Word, Bigram, Unigram, Concept float64
	// Related scales a concept that the lexicon relates to one asked for.
	Related float64
	// Sense scales a concept that the phrase model takes the question for.
	Sense float64
	// Action scales concepts of doing something (introduce, check, strengthen):
	// every row does something.
	Action float64
	// Decoy scales how much a topic matters that is known to be outside the field.
	Decoy float64
	// Foreign and Single scale how much an unknown English word, and a single
	// kanji, matter.
	Foreign, Single float64
	// CategoryWords scales the plain words of a category that was stated.
	CategoryWords float64
	// Line scales the best expansion line against the row's own score, and
	// SecondLine what the second-best adds to it.
	Line, SecondLine float64
	// Cover is how much of the score depends on the share of the question that a
	// case covers: a case that answers all of it beats one that says one part twice.
	Cover float64
	// Dense scales how far the cosine of the dense vectors is above that of all
	// candidates, when there are any. Higher helps a good model more, and noise of 256
	// dimensions, 0.002 of nDCG@5 at 2, costs 0.01 from 3 on (golden, TestNoiseCostsLittle).
	Dense float64
	// Phrase scales the best similarity by the phrase model against the best score
	// by words, which is 1; NextPhrase what each next passage adds to it.
	Phrase, NextPhrase float64
	// Taught scales the similarity to what the phrase model learned of the very
	// case, which it did of the embedded book's.
	Taught float64
	// Industry, Category, Size and Stars scale a score up where the case meets
	// that kind of stated facet; Unstated where its row leaves the size blank.
	Industry, Category, Size, Stars, Unstated float64
	// Unknown scales what a word weighs in the share when the book and the
	// lexicon have never seen it: it may be the point, or only how people talk.
	Unknown float64
	// Lexical is the share that a part of the question is covered when its words
	// stand in the row, where no concept vouches for them.
	Lexical float64
	// Topic is how many words' worth of topic a question with facets must have to
	// be more than a question about those facets.
	Topic float64
	// OnTopic is the part of the best topical score that a case must have that meets
	// the facets, or they are given up.
	OnTopic float64
	// Refuse is the share of the question (Why.Share) below which nothing in the
	// book answers it, where there is no phrase model to ask.
	Refuse float64
	// Border is what decides with a phrase model.
	Border Border
	// Match is the share of the question that a hit must cover itself to be
	// called a match and not only related, relative to the best hit.
	Match float64
	// MatchScore is the part of the best score that a match has at least.
	MatchScore float64
}

// DefaultWeights are the weights chosen on the development half.
func DefaultWeights() Weights {
	return Weights{
		Title: 1, Measures: 1.2, FacetField: 0.5,
		Word: 3, Bigram: 2, Unigram: 0.5, Concept: 1.8,
		Sense: 3.5, Related: 0.5, Action: 0.45, Decoy: 1.5, Foreign: 0.3, Single: 0.39, CategoryWords: 1.2,
		Line: 2, SecondLine: 0, Cover: 0.2,
		Dense: 2, Phrase: 2.8, NextPhrase: 0.3, Taught: 3.8,
		Industry: 1.1, Category: 0.3, Size: 1, Stars: 1, Unstated: 0.3,
		Unknown: 0.3, Lexical: 2, Topic: 0.6, OnTopic: 0.6,
		Refuse: 0.36, Match: 0.6, MatchScore: 0.75,
		Border: Border{Bias: 1.5, Outside: 1.77, Near: 5.68, Held: 2.8, Missing: 5.55, Said: 5.62},
	}
}
