package bot

import (
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/inbox"
)

// final says that trying again cannot help: the place or our right to it is gone.
func final(err error) bool {
	switch slackError(err) {
	case "channel_not_found", "is_archived", "not_in_channel", "thread_not_found", "message_not_found", "cannot_reply_to_message",
		"restricted_action", "restricted_action_read_only_channel", "user_not_found", "user_not_in_channel", "token_revoked",
		"cant_update_message", "edit_window_closed", "account_inactive", "invalid_auth", "not_authed", "missing_scope", "org_login_required", "cannot_dm_bot", "user_disabled":
		return true
	}
	return false
}

// retryable wraps an error of Slack for the inbox: never again, after the time
// Slack says, or as usual.
func retryable(doing string, err error) error {
	if err == nil {
		return nil
	}
	if final(err) {
		return fmt.Errorf("%s: %w: %w", doing, err, inbox.ErrGiveUp)
	}
	if limited := rateLimited(err); limited != nil {
		return inbox.RetryAfter(limited.RetryAfter, fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// slackError returns Slack's own name of an error, "" for others.
func slackError(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	return ""
}
