package playground

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxConns is Slack's limit on the Socket Mode connections of an app.
const maxConns = 10

// conn is one Socket Mode connection.
type conn struct {
	ws       *websocket.Conn
	out      chan []byte
	done     chan struct{}
	once     sync.Once
	draining bool // was told to go: takes no new envelopes
}

// drop ends the connection; its reader then cleans up.
func (c *conn) drop() {
	c.once.Do(func() { close(c.done) })
}

// connectionsOpen is apps.connections.open.
func connectionsOpen(s *Server, _ args) (reply, error) {
	ticket := s.id("ticket-")
	s.tickets[ticket] = true
	return reply{"url": "ws" + strings.TrimPrefix(s.base, "http") + "/socket?app_id=" + App + "&ticket=" + ticket}, nil
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	ok := s.tickets[ticket]
	delete(s.tickets, ticket) // single use
	closed := s.closed
	s.mu.Unlock()
	if !ok || closed {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	// slack-go sends Origin https://api.slack.com, which gorilla's default check refuses.
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		s.opt.Log.Warn("a socket was not opened", "error", err)
		return
	}
	c := &conn{ws: ws, out: make(chan []byte, 1_024), done: make(chan struct{})}
	go c.write(s.opt.PingEvery)
	s.join(c)
	s.read(c)
	s.leave(c)
}

func (s *Server) join(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) >= maxConns {
		c.push(map[string]any{"type": "disconnect", "reason": "too_many_websockets", "debug_info": s.debugInfo()})
		time.AfterFunc(time.Second, c.drop)
		return
	}
	s.conns = append(s.conns, c)
	c.push(map[string]any{"type": "hello", "num_connections": len(s.conns),
		"connection_info": map[string]any{"app_id": App}, "debug_info": s.debugInfo()})
	s.tell("", map[string]any{"type": "connected", "connected": true})
	s.flush()
}

func (s *Server) debugInfo() map[string]any {
	return map[string]any{"host": "playground", "build_number": 1, "approximate_connection_time": 18_060, "started": s.opt.Now().UTC().Format(time.RFC3339)}
}

// leave forgets a connection. Events that it took and did not ack go to another one, or wait for one.
func (s *Server) leave(c *conn) {
	c.drop()
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.conns, c)
	if i < 0 {
		return
	}
	s.conns = slices.Delete(s.conns, i, i+1)
	s.lastSocket = time.Now()
	s.tell("", map[string]any{"type": "connected", "connected": len(s.conns) > 0})
	var orphans []*envelope
	for _, e := range s.pending {
		if e.on == c && e.event != nil {
			orphans = append(orphans, e)
		}
	}
	slices.SortFunc(orphans, func(a, b *envelope) int { return a.serial - b.serial })
	for _, e := range orphans {
		s.retry(e, "connection_failed", 0)
	}
}

// push queues a frame. A reader that lets a thousand frames pile up is gone for all we can tell.
func (c *conn) push(v any) {
	select {
	case c.out <- encode(v):
	default:
		c.drop()
	}
}

func (c *conn) write(every time.Duration) {
	ping := time.NewTicker(every)
	defer ping.Stop()
	defer func() { _ = c.ws.Close() }()
	for {
		var err error
		select {
		case frame := <-c.out:
			_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
			err = c.ws.WriteMessage(websocket.TextMessage, frame)
		case <-ping.C:
			err = c.ws.WriteControl(websocket.PingMessage, []byte("Ping from the playground"), time.Now().Add(10*time.Second))
		case <-c.done:
			_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(time.Second))
			return
		}
		if err != nil {
			c.drop()
			return
		}
	}
}

// silence is how long a peer may leave pings unanswered before it counts as gone.
const silence = 30 * time.Second

// read takes acks until the connection ends.
func (s *Server) read(c *conn) {
	alive := func() { _ = c.ws.SetReadDeadline(time.Now().Add(silence)) }
	alive()
	c.ws.SetPongHandler(func(string) error { alive(); return nil })
	for {
		kind, frame, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		alive()
		if kind != websocket.TextMessage {
			continue
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal(frame, &ack); err != nil {
			s.opt.Log.Warn("a frame that is not JSON came over the socket")
			continue
		}
		s.mu.Lock()
		if len(frame) >= maxAck {
			s.refused("ack", "a frame of 20,480 bytes or more is dropped silently by Slack")
		} else {
			s.acked(ack.EnvelopeID, ack.Payload)
		}
		s.mu.Unlock()
	}
}

// Disconnect tells every socket to go, with Slack's reason: warning, refresh_requested or link_disabled. They take no
// further envelopes and are cut after the time that Slack gives: 10 s after a warning, else 1 s.
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	grace := time.Second
	if reason == "warning" {
		grace = 10 * time.Second
	}
	for _, c := range s.conns {
		c.draining = true
		c.push(map[string]any{"type": "disconnect", "reason": reason, "debug_info": s.debugInfo()})
		time.AfterFunc(grace, c.drop)
	}
}

// Cut ends every socket without a word, as a network does.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.ws.NetConn().Close()
	}
}

// Connections is the number of open sockets.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}
