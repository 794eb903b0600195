package answertest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Limits by which the server tells one timer from another. They never pass by
// themselves: a script says when.
const (
	Whole   = 1001 * time.Hour
	First   = 1002 * time.Hour
	Silence = 1003 * time.Hour
	Rewrite = 1004 * time.Hour
)

// Server plays a script: one reply for each request.
type Server struct {
	*httptest.Server
	script Script

	mu       sync.Mutex
	requests []Request
	pauses   []time.Duration
	kept     int
	changed  chan struct{}
	deadline chan time.Time
	silence  chan time.Time
}

// Request is what the server was asked.
type Request struct {
	Path, Key string
	Body      struct {
		Model               string                           `json:"model"`
		Messages            []struct{ Role, Content string } `json:"messages"`
		MaxTokens           int                              `json:"max_tokens"`
		MaxCompletionTokens int                              `json:"max_completion_tokens"`
		StreamOptions       json.RawMessage                  `json:"stream_options"`
		ResponseFormat      json.RawMessage                  `json:"response_format"`
	}
}

// fenced is what the tags around data are called.
var fenced = regexp.MustCompile(`jirei-[0-9a-f]{8}`)

// Prompt returns all messages of a request.
func (r Request) Prompt() string {
	var b strings.Builder
	for _, m := range r.Body.Messages {
		b.WriteString(m.Content + "\n")
	}
	return b.String()
}

// Rules returns the first lines of the instructions, as one line.
func (r Request) Rules() string {
	if len(r.Body.Messages) == 0 {
		return ""
	}
	lines := strings.Split(r.Body.Messages[0].Content, "\n")
	return strings.Join(lines[:min(4, len(lines))], " ")
}

// Start serves a script until Close.
func Start(script Script) *Server {
	s := &Server{script: script, changed: make(chan struct{}), deadline: make(chan time.Time), silence: make(chan time.Time)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	request := Request{Path: r.URL.Path, Key: r.Header.Get("Authorization")}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || r.Method == http.MethodPost && json.Unmarshal(body, &request.Body) != nil {
		http.Error(w, `{"error":{"message":"the body is no JSON","type":"invalid_request_error"}}`, http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, request)
	s.mu.Unlock()
	if n >= len(s.script.Replies) {
		http.Error(w, `{"error":{"message":"the script has no reply for this request"}}`, http.StatusTeapot)
		return
	}
	p := &reply{Server: s, w: w, r: r, request: request, status: http.StatusOK}
	for _, step := range s.script.Replies[n] {
		steps[step.Do](p, step.With)
	}
	if !p.begun {
		p.w.WriteHeader(p.status)
	}
}

// Requests returns what was asked so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Pauses returns how long the client meant to wait before it asked again.
func (s *Server) Pauses() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Duration(nil), s.pauses...)
}

// Kept tells the script that a sentence was proved.
func (s *Server) Kept() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept++
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) awaitKept(ctx context.Context, n int) {
	for {
		s.mu.Lock()
		done, changed := s.kept >= n, s.changed
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// pass lets the time run out that a channel stands for. It stays out: whoever
// waits for the next token once more finds no time left either.
func (s *Server) pass(c chan time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-c:
	default:
		close(c)
	}
}

// After stands in for time.After: limits pass when the script says so, and a
// pause before another request is over at once, and noted.
func (s *Server) After(d time.Duration) <-chan time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch d {
	case Whole, Rewrite:
		return s.deadline
	case First, Silence:
		return s.silence
	}
	s.pauses = append(s.pauses, d)
	over := make(chan time.Time)
	close(over)
	return over
}
