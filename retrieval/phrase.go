package retrieval

import (
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// certainConcept is how certain a concept must be to be a gram of a text.
const certainConcept = 0.4

// grams returns what the phrase model sums up for a matchable text: its characters and
// words, and the concepts it names, twice, since one of them says more than a
// trigram does.
func (l *Lexicon) grams(matchable string, concepts []Weighted) []string {
	out := embeddings.Grams(matchable)
	for _, c := range concepts {
		if c.Weight > certainConcept {
			out = append(out, "c:"+c.Name, "d:"+c.Name)
		}
	}
	return out
}

// phrase returns the vector of a text; nil without a model.
func (l *Lexicon) phrase(text string) []float32 {
	if l.phrases == nil {
		return nil
	}
	return l.phrases.Vector(l.grams(matchable(text), l.concepts(embeddings.Fold(text))))
}

// taught returns the vector that the model learned for a case; nil for a case
// that it was not taught, and without a model.
func (l *Lexicon) taught(id cases.ID) []float32 {
	if l.phrases == nil {
		return nil
	}
	return l.phrases.ClassVector(string(id))
}

// decoy begins the names of concepts that are outside the field.
const decoy = "decoy-"
