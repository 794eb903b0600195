package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// Again is a question that somebody wants answered without some of the facets
// that were read in it, in place of its answer; as the inbox keeps it. Its Key
// is the question's, its User who pressed, its ResponseURL the press's, and its
// Text and History are what the button knew; the record has what it did not.
type Again struct {
	Request
	History []retrieval.Turn `json:"history,omitempty"`
	// Answer is the ts of the message that changes; Ephemeral, that only its
	// asker sees it, so that nothing but the ResponseURL reaches it.
	Answer    string `json:"answer"`
	Ephemeral bool   `json:"ephemeral,omitempty"`
}

// actionFacet begins the action of a facet's button; the kind follows.
const actionFacet = "facet_"

// facetKinds are the kinds of facets that can be taken out, in the order in
// which answers name them. Pages cannot: who names a page wants that page.
var facetKinds = []string{"industry", "not_industry", "category", "not_category", "size", "stars"}

const (
	// facetsShown is how many buttons there are at most: one row on a desktop.
	facetsShown = 5
	// longValue is how long a button's value may be, for Slack. The buttons of an
	// answer share it: five times so much text could cost a message its blocks.
	longValue = 2000
)

// pressed is the value of a button below an answer. That of a facet's says how the question is to be
// read after the press, not what to change: pressed twice, it asks for the same.
type pressed struct {
	Key     string         `json:"k"`
	Locale  phrases.Locale `json:"l"`
	Without []string       `json:"w,omitempty"`
	// Text and History are the question and the ones before it, where they fit.
	Text    string           `json:"q,omitempty"`
	History []retrieval.Turn `json:"h,omitempty"`
	// Company is that of who asked: the order of an answer does not depend on who presses.
	Company *company `json:"o,omitempty"`
	// Case is the one whose reasons are asked for, Panel the table that is to be
	// posted.
	Case  cases.ID `json:"c,omitempty"`
	Panel string   `json:"p,omitempty"`
	// recorded: the record has them too, so the button works without.
	recorded bool
}

// value writes it in at most room characters, without the texts if need be;
// false where it would be of no use then.
func (v pressed) value(room int) (string, bool) {
	for {
		raw := packed(v)
		if utf8.RuneCountInString(raw) <= room {
			return raw, true
		}
		if v.Text == "" || !v.recorded {
			return "", false
		}
		v.Text, v.History = "", nil
	}
}

// facets are the buttons that take the facets out that were read, and put
// those back that were taken out; none where a page was asked for.
func (r render) facets(a answer.Answer) []slack.Block {
	q := a.Found.Query
	if q.Intent != retrieval.Find && q.Intent != retrieval.Count && q.Intent != retrieval.List || len(q.Facets.Pages) > 0 {
		return nil
	}
	type choice struct {
		kind, label, hint string
		without           []string
	}
	var choices []choice
	for _, kind := range facetKinds {
		others := slices.DeleteFunc(slices.Clone(a.Question.Without), func(k string) bool { return k == kind })
		if f := answer.Facets(r.p, q.Facets.Only(kind)); f != "" {
			choices = append(choices, choice{kind, r.p.Remove(short(f, 50)), r.p.RemoveHint(kind), append(others, kind)})
		}
		if f := answer.Facets(r.p, q.Removed.Only(kind)); f != "" {
			choices = append(choices, choice{kind, r.p.PutBack(short(f, 50)), r.p.PutBackHint(kind), others})
		}
	}
	choices = choices[:min(facetsShown, len(choices))]
	var buttons []slack.BlockElement
	for _, c := range choices {
		v := r.asked
		v.Without = c.without
		value, ok := v.value(longValue / len(choices))
		if !ok {
			return nil
		}
		b := slack.NewButtonBlockElement(actionFacet+c.kind, value, plainText(c.label, 75))
		b.AccessibilityLabel = short(c.label+" "+c.hint, 75)
		buttons = append(buttons, b)
	}
	if len(buttons) == 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock("understood", buttons...)}
}

// pressFacet stores a press on a facet's button. It is keyed by its trigger
// alone: a second click is another press, which asks for the same and so
// changes nothing.
func (b *Bot) pressFacet(ctx context.Context, id string, in slack.InteractionCallback, ack func(...any)) error {
	var v pressed
	unreadable := json.Unmarshal([]byte(in.ActionCallback.BlockActions[0].Value), &v)
	if unreadable != nil || v.Key == "" || in.Container.MessageTs == "" {
		ack()      // a button of a version to come
		return nil //nolint:nilerr // as said
	}
	a := Again{
		Request: Request{
			Key: v.Key, Team: in.Team.ID, Channel: in.Channel.ID, Thread: in.Container.ThreadTs, User: in.User.ID, Text: v.Text,
			Without: v.Without, Addressed: true, ResponseURL: in.ResponseURL, Locale: v.Locale, Company: v.Company,
		},
		History: v.History, Answer: in.Container.MessageTs, Ephemeral: in.Container.IsEphemeral,
	}
	if _, err := b.store(ctx, workAgain, []string{triggerKey(in.Team.ID, in.TriggerID, id)}, a); err != nil {
		return err
	}
	ack()
	return nil
}

// again answers a question again, in the message that holds its answer. Where
// the record has the turn, the press changes the turn and the message follows
// the record: of two presses at once the later one is what is seen in the end,
// whichever reaches Slack last.
func (b *Bot) again(ctx context.Context, w *inbox.Work, a Again) error {
	if barred, err := b.barred(ctx, w, a.Request); barred || err != nil {
		return err
	}
	started := time.Now()
	for {
		turn, recorded, err := b.reread(ctx, &a, w.ID)
		if err != nil {
			return err
		}
		if a.Text == "" {
			return b.whisper(ctx, w, a.ResponseURL, phrases.For(a.Locale).Forgotten)
		}
		asked := a.Request
		if asked.Company == nil {
			asked.Company = &company{}
		}
		if !a.Ephemeral {
			asked.ResponseURL = "" // the press's; the answer is everybody's
		}
		m, found, err := b.compose(ctx, asked, a.History, a.Locale)
		if err != nil {
			return err
		}
		if a.Ephemeral && !found.Refused() {
			m = render{p: phrases.For(a.Locale)}.publishable(m, pressed{Key: a.Key, Locale: a.Locale, Without: a.Without, Text: a.Text, History: a.History})
		}
		turn.Cases = shown(found)
		latest := true
		if recorded {
			if latest, err = b.record.Reread(ctx, thread(a.Request), turn); err != nil {
				return err
			}
		}
		if latest {
			if err := b.replace(ctx, w, a, m); err != nil {
				return err
			}
		}
		if recorded {
			if latest, err = b.record.Reread(ctx, thread(a.Request), turn); err != nil {
				return err
			}
		}
		if latest {
			b.log.Info("answered again", "work", w.ID, "attempt", w.Attempt, "refused", found.Refused(), "cases", len(found.Found.Hits), "without", turn.Without, "took", time.Since(started))
			return nil
		}
	}
}

// longThread is how many questions of a thread are looked through for the one
// whose answer was pressed.
const longThread = 200

// reread puts into a what the record knows: what a later press than this one
// has asked for, and the texts, where the button had no room for them. The
// button's come first: the question is asked again as it was read then, even if
// a facet of an earlier question has been taken out since. What was inherited
// could not be put back otherwise.
func (b *Bot) reread(ctx context.Context, a *Again, press int64) (turn record.Turn, recorded bool, err error) {
	turn = record.Turn{Key: a.Key, Without: a.Without, Press: press}
	if a.Thread == "" {
		return turn, false, nil
	}
	known, err := b.record.Turns(ctx, thread(a.Request), longThread)
	if err != nil {
		return turn, false, fmt.Errorf("reading the thread: %w", err)
	}
	i := slices.IndexFunc(known, func(t record.Turn) bool { return t.Key == a.Key })
	if i < 0 {
		return turn, false, nil
	}
	if known[i].Press > press {
		turn.Press, turn.Without = known[i].Press, known[i].Without
	}
	a.Without = turn.Without
	if a.Text == "" {
		a.Text, a.History = known[i].Question, earlier(known[max(0, i-turns):i])
	}
	return turn, true, nil
}

// replace changes the message that holds the answer. Changing it twice to the
// same does no harm, so nothing is noted.
func (b *Bot) replace(ctx context.Context, w *inbox.Work, a Again, m message) error {
	if err := w.Fence(ctx); err != nil {
		return err
	}
	if !a.Ephemeral {
		return retryable("changing the answer", b.update(ctx, a.Key, a.Channel, a.Answer, m))
	}
	err := b.respond(ctx, a.ResponseURL, m, true)
	if ended(err) {
		return fmt.Errorf("changing the answer: %w: %w", err, inbox.ErrGiveUp)
	}
	return retryable("changing the answer", err)
}

// whisper tells something to the one who pressed, and to nobody else.
func (b *Bot) whisper(ctx context.Context, w *inbox.Work, url, text string) error {
	if err := w.Fence(ctx); err != nil {
		return err
	}
	err := b.respond(ctx, url, plain(text), false)
	if ended(err) {
		return fmt.Errorf("answering a press: %w: %w", err, inbox.ErrGiveUp)
	}
	return retryable("answering a press", err)
}

// isFacet says that a button takes a facet out or puts it back.
func isFacet(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && strings.HasPrefix(actions[0].ActionID, actionFacet)
}
