package playground

import (
	"encoding/json"
	"slices"
)

// Prompt is a suggested prompt at the top of a direct message.
type Prompt struct {
	Title   string `json:"title"`
	Message string `json:"message"`
}

func agentMethods() map[string]method {
	return map[string]method{
		"agents.sessions.setStatus":             {"status! channel_id thread_ts title initiator_user_id icon_emoji icon_url username", sessionStatus},
		"agents.sessions.rename":                {"title! channel_id! thread_ts!", sessionRename},
		"assistant.threads.setStatus":           {"channel_id! thread_ts! status loading_messages icon_emoji icon_url username", threadStatus},
		"assistant.threads.setTitle":            {"channel_id! thread_ts! title!", sessionRename},
		"assistant.threads.setSuggestedPrompts": {"channel_id! thread_ts title prompts!", suggestedPrompts},
	}
}

// Status is what a thread's status line says: a session's "processing", the text of a legacy status, or "".
func (s *Server) Status(user, channel, thread string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(user, channel)
	if c == nil {
		return ""
	}
	return s.statuses[c.id+"/"+thread]
}

// Prompts are the suggested prompts of a person's direct message, and what stands over them.
func (s *Server) Prompts(user string) (greeting string, prompts []Prompt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(user); u != nil {
		return s.greeting["D"+u.ID[1:]], slices.Clone(s.prompts["D"+u.ID[1:]])
	}
	return "", nil
}

// Title is the name of an agent session.
func (s *Server) Title(user, thread string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(user); u != nil {
		return s.titles["D"+u.ID[1:]+"/"+thread]
	}
	return ""
}

// Stop presses the button that a session shows while it is processing.
func (s *Server) Stop(user, thread string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(user, "DM")
	if c == nil || s.statuses[c.id+"/"+thread] != "processing" {
		return refuse("not_processing")
	}
	s.emit(map[string]any{"type": "agent_session_stopped", "channel": c.id, "thread_ts": thread, "user": c.im, "streaming_message_ts": []string{}, "event_ts": s.ts()})
	return nil
}

func (s *Server) setStatus(channel, thread, text string) {
	key := channel + "/" + thread
	if s.statuses[key] == text {
		return
	}
	s.statuses[key] = text
	if text == "" {
		delete(s.statuses, key)
	}
	s.tell("", map[string]any{"type": "status", "channel": channel, "thread_ts": thread, "text": text})
}

// thread checks that a thread's channel and root exist.
func (s *Server) thread(a args) (*channel, error) {
	c, err := s.postable(a["channel_id"])
	if err != nil {
		return nil, err
	}
	if ts := a["thread_ts"]; ts != "" && c.find(ts) == nil {
		return nil, refuse("thread_not_found")
	}
	return c, nil
}

func sessionStatus(s *Server, a args) (reply, error) {
	if !slices.Contains([]string{"processing", "active", "suspended", "closed"}, a["status"]) {
		return nil, refuse("invalid_arguments", "[ERROR] unknown status [json-pointer:/status]")
	}
	c, err := s.thread(a)
	if err != nil {
		return nil, err
	}
	text := ""
	if a["status"] == "processing" {
		text = "processing"
	}
	s.setStatus(c.id, a["thread_ts"], text)
	return reply{"status": a["status"], "agent_status": a["status"], "title": a["title"]}, nil
}

func sessionRename(s *Server, a args) (reply, error) {
	c, err := s.thread(a)
	if err != nil {
		return nil, err
	}
	s.titles[c.id+"/"+a["thread_ts"]] = a["title"]
	s.change()
	return reply{"title": a["title"]}, nil
}

func threadStatus(s *Server, a args) (reply, error) {
	c, err := s.thread(a)
	if err != nil {
		return nil, err
	}
	s.setStatus(c.id, a["thread_ts"], a["status"])
	return reply{}, nil
}

// maxPrompts is the number of prompts that an agent_view may suggest (manifest schema 2.0.0).
const maxPrompts = 4

func suggestedPrompts(s *Server, a args) (reply, error) {
	c, err := s.thread(a)
	if err != nil {
		return nil, err
	}
	var list []Prompt
	if err := json.Unmarshal([]byte(a["prompts"]), &list); err != nil || len(list) > maxPrompts {
		return nil, refuse("invalid_arguments", "[ERROR] must be an array of at most 4 prompts [json-pointer:/prompts]")
	}
	for _, p := range list {
		if p.Title == "" || p.Message == "" {
			return nil, refuse("invalid_arguments", "[ERROR] a prompt needs title and message [json-pointer:/prompts]")
		}
	}
	s.prompts[c.id], s.greeting[c.id] = list, a["title"]
	s.tell(c.im, map[string]any{"type": "prompts", "channel": c.id, "prompts": list})
	return reply{}, nil
}
