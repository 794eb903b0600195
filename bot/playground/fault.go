package playground

import (
	"net/http"
	"strconv"
	"time"
)

// fault is what goes wrong with one method.
type fault struct {
	fail  int // calls that fail before anything happens
	lose  int // calls that happen and whose answer is lost
	delay time.Duration

	status int
	name   string
	after  time.Duration
}

// hit is the fault of one call; nil for none.
type hit struct {
	failing, losing bool
	delay           time.Duration
	status          int
	name            string
	after           time.Duration
}

// Fail lets the next calls of a method fail without effect: with an HTTP status (429 with Retry-After, 500 …), or, with
// status 0 or 200, with Slack's ok:false and the error name. times below 0 is for ever, 0 ends it. "response_url" is a method too.
func (s *Server) Fail(method string, times, status int, slackError string, retryAfter time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.faulty(method)
	f.fail, f.status, f.name, f.after = times, status, slackError, retryAfter
}

// LoseResponse lets the next calls of a method do their work and then drops the connection instead of answering.
func (s *Server) LoseResponse(method string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faulty(method).lose = times
}

// Delay holds every answer of a method back for d, after its effect; 0 ends it.
func (s *Server) Delay(method string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faulty(method).delay = d
}

func (s *Server) faulty(method string) *fault {
	if s.faults[method] == nil {
		s.faults[method] = &fault{}
	}
	return s.faults[method]
}

// fault takes one call's share of what is to go wrong.
func (s *Server) fault(method string) *hit {
	f := s.faults[method]
	if f == nil {
		return nil
	}
	h := &hit{delay: f.delay, status: f.status, name: f.name, after: f.after}
	switch {
	case f.fail != 0:
		h.failing = true
		f.fail--
	case f.lose != 0:
		h.losing = true
		f.lose--
	}
	return h
}

func (h *hit) fails() bool { return h != nil && h.failing }

func (h *hit) answer(w http.ResponseWriter) {
	if h.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((h.after+time.Second-1)/time.Second)))
	}
	if h.status != 0 && h.status != http.StatusOK {
		http.Error(w, "<html>"+strconv.Itoa(h.status)+"</html>", h.status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(encode(map[string]any{"ok": false, "error": h.name}))
}

// spoil delays or loses the answer of a call that had its effect; true when there is nothing left to answer.
func (h *hit) spoil(r *http.Request) bool {
	if h == nil {
		return false
	}
	if h.delay > 0 {
		t := time.NewTimer(h.delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return true
		}
	}
	if !h.losing {
		return false
	}
	// net/http closes the connection without an answer when a handler panics with this value.
	panic(http.ErrAbortHandler)
}
