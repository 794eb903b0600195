package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// The share modal's blocks; each holds one action of the same name.
const (
	callbackShare = "share"
	callbackSure  = "share_sure"
	blockChannel  = "channel"
	blockComment  = "comment"
	blockCases    = "cases"
	blockQuestion = "question"
)

const (
	// longComment is how much of a comment fits beside a card on a phone.
	longComment = 500
	// casesOffered is how many checkboxes Slack takes.
	casesOffered = 10
	// longOption is Slack's limit for a choice's value.
	longOption = 150
)

// shareOrigin travels in the modal's private metadata.
type shareOrigin struct {
	Channel  string   `json:"channel,omitempty"`
	Case     cases.ID `json:"case"`
	Question string   `json:"question,omitempty"`
	Thread   string   `json:"thread,omitempty"` // of Channel: where it goes, and then there is no channel to choose
}

// around adds the thread that the modal was opened for, if it was for one.
func (o shareOrigin) around(view slack.View) shareOrigin {
	if at := readAround(view.PrivateMetadata); at.Thread != "" {
		o.Channel, o.Thread = at.Channel, at.Thread
	}
	return o
}

// shareFill is what a share form holds before anybody has touched it. Unknown is
// the name of a channel that was asked for and is not there. Cases are those to
// choose from, of which Picked are chosen.
type shareFill struct {
	Channel, Comment, Unknown string
	Cases                     []cases.Case
	Picked                    []cases.ID
}

// shareForm is the modal with channel, cases, question, comment and preview.
func (r render) shareForm(c cases.Case, from shareOrigin, fill shareFill) slack.ModalViewRequest {
	channel := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText(r.p.Channel, 150), blockChannel)
	channel.DefaultToCurrentConversation = fill.Channel == "" && fill.Unknown == ""
	channel.InitialConversation = fill.Channel
	channel.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	comment := slack.NewPlainTextInputBlockElement(plainText(r.p.CommentHint, 150), blockComment)
	comment.Multiline, comment.MaxLength, comment.InitialValue = true, longComment, short(fill.Comment, longComment)
	said := slack.NewInputBlock(blockComment, plainText(r.p.Comment, 2000), nil, comment)
	said.Optional = true
	var where *slack.TextBlockObject
	if fill.Unknown != "" {
		where = plainText(r.p.NoChannel(short(fill.Unknown, 100)), 2000)
	}
	blocks := []slack.Block{slack.NewInputBlock(blockChannel, plainText(r.p.Channel, 2000), where, channel)}
	if from.Thread != "" {
		blocks[0] = r.threadLine()
	}
	if which := r.whichCases(fill); which != nil {
		blocks = append(blocks, which)
	}
	if from.Question != "" {
		box := slack.NewCheckboxGroupsBlockElement(blockQuestion, slack.NewOptionBlockObject(blockQuestion, plainText(from.Question, 75), nil))
		with := slack.NewInputBlock(blockQuestion, plainText(r.p.ShareQuestion, 2000), nil, box)
		with.Optional = true
		blocks = append(blocks, with)
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callbackShare, PrivateMetadata: packed(from),
		Title: plainText(r.p.ShareTitle, 24), Submit: plainText(r.p.Share, 24), Close: plainText(r.p.Cancel, 24),
		Blocks: slack.Blocks{BlockSet: append(blocks, said, slack.NewDividerBlock(), slack.NewContextBlock("preview", plainText(r.p.Preview, 2000)), r.face(c, "preview"))},
	}
}

// whichCases are the boxes to choose cases with, nil where there is one case only.
func (r render) whichCases(fill shareFill) slack.Block {
	var options, picked []*slack.OptionBlockObject
	for _, c := range fill.Cases {
		if len(options) == casesOffered || len([]rune(string(c.ID))) > longOption {
			continue
		}
		o := slack.NewOptionBlockObject(string(c.ID), plainText(fmt.Sprintf("p.%d %s", c.Page, c.Title), 75), nil)
		options = append(options, o)
		if slices.Contains(fill.Picked, c.ID) {
			picked = append(picked, o)
		}
	}
	if len(options) < 2 {
		return nil
	}
	boxes := slack.NewCheckboxGroupsBlockElement(blockCases, options...)
	boxes.InitialOptions = picked
	return slack.NewInputBlock(blockCases, plainText(r.p.ShareCases, 2000), nil, boxes)
}

// shareOf is the form for a case of an answer: its other cases are offered with
// it, and its question.
func (b *Bot) shareOf(ctx context.Context, in slack.InteractionCallback, r render, c cases.Case, v pressed) (slack.ModalViewRequest, error) {
	from, fill := shareOrigin{Channel: in.Channel.ID, Case: c.ID}.around(in.View), shareFill{Cases: []cases.Case{c}, Picked: []cases.ID{c.ID}}
	if v.Key != "" && v.Text == "" {
		if err := b.recall(ctx, in, &v); err != nil {
			return slack.ModalViewRequest{}, err
		}
	}
	if v.Text == "" {
		return r.shareForm(c, from, fill), nil
	}
	turn := retrieval.Turn{Text: v.Text, Without: v.Without}
	if v.Company != nil {
		turn.Prefer = v.Company.facets()
	}
	found, err := b.asker.Engine.AskTurn(ctx, turn, v.History, casesOffered)
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("searching again: %w", err)
	}
	for _, h := range found.Hits {
		if h.Matched && h.Case.ID != c.ID {
			fill.Cases = append(fill.Cases, h.Case)
		}
	}
	from.Question = short(v.Text, longQuestion)
	return r.shareForm(c, from, fill), nil
}

// submit stores what a form says and closes it. The keys are the trigger's and
// the view's: a second click submits the same view.
func (b *Bot) submit(ctx context.Context, id string, in slack.InteractionCallback, ack func(...any)) error {
	if in.View.CallbackID == callbackFeedback {
		return b.submitFeedback(ctx, id, in, ack)
	}
	s, ok := shareIn(in)
	if !ok {
		ack() // a modal of a version to come: sending it again would not help
		return nil
	}
	s.Key, s.Team, s.User, s.Locale = triggerKey(in.Team.ID, in.TriggerID, id), in.Team.ID, in.User.ID, b.people.known(in.User.ID)
	if in.View.CallbackID == callbackShare {
		if view, ask := b.askOutside(ctx, s); ask {
			ack(slack.NewUpdateViewSubmissionResponse(&view))
			return nil
		}
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

// shareIn reads a share out of the form, or out of a window that asked whether
// the sharer is sure.
func shareIn(in slack.InteractionCallback) (s Share, ok bool) {
	switch in.View.CallbackID {
	case callbackOutside:
		ok = json.Unmarshal([]byte(in.View.PrivateMetadata), &s) == nil
		s.View = in.View.ID
		return s, ok
	case callbackSure:
		ok = json.Unmarshal([]byte(in.View.PrivateMetadata), &s) == nil
		s.View, s.Sure = in.View.ID+":sure", true // the same window, and another question
		return s, ok
	}
	var from shareOrigin
	if in.View.CallbackID != callbackShare || in.View.State == nil || json.Unmarshal([]byte(in.View.PrivateMetadata), &from) != nil {
		return s, false
	}
	values := in.View.State.Values
	s = Share{
		View: in.View.ID, From: from.Channel, Channel: values[blockChannel][blockChannel].SelectedConversation, Comment: values[blockComment][blockComment].Value,
	}
	if from.Thread != "" {
		s.Channel, s.Thread = from.Channel, from.Thread
	}
	for _, o := range values[blockCases][blockCases].SelectedOptions {
		s.Cases = append(s.Cases, cases.ID(o.Value))
	}
	if len(s.Cases) == 0 {
		s.Cases = []cases.ID{from.Case}
	}
	if len(values[blockQuestion][blockQuestion].SelectedOptions) > 0 {
		s.Question = from.Question
	}
	return s, true
}
