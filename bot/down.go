package bot

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/jirei/jirei/bot/phrases"
)

// storeIn bounds what stands between an envelope and its acknowledgement, for
// which Slack waits 3 s. The store answers in milliseconds, or is away.
const storeIn = 2500 * time.Millisecond

// store puts work into the inbox, in time for an acknowledgement.
func (b *Bot) store(ctx context.Context, kind string, keys []string, payload any) (fresh bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(b.cfg.StoreIn, storeIn))
	defer cancel()
	return b.inbox.Put(ctx, kind, keys, payload)
}

// regret is for what could not be stored. An event is not acknowledged: Slack
// sends it again, up to three times in five minutes, and then it is answered.
// Anything else comes once: it is acknowledged, and who sent it is told, alone,
// to try again.
func (b *Bot) regret(ctx context.Context, d delivery) {
	switch in := d.data.(type) {
	case slackevents.EventsAPIEvent:
		if d.retry == 0 {
			b.atOnce(ctx, func(ctx context.Context) { b.unheard(ctx, in) })
		}
	case slack.SlashCommand:
		d.ack()
		b.atOnce(ctx, func(ctx context.Context) { b.unstored(ctx, in.UserID, in.ResponseURL) })
	case slack.InteractionCallback:
		if in.Type == slack.InteractionTypeViewSubmission {
			// The form stays, with what was written into it.
			p := phrases.For(b.people.known(in.User.ID))
			for _, block := range in.View.Blocks.BlockSet {
				if field, ok := block.(*slack.InputBlock); ok {
					d.ack(slack.NewErrorsViewSubmissionResponse(map[string]string{field.BlockID: p.Unstored}))
					return
				}
			}
			said := notice(p, in.View.Title.Text, p.Unstored)
			d.ack(slack.NewUpdateViewSubmissionResponse(&said))
			return
		}
		d.ack()
		b.atOnce(ctx, func(ctx context.Context) { b.unstored(ctx, in.User.ID, in.ResponseURL) })
	}
}

func (b *Bot) unstored(ctx context.Context, user, url string) {
	p := phrases.For(b.people.locale(ctx, user))
	if err := b.respond(ctx, url, plain(p.Unstored), false); err != nil {
		b.log.Warn("saying that nothing could be stored", "error", err)
	}
}

// unheard tells who asked that the answer comes late: once in a thread, and
// only by the one event that each question has (a mention in a channel also
// comes as a message), at its first delivery.
func (b *Bot) unheard(ctx context.Context, e slackevents.EventsAPIEvent) {
	_, mention := e.InnerEvent.Data.(*slackevents.AppMentionEvent)
	env, ok := b.asked(e)
	r := env.request
	if !ok || !mention && !r.Direct || !b.told.first(r.Channel+"/"+r.Thread) {
		return
	}
	text := phrases.For(b.locale(ctx, r)).Unheard
	if _, err := b.api.PostEphemeralContext(ctx, r.Channel, r.User, slack.MsgOptionText(text, true), slack.MsgOptionTS(r.Thread)); err != nil {
		b.log.Warn("saying that the answer is late", "error", err)
	}
}

// told are the threads in which somebody has been told to wait.
type told struct {
	mu      sync.Mutex
	threads map[string]bool
}

// first says that a thread is new to it.
func (t *told) first(thread string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.threads == nil || len(t.threads) > 10_000 { // an outage with so many is told twice rather than remembered for ever
		t.threads = map[string]bool{}
	}
	was := t.threads[thread]
	t.threads[thread] = true
	return !was
}
