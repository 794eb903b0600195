package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/jirei/jirei/bot/command"
)

// delivery is one thing that Slack delivered, over a socket (socket.go) or by a
// request (http.go).
type delivery struct {
	id    string // of what it came in: names it where Slack gives it no trigger
	retry int    // how often Slack has sent it before
	data  any    // slackevents.EventsAPIEvent, slack.SlashCommand or slack.InteractionCallback
	ack   func(payload ...any)
}

// take makes sure that what a delivery asks for is on the disk, and then
// acknowledges it, whichever way it came. What cannot be stored is in down.go.
func (b *Bot) take(ctx context.Context, d delivery) error {
	if !b.ours(d.data) {
		d.ack() // sending it again would not make it ours
		return nil
	}
	var err error
	switch in := d.data.(type) {
	case slackevents.EventsAPIEvent:
		if err = b.happened(ctx, in); err == nil {
			d.ack()
		}
	case slack.SlashCommand:
		err = b.command(ctx, d.id, in, d.ack)
	case slack.InteractionCallback:
		err = b.interaction(ctx, d.id, in, d.ack)
	default:
		d.ack()
	}
	if err != nil && ctx.Err() == nil {
		b.log.Error("what was asked could not be stored", "error", err)
		b.regret(ctx, d)
	}
	if b.gone.Load() {
		b.end(errGone)
	}
	return err
}

// ours says that a delivery is for this app in this workspace. In a channel
// that two companies share, an event may be about the other one's people: then
// the authorization says that it is for us.
func (b *Bot) ours(data any) bool {
	var teams []string
	var app string
	switch in := data.(type) {
	case slackevents.EventsAPIEvent:
		teams, app = []string{in.TeamID}, in.APIAppID
		if cb, ok := in.Data.(*slackevents.EventsAPICallbackEvent); ok {
			for _, a := range cb.Authorizations {
				teams = append(teams, a.TeamID)
			}
		}
	case slack.SlashCommand:
		teams, app = []string{in.TeamID}, in.APIAppID
	case slack.InteractionCallback:
		teams, app = []string{in.Team.ID, in.View.AppInstalledTeamID}, in.APIAppID
	default:
		return true // of a kind to come: there is nothing in it to do
	}
	if slices.Contains(teams, b.self.team) && (b.self.app == "" || app == b.self.app) {
		return true
	}
	if n := b.strangers.add(teams[0] + " " + app); telling(n) {
		b.log.Warn("refused what is for another workspace or app; this bot has one of each", "team", short(teams[0], longID), "app", short(app, longID), "times", n)
	}
	return false
}

// happened does what the surface says about an event, or counts it.
func (b *Bot) happened(ctx context.Context, e slackevents.EventsAPIEvent) error {
	if limited, ok := e.Data.(*slackevents.EventsAPIAppRateLimited); ok {
		b.log.Warn("Slack withholds events: more than 30,000 in an hour", "minute", limited.MinuteRateLimited)
		return nil
	}
	known, ok := b.surface.event(e.InnerEvent.Type)
	if !ok {
		b.ignored(e.InnerEvent.Type)
		return nil
	}
	return known.do(b, ctx, e)
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

// ignored counts what this version does not know.
func (b *Bot) ignored(kind string) {
	if n := b.unknown.add(kind); telling(n) {
		b.log.Info("ignored an event of a type that this version does not know", "type", short(kind, longID), "times", n)
	}
}

// longID is how much of a name that came over the wire a log line holds.
const longID = 40

// tally counts things by name. The names come over the wire, so there is a limit.
type tally struct {
	mu    sync.Mutex
	times map[string]int
}

const longTally = 1000

func (t *tally) add(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.times == nil {
		t.times = map[string]int{}
	}
	if name = short(name, 2*longID); t.times[name] == 0 && len(t.times) >= longTally {
		name = "…"
	}
	t.times[name]++
	return t.times[name]
}

// telling says that the nth time is worth a line in the log: 1, 2, 4, 8 and so on.
func telling(n int) bool { return n&(n-1) == 0 }
