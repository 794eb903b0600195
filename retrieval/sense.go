package retrieval

import (
	"slices"
	"strings"
)

// sensesShown is how many concepts of the phrase model a query keeps.
const sensesShown = 5

// sense reads the question as a whole, by the phrase model.
func (e *Engine) sense(r *reader, matches []match) {
	l := e.lexicon
	if l.phrases == nil {
		return
	}
	best := map[string]float64{}
	l.name(best, matches)
	topic := slices.Clone(r.t.orig)
	for i := range topic {
		if s := r.claimed[i]; s >= 0 && r.query.Spans[s].Kind == "facet" && !categoryWords(r.query.Facets, r.query.Spans[s].Means) {
			topic[i] = ' ' // who is asked about is not what
		}
	}
	grams := l.grams(string(topic), sorted(best))
	reading := l.phrases.Read(grams)
	r.query.Phrase, r.query.Outside = reading.Vector, reading.Outside
	r.query.Senses = strongest(l.phrases.Classes(), reading.Sense, sensesShown)
	e.senseFeatures(r, best)
}

// faintSense is the probability below which a sense is not searched for.
const faintSense = 0.05

// senseFeatures adds the concepts that the question is taken for and does not
// name; with no weight in the share, since no word of it says them.
func (e *Engine) senseFeatures(r *reader, named map[string]float64) {
	l := e.lexicon
	span := len(r.query.Spans)
	r.query.Spans = append(r.query.Spans, Span{Kind: "sense", Certain: 1})
	for _, s := range r.query.Senses {
		if s.Weight < faintSense || strings.HasPrefix(s.Name, decoy) || named[s.Name] > 0 {
			continue
		}
		weight := e.Weights.Concept * e.Weights.Sense * s.Weight
		r.query.Content = append(r.query.Content, Feature{Key: conceptKey(s.Name), Weight: weight, Span: span})
		for _, w := range l.Related(s.Name) {
			r.query.Content = append(r.query.Content, Feature{Key: conceptKey(w.Name), Weight: weight * e.Weights.Related * w.Weight, Span: span})
		}
	}
}

// strongest returns the n classes of the highest probability, highest first,
// and the earlier of equals.
func strongest(classes []string, probable []float64, n int) []Weighted {
	out := make([]Weighted, 0, n+1)
	for i, p := range probable {
		at := len(out)
		for at > 0 && out[at-1].Weight < p {
			at--
		}
		if at < n {
			out = slices.Insert(out, at, Weighted{classes[i], p})
			out = out[:min(n, len(out))]
		}
	}
	return out
}
