package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
)

// actionUnsubscribe ends the subscription that its value names.
const actionUnsubscribe = "unsubscribe"

// manySubscriptions is how many one person can have.
const manySubscriptions = 10

// far is how far ahead no due time lies, unless a clock was wrong when it was
// reckoned: a week, and another for a clock that has since been set back.
const far = 15 * 24 * time.Hour

// nextTime is the first time after now at which it is that minute of that
// weekday in a zone. A time that the change to summer time leaves out comes an
// hour off; one that its end brings twice comes once, since the next is a week on.
func nextTime(now time.Time, day time.Weekday, minute int, zone *time.Location) time.Time {
	local := now.In(zone)
	ahead := (int(day-local.Weekday()) + 7) % 7
	for ; ; ahead += 7 {
		at := time.Date(local.Year(), local.Month(), local.Day()+ahead, minute/60, minute%60, 0, 0, zone)
		if at.After(now) {
			return at
		}
	}
}

// location reads a zone's name; Japan's where this machine does not know it.
func location(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		return zone
	}
	return time.FixedZone("Asia/Tokyo", 9*60*60)
}

// subscription does what 購読 asks for.
func (b *Bot) subscription(ctx context.Context, in render, r Request, c command.Command) (message, error) {
	known, err := b.record.Subscriptions(ctx, r.Team, r.User)
	if err != nil {
		return message{}, err
	}
	if c.Do == command.Show {
		return b.subscriptionList(ctx, in, known), nil
	}
	channel := c.Channel.ID
	if channel == "" && c.Channel.Name != "" {
		if channel = b.channelNamed(ctx, c.Channel.Name); channel == "" {
			return plain(in.p.NoChannel(short(c.Channel.Name, 100))), nil
		}
	}
	if c.Do == command.Stop {
		return b.stopSubscription(ctx, in, known, channel)
	}
	if channel == "" {
		channel = r.Channel
	}
	if why := b.unpostable(ctx, in.p, channel); why != "" {
		return plain(why), nil
	}
	zone := location(b.people.zone(ctx, r.User))
	s := record.Subscription{
		ID: r.Key, Team: r.Team, By: r.User, Channel: channel, Zone: zone.String(), Locale: string(in.locale()), Weekday: c.At.Day, Minute: c.At.Minute,
		Due: nextTime(b.now(), c.At.Day, c.At.Minute, zone), At: b.now(),
	}
	for _, k := range known {
		if k.Channel == s.Channel && k.Weekday == s.Weekday && k.Minute == s.Minute {
			s.Due = k.Due // asked for twice
			return b.subscribed(ctx, in, s, zone), nil
		}
	}
	if len(known) >= manySubscriptions {
		return b.subscriptionList(ctx, in, known), nil
	}
	if err := b.record.Subscribe(ctx, s); err != nil {
		return message{}, err
	}
	return b.subscribed(ctx, in, s, zone), nil
}

// locale is the language of a render's phrases.
func (r render) locale() phrases.Locale {
	if r.p == phrases.For(phrases.English) {
		return phrases.English
	}
	return phrases.Japanese
}

func (b *Bot) subscribed(ctx context.Context, in render, s record.Subscription, zone *time.Location) message {
	return plain(in.p.Subscribed(b.placeName(ctx, in.p, s.Channel), in.p.When(s.Weekday, s.Minute, s.Zone), s.Due.In(zone)))
}

// placeName is how people know a channel, or a direct message.
func (b *Bot) placeName(ctx context.Context, p *phrases.Phrases, channel string) string {
	if strings.HasPrefix(channel, "D") {
		return p.DirectMessage
	}
	return b.channelName(ctx, p, channel)
}

// unpostable says why jirei cannot post to a channel, "" where it can.
func (b *Bot) unpostable(ctx context.Context, p *phrases.Phrases, channel string) string {
	c, err := b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
	switch {
	case err != nil:
		return p.NotInChannel(p.ThatChannel)
	case c.IsArchived:
		return p.NotShared("is_archived")
	case c.IsMember || c.IsIM || b.join(ctx, channel):
		return ""
	}
	return p.NotInChannel("#" + c.Name)
}

func (b *Bot) stopSubscription(ctx context.Context, in render, known []record.Subscription, channel string) (message, error) {
	var lines []string
	for _, s := range known {
		if channel != "" && s.Channel != channel || channel == "" && len(known) > 1 {
			continue // of several, the list lets choose
		}
		if _, err := b.record.Unsubscribe(ctx, s.ID); err != nil {
			return message{}, err
		}
		lines = append(lines, in.p.Unsubscribed(b.placeName(ctx, in.p, s.Channel), in.p.When(s.Weekday, s.Minute, s.Zone)))
	}
	if len(lines) == 0 {
		return b.subscriptionList(ctx, in, known), nil
	}
	return plain(strings.Join(lines, "\n")), nil
}

// subscriptionList shows somebody's subscriptions, each with a button that ends it.
func (b *Bot) subscriptionList(ctx context.Context, in render, known []record.Subscription) message {
	if len(known) == 0 {
		return plain(in.p.SubscriptionNone + "\n" + in.p.SubscriptionHow())
	}
	m := message{text: in.p.SubscriptionsAre, blocks: []slack.Block{notesBlock("list", []string{in.p.SubscriptionsAre})}}
	for i, s := range known {
		line := in.p.Subscription(b.placeName(ctx, in.p, s.Channel), in.p.When(s.Weekday, s.Minute, s.Zone))
		m.text += "\n" + line
		m.blocks = append(m.blocks, notesBlock(fmt.Sprintf("line-%d", i), []string{line}),
			slack.NewActionBlock(fmt.Sprintf("stop-%d", i), in.button(actionUnsubscribe, s.ID, in.p.StopSubscription, line)))
	}
	m.blocks = append(m.blocks, slack.NewContextBlock("how", plainText(in.p.SubscriptionHow(), 2000)))
	m.short = m.text
	return fit(m)
}

// isUnsubscribe says that a button ends a subscription.
func isUnsubscribe(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && actions[0].ActionID == actionUnsubscribe
}

// pressUnsubscribe ends a subscription before it acknowledges; only the
// subscriber's press does.
func (b *Bot) pressUnsubscribe(ctx context.Context, in slack.InteractionCallback, ack func(...any)) error {
	ending, cancel := context.WithTimeout(ctx, cmp.Or(b.cfg.StoreIn, storeIn))
	defer cancel()
	s, err := b.record.Subscription(ending, in.ActionCallback.BlockActions[0].Value)
	over := errors.Is(err, record.ErrNone)
	if err == nil && s.By == in.User.ID {
		_, err = b.record.Unsubscribe(ending, s.ID)
	}
	if err != nil && !over {
		return err
	}
	ack()
	b.atOnce(ctx, func(ctx context.Context) {
		p := phrases.For(b.people.locale(ctx, in.User.ID))
		switch {
		case over:
			b.aside(ctx, in, p.SubscriptionOver)
		case s.By != in.User.ID:
			b.aside(ctx, in, p.NotSubscriber)
		default:
			b.aside(ctx, in, p.Unsubscribed(b.placeName(ctx, p, s.Channel), p.When(s.Weekday, s.Minute, s.Zone)))
		}
	})
	return nil
}
