// Package retrieval turns a question into cases.
//
// The way of a question: [Engine.Ask] reads it ([Engine.Understand],
// understand.go with numbers.go, match.go and follow.go) into a [Query]:
// facets, intent, and the features of its topic, each with a weight; without.go
// takes facets out again that the asker did not want. A
// [Store] (store.go) returns the candidates, and fuse (fuse.go), one pure
// function for both stores, scores them. Search (search.go) then splits them
// into matches, related cases, and refusals. Questions of facets alone never
// get there: SQL answers them, exactly.
//
// The way of a book: [Engine.Prepare] (index.go) cuts each case into features
// and compares hashes, so that only changed cases are vectorised again;
// [Plan.Apply] puts the change into the store as one new [Generation].
//
// What words mean stands in words/*.txt ([Lexicon]). What whole sentences mean
// is told by a small model (phrase.go, [embeddings.Phrases]) that learned it from
// words/utterances and words/lessons (learn.go, retrieval/learn). What the
// numbers are is in [Weights]; how good it all is, in eval.go and the golden set.
package retrieval
