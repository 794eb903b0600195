package retrieval

import (
	"math"
	"strings"

	"github.com/jirei/jirei/embeddings"
)

// Border weighs what speaks for and against an answer; a question is refused
// when the sum is over zero. It is a logistic regression over the development
// questions (`go test -tags tune -run Border ./retrieval/golden`) with its
// constant moved to where at most one answerable question in twenty would be refused;
// docs/benchmarks.md has the calibration.
type Border struct {
	Bias float64
	// Outside scales the log odds of Query.Outside.
	Outside float64
	// Near and Held take off for how near the best hits are (Why.Near), and for how
	// surely the book names what is asked for (Result.Held).
	Near, Held float64
	// Missing adds for the part of the question that concepts of the field name and
	// no hit covers (Why.Share): what is understood and stands in no row is missing
	// from the book, while a word that nobody knows may be how people talk. Of the
	// terms it brought the most.
	Missing float64
	// Said adds for the length of what is asked: two keywords are the field's, or
	// they would not have been typed here; a story in the field's words may be about
	// anything.
	Said float64
}

// Sum returns how much speaks for a refusal: over zero it is one.
func (b Border) Sum(q Query, share, near, held float64) float64 {
	p := min(max(q.Outside, 1e-4), 1-1e-4)
	known, said := q.named()
	return b.Bias + b.Outside*math.Log(p/(1-p)) - b.Near*near - b.Held*held + b.Missing*known*(1-share) + b.Said*said
}

// longSaid is the number of characters from which on a question is long.
const longSaid = 20

// length counts characters, and three of the Latin alphabet as one.
func length(text string) float64 {
	n := 0.0
	for _, r := range text {
		if embeddings.ScriptOf(r) == embeddings.Latin {
			n += 1.0 / 3
		} else {
			n++
		}
	}
	return n
}

// saidNothing is what of a question counts as known where nothing of it is read
// as a word, as of one in hiragana without spaces.
const saidNothing = 0.4

// named returns which part of what a question says the field's concepts name,
// and how long that is beside a long question; both 0 to 1.
func (q Query) named() (known, said float64) {
	for _, s := range q.Spans {
		n := length(s.Text)
		switch s.Kind {
		case "concept":
			said += n
			if !strings.HasPrefix(s.Means, decoy) {
				known += n * s.Certain
			}
		case "word":
			said += n
		}
	}
	if said == 0 {
		return saidNothing, 0
	}
	return known / said, min(1, said/longSaid)
}
