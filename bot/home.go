package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// reader is who looks at a Home tab, and at which book.
type reader struct {
	render
	user string
}

// section is one part of the Home tab, from its heading on; none where there is
// nothing to show.
type section func(context.Context, reader) ([]slack.Block, error)

// sections are the parts of the Home tab from top to bottom: what one does most
// comes first. A new part is a function and its place here.
func (b *Bot) sections() []section {
	return []section{b.homeAsk, b.homeBrowse, b.homeShared, b.homeHow}
}

// publishHome publishes the Home tab anew each time it is looked at, so nothing
// in it is old.
func (b *Bot) publishHome(ctx context.Context, user string) {
	p := phrases.For(b.people.locale(ctx, user))
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: "home"}
	out, err := b.outside(ctx, user)
	var all []slack.Block
	if err == nil && !out {
		all, err = b.homeBlocks(ctx, p, user)
	}
	if out {
		all = []slack.Block{notesBlock("home-outside", []string{p.Outsider})}
	}
	if err != nil {
		b.log.Error("making the Home tab", "error", err)
		all = []slack.Block{notesBlock("home-sorry", []string{p.Sorry})}
	}
	view.Blocks.BlockSet = all[:min(len(all), blocks.MaxViewBlocks)]
	if _, err := b.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view}); err != nil {
		b.log.Warn("publishing the Home tab", "error", err)
	}
}

func (b *Bot) homeBlocks(ctx context.Context, p *phrases.Phrases, user string) ([]slack.Block, error) {
	book, err := b.asker.Engine.Store().Current(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the current book: %w", err)
	}
	if book.Number == 0 {
		return nil, retrieval.ErrNoBook
	}
	r := reader{render{p: p, source: b.source, book: book}, user}
	var out []slack.Block
	for _, part := range b.sections() {
		more, err := part(ctx, r)
		if err != nil {
			return nil, err
		}
		if len(out) > 0 && len(more) > 0 {
			out = append(out, slack.NewDividerBlock())
		}
		out = append(out, more...)
	}
	return append(out, r.bookFoot(book, "")), nil
}

func heading(text string) slack.Block {
	return slack.NewHeaderBlock(plainText(text, blocks.MaxHeaderText))
}

// homeAsk is the box for a question.
func (b *Bot) homeAsk(_ context.Context, r reader) ([]slack.Block, error) {
	field := slack.NewPlainTextInputBlockElement(plainText(r.p.AskHint, 150), homeText)
	field.MaxLength = blocks.MaxInputText
	field.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed"}}
	ask := r.button(homeAsk, "ask", r.p.AskButton, "").WithStyle(slack.StylePrimary)
	return []slack.Block{
		heading(r.p.AskHead),
		slack.NewInputBlock(homeText, plainText(r.p.AskLabel, 2000), nil, field).WithDispatchAction(true),
		slack.NewActionBlock("home-ask", ask, r.button(findOpen+"all", anything, r.p.FindTitle, "")),
	}, nil
}

// valuesShown is how many values of a kind have a button; the search modal has the rest.
const valuesShown = 20

// homeBrowse is a button with its exact count for each facet of the book.
func (b *Bot) homeBrowse(ctx context.Context, r reader) ([]slack.Block, error) {
	all, _, err := b.asker.Engine.Store().Select(ctx, retrieval.Facets{})
	if err != nil {
		return nil, fmt.Errorf("counting for the Home tab: %w", err)
	}
	out := []slack.Block{heading(r.p.BrowseHead), notesBlock("browse-all", []string{r.p.Count("", len(all))})}
	for _, k := range r.kinds(r.book) {
		var buttons []slack.BlockElement
		for i, t := range k.tokens {
			f := withToken(retrieval.Facets{}, t, r.book)
			n := 0
			for _, c := range all {
				if f.Judge(c).OK() {
					n++
				}
			}
			if n > 0 && len(buttons) < valuesShown {
				buttons = append(buttons, r.button(findOpen+t, t, r.p.Group(short(k.labels[i], longFacet), n), ""))
			}
		}
		if len(buttons) > 0 {
			out = append(out, slack.NewRichTextBlock("browse-head-"+k.letter, slack.NewRichTextSection(strong(k.name))), slack.NewActionBlock("browse-"+k.letter, buttons...))
		}
	}
	if n := count(all, func(c cases.Case) bool { return c.Size == nil }); n > 0 {
		out = append(out, slack.NewContextBlock("browse-unsized", plainText(r.p.Unsized(n), 2000)))
	}
	return out, nil
}

func count(list []cases.Case, is func(cases.Case) bool) (n int) {
	for _, c := range list {
		if is(c) {
			n++
		}
	}
	return n
}

const (
	sharesRead  = 50
	sharesShown = 5
)

// homeShared is which cases others shared lately. Who shared them, where and
// with what words is not said: it may have been a private channel.
func (b *Bot) homeShared(ctx context.Context, r reader) ([]slack.Block, error) {
	shares, err := b.record.Shares(ctx, b.self.team, "", sharesRead)
	if err != nil {
		return nil, fmt.Errorf("reading shares for the Home tab: %w", err)
	}
	var out []slack.Block
	seen := map[string]bool{}
	for _, s := range shares {
		if s.TS == "" || seen[s.Case] || len(out) == sharesShown {
			continue
		}
		seen[s.Case] = true
		c, ok, err := b.asker.Engine.Case(ctx, cases.ID(s.Case))
		if err != nil {
			return nil, fmt.Errorf("reading a shared case: %w", err)
		}
		if ok {
			out = append(out, r.row(c, fmt.Sprintf("home-shared-%d", len(out))))
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return append([]slack.Block{heading(r.p.SharedHead)}, out...), nil
}

// homeHow is how to ask elsewhere.
func (b *Bot) homeHow(_ context.Context, r reader) ([]slack.Block, error) {
	return []slack.Block{heading(r.p.HowHead), notesBlock("home-how", strings.Split(r.p.How, "\n"))}, nil
}
