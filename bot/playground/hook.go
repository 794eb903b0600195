package playground

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/jirei/jirei/bot/blocks"
)

// hook is a response_url: 5 uses within 30 minutes (docs.slack.dev, "Handling user interaction").
type hook struct {
	id, user, channel string
	original          string // the message that replace_original means, "" while there is none
	uses              int
	born              time.Time
}

const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

func (s *Server) hook(user, channel string) *hook {
	h := &hook{id: s.id("R"), user: user, channel: channel, born: s.opt.Now()}
	s.hooks[h.id] = h
	return h
}

func (s *Server) hookURL(h *hook) string { return s.base + "/response/" + h.id }

// posting is the JSON of a response_url or of a command's ack.
type posting struct {
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	ResponseType    string          `json:"response_type"`
	ThreadTS        string          `json:"thread_ts"`
	ReplaceOriginal bool            `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
	LinkNames       any             `json:"link_names"`
	Metadata        *Metadata       `json:"metadata"`
}

func checkPosting(p *posting) error {
	if p.ResponseType != "" && p.ResponseType != "ephemeral" && p.ResponseType != "in_channel" {
		return refuse("invalid_arguments", "[ERROR] unknown response_type [json-pointer:/response_type]")
	}
	if err := blocks.CheckMessage(p.Blocks, p.Text); err != nil {
		return refuseBlocks(err)
	}
	return nil
}

// serveHook answers a response_url. A refusal is a 400 with Slack's name, so that slack-go, which reads no body here,
// notices it.
func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	const name = "response_url"
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.calls[name]++
	f := s.fault(name)
	if f.fails() {
		s.change()
		s.mu.Unlock()
		f.answer(w)
		return
	}
	status, err := s.respond(r.PathValue("id"), body)
	if err != nil {
		s.refused(name, err.Error())
	}
	s.change()
	s.mu.Unlock()
	if f.spoil(r) {
		return
	}
	if err != nil {
		http.Error(w, err.Error(), status)
		return
	}
	_, _ = io.WriteString(w, "ok")
}

func (s *Server) respond(id string, body []byte) (int, error) {
	h := s.hooks[id]
	switch {
	case h == nil || s.opt.Now().Sub(h.born) > hookLife:
		return http.StatusNotFound, refuse("expired_url")
	case h.uses >= hookUses:
		return http.StatusNotFound, refuse("used_url")
	}
	var p posting
	if err := json.Unmarshal(body, &p); err != nil {
		return http.StatusBadRequest, refuse("invalid_payload")
	}
	c := s.channel(h.user, h.channel)
	var original *Message
	if h.original != "" {
		original = c.find(h.original)
	}
	if p.DeleteOriginal {
		h.uses++
		if original != nil && !original.Deleted {
			s.remove(c, original)
		}
		return 0, nil
	}
	if err := checkPosting(&p); err != nil {
		return http.StatusBadRequest, err
	}
	h.uses++
	s.recordPings("response_url in "+c.id, p.Text, p.Blocks, truthy(p.LinkNames))
	if p.ReplaceOriginal && original != nil && original.Bot && !original.Deleted {
		// The type can never change: an ephemeral message stays one whatever response_type says.
		before := original.wire(c, true)
		original.Text, original.Blocks, original.Edited = p.Text, named(p.Blocks), original.For == ""
		s.tellMessage("changed", original)
		s.emitChange(c, "message_changed", before, original)
		return 0, nil
	}
	m := &Message{User: Bot, Text: p.Text, Blocks: named(p.Blocks), Metadata: p.Metadata}
	if p.ResponseType != "in_channel" {
		m.For = h.user
	}
	if !p.ReplaceOriginal {
		m.ThreadTS = p.ThreadTS
	}
	s.put(c, m)
	s.emitMessage(c, m)
	if h.original == "" {
		h.original = m.TS
	}
	return 0, nil
}

func truthy(v any) bool { return v == true || v == "1" || v == "true" || v == 1.0 }
