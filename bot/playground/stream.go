package playground

import (
	"encoding/json"
	"net/http"
	"time"
)

// subscriber is one open page.
type subscriber struct {
	user string
	out  chan json.RawMessage
}

// tell sends an event to the pages of a person, or of everybody who can see what it is about (user ""), and wakes Wait.
// A page that has fallen behind is cut off; its EventSource connects again and reads the state anew.
func (s *Server) tell(user string, event map[string]any) {
	s.change()
	in, _ := event["channel"].(string)
	var c *channel
	if in != "" {
		c = s.channel("", in)
	}
	var raw json.RawMessage
	for p := range s.pages {
		if (user != "" && p.user != user) || (c != nil && !c.sees(p.user)) {
			continue
		}
		if raw == nil {
			raw = encode(event)
		}
		select {
		case p.out <- raw:
		default:
			close(p.out)
			delete(s.pages, p)
		}
	}
}

func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	flush, ok := w.(http.Flusher)
	s.mu.Lock()
	u := s.user(r.URL.Query().Get("user"))
	if u == nil || !ok || s.closed {
		s.mu.Unlock()
		http.Error(w, "no such user", http.StatusBadRequest)
		return
	}
	p := &subscriber{user: u.ID, out: make(chan json.RawMessage, 1_024)}
	p.out <- encode(map[string]any{"type": "connected", "connected": len(s.conns) > 0})
	s.pages[p] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.pages, p)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	beat := time.NewTicker(20 * time.Second) // so that a page that is gone is noticed
	defer beat.Stop()
	for {
		var err error
		select {
		case event, open := <-p.out:
			if !open {
				return
			}
			_, err = w.Write(append(append([]byte("data: "), event...), "\n\n"...))
		case <-beat.C:
			_, err = w.Write([]byte(": \n\n"))
		case <-r.Context().Done():
			return
		}
		if err != nil {
			return
		}
		flush.Flush()
	}
}
