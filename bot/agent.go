package bot

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/retrieval"
)

// home is what happens when somebody opens jirei: in the messages tab the
// suggested prompts stand ready. A message each time would be a bore.
func (b *Bot) home(ctx context.Context, e slackevents.EventsAPIEvent) error {
	in, ok := e.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent)
	if ok && in.Tab == "messages" && in.User != "" && in.Channel != "" {
		b.atOnce(ctx, func(ctx context.Context) { b.suggest(ctx, in.User, in.Channel) })
	}
	if ok && in.Tab == "home" && in.User != "" {
		b.atOnce(ctx, func(ctx context.Context) { b.publishHome(ctx, in.User) })
	}
	return nil
}

// settingPrompts is which prompts a person has: they stay until others are set.
const settingPrompts = "prompts"

// suggest sets the prompts of a person's direct message, once for each language
// and wording.
func (b *Bot) suggest(ctx context.Context, user, channel string) {
	b.suggesting.Lock() // opened twice at once, they are set once
	defer b.suggesting.Unlock()
	locale := b.people.locale(ctx, user)
	p := phrases.For(locale)
	prompts := make([]slack.AssistantThreadsPrompt, len(p.Prompts))
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.Greeting))
	for i, pair := range p.Prompts {
		prompts[i] = slack.AssistantThreadsPrompt{Title: pair[0], Message: pair[1]}
		_, _ = h.Write([]byte("\n" + pair[0] + "\n" + pair[1]))
	}
	has, scope := fmt.Sprintf("%s %08x", locale, h.Sum32()), b.self.team+"/"+user
	if had, err := b.record.Setting(ctx, scope, settingPrompts); err == nil && had == has {
		return
	}
	err := b.api.SetAssistantThreadsSuggestedPromptsContext(ctx, slack.AssistantThreadsSetSuggestedPromptsParameters{ChannelID: channel, Title: p.Greeting, Prompts: prompts})
	if err == nil {
		err = b.record.Set(ctx, scope, settingPrompts, has)
	}
	if err != nil {
		b.log.Warn("suggesting prompts", "error", err) // they are set when it is opened the next time
	}
}

// status says whether somebody is at it, in an agent session: a courtesy.
func (p threadPlace) status(ctx context.Context, status string) {
	if !p.r.Direct {
		return
	}
	_, _ = p.bot.api.SetAgentSessionStatusContext(ctx, slack.AgentSessionSetStatusParameters{ChannelID: p.r.Channel, ThreadTS: p.r.Thread, Status: status})
}

// longName is how much of a question names its session: a line in a list.
const longName = 60

// title names a session by its first question. Whoever renames it later keeps
// the name: no later question does this.
func (p threadPlace) title(ctx context.Context) {
	if text := retrieval.Clean(p.r.Text); p.r.Direct && p.r.Thread == p.r.TS && retrieval.Asks(text) {
		_, _ = p.bot.api.RenameAgentSessionContext(ctx, slack.AgentSessionRenameParameters{Title: short(text, longName), ChannelID: p.r.Channel, ThreadTS: p.r.Thread})
	}
}

// showEvery is how often a summary that is being written is shown anew: Slack
// advises to change a message no more often.
const showEvery = 3 * time.Second

// early shows answers that are being written beside the writing, so that a slow
// Slack does not hold up the model, nor the model the cases. Only the latest is
// shown; wait ends it.
func early(ctx context.Context, at place) (show func(message), wait func()) {
	latest, over, ended := make(chan message, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-over:
				return
			case m := <-latest:
				at.Show(ctx, m)
			}
			select {
			case <-over:
				return
			case <-time.After(showEvery):
			}
		}
	}()
	show = func(m message) {
		select {
		case <-latest:
		default:
		}
		latest <- m
	}
	return show, func() {
		close(over)
		<-ended
	}
}

// errChanged ends the work on a question that is not what it was.
var errChanged = errors.New("the question was changed")

// asking is what this bot works on: the question's key, its thread, and how to end it.
type asking struct {
	mu  sync.Mutex
	now map[string]struct {
		thread record.Thread
		end    context.CancelCauseFunc
	}
}

// begin returns the context of the work on a question, and what ends it.
func (a *asking) begin(ctx context.Context, r Request) (context.Context, func()) {
	ctx, end := context.WithCancelCause(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.now == nil {
		a.now = map[string]struct {
			thread record.Thread
			end    context.CancelCauseFunc
		}{}
	}
	a.now[r.Key] = struct {
		thread record.Thread
		end    context.CancelCauseFunc
	}{thread(r), end}
	return ctx, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.now, r.Key)
		end(nil)
	}
}

// change ends the work on a question that was edited or deleted.
func (a *asking) change(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if q, ok := a.now[key]; ok {
		q.end(errChanged)
	}
}

// stop ends the work on what was asked in a thread; false where there is none.
func (a *asking) stop(at record.Thread) (found bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, q := range a.now {
		if q.thread == at {
			found = true
			q.end(answer.ErrStopped)
		}
	}
	return found
}

// stopKey is under which key the record has when a thread was stopped: work that
// waits, or that another bot takes up, sees it there.
func stopKey(at record.Thread) string { return "s:" + at.Team + ":" + at.Channel + ":" + at.TS }

// stopped is the button Stop of an agent session.
func (b *Bot) stopped(ctx context.Context, e slackevents.EventsAPIEvent) error {
	in, ok := e.InnerEvent.Data.(*slackevents.AgentSessionStoppedEvent)
	if !ok || in.Channel == "" || in.ThreadTimestamp == "" {
		return nil
	}
	at := record.Thread{Team: b.self.team, Channel: in.Channel, TS: in.ThreadTimestamp}
	storing, cancel := context.WithTimeout(ctx, storeIn)
	defer cancel()
	if err := b.record.SaveChange(storing, at.Team, stopKey(at), record.Change{TS: in.EventTimestamp}); err != nil {
		return err
	}
	if !b.asking.stop(at) { // Slack leaves it to us to end the status
		b.atOnce(ctx, func(ctx context.Context) {
			threadPlace{bot: b, r: Request{Direct: true, Channel: at.Channel, Thread: at.TS}}.status(ctx, slack.AgentSessionStatusActive)
		})
	}
	return nil
}

// isStopped says that a thread was stopped after a question was asked there.
func (b *Bot) isStopped(ctx context.Context, r Request) (bool, error) {
	if !r.Direct {
		return false, nil
	}
	c, err := b.record.Change(ctx, stopKey(thread(r)))
	return c.TS > r.TS, err // of one length, so they compare as text
}
