package retrieval

import (
	"math"
	"regexp"
	"slices"
)

// follow merges a question with the ones before it, by rules: a facet stated
// now replaces that kind, a question without a topic of its own keeps the last
// one, and one that points back (そのうち, those) is about both.
func (e *Engine) follow(q Query, history []Turn, book *Generation) Query {
	last := e.without(e.read(history[0].Text, book), history[0].Without, book)
	for _, earlier := range history[1:] {
		last = e.without(e.merge(last, e.read(earlier.Text, book), book), earlier.Without, book)
	}
	return e.merge(last, q, book)
}

var (
	// back is how a question points at the one before it.
	back = regexp.MustCompile(`^(?:じゃあ|では|それなら|それじゃ|だったら|それで|そしたら|で、|そこ|and |so |then |what about|how about|only )|の(?:ほう|方)[はがだも]|(?:会社|ところ|所)だけ|どっち|どちら|その(?:中|うち|なか|会社|事例)|それら|この中|これら|上の|今の中|そこから|同じこと|を除くと|だと(?:どう)?|の場合|でも|among (?:them|those|these)|of (?:them|those|these)|which of|those|same`)
	// elsewhere asks for the same in any industry but the last one.
	elsewhere = regexp.MustCompile(`(?:他|ほか|別|違う|よそ)の?(?:業種|業界|分野)|other (?:industr|sector|field)`)
)

// earlier is how much the features of the question before weigh beside those of
// the one that points back to it.
const earlier = 0.6

func (e *Engine) merge(before, now Query, book *Generation) Query {
	// Who names a page wants that page, whatever the talk was about; its facets
	// and topic would hide it.
	if len(now.Facets.Pages) > 0 || now.Intent == Help {
		return now
	}
	topicless := e.topicless(now, book)
	if topicless {
		now.Phrase = nil // what is left says which, not what
	}
	if topicless && (!now.Facets.Empty() || len(before.Content) > 0) {
		now.Content = nil
	}
	out := now
	pointsBack := back.MatchString(now.Text)
	switch {
	case topicless && len(before.Content) > 0:
		out = carry(out, before, 1)
		if now.bare {
			out.Intent = Find // a facet and nothing else is a lookup, but not where it narrows a topic
		}
		// What they said now is a facet and nothing else, so that is what they want.
		out.Strict = !now.Facets.Empty() || now.Intent == Count || now.Intent == List
	case pointsBack && len(before.Content) > 0:
		out = carry(out, before, earlier)
	}
	if topicless || pointsBack || len([]rune(now.Text)) <= shortQuestion {
		out.Facets = inherit(now.Facets, before.Facets)
	}
	if elsewhere.MatchString(now.Text) && len(before.Facets.Industry) > 0 && len(now.Facets.Industry) == 0 {
		out.Facets.Industry, out.Facets.NotIndustry = nil, before.Facets.Industry
		if topicless || len(before.Content) > 0 {
			out = carry(out, before, 1)
		}
	}
	return out
}

// shortQuestion is the length in characters up to which a question in a thread
// is taken for a continuation even where it does not say so.
const shortQuestion = 15

// carry adds the topic of an earlier question, once.
func carry(out, before Query, scale float64) Query {
	if out.Merged != "" {
		return out
	}
	out.Merged = before.Text
	out.Phrase = blend(out.Phrase, before.Phrase, scale)
	out.Outside = min(out.Outside, before.Outside)
	shift := len(out.Spans)
	out.Spans = append(slices.Clone(out.Spans), before.Spans...)
	out.Content = slices.Clone(out.Content)
	for _, f := range before.Content {
		f.Span += shift
		f.Weight *= scale
		f.Matters *= scale
		out.Content = append(out.Content, f)
	}
	return out
}

// blend adds the vector of the question before to that of the one that points
// back to it.
func blend(now, before []float32, scale float64) []float32 {
	if !sameLength(now, before) {
		if len(now) == 0 {
			return before
		}
		return now
	}
	out := make([]float32, len(now))
	var sum float64
	for i := range out {
		out[i] = now[i] + float32(scale)*before[i]
		sum += float64(out[i]) * float64(out[i])
	}
	if sum == 0 {
		return now
	}
	for i := range out {
		out[i] /= float32(math.Sqrt(sum))
	}
	return out
}

// inherit keeps the old facets of each kind that is not stated anew.
func inherit(f, old Facets) Facets {
	if len(f.Industry)+len(f.NotIndustry) == 0 {
		f.Industry, f.NotIndustry = old.Industry, old.NotIndustry
	}
	if len(f.Category)+len(f.NotCategory) == 0 {
		f.Category, f.NotCategory = old.Category, old.NotCategory
	}
	if f.Size == nil {
		f.Size = old.Size
	}
	if f.Stars == nil {
		f.Stars, f.StarsUp = old.Stars, old.StarsUp
	}
	return f
}
