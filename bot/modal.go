package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
)

// similarShown is how many similar cases a modal shows.
const similarShown = 5

// press does what a button asks for. All of them open a modal, so nothing is
// kept and nothing is tried again: whoever sees no modal presses once more.
func (b *Bot) press(ctx context.Context, in slack.InteractionCallback) {
	if len(in.ActionCallback.BlockActions) == 0 {
		return
	}
	action := in.ActionCallback.BlockActions[0]
	id := cases.ID(action.Value)
	if action.ActionID == actionOpen {
		id = cases.ID(action.SelectedOption.Value)
	}
	p := phrases.For(b.people.locale(ctx, in.User.ID))
	reading, cancel := context.WithTimeout(ctx, cmp.Or(b.cfg.StoreIn, storeIn)) // a trigger lives 3 s: without the store there is still time to say so
	var view slack.ModalViewRequest
	var err error
	var asked pressed
	if json.Unmarshal([]byte(action.Value), &asked) == nil {
		id = asked.Case // a button on an answer knows the question, too
	}
	switch action.ActionID {
	case actionWhy:
		view, err = b.whyModal(reading, in, asked, p)
	case actionExport:
		var order exportOrder
		if json.Unmarshal([]byte(action.Value), &order) == nil {
			if order.Thread == "" && !in.Container.IsEphemeral && in.Channel.ID != "" { // below the message that was pressed
				order.Channel, order.Thread = in.Channel.ID, cmp.Or(in.Container.ThreadTs, in.Container.MessageTs)
			}
			view, err = b.exportModal(reading, p, order, "")
		}
	case actionShareForm:
		var order shareOrder
		if json.Unmarshal([]byte(action.Value), &order) == nil {
			view, err = b.shareModal(reading, render{p: p, source: b.source}, order, in.Channel.ID)
		}
	default:
		view, err = b.modal(reading, in, action.ActionID, id, asked, p)
	}
	cancel()
	if err != nil {
		b.log.Error("making a modal", "action", action.ActionID, "case", id, "error", err)
		view = notice(p, p.CaseTitle(id.Page()), p.Sorry)
	}
	if view.Type == "" {
		return // a button of a version to come
	}
	if err := b.open(ctx, in, view); err != nil && !used(err) {
		b.late(ctx, in, p, err)
	}
}

// modal makes the view for an action on a case.
func (b *Bot) modal(ctx context.Context, in slack.InteractionCallback, action string, id cases.ID, asked pressed, p *phrases.Phrases) (slack.ModalViewRequest, error) {
	c, ok, err := b.asker.Engine.Case(ctx, id)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	if !ok {
		return notice(p, p.CaseTitle(id.Page()), p.Withdrawn), nil
	}
	from := readAround(in.View.PrivateMetadata)
	r := render{p: p, source: b.source, toThread: from.Thread != ""}
	switch action {
	case actionDetails, actionOpen:
		if asked.Text != "" { // a view has no thread to look the question up in
			r.asked, r.cards = asked, 1
		}
		return r.view(c), nil
	case actionSimilar:
		hits, err := b.asker.Engine.Similar(ctx, c, similarShown)
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		return r.similar(c, bare(hits)), nil
	case actionShare:
		return b.shareOf(ctx, in, r, c, asked)
	}
	return slack.ModalViewRequest{}, nil
}

// open opens a modal, or puts it on top of the one the button was in. Slack
// stacks three; from the top of the stack the view is replaced.
func (b *Bot) open(ctx context.Context, in slack.InteractionCallback, view slack.ModalViewRequest) error {
	if in.View.ID == "" || in.View.Type == slack.VTHomeTab {
		_, err := b.api.OpenViewContext(ctx, in.TriggerID, view)
		return err
	}
	if view.PrivateMetadata == "" {
		view.PrivateMetadata = in.View.PrivateMetadata
	}
	_, err := b.api.PushViewContext(ctx, in.TriggerID, view)
	if slackError(err) == "push_limit_reached" {
		_, err = b.api.UpdateViewContext(ctx, view, "", "", in.View.ID)
	}
	return err
}

// used says that a trigger has opened its view already: Slack sent what we had
// done once more.
func used(err error) bool { return slackError(err) == "exchanged_trigger_id" }

// late tells somebody whose trigger had expired to press again.
func (b *Bot) late(ctx context.Context, in slack.InteractionCallback, p *phrases.Phrases, cause error) {
	b.log.Warn("opening a modal", "error", cause)
	text := p.Expired + p.PressAgain
	var err error
	switch {
	case in.View.ID != "" && in.View.Type != slack.VTHomeTab:
		_, err = b.api.UpdateViewContext(ctx, notice(p, p.Details, text), "", "", in.View.ID)
	case in.Type == slack.InteractionTypeMessageAction:
		err = b.respond(ctx, in.ResponseURL, plain(text), false) // also where we are no member
	case in.Channel.ID == "":
		err = b.tellAlone(ctx, in.User.ID, text) // a global shortcut and Home are in no channel
	default:
		_, err = b.api.PostEphemeralContext(ctx, in.Channel.ID, in.User.ID, slack.MsgOptionText(text, true), slack.MsgOptionTS(in.Container.ThreadTs))
	}
	if err != nil {
		b.log.Warn("saying that a trigger expired", "error", err)
	}
}

// tellAlone says something in a direct message.
func (b *Bot) tellAlone(ctx context.Context, user, text string) error {
	channel, _, _, err := b.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
	if err != nil {
		return fmt.Errorf("opening a direct message: %w", err)
	}
	_, _, err = b.api.PostMessageContext(ctx, channel.ID, slack.MsgOptionText(text, true))
	return err
}
