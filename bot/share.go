package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
)

// Share is a case that somebody wants in a channel, as the inbox keeps it.
type Share struct {
	Key     string         `json:"key"`
	Team    string         `json:"team"`
	User    string         `json:"user"`
	View    string         `json:"view"`
	Case    cases.ID       `json:"case"`
	Channel string         `json:"channel"`
	From    string         `json:"from,omitempty"`
	Comment string         `json:"comment,omitempty"`
	Locale  phrases.Locale `json:"locale,omitempty"`
}

// The share modal's blocks; each holds one action of the same name.
const (
	callbackShare = "share"
	blockChannel  = "channel"
	blockComment  = "comment"
)

// longComment is how much of a comment fits beside a card on a phone.
const longComment = 500

// shareOrigin travels in the modal's private metadata.
type shareOrigin struct {
	Channel string   `json:"channel,omitempty"`
	Case    cases.ID `json:"case"`
}

// shareFill is what a share form holds before anybody has touched it. Unknown is
// the name of a channel that was asked for and is not there.
type shareFill struct{ Channel, Comment, Unknown string }

// shareForm is the modal with channel, comment and preview.
func (r render) shareForm(c cases.Case, from shareOrigin, fill shareFill) slack.ModalViewRequest {
	channel := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText(r.p.Channel, 150), blockChannel)
	channel.DefaultToCurrentConversation = fill == (shareFill{Comment: fill.Comment})
	channel.InitialConversation = fill.Channel
	channel.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	comment := slack.NewPlainTextInputBlockElement(plainText(r.p.CommentHint, 150), blockComment)
	comment.Multiline, comment.MaxLength, comment.InitialValue = true, longComment, short(fill.Comment, longComment)
	said := slack.NewInputBlock(blockComment, plainText(r.p.Comment, 2000), nil, comment)
	said.Optional = true
	meta, err := json.Marshal(from)
	if err != nil {
		panic("a struct of strings did not marshal: " + err.Error())
	}
	var where *slack.TextBlockObject
	if fill.Unknown != "" {
		where = plainText(r.p.NoChannel(short(fill.Unknown, 100)), 2000)
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callbackShare, PrivateMetadata: string(meta),
		Title: plainText(r.p.ShareTitle, 24), Submit: plainText(r.p.Share, 24), Close: plainText(r.p.Cancel, 24),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(blockChannel, plainText(r.p.Channel, 2000), where, channel),
			said,
			slack.NewDividerBlock(),
			slack.NewContextBlock("preview", plainText(r.p.Preview, 2000)),
			r.face(c, "preview"),
		}},
	}
}

// submit stores a share and closes the form. The keys are the trigger's and
// the view's: a second click submits the same view.
func (b *Bot) submit(ctx context.Context, id string, in slack.InteractionCallback, ack func(...any)) error {
	if in.View.CallbackID == callbackFeedback {
		return b.submitFeedback(ctx, id, in, ack)
	}
	var from shareOrigin
	unreadable := json.Unmarshal([]byte(in.View.PrivateMetadata), &from)
	if in.View.CallbackID != callbackShare || in.View.State == nil || unreadable != nil {
		ack()      // a modal of a version to come: sending it again would not help
		return nil //nolint:nilerr // as said
	}
	values := in.View.State.Values
	s := Share{
		Key: triggerKey(in.Team.ID, in.TriggerID, id), Team: in.Team.ID, User: in.User.ID, View: in.View.ID, Case: from.Case, From: from.Channel,
		Channel: values[blockChannel][blockChannel].SelectedConversation, Comment: values[blockComment][blockComment].Value,
		Locale: b.people.known(in.User.ID),
	}
	fresh, err := b.store(ctx, workShare, []string{s.Key, "w:" + s.Team + ":" + s.View}, s)
	if err != nil {
		return err
	}
	p := phrases.For(s.Locale)
	wait := notice(p, p.ShareTitle, p.Sharing)
	wait.ExternalID = s.view()
	if !fresh {
		// A second click may be answered after the result is shown, so it must not say that there is one to come.
		wait = notice(p, p.ShareTitle, p.ShareAgain)
	}
	ack(slack.NewUpdateViewSubmissionResponse(&wait))
	return nil
}

// view names the modal that waits for the result. The result may reach Slack before the acknowledgement that makes the
// modal wait, which would then stand there for good; an update that asks for this name finds nothing until it waits.
func (s Share) view() string { return "share:" + s.View }

// share posts a card into a channel, once, and tells the sharer how it went.
func (b *Bot) share(ctx context.Context, w *inbox.Work, s Share) error {
	p := phrases.For(s.Locale)
	c, ok, err := b.asker.Engine.Case(ctx, s.Case)
	if err != nil {
		return err
	}
	if !ok {
		return b.tell(ctx, s, p, p.Withdrawn)
	}
	row := record.Share{ID: s.Key, Team: s.Team, Channel: s.Channel, Case: string(s.Case), By: s.User, From: s.From, Comment: s.Comment, At: time.Now()}
	if err := b.record.SaveShare(ctx, row); err != nil {
		return fmt.Errorf("recording the share: %w", err)
	}
	// Everybody in the channel reads the card, so it is in the casebook's language.
	m := render{p: phrases.For(phrases.Japanese), source: b.source}.shared(c, b.people.name(ctx, s.User), s.Comment)
	row.TS, err = b.postOnce(ctx, w, s.Key, s.Channel, "", m)
	if err != nil {
		if final(err) {
			return b.tell(ctx, s, p, b.refused(ctx, p, s, err))
		}
		return err
	}
	if err := b.record.SaveShare(ctx, row); err != nil {
		return fmt.Errorf("recording the share: %w", err)
	}
	// Where the modal was closed, the card is news enough.
	b.show(ctx, s, p, p.Shared(c.Page, b.channelName(ctx, p, s.Channel)))
	return nil
}

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

// shared is the card in the channel: who shared it, what they said, the case.
// Name and comment are text elements, so they cannot ping.
func (r render) shared(c cases.Case, name, comment string) message {
	who := r.p.SharedBy(name)
	blocks := []slack.Block{slack.NewRichTextBlock("who", slack.NewRichTextSection(said(who)))}
	if comment != "" {
		blocks = append(blocks, slack.NewRichTextBlock("comment", &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{said(short(comment, longComment))}}))
	}
	blocks = append(blocks, r.card(c, "shared")...)
	blocks = append(blocks, slack.NewContextBlock("source", plainText(r.p.Source(c.Page), 2000)))
	text := fmt.Sprintf("%s p.%d %s", who, c.Page, c.Title)
	if comment != "" {
		text += "\n" + comment
	}
	return message{text: short(text, longText), short: short(text, longText), blocks: blocks}
}

// tell says something to the one who shared: in the modal they look at, or,
// where they have closed it, in a direct message.
func (b *Bot) tell(ctx context.Context, s Share, p *phrases.Phrases, text string) error {
	if b.show(ctx, s, p, text) {
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

// show puts a text into the modal that waits for it; false where there is none.
func (b *Bot) show(ctx context.Context, s Share, p *phrases.Phrases, text string) bool {
	for pause := 25 * time.Millisecond; pause < 25*time.Millisecond<<shows; pause *= 2 {
		_, err := b.api.UpdateViewContext(ctx, notice(p, p.ShareTitle, text), s.view(), "", "")
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
