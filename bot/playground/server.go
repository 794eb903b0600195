package playground

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The tokens that the playground accepts. They open nothing but this process on this machine, so they are constants.
const (
	BotToken = "xoxb-playground"
	AppToken = "xapp-playground"
)

// Options are what a playground is made of; the zero value is a working one.
type Options struct {
	Log *slog.Logger     // nil: discard
	Now func() time.Time // nil: time.Now. Message timestamps, and the ends of trigger ids and response_urls, follow it

	Commands  []Command  // the slash commands that exist
	Shortcuts []Shortcut // the global and message shortcuts that exist
	Examples  []string   // questions that the page offers on a first visit

	// NoMessageEvents withholds `message` events of channels, as where the history scopes were not granted. Direct
	// messages always come.
	NoMessageEvents bool

	// UnfurlDomains are those of the manifest: the bot is told of links to them.
	UnfurlDomains []string

	// RequestURL is where the bot takes signed requests; "" means over Socket Mode.
	RequestURL    string
	SigningSecret string

	AckTimeout time.Duration   // 0: 3 s, Slack's
	Retries    []time.Duration // nil: at once, 1 min, 5 min: Slack's schedule for an event without ack
	PingEvery  time.Duration   // 0: 5 s between WebSocket pings; slack-go drops a link after 30 s without
}

// Command is a slash command, with what the page offers while one types it.
type Command struct {
	Name        string       `json:"command"` // with its slash
	Usage       string       `json:"usage"`
	Description string       `json:"description"`
	Completions []Completion `json:"completions"`
}

// Completion is one suggestion behind a command.
type Completion struct {
	Text string `json:"text"`
	Hint string `json:"hint"`
}

// Shortcut is a global or a message shortcut.
type Shortcut struct {
	CallbackID string `json:"callback_id"`
	Name       string `json:"name"`
	Message    bool   `json:"message"` // on a message; else global
}

// Server is the playground: an http.Handler for everything that Slack and the page answer.
type Server struct {
	opt     Options
	mux     *http.ServeMux
	methods map[string]method
	client  *http.Client // delivers where RequestURL is set

	// mu guards all below. Every handler runs under it from reading the arguments to the effect: a workspace of three
	// people needs no finer lock, and a test reads a consistent world.
	mu       sync.Mutex
	base     string // http://127.0.0.1:port, once known
	closed   bool
	changed  chan struct{} // closed and replaced at every change
	lastTS   int64         // microseconds
	serial   int           // for ids
	users    []*User
	channels []*channel
	stacks   map[string][]*View // open modals by user, the top last
	homes    map[string]*View
	triggers map[string]*trigger
	hooks    map[string]*hook
	files    map[string]*file
	statuses map[string]string // thread status by "channel/thread_ts"
	prompts  map[string][]Prompt
	greeting map[string]string // over the prompts, by channel
	titles   map[string]string // of sessions, by "channel/thread_ts"
	links    map[string]*link  // by unfurl_id
	drafts   map[string]*link  // of composers, by user
	pages    map[*subscriber]bool

	conns      []*conn
	tickets    map[string]bool
	nextTurn   int
	lastSocket time.Time
	pending    map[string]*envelope
	waiting    []*envelope
	events     []*Event

	faults   map[string]*fault
	calls    map[string]int
	unknown  []string
	refusals []string
	pings    []string
}

// New makes a workspace. Serve it with Start, or as an http.Handler.
func New(opt Options) *Server {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.AckTimeout == 0 {
		opt.AckTimeout = 3 * time.Second
	}
	if opt.Retries == nil {
		opt.Retries = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if opt.PingEvery == 0 {
		opt.PingEvery = 5 * time.Second
	}
	s := &Server{opt: opt, changed: make(chan struct{}), client: &http.Client{Timeout: opt.AckTimeout},
		stacks: map[string][]*View{}, homes: map[string]*View{}, triggers: map[string]*trigger{}, hooks: map[string]*hook{},
		files: map[string]*file{}, statuses: map[string]string{}, prompts: map[string][]Prompt{}, greeting: map[string]string{}, titles: map[string]string{}, links: map[string]*link{}, drafts: map[string]*link{}, pages: map[*subscriber]bool{},
		tickets: map[string]bool{}, pending: map[string]*envelope{}, faults: map[string]*fault{}, calls: map[string]int{}}
	s.users, s.channels = world()
	s.methods = methods()
	s.routes()
	return s
}

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("/api/{method}", s.serveAPI)
	s.mux.HandleFunc("GET /socket", s.serveSocket)
	s.mux.HandleFunc("POST /response/{id}", s.serveHook)
	s.mux.HandleFunc("POST /upload/{id}", s.serveUpload)
	s.mux.HandleFunc("GET /files/{id}", s.serveFile)
	s.mux.HandleFunc("GET /archives/{channel}/{ts}", s.serveArchive)
	s.pageRoutes()
}

// ServeHTTP refuses what a foreign web page could send through the visitor's browser: another Host (DNS rebinding) and
// another Origin. The tokens are public, so this is the only guard. The socket is exempt from the Origin rule, since
// slack-go claims https://api.slack.com there; it needs a ticket, which only a caller of the API gets.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !loopback(r.Host) {
		http.Error(w, "the playground answers on localhost only", http.StatusForbidden)
		return
	}
	if o := r.Header.Get("Origin"); o != "" && r.URL.Path != "/socket" {
		if u, err := url.Parse(o); err != nil || u.Host != r.Host {
			http.Error(w, "the playground answers its own page only", http.StatusForbidden)
			return
		}
	}
	s.mu.Lock()
	if s.base == "" {
		s.base = "http://" + r.Host
	}
	s.mu.Unlock()
	s.mux.ServeHTTP(w, r)
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Start listens on addr (port 0: any free one) until ctx ends, and returns the base URL, like http://127.0.0.1:8765.
func (s *Server) Start(ctx context.Context, addr string) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listening for the playground: %w", err)
	}
	s.mu.Lock()
	s.base = "http://" + l.Addr().String()
	base := s.base
	s.mu.Unlock()
	h := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() {
		if err := h.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.opt.Log.Error("the playground stopped serving", "error", err)
		}
	}()
	context.AfterFunc(ctx, func() {
		s.Close()
		_ = h.Close() // the page's event streams never end by themselves
	})
	return base, nil
}

// Close ends all sockets and timers; who waits for an ack is told dispatch_failed. Start calls it when its context ends.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, e := range slices.Concat(slices.Collect(maps.Values(s.pending)), s.waiting) {
		s.failed(e, "dispatch_failed")
	}
	for _, c := range s.conns {
		c.drop()
	}
	for p := range s.pages {
		close(p.out)
		delete(s.pages, p)
	}
	s.change()
}

// APIURL is what slack.OptionAPIURL takes. It is known after Start, or after the first request.
func (s *Server) APIURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base + "/api/"
}

// Wait returns when until is true, and ctx's error when it ends first. until is called again after every change of the
// world, outside of the playground's lock: it may call any method.
func (s *Server) Wait(ctx context.Context, until func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if until() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// change wakes Wait. The caller holds mu.
func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// id makes an identifier that was not there before: a prefix and a number.
func (s *Server) id(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%09d", prefix, s.serial)
}

// ts makes a message timestamp: seconds and microseconds, later than any before.
func (s *Server) ts() string {
	us := max(s.opt.Now().UnixMicro(), s.lastTS+1)
	s.lastTS = us
	return fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
}
