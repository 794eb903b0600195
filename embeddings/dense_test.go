package embeddings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/jirei/jirei/embeddings/embeddingstest"
	"github.com/jirei/jirei/embeddings/endpoint"
)

const testKey = "sk-geheim-0123456789"

// clock is time that passes at once, and notes how long it was.
type clock struct {
	mu     sync.Mutex
	pauses []time.Duration
}

func (c *clock) after(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pauses = append(c.pauses, d)
	over := make(chan time.Time)
	close(over)
	return over
}

func client(t *testing.T, address string, dim int) (*Dense, *clock) {
	t.Helper()
	d, err := NewDense(endpoint.Endpoint{URL: address, Key: testKey, Model: "embed-a"}, dim, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{}
	d.after = c.after
	return d, c
}

// collect puts what Passages hands over together again.
func collect(ctx context.Context, d *Dense, space Space, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	err := d.Passages(ctx, space, texts, func(from int, vectors [][]float32) error {
		copy(out[from:], vectors)
		return nil
	})
	return out, err
}

func texts(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("事例%dは、UTMを導入した会社の話です。", i)
	}
	return out
}

func TestScripts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		steps    string
		want     endpoint.Kind // "" for success
		requests int
	}{
		{"right", "", 1},
		{"wrong order", "", 1},
		{"missing index", WrongOrder, 1},
		{"wrong dimension", WrongDim, 1},
		{"wrong count", WrongCount, 1},
		{"NaN", NoNumber, 1},
		{"null", NoNumber, 1},
		{"infinity", NoNumber, 1},
		{"zero vector", ZeroVector, 1},
		{"an HTML page", endpoint.WebPage, 1},
		{"an HTML page as JSON", endpoint.WebPage, 1},
		{"401", endpoint.BadKey, 1},
		{"404 model", endpoint.NoModel, 1},
		{"429|right", "", 2},
		{"429", endpoint.Busy, 5},
		{"429 for an hour", endpoint.Busy, 1},
		{"429 no credit", endpoint.NoCredit, 1},
		{"500|500|right", "", 3},
		{"500", endpoint.Broke, 5},
		{"cut|right", "", 2},
		{"cut", endpoint.Cut, 5},
		{"ten megabytes", endpoint.Endless, 1},
		{"too long", endpoint.TooLong, 1},
		{"too long for llama.cpp", endpoint.TooLong, 1},
		{"silence|right", "", 2},
		{"silence", endpoint.Slow, 2},
	} {
		t.Run(c.steps, func(t *testing.T) {
			t.Parallel()
			server := embeddingstest.Start(embeddingstest.Words(32, 1), strings.Split(c.steps, "|")...)
			defer server.Close()
			d, time := client(t, server.URL, 0)
			if strings.HasPrefix(c.steps, "silence") {
				d.limits.Batch = 200e6 // real time, but nothing depends on how much of it
			}
			got, err := collect(t.Context(), d, Space{"embed-a", 0}, texts(3))
			var trouble *endpoint.Trouble
			switch {
			case c.want == "" && err != nil, c.want != "" && (!errors.As(err, &trouble) || trouble.Kind != c.want):
				t.Fatalf("got %v, want %q", err, c.want)
			case err != nil && strings.Contains(err.Error(), testKey):
				t.Errorf("the key is in %v", err)
			}
			if n := len(server.Requests()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			if c.steps == "429|right" && (len(time.pauses) != 1 || time.pauses[0] != 7e9) {
				t.Errorf("waited %v, want the 7 s of Retry-After", time.pauses)
			}
			if c.want == "" {
				right(t, got)
			}
		})
	}
}

// right says that each vector is its text's, and of length 1.
func right(t *testing.T, got [][]float32) {
	t.Helper()
	words := embeddingstest.Words(32, 1)
	for i, text := range texts(len(got)) {
		want := words(text)
		if err := normalise(want); err != nil {
			t.Fatal(err)
		}
		var length float64
		for j, x := range got[i] {
			length += float64(x) * float64(x)
			if math.Abs(float64(x-want[j])) > 1e-6 {
				t.Fatalf("vector %d is another text's", i)
			}
		}
		if math.Abs(length-1) > 1e-5 {
			t.Errorf("vector %d has length %g", i, math.Sqrt(length))
		}
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("長", 3000) // some 3,600 tokens
	for name, c := range map[string]struct {
		texts []string
		want  [][2]int
	}{
		"none":                       {nil, nil},
		"as many as fit":             {texts(70), [][2]int{{0, 32}, {32, 32}, {64, 6}}},
		"long ones":                  {[]string{long, long, long, "短"}, [][2]int{{0, 2}, {2, 2}}},
		"longer than a batch, alone": {[]string{"短", strings.Repeat(long, 3), "短"}, [][2]int{{0, 1}, {1, 1}, {2, 1}}},
	} {
		var got [][2]int
		for from, n := range batches(c.texts, DefaultLimits) {
			got = append(got, [2]int{from, n})
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestManyPassagesComeInOrder(t *testing.T) {
	t.Parallel()
	server := embeddingstest.Start(embeddingstest.Words(32, 1))
	defer server.Close()
	d, _ := client(t, server.URL, 0)
	got, err := collect(t.Context(), d, Space{"embed-a", 0}, texts(500))
	if err != nil {
		t.Fatal(err)
	}
	right(t, got)
	if n := len(server.Requests()); n != 16 {
		t.Errorf("%d requests for 500 texts", n)
	}
}

// What was paid for before something failed was handed over.
func TestPassagesThatFailHalfway(t *testing.T) {
	t.Parallel()
	server := embeddingstest.Start(embeddingstest.Words(32, 1), "right", "right", "401")
	defer server.Close()
	d, _ := client(t, server.URL, 0)
	d.limits.Abreast = 1
	got, err := collect(t.Context(), d, Space{"embed-a", 0}, texts(200))
	var trouble *endpoint.Trouble
	if !errors.As(err, &trouble) || trouble.Kind != endpoint.BadKey || got[63] == nil || got[64] != nil {
		t.Errorf("%v; vector 63: %v, 64: %v", err, got[63] != nil, got[64] != nil)
	}
	if n := len(server.Requests()); n != 3 {
		t.Errorf("%d requests, want none after the refused one", n)
	}
	stop := errors.New("the disk is full")
	server.Play(embeddingstest.Words(32, 1))
	if err := d.Passages(t.Context(), Space{"embed-a", 0}, texts(200), func(int, [][]float32) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := collect(ctx, d, Space{"embed-a", 0}, texts(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestDimensionsAreAskedForWhereTheyAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		configured int
		space      Space
		asked      []int
		dim        int
	}{
		"the model's own":                     {0, Space{"embed-a", 0}, []int{0}, 64},
		"named":                               {16, Space{"embed-a", 16}, []int{16}, 16},
		"an index of the model's own number":  {16, Space{"embed-a", 64}, []int{0}, 64},
		"an index of fewer than asked before": {0, Space{"embed-a", 16}, []int{0, 16}, 16},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := embeddingstest.Start(embeddingstest.Words(64, 1))
			defer server.Close()
			d, _ := client(t, server.URL, c.configured)
			v, probe, err := d.Question(t.Context(), c.space, "UTM", "試験")
			if err != nil || len(v) != c.dim || len(probe) != c.dim {
				t.Fatalf("%d and %d dimensions, %v", len(v), len(probe), err)
			}
			var asked []int
			for _, r := range server.Requests() {
				asked = append(asked, r.Dimensions)
			}
			if !slices.Equal(asked, c.asked) {
				t.Errorf("asked for %v, want %v", asked, c.asked)
			}
		})
	}
}

// A question waits for nobody: one try more where that is quick, and after
// silence the next questions are not sent for a while.
func TestQuestions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		steps           string
		want            endpoint.Kind
		requests, after int // after: requests once a second question was asked, too
	}{
		{"right", "", 1, 2},
		{"500|right", "", 2, 3},
		{"500", endpoint.Broke, 2, 4},
		{"401", endpoint.BadKey, 1, 2},
		{"429", endpoint.Busy, 1, 1},
		{"silence", endpoint.Slow, 1, 1},
	} {
		t.Run(c.steps, func(t *testing.T) {
			t.Parallel()
			server := embeddingstest.Start(embeddingstest.Words(32, 1), strings.Split(c.steps, "|")...)
			defer server.Close()
			d, _ := client(t, server.URL, 0)
			if c.steps == "silence" {
				d.limits.Question = 200e6
			}
			_, _, err := d.Question(t.Context(), Space{"embed-a", 32}, "UTM", "試験")
			var trouble *endpoint.Trouble
			if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &trouble) || trouble.Kind != c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if n := len(server.Requests()); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			_, _, _ = d.Question(t.Context(), Space{"embed-a", 32}, "MDM", "試験")
			if n := len(server.Requests()); n != c.after {
				t.Errorf("%d requests after a second question, want %d", n, c.after)
			}
		})
	}
}

// to sends every request to one address, so that names of hosts can be real ones.
type to string

func (a to) RoundTrip(r *http.Request) (*http.Response, error) {
	u, err := url.Parse(string(a))
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = u.Scheme, u.Host
	return http.DefaultTransport.RoundTrip(r)
}

func TestAddressesOfEmbeddings(t *testing.T) {
	t.Parallel()
	server := embeddingstest.Start(embeddingstest.Words(8, 1))
	defer server.Close()
	for name, c := range map[string]struct {
		endpoint       endpoint.Endpoint
		path, key, api string
	}{
		"OpenAI":             {endpoint.Endpoint{Key: testKey, Model: "m"}, "/v1/embeddings", "Bearer " + testKey, ""},
		"no key":             {endpoint.Endpoint{URL: "http://localhost:11434", Model: "m"}, "/v1/embeddings", "", ""},
		"Azure":              {endpoint.Endpoint{URL: "https://n.openai.azure.com", Key: testKey, Model: "m"}, "/openai/v1/embeddings", "Bearer " + testKey, ""},
		"Azure's deployment": {endpoint.Endpoint{URL: "https://n.openai.azure.com", Key: testKey, Model: "jp", Version: "2024-10-21"}, "/openai/deployments/jp/embeddings", testKey, "2024-10-21"},
	} {
		server.Play(embeddingstest.Words(8, 1))
		d, err := NewDense(c.endpoint, 0, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		guard := endpoint.NewGuard(c.endpoint.Key, readMost)
		guard.Client.Transport = to(server.URL)
		d.client = c.endpoint.Client(careful{guard})
		if _, err := collect(t.Context(), d, d.Space(), texts(1)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, r := range server.Requests() {
			if r.Path != c.path || strings.TrimSpace(r.Key) != c.key && r.Key != c.key || r.Version != c.api {
				t.Errorf("%s: asked %+v", name, r)
			}
		}
	}
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	for model, want := range map[string][2]string{
		"text-embedding-3-small":                  {"", ""},
		"intfloat/multilingual-e5-small":          {"query: ", "passage: "},
		"nomic-embed-text:latest":                 {"search_query: ", "search_document: "},
		"cl-nagoya/ruri-v3-310m":                  {"検索クエリ: ", "検索文書: "},
		"intfloat/multilingual-e5-large-instruct": {"Instruct: Given a question, retrieve cases that answer it\nQuery: ", ""},
	} {
		if q, p := prefixes(model); q != want[0] || p != want[1] {
			t.Errorf("%s: %q and %q", model, q, p)
		}
	}
}

// Whatever a server sends, what is taken of it are unit vectors, one a text.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		`{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[3,4]}]}`, `{"data":[{"index":1,"embedding":[1e38,1e38]},{"index":0,"embedding":[1e-38,0]}]}`,
		`{"data":null}`, `{"error":{}}`, `[]`, `{"data":[{"embedding":[]},{"index":1,"embedding":[]}]}`, `{"data":[{"index":-1,"embedding":[1]},{"index":9,"embedding":[1]}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var reply openai.EmbeddingResponse
		if json.Unmarshal([]byte(body), &reply) != nil {
			return
		}
		vectors, err := ordered(reply.Data, 2, 0)
		if err != nil {
			return
		}
		for _, v := range vectors {
			var length float64
			for _, x := range v {
				length += float64(x) * float64(x)
			}
			if len(v) != len(vectors[0]) || math.Abs(length-1) > 1e-3 {
				t.Errorf("%s: a vector of %d numbers and length %g", body, len(v), length)
			}
		}
	})
}
