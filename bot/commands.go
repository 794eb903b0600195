package bot

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// read tells what a text is, held against the book as it is now.
func (b *Bot) read(ctx context.Context, text string) (command.Command, *retrieval.Generation, error) {
	book, err := b.asker.Engine.Store().Current(ctx)
	if err != nil {
		return command.Command{}, nil, fmt.Errorf("reading the current book: %w", err)
	}
	reader := command.Reader{Conditions: func(words string) bool {
		q := b.asker.Engine.Understand(words, nil, book)
		return len(q.Content) == 0 && len(q.Unknown) == 0 && !q.Facets.Empty() && len(q.Facets.Pages) == 0
	}}
	return reader.Read(text), book, nil
}

// perform does what a command asks for. The answer that it returns with the
// message is what a follow-up continues.
func (b *Bot) perform(ctx context.Context, r Request, c command.Command, book *retrieval.Generation, locale phrases.Locale) (message, answer.Answer, error) {
	in := render{p: phrases.For(locale), source: b.source, book: book}
	a := answer.Answer{Question: answer.Question{Text: c.Text}}
	if book.Number == 0 {
		return message{}, a, retrieval.ErrNoBook
	}
	switch c.Kind {
	case command.List, command.Count:
		p := newPanel(c, locale)
		if c.Text != "" {
			p.facets = b.asker.Engine.Understand(c.Text, nil, book).Facets
		}
		s, err := b.shelf(ctx, p, book)
		if err != nil {
			return message{}, a, err
		}
		return in.panelMessage(p, s), a, nil
	case command.Compare:
		found, err := b.compare(ctx, c.Pages, book)
		if err != nil {
			return message{}, a, err
		}
		a.Question.Text = in.p.ComparePages(c.Pages)
		for _, one := range found.cases {
			a.Found.Hits = append(a.Found.Hits, retrieval.Hit{Case: one, Matched: true})
		}
		return in.compareTable(found), a, nil
	case command.Similar:
		r.Text = in.p.SimilarQuestion(c.Pages[0])
		return b.compose(ctx, r, nil, locale)
	case command.Export:
		m, err := b.exportHere(ctx, in, r, c, locale)
		return m, a, err
	case command.Share:
		m, err := b.offerShare(ctx, in, c)
		return m, a, err
	case command.Setting:
		a.Question.Text = "" // no question for others to follow
		m, err := b.setCompany(ctx, in, r, c)
		return m, a, err
	case command.Subscribe:
		m, err := b.subscription(ctx, in, r, c)
		return m, a, err
	}
	return in.help(), a, nil
}

// shelf selects what a panel shows.
func (b *Bot) shelf(ctx context.Context, p panel, book *retrieval.Generation) (shelf, error) {
	found, unstated, err := b.asker.Engine.Store().Select(ctx, p.facets)
	if err != nil {
		return shelf{}, fmt.Errorf("selecting cases for a table: %w", err)
	}
	return shelf{book: book, found: found, unstated: unstated}, nil
}

// compare looks up the pages of a comparison, in the order in which they were asked for.
func (b *Bot) compare(ctx context.Context, pages []int, book *retrieval.Generation) (comparison, error) {
	out := comparison{book: book, words: b.asker.Engine.Lexicon()}
	found, _, err := b.asker.Engine.Store().Select(ctx, retrieval.Facets{Pages: pages})
	if err != nil {
		return out, fmt.Errorf("looking up cases to compare: %w", err)
	}
	for _, page := range pages {
		i := slices.IndexFunc(found, func(c cases.Case) bool { return c.Page == page })
		switch {
		case i < 0:
			out.missing = append(out.missing, page)
		case len(out.cases) == compared:
			out.over = append(out.over, page)
		default:
			out.cases = append(out.cases, found[i])
		}
	}
	return out, nil
}

// actionRun does what its value says, in place of the message it is on.
const actionRun = "run"

// suggest puts above an answer which command its first word may have been meant for.
func (r render) suggest(near string, m message) message {
	text := r.p.Meant(near)
	m.text = short(text+"\n"+m.text, longText)
	m.short = m.text
	m.blocks = append([]slack.Block{
		slack.NewRichTextBlock("near", slack.NewRichTextSection(said(text))),
		slack.NewActionBlock("near-run", r.button(actionRun, near, short(near, 75), "")),
	}, m.blocks...)
	return fit(m)
}

// shareOrder is the value of the button that opens the share form filled in.
type shareOrder struct {
	Pages   []int  `json:"p"`
	Channel string `json:"ch,omitempty"`
	Name    string `json:"n,omitempty"`
	Comment string `json:"m,omitempty"`
}

// actionShareForm opens the share form of a command, where none could be opened at once.
const actionShareForm = "share_form"

// offerShare answers a share command where no form can be opened: a mention has
// no trigger. Nothing is posted before somebody has seen the preview.
func (b *Bot) offerShare(ctx context.Context, in render, c command.Command) (message, error) {
	order := shareOrder{Pages: c.Pages, Channel: c.Channel.ID, Name: c.Channel.Name, Comment: short(c.Comment, longComment)}
	found, _, err := b.asker.Engine.Store().Select(ctx, retrieval.Facets{Pages: c.Pages})
	if err != nil {
		return message{}, fmt.Errorf("looking up a case to share: %w", err)
	}
	if len(found) == 0 {
		return plain(in.p.NoPage(order.Pages[0], in.book.FirstPage, in.book.LastPage)), nil
	}
	return in.shareOffer(order, found[0]), nil
}

func (r render) shareOffer(order shareOrder, c cases.Case) message {
	value := packed(order)
	text := r.p.ShareOffer(c.Page, short(c.Title, longTitle))
	m := message{text: text, short: text, blocks: []slack.Block{slack.NewRichTextBlock("offer", slack.NewRichTextSection(said(text)))}}
	if utf8.RuneCountInString(value) <= longValue {
		m.blocks = append(m.blocks, slack.NewActionBlock("offer-open", r.button(actionShareForm, value, r.p.OpenShare, "")))
	}
	return fit(m)
}

// shareModal is the share form of a command, filled in.
func (b *Bot) shareModal(ctx context.Context, in render, order shareOrder, from string) (slack.ModalViewRequest, error) {
	found, _, err := b.asker.Engine.Store().Select(ctx, retrieval.Facets{Pages: order.Pages})
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("looking up a case to share: %w", err)
	}
	if len(found) == 0 {
		return notice(in.p, in.p.ShareTitle, in.p.Withdrawn), nil
	}
	form := shareFill{Comment: order.Comment, Channel: order.Channel, Cases: found}
	for _, c := range found {
		form.Picked = append(form.Picked, c.ID)
	}
	if form.Channel == "" && order.Name != "" {
		if form.Channel = b.channelNamed(ctx, order.Name); form.Channel == "" {
			form.Unknown = order.Name
		}
	}
	return in.shareForm(found[0], shareOrigin{Channel: from, Case: found[0].ID}, form), nil
}

// channelNamed finds a channel by its name among those we are in, the only ones
// we can post to; "" where there is none. A command's text has the id already
// where the manifest's should_escape is on, so this is for those who typed.
func (b *Bot) channelNamed(ctx context.Context, name string) string {
	for cursor, page := "", 0; page < 5; page++ {
		list, next, err := b.api.GetConversationsForUserContext(ctx, &slack.GetConversationsForUserParameters{
			Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true, Limit: 200, Cursor: cursor,
		})
		if err != nil {
			b.log.Warn("looking for a channel by name", "error", err)
			return ""
		}
		for _, c := range list {
			if c.Name == name {
				return c.ID
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	return ""
}

// openShare opens the share form for a slash command, whose trigger lives three
// seconds; whoever is too late gets a button that opens it.
func (b *Bot) openShare(ctx context.Context, in slack.SlashCommand, c command.Command) {
	locale := b.locale(ctx, Request{Text: in.Text, User: in.UserID})
	book, err := b.asker.Engine.Store().Current(ctx)
	if err != nil {
		b.log.Error("reading the current book", "error", err)
		b.sorry(ctx, in.ResponseURL, locale)
		return
	}
	r := render{p: phrases.For(locale), source: b.source, book: book}
	m, err := b.offerShare(ctx, r, c)
	if err != nil {
		b.log.Error("preparing a share", "error", err)
		b.sorry(ctx, in.ResponseURL, locale)
		return
	}
	if len(m.blocks) > 0 { // there is such a page
		order := shareOrder{Pages: c.Pages, Channel: c.Channel.ID, Name: c.Channel.Name, Comment: short(c.Comment, longComment)}
		view, err := b.shareModal(ctx, r, order, in.ChannelID)
		if err == nil {
			if _, err = b.api.OpenViewContext(ctx, in.TriggerID, view); err == nil || used(err) {
				return
			}
		}
		b.log.Warn("opening the share form", "error", err)
	}
	if err := b.respond(ctx, in.ResponseURL, m, true); err != nil {
		b.log.Warn("answering a share command", "error", err)
	}
}

// sorry says that something went wrong, where nothing tries again.
func (b *Bot) sorry(ctx context.Context, url string, locale phrases.Locale) {
	if err := b.respond(ctx, url, plain(phrases.For(locale).Sorry), false); err != nil {
		b.log.Warn("apologising", "error", err)
	}
}
