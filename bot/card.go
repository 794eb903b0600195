package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
)

// The actions of a case's buttons; their value is the case's id.
const (
	actionDetails = "case_details"
	actionSimilar = "case_similar"
	actionShare   = "case_share"
	actionOpen    = "case_open" // the menu below a list
)

func plainText(s string, most int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, short(s, most), false, false)
}

// short cuts text to a limit of Slack's, in characters.
func short(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

func said(s string) *slack.RichTextSectionTextElement {
	return slack.NewRichTextSectionTextElement(s, nil)
}

func strong(s string) *slack.RichTextSectionTextElement {
	return slack.NewRichTextSectionTextElement(s, &slack.RichTextSectionTextStyle{Bold: true})
}

// longCell is how much of one cell a card shows: four cards of a casebook with
// very long measures stay under what Slack takes in a message.
const longCell = 400

// page is 「p.14」, linked to the printed page where its address is known.
func (r render) page(n int) slack.RichTextSectionElement {
	label := "p." + strconv.Itoa(n)
	if r.source != nil {
		if url := r.source(n); url != "" {
			return slack.NewRichTextSectionLinkElement(url, label, &slack.RichTextSectionTextStyle{Bold: true})
		}
	}
	return strong(label)
}

// card shows a case: title, page, facets, measures. place makes its block ids
// unique within a message.
func (r render) card(c cases.Case, place string) []slack.Block {
	return []slack.Block{r.face(c, place), r.buttons(c, place)}
}

// face is the card without its buttons. All of it is rich text: text elements
// are never parsed, so nothing in a case can become a mention.
func (r render) face(c cases.Case, place string) slack.Block {
	measures := make([]slack.RichTextElement, len(c.Measures))
	for i, m := range c.Measures {
		measures[i] = slack.NewRichTextSection(said(short(m, longCell)))
	}
	return slack.NewRichTextBlock("face-"+place,
		slack.NewRichTextSection(r.page(c.Page), said("  "), strong(short(c.Title, longCell)), said("\n"+r.p.Row(c))),
		slack.NewRichTextList(slack.RTEListBullet, 0, measures...),
	)
}

func (r render) buttons(c cases.Case, place string) slack.Block {
	button := func(action, label string) slack.BlockElement {
		// Three cards have nine buttons of three names: a screen reader says which is whose.
		b := slack.NewButtonBlockElement(action, string(c.ID), plainText(label, 75))
		b.AccessibilityLabel = short(fmt.Sprintf("%s: p.%d %s", label, c.Page, c.Title), 75)
		return b
	}
	return slack.NewActionBlock("buttons-"+place, button(actionDetails, r.p.Details), button(actionSimilar, r.p.Similar), button(actionShare, r.p.Share))
}

// menu opens any case of a list: a line of a list cannot have a button.
func (r render) menu(list []cases.Case, place string) slack.Block {
	options := make([]*slack.OptionBlockObject, 0, len(list))
	for _, c := range list {
		options = append(options, slack.NewOptionBlockObject(string(c.ID), plainText(fmt.Sprintf("p.%d %s", c.Page, c.Title), 75), nil))
	}
	return slack.NewActionBlock("menu-"+place, slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(r.p.OpenCase, 150), actionOpen, options...))
}

// line is a case on one line of a list.
func (r render) line(c cases.Case) slack.RichTextElement {
	return slack.NewRichTextSection(r.page(c.Page), said(" "+short(c.Title, 100)+"（"+r.p.Row(c)+"）"))
}

// view is the modal of one case.
func (r render) view(c cases.Case) slack.ModalViewRequest {
	field := func(name, value string) slack.RichTextElement {
		return slack.NewRichTextSection(strong(name+": "), said(value))
	}
	or := func(s, none string) string {
		if s == "" {
			return none
		}
		return s
	}
	measures := make([]slack.RichTextElement, len(c.Measures))
	for i, m := range c.Measures {
		measures[i] = slack.NewRichTextSection(said(short(m, 3000)))
	}
	blocks := []slack.Block{
		slack.NewRichTextBlock("title", slack.NewRichTextSection(strong(short(c.Title, 1000)))),
		slack.NewRichTextBlock("facets",
			field(r.p.Industry, or(c.Industry, r.p.NoIndustry)), field(r.p.Employees, or(c.Employees, r.p.NoSize)),
			field(r.p.Category, or(strings.Join(c.Categories, "、"), r.p.NoCategory)), field(r.p.Stars, or(strings.Repeat("★", c.Stars), r.p.NoStars))),
		slack.NewRichTextBlock("measures", slack.NewRichTextSection(strong(r.p.Measures)), slack.NewRichTextList(slack.RTEListBullet, 0, measures...)),
	}
	var fixes []string
	for _, fix := range c.Corrections {
		// One slip in title and measure is one slip to a reader.
		if said := r.p.Correct + ": " + r.p.Corrected(fix); !slices.Contains(fixes, said) {
			fixes = append(fixes, said)
		}
	}
	for i, fix := range fixes {
		blocks = append(blocks, slack.NewContextBlock(fmt.Sprintf("fix-%d", i), plainText(fix, 2000)))
	}
	foot := []slack.RichTextSectionElement{said(r.p.Source(c.Page))}
	if r.source != nil && r.source(c.Page) != "" {
		foot = append(foot, said(" "), r.page(c.Page))
	}
	blocks = append(blocks, slack.NewRichTextBlock("source", slack.NewRichTextSection(foot...)), r.caseButtons(c))
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "case", Title: plainText(r.p.CaseTitle(c.Page), 24), Close: plainText(r.p.Close, 24), Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// caseButtons are the buttons of the case view, which needs no 詳細.
func (r render) caseButtons(c cases.Case) slack.Block {
	return slack.NewActionBlock("buttons-view",
		slack.NewButtonBlockElement(actionSimilar, string(c.ID), plainText(r.p.Similar, 75)),
		slack.NewButtonBlockElement(actionShare, string(c.ID), plainText(r.p.Share, 75)).WithStyle(slack.StylePrimary))
}

// similar is the modal of the cases like one case.
func (r render) similar(c cases.Case, like []cases.Case) slack.ModalViewRequest {
	var blocks []slack.Block
	for i, other := range like {
		blocks = append(blocks, r.card(other, strconv.Itoa(i))...)
	}
	if len(blocks) == 0 {
		blocks = append(blocks, slack.NewRichTextBlock("none", slack.NewRichTextSection(said(r.p.Refused))))
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "similar", Title: plainText(r.p.SimilarTo(c.Page), 24), Close: plainText(r.p.Close, 24), Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// notice is a modal that says one thing.
func notice(p *phrases.Phrases, title, text string) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "notice", Title: plainText(title, 24), Close: plainText(p.Close, 24),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewRichTextBlock("notice", slack.NewRichTextSection(said(text)))}},
	}
}
