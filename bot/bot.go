package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
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
	// Listener is where Slack's requests arrive, signed with SigningSecret, in
	// place of sockets. Run closes it.
	Listener      net.Listener
	SigningSecret string
	// APIURL is Slack's Web API, ending in a slash; "" is the real one.
	APIURL string
	// File is the SQLite file that holds the inbox, or Pool the PostgreSQL
	// database, which other bots may share.
	File   string
	Pool   *pgxpool.Pool
	Asker  answer.Asker
	Record *record.Record
	// SourceURL is a template with {page} for the page's address, "" for none;
	// SourceOffset is added to the page in it.
	SourceURL    string
	SourceOffset int
	// External: guests and people of other organisations are answered, too.
	External bool
	// Sockets is how many Socket Mode connections are kept; 0 means 2: Slack
	// refreshes each every few hours, and with one there would be a gap.
	Sockets int
	// StoreIn bounds what stands between a delivery and its acknowledgement; 0
	// means storeIn, which Slack's limit allows. Only a machine that is busy with
	// other things, such as a test's, should wait longer.
	StoreIn time.Duration
	// Join: enter a public channel that somebody shares to, rather than ask for an
	// invitation. It needs the scope channels:join.
	Join bool
	// Now is the clock of subscriptions, nil for the machine's; Look, if not nil,
	// tells in tests when to look at it.
	Now  func() time.Time
	Look <-chan time.Time
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
	// surface is what jirei is in Slack.
	surface Surface
	// self is who we are, known after connecting.
	self self
	// immediate bounds the modals being opened at once, besides the inbox's
	// own workers; wait is for them to end.
	immediate chan struct{}
	wait      sync.WaitGroup
	told      told
	// What is known to be unknown, and what came already.
	unknown, strangers, unsigned tally
	replays                      replays
	// gone: Slack says that we were removed from the workspace. end ends Run.
	gone    atomic.Bool
	end     context.CancelCauseFunc
	presses presses
	asking  asking
	// suggesting is held while prompts are set.
	suggesting sync.Mutex
}

type self struct{ user, bot, team, enterprise, app string }

// callTimeout bounds every call to Slack. A chat.postMessage takes under a
// second; ten is where a hanging connection is given up and looked after.
const callTimeout = 10 * time.Second

// Run connects and answers until ctx ends; it then drains. Errors are those
// that trying again does not mend: tokens that Slack refuses, a file that
// cannot be used, a workspace that jirei was removed from.
func Run(ctx context.Context, cfg Config) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	if cfg.Listener != nil {
		defer func() { _ = cfg.Listener.Close() }() // also where nobody gets to serve it
	}
	client := &http.Client{Timeout: callTimeout}
	options := []slack.Option{slack.OptionHTTPClient(client), slack.OptionAppLevelToken(cfg.AppToken)}
	if cfg.APIURL != "" {
		options = append(options, slack.OptionAPIURL(cfg.APIURL))
	}
	b := &Bot{
		cfg: cfg, log: cfg.Log, http: client, api: slack.New(cfg.BotToken, options...),
		record: cfg.Record, asker: cfg.Asker, immediate: make(chan struct{}, 16),
		surface: TheSurface(), end: end,
	}
	b.people.api = b.api
	in, err := b.openInbox(ctx)
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
	go b.keepSubscriptions(ctx)
	if cfg.Listener != nil {
		err = b.serve(ctx)
	} else {
		err = b.listen(ctx)
	}
	b.wait.Wait()
	if b.gone.Load() {
		return b.leftBehind(context.WithoutCancel(ctx))
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (b *Bot) openInbox(ctx context.Context) (*inbox.Inbox, error) {
	cfg := inbox.Config{Log: b.log, Exhausted: b.apologise}
	if b.cfg.Pool != nil {
		return inbox.On(ctx, b.cfg.Pool, b.work, cfg)
	}
	return inbox.Open(ctx, b.cfg.File, b.work, cfg)
}

// connect asks Slack who we are, and waits while Slack cannot be reached.
func (b *Bot) connect(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := b.introduce(ctx)
		if err == nil {
			b.log.Info("connected", "team", b.self.team, "app", b.self.app, "bot", b.self.user)
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

// introduce learns who we are.
func (b *Bot) introduce(ctx context.Context) error {
	me, err := b.api.AuthTestContext(ctx)
	if err != nil {
		return err
	}
	b.self = self{user: me.UserID, bot: me.BotID, team: me.TeamID, enterprise: me.EnterpriseID}
	// auth.test does not say which app a bot token is of.
	info, err := b.api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: me.BotID})
	if name := slackError(err); name != "" {
		b.log.Warn("which app this is cannot be known, so what is for another one cannot be refused", "error", name)
		return nil
	}
	if err != nil {
		return err
	}
	b.self.app = info.AppID
	return nil
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
