package phrases

import (
	"fmt"
	"strconv"
	"strings"
)

// tables are the words of lists, counts and comparisons.
type tables struct {
	TitleHead, Number, Blank, Filter, Inside, Total, ShowPages, HidePages, ToCounts, ToList, Overlap   string
	group, continued, rangeOf, back, on, sortBy, groupBy, rowsOf, columnsOf, others, unsized, repeated string
	// dimensions are named as command.Dimension counts them: the first is none of them.
	sorts, groups, dimensions                                                   [5]string
	Same, Differs, SharedTopics, OwnTopics, Single                              string
	comparing, marked, over, comparePages, similarQuestion                      string
	TurnFailed, OldTable                                                        string
	meant                                                                       string
	Publish, PublishHint, PublishAsk, PublishYes, PublishedAlready              string
	askedBy, askedBySomeone, showedBy, showedBySomeone                          string
	OpenShare                                                                   string
	shareOffer, noChannel                                                       string
	Why, WhyNear, WhyRelated, WhyUnstated, WhyRanked, WhyGone                   string
	whyWords, whySaid, whyMeaning, whyLines, whyMet, whyMissed, whyLeft, whyAll string
}

// Or is what stands between several values.
func (p *Phrases) Or() string { return p.or }

// Group heads a group of n cases.
func (p *Phrases) Group(label string, n int) string { return fmt.Sprintf(p.group, label, n) }

// Continued heads a group that began on an earlier page.
func (p *Phrases) Continued(head string) string { return fmt.Sprintf(p.continued, head) }

// Range says which lines of all are shown.
func (p *Phrases) Range(from, to, total int) string { return fmt.Sprintf(p.rangeOf, from, to, total) }

// Back and On turn n lines back and on.
func (p *Phrases) Back(n int) string { return fmt.Sprintf(p.back, n) }

// On is Back's other direction.
func (p *Phrases) On(n int) string { return fmt.Sprintf(p.on, n) }

// SortBy names an order, by command.Dimension.
func (p *Phrases) SortBy(d int) string { return fmt.Sprintf(p.sortBy, p.sorts[d]) }

// GroupBy names a grouping.
func (p *Phrases) GroupBy(d int) string { return fmt.Sprintf(p.groupBy, p.groups[d]) }

// RowsOf names what the rows of a count are.
func (p *Phrases) RowsOf(d int) string { return fmt.Sprintf(p.rowsOf, p.dimensions[d]) }

// ColumnsOf names what its columns are.
func (p *Phrases) ColumnsOf(d int) string { return fmt.Sprintf(p.columnsOf, p.groups[d]) }

// Dimension is the name of a column of the book.
func (p *Phrases) Dimension(d int) string { return p.dimensions[d] }

// Others is the row of n values that have no row of their own.
func (p *Phrases) Others(n int) string { return fmt.Sprintf(p.others, n) }

// Unsized says how many of the cases counted state no size.
func (p *Phrases) Unsized(n int) string { return fmt.Sprintf(p.unsized, n) }

// Repeated says that a list has n lines, more than there are cases.
func (p *Phrases) Repeated(n int) string { return fmt.Sprintf(p.repeated, n) }

// Comparing heads a comparison.
func (p *Phrases) Comparing(pages string) string { return fmt.Sprintf(p.comparing, pages) }

// Marked is a row's label with whether its cells differ.
func (p *Phrases) Marked(label, mark string) string { return fmt.Sprintf(p.marked, label, mark) }

// Over says that only the first n cases are compared.
func (p *Phrases) Over(n int) string { return fmt.Sprintf(p.over, n) }

// ComparePages is a comparison as a question, for follow-ups.
func (p *Phrases) ComparePages(pages []int) string {
	at := make([]string, len(pages))
	for i, n := range pages {
		at[i] = "p." + strconv.Itoa(n)
	}
	return fmt.Sprintf(p.comparePages, strings.Join(at, p.or))
}

// SimilarQuestion asks for cases like one.
func (p *Phrases) SimilarQuestion(page int) string { return fmt.Sprintf(p.similarQuestion, page) }

// Meant says which command a text may have been meant for.
func (p *Phrases) Meant(command string) string { return fmt.Sprintf(p.meant, command) }

// AskedBy says above a published answer who asked what. A table has no question.
func (p *Phrases) AskedBy(name, question string) string {
	switch {
	case question == "" && name == "":
		return p.showedBySomeone
	case question == "":
		return fmt.Sprintf(p.showedBy, name)
	case name == "":
		return fmt.Sprintf(p.askedBySomeone, question)
	}
	return fmt.Sprintf(p.askedBy, name, question)
}

// ShareOffer says which case the button below opens the share form for.
func (p *Phrases) ShareOffer(page int, title string) string {
	return fmt.Sprintf(p.shareOffer, page, title)
}

// NoChannel says that a channel's name leads nowhere.
func (p *Phrases) NoChannel(name string) string { return fmt.Sprintf(p.noChannel, name) }

// WhyWords says which words of the question a case says itself.
func (p *Phrases) WhyWords(words []string) string { return fmt.Sprintf(p.whyWords, quoted(words)) }

// WhySaid says by which words of its own a case answers to one of the question's.
func (p *Phrases) WhySaid(asked, says string) string { return fmt.Sprintf(p.whySaid, asked, says) }

// WhyMeaning says which words a case says in another way.
func (p *Phrases) WhyMeaning(words []string) string { return fmt.Sprintf(p.whyMeaning, quoted(words)) }

// WhyLines says which words it does not say, though it is about them.
func (p *Phrases) WhyLines(words []string) string { return fmt.Sprintf(p.whyLines, quoted(words)) }

func quoted(words []string) string { return "「" + strings.Join(words, "」「") + "」" }

// WhyMet says which conditions a case meets.
func (p *Phrases) WhyMet(facets []string) string {
	return fmt.Sprintf(p.whyMet, strings.Join(facets, p.or))
}

// WhyMissed says which conditions it does not meet.
func (p *Phrases) WhyMissed(facets []string) string {
	return fmt.Sprintf(p.whyMissed, strings.Join(facets, p.or))
}

// WhyLeft says how many cases the conditions left out.
func (p *Phrases) WhyLeft(n int) string { return fmt.Sprintf(p.whyLeft, n) }

// WhyAll says that nothing was left out of n cases.
func (p *Phrases) WhyAll(n int) string { return fmt.Sprintf(p.whyAll, n) }
