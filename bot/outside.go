package bot

import (
	"context"
	"encoding/json"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
)

// admitted says that a person may be answered.
func (b *Bot) admitted(ctx context.Context, r Request) (bool, error) {
	out, err := b.outside(ctx, r.User)
	return !out, err
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
			p := phrases.For(b.people.known(in.User.ID))
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
	meta, marshal := json.Marshal(shareOrigin{Channel: s.From, Case: s.Case, To: s.Channel, Comment: s.Comment})
	if marshal != nil {
		panic("a struct of strings did not marshal: " + marshal.Error())
	}
	view := notice(p, p.ShareTitle, p.ShareOutside(name, err == nil))
	view.CallbackID, view.PrivateMetadata = callbackShare, string(meta)
	view.Submit, view.Close = plainText(p.ShareAnyway, 24), plainText(p.Cancel, 24)
	return view, true
}
