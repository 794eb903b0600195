package embeddingstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// play is one request being answered.
type play struct {
	w       http.ResponseWriter
	r       *http.Request
	request Request
	vector  Vector
	left    chan struct{}
}

// item is one vector of a reply.
type item struct {
	Object    string `json:"object"`
	Index     *int   `json:"index,omitempty"`
	Embedding any    `json:"embedding"`
}

// plays are the steps by name.
var plays = map[string]func(play){
	"right":       func(p play) { p.reply(p.items()) },
	"wrong order": func(p play) { l := p.items(); slices.Reverse(l); p.reply(l) },
	"missing index": func(p play) {
		l := p.items()
		for i := range l {
			l[i].Index = nil
		}
		p.reply(l)
	},
	"wrong dimension": func(p play) {
		l := p.items()
		last := &l[len(l)-1]
		last.Embedding = last.Embedding.([]float32)[1:]
		p.reply(l)
	},
	"wrong count": func(p play) { p.reply(p.items()[1:]) },
	"NaN":         func(p play) { p.spoil("NaN") },
	"null":        func(p play) { p.spoil("null") },
	"infinity":    func(p play) { p.spoil("1e999") },
	"zero vector": func(p play) {
		l := p.items()
		l[0].Embedding = make([]float32, len(l[0].Embedding.([]float32)))
		p.reply(l)
	},
	"an HTML page":         func(p play) { p.page("text/html; charset=utf-8") },
	"an HTML page as JSON": func(p play) { p.page("application/json") },
	"401": func(p play) {
		fail(p.w, 401, fmt.Sprintf(`{"error":{"message":"Incorrect API key provided: %s. The key has expired.","type":"invalid_request_error","code":"invalid_api_key"}}`, p.request.Key))
	},
	"404 model": func(p play) {
		fail(p.w, 404, fmt.Sprintf(`{"error":{"message":"The model '%s' does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}`, p.request.Model))
	},
	"429": func(p play) {
		p.w.Header().Set("Retry-After", "7")
		fail(p.w, 429, `{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}`)
	},
	"429 for an hour": func(p play) {
		p.w.Header().Set("Retry-After", "3600")
		fail(p.w, 429, `{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}`)
	},
	"429 no credit": func(p play) {
		fail(p.w, 429, `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}`)
	},
	"500": func(p play) { fail(p.w, 500, `{"error":{"message":"The server had an error"}}`) },
	"too long": func(p play) {
		fail(p.w, 400, `{"error":{"message":"This model's maximum context length is 8192 tokens, however you requested 9001 tokens","type":"invalid_request_error","code":"context_length_exceeded"}}`)
	},
	"too long for llama.cpp": func(p play) {
		fail(p.w, 500, `{"error":{"code":500,"message":"input is too large to process. increase the physical batch size","type":"server_error"}}`)
	},
	"silence": func(p play) {
		select {
		case <-p.r.Context().Done():
		case <-p.left:
		}
	},
	"cut": func(p play) {
		body := p.body(p.items())
		p.w.Header().Set("Content-Type", "application/json")
		p.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = p.w.Write(body[:len(body)/2])
	},
	"ten megabytes": func(p play) {
		p.w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(p.w, `{"object":"list","data":[`)
		for range 10 {
			if _, err := p.w.Write(bytes.Repeat([]byte{' '}, 1<<20)); err != nil {
				return // the client has had enough, which is the point
			}
		}
		_, _ = io.WriteString(p.w, `]}`)
	},
}

// items are the right vectors, in order.
func (p play) items() []item {
	list := make([]item, len(p.request.Input))
	for i, text := range p.request.Input {
		v := p.vector(text)
		if n := p.request.Dimensions; n > 0 && n < len(v) {
			v = v[:n]
		}
		list[i] = item{"embedding", &i, v}
	}
	return list
}

func (p play) body(list []item) []byte {
	body, err := json.Marshal(map[string]any{"object": "list", "data": list, "model": p.request.Model, "usage": map[string]int{"prompt_tokens": 8, "total_tokens": 8}})
	if err != nil {
		panic("vectors that JSON cannot say: " + err.Error())
	}
	return body
}

func (p play) reply(list []item) {
	p.w.Header().Set("Content-Type", "application/json")
	_, _ = p.w.Write(p.body(list)) // a client that has gone is part of the play
}

// spoil puts something else in the place of the last number.
func (p play) spoil(with string) {
	body := p.body(p.items())
	end := bytes.LastIndexByte(body, ']') // of data
	end = bytes.LastIndexByte(body[:end], ']')
	from := bytes.LastIndexAny(body[:end], ",[") + 1
	p.w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(p.w, "%s%s%s", body[:from], with, body[end:])
}

func (p play) page(kind string) {
	p.w.Header().Set("Content-Type", kind)
	_, _ = io.WriteString(p.w, "<!doctype html><title>Login</title>")
}

func fail(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
