// Package answer makes of found cases an answer that one can check.
//
// [Asker.Ask] (ask.go) is the whole way from a question to an [Answer]; it
// knows nothing of Slack, so the terminal, the evaluation and every Slack
// surface share it. A [Writer] proposes drafts, sentences that each name a
// numbered passage and quote it; [Verify] (verify.go) looks the quote up in
// the stored row and makes a [Claim] of the draft, or drops it. A claim never
// picks its own page. [Extractive] (extract.go, polite.go) is the writer that
// needs no model: it turns a row's own words into a polite sentence.
package answer
