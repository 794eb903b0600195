package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/record"
)

// Config is what a bot is made of.
type Config struct {
	Log *slog.Logger
	// BotToken (xoxb-…) speaks, AppToken (xapp-…) opens sockets.
	BotToken, AppToken string
	// APIURL is Slack's Web API, ending in a slash; "" is the real one.
	APIURL string
	// File is the SQLite file that holds the inbox.
	File   string
	Asker  answer.Asker
	Record *record.Record
	// SourceURL is a template with {page} for the page's address, "" for none;
	// SourceOffset is added to the page in it.
	SourceURL    string
	SourceOffset int
	// Sockets is how many Socket Mode connections are kept; 0 means 2: Slack
	// refreshes each every few hours, and with one there would be a gap.
	Sockets int
}

// Bot answers in one Slack workspace.
type Bot struct {
	cfg    Config
	log    *slog.Logger
	api    *slack.Client
	http   *http.Client
	record *record.Record
	inbox  *inbox.Inbox
	asker  answer.Asker
	people people
	// self is who we are, known after connecting.
	self self
	// immediate bounds the modals being opened at once, besides the inbox's
	// own workers; wait is for them to end.
	immediate chan struct{}
	wait      sync.WaitGroup
	presses   presses
}

type self struct{ user, bot, team string }

// callTimeout bounds every call to Slack. A chat.postMessage takes under a
// second; ten is where a hanging connection is given up and looked after.
const callTimeout = 10 * time.Second

// Run connects and answers until ctx ends; it then drains. Errors are those
// that trying again does not mend: tokens that Slack refuses, a file that
// cannot be used.
func Run(ctx context.Context, cfg Config) error {
	client := &http.Client{Timeout: callTimeout}
	options := []slack.Option{slack.OptionHTTPClient(client), slack.OptionAppLevelToken(cfg.AppToken)}
	if cfg.APIURL != "" {
		options = append(options, slack.OptionAPIURL(cfg.APIURL))
	}
	b := &Bot{
		cfg: cfg, log: cfg.Log, http: client, api: slack.New(cfg.BotToken, options...),
		record: cfg.Record, asker: cfg.Asker, immediate: make(chan struct{}, 16),
	}
	b.people.api = b.api
	in, err := inbox.Open(ctx, cfg.File, b.work, inbox.Config{Log: cfg.Log, Exhausted: b.apologise})
	if err != nil {
		return err
	}
	b.inbox = in
	defer func() {
		// The inbox drains by itself when ctx ends; Stop waits for it.
		if err := in.Stop(context.WithoutCancel(ctx)); err != nil {
			b.log.Warn("stopping the inbox", "error", err)
		}
	}()
	if err := b.connect(ctx); err != nil {
		return err
	}
	if err := in.Start(ctx); err != nil {
		return fmt.Errorf("starting the inbox: %w", err)
	}
	go b.forget(ctx)
	err = b.listen(ctx)
	b.wait.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// connect asks Slack who we are, and waits while Slack cannot be reached.
func (b *Bot) connect(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		me, err := b.api.AuthTestContext(ctx)
		if err == nil {
			b.self = self{user: me.UserID, bot: me.BotID, team: me.TeamID}
			b.log.Info("connected", "team", me.TeamID, "bot", me.UserID)
			return nil
		}
		var refused slack.SlackErrorResponse
		if errors.As(err, &refused) {
			return fmt.Errorf("Slack refused SLACK_BOT_TOKEN (%s)\nCopy the Bot User OAuth Token (xoxb-…) from your app's page, OAuth & Permissions", refused.Err)
		}
		b.log.Warn("Slack cannot be reached; trying again", "error", err, "in", pause)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// keep is how long questions of a thread are remembered for follow-ups.
const keep = 30 * 24 * time.Hour

// forget deletes old memories at start and once a day.
func (b *Bot) forget(ctx context.Context) {
	for {
		if err := b.record.Forget(ctx, time.Now().Add(-keep)); err != nil && ctx.Err() == nil {
			b.log.Warn("deleting old threads", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(24 * time.Hour):
		}
	}
}

// source returns the address of a page in the printed casebook, "" without.
func (b *Bot) source(page int) string {
	if b.cfg.SourceURL == "" {
		return ""
	}
	return strings.ReplaceAll(b.cfg.SourceURL, "{page}", strconv.Itoa(page+b.cfg.SourceOffset))
}
