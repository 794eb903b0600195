package bot

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/phrases"
)

// people remembers names and locales of users for an hour, in memory only.
type people struct {
	api  *slack.Client
	mu   sync.Mutex
	seen map[string]person
}

type person struct {
	name   string
	zone   string // IANA
	locale phrases.Locale
	// guest and stranger: not of the workspace, or not of the organisation; team
	// and enterprise are theirs.
	guest, stranger  bool
	team, enterprise string
	at               time.Time
}

const remember = time.Hour

// locale returns a user's language, Japanese where Slack does not say.
func (p *people) locale(ctx context.Context, user string) phrases.Locale {
	return p.find(ctx, user).locale
}

// name returns how a user is called, "" where Slack does not say.
func (p *people) name(ctx context.Context, user string) string { return p.find(ctx, user).name }

// zone returns the name of a user's time zone, "" where Slack does not say.
func (p *people) zone(ctx context.Context, user string) string { return p.find(ctx, user).zone }

// known returns a language without asking Slack: for use before the ack.
func (p *people) known(user string) phrases.Locale {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[user].locale
}

func (p *people) find(ctx context.Context, user string) person {
	found, _ := p.ask(ctx, user) // an old name is better than none
	return found
}

// ask is what Slack says of a user, or said within the hour.
func (p *people) ask(ctx context.Context, user string) (person, error) {
	p.mu.Lock()
	found, ok := p.seen[user]
	p.mu.Unlock()
	if ok && time.Since(found.at) < remember {
		return found, nil
	}
	info, err := p.api.GetUserInfoContext(ctx, user)
	if err != nil {
		return found, err
	}
	found = person{
		name: info.Profile.DisplayName, locale: phrases.LocaleOf(info.Locale), zone: info.TZ, guest: info.IsRestricted || info.IsUltraRestricted,
		stranger: info.IsStranger, team: info.TeamID, enterprise: info.Enterprise.EnterpriseID, at: time.Now(),
	}
	for _, name := range []string{info.RealName, info.Name} {
		if found.name == "" {
			found.name = name
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]person{}
	}
	p.seen[user] = found
	return found, nil
}
