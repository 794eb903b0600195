package bot

import (
	"encoding/json"
	"errors"
	"slices"
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
}

const (
	// cardsShown is how many cases have their own card: more than three do not
	// fit on a phone.
	cardsShown = 3
	// relatedShown and linesShown bound the lists below them.
	relatedShown = 4
	linesShown   = 61
)

// answer renders an answer.
func (r render) answer(a answer.Answer) message {
	notes := answer.Notes(r.p, a)
	if a.Refused() {
		return r.refusal(a, notes)
	}
	m := message{text: r.text(a, notes)}
	m.short = m.text
	head := r.head(a, notes)
	m.blocks = append(m.blocks, head...)
	matched, related := a.Matches()
	cards := cardsShown
	if a.Found.Query.Intent == retrieval.Compare {
		cards++
	}
	if (a.Found.Count != nil || a.Found.Exact) && len(matched) > cards {
		cards = 0 // a list to choose from, not three of many
	}
	var listed []cases.Case
	for i, h := range matched {
		if i < cards {
			m.blocks = append(m.blocks, slack.NewDividerBlock())
			m.blocks = append(m.blocks, r.card(h.Case, strconv.Itoa(i))...)
		} else {
			listed = append(listed, h.Case)
		}
	}
	m.blocks = append(m.blocks, r.list("matched", "", listed, linesShown)...)
	m.blocks = append(m.blocks, r.list("related", answer.RelatedHead(r.p, a), bare(related), relatedShown)...)
	m.blocks = append(m.blocks, r.list("nearest", r.p.NearestHead, bare(a.Found.Nearest), cardsShown)...)
	m.blocks = append(m.blocks, r.facets(a)...)
	if foot := r.foot(a); foot != nil {
		m.blocks = append(m.blocks, foot)
	}
	m.blocks = fit(m.blocks)
	return m
}

// fit leaves the menus out where Slack would not take the whole message: a list
// of fifty cases promises every line, and the menu only repeats them.
func fit(list []slack.Block) []slack.Block {
	raw, err := json.Marshal(list)
	if err != nil {
		panic("blocks did not marshal: " + err.Error())
	}
	var refused *blocks.Error
	if !errors.As(blocks.CheckMessage(raw, ""), &refused) || refused.Name != "msg_blocks_too_long" {
		return list
	}
	return slices.DeleteFunc(list, func(b slack.Block) bool { return strings.HasPrefix(b.ID(), "menu-") })
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
		claims = append(claims, slack.NewRichTextSection(said(c.Text+" "), r.page(c.Cite.Page)))
	}
	if len(claims) > 0 {
		parts = append(parts, slack.NewRichTextList(slack.RTEListBullet, 0, claims...))
	}
	if len(parts) == 0 {
		return nil
	}
	return []slack.Block{slack.NewRichTextBlock("summary", parts...)}
}

// list shows cases a line each, with a menu that opens them.
func (r render) list(place, head string, list []cases.Case, most int) []slack.Block {
	if len(list) == 0 {
		return nil
	}
	over := len(list) - most
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
	if over > 0 && head == "" { // of related cases nobody misses the rest
		parts = append(parts, slack.NewRichTextSection(said(r.p.More(over))))
	}
	return []slack.Block{slack.NewDividerBlock(), slack.NewRichTextBlock("list-"+place, parts...), r.menu(list, place)}
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
	if a.Found.Book != nil {
		parts = append(parts, r.p.BookSource(a.Found.Book.Book.Source, a.Found.Book.Book.Title))
	}
	if len(parts) == 0 {
		return nil
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
	return m
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
