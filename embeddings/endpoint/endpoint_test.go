package endpoint

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
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
		"https://h/v1/embeddings/":             "https://h/v1",
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
	try := func(n int) { got = append(got, b.Reserve(n)) }
	try(60)
	try(60) // both at once would pass the cap
	b.Settle(60, 30)
	try(60)
	try(20)
	now = now.Add(2 * time.Hour)
	try(100)
	if !slices.Equal(got, []bool{true, false, true, false, true}) || b.Used() != 100 {
		t.Errorf("%v, %d used", got, b.Used())
	}
	if !(&Budget{}).Reserve(1 << 40) {
		t.Error("without a cap there is always room")
	}
}
