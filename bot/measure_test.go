package bot_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/answer/answertest"
	"github.com/jirei/jirei/embeddings/endpoint"
)

// TestMeasure prints how long people wait for an answer. It asserts nothing:
// what it measures is the machine, too.
//
//	JIREI_TEST_QUESTIONS=200 go test -run 'TestMeasure$' -v ./bot
func TestMeasure(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("JIREI_TEST_QUESTIONS"))
	if n == 0 {
		t.Skip("JIREI_TEST_QUESTIONS is not set")
	}
	t.Run("answered", func(t *testing.T) {
		w := newWorld(t, options())
		w.measure(n, 0)
	})
	t.Run("first sign, Slack takes 30 ms a call", func(t *testing.T) {
		w := newWorld(t, options())
		for _, method := range []string{"chat.postMessage", "agents.sessions.setStatus", "agents.sessions.rename", "assistant.threads.setStatus", "users.info", "conversations.replies", "conversations.history"} {
			w.Delay(method, 30*time.Millisecond)
		}
		w.measure(n, 0)
	})
	t.Run("written by a model", func(t *testing.T) {
		slow := slowModel(t)
		model, err := answer.NewModel(endpoint.Endpoint{URL: slow.URL, Key: "sk-test-0123456789", Model: "m"}, &endpoint.Budget{}, (&journal{}).logger())
		if err != nil {
			t.Fatal(err)
		}
		w := newWorldWith(t, options(), model)
		w.measure(min(n, 20), firstToken+chunks*eachToken)
	})
}

// measure asks n questions one after the other, and prints the time from the
// mention to the first reply and to the end of the work, with what both take
// beyond the time of the model.
func (w *world) measure(n int, model time.Duration) {
	w.t.Helper()
	var seen, ended []time.Duration
	for i := range n {
		start := time.Now()
		ts := w.say("佐藤", "#general", fmt.Sprintf("@jirei UTMを導入した会社の事例は？ %d回目", i), "")
		w.until("something is to be seen", func() bool { return len(w.replies("佐藤", "#general", ts)) > 0 })
		seen = append(seen, time.Since(start))
		w.settle()
		ended = append(ended, time.Since(start))
	}
	for name, took := range map[string][]time.Duration{"to the first reply": seen, "to the end": ended} {
		slices.Sort(took)
		at := func(percent int) time.Duration {
			return took[min(len(took)-1, len(took)*percent/100)].Round(100 * time.Microsecond)
		}
		line := fmt.Sprintf("%-18s p50 %v, p95 %v, p99 %v of %d", name, at(50), at(95), at(99), len(took))
		if model > 0 {
			line += fmt.Sprintf("; beyond the model's %v: p50 %.2f %%, p95 %.2f %%", model, 100*float64(at(50)-model)/float64(model), 100*float64(at(95)-model)/float64(model))
		}
		w.t.Log(line)
	}
}

// The model of goal B-7: 0.3 s to the first token, then 150 tokens of 15 ms.
const (
	firstToken = 300 * time.Millisecond
	eachToken  = 15 * time.Millisecond
	chunks     = 150
)

// slowModel says what the script of a right answer says, as slowly as a model does.
func slowModel(t *testing.T) *httptest.Server {
	t.Helper()
	script, err := answertest.Read(filepath.Join("answer", "testdata", "model", "form-openai.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, s := range script.Replies[0] {
		if s.Do == "say" {
			all.WriteString(s.With)
		}
	}
	said := []rune(all.String())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		send := func(event string) {
			_, _ = fmt.Fprintf(w, "data: %s\n\n", event)
			_ = http.NewResponseController(w).Flush()
		}
		start := time.Now()
		for i := range chunks {
			<-time.After(time.Until(start.Add(firstToken + time.Duration(i+1)*eachToken)))
			send(`{"choices":[{"index":0,"delta":{"content":` + strconv.Quote(string(said[i*len(said)/chunks:(i+1)*len(said)/chunks])) + `}}]}`)
		}
		send(`{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`)
		send("[DONE]")
	}))
	t.Cleanup(server.Close)
	return server
}
