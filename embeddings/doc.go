// Package embeddings turns text into vectors.
//
// Text is first made comparable: [Fold] (fold.go) undoes the spellings that
// mean the same to a reader (full width, half-width kana, case, ウィルス and
// ウイルス). [Terms] (terms.go) then cuts it into features: words for Latin,
// bigrams and single characters for Japanese, which on these casebooks found
// more than a dictionary tokenizer and needs no dictionary. [Weigh]
// (sparse.go) makes a [Sparse] vector of BM25 weights from them. A vector's
// dimensions are hashes of the features ([Dimension]), so no vocabulary has
// to be stored, shipped or kept in step between two stores.
//
// [Phrases] (phrase.go) is the dense counterpart that needs no endpoint: a bag of
// [Grams], trained by [TrainPhrases] (train.go, border.go) from reviewed text.
//
// [Dense] (dense.go) asks a model behind an OpenAI-compatible endpoint. What comes
// back is looked at closely (vectors.go), since a wrong vector looks like any
// other; prefix.go knows what some models want before each text.
package embeddings
