package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
)

// outside says that a person is a guest or of another organisation. Whom Slack
// does not know here is outside, too.
func (b *Bot) outside(ctx context.Context, user string) (bool, error) {
	if b.cfg.External {
		return false, nil
	}
	who, err := b.people.ask(ctx, user)
	switch name := slackError(err); {
	case name == "user_not_found" || name == "user_not_visible":
		return true, nil
	case err != nil && final(err):
		b.log.Warn("who is a guest cannot be known, so everybody is answered", "error", err)
		return false, nil
	case err != nil && who.at.IsZero():
		return false, retryable("asking who asks", err)
	}
	ours := who.team == b.self.team || who.enterprise != "" && who.enterprise == b.self.enterprise
	return who.guest || who.stranger || !ours, nil
}

// barred says that a press is an outsider's, and tells so.
func (b *Bot) barred(ctx context.Context, w *inbox.Work, r Request) (bool, error) {
	out, err := b.outside(ctx, r.User)
	if !out || err != nil {
		return false, err
	}
	return true, b.whisper(ctx, w, r.ResponseURL, phrases.For(b.people.locale(ctx, r.User)).Outsider)
}

// turnAway tells a guest or a stranger, alone, why there is no answer; nothing
// where they only talk in a thread.
func (b *Bot) turnAway(ctx context.Context, w *inbox.Work, r Request, at place) error {
	if !r.Addressed {
		return nil
	}
	text := phrases.For(b.locale(ctx, r)).Outsider
	if r.Direct || r.ResponseURL != "" { // nobody else reads there
		_, err := at.Reply(ctx, plain(text))
		if err == nil {
			err = w.Note(ctx, noteDone, "1")
		}
		return err
	}
	if err := w.Fence(ctx); err != nil {
		return err
	}
	options := []slack.MsgOption{slack.MsgOptionText(text, true)}
	if r.Thread != r.TS { // an ephemeral message in a thread that nobody began is seen by nobody
		options = append(options, slack.MsgOptionTS(r.Thread))
	}
	if _, err := b.api.PostEphemeralContext(ctx, r.Channel, r.User, options...); err != nil {
		return retryable("turning an outsider away", err)
	}
	return w.Note(ctx, noteDone, "1")
}

// admitting does what an outsider may not do, and tells one so.
func (b *Bot) admitting(do func(context.Context, slack.InteractionCallback)) func(context.Context, slack.InteractionCallback) {
	return func(ctx context.Context, in slack.InteractionCallback) {
		if out, err := b.outside(ctx, in.User.ID); out || err != nil {
			p := phrases.For(b.people.locale(ctx, in.User.ID))
			text := p.Outsider
			if err != nil {
				text = p.PressAgain
			}
			b.aside(ctx, in, text)
			return
		}
		do(ctx, in)
	}
}

// callbackOutside names the window that asks before people of other
// organisations may read a case.
const callbackOutside = "share_outside"

// askIn is how long a form waits to know who reads a channel: it must be acknowledged in 3 s.
const askIn = 1500 * time.Millisecond

// askOutside is the form that asks whether a case may go into a channel that
// people of other organisations read; false where there are none. Where that
// cannot be known in time it asks, too.
func (b *Bot) askOutside(ctx context.Context, s Share) (slack.ModalViewRequest, bool) {
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	c, err := b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: s.Channel})
	if err != nil && final(err) { // the share will say so
		return slack.ModalViewRequest{}, false
	}
	if err == nil && !c.IsExtShared && !c.IsPendingExtShared && (!c.IsShared || c.IsOrgShared) {
		return slack.ModalViewRequest{}, false
	}
	p := phrases.For(s.Locale)
	name := p.ThatChannel
	if err == nil && c.Name != "" {
		name = "#" + c.Name
	}
	view := notice(p, p.ShareTitle, p.ShareOutside(name, err == nil))
	view.CallbackID, view.PrivateMetadata = callbackOutside, packed(s)
	view.Submit, view.Close = plainText(p.ShareAnyway, 24), plainText(p.Cancel, 24)
	return view, true
}
