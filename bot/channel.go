package bot

import (
	"cmp"
	"context"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/retrieval"
)

// rooted gives a mention that asks nothing in somebody else's thread the
// question that began it.
func (b *Bot) rooted(ctx context.Context, r Request) (Request, error) {
	if r.Direct || !r.Addressed || r.Thread == "" || r.Thread == r.TS || retrieval.Asks(retrieval.Clean(r.Text)) {
		return r, nil
	}
	if ours, err := b.record.HasThread(ctx, thread(r)); ours || err != nil {
		return r, err // it is answered already
	}
	found, _, _, err := b.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: r.Channel, Timestamp: r.Thread, Limit: 1})
	switch {
	case err != nil && final(err):
		r.rootless = true
	case err != nil:
		return r, retryable("reading the thread's question", err)
	case len(found) == 0 || found[0].BotID != "" || !retrieval.Asks(retrieval.Clean(found[0].Text)):
		r.rootless = true
	default:
		r.Text = found[0].Text
	}
	return r, nil
}

// change is what happened to a message that was said before.
type change struct {
	request Request
	record.Change
}

// changed reads a message event as a change of an earlier message of a person;
// false where it is none. Slack tells of more than what people do: that a
// link was unfolded, that a reply came, what we did ourselves.
func (b *Bot) changed(team string, in *slackevents.MessageEvent) (change, bool) {
	before, ts := in.PreviousMessage, in.DeletedTimeStamp
	c := change{Change: record.Change{TS: cmp.Or(in.EventTimeStamp, in.TimeStamp)}}
	switch {
	case in.SubType == "message_deleted":
		c.Gone = true
	case in.SubType == "message_changed" && in.Message != nil:
		ts = in.Message.Timestamp
		// Of a message with replies a tombstone stays.
		c.Gone = in.Message.SubType == "tombstone"
		c.Text = in.Message.Text
		if !c.Gone && before != nil && before.Text == c.Text {
			return change{}, false
		}
	default:
		return change{}, false
	}
	if c.Gone {
		c.Text = ""
	}
	if before == nil || before.BotID != "" || before.User == b.self.user || in.Channel == "" || ts == "" || !c.Gone && c.Text == "" {
		return change{}, false
	}
	mention := "<@" + b.self.user + ">"
	direct := in.ChannelType == slackevents.ChannelTypeIM
	c.request = messageKeys(Request{
		Team: team, Channel: in.Channel, TS: ts, Thread: root(before.ThreadTimestamp, ts), User: before.User, Text: c.Text,
		Direct: direct, Addressed: direct || strings.Contains(before.Text, mention),
	}, "", "").request
	return c, true
}

// change stores what became of a question: in the record, where the work on it
// looks, and as work, for where that has ended.
func (b *Bot) change(ctx context.Context, event string, c change) error {
	ctx, cancel := context.WithTimeout(ctx, storeIn)
	defer cancel()
	r := c.request
	if !r.Addressed {
		if ours, err := b.record.HasThread(ctx, thread(r)); !ours || err != nil {
			return err
		}
	}
	if err := b.record.SaveChange(ctx, r.Team, r.Key, c.Change); err != nil {
		return err
	}
	b.asking.change(r.Key)
	r.Text = "" // the record has it
	keys := []string{"x:" + r.Key + ":" + c.TS}
	if event != "" {
		keys = append(keys, "e:"+r.Team+":"+event)
	}
	_, err := b.store(ctx, workRevision, keys, r)
	return err
}

// revise changes the reply to a question that was edited, and deletes that of
// one that was deleted. Where there is none yet, whoever works on the question
// sees the change; where there never was one, there was no question.
func (b *Bot) revise(ctx context.Context, w *inbox.Work, r Request) error {
	where, ok, err := b.record.Reply(ctx, r.Key)
	if !ok || err != nil {
		return err
	}
	if err := w.Note(ctx, noteTS, where.TS); err != nil {
		return err
	}
	r.Addressed = true // its answer is there
	return b.reply(ctx, w, r)
}

// withdraw deletes the reply to a question that was deleted, if there is one, and
// what the record has of it. A line that it was withdrawn would keep what
// its asker took back: the answer quotes the question, in its buttons too.
func (b *Bot) withdraw(ctx context.Context, w *inbox.Work, r Request) error {
	ts, there, err := w.Noted(ctx, noteTS)
	if err != nil {
		return err
	}
	if _, tried, err := w.Noted(ctx, notePosting); err != nil {
		return err
	} else if tried && !there {
		if ts, err = b.lookUp(ctx, r.Key, r.Channel, r.Thread); err != nil {
			return err
		}
	}
	if ts != "" {
		if err := w.Fence(ctx); err != nil {
			return err
		}
		if _, _, err := b.api.DeleteMessageContext(ctx, r.Channel, ts); err != nil && !final(err) {
			return retryable("deleting the reply", err)
		}
	}
	threadPlace{b, w, r}.status(ctx, slack.AgentSessionStatusActive)
	if err := b.record.Withdraw(ctx, thread(r), r.Key); err != nil {
		return err
	}
	b.log.Info("withdrew", "work", w.ID, "reply", ts != "")
	return w.Note(ctx, noteDone, "1")
}

// Welcome is an invitation into a channel, as the inbox keeps it.
type Welcome struct {
	Team    string `json:"team"`
	Channel string `json:"channel"`
	By      string `json:"by,omitempty"`
}

// settingWelcomed says when jirei has said in a channel how to ask.
const settingWelcomed = "welcomed"

// joined stores that we were invited into a channel.
func (b *Bot) joined(ctx context.Context, e slackevents.EventsAPIEvent) error {
	in, ok := e.InnerEvent.Data.(*slackevents.MemberJoinedChannelEvent)
	if !ok || in.User != b.self.user || in.Channel == "" {
		return nil
	}
	key := "j:" + b.self.team + ":" + in.Channel + ":" + in.EventTimestamp
	_, err := b.store(ctx, workWelcome, []string{key}, Welcome{Team: b.self.team, Channel: in.Channel, By: in.Inviter})
	return err
}

// welcome says in a channel how to ask, once for ever: who is invited back is known.
func (b *Bot) welcome(ctx context.Context, w *inbox.Work, in Welcome) error {
	scope := in.Team + "/" + in.Channel
	if was, err := b.record.Setting(ctx, scope, settingWelcomed); was != "" || err != nil {
		return err
	}
	locale := phrases.Japanese
	if in.By != "" {
		locale = b.people.locale(ctx, in.By)
	}
	lines := make([]slack.RichTextElement, len(phrases.For(locale).Welcome))
	for i, l := range phrases.For(locale).Welcome {
		lines[i] = slack.NewRichTextSection(said(l))
	}
	text := strings.Join(phrases.For(locale).Welcome, "\n")
	ts, err := b.postOnce(ctx, w, "welcome:"+in.Channel, in.Channel, "", message{text: text, short: text, blocks: []slack.Block{slack.NewRichTextBlock("welcome", lines...)}})
	if err != nil {
		return err
	}
	return b.record.Set(ctx, scope, settingWelcomed, ts)
}
