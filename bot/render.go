package bot

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// render makes Block Kit of answers and cases: pure functions of their values.
type render struct {
	p *phrases.Phrases
	// source returns a page's address, "" without; nil is none.
	source func(page int) string
	book   *retrieval.Generation
	// asked is what the buttons of an answer know of its question.
	asked pressed
	// cards is how many cases of an answer have a card, and so a why button; 0
	// where nothing was asked.
	cards int
	// toThread: a case that is shared from here goes into the thread that was asked about.
	toThread bool
}

const (
	// cardsShown is how many cases have their own card: more than three do not
	// fit on a phone.
	cardsShown = 3
	// relatedShown and linesShown bound the lists below them: ten lines are a
	// phone's screen, and the menu and the table have the rest.
	relatedShown = 4
	linesShown   = 10
)

// answer renders an answer.
func (r render) answer(a answer.Answer) message {
	notes := answer.Notes(r.p, a)
	if a.Refused() {
		return r.refusal(a, notes)
	}
	m := message{text: r.text(a, notes)}
	m.short = m.text
	matched, _ := a.Matches()
	cards := min(cardsShown, len(matched))
	if a.Found.Query.Intent == retrieval.Compare {
		cards = min(cardsShown+1, len(matched))
	}
	ordered := a.Found.Sorting != retrieval.Unsorted // the first are what was asked for
	if (a.Found.Count != nil || a.Found.Exact) && len(matched) > cards && !ordered {
		cards = 0 // a list to choose from, not three of many
	}
	m.blocks = r.answerBlocks(a, notes, cards)
	return fit(m,
		func() []slack.Block { return r.answerBlocks(a, notes, 0) },
		func() []slack.Block { return []slack.Block{notesBlock("summary", strings.Split(m.text, "\n"))} })
}

// answerBlocks are an answer with so many cards; what has none has a line.
func (r render) answerBlocks(a answer.Answer, notes []string, cards int) []slack.Block {
	out := r.head(a, notes)
	matched, related := a.Matches()
	if in := a.Found.Query.Intent; (in == retrieval.Find || !a.Found.Exact && a.Found.Count != nil) && len(a.Found.Query.Facets.Pages) == 0 && a.Found.Sorting == retrieval.Unsorted {
		r.cards = cards
	}
	var listed []cases.Case
	for i, h := range matched {
		if i < cards {
			out = append(out, slack.NewDividerBlock())
			out = append(out, r.card(h.Case, strconv.Itoa(i))...)
		} else {
			listed = append(listed, h.Case)
		}
	}
	out = append(out, r.list("matched", "", listed, linesShown)...)
	out = append(out, r.list("related", answer.RelatedHead(r.p, a), bare(related), relatedShown)...)
	out = append(out, r.list("nearest", r.p.NearestHead, bare(a.Found.Nearest), cardsShown)...)
	out = append(out, r.facets(a)...)
	if len(listed) > linesShown && a.Found.Exact && a.Found.Sorting == retrieval.Unsorted {
		out = append(out, r.toTable(a)...)
	}
	if foot := r.foot(a); foot != nil {
		out = append(out, foot)
	}
	return out
}

// toTable is the button that turns a long exact answer into the table of all its cases.
func (r render) toTable(a answer.Answer) []slack.Block {
	p := panel{locale: r.asked.Locale, facets: a.Found.Query.Facets}
	for _, kind := range a.Found.Widened {
		p.facets = p.facets.Drop(kind)
	}
	state := p.String()
	if len(state) > longState || len(p.facets.Pages) > 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock("b"+state, r.button(panelTurnInto, "0", r.p.ToList, ""))}
}

func bare(hits []retrieval.Hit) []cases.Case {
	out := make([]cases.Case, len(hits))
	for i, h := range hits {
		out[i] = h.Case
	}
	return out
}

// head is the summary: the notes, and each claim with its page.
func (r render) head(a answer.Answer, notes []string) []slack.Block {
	var parts []slack.RichTextElement
	for _, n := range notes {
		parts = append(parts, slack.NewRichTextSection(said(n)))
	}
	var claims []slack.RichTextElement
	for _, c := range a.Claims {
		claims = append(claims, slack.NewRichTextSection(said(short(c.Text, longClaim)+" "), r.page(c.Cite.Page)))
	}
	if len(claims) > 0 {
		parts = append(parts, slack.NewRichTextList(slack.RTEListBullet, 0, claims...))
	}
	if len(parts) == 0 {
		return nil
	}
	return []slack.Block{slack.NewRichTextBlock("summary", parts...)}
}

// longClaim is how much of one sentence is shown; those of a book are a tenth of it.
const longClaim = 1000

// list shows cases a line each, with a menu that opens them.
func (r render) list(place, head string, list []cases.Case, most int) []slack.Block {
	if len(list) == 0 {
		return nil
	}
	over, all := len(list)-most, list[:min(blocks.MaxOptions, len(list))]
	list = list[:min(most, len(list))]
	var parts []slack.RichTextElement
	if head != "" {
		parts = append(parts, slack.NewRichTextSection(strong(head)))
	}
	lines := make([]slack.RichTextElement, len(list))
	for i, c := range list {
		lines[i] = r.line(c)
	}
	parts = append(parts, slack.NewRichTextList(slack.RTEListBullet, 0, lines...))
	if head != "" {
		all = list // of related cases nobody misses the rest
	} else if over > 0 {
		parts = append(parts, slack.NewRichTextSection(said(r.p.More(over))))
	}
	return []slack.Block{slack.NewDividerBlock(), slack.NewRichTextBlock("list-"+place, parts...), r.menu(all, place)}
}

// foot is the line that says where all this stands and how it was searched.
func (r render) foot(a answer.Answer) slack.Block {
	var parts []string
	if f := answer.Facets(r.p, a.Found.Query.Facets); f != "" && !a.Found.Exact {
		parts = append(parts, r.p.Understood(f))
	}
	if a.Found.Query.Merged != "" {
		parts = append(parts, r.p.Merged(short(a.Found.Query.Merged, 60)))
	}
	if ours := r.likeOurs(a); ours != "" {
		parts = append(parts, ours)
	}
	if len(parts) == 0 && a.Found.Book == nil {
		return nil
	}
	return r.bookFoot(a.Found.Book, strings.Join(parts, " ｜ "))
}

// bookFoot says which book all this stands in, after what else there is to say.
func (r render) bookFoot(book *retrieval.Generation, before string) slack.Block {
	var parts []string
	if before != "" {
		parts = append(parts, short(before, 1000))
	}
	if book != nil {
		parts = append(parts, r.p.BookSource(short(book.Book.Source, 300), short(book.Book.Title, 300)))
	}
	return slack.NewContextBlock("foot", plainText(strings.Join(parts, " ｜ "), 2000))
}

// refusal says that the book does not hold it, and what comes near.
func (r render) refusal(a answer.Answer, notes []string) message {
	parts := []slack.RichTextElement{}
	for _, n := range notes {
		parts = append(parts, slack.NewRichTextSection(said(n)))
	}
	text := strings.Join(notes, "\n")
	// That a facet is unknown is the whole answer, where nothing else was asked.
	if len(a.Found.Query.Unknown) == 0 || len(a.Found.Nearest) > 0 {
		parts = append(parts, slack.NewRichTextSection(said(r.p.Refused)), slack.NewRichTextSection(said(r.p.RefusedHint)))
		text = strings.TrimSpace(text + "\n" + r.p.Refused + "\n" + r.p.RefusedHint)
	}
	m := message{text: text, short: text}
	m.blocks = append(m.blocks, slack.NewRichTextBlock("summary", parts...))
	m.blocks = append(m.blocks, r.list("nearest", r.p.NearestHead, bare(a.Found.Nearest), cardsShown)...)
	m.blocks = append(m.blocks, r.facets(a)...)
	return fit(m)
}

// longText keeps the notification text under what chat.update takes.
const longText = 3500

// text is the answer for notifications and screen readers.
func (r render) text(a answer.Answer, notes []string) string {
	lines := append([]string{}, notes...)
	for _, c := range a.Claims {
		lines = append(lines, c.Text+" p."+strconv.Itoa(c.Cite.Page))
	}
	if len(a.Claims) == 0 {
		for _, h := range a.Found.Hits {
			lines = append(lines, "p."+strconv.Itoa(h.Case.Page)+" "+h.Case.Title)
		}
	}
	return short(strings.Join(lines, "\n"), longText)
}

// help says how to ask.
func (r render) help() message {
	lines := make([]slack.RichTextElement, 0, len(r.p.Help))
	for _, l := range r.p.Help {
		lines = append(lines, slack.NewRichTextSection(said(l+"\n")))
	}
	text := strings.Join(r.p.Help, "\n")
	return message{text: text, short: text, blocks: []slack.Block{slack.NewRichTextBlock("help", lines...)}}
}
