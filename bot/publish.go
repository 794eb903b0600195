package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/retrieval"
)

// Publish is an answer that only its asker sees, and that they want everybody
// in the channel to see; as the inbox keeps it.
type Publish struct {
	Request
	// Panel is the state of a table, "" for the answer to a question.
	Panel string `json:"panel,omitempty"`
}

// actionPublish posts the answer that it is below.
const actionPublish = "publish"

// publishable puts the button below an answer. What it posts has been seen, so a
// question whether it is meant is preview enough.
func (r render) publishable(m message, v pressed) message {
	value, ok := v.value(longValue)
	if !ok || len(m.blocks) == 0 {
		return m
	}
	b := r.button(actionPublish, value, r.p.Publish, r.p.PublishHint)
	b.Confirm = slack.NewConfirmationBlockObject(plainText(r.p.Publish, 100), plainText(r.p.PublishAsk, 300), plainText(r.p.PublishYes, 30), plainText(r.p.Cancel, 30))
	with := m
	with.blocks = append(append([]slack.Block{}, m.blocks...), slack.NewActionBlock("publish", b))
	if !takes(with) {
		return m
	}
	return with
}

// isPublish says that a button posts the answer above it.
func isPublish(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && actions[0].ActionID == actionPublish
}

// pressPublish stores what is to be posted. An answer is posted once: its key
// is the question's, or for a table its message's state.
func (b *Bot) pressPublish(ctx context.Context, id string, in slack.InteractionCallback, ack func(...any)) error {
	var v pressed
	unreadable := json.Unmarshal([]byte(in.ActionCallback.BlockActions[0].Value), &v)
	if unreadable != nil || v.Text == "" && v.Panel == "" {
		ack()      // a button of a version to come
		return nil //nolint:nilerr // as said
	}
	key := strings.Join(append([]string{v.Key}, v.Without...), ":")
	if v.Key == "" {
		key = in.Container.MessageTs + ":" + v.Panel
	}
	p := Publish{
		Request: Request{Key: "p:" + key, Team: in.Team.ID, Channel: in.Channel.ID, User: in.User.ID, Text: v.Text, Without: v.Without, Addressed: true, ResponseURL: in.ResponseURL, Locale: v.Locale},
		Panel:   v.Panel,
	}
	fresh, err := b.inbox.Put(ctx, workPublish, []string{p.Key, triggerKey(in.Team.ID, in.TriggerID, id)}, p)
	if err != nil {
		return err
	}
	ack()
	if !fresh {
		b.atOnce(ctx, func(ctx context.Context) { b.aside(ctx, in, phrases.For(v.Locale).PublishedAlready) })
	}
	return nil
}

// publish posts an answer into the channel, once, with its question and who asked.
func (b *Bot) publish(ctx context.Context, w *inbox.Work, p Publish) error {
	if barred, err := b.barred(ctx, w, p.Request); barred || err != nil {
		return err
	}
	said := phrases.For(p.Locale)
	asked := p.Request
	asked.ResponseURL = "" // it is everybody's now
	var m message
	var a answer.Answer
	var err error
	found := retrieval.Clean(p.Text)
	if p.Panel == "" {
		if m, a, err = b.answer(ctx, asked, p.Locale); err != nil {
			return err
		}
	} else if m, err = b.panelOf(ctx, p.Panel); err != nil {
		return err
	}
	m = render{p: said}.published(m, b.people.name(ctx, p.User), found)
	ts, err := b.postOnce(ctx, w, p.Key, p.Channel, "", m)
	if err != nil {
		if final(err) {
			return b.whisper(ctx, w, p.ResponseURL, b.refused(ctx, said, Share{Channel: p.Channel}, err))
		}
		return err
	}
	b.log.Info("published", "work", w.ID, "attempt", w.Attempt)
	asked.Thread, asked.TS = ts, ts // so that one can go on asking below it
	return b.remember(ctx, asked, a, record.Reply{Channel: p.Channel, TS: ts})
}

// panelOf renders the table with a state.
func (b *Bot) panelOf(ctx context.Context, state string) (message, error) {
	book, err := b.asker.Engine.Store().Current(ctx)
	if err != nil {
		return message{}, fmt.Errorf("reading the current book: %w", err)
	}
	p, ok := readPanel(state, book)
	if !ok {
		return message{}, fmt.Errorf("a table's state that this version does not know: %w", inbox.ErrGiveUp)
	}
	s, err := b.shelf(ctx, p, book)
	if err != nil {
		return message{}, err
	}
	return render{p: phrases.For(p.locale), source: b.source, book: book}.panelMessage(p, s), nil
}

// published is an answer with its question and who asked above it. Both are
// text elements, so they cannot ping.
func (r render) published(m message, name, question string) message {
	who := r.p.AskedBy(name, short(question, longQuestion))
	m.text = short(who+"\n"+m.text, longText)
	m.short = m.text
	m.blocks = append([]slack.Block{slack.NewRichTextBlock("who", slack.NewRichTextSection(said(who)))}, m.blocks...)
	return fit(m)
}

// longQuestion is how much of a question stands above its answer.
const longQuestion = 300
