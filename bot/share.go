package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
)

// Share is what somebody wants in a channel, as the inbox keeps it.
type Share struct {
	Key     string     `json:"key"`
	Team    string     `json:"team"`
	User    string     `json:"user"`
	View    string     `json:"view"`
	Cases   []cases.ID `json:"cases"`
	Channel string     `json:"channel"`
	Thread  string     `json:"thread,omitempty"` // of Channel; "" for the channel itself
	From    string     `json:"from,omitempty"`
	Comment string     `json:"comment,omitempty"`
	// Question is the one that the cases answer, "" to leave it out.
	Question string         `json:"question,omitempty"`
	Locale   phrases.Locale `json:"locale,omitempty"`
	// Sure: the sharer knows how many people there are in the channel.
	Sure bool `json:"sure,omitempty"`
}

// share posts cases into a channel, once, and tells the sharer how it went.
func (b *Bot) share(ctx context.Context, w *inbox.Work, s Share) error {
	p := phrases.For(s.Locale)
	if out, err := b.outside(ctx, s.User); err != nil {
		return err
	} else if out {
		return b.tell(ctx, s, p, p.Outsider)
	}
	var list []cases.Case
	for _, id := range s.Cases {
		c, ok, err := b.asker.Engine.Case(ctx, id)
		if err != nil {
			return err
		}
		if ok {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return b.tell(ctx, s, p, p.Withdrawn)
	}
	n, err := b.members(ctx, s.Channel)
	if err != nil {
		return err
	}
	if n >= manyMembers && !s.Sure {
		return b.askIfSure(ctx, s, p, n)
	}
	if err := b.recordShare(ctx, s, list, ""); err != nil {
		return err
	}
	book, err := b.asker.Engine.Store().Current(ctx)
	if err != nil {
		return fmt.Errorf("reading the current book: %w", err)
	}
	// Everybody in the channel reads the cards, so they are in the casebook's language.
	m := render{p: phrases.For(phrases.Japanese), source: b.source, book: book}.shared(list, b.people.name(ctx, s.User), s)
	ts, err := b.postOnce(ctx, w, s.Key, s.Channel, s.Thread, m)
	if name := slackError(err); (name == "not_in_channel" || name == "channel_not_found") && b.join(ctx, s.Channel) {
		ts, err = b.postOnce(ctx, w, s.Key, s.Channel, s.Thread, m)
	}
	if err != nil {
		if final(err) {
			return b.tell(ctx, s, p, b.refused(ctx, p, s, err))
		}
		return err
	}
	if err := b.recordShare(ctx, s, list, ts); err != nil {
		return err
	}
	// Where the modal was closed, the cards are news enough.
	name := b.channelName(ctx, p, s.Channel)
	if len(list) > 1 {
		b.show(ctx, s, notice(p, p.ShareTitle, p.SharedMany(len(list), name)))
	} else {
		b.show(ctx, s, notice(p, p.ShareTitle, p.Shared(list[0].Page, name)))
	}
	return nil
}

// recordShare keeps who shared what: a row for each case.
func (b *Bot) recordShare(ctx context.Context, s Share, list []cases.Case, ts string) error {
	for i, c := range list {
		row := record.Share{ID: s.Key, Team: s.Team, Channel: s.Channel, TS: ts, Case: string(c.ID), By: s.User, From: s.From, Comment: s.Comment, At: time.Now()}
		if i > 0 {
			row.ID = fmt.Sprintf("%s:%d", s.Key, i)
		}
		if err := b.record.SaveShare(ctx, row); err != nil {
			return fmt.Errorf("recording the share: %w", err)
		}
	}
	return nil
}

// view names the modal that waits for the result. The result may reach Slack before the acknowledgement that makes the
// modal wait, which would then stand there for good; an update that asks for this name finds nothing until it waits.
func (s Share) view() string { return "share:" + s.View }

// refused says why Slack did not take a share, and what to do.
func (b *Bot) refused(ctx context.Context, p *phrases.Phrases, s Share, err error) string {
	switch name := slackError(err); name {
	case "not_in_channel", "channel_not_found":
		return p.NotInChannel(b.channelName(ctx, p, s.Channel))
	default:
		return p.NotShared(name)
	}
}

// channelName is how people know a channel; a private one has no name for us.
func (b *Bot) channelName(ctx context.Context, p *phrases.Phrases, id string) string {
	c, err := b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	if err != nil || c.Name == "" {
		return p.ThatChannel
	}
	return "#" + c.Name
}

// shared is what stands in the channel: who shared it, what they said, the
// cases, and a button that takes it back. Name, comment and question are text
// elements, so they cannot ping.
func (r render) shared(list []cases.Case, name string, s Share) message {
	who := r.p.SharedBy(name)
	if len(list) > 1 {
		who = r.p.SharedManyBy(name, len(list))
	}
	text := who
	for _, c := range list {
		text += fmt.Sprintf("\np.%d %s", c.Page, c.Title)
	}
	head := []slack.Block{slack.NewRichTextBlock("who", slack.NewRichTextSection(said(who)))}
	if s.Comment != "" {
		text += "\n" + s.Comment
		head = append(head, slack.NewRichTextBlock("comment", &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{said(short(s.Comment, longComment))}}))
	}
	if s.Question != "" {
		head = append(head, notesBlock("question", []string{r.p.SharedQuestion(short(s.Question, longQuestion))}))
	}
	retract := r.button(actionRetract, s.User, r.p.Retract, "")
	retract.Confirm = slack.NewConfirmationBlockObject(plainText(r.p.Retract, 100), plainText(r.p.RetractAsk, 300), plainText(r.p.RetractYes, 30), plainText(r.p.Cancel, 30))
	render := func(cards bool) []slack.Block {
		out := slices.Clone(head)
		if cards {
			for i, c := range list {
				out = append(out, r.card(c, fmt.Sprintf("shared-%d", i))...)
			}
		} else {
			out = append(out, r.list("shared", "", list, len(list))...)
		}
		source := slack.Block(slack.NewContextBlock("source", plainText(r.p.Source(list[0].Page), 2000)))
		if len(list) > 1 {
			source = r.bookFoot(r.book, "")
		}
		return append(out, source, slack.NewActionBlock("retract", retract))
	}
	m := message{text: short(text, longText), short: short(text, longText), blocks: render(len(list) <= cardsShown)}
	return fit(m, func() []slack.Block { return render(false) })
}

// tell says something to the one who shared: in the modal they look at, or,
// where they have closed it, in a direct message.
func (b *Bot) tell(ctx context.Context, s Share, p *phrases.Phrases, text string) error {
	if b.show(ctx, s, notice(p, p.ShareTitle, text)) {
		return nil
	}
	channel, _, _, err := b.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{s.User}})
	if err != nil {
		return retryable("opening a direct message", err)
	}
	if _, err := b.post(ctx, s.Key+":told", channel.ID, "", plain(text)); err != nil {
		return retryable("telling the sharer", err)
	}
	return nil
}

// shows is how often show looks for the modal: 1.5 s in all, many times what an acknowledgement takes.
const shows = 6

// show puts a view in the place of the modal that waits for it; false where there is none.
func (b *Bot) show(ctx context.Context, s Share, view slack.ModalViewRequest) bool {
	for pause := 25 * time.Millisecond; pause < 25*time.Millisecond<<shows; pause *= 2 {
		_, err := b.api.UpdateViewContext(ctx, view, s.view(), "", "")
		if err == nil {
			return true
		}
		if slackError(err) != "not_found" {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
	return false
}
