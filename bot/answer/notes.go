package answer

import (
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/retrieval"
)

// Notes are the sentences about how a question was read and what was counted:
// what a reader must know to trust the list below them. They rest on the
// facets and on SQL, not on a page.
func Notes(p *phrases.Phrases, a Answer) []string {
	var out []string
	f := a.Found
	if len([]rune(retrieval.Clean(a.Question.Text))) > retrieval.MaxQuestion {
		out = append(out, p.Cut(retrieval.MaxQuestion))
	}
	for _, u := range f.Query.Unknown {
		out = append(out, p.UnknownFacet(u.Word, u.Nearest))
	}
	if f.Book != nil && f.Exact {
		for _, page := range f.Query.Facets.Pages {
			if !holds(f.Hits, page) && f.Query.Facets.Drop("pages").Empty() {
				out = append(out, p.NoPage(page, f.Book.FirstPage, f.Book.LastPage))
			}
		}
	}
	if len(f.Widened) > 0 {
		out = append(out, p.Widened(f.Widened))
	}
	matched, related := a.Matches()
	if f.Sorting != retrieval.Unsorted {
		out = append(out, p.Ordered(int(f.Sorting), len(matched)))
	} else if (f.Exact || f.Count != nil) && len(f.Query.Facets.Pages) == 0 {
		out = append(out, count(p, f, len(matched)))
	}
	if f.Unstated > 0 && len(related) == 0 { // else they are listed, under RelatedHead
		out = append(out, p.Unstated(f.Unstated))
	}
	if f.Blind != nil {
		out = append(out, p.Blind)
	}
	if a.Rewritten != "" {
		out = append(out, p.Rewritten(a.Rewritten))
	}
	if by := worded(p, a.Wording); by != "" && (len(a.Claims) > 0 || a.Wording == Writing || a.Wording == Stopped) {
		out = append(out, by) // right above the sentences it is about
	}
	return out
}

// worded says that a model worded the summary, or why one did not; "" where
// none was asked.
func worded(p *phrases.Phrases, w Wording) string {
	switch w {
	case Written:
		return p.Written
	case WrittenCut:
		return p.WrittenCut
	case Failed:
		return p.ModelFailed
	case Unproved:
		return p.ModelUnproved
	case Capped:
		return p.ModelCapped
	case Writing:
		return p.Writing
	case Stopped:
		return p.WritingStopped
	}
	return ""
}

// RelatedHead heads the cases below the matching ones.
func RelatedHead(p *phrases.Phrases, a Answer) string {
	if a.Found.Sorting == retrieval.MostStars || a.Found.Sorting == retrieval.FewestStars {
		return p.NoStarsStated(a.Found.Unstated)
	}
	if a.Found.Exact {
		return p.Unstated(a.Found.Unstated)
	}
	return p.RelatedHead
}

func holds(hits []retrieval.Hit, page int) bool {
	for _, h := range hits {
		if h.Case.Page == page {
			return true
		}
	}
	return false
}

func count(p *phrases.Phrases, r retrieval.Result, n int) string {
	if !r.Exact {
		return p.CountMatched(n)
	}
	facets := r.Query.Facets
	for _, kind := range r.Widened {
		facets = facets.Drop(kind)
	}
	return p.Count(Facets(p, facets), n)
}

// Facets writes facets as a person would.
func Facets(p *phrases.Phrases, f retrieval.Facets) string {
	return p.Facets(f.Industry, f.NotIndustry, f.Category, f.NotCategory, f.Size, f.Stars, f.StarsUp, f.Pages)
}
