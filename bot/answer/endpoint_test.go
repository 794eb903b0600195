package answer

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/answer/answertest"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"":                                     "https://api.openai.com/v1",
		"http://localhost:11434":               "http://localhost:11434/v1",
		"http://localhost:11434/":              "http://localhost:11434/v1",
		"http://localhost:11434/v1":            "http://localhost:11434/v1",
		"http://localhost:11434/v1/":           "http://localhost:11434/v1",
		"\thttp://localhost:11434/v1\n":        "http://localhost:11434/v1",
		"https://openrouter.ai/api/v1":         "https://openrouter.ai/api/v1",
		"https://h/v1/chat/completions":        "https://h/v1",
		"https://n.openai.azure.com":           "https://n.openai.azure.com/openai/v1",
		"https://n.openai.azure.com/":          "https://n.openai.azure.com/openai/v1",
		"https://n.openai.azure.com/openai/v1": "https://n.openai.azure.com/openai/v1",
		"https://generativelanguage.googleapis.com/v1beta/openai/": "https://generativelanguage.googleapis.com/v1beta/openai",
	} {
		u, err := Endpoint{URL: written}.Base()
		if err != nil || u.String() != want {
			t.Errorf("%q is %v, %v; want %s", written, u, err, want)
		}
	}
	for written, want := range map[string]error{
		"localhost:11434": ErrURL, "ftp://h": ErrURL, "http://": ErrURL, "::": ErrURL,
		"https://user:geheim@h/v1": ErrURLMore, "https://h/v1?key=geheim": ErrURLMore, "https://h/#x": ErrURLMore,
	} {
		_, err := Endpoint{URL: written}.Base()
		if !errors.Is(err, want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v, want %v", written, err, want)
		}
	}
	if u, err := (Endpoint{URL: "https://n.openai.azure.com/openai/v1", Version: "2024-10-21"}).Base(); err != nil || u.String() != "https://n.openai.azure.com" {
		t.Errorf("an Azure address with a version is %v, %v", u, err)
	}
}

func TestWhoReceivesIt(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]struct {
		host         string
		local, plain bool
	}{
		"":                         {"api.openai.com", false, false},
		"http://localhost:11434":   {"localhost:11434", true, false},
		"http://127.0.0.1:8080/v1": {"127.0.0.1:8080", true, false},
		"http://[::1]:8080":        {"[::1]:8080", true, false},
		"http://192.168.1.5:1234":  {"192.168.1.5:1234", false, true},
		"https://gw.example/v1":    {"gw.example", false, false},
	} {
		e := Endpoint{URL: written}
		if e.Host() != want.host || e.Local() != want.local || e.Plain() != want.plain {
			t.Errorf("%q: %s, local %v, plain %v", written, e.Host(), e.Local(), e.Plain())
		}
	}
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"sk-geheim\n", " sk-geheim", "sk geheim", "sk-ｇ", "sk-\x00"} {
		_, err := NewModel(Endpoint{Key: key, Model: "m"}, nil, nil)
		if !errors.Is(err, ErrKey) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", key, err)
		}
	}
	if _, err := NewModel(Endpoint{Key: "sk-x", Model: " "}, nil, nil); !errors.Is(err, ErrModel) {
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
	e := Endpoint{URL: "https://n.openai.azure.com", Key: testKey, Model: "gpt-jp", Version: "2024-10-21"}
	m, err := NewModel(e, &Budget{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	g := newGuard(e.Key)
	g.client.Transport = to(server.URL)
	m.client = e.client(g)
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
		want   Kind
		names  int
	}{
		"there":                 {"gpt-4o", 200, "application/json", models, "", 0},
		"there as latest":       {"llama3.2", 200, "application/json", models, "", 0},
		"another":               {"gpt-9", 200, "application/json", models, NoModel, 2},
		"expired key":           {"gpt-4o", 401, "application/json", `{"error":{"message":"Incorrect API key provided: ` + testKey + `"}}`, BadKey, 0},
		"a web page":            {"gpt-4o", 200, "text/html; charset=utf-8", "<html>", WebPage, 0},
		"a web page as JSON":    {"gpt-4o", 200, "application/json", "<html>", WebPage, 0},
		"a redirect":            {"gpt-4o", 302, "", "", WebPage, 0},
		"no such path":          {"gpt-4o", 404, "text/plain", "404 page not found", NoPath, 0},
		"a web page, not found": {"gpt-4o", 404, "text/html", "<html>", WebPage, 0},
		"busy":                  {"gpt-4o", 429, "application/json", `{"error":{"message":"slow down"}}`, Busy, 0},
		"down":                  {"gpt-4o", 503, "application/json", `{"error":{"message":"Loading model"}}`, Broke, 0},
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
			m, err := NewModel(Endpoint{URL: server.URL, Key: testKey, Model: c.model}, &Budget{}, slog.New(slog.DiscardHandler))
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

func trouble(t *testing.T, err error, want Kind) {
	t.Helper()
	var got *Trouble
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
	for url, want := range map[string]Kind{"http://" + address: Unreachable, "http://no-such-host.invalid": NoHost} {
		m, err := NewModel(Endpoint{URL: url, Model: "m"}, &Budget{}, slog.New(slog.DiscardHandler))
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
	trouble(t, err, Slow)
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"": 0, "2": 2 * time.Second, "-1": 0, "x": 0, "99999999999": 24 * time.Hour, "999999999": 24 * time.Hour, "Mon, 02 Jan 2006 15:04:05 GMT": 0} {
		if got := retryAfter(value); got != want {
			t.Errorf("%q is %v, want %v", value, got, want)
		}
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 23, 0, 0, 0, time.UTC)
	b := &Budget{Cap: 100, Now: func() time.Time { return now }}
	var got []bool
	try := func(n int) { got = append(got, b.reserve(n)) }
	try(60)
	try(60) // both at once would pass the cap
	b.settle(60, 30)
	try(60)
	try(20)
	now = now.Add(2 * time.Hour)
	try(100)
	if !slices.Equal(got, []bool{true, false, true, false, true}) || b.Used() != 100 {
		t.Errorf("%v, %d used", got, b.Used())
	}
	if !(&Budget{}).reserve(1 << 40) {
		t.Error("without a cap there is always room")
	}
}
