package phrases

import (
	"fmt"
	"strings"
	"time"
)

// memory are the words about what jirei keeps: opinions, people's companies,
// subscriptions, and what was shared.
type memory struct {
	Good, Bad, OffTheMark, GoodHint, BadHint         string
	Thanks, WhyBad, WhyBadAsk, OwnWords, Send        string
	Reasons                                          [5]string // in the order of the bot's own names for them
	companyIs, companyNone, companyGone, companyHow  string
	companyNear, companyPart, companyFar, companyAsk string
	weekdays                                         [7]string
	subscribed, subscription, subscriptionHow        string
	SubscriptionNone, SubscriptionsAre               string
	unsubscribed, SubscriptionOver, subscriptionLost string
	NotSubscriber, StopSubscription, weekly          string
	dayTime                                          string
	DirectMessage, weeklyHead, weeklyHeadSomeone     string
	Retract, RetractAsk, RetractYes, Retracted       string
	NotSharer, GoneAlready                           string
	manyMembers, ShareAnyway, manyMembersTold        string
	ShareCases, ShareQuestion, sharedQuestion        string
	sharedMany, sharedManyBy, sharedManyBySomeone    string
}

// CompanyIs shows a person's company back; company is Facets'.
func (p *Phrases) CompanyIs(company string) string { return fmt.Sprintf(p.companyIs, company) }

// CompanyNone says that none is set, or that it was removed, and how to set one.
func (p *Phrases) CompanyNone(removed bool) string {
	if removed {
		return p.companyGone + "\n" + p.companyHow
	}
	return p.companyNone + "\n" + p.companyHow
}

// CompanyHow says how to set one.
func (p *Phrases) CompanyHow() string { return p.companyHow }

// CompanyAsk says that a question speaks of a company that is not set.
func (p *Phrases) CompanyAsk() string { return p.companyAsk + p.companyHow }

// CompanyRanks says what a person's company did to the order of an answer: some
// cases are like it in all (all), or only in these kinds of facets, or in none.
func (p *Phrases) CompanyRanks(company string, all bool, kinds []string) string {
	if all {
		return fmt.Sprintf(p.companyNear, company)
	}
	if len(kinds) == 0 {
		return fmt.Sprintf(p.companyFar, company)
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = p.facetNames[k]
	}
	return fmt.Sprintf(p.companyPart, company, strings.Join(names, p.or))
}

// When is a weekly time, with its zone: 「毎週月曜 9:00 Asia/Tokyo」.
func (p *Phrases) When(day time.Weekday, minute int, zone string) string {
	return fmt.Sprintf(p.weekly, p.weekdays[day], minute/60, minute%60, zone)
}

// Subscribed confirms a subscription; first is its first time, where the subscriber is.
func (p *Phrases) Subscribed(channel, when string, first time.Time) string {
	day := fmt.Sprintf(p.dayTime, int(first.Month()), first.Day(), p.weekdays[first.Weekday()], first.Hour(), first.Minute())
	return fmt.Sprintf(p.subscribed, channel, when, day)
}

// Subscription is one of them on a line.
func (p *Phrases) Subscription(channel, when string) string {
	return fmt.Sprintf(p.subscription, channel, when)
}

// SubscriptionHow says how to subscribe, and how to stop.
func (p *Phrases) SubscriptionHow() string { return p.subscriptionHow }

// Unsubscribed says which one has ended.
func (p *Phrases) Unsubscribed(channel, when string) string {
	return fmt.Sprintf(p.unsubscribed, channel, when)
}

// SubscriptionLost says that one had to end, with Slack's reason.
func (p *Phrases) SubscriptionLost(channel, reason string) string {
	return fmt.Sprintf(p.subscriptionLost, channel, reason)
}

// ManyMembers asks whether a share is meant for so many people.
func (p *Phrases) ManyMembers(channel string, n int) string {
	return fmt.Sprintf(p.manyMembers, channel, n)
}

// ManyMembersTold is what a sharer hears who has closed the window that asks.
func (p *Phrases) ManyMembersTold(channel string, n int) string {
	return fmt.Sprintf(p.manyMembersTold, channel, n)
}

// SharedQuestion is the question that a share answers.
func (p *Phrases) SharedQuestion(question string) string {
	return fmt.Sprintf(p.sharedQuestion, question)
}

// SharedMany confirms a share of several cases.
func (p *Phrases) SharedMany(n int, channel string) string {
	return fmt.Sprintf(p.sharedMany, n, channel)
}

// SharedManyBy says who shared several cases; name is "" where Slack does not say it.
func (p *Phrases) SharedManyBy(name string, n int) string {
	if name == "" {
		return fmt.Sprintf(p.sharedManyBySomeone, n)
	}
	return fmt.Sprintf(p.sharedManyBy, name, n)
}

// WeeklyHead heads a subscription's case; name is "" where Slack does not say it.
func (p *Phrases) WeeklyHead(name, when string) string {
	if name == "" {
		return fmt.Sprintf(p.weeklyHeadSomeone, when)
	}
	return fmt.Sprintf(p.weeklyHead, name, when)
}
