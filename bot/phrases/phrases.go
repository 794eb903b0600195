// Package phrases holds every word jirei says, one file per language: ja.go
// and en.go. A phrase with a % takes what its name says. Phrases are functions
// of their values, never built up elsewhere, so that a reader of this package
// has read all that people read.
package phrases

import (
	"fmt"
	"strings"

	"github.com/jirei/jirei/cases"
)

// Locale is a language that jirei speaks. "" is Japanese.
type Locale string

// The languages.
const (
	Japanese Locale = "ja"
	English  Locale = "en"
)

// LocaleOf maps a Slack user's locale ("en-US") to a language; Japanese is
// what the casebook is in, so it is what everybody else gets.
func LocaleOf(slack string) Locale {
	if strings.HasPrefix(slack, "en") {
		return English
	}
	return Japanese
}

// For returns the phrases of a language.
func For(l Locale) *Phrases {
	if l == English {
		return &en
	}
	return &ja
}

// Phrases are all texts in one language.
type Phrases struct {
	// The sentences of an answer. kind is Company's.
	company      string // industry, employees
	noIndustry   string
	noSize       string
	claim        string // kind, what it did
	claimBecause string // kind, why, what it did
	claimTitled  string // kind, title, what it did
	claimQuoted  string // kind, quote
	industries   map[string]string

	// What stands around an answer.
	CasesHead, RelatedHead, NearestHead  string
	Refused, RefusedHint                 string
	count, countOf, countBook            string
	unstated, widened, cut, merged, more string
	facetNames                           map[string]string
	size, starsExact, starsUp, not, or   string

	// A case.
	Page, source, NoStars, NoIndustry, NoSize, NoCategory   string
	Industry, Employees, Category, Stars, Measures, Correct string
	corrected                                               string
	why, whyFacet, related                                  string

	// Buttons and modals.
	Details, Similar, Share, Close, Cancel, ShareTitle, Channel, Comment, CommentHint, Preview string
	caseTitle, sharedBy, sharedBySomeone, shared, similarTo                                    string
	ShareAgain, Withdrawn, Expired, PressAgain                                                 string
	notInChannel, notShared                                                                    string
	OpenCase, Sharing, ThatChannel                                                             string
	understood, bookSource                                                                     string
	// Who worded a summary, and why not the model that should have.
	Written, WrittenCut, ModelFailed, ModelUnproved, ModelCapped string
	// Blind says that the index's dense vectors were of no use to a question.
	Blind                                    string
	rewritten                                string
	remove, removeHint, putBack, putBackHint string // hints are read out, after the label

	// Bad input and trouble.
	Empty, Sorry, Busy   string
	Unstored, Unheard    string // the store is away: nothing was kept; Slack sends the question again
	Forgotten            string
	noPage, unknownFacet string
	Help                 []string
	Examples             []string
	Completions          [][2]string
	CommandUsage         string
	CommandDescription   string

	tables
	rooms
	memory
	surfaces
}

// Company says what kind of company a case is about: its industry and its
// employees as printed.
func (p *Phrases) Company(c cases.Case) string {
	industry := c.Industry
	if gloss, ok := p.industries[industry]; ok {
		industry = gloss
	}
	if industry == "" {
		industry = p.noIndustry
	}
	size := c.Employees
	if size == "" {
		size = p.noSize
	}
	return fmt.Sprintf(p.company, industry, size)
}

// Claim is a sentence about what a company did.
func (p *Phrases) Claim(company, did string) string { return fmt.Sprintf(p.claim, company, did) }

// ClaimBecause is a sentence about what a company did, and why.
func (p *Phrases) ClaimBecause(company, why, did string) string {
	return fmt.Sprintf(p.claimBecause, company, why, did)
}

// ClaimTitled is a sentence about what a company did, in a case whose title
// is what was asked for.
func (p *Phrases) ClaimTitled(company, title, did string) string {
	return fmt.Sprintf(p.claimTitled, company, title, did)
}

// ClaimQuoted is a sentence that leaves the measure in its own words.
func (p *Phrases) ClaimQuoted(company, quote string) string {
	return fmt.Sprintf(p.claimQuoted, company, quote)
}

// Count says how many cases there are; facets is what they have in common,
// "" for all of the book.
func (p *Phrases) Count(facets string, n int) string {
	if facets == "" {
		return fmt.Sprintf(p.countBook, n)
	}
	return fmt.Sprintf(p.countOf, facets, n)
}

// CountMatched says how many cases match a topic.
func (p *Phrases) CountMatched(n int) string { return fmt.Sprintf(p.count, n) }

// Unstated says how many rows meet all else but state no size.
func (p *Phrases) Unstated(n int) string { return fmt.Sprintf(p.unstated, n) }

// Widened says which kinds of facets were given up, by their names in
// retrieval.Verdict.
func (p *Phrases) Widened(kinds []string) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = p.facetNames[k]
	}
	return fmt.Sprintf(p.widened, strings.Join(names, p.or))
}

// Understood says which conditions were read out of a question.
func (p *Phrases) Understood(facets string) string { return fmt.Sprintf(p.understood, facets) }

// BookSource says which book the answer rests on.
func (p *Phrases) BookSource(source, title string) string {
	if source == "" {
		return fmt.Sprintf(p.bookSource, title)
	}
	return fmt.Sprintf(p.bookSource, source+" "+title)
}

// Cut says that only the first n characters of a question were read.
func (p *Phrases) Cut(n int) string { return fmt.Sprintf(p.cut, n) }

// Merged says which earlier question this one was read with.
func (p *Phrases) Merged(question string) string { return fmt.Sprintf(p.merged, question) }

// Rewritten says which question a model made of a follow-up.
func (p *Phrases) Rewritten(question string) string { return fmt.Sprintf(p.rewritten, question) }

// More says how many further cases there are.
func (p *Phrases) More(n int) string { return fmt.Sprintf(p.more, n) }

// Source says where a case stands. It claims the table's row only: that is what
// jirei holds.
func (p *Phrases) Source(page int) string { return fmt.Sprintf(p.source, page) }

// CaseTitle is the title of the case view, at most 24 characters long.
func (p *Phrases) CaseTitle(page int) string { return fmt.Sprintf(p.caseTitle, page) }

// Corrected says what was mended in a case.
func (p *Phrases) Corrected(c cases.Correction) string {
	return fmt.Sprintf(p.corrected, c.Printed, c.Corrected)
}

// Because says why a case is shown: the words of the question it answers to,
// and the facets it meets, by their names in retrieval.Verdict.
func (p *Phrases) Because(matched bool, words, facets []string) string {
	var parts []string
	if !matched {
		parts = append(parts, p.related)
	}
	if len(words) > 0 {
		parts = append(parts, fmt.Sprintf(p.why, strings.Join(words, p.or)))
	}
	if len(facets) > 0 {
		names := make([]string, len(facets))
		for i, k := range facets {
			names[i] = p.facetNames[k]
		}
		parts = append(parts, fmt.Sprintf(p.whyFacet, strings.Join(names, p.or)))
	}
	return strings.Join(parts, " ｜ ")
}

// SharedBy says who shared a case; name is "" where Slack does not say it.
func (p *Phrases) SharedBy(name string) string {
	if name == "" {
		return p.sharedBySomeone
	}
	return fmt.Sprintf(p.sharedBy, name)
}

// Shared confirms a share, to the one who shared.
func (p *Phrases) Shared(page int, channel string) string {
	return fmt.Sprintf(p.shared, page, channel)
}

// SimilarTo heads the cases like one case.
func (p *Phrases) SimilarTo(page int) string { return fmt.Sprintf(p.similarTo, page) }

// Remove is the button that takes a facet out of a question.
func (p *Phrases) Remove(facet string) string { return fmt.Sprintf(p.remove, facet) }

// RemoveHint says for a screen reader what Remove does; kind is the facet's, as
// in retrieval.Verdict.
func (p *Phrases) RemoveHint(kind string) string {
	return fmt.Sprintf(p.removeHint, p.facetNames[kind])
}

// PutBack is the button that undoes Remove.
func (p *Phrases) PutBack(facet string) string { return fmt.Sprintf(p.putBack, facet) }

// PutBackHint says for a screen reader what PutBack does.
func (p *Phrases) PutBackHint(kind string) string {
	return fmt.Sprintf(p.putBackHint, p.facetNames[kind])
}

// NotInChannel says that jirei must be invited first.
func (p *Phrases) NotInChannel(channel string) string { return fmt.Sprintf(p.notInChannel, channel) }

// NotShared says that Slack refused a share, with Slack's reason.
func (p *Phrases) NotShared(reason string) string { return fmt.Sprintf(p.notShared, reason) }

// NoPage says that a page is not in the book, and which are.
func (p *Phrases) NoPage(page, first, last int) string {
	return fmt.Sprintf(p.noPage, page, first, last)
}

// UnknownFacet says that a word is no value of a facet, and which ones are near.
func (p *Phrases) UnknownFacet(word string, nearest []string) string {
	return fmt.Sprintf(p.unknownFacet, word, strings.Join(nearest[:min(5, len(nearest))], p.or))
}
