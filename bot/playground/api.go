package playground

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/jirei/jirei/bot/blocks"
)

// args are a call's arguments as strings; what came as JSON values is JSON text.
type args map[string]string

// reply is the JSON object of a successful answer, without ok.
type reply map[string]any

// method is one method of the Web API.
type method struct {
	args string // names in one line; "!" behind a required one
	do   func(*Server, args) (reply, error)
}

// Refusal is an answer with ok:false.
type Refusal struct {
	Name     string   // Slack's error
	Messages []string // response_metadata.messages
}

func (r *Refusal) Error() string {
	if len(r.Messages) == 0 {
		return r.Name
	}
	return r.Name + ": " + strings.Join(r.Messages, "; ")
}

func refuse(name string, messages ...string) error { return &Refusal{name, messages} }

// refuseBlocks carries what package blocks found into an answer.
func refuseBlocks(err error) error {
	var e *blocks.Error
	if errors.As(err, &e) {
		return refuse(e.Name, e.Message())
	}
	return err
}

// methods is everything that the playground's Web API can do.
func methods() map[string]method {
	all := map[string]method{
		"auth.test":             {"", authTest},
		"apps.connections.open": {"", connectionsOpen},
	}
	for _, family := range []map[string]method{chatMethods(), conversationMethods(), viewMethods(), agentMethods(), streamMethods(), fileMethods(), linkMethods()} {
		maps.Copy(all, family)
	}
	return all
}

func authTest(s *Server, _ args) (reply, error) {
	return reply{"url": s.base + "/", "team": "playground", "user": "jirei", "team_id": Team, "user_id": Bot, "bot_id": BotID,
		"is_enterprise_install": false}, nil
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	a, token, err := readArgs(w, r)
	s.mu.Lock()
	s.calls[name]++
	f := s.fault(name)
	if f.fails() {
		s.change()
		s.mu.Unlock()
		f.answer(w)
		return
	}
	var out reply
	if err == nil {
		out, err = s.call(name, a, token)
	}
	answer := encode(answerOf(out, err))
	if err != nil {
		s.refused(name, err.Error())
	}
	s.change()
	s.mu.Unlock()
	if f.spoil(r) {
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(answer)
}

func answerOf(out reply, err error) map[string]any {
	if err == nil {
		all := map[string]any{"ok": true}
		maps.Copy(all, out)
		return all
	}
	r := &Refusal{Name: "fatal_error", Messages: []string{err.Error()}}
	errors.As(err, &r)
	all := map[string]any{"ok": false, "error": r.Name}
	if len(r.Messages) > 0 {
		all["response_metadata"] = map[string]any{"messages": r.Messages}
	}
	return all
}

// call checks what is the same for every method, then does it. It runs under mu.
func (s *Server) call(name string, a args, token string) (reply, error) {
	m, ok := s.methods[name]
	if !ok {
		s.unknown = append(s.unknown, name)
		s.opt.Log.Error("a Web API method that the playground does not know", "method", name)
		return nil, refuse("unknown_method")
	}
	want := BotToken
	if name == "apps.connections.open" {
		want = AppToken
	}
	switch token {
	case "":
		return nil, refuse("not_authed")
	case want:
	case BotToken, AppToken:
		return nil, refuse("not_allowed_token_type")
	default:
		return nil, refuse("invalid_auth")
	}
	known := []string{"team_id"}
	for field := range strings.FieldsSeq(m.args) {
		key, required := strings.CutSuffix(field, "!")
		known = append(known, key)
		if required && a[key] == "" {
			return nil, refuse("invalid_arguments", "[ERROR] missing required field: "+key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if !slices.Contains(known, key) {
			return nil, refuse("invalid_arguments", "[ERROR] unknown argument: "+key)
		}
	}
	return m.do(s, a)
}

// readArgs takes the arguments and the token from wherever slack-go puts them: a form body with token=, or JSON or a
// query with Authorization: Bearer.
func readArgs(w http.ResponseWriter, r *http.Request) (args, string, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<20)
	a := args{}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return a, token, refuse("invalid_arguments")
		}
		raw := map[string]json.RawMessage{}
		if len(body) > 0 && json.Unmarshal(body, &raw) != nil {
			return a, token, refuse("invalid_json")
		}
		for k, v := range raw {
			var text string
			if json.Unmarshal(v, &text) == nil {
				a[k] = text
			} else if string(v) != "null" {
				a[k] = string(v)
			}
		}
	} else {
		var err error
		if kind == "multipart/form-data" {
			err = r.ParseMultipartForm(4 << 20) //nolint:gosec // the body is bounded above
		} else {
			err = r.ParseForm()
		}
		if err != nil {
			return a, token, refuse("invalid_form_data")
		}
		for k, v := range r.Form {
			a[k] = v[0]
		}
	}
	if t, ok := a["token"]; ok {
		if token == "" {
			token = t
		}
		delete(a, "token")
	}
	return a, token, nil
}

func (a args) flag(key string) bool { return a[key] == "true" || a[key] == "1" }

func (a args) number(key string, otherwise int) int {
	if n, err := strconv.Atoi(a[key]); err == nil {
		return n
	}
	return otherwise
}

// raw is an argument that is JSON, nil where it was not given.
func (a args) raw(key string) json.RawMessage {
	if a[key] == "" {
		return nil
	}
	return json.RawMessage(a[key])
}

// Calls is how often a method was called, failures included; "response_url" counts those.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Unknown is every call of a method that the playground does not have; a test fails when there is one.
func (s *Server) Unknown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unknown)
}

// Refusals is every call, ack and response_url that the playground itself refused (not what Fail made fail), as
// "method: error".
func (s *Server) Refusals() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refusals)
}

func (s *Server) refused(where, why string) {
	s.refusals = append(s.refusals, where+": "+why)
	s.opt.Log.Warn("refused as Slack would", "where", where, "why", why)
	s.change()
}
