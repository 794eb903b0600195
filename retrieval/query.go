package retrieval

import (
	"encoding/json"
	"slices"

	"github.com/jirei/jirei/cases"
)

// Intent is what the asker wants done with the casebook.
type Intent int

// The intents. Find is what a question means when nothing says otherwise.
const (
	Find    Intent = iota // the cases that answer a question
	Count                 // how many cases have these facets
	List                  // all cases that have these facets
	Compare               // cases side by side
	Show                  // one case by its page
	Similar               // cases like one case
	Help                  // what can you do
)

func (i Intent) String() string {
	return [...]string{"find", "count", "list", "compare", "show", "similar", "help"}[i]
}

// Facets are the conditions that a question states on the typed columns, in
// the book's words. Kinds are joined by AND, values of one kind by OR.
type Facets struct {
	Industry    []string
	NotIndustry []string
	Category    []string
	NotCategory []string
	// Size is the range of employees asked for; a row matches when its range
	// overlaps, and a row that states none is counted apart, never dropped unsaid.
	Size *cases.Size
	// Stars is the 重要度 asked for, nil for any: exactly so many, or with
	// StarsUp so many or more.
	Stars   *int
	StarsUp bool
	Pages   []int
}

// Empty says that no facet is stated.
func (f Facets) Empty() bool {
	return len(f.Industry)+len(f.NotIndustry)+len(f.Category)+len(f.NotCategory)+len(f.Pages) == 0 &&
		f.Size == nil && f.Stars == nil
}

// MarshalJSON writes the contract's object: every key always, arrays never null.
func (f Facets) MarshalJSON() ([]byte, error) {
	type size struct {
		Min int  `json:"min"`
		Max *int `json:"max"`
	}
	out := struct {
		Industry    []string `json:"industry"`
		NotIndustry []string `json:"not_industry"`
		Category    []string `json:"category"`
		NotCategory []string `json:"not_category"`
		Size        *size    `json:"size"`
		Stars       *int     `json:"stars"`
		Pages       []int    `json:"pages"`
	}{
		Industry: notNil(f.Industry), NotIndustry: notNil(f.NotIndustry),
		Category: notNil(f.Category), NotCategory: notNil(f.NotCategory),
		Stars: f.Stars, Pages: notNil(f.Pages),
	}
	if f.Size != nil {
		out.Size = &size{Min: f.Size.Min}
		if f.Size.Max > 0 {
			out.Size.Max = &f.Size.Max
		}
	}
	return json.Marshal(out)
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Verdict says how a case stands to the facets asked for.
type Verdict struct {
	// Met and Missed name the kinds of facets ("industry", "size", …).
	Met, Missed []string
	// SizeUnstated: everything else is met, but the row states no size.
	SizeUnstated bool
}

// OK says that every stated facet is met.
func (v Verdict) OK() bool { return len(v.Missed) == 0 && !v.SizeUnstated }

// Judge holds a case against the facets. Both stores' SQL follows it, and
// storetest holds them to it.
func (f Facets) Judge(c cases.Case) Verdict {
	var v Verdict
	put := func(kind string, ok bool) {
		if ok {
			v.Met = append(v.Met, kind)
		} else {
			v.Missed = append(v.Missed, kind)
		}
	}
	if len(f.Industry) > 0 {
		put("industry", slices.Contains(f.Industry, c.Industry))
	}
	if len(f.NotIndustry) > 0 {
		put("not_industry", !slices.Contains(f.NotIndustry, c.Industry))
	}
	has := func(name string) bool { return slices.Contains(c.Categories, name) }
	if len(f.Category) > 0 {
		put("category", slices.ContainsFunc(f.Category, has))
	}
	if len(f.NotCategory) > 0 {
		put("not_category", !slices.ContainsFunc(f.NotCategory, has))
	}
	if f.Stars != nil {
		put("stars", c.Stars == *f.Stars || f.StarsUp && c.Stars > *f.Stars)
	}
	if len(f.Pages) > 0 {
		put("pages", slices.Contains(f.Pages, c.Page))
	}
	if f.Size != nil {
		if c.Size == nil {
			v.SizeUnstated = len(v.Missed) == 0
			if !v.SizeUnstated {
				v.Missed = append(v.Missed, "size")
			}
		} else {
			put("size", c.Size.Overlaps(f.Size))
		}
	}
	return v
}

// Drop returns the facets without one kind, as named by Verdict.
func (f Facets) Drop(kind string) Facets { return f.with(kind, Facets{}) }

// Only returns the facets of one kind, as named by Verdict.
func (f Facets) Only(kind string) Facets { return Facets{}.with(kind, f) }

// with returns the facets with one kind taken from others.
func (f Facets) with(kind string, from Facets) Facets {
	switch kind {
	case "industry":
		f.Industry = from.Industry
	case "not_industry":
		f.NotIndustry = from.NotIndustry
	case "category":
		f.Category = from.Category
	case "not_category":
		f.NotCategory = from.NotCategory
	case "size":
		f.Size = from.Size
	case "stars":
		f.Stars, f.StarsUp = from.Stars, from.StarsUp
	case "pages":
		f.Pages = from.Pages
	}
	return f
}

// kinds lists the kinds stated, in the order in which a search that found
// nothing gives them up: what the asker can spare first comes first.
func (f Facets) kinds() []string {
	var out []string
	for _, k := range []struct {
		name string
		set  bool
	}{
		{"stars", f.Stars != nil}, {"size", f.Size != nil},
		{"not_category", len(f.NotCategory) > 0}, {"not_industry", len(f.NotIndustry) > 0},
		{"category", len(f.Category) > 0}, {"industry", len(f.Industry) > 0},
		{"pages", len(f.Pages) > 0},
	} {
		if k.set {
			out = append(out, k.name)
		}
	}
	return out
}

// Query is a question as it was understood.
type Query struct {
	// Text is the question, cleaned of mentions and invisible characters.
	Text   string
	Intent Intent
	Facets Facets
	// Removed are the facets that were read and taken out again (Turn.Without), so
	// that they can be shown and put back.
	Removed Facets
	// Prefer are facets of the asker's own company. Of those whose kind the
	// question does not state, each that a case meets lets it rank higher; none
	// filters, matches or refuses.
	Prefer Facets
	// Strict: the question is about the facets themselves (a lookup, a count, a
	// list, or facets and nothing else), so they filter. Otherwise they rank.
	Strict bool
	// English: the question is in English, so the answer's frame should be.
	English bool
	// Spans tell what each part of the folded text was taken for.
	Spans []Span
	// Content are the features of what the question is about, with weights
	// before idf; empty for a question that states facets alone.
	Content []Feature
	// Phrase is the question's vector by the phrase model, nil without one.
	Phrase []float32
	// Outside is how probable the phrase model holds it that the question is about
	// something that the field does not hold, 0 to 1.
	Outside float64
	// Senses are the concepts that the phrase model takes the question for, most
	// probable first.
	Senses []Weighted
	// Unknown are words that look like facets and are none.
	Unknown []Unknown
	// bare: a List only because nothing but facets was said.
	bare bool
	// Merged holds the text of the earlier question that this one continues, if any.
	Merged string
}

// Feature is one feature of the question.
type Feature struct {
	Key    string
	Weight float64
	// Span is the index in Query.Spans that the feature comes from.
	Span int
	// Direct: the asker's own words or concept, not one that the lexicon relates
	// to them. Only direct features say how much a part of the question matters.
	Direct bool
	// Concept is how much finding this feature covers its part of the question,
	// 0 to 1, where it is a concept; 0 for a word, which covers its share.
	Concept float64
	// Matters scales how much the part matters in the share.
	Matters float64
}

// Span is a part of the question and what it was taken for.
type Span struct {
	Text string
	// Kind is "facet", "concept", "word", "stop" or "intent".
	Kind string
	// Means is the facet value or concept, "" for plain words.
	Means string
	// Certain is 1 for a form that stands free, less for one inside a longer
	// word that nothing else covers (退職 in 退職金).
	Certain float64
}
