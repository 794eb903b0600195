package bot

import (
	"context"
	"errors"
	"net/http"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/record"
)

// message is what is said: blocks for the eye, text for notifications and
// screen readers, and short for when Slack finds the blocks too long.
type message struct {
	text   string
	blocks []slack.Block
	short  string
	// paper follows the message as a file, nil for none.
	paper *Export
}

func plain(text string) message { return message{text: text, short: text} }

// place is where a request is answered. It says one thing once, over crashes.
type place interface {
	// Done says that an earlier attempt has already replied.
	Done(ctx context.Context) (bool, error)
	// Working shows that somebody is at it. It is a courtesy: it never fails.
	Working(ctx context.Context)
	// Show says what there is while the rest is being worked on; Reply completes
	// it. It is a courtesy, too.
	Show(ctx context.Context, m message)
	// Reply says it, and returns where the message is.
	Reply(ctx context.Context, m message) (record.Reply, error)
}

func (b *Bot) place(w *inbox.Work, r Request) place {
	if r.ResponseURL != "" {
		return commandPlace{b, w, r}
	}
	return threadPlace{b, w, r}
}

// The notes a piece of work leaves about its reply.
const (
	notePosting = "posting" // about to call Slack: whether it got there is not known
	noteTS      = "ts"      // Slack said where the message is
	noteDone    = "done"    // it says all that it is to say, and the record knows
)

// threadPlace answers in the thread of the message that asked.
type threadPlace struct {
	bot *Bot
	w   *inbox.Work
	r   Request
}

func (p threadPlace) Done(ctx context.Context) (bool, error) {
	_, done, err := p.w.Noted(ctx, noteDone)
	return done, err
}

func (p threadPlace) Working(ctx context.Context) {
	p.status(ctx, slack.AgentSessionStatusProcessing)
	p.title(ctx)
}

func (p threadPlace) Show(ctx context.Context, m message) {
	if _, err := p.put(ctx, m); err != nil {
		p.bot.log.Warn("showing cases before their summary", "work", p.w.ID, "error", err)
		return
	}
	// A post ends the status by itself.
	p.status(ctx, slack.AgentSessionStatusProcessing)
}

// Reply is the message's last word for this question.
func (p threadPlace) Reply(ctx context.Context, m message) (record.Reply, error) {
	where := record.Reply{Channel: p.r.Channel, ThreadTS: p.r.Thread}
	ts, err := p.put(ctx, m)
	if err != nil {
		return where, err
	}
	where.TS = ts
	p.status(ctx, slack.AgentSessionStatusActive)
	return where, nil
}

// put posts the message, or changes the one that is there.
func (p threadPlace) put(ctx context.Context, m message) (string, error) {
	ts, there, err := p.w.Noted(ctx, noteTS)
	if err != nil {
		return "", err
	}
	if !there {
		_, tried, err := p.w.Noted(ctx, notePosting)
		if err != nil {
			return "", err
		}
		ts, err = p.bot.postOnce(ctx, p.w, p.r.Key, p.r.Channel, p.r.Thread, m)
		if !tried || err != nil {
			return ts, err
		}
		// What an earlier try posted may be the cases without their summary.
	}
	if err := p.w.Fence(ctx); err != nil {
		return "", err
	}
	return ts, retryable("completing the reply", p.bot.update(ctx, p.r.Key, p.r.Channel, ts, m))
}

// replyEvent is the type of the metadata our replies carry.
const replyEvent = "jirei_answer"

// postOnce posts a message for a key, or finds the one an earlier attempt
// posted before it died. chat.postMessage has no idempotency key of its own.
func (b *Bot) postOnce(ctx context.Context, w *inbox.Work, key, channel, thread string, m message) (string, error) {
	if ts, ok, err := w.Noted(ctx, noteTS); ok || err != nil {
		return ts, err
	}
	_, tried, err := w.Noted(ctx, notePosting)
	if err != nil {
		return "", err
	}
	if tried {
		ts, err := b.lookUp(ctx, key, channel, thread)
		if err != nil {
			return "", err
		}
		if ts != "" {
			return ts, w.Note(ctx, noteTS, ts)
		}
	}
	// Noting is fenced: a worker that was taken for dead does not get past here.
	if err := w.Note(ctx, notePosting, "1"); err != nil {
		return "", err
	}
	ts, err := b.post(ctx, key, channel, thread, m)
	if err != nil {
		return "", retryable("posting the reply", err)
	}
	return ts, w.Note(ctx, noteTS, ts)
}

func (b *Bot) post(ctx context.Context, key, channel, thread string, m message) (string, error) {
	options := []slack.MsgOption{slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	_, ts, err := b.api.PostMessageContext(ctx, channel, append(content(key, m), options...)...)
	if tooLong(err) {
		b.log.Warn("Slack refused the blocks; posting text", "error", err)
		_, ts, err = b.api.PostMessageContext(ctx, channel, append(content(key, message{text: m.short}), options...)...)
	}
	return ts, err
}

// update changes a message of ours. Its metadata would stay, but Slack does not
// promise it.
func (b *Bot) update(ctx context.Context, key, channel, ts string, m message) error {
	_, _, _, err := b.api.UpdateMessageContext(ctx, channel, ts, content(key, m)...)
	if tooLong(err) {
		b.log.Warn("Slack refused the blocks; changing to text", "error", err)
		_, _, _, err = b.api.UpdateMessageContext(ctx, channel, ts, content(key, message{text: m.short})...)
	}
	return err
}

// content is a message as Slack takes it, with the key of its question; "" for one that has served.
func content(key string, m message) []slack.MsgOption {
	out := []slack.MsgOption{slack.MsgOptionText(slackutilsx.EscapeMessage(m.text), false)}
	if key != "" {
		out = append(out, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: replyEvent, EventPayload: map[string]any{"question": key}}))
	}
	if len(m.blocks) > 0 {
		out = append(out, slack.MsgOptionBlocks(m.blocks...))
	}
	return out
}

// tooLong says that Slack did not take the blocks. Its limit on whole messages
// is not documented; an answer without buttons is better than none.
func tooLong(err error) bool {
	switch slackError(err) {
	case "msg_blocks_too_long", "msg_too_long", "invalid_blocks", "invalid_blocks_format":
		return true
	}
	return false
}

// lookUp finds the reply with a key in its thread. Without the right to read
// the thread it finds nothing, and the reply may be posted twice: a window of
// milliseconds between Slack's answer and our note, against never answering.
func (b *Bot) lookUp(ctx context.Context, key, channel, thread string) (string, error) {
	var found []slack.Message
	var err error
	if thread != "" {
		found, _, _, err = b.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, IncludeAllMetadata: true, Limit: 200,
		})
	} else {
		var history *slack.GetConversationHistoryResponse
		history, err = b.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: channel, IncludeAllMetadata: true, Limit: 50,
		})
		if err == nil {
			found = history.Messages
		}
	}
	if err != nil {
		if final(err) {
			return "", nil
		}
		return "", retryable("looking for the reply", err)
	}
	for _, m := range found {
		if m.Metadata.EventType == replyEvent && m.Metadata.EventPayload["question"] == key {
			return m.Timestamp, nil
		}
	}
	return "", nil
}

// commandPlace answers a slash command, for its asker's eyes only.
type commandPlace struct {
	bot *Bot
	w   *inbox.Work
	r   Request
}

func (p commandPlace) Done(ctx context.Context) (bool, error) {
	_, done, err := p.w.Noted(ctx, noteTS)
	return done, err
}

// Working does nothing: the answer is there before a line about it could be read.
func (p commandPlace) Working(context.Context) {}

// Show does nothing: a response_url is good for five messages, and whether a later
// one takes the place of the one before is not promised.
func (p commandPlace) Show(context.Context, message) {}

func (p commandPlace) Reply(ctx context.Context, m message) (record.Reply, error) {
	where := record.Reply{Channel: p.r.Channel, Ephemeral: true}
	if err := p.w.Fence(ctx); err != nil {
		return where, err
	}
	err := p.bot.respond(ctx, p.r.ResponseURL, m, true)
	if ended(err) {
		// The response_url has ended (30 minutes, 5 uses): a direct message is left.
		return p.direct(ctx, m)
	}
	if err != nil {
		return where, retryable("answering the command", err)
	}
	return where, p.w.Note(ctx, noteTS, "response_url")
}

// respond says something by a response_url, to one person alone: in place of
// the message that the URL belongs to, or besides it.
func (b *Bot) respond(ctx context.Context, url string, m message, replace bool) error {
	off := false
	hook := slack.WebhookMessage{
		Text: slackutilsx.EscapeMessage(m.text), ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: replace, UnfurlLinks: &off, UnfurlMedia: &off,
	}
	if len(m.blocks) > 0 {
		hook.Blocks = &slack.Blocks{BlockSet: m.blocks}
	}
	return slack.PostWebhookCustomHTTPContext(ctx, url, b.http, &hook)
}

// ended says that a response_url takes nothing any more: 30 minutes, 5 uses.
func ended(err error) bool {
	var status slack.StatusCodeError
	return errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone || status.Code == http.StatusForbidden)
}

func (p commandPlace) direct(ctx context.Context, m message) (record.Reply, error) {
	channel, _, _, err := p.bot.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{p.r.User}})
	if err != nil {
		return record.Reply{}, retryable("opening a direct message", err)
	}
	ts, err := p.bot.postOnce(ctx, p.w, p.r.Key, channel.ID, "", m)
	return record.Reply{Channel: channel.ID, TS: ts}, err
}

func rateLimited(err error) *slack.RateLimitedError {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return limited
	}
	return nil
}
