// Package answer makes of found cases an answer that one can check.
//
// [Asker.Ask] (ask.go) is the whole way from a question to an [Answer]; it
// knows nothing of Slack, so the terminal, the evaluation and every Slack
// surface share it. A [Writer] proposes drafts, sentences that each name a
// numbered passage and quote it; [Proof.Verify] (verify.go) looks the quote up
// in the stored row, holds the sentence against that row (check.go, facts.go,
// negation.go) and makes a [Claim] of the draft, or drops it. A claim never picks
// its own page. [Extractive] (extract.go, polite.go) is the writer that needs no
// model: it turns a row's own words into a polite sentence.
//
// [Model] (model.go) is the writer with a chat model: what it is asked
// (prompt.go), how its answer is read while it comes (parse.go), how long it may
// take (watch.go), how it reads follow-ups (follow.go), and whether it is there
// (probe.go); where it is and what it costs is embeddings/endpoint's. It is never
// believed: testdata/model holds the ways in which it lies. lines.go has it write
// what questions a case answers, when a book is indexed.
package answer
