package bot_test

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jirei/jirei/bot"
	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/playground"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite"
	"github.com/jirei/jirei/retrieval/sqlite/file"
)

// patience is for two cores shared with other tests under the race detector; nothing asserts that it was needed.
const patience = 2 * time.Minute

// world is a playground with the real bot on it.
type world struct {
	*playground.Server
	t    *testing.T
	path string
	db   *sql.DB // beside the bot, to see whether work is left
	log  *journal
	stop func()
	// model words the summaries, nil for none.
	model *answer.Model
	// clock is what the bot takes for now, and look makes it look for what is due.
	clock atomic.Pointer[time.Time]
	look  chan time.Time
	join  bool
	// source is JIREI_SOURCE_URL.
	source string
	// requests is the address where the bot takes requests, "" where it opens sockets.
	requests string
	listener net.Listener // of the first bot
	// ending is what Run's error must say, "" for none; ends waits for it.
	ending string
	ends   func()
}

// secret is that of the apps in HTTP mode.
const secret = "8f742231b10e8888abcd99aabbcc85a5"

// overHTTP are options for a world where Slack sends signed requests.
func overHTTP() playground.Options {
	opt := options()
	opt.SigningSecret = secret
	return opt
}

// listen is where the bot takes requests: a port of its own, the same after a restart.
func (w *world) listen() net.Listener {
	w.t.Helper()
	l := w.listener
	if w.listener = nil; l != nil {
		return l
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", cmp.Or(w.requests, "127.0.0.1:0"))
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// shelf is a file with the embedded book and all tables in it, made once: under the race detector indexing takes seconds.
var shelf = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "jirei")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx, path := context.Background(), filepath.Join(dir, "jirei.db")
	book, err := cases.Embedded()
	if err != nil {
		return nil, err
	}
	if err := load(ctx, path, book); err != nil {
		return nil, err
	}
	in, err := inbox.Open(ctx, path, func(context.Context, *inbox.Work) error { return nil }, inbox.Config{})
	if err != nil {
		return nil, err
	}
	memory, err := record.Open(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(in.Stop(ctx), memory.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path) // the last one to close has written the WAL back
})

// load indexes a book, as `jirei index` does beside a bot.
func load(ctx context.Context, path string, book cases.Book) error {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	engine, err := newEngine(store)
	if err != nil {
		return err
	}
	plan, err := engine.Prepare(ctx, book)
	if err != nil {
		return err
	}
	return errors.Join(plan.Apply(ctx, store), store.Close())
}

// words are read once for all tests: they never change, and with -race they take seconds.
var words = sync.OnceValues(retrieval.EmbeddedLexicon)

func newEngine(store retrieval.Store) (*retrieval.Engine, error) {
	words, err := words()
	if err != nil {
		return nil, err
	}
	expansions, err := retrieval.EmbeddedExpansions()
	return retrieval.New(store, words, expansions), err
}

// options make the playground wait for acks as long as a busy machine needs: a late ack is another test's business.
func options() playground.Options {
	return playground.Options{
		AckTimeout: patience,
		Commands:   []playground.Command{{Name: "/jirei"}},
		Shortcuts:  []playground.Shortcut{{CallbackID: "find_cases", Name: "事例を探す"}, {CallbackID: "find_like", Name: "近い事例を探す", Message: true}},
		// where the pages of the book are, in the conversations that say so
		UnfurlDomains: []string{"cases.example.jp"},
	}
}

// newWorld starts a playground and the bot on it, and waits until the bot listens.
func newWorld(t *testing.T, opt playground.Options) *world {
	t.Helper()
	return newWorldWith(t, opt, nil)
}

// newWorldWith is newWorld with a chat model.
func newWorldWith(t *testing.T, opt playground.Options, model *answer.Model) *world {
	t.Helper()
	return newWorldAt(t, opt, model, "")
}

// newWorldAt is newWorldWith where the book's pages have addresses.
func newWorldAt(t *testing.T, opt playground.Options, model *answer.Model, source string) *world {
	t.Helper()
	content, err := shelf()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, path: filepath.Join(t.TempDir(), "jirei.db"), log: &journal{}, model: model, source: source, look: make(chan time.Time)}
	if opt.SigningSecret != "" {
		w.listener = w.listen()
		w.requests = w.listener.Addr().String()
		opt.RequestURL = "http://" + w.requests + bot.RequestPath
	}
	w.Server = playground.New(opt)
	if err := os.WriteFile(w.path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	if _, err := w.Start(ctx, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if w.db, err = file.Open(w.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	w.startBot()
	if w.requests == "" {
		w.until("both sockets are open", func() bool { return w.Connections() == 2 })
	} else if w.get("/healthz") != http.StatusOK { // waits in the listener's queue until the bot is there
		t.Fatalf("the bot takes no requests\n%s", w.log)
	}
	return w
}

// startBot runs the bot until stop or the test's end; it must end without an error.
func (w *world) startBot() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	store, err := sqlite.Open(ctx, w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	engine, err := newEngine(store)
	if err != nil {
		w.t.Fatal(err)
	}
	memory, err := record.Open(ctx, w.path, w.log.logger())
	if err != nil {
		w.t.Fatal(err)
	}
	cfg := bot.Config{
		Log: w.log.logger(), BotToken: playground.BotToken, AppToken: playground.AppToken, APIURL: w.APIURL(), File: w.path,
		Asker: answer.Asker{Engine: engine, Writer: answer.Extractive{}, Model: w.model}, Record: memory, StoreIn: patience, SourceURL: w.source,
	}
	cfg.Look, cfg.Join = w.look, w.join
	cfg.Now = func() time.Time {
		if at := w.clock.Load(); at != nil {
			return *at
		}
		return time.Now()
	}
	if w.requests != "" {
		cfg.AppToken, cfg.Listener, cfg.SigningSecret = "", w.listen(), secret
	}
	done := make(chan error, 1)
	go func() { done <- bot.Run(ctx, cfg) }()
	w.ends = sync.OnceFunc(func() {
		err := <-done
		if (w.ending == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), w.ending) {
			w.t.Errorf("the bot ended: %v", err)
		}
		if err := errors.Join(memory.Close(), store.Close()); err != nil {
			w.t.Error(err)
		}
	})
	w.stop = sync.OnceFunc(func() {
		cancel()
		w.ends()
		if w.t.Failed() {
			w.t.Logf("the bot's log:\n%s", w.log)
		}
	})
	w.t.Cleanup(func() { w.stop() })
}

// at sets the bot's clock, and returns when it has put what is due into the inbox.
func (w *world) at(now time.Time) {
	w.t.Helper()
	w.clock.Store(&now)
	for range 2 { // the second look begins when the first has ended
		select {
		case w.look <- now:
		case <-time.After(patience):
			w.t.Fatal("the bot does not look for what is due")
		}
	}
}

// until waits for something that the playground knows of.
func (w *world) until(what string, is func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := w.Wait(ctx, is); err != nil {
		w.t.Fatalf("never: %s\n%s", what, w.log)
	}
}

// settle waits until the bot has acknowledged all events and finished all work. The database tells nobody when a job
// ends, so this part polls.
func (w *world) settle() {
	w.t.Helper()
	w.acknowledged()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); w.unfinished() > 0; <-tick.C {
		if time.Now().After(deadline) {
			w.t.Fatalf("the work never ends\n%s", w.log)
		}
	}
	w.acknowledged() // the bot's own replies are events too
}

func (w *world) acknowledged() {
	w.t.Helper()
	w.until("all events are acknowledged", func() bool {
		for _, e := range w.Events() {
			if !e.Acked && !e.Lost {
				return false
			}
		}
		return true
	})
}

func (w *world) unfinished() (n int) {
	w.t.Helper()
	if err := w.db.QueryRow(`SELECT count(*) FROM river_job WHERE state NOT IN ('completed', 'cancelled', 'discarded')`).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// say is Say that must succeed.
func (w *world) say(user, channel, text, thread string) string {
	w.t.Helper()
	ts, err := w.Say(user, channel, text, thread)
	if err != nil {
		w.t.Fatal(err)
	}
	return ts
}

// replies are the bot's live messages in the thread of a message.
func (w *world) replies(user, channel, ts string) []playground.Message {
	var out []playground.Message
	for _, m := range w.Thread(user, channel, ts) {
		if m.Bot {
			out = append(out, m)
		}
	}
	return out
}

// refusable are the answers of Slack that depend on the workspace and not on what the bot sends.
var refusable = []string{"not_in_channel", "is_archived", "channel_not_found", "push_limit_reached", "not_found"}

// checkPeace is what must hold after whatever happened: no method that Slack does not have, no payload that Slack
// refuses, no live mention, nothing unacknowledged, nothing that a screen reader cannot read, no question in the log.
func (w *world) checkPeace(questions ...string) {
	w.t.Helper()
	if got := w.Unknown(); len(got) > 0 {
		w.t.Errorf("calls of methods that do not exist: %q", got)
	}
	for _, r := range w.Refusals() {
		if _, name, _ := strings.Cut(r, ": "); !contains(refusable, name) {
			w.t.Errorf("Slack refused %q", r)
		}
	}
	if got := w.Pings(); len(got) > 0 {
		w.t.Errorf("live mentions: %q", got)
	}
	for _, e := range w.Events() {
		if !e.Acked {
			w.t.Errorf("the %s event of %s was not acknowledged", e.Type, e.TS)
		}
	}
	for _, c := range w.channels() {
		for _, m := range w.Messages(c) {
			if m.Bot && !m.Deleted && strings.TrimSpace(m.Text) == "" {
				w.t.Errorf("a message in %s has no text for notifications and screen readers", c)
			}
		}
	}
	for _, q := range questions {
		if len([]rune(q)) > 3 && strings.Contains(w.log.String(), q) {
			w.t.Errorf("the log holds what somebody wrote: %q", q)
		}
	}
}

func (w *world) channels() []string {
	return []string{"#general", "#security", "#sales", "#random", w.DM("佐藤"), w.DM("鈴木"), w.DM("Alice")}
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// journal is the bot's log at Info.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }
