package retrieval

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jirei/jirei/embeddings"
)

// Unknown is a word that looks like a facet value but is none.
type Unknown struct {
	Word string
	// Nearest are the values of that kind that exist, most similar first.
	Nearest []string
}

// facetShaped is a word of its own that ends as an industry or begins as a
// category: what somebody types who looks cases up by facets.
var facetShaped = regexp.MustCompile(`(?:^| )([\p{Han}\p{Katakana}ー・]{1,12}業|[\p{Han}・]{2,6}(?:多|有))(?: |$)`)

// unknownFacets finds words that were meant as facets and are not known, and
// numbers of stars that do not exist.
func (r *reader) unknownFacets() {
	if n := r.query.Facets.Stars; n != nil && *n > 3 {
		r.query.Unknown = append(r.query.Unknown, Unknown{Word: "★" + strconv.Itoa(*n), Nearest: []string{"★1", "★2", "★3"}})
		r.query.Facets.Stars, r.query.Facets.StarsUp = nil, false
	}
	r.each(facetShaped, "業多有", func(from, to int, g []string) {
		for from < to && r.t.orig[from] == ' ' {
			from++
		}
		for from < to && r.t.orig[to-1] == ' ' {
			to--
		}
		for i := from; i < to; i++ {
			if r.claimed[i] >= 0 {
				return
			}
		}
		values := r.book.Industries
		if !strings.HasSuffix(g[1], "業") {
			values = r.book.Categories
		}
		r.claim(from, to, Span{Kind: "unknown", Certain: 1})
		r.query.Unknown = append(r.query.Unknown, Unknown{Word: g[1], Nearest: nearest(g[1], values)})
	})
}

// nearest orders values by the share of characters they have in common with a
// word, all of them: nobody remembers eleven names, and few fit on a line.
func nearest(word string, values []string) []string {
	common := func(value string) float64 {
		folded := embeddings.Fold(value)
		n := 0
		for _, r := range embeddings.Fold(word) {
			if r != '業' && strings.ContainsRune(folded, r) {
				n++
			}
		}
		return float64(n) / float64(len([]rune(folded)))
	}
	out := slices.Clone(values)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(common(b), common(a)) })
	return out
}
