package playground

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// maxAck is the size from which Slack drops an ack without a word (slack-go, socketmode: maxResponseSize).
const maxAck = 20_480

// envelope is one delivery over Socket Mode. Its callbacks run at most once, under the server's lock.
type envelope struct {
	id      string
	serial  int
	kind    string // events_api, slash_commands, interactive
	payload json.RawMessage
	accepts bool // accepts_response_payload
	attempt int
	missed  int // timeouts so far; a lost connection is not counted against the schedule
	reason  string
	on      *conn
	timer   *time.Timer
	event   *Event // set for events, which are retried; the rest fails in front of the person
	done    bool
	ack     func(payload json.RawMessage)
	fail    func(name string)
}

func (e *envelope) stop() {
	if e.timer != nil {
		e.timer.Stop()
	}
}

// send gives an envelope to one of the sockets in turn. Without a socket, an event waits for the next one; a command or
// an interaction fails at once, except just after a socket was lost, when the client is likely about to return.
func (s *Server) send(e *envelope) {
	if s.closed {
		return
	}
	s.serial++
	e.id, e.serial = fmt.Sprintf("env-%09d", s.serial), s.serial
	if e.event == nil && e.timer == nil {
		e.timer = time.AfterFunc(s.opt.AckTimeout, func() { s.giveUp(e) })
	}
	if s.opt.RequestURL != "" {
		s.pending[e.id] = e
		if e.event != nil {
			e.event.Attempts++
		}
		s.change()
		go s.request(e)
		return
	}
	c := s.turn()
	if c == nil {
		if e.event == nil && len(s.conns) == 0 && time.Since(s.lastSocket) > s.opt.AckTimeout {
			s.failed(e, "dispatch_failed")
			return
		}
		s.waiting = append(s.waiting, e)
		return
	}
	e.on = c
	s.pending[e.id] = e
	if e.event != nil {
		e.event.Attempts++
		e.timer = time.AfterFunc(s.opt.AckTimeout, func() { s.giveUp(e) })
	}
	frame := map[string]any{"envelope_id": e.id, "type": e.kind, "payload": e.payload, "accepts_response_payload": e.accepts}
	if e.event != nil {
		frame["retry_attempt"], frame["retry_reason"] = e.attempt, e.reason
	}
	c.push(frame)
	s.change()
}

// turn picks the next socket that takes envelopes.
func (s *Server) turn() *conn {
	for range s.conns {
		s.nextTurn++
		if c := s.conns[s.nextTurn%len(s.conns)]; !c.draining {
			return c
		}
	}
	return nil
}

// flush sends what waited for a socket.
func (s *Server) flush() {
	waiting := s.waiting
	s.waiting = nil
	for _, e := range waiting {
		if !e.done {
			s.send(e)
		}
	}
}

// giveUp is the end of an envelope's 3 seconds.
func (s *Server) giveUp(e *envelope) { s.refusedBy(e, "operation_timeout", "timeout") }

// refusedBy is the end of an envelope that was not acknowledged: failed for who waits for it, and for an event the reason of its retry.
func (s *Server) refusedBy(e *envelope, failure, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.done || s.closed {
		return
	}
	if e.event == nil {
		s.failed(e, failure)
		return
	}
	if s.pending[e.id] != e {
		return // already on its way again
	}
	n := e.missed
	if e.missed++; n >= len(s.opt.Retries) {
		delete(s.pending, e.id)
		e.done, e.event.Lost = true, true
		s.opt.Log.Warn("an event was never acknowledged", "event", e.event.ID)
		s.change()
		return
	}
	s.retry(e, reason, s.opt.Retries[n])
}

// retry sends an event again after a while, under a new envelope id: an ack of the old one comes too late.
func (s *Server) retry(e *envelope, reason string, after time.Duration) {
	e.stop()
	delete(s.pending, e.id)
	next := &envelope{kind: e.kind, payload: e.payload, event: e.event, attempt: e.attempt + 1, missed: e.missed, reason: reason}
	e.done = true
	if after == 0 {
		s.send(next)
		return
	}
	next.timer = time.AfterFunc(after, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.send(next)
	})
}

func (s *Server) failed(e *envelope, name string) {
	e.stop()
	delete(s.pending, e.id)
	e.done = true
	s.waiting = slices.DeleteFunc(s.waiting, func(w *envelope) bool { return w == e })
	if e.fail != nil {
		e.fail(name)
	}
	s.change()
}

func (s *Server) acked(id string, payload json.RawMessage) {
	e := s.pending[id]
	if e == nil || e.done {
		return
	}
	e.stop()
	delete(s.pending, id)
	e.done = true
	if e.event != nil {
		e.event.Acked = true
	}
	if e.ack != nil {
		if string(payload) == "null" || string(payload) == `""` {
			payload = nil
		}
		e.ack(payload)
	}
	s.change()
}

// Redeliver sends an event once more, acknowledged or not, as Slack does when an ack got lost.
func (s *Server) Redeliver(eventID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.ID == eventID {
			s.send(&envelope{kind: "events_api", payload: e.payload, event: e, attempt: max(e.Attempts, 1), reason: "timeout"})
			return nil
		}
	}
	return fmt.Errorf("no event %s", eventID)
}

// Deliver sends a raw Socket Mode frame to one socket as it is, whatever it holds. It fails without a socket.
func (s *Server) Deliver(frame []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.turn()
	if c == nil {
		return fmt.Errorf("no socket to deliver on")
	}
	select {
	case c.out <- slices.Clone(frame):
		return nil
	default:
		return fmt.Errorf("the socket does not read")
	}
}

// InFlight is the number of envelopes that went out and are neither acknowledged nor given up.
func (s *Server) InFlight() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}
