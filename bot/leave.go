package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack/slackevents"
)

// errGone ends Run where Slack has removed us from the workspace.
var errGone = errors.New("jirei was removed from its workspace")

// leave is what is done when the app was uninstalled or its token revoked: the
// workspace's text is deleted before Slack is told that we know, and work ends.
func (b *Bot) leave(ctx context.Context, e slackevents.EventsAPIEvent) error {
	if in, ok := e.InnerEvent.Data.(*slackevents.TokensRevokedEvent); ok && !slices.Contains(in.Tokens.Bot, b.self.user) {
		return nil // a person's token, of which we have none
	}
	if err := b.erase(ctx); err != nil {
		return err
	}
	b.gone.Store(true)
	return nil
}

// erase deletes all text of the workspace: work, also what runs, whose fence
// then stops it, and memory.
func (b *Bot) erase(ctx context.Context) error {
	if err := b.inbox.Drop(ctx, b.self.team); err != nil {
		return err
	}
	return b.record.ForgetTeam(ctx, b.self.team)
}

// leftBehind deletes what was stored while the last deliveries and the last work
// ended, and says why Run ends.
func (b *Bot) leftBehind(ctx context.Context) error {
	err := b.inbox.Drop(ctx, b.self.team)
	err = errors.Join(err, b.inbox.Stop(ctx), b.record.ForgetTeam(ctx, b.self.team))
	return errors.Join(fmt.Errorf("%w (%s), says Slack. The questions and answers kept of it are deleted\nTo use jirei there again, install the app again and set the new SLACK_BOT_TOKEN", errGone, b.self.team), err)
}
