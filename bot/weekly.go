package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// Weekly is one send of a subscription, as the inbox keeps it.
type Weekly struct {
	Team         string    `json:"team"`
	Subscription string    `json:"subscription"`
	Due          time.Time `json:"due"`
}

// key names the send for good, whichever bot finds it due.
func (o Weekly) key() string {
	return "s:" + o.Subscription + ":" + strconv.FormatInt(o.Due.UnixMilli(), 10)
}

// lookIn is how often a bot looks for what is due: a query by an index.
const lookIn = 5 * time.Second

// keepSubscriptions makes work of what is due until ctx ends.
func (b *Bot) keepSubscriptions(ctx context.Context) {
	look := b.cfg.Look
	if look == nil {
		tick := time.NewTicker(lookIn)
		defer tick.Stop()
		look = tick.C
	}
	for failed := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-look:
		}
		err := b.lookForDue(ctx)
		if err != nil && ctx.Err() == nil && !failed {
			b.log.Warn("looking for subscriptions that are due; trying again", "error", err)
		}
		failed = err != nil
	}
}

// lookForDue puts what is due into the inbox, once for each: what was missed
// while no bot ran is due once, since its next time is then reckoned from now.
// Dying in between does no harm: the key is known, and so is the time.
func (b *Bot) lookForDue(ctx context.Context) error {
	now := b.now()
	due, err := b.record.DueBetween(ctx, b.self.team, now, now.Add(far))
	if err != nil {
		return err
	}
	for _, s := range due {
		if !s.Due.After(now) { // else a clock that was wrong has put it into next month
			o := Weekly{Team: s.Team, Subscription: s.ID, Due: s.Due}
			if _, err := b.inbox.Put(ctx, workWeekly, []string{o.key()}, o); err != nil {
				return err
			}
		}
		if err := b.record.Postpone(ctx, s, nextTime(now, s.Weekday, s.Minute, location(s.Zone))); err != nil {
			return err
		}
	}
	return nil
}

// weekly posts a subscription's case.
func (b *Bot) weekly(ctx context.Context, w *inbox.Work, o Weekly) error {
	s, err := b.record.Subscription(ctx, o.Subscription)
	if errors.Is(err, record.ErrNone) {
		return nil // stopped since
	}
	if err != nil {
		return err
	}
	// The inbox forgets keys after two days; this does not.
	if first, err := b.record.Once(ctx, o.key(), strconv.FormatInt(w.ID, 10)); err != nil || !first {
		return err
	}
	c, err := b.nextCase(ctx, s, o.Due)
	if err != nil || c.ID == "" {
		return err
	}
	p := phrases.For(phrases.Locale(s.Locale))
	m := render{p: p, source: b.source}.weekly(c, s, b.people.name(ctx, s.By))
	if _, err = b.postOnce(ctx, w, o.key(), s.Channel, "", m); err == nil {
		b.log.Info("a subscription's case", "work", w.ID, "attempt", w.Attempt)
		return nil
	}
	switch reason := slackError(err); reason {
	case "channel_not_found", "is_archived", "not_in_channel", "restricted_action", "restricted_action_read_only_channel":
		return b.endSubscription(ctx, w, s, reason)
	}
	return inbox.RetryAfter(5*time.Minute, err) // nobody waits for it: let Slack come back
}

// nextCase is what comes next: those like the subscriber's company first, then
// by importance, none twice before all have come.
func (b *Bot) nextCase(ctx context.Context, s record.Subscription, due time.Time) (cases.Case, error) {
	own, err := b.company(ctx, s.Team, s.By)
	if err != nil {
		return cases.Case{}, err
	}
	all, _, err := b.asker.Engine.Store().Select(ctx, retrieval.Facets{})
	if err != nil {
		return cases.Case{}, fmt.Errorf("reading the book: %w", err)
	}
	like := func(c cases.Case) int { return len(own.facets().Judge(c).Met) }
	slices.SortStableFunc(all, func(a, b cases.Case) int {
		return cmp.Or(cmp.Compare(like(b), like(a)), cmp.Compare(b.Stars, a.Stars), cmp.Compare(a.Page, b.Page))
	})
	order := make([]string, len(all))
	for i, c := range all {
		order[i] = string(c.ID)
	}
	chosen, err := b.record.Choose(ctx, s, due, order)
	if err != nil {
		return cases.Case{}, err
	}
	if i := slices.Index(order, chosen); i >= 0 {
		return all[i], nil
	}
	return cases.Case{}, nil // withdrawn between two attempts
}

// weekly is the message of a subscription.
func (r render) weekly(c cases.Case, s record.Subscription, name string) message {
	head := r.p.WeeklyHead(name, r.p.When(s.Weekday, s.Minute, s.Zone))
	text := short(fmt.Sprintf("%s p.%d %s", head, c.Page, c.Title), longText)
	m := message{text: text, short: text, blocks: []slack.Block{slack.NewRichTextBlock("head", slack.NewRichTextSection(said(head)))}}
	m.blocks = append(m.blocks, r.card(c, "weekly")...)
	m.blocks = append(m.blocks, slack.NewContextBlock("source", plainText(r.p.Source(c.Page), 2000)),
		slack.NewActionBlock("stop", r.button(actionUnsubscribe, s.ID, r.p.StopSubscription, "")))
	return fit(m)
}

// endSubscription ends one that cannot be served, and tells the subscriber.
func (b *Bot) endSubscription(ctx context.Context, w *inbox.Work, s record.Subscription, reason string) error {
	b.log.Warn("a subscription ends: its channel takes no posts", "work", w.ID, "reason", reason)
	p := phrases.For(phrases.Locale(s.Locale))
	channel, _, _, err := b.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{s.By}})
	if err == nil {
		err = w.Fence(ctx)
	}
	if err == nil {
		_, err = b.post(ctx, s.ID+":over", channel.ID, "", plain(p.SubscriptionLost(b.placeName(ctx, p, s.Channel), reason)))
	}
	if err != nil && !final(err) {
		return retryable("telling the subscriber", err)
	}
	_, err = b.record.Unsubscribe(ctx, s.ID)
	return err
}
