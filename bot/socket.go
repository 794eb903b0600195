package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"sync"

	"github.com/slack-go/slack/socketmode"
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
