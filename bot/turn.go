package bot

import (
	"context"
	"hash/fnv"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/phrases"
)

// turn changes the message that a panel's control, or a suggestion's button, is
// on. Like a modal it is done at once and kept nowhere: whoever sees nothing
// change presses once more, and is told so where we notice.
func (b *Bot) turn(ctx context.Context, in slack.InteractionCallback) {
	action := in.ActionCallback.BlockActions[0]
	m, known, err := b.turned(ctx, in, action)
	p := phrases.For(b.people.locale(ctx, in.User.ID))
	if err == nil && known {
		err = b.put(ctx, in, action.ActionTs, m)
	}
	switch {
	case err != nil:
		b.log.Warn("changing a table", "action", action.ActionID, "error", err)
		text := p.PressAgain
		if final(err) || ended(err) {
			text = p.OldTable
		}
		b.aside(ctx, in, p.TurnFailed+text)
	case !known:
		b.aside(ctx, in, p.OldTable)
	}
}

// turned is what the message becomes; known is false for a control that this
// version cannot read.
func (b *Bot) turned(ctx context.Context, in slack.InteractionCallback, action *slack.BlockAction) (m message, known bool, err error) {
	if action.ActionID == actionRun {
		r := Request{Team: in.Team.ID, Channel: in.Channel.ID, User: in.User.ID, Text: action.Value, Addressed: true, Locale: b.people.known(in.User.ID)}
		if in.Container.IsEphemeral {
			r.ResponseURL = in.ResponseURL
		}
		m, _, err = b.answer(ctx, r, b.locale(ctx, r))
		return m, true, err
	}
	book, err := b.asker.Engine.Store().Current(ctx)
	if err != nil || len(action.BlockID) < 2 {
		return message{}, false, err
	}
	value := action.Value
	if action.SelectedOption.Value != "" {
		value = action.SelectedOption.Value
	}
	p, ok := readPanel(action.BlockID[1:], book)
	if !ok {
		return message{}, false, nil
	}
	if p, ok = p.press(action.ActionID, value, book); !ok {
		return message{}, false, nil
	}
	s, err := b.shelf(ctx, p, book)
	if err != nil {
		return message{}, false, err
	}
	r := render{p: phrases.For(p.locale), source: b.source, book: book}
	m = r.panelMessage(p, s)
	if in.Container.IsEphemeral {
		m = r.publishable(m, pressed{Locale: p.locale, Panel: p.String()})
	}
	return m, true, nil
}

// put replaces the message that was pressed, unless a later press already did.
func (b *Bot) put(ctx context.Context, in slack.InteractionCallback, at string, m message) error {
	return b.presses.inOrder(in.Channel.ID+":"+in.Container.MessageTs, at, func() error {
		if in.Container.IsEphemeral {
			return b.respond(ctx, in.ResponseURL, m, true)
		}
		return b.update(ctx, "", in.Channel.ID, in.Container.MessageTs, m)
	})
}

// aside says something to the one who pressed, and to nobody else.
func (b *Bot) aside(ctx context.Context, in slack.InteractionCallback, text string) {
	var err error
	if in.ResponseURL == "" { // Home, a modal and the composer's menu are in no channel
		err = b.tellAlone(ctx, in.User.ID, text)
	} else {
		err = b.respond(ctx, in.ResponseURL, plain(text), false)
	}
	if err != nil {
		b.log.Warn("telling who pressed", "error", err)
	}
}

// isTurn says that a control changes the message it is on.
func isTurn(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && (actions[0].ActionID == actionRun || strings.HasPrefix(actions[0].ActionID, actionPanel))
}

// presses lets the latest of several presses on one message win, whichever is
// worked on last: two people, or one in a hurry.
type presses struct {
	stripes [16]struct {
		mu   sync.Mutex
		last map[string]string
	}
}

// manyMessages is when a stripe forgets what it knows: an old message's next
// press is the latest by itself.
const manyMessages = 1000

func (p *presses) inOrder(message, at string, do func() error) error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(message))
	s := &p.stripes[h.Sum32()%uint32(len(p.stripes))]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil || len(s.last) > manyMessages {
		s.last = map[string]string{}
	}
	if at < s.last[message] { // timestamps of one length, so they compare as text
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	s.last[message] = at
	return nil
}
