package bot

import "context"

// join enters a public channel where that is allowed; false where jirei stays
// outside and has to be invited.
func (b *Bot) join(ctx context.Context, channel string) bool {
	if !b.cfg.Join {
		return false
	}
	if _, _, _, err := b.api.JoinConversationContext(ctx, channel); err != nil {
		b.log.Warn("entering a channel", "error", err)
		return false
	}
	return true
}
