package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/jirei/jirei/bot/command"
)

// listen keeps the sockets open until ctx ends, or Slack refuses us for good.
func (b *Bot) listen(ctx context.Context) error {
	n := b.cfg.Sockets
	if n == 0 {
		n = 2
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wait sync.WaitGroup
	errs := make(chan error, n)
	for range n {
		c := socketmode.New(b.api, socketmode.OptionReadLimit(1<<20), socketmode.OptionLog(log.New(io.Discard, "", 0)))
		wait.Add(2)
		go func() {
			defer wait.Done()
			b.receive(ctx, c)
		}()
		go func() {
			defer wait.Done()
			if err := c.RunContext(ctx); ctx.Err() == nil { // it returns for no other reason than an error or ctx
				errs <- fmt.Errorf("Slack refused the connection: %w\nSLACK_APP_TOKEN must be an App-Level Token (xapp-…) with connections:write, of an app with Socket Mode on", err)
				cancel()
			}
		}()
	}
	wait.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return ctx.Err()
	}
}

// receivers is how many envelopes of one socket are worked on at once. Each
// waits for one fsync; SQLite takes them one at a time anyway, so more would
// only hide a queue.
const receivers = 8

func (b *Bot) receive(ctx context.Context, c *socketmode.Client) {
	var wait sync.WaitGroup
	defer wait.Wait()
	for range receivers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for {
				select {
				case <-ctx.Done():
					return
				case e := <-c.Events:
					b.take(ctx, c, e)
				}
			}
		}()
	}
}

// take makes sure that what an envelope asks for is on the disk, and then
// acknowledges it. What cannot be stored is not acknowledged: Slack sends it again.
func (b *Bot) take(ctx context.Context, c *socketmode.Client, e socketmode.Event) {
	ack := func(payload ...any) {
		if err := c.Ack(*e.Request, payload...); err != nil {
			b.log.Warn("acknowledging", "error", err) // Slack sends it again; the keys are seen
		}
	}
	var err error
	switch e.Type {
	case socketmode.EventTypeEventsAPI:
		if err = b.event(ctx, e.Data.(slackevents.EventsAPIEvent)); err == nil {
			ack()
		}
	case socketmode.EventTypeSlashCommand:
		err = b.command(ctx, e.Request.EnvelopeID, e.Data.(slack.SlashCommand), ack)
	case socketmode.EventTypeInteractive:
		err = b.interaction(ctx, e.Request.EnvelopeID, e.Data.(slack.InteractionCallback), ack)
	case socketmode.EventTypeErrorBadMessage:
		b.ackUnknown(c, e)
	case socketmode.EventTypeConnectionError:
		b.log.Warn("the connection to Slack failed; trying again")
	default:
		if e.Request != nil && e.Request.EnvelopeID != "" {
			ack()
		}
	}
	if err != nil && ctx.Err() == nil {
		b.log.Error("not acknowledged, so that Slack sends it again", "type", e.Type, "error", err)
	}
}

// ackUnknown acknowledges an envelope whose event slack-go cannot read: it
// would otherwise come again and again.
func (b *Bot) ackUnknown(c *socketmode.Client, e socketmode.Event) {
	bad, ok := e.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return
	}
	var id struct {
		EnvelopeID string `json:"envelope_id"`
	}
	if json.Unmarshal(bad.Message, &id) == nil && id.EnvelopeID != "" {
		if err := c.Ack(socketmode.Request{EnvelopeID: id.EnvelopeID}); err != nil {
			b.log.Warn("acknowledging an unknown event", "error", err)
		}
	}
}

// event stores what an event asks for; most events ask for nothing.
func (b *Bot) event(ctx context.Context, e slackevents.EventsAPIEvent) error {
	var id, client string
	if cb, ok := e.Data.(*slackevents.EventsAPICallbackEvent); ok {
		id = cb.EventID
		if cb.InnerEvent != nil {
			var inner struct {
				ClientMsgID string `json:"client_msg_id"`
			}
			if json.Unmarshal(*cb.InnerEvent, &inner) == nil {
				client = inner.ClientMsgID
			}
		}
	}
	var env envelope
	var ok bool
	switch in := e.InnerEvent.Data.(type) {
	case *slackevents.AppMentionEvent:
		env, ok = b.fromMention(e.TeamID, id, in)
	case *slackevents.MessageEvent:
		env, ok = b.fromMessage(e.TeamID, id, client, in)
	}
	if !ok {
		return nil
	}
	if !env.request.Addressed {
		ours, err := b.record.HasThread(ctx, thread(env.request))
		if err != nil || !ours {
			return err
		}
	}
	_, err := b.inbox.Put(ctx, workQuestion, env.keys, env.request)
	return err
}

// command stores a slash command and acknowledges it in silence. A line like
// "searching…" in the acknowledgement may reach Slack after the answer, which
// takes another connection, and then stands below it for good.
func (b *Bot) command(ctx context.Context, id string, in slack.SlashCommand, ack func(...any)) error {
	if c := (command.Reader{Conditions: func(string) bool { return false }}).Read(in.Text); c.Kind == command.Share {
		ack()
		b.atOnce(ctx, func(ctx context.Context) { b.openShare(ctx, in, c) })
		return nil
	}
	env := fromCommand(id, in)
	env.request.Locale = b.people.known(in.UserID)
	if _, err := b.inbox.Put(ctx, workQuestion, env.keys, env.request); err != nil {
		return err
	}
	ack()
	return nil
}

// interaction routes buttons and submissions.
func (b *Bot) interaction(ctx context.Context, id string, in slack.InteractionCallback, ack func(...any)) error {
	switch in.Type {
	case slack.InteractionTypeBlockActions:
		if isFacet(in) {
			return b.pressFacet(ctx, id, in, ack)
		}
		if isPublish(in) {
			return b.pressPublish(ctx, id, in, ack)
		}
		ack()
		do := b.press
		if isTurn(in) {
			do = b.turn
		}
		b.atOnce(ctx, func(ctx context.Context) { do(ctx, in) })
	case slack.InteractionTypeViewSubmission:
		return b.submit(ctx, id, in, ack)
	default:
		ack()
	}
	return nil
}

// atOnce runs what cannot wait and is not worth repeating: opening a modal.
func (b *Bot) atOnce(ctx context.Context, do func(context.Context)) {
	select {
	case b.immediate <- struct{}{}:
	case <-ctx.Done():
		return
	}
	b.wait.Add(1)
	go func() {
		defer b.wait.Done()
		defer func() { <-b.immediate }()
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		do(ctx)
	}()
}

// slackError returns Slack's own name of an error, "" for others.
func slackError(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	return ""
}
