package answer

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/answer/answertest"
	"github.com/jirei/jirei/embeddings/endpoint"
)

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"sk-geheim\n", " sk-geheim", "sk geheim", "sk-ｇ", "sk-\x00"} {
		_, err := NewModel(endpoint.Endpoint{Key: key, Model: "m"}, nil, nil)
		if !errors.Is(err, endpoint.ErrKey) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", key, err)
		}
	}
	if _, err := NewModel(endpoint.Endpoint{Key: "sk-x", Model: " "}, nil, nil); !errors.Is(err, endpoint.ErrModel) {
		t.Error(err)
	}
}

// The old Azure addresses have the deployment in the path and the key in a
// header of their own.
func TestAzureDeployment(t *testing.T) {
	t.Parallel()
	var asked *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r.Clone(t.Context()) }))
	defer server.Close()
	e := endpoint.Endpoint{URL: "https://n.openai.azure.com", Key: testKey, Model: "gpt-jp", Version: "2024-10-21"}
	m, err := NewModel(e, &endpoint.Budget{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	g := endpoint.NewGuard(e.Key, readMost)
	g.Client.Transport = to(server.URL)
	m.client = e.Client(g)
	_, _ = m.Probe(t.Context())
	if asked == nil || asked.URL.Path != "/openai/deployments/gpt-jp/chat/completions" || asked.URL.Query().Get("api-version") != "2024-10-21" || asked.Header.Get("Api-Key") != testKey {
		t.Errorf("asked %v", asked)
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	models := `{"object":"list","data":[{"id":"llama3.2:latest"},{"id":"gpt-4o"}]}`
	for name, c := range map[string]struct {
		model  string
		status int
		kind   string
		body   string
		want   endpoint.Kind
		names  int
	}{
		"there":                 {"gpt-4o", 200, "application/json", models, "", 0},
		"there as latest":       {"llama3.2", 200, "application/json", models, "", 0},
		"another":               {"gpt-9", 200, "application/json", models, endpoint.NoModel, 2},
		"expired key":           {"gpt-4o", 401, "application/json", `{"error":{"message":"Incorrect API key provided: ` + testKey + `"}}`, endpoint.BadKey, 0},
		"a web page":            {"gpt-4o", 200, "text/html; charset=utf-8", "<html>", endpoint.WebPage, 0},
		"a web page as JSON":    {"gpt-4o", 200, "application/json", "<html>", endpoint.WebPage, 0},
		"a redirect":            {"gpt-4o", 302, "", "", endpoint.WebPage, 0},
		"no such path":          {"gpt-4o", 404, "text/plain", "404 page not found", endpoint.NoPath, 0},
		"a web page, not found": {"gpt-4o", 404, "text/html", "<html>", endpoint.WebPage, 0},
		"busy":                  {"gpt-4o", 429, "application/json", `{"error":{"message":"slow down"}}`, endpoint.Busy, 0},
		"down":                  {"gpt-4o", 503, "application/json", `{"error":{"message":"Loading model"}}`, endpoint.Broke, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.Header().Set("Location", "https://elsewhere.example")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer server.Close()
			m, err := NewModel(endpoint.Endpoint{URL: server.URL, Key: testKey, Model: c.model}, &endpoint.Budget{}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			names, err := m.Probe(t.Context())
			trouble(t, err, c.want)
			if len(names) != c.names {
				t.Errorf("names %v", names)
			}
		})
	}
}

func trouble(t *testing.T, err error, want endpoint.Kind) {
	t.Helper()
	var got *endpoint.Trouble
	switch {
	case want == "" && err == nil:
	case !errors.As(err, &got) || got.Kind != want || strings.Contains(err.Error(), testKey):
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestProbeOfNobody(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	for url, want := range map[string]endpoint.Kind{"http://" + address: endpoint.Unreachable, "http://no-such-host.invalid": endpoint.NoHost} {
		m, err := NewModel(endpoint.Endpoint{URL: url, Model: "m"}, &endpoint.Budget{}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Probe(t.Context())
		trouble(t, err, want)
	}
}

// A server that takes the connection and says nothing is given up when time is.
func TestProbeOfOneThatHangs(t *testing.T) {
	t.Parallel()
	script := answertest.Script{Server: "Ollama", Replies: [][]answertest.Step{{{Do: "deadline"}}}}
	server := answertest.Start(script)
	defer server.Close()
	m := scripted(t, script, server, nil)
	_, err := m.Probe(t.Context())
	trouble(t, err, endpoint.Slow)
}
