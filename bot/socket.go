package bot

import (
	"cmp"
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
					b.received(ctx, c, e)
				}
			}
		}()
	}
}

// received takes what came over a socket. What is not acknowledged Slack sends again.
func (b *Bot) received(ctx context.Context, c *socketmode.Client, e socketmode.Event) {
	ack := func(payload ...any) {
		if err := c.Ack(*e.Request, payload...); err != nil {
			b.log.Warn("acknowledging", "error", err) // Slack sends it again; the keys are seen
		}
	}
	switch {
	case e.Type == socketmode.EventTypeErrorBadMessage:
		b.ackUnknown(c, e)
	case e.Type == socketmode.EventTypeConnectionError:
		b.log.Warn("the connection to Slack failed; trying again")
	case e.Request == nil || e.Request.EnvelopeID == "":
		// About the connection, or nothing that Slack would send.
	default:
		_ = b.take(ctx, delivery{id: e.Request.EnvelopeID, retry: e.Request.RetryAttempt, data: e.Data, ack: ack})
	}
}

// ackUnknown acknowledges an envelope whose event slack-go cannot read: it
// would otherwise come again and again.
func (b *Bot) ackUnknown(c *socketmode.Client, e socketmode.Event) {
	bad, ok := e.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return
	}
	var in struct {
		EnvelopeID string `json:"envelope_id"`
		Payload    struct {
			Event struct {
				Type string `json:"type"`
			} `json:"event"`
		} `json:"payload"`
	}
	_ = json.Unmarshal(bad.Message, &in) // what can be read of it
	if in.EnvelopeID == "" {
		return
	}
	b.ignored(in.Payload.Event.Type)
	if err := c.Ack(socketmode.Request{EnvelopeID: in.EnvelopeID}); err != nil {
		b.log.Warn("acknowledging an unknown event", "error", err)
	}
}

// event stores what an event asks for; most events ask for nothing.
func (b *Bot) event(ctx context.Context, e slackevents.EventsAPIEvent) error {
	if in, ok := e.InnerEvent.Data.(*slackevents.MessageEvent); ok {
		if c, ok := b.changed(e.TeamID, in); ok {
			return b.change(ctx, eventID(e), c)
		}
	}
	env, ok := b.asked(e)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(b.cfg.StoreIn, storeIn))
	defer cancel()
	if !env.request.Addressed {
		ours, err := b.record.HasThread(ctx, thread(env.request))
		if err != nil || !ours {
			return err
		}
	}
	_, err := b.store(ctx, workQuestion, env.keys, env.request)
	return err
}

// eventID is Slack's name of an event, "" where it says none.
func eventID(e slackevents.EventsAPIEvent) string {
	if cb, ok := e.Data.(*slackevents.EventsAPICallbackEvent); ok {
		return cb.EventID
	}
	return ""
}

// asked is the question in an event; false where there is none.
func (b *Bot) asked(e slackevents.EventsAPIEvent) (envelope, bool) {
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
	switch in := e.InnerEvent.Data.(type) {
	case *slackevents.AppMentionEvent:
		return b.fromMention(e.TeamID, id, in)
	case *slackevents.MessageEvent:
		return b.fromMessage(e.TeamID, id, client, in)
	}
	return envelope{}, false
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
	if _, err := b.store(ctx, workQuestion, env.keys, env.request); err != nil {
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
		if isFeedback(in) {
			return b.pressFeedback(ctx, id, in, ack)
		}
		if isRetract(in) {
			return b.pressRetract(ctx, id, in, ack)
		}
		if isUnsubscribe(in) {
			return b.pressUnsubscribe(ctx, in, ack)
		}
		if isExport(in) {
			return b.pressExport(ctx, in, ack)
		}
		ack()
		do := b.press
		switch {
		case isTurn(in):
			do = b.turn
		case isFind(in):
			do = b.find
		case isHomeAsk(in):
			do = b.askHome
		}
		b.atOnce(ctx, func(ctx context.Context) { b.admitting(do)(ctx, in) })
	case slack.InteractionTypeViewSubmission:
		if in.View.CallbackID == callbackFind {
			return b.submitFind(ctx, in, ack)
		}
		return b.submit(ctx, id, in, ack)
	case slack.InteractionTypeShortcut, slack.InteractionTypeMessageAction:
		ack()
		if s, ok := b.surface.shortcut(in.CallbackID); ok {
			b.atOnce(ctx, func(ctx context.Context) {
				b.admitting(func(ctx context.Context, in slack.InteractionCallback) { s.do(b, ctx, in) })(ctx, in)
			})
		}
	default:
		ack()
	}
	return nil
}

// atOnce runs what cannot wait and is not worth repeating: opening a modal. It
// outlives ctx, which over HTTP ends with the acknowledgement; Run waits for it.
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
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
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
