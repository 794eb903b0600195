// Package embeddingstest is an OpenAI-compatible server of embeddings at the
// wire, for tests. It plays steps (steps.go), one for each request, the last
// one for all that follow. The formats are those of OpenAI's documentation,
// https://platform.openai.com/docs/api-reference/embeddings, and of its errors;
// none was recorded from a real server.
//
// Its vectors (vectors.go) are made of the text: of its words, so that texts
// alike have vectors alike, or of noise.
package embeddingstest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// Server plays steps.
type Server struct {
	*httptest.Server

	mu       sync.Mutex
	vector   Vector
	steps    []string
	requests []Request
	left     chan struct{}
}

// Request is what the server was asked.
type Request struct {
	Path, Version, Key string
	Model              string   `json:"model"`
	Input              []string `json:"input"`
	Dimensions         int      `json:"dimensions"`
}

// Start serves until Close. Without steps every answer is right.
func Start(vector Vector, steps ...string) *Server {
	s := &Server{left: make(chan struct{})}
	s.Play(vector, steps...)
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Close also lets those go that a slow step holds.
func (s *Server) Close() {
	close(s.left)
	s.Server.Close()
}

// Play changes what is played, and forgets the requests so far.
func (s *Server) Play(vector Vector, steps ...string) {
	for _, name := range steps {
		if plays[name] == nil {
			panic("no such step: " + name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vector, s.steps, s.requests = vector, steps, nil
}

// Requests returns the requests for embeddings so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Texts returns how many texts were sent so far.
func (s *Server) Texts() int {
	n := 0
	for _, r := range s.Requests() {
		n += len(r.Input)
	}
	return n
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"object":"list","data":[{"id":"embed-a"},{"id":"embed-b"}]}`)
		return
	}
	request := Request{Path: r.URL.Path, Version: r.URL.Query().Get("api-version"), Key: r.Header.Get("Authorization") + r.Header.Get("Api-Key")}
	if err := json.NewDecoder(io.LimitReader(r.Body, 8<<20)).Decode(&request); err != nil {
		fail(w, http.StatusBadRequest, `{"error":{"message":"the body is no JSON","type":"invalid_request_error"}}`)
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, request)
	step := "right"
	if len(s.steps) > 0 {
		step = s.steps[min(len(s.requests), len(s.steps))-1]
	}
	p := play{w: w, r: r, request: request, vector: s.vector, left: s.left}
	s.mu.Unlock()
	plays[step](p)
}
