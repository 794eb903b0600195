package answertest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reply is a reply on its way out.
type reply struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	request Request
	status  int
	begun   bool
}

// steps are what a line of a reply may do.
//
// A deadline and a silence wait for the client to go, as a server that hangs does.
var steps = map[string]func(*reply, string){
	"#": func(*reply, string) {},
	// status, header and body make a reply that is no stream.
	"status": func(p *reply, with string) { p.status, _ = strconv.Atoi(with) },
	"header": func(p *reply, with string) {
		key, value, _ := strings.Cut(with, ": ")
		p.w.Header().Set(key, value)
	},
	"body": func(p *reply, with string) { p.write(with + "\n") },
	// say and line send what the model says; line ends with a line break.
	"say":   func(p *reply, with string) { p.say(p.fill(with)) },
	"line":  func(p *reply, with string) { p.say(p.fill(with) + "\n") },
	"runes": func(p *reply, with string) { p.runes(p.fill(with)) },
	// flood says the same again and again: N TEXT.
	"flood": func(p *reply, with string) {
		count, text, _ := strings.Cut(with, " ")
		for n, _ := strconv.Atoi(count); n > 0 && p.r.Context().Err() == nil; n-- {
			p.say(text)
		}
	},
	"think":  func(p *reply, with string) { p.delta(`{"reasoning_content":`+text(with)+`}`, "") },
	"refuse": func(p *reply, with string) { p.delta(`{"refusal":`+text(with)+`}`, "") },
	"tool": func(p *reply, with string) {
		name, arguments, _ := strings.Cut(with, " ")
		p.delta(`{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":`+text(name)+`,"arguments":`+text(arguments)+`}}]}`, "")
	},
	"finish": func(p *reply, with string) { p.delta("{}", with) },
	"usage": func(p *reply, with string) {
		var prompt, completion int
		_, _ = fmt.Sscan(with, &prompt, &completion)
		p.event(usage(prompt, completion))
	},
	"done": func(p *reply, _ string) { p.event("[DONE]") },
	// raw sends an event as it stands, comment a line that is none.
	"raw":     func(p *reply, with string) { p.event(with) },
	"comment": func(p *reply, with string) { p.write(": " + with + "\n\n") },
	// bytes sends a chunk a byte at a time; tear breaks off in the middle of its
	// first character that has several bytes.
	"bytes": func(p *reply, with string) {
		for _, b := range []byte("data: " + frame(p.script.Server, `{"content":`+text(with)+`}`, "") + "\n\n") {
			p.write(string([]byte{b}))
		}
	},
	"tear": func(p *reply, with string) {
		data := "data: " + frame(p.script.Server, `{"content":`+text(with)+`}`, "")
		at := strings.IndexFunc(data, func(r rune) bool { return r >= utf8.RuneSelf })
		p.write(data[:at+1])
		panic(http.ErrAbortHandler)
	},
	"cut": func(*reply, string) { panic(http.ErrAbortHandler) },
	// kept waits until so many sentences were proved. deadline and silence are
	// when time runs out: for all of it, or for the next token.
	"kept": func(p *reply, with string) {
		n, _ := strconv.Atoi(with)
		p.awaitKept(p.r.Context(), n)
	},
	"deadline": func(p *reply, _ string) { p.pass(p.deadline); <-p.r.Context().Done() },
	"silence":  func(p *reply, _ string) { p.pass(p.silence); <-p.r.Context().Done() },
}

func (p *reply) say(s string) { p.delta(`{"content":`+text(s)+`}`, "") }

// runes says a text a character at a time, as slow models do.
func (p *reply) runes(s string) {
	for _, r := range s {
		p.say(string(r))
	}
}

func (p *reply) delta(delta, finish string) {
	if p.script.Server == "Azure" && !p.begun { // its first frame says what it thinks of the prompt, and has no choices
		p.event(`{"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}`)
	}
	p.event(frame(p.script.Server, delta, finish))
}

func (p *reply) event(data string) { p.write("data: " + data + "\n\n") }

func (p *reply) write(s string) {
	if !p.begun {
		p.begun = true
		if p.w.Header().Get("Content-Type") == "" {
			p.w.Header().Set("Content-Type", "text/event-stream")
		}
		p.w.WriteHeader(p.status)
	}
	_, _ = p.w.Write([]byte(s)) // a client that has gone away is part of the play
	p.w.(http.Flusher).Flush()
}

// fill puts what only the request knows into what a model says: a model that
// gives its prompt away has read it.
func (p *reply) fill(s string) string {
	s = strings.ReplaceAll(s, "{{fence}}", fenced.FindString(p.request.Prompt()))
	return strings.ReplaceAll(s, "{{rules}}", p.request.Rules())
}
