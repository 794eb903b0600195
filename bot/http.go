package bot

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

// RequestPath is where Slack sends everything: events, commands and
// interactions tell themselves apart.
const RequestPath = "/slack"

const (
	// longBody: Slack's largest requests hold a view with its state, below 300 KB.
	longBody = 1 << 20
	// drainIn is for requests being answered when the bot is told to stop; Slack
	// waits 3 s for each.
	drainIn = 3 * time.Second
)

// serve answers Slack's requests until ctx ends, and then those it has begun.
func (b *Bot) serve(ctx context.Context) error {
	s := &http.Server{
		Handler: b.handler(), ErrorLog: slog.NewLogLogger(b.log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		// A request ends when Slack hangs up, not when the bot is told to stop.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(b.cfg.Listener) }()
	b.log.Info("waiting for Slack's requests", "at", b.cfg.Listener.Addr().String()+RequestPath)
	select {
	case err := <-failed:
		return fmt.Errorf("answering Slack's requests: %w", err)
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainIn)
	defer cancel()
	if err := s.Shutdown(limited); err != nil {
		b.log.Warn("some requests were not answered in time; Slack sends events again", "error", err)
		_ = s.Close()
	}
	return ctx.Err()
}

func (b *Bot) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+RequestPath, b.request)
	mux.HandleFunc("GET /healthz", b.health)
	return mux
}

// health says whether what Slack sends can be stored.
func (b *Bot) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if _, err := b.inbox.Depth(ctx); err != nil {
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// request answers one request of Slack's. Everything but 200 makes Slack send
// an event again; commands and interactions come once.
func (b *Bot) request(w http.ResponseWriter, r *http.Request) {
	body, status := b.verified(w, r)
	if status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
		return
	}
	// The signature in lower case: its digits count, not how they are written.
	signature := strings.ToLower(r.Header.Get("X-Slack-Signature"))
	if !b.replays.first(signature, time.Now()) {
		b.log.Warn("a request came twice; nothing is done twice")
		return // 200
	}
	if status = b.fulfil(w, r, body); status != http.StatusOK {
		b.replays.forget(signature)
		http.Error(w, http.StatusText(status), status)
	}
}

// verified returns the body of a request that Slack has signed in the last five
// minutes, byte for byte; or the status to refuse it with.
func (b *Bot) verified(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	v, err := slack.NewSecretsVerifier(r.Header, b.cfg.SigningSecret)
	if err != nil {
		return nil, b.unverified(err)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longBody))
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return nil, http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return nil, http.StatusBadRequest
	}
	if _, err := v.Write(body); err != nil {
		return nil, http.StatusBadRequest
	}
	if err := v.Ensure(); err != nil {
		return nil, b.unverified(err)
	}
	return body, http.StatusOK
}

func (b *Bot) unverified(err error) int {
	why := "no signature that can be read"
	switch {
	case errors.Is(err, slack.ErrMissingHeaders):
		why = "no signature"
	case errors.Is(err, slack.ErrExpiredTimestamp):
		why = "signed more than five minutes away from this computer's clock"
	case errors.Is(err, slack.ErrInvalidSignature):
		why = "signed with another secret than SLACK_SIGNING_SECRET"
	}
	if n := b.unsigned.add(why); telling(n) {
		b.log.Warn("refused a request", "why", why, "times", n)
	}
	return http.StatusUnauthorized
}

// fulfil does what a verified request asks for and answers it; any status but
// 200 is left to be written.
func (b *Bot) fulfil(w http.ResponseWriter, r *http.Request, body []byte) int {
	in, err := b.surface.read(r.Header.Get("Content-Type"), body)
	if err != nil {
		b.log.Warn("refused a request that cannot be read; JIREI_LOG=debug says why")
		b.log.Debug("refused a request that cannot be read", "error", err) // which may quote it
		return http.StatusBadRequest
	}
	if in.unknown != "" {
		b.ignored(in.unknown)
	}
	if in.data == nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, in.challenge)
		return http.StatusOK
	}
	sum := sha256.Sum256(body)
	retry, _ := strconv.Atoi(r.Header.Get("X-Slack-Retry-Num"))
	answered := false
	err = b.take(r.Context(), delivery{id: hex.EncodeToString(sum[:16]), retry: retry, data: in.data, ack: func(payload ...any) {
		if !answered {
			answered = true
			b.acknowledge(w, payload)
		}
	}})
	if !answered && err != nil {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// acknowledge sends the whole answer at once: what comes after it must not keep Slack waiting.
func (b *Bot) acknowledge(w http.ResponseWriter, payload []any) {
	var body []byte
	if len(payload) > 0 {
		var err error
		if body, err = json.Marshal(payload[0]); err != nil {
			b.log.Error("writing an answer", "error", err)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
	_ = http.NewResponseController(w).Flush()
}

// incoming is what a request holds: data for take, or nothing to be done.
type incoming struct {
	data      any
	unknown   string // the type of an event that nobody here knows
	challenge string // what proves to Slack that this address is ours
}

// read tells the three kinds of requests apart. Slack writes events as JSON, the
// others as forms.
func (s Surface) read(contentType string, body []byte) (incoming, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return incoming{}, fmt.Errorf("reading the content type: %w", err)
	}
	if kind == "application/json" {
		return s.readEvent(body)
	}
	if kind != "application/x-www-form-urlencoded" {
		return incoming{}, fmt.Errorf("a body of type %q: %w", kind, errors.ErrUnsupported)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return incoming{}, fmt.Errorf("reading a form: %w", err)
	}
	switch {
	case form.Has("payload"):
		payload := []byte(form.Get("payload"))
		if err := sound(payload); err != nil {
			return incoming{}, err
		}
		var in slack.InteractionCallback
		if err := json.Unmarshal(payload, &in); err != nil {
			return incoming{}, fmt.Errorf("reading an interaction: %w", err)
		}
		return incoming{data: in}, nil
	case form.Has("command"):
		in, err := slack.SlashCommandParse(&http.Request{Method: http.MethodPost, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(bytes.NewReader(body))})
		return incoming{data: in}, err
	case form.Has("ssl_check"):
		return incoming{}, nil // Slack looks at the certificate, now and then
	}
	return incoming{}, fmt.Errorf("a form without payload and command: %w", errors.ErrUnsupported)
}

func (s Surface) readEvent(body []byte) (incoming, error) {
	if err := sound(body); err != nil {
		return incoming{}, err
	}
	var outer struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
		Event     struct {
			Type string `json:"type"`
		} `json:"event"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		return incoming{}, fmt.Errorf("reading an event: %w", err)
	}
	switch outer.Type {
	case slackevents.URLVerification:
		return incoming{challenge: outer.Challenge}, nil
	case slackevents.CallbackEvent:
		if _, ok := s.event(outer.Event.Type); !ok {
			return incoming{unknown: cmp.Or(outer.Event.Type, "none")}, nil
		}
	case slackevents.AppRateLimited:
	default:
		return incoming{unknown: cmp.Or(outer.Type, "none")}, nil
	}
	in, err := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken())
	if err != nil {
		return incoming{}, fmt.Errorf("reading an event of type %q: %w", outer.Event.Type, err)
	}
	return incoming{data: in}, nil
}

// deep is how deep JSON may nest. The deepest of Slack's, rich text in a list in
// a message in an action, is below 20.
const deep = 100

// sound refuses JSON that two readers could understand differently, or that is
// made to exhaust one: cut off, with a name twice in an object, or nested deep.
func sound(raw []byte) error {
	if !json.Valid(raw) {
		return fmt.Errorf("reading JSON: %w", io.ErrUnexpectedEOF)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var open []map[string]bool // the names of each object that is open; nil for a list
	name := false              // whether a name is next
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading JSON: %w", err)
		}
		switch t := t.(type) {
		case json.Delim:
			switch t {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
			if len(open) > deep {
				return fmt.Errorf("JSON nested more than %d deep: %w", deep, errors.ErrUnsupported)
			}
			name = len(open) > 0 && open[len(open)-1] != nil
			continue
		case string:
			if name {
				if names := open[len(open)-1]; names[t] {
					return fmt.Errorf("JSON with a name twice: %w", errors.ErrUnsupported)
				}
				open[len(open)-1][t] = true
				name = false
				continue
			}
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}

// replays remembers the signatures that were answered, as long as Slack's clock
// and ours let them pass.
type replays struct {
	mu    sync.Mutex
	seen  map[string]time.Time
	swept time.Time
}

// signedFor is how long a signature can pass: five minutes before its time and five after.
const signedFor = 10 * time.Minute

func (r *replays) first(signature string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.swept) > time.Minute {
		r.swept = now
		for s, at := range r.seen {
			if now.Sub(at) > signedFor {
				delete(r.seen, s)
			}
		}
	}
	if _, was := r.seen[signature]; was {
		return false
	}
	if r.seen == nil {
		r.seen = map[string]time.Time{}
	}
	r.seen[signature] = now
	return true
}

// forget lets a signature pass again: what was not done may be asked for again.
func (r *replays) forget(signature string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.seen, signature)
}
