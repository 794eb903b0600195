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
	if len(s) <= most {
		return s
	}
	n, cut := 0, 0
	for i := range s {
		if n == most-1 {
			cut = i
		}
		if n++; n > most {
			return s[:cut] + "…"
		}
	}
	return s
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
	return slack.NewRichTextBlock("face-"+place,
		slack.NewRichTextSection(r.page(c.Page), said("  "), strong(short(c.Title, longCell)), said("\n"+short(r.p.Row(c), longCell))),
		slack.NewRichTextList(slack.RTEListBullet, 0, r.measures(c, longCell, longFace)...),
	)
}

// longFace is how much of all measures a card shows, longView what the case view
// does: of a view Slack takes 250 KB, and one character may be six bytes of JSON.
const (
	longFace = 2_000
	longView = 30_000
	// measuresShown bounds their number; Slack's own limit is not documented.
	measuresShown = 100
)

// measures are a case's measures as a list: each cut to a length, and so many
// as fit into a length of all, the rest counted.
func (r render) measures(c cases.Case, each, all int) []slack.RichTextElement {
	var out []slack.RichTextElement
	for i, m := range c.Measures {
		m = short(m, each)
		all -= len([]rune(m))
		if i > 0 && (all < 0 || i == measuresShown) {
			return append(out, slack.NewRichTextSection(said(r.p.More(len(c.Measures)-i))))
		}
		out = append(out, slack.NewRichTextSection(said(m)))
	}
	return out
}

func (r render) buttons(c cases.Case, place string) slack.Block {
	button := func(action, label string) *slack.ButtonBlockElement {
		// Three cards have nine buttons of three names: a screen reader says which is whose.
		b := slack.NewButtonBlockElement(action, string(c.ID), plainText(label, 75))
		b.AccessibilityLabel = short(fmt.Sprintf("%s: p.%d %s", label, c.Page, c.Title), 75)
		return b
	}
	details := button(actionDetails, r.p.Details)
	share := button(actionShare, r.shareLabel())
	all := []slack.BlockElement{details, button(actionSimilar, r.p.Similar), share}
	if why := r.whyButton(c, r.cards); why != nil {
		details.Value = why.Value // so that the case view has the button, too
		share.Value = why.Value   // the form offers the answer's other cases, and its question
		all = append(all, why)
	}
	return slack.NewActionBlock("buttons-"+place, all...)
}

func (r render) shareLabel() string {
	if r.toThread {
		return r.p.ShareInThread
	}
	return r.p.Share
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

// fixesShown is how many corrections the case view lists; no case has three.
const fixesShown = 20

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
	blocks := []slack.Block{
		slack.NewRichTextBlock("title", slack.NewRichTextSection(strong(short(c.Title, 1000)))),
		slack.NewRichTextBlock("facets",
			field(r.p.Industry, or(c.Industry, r.p.NoIndustry)), field(r.p.Employees, or(c.Employees, r.p.NoSize)),
			field(r.p.Category, or(strings.Join(c.Categories, "、"), r.p.NoCategory)), field(r.p.Stars, or(strings.Repeat("★", c.Stars), r.p.NoStars))),
		slack.NewRichTextBlock("measures", slack.NewRichTextSection(strong(r.p.Measures)), slack.NewRichTextList(slack.RTEListBullet, 0, r.measures(c, 3000, longView)...)),
	}
	var fixes []string
	for _, fix := range c.Corrections {
		// One slip in title and measure is one slip to a reader.
		if said := r.p.Correct + ": " + r.p.Corrected(fix); !slices.Contains(fixes, said) {
			fixes = append(fixes, said)
		}
	}
	for i, fix := range fixes[:min(fixesShown, len(fixes))] {
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
	all := []slack.BlockElement{
		slack.NewButtonBlockElement(actionSimilar, string(c.ID), plainText(r.p.Similar, 75)),
		slack.NewButtonBlockElement(actionShare, string(c.ID), plainText(r.shareLabel(), 75)).WithStyle(slack.StylePrimary),
	}
	if why := r.whyButton(c, r.cards); why != nil {
		all = append(all, why)
	}
	return slack.NewActionBlock("buttons-view", all...)
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
