package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/retrieval"
)

// Opinion is what somebody thinks of an answer, as the inbox keeps it, and as
// the form that asks for reasons carries it.
type Opinion struct {
	Key     string         `json:"key"`
	Team    string         `json:"team"`
	Channel string         `json:"channel,omitempty"`
	Thread  string         `json:"thread,omitempty"`
	User    string         `json:"user"`
	Locale  phrases.Locale `json:"locale,omitempty"`
	Good    bool           `json:"good,omitempty"`
	Refused bool           `json:"refused,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	Note    string         `json:"note,omitempty"`
	// Text, History and Cases are the button's; the record's turn has them where
	// there is one.
	Text    string           `json:"text,omitempty"`
	History []retrieval.Turn `json:"history,omitempty"`
	Cases   []string         `json:"cases,omitempty"`
	// ResponseURL is where thanks are said; "" for a form, which says them itself.
	ResponseURL string `json:"response_url,omitempty"`
}

// The buttons and the form. feedback_buttons is one element with two values; in
// an ephemeral message, where Slack has no context_actions, there are two buttons.
const (
	actionFeedback   = "feedback"
	actionGood       = "feedback_good"
	actionBad        = "feedback_bad"
	callbackFeedback = "feedback"
	blockReason      = "reason"
	blockNote        = "note"
	longNote         = 500
)

// reasons are what is stored, in the order of phrases.Reasons.
var reasonNames = [5]string{"page", "answer", "missing", "wording", "other"}

// opinionOf is the value of a button that judges.
type opinionOf struct {
	Key     string           `json:"k"`
	Locale  phrases.Locale   `json:"l,omitempty"`
	Good    bool             `json:"g,omitempty"`
	Refused bool             `json:"r,omitempty"`
	Text    string           `json:"q,omitempty"`
	History []retrieval.Turn `json:"h,omitempty"`
	Cases   []string         `json:"c,omitempty"`
}

// value writes it so that three buttons and the form have room for it: what is
// too long is cut, since most of a question tells more than none of it.
func (v opinionOf) value() string {
	const room = longValue / 3
	for {
		raw := packed(v)
		switch {
		case utf8.RuneCountInString(raw) <= room:
			return raw
		case len(v.History) > 0:
			v.History = nil
		case len(v.Cases) > 3:
			v.Cases = v.Cases[:3]
		case utf8.RuneCountInString(v.Text) > 200:
			v.Text = short(v.Text, 200)
		default: // a text of escapes
			v.Text = ""
		}
	}
}

// judgeable puts the buttons below an answer that say whether it was of use.
func (r render) judgeable(m message, a answer.Answer, alone bool) message {
	v := opinionOf{Key: r.asked.Key, Locale: r.asked.Locale, Refused: a.Refused()}
	if !r.asked.recorded {
		v.Text, v.History, v.Cases = r.asked.Text, r.asked.History, shown(a)
		v.Cases = v.Cases[:min(10, len(v.Cases))]
	}
	if len(m.blocks) == 0 || v.Key == "" {
		return m
	}
	bad := v.value()
	v.Good = true
	good := v.value()
	with := m
	switch {
	case a.Refused():
		with.blocks = append(slices.Clone(m.blocks), slack.NewActionBlock("feedback", r.button(actionBad, bad, r.p.OffTheMark, r.p.BadHint)))
	case alone:
		with.blocks = append(slices.Clone(m.blocks), slack.NewActionBlock("feedback",
			r.button(actionGood, good, r.p.Good, r.p.GoodHint), r.button(actionBad, bad, r.p.Bad, r.p.BadHint)))
	default:
		with.blocks = append(slices.Clone(m.blocks), slack.NewContextActionsBlock("feedback", slack.NewFeedbackButtonsBlockElement(actionFeedback,
			slack.NewFeedbackButton(plainText(r.p.Good, 75), good).WithAccessibilityLabel(short(r.p.Good+" "+r.p.GoodHint, 75)),
			slack.NewFeedbackButton(plainText(r.p.Bad, 75), bad).WithAccessibilityLabel(short(r.p.Bad+" "+r.p.BadHint, 75)))))
	}
	if !takes(with) {
		return m
	}
	return with
}

// isFeedback says that a button judges the answer above it.
func isFeedback(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && slices.Contains([]string{actionFeedback, actionGood, actionBad}, actions[0].ActionID)
}

// pressFeedback stores an opinion, and where it is a bad one opens the form
// that asks why. The opinion stands without the form.
func (b *Bot) pressFeedback(ctx context.Context, id string, in slack.InteractionCallback, ack func(...any)) error {
	var v opinionOf
	unreadable := json.Unmarshal([]byte(in.ActionCallback.BlockActions[0].Value), &v)
	if unreadable != nil || v.Key == "" {
		ack()      // a button of a version to come
		return nil //nolint:nilerr // as said
	}
	o := Opinion{
		Key: v.Key, Team: in.Team.ID, Channel: in.Channel.ID, Thread: root(in.Container.ThreadTs, in.Container.MessageTs), User: in.User.ID, Locale: v.Locale,
		Good: v.Good, Refused: v.Refused, Text: v.Text, History: v.History, Cases: v.Cases,
	}
	stored := o
	if o.Good {
		stored.ResponseURL = in.ResponseURL
	}
	if _, err := b.store(ctx, workOpinion, []string{triggerKey(in.Team.ID, in.TriggerID, id)}, stored); err != nil {
		return err
	}
	ack()
	if !o.Good {
		b.atOnce(ctx, func(ctx context.Context) { b.askWhy(ctx, in, o) })
	}
	return nil
}

// askWhy opens the form; whoever is too late is thanked all the same.
func (b *Bot) askWhy(ctx context.Context, in slack.InteractionCallback, o Opinion) {
	p := phrases.For(o.Locale)
	if _, err := b.api.OpenViewContext(ctx, in.TriggerID, render{p: p}.whyBad(o)); err != nil && !used(err) {
		b.log.Warn("opening the form that asks why", "error", err)
		b.aside(ctx, in, p.Thanks)
	}
}

func (r render) whyBad(o Opinion) slack.ModalViewRequest {
	options := make([]*slack.OptionBlockObject, len(reasonNames))
	for i, name := range reasonNames {
		options[i] = slack.NewOptionBlockObject(name, plainText(r.p.Reasons[i], 75), nil)
	}
	note := slack.NewPlainTextInputBlockElement(nil, blockNote)
	note.Multiline, note.MaxLength = true, longNote
	own := slack.NewInputBlock(blockNote, plainText(r.p.OwnWords, 2000), nil, note)
	own.Optional = true
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callbackFeedback, PrivateMetadata: packed(o),
		Title: plainText(r.p.WhyBad, 24), Submit: plainText(r.p.Send, 24), Close: plainText(r.p.Close, 24),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(blockReason, plainText(r.p.WhyBadAsk, 2000), nil, slack.NewRadioButtonsBlockElement(blockReason, options...)), own,
		}},
	}
}

// submitFeedback stores the reasons; the form becomes thanks.
func (b *Bot) submitFeedback(ctx context.Context, id string, in slack.InteractionCallback, ack func(...any)) error {
	var o Opinion
	if err := json.Unmarshal([]byte(in.View.PrivateMetadata), &o); err != nil || in.View.State == nil {
		ack()
		return nil //nolint:nilerr // a form of a version to come
	}
	values := in.View.State.Values
	o.User, o.Team = in.User.ID, in.Team.ID
	o.Reason, o.Note = values[blockReason][blockReason].SelectedOption.Value, retrieval.Clean(values[blockNote][blockNote].Value)
	if _, err := b.store(ctx, workOpinion, []string{triggerKey(in.Team.ID, in.TriggerID, id), "w:" + o.Team + ":" + in.View.ID}, o); err != nil {
		return err
	}
	p := phrases.For(o.Locale)
	thanks := notice(p, p.WhyBad, p.Thanks)
	ack(slack.NewUpdateViewSubmissionResponse(&thanks))
	return nil
}

// opinion records what somebody thinks of an answer, with what was asked and shown.
func (b *Bot) opinion(ctx context.Context, w *inbox.Work, o Opinion) error {
	f := record.Feedback{
		Key: o.Key, Team: o.Team, By: o.User, Good: o.Good, Refused: o.Refused, Reason: o.Reason, Note: o.Note,
		Question: retrieval.Clean(o.Text), Cases: o.Cases, Press: w.ID, At: b.now(),
	}
	history := o.History
	known, err := b.record.Turns(ctx, record.Thread{Team: o.Team, Channel: o.Channel, TS: o.Thread}, longThread)
	if err != nil {
		return fmt.Errorf("reading the thread: %w", err)
	}
	if i := slices.IndexFunc(known, func(t record.Turn) bool { return t.Key == o.Key }); i >= 0 {
		f.Question, f.Cases, history = known[i].Question, known[i].Cases, earlier(known[max(0, i-turns):i])
	}
	for _, t := range history {
		f.History = append(f.History, t.Text)
	}
	if err := b.record.SaveFeedback(ctx, f); err != nil {
		return err
	}
	b.log.Info("an opinion", "work", w.ID, "good", o.Good, "refused", o.Refused, "reason", o.Reason)
	if o.ResponseURL == "" {
		return nil
	}
	return b.whisper(ctx, w, o.ResponseURL, phrases.For(o.Locale).Thanks)
}

// noteRefusal records that a question was refused, whether or not anybody minds:
// those who run jirei want to see what it has no answer to.
func (b *Bot) noteRefusal(ctx context.Context, r Request, a answer.Answer) error {
	if !a.Refused() {
		return nil
	}
	f := record.Feedback{Key: r.Key, Team: r.Team, Refused: true, Question: retrieval.Clean(a.Question.Text), At: b.now()}
	for _, t := range a.Question.History {
		f.History = append(f.History, t.Text)
	}
	return b.record.SaveFeedback(ctx, f)
}

// now is the time by the clock that subscriptions go by.
func (b *Bot) now() time.Time {
	if b.cfg.Now != nil {
		return b.cfg.Now()
	}
	return time.Now()
}
