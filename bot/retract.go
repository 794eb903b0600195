package bot

import (
	"context"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
)

// manyMembers is how many people in a channel make a share worth a second look.
const manyMembers = 1000

// members is how many people there are in a channel; 0 where Slack refuses to
// say, as for a channel that does not take the share anyway.
func (b *Bot) members(ctx context.Context, channel string) (int, error) {
	c, err := b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel, IncludeNumMembers: true})
	if slackError(err) != "" {
		return 0, nil
	}
	if err != nil {
		return 0, retryable("counting a channel's members", err)
	}
	return c.NumMembers, nil
}

// askIfSure asks in the modal that waits for the result; a sharer who has closed
// it is told that nothing was shared.
func (b *Bot) askIfSure(ctx context.Context, s Share, p *phrases.Phrases, n int) error {
	meta := packed(s)
	name := b.channelName(ctx, p, s.Channel)
	view := notice(p, p.ShareTitle, p.ManyMembers(name, n))
	view.CallbackID, view.PrivateMetadata, view.Submit = callbackSure, meta, plainText(p.ShareAnyway, 24)
	if utf8.RuneCountInString(meta) <= 3000 && b.show(ctx, s, view) {
		return nil
	}
	return b.tell(ctx, s, p, p.ManyMembersTold(name, n))
}

// Retraction is a share that its sharer takes back, as the inbox keeps it.
type Retraction struct {
	Team        string         `json:"team"`
	Channel     string         `json:"channel"`
	TS          string         `json:"ts"`
	ResponseURL string         `json:"response_url"`
	Locale      phrases.Locale `json:"locale,omitempty"`
}

// actionRetract takes a share back; its value is the sharer.
const actionRetract = "share_retract"

// isRetract says that a button takes a share back.
func isRetract(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && actions[0].ActionID == actionRetract
}

// pressRetract stores that a share is taken back, if it is the sharer who wants it.
func (b *Bot) pressRetract(ctx context.Context, id string, in slack.InteractionCallback, ack func(...any)) error {
	if in.ActionCallback.BlockActions[0].Value != in.User.ID {
		ack()
		b.atOnce(ctx, func(ctx context.Context) { b.aside(ctx, in, phrases.For(b.people.locale(ctx, in.User.ID)).NotSharer) })
		return nil
	}
	r := Retraction{Team: in.Team.ID, Channel: in.Channel.ID, TS: in.Container.MessageTs, ResponseURL: in.ResponseURL, Locale: b.people.known(in.User.ID)}
	if _, err := b.store(ctx, workRetract, []string{triggerKey(in.Team.ID, in.TriggerID, id)}, r); err != nil {
		return err
	}
	ack()
	return nil
}

// retract deletes the message. That it is gone already, by a second press or by
// an admin, is as good.
func (b *Bot) retract(ctx context.Context, w *inbox.Work, r Retraction) error {
	if err := w.Fence(ctx); err != nil {
		return err
	}
	p := phrases.For(r.Locale)
	said := p.Retracted
	_, _, err := b.api.DeleteMessageContext(ctx, r.Channel, r.TS)
	switch name := slackError(err); {
	case name == "message_not_found":
		said = p.GoneAlready
	case err != nil && final(err):
		return b.whisper(ctx, w, r.ResponseURL, p.NotShared(name))
	case err != nil:
		return retryable("taking a share back", err)
	}
	if err := b.record.Retract(ctx, r.Team, r.Channel, r.TS); err != nil {
		return err
	}
	return b.whisper(ctx, w, r.ResponseURL, said)
}
