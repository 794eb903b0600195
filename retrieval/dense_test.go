package retrieval_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/embeddings/embeddingstest"
	"github.com/jirei/jirei/embeddings/endpoint"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// wired is an engine with a model at the wire.
type wired struct {
	*retrieval.Engine
	t      *testing.T
	server *embeddingstest.Server
	space  embeddings.Space
}

func newWired(t *testing.T, vector embeddingstest.Vector) *wired {
	t.Helper()
	server := embeddingstest.Start(vector)
	t.Cleanup(server.Close)
	store, err := sqlite.Open(t.Context(), t.TempDir()+"/book.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	lexicon, err := retrieval.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	s := &wired{Engine: retrieval.New(store, lexicon, nil), t: t, server: server}
	s.named("embed-a", 0)
	return s
}

// named says which model JIREI_EMBED_MODEL and JIREI_EMBED_DIM name.
func (s *wired) named(model string, dim int) {
	s.t.Helper()
	d, err := embeddings.NewDense(endpoint.Endpoint{URL: s.server.URL, Model: model}, dim, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	s.Embedder, s.space = d, d.Space()
}

// index indexes as `jirei index` does, and returns the texts that were sent, the
// probe aside.
func (s *wired) index(book cases.Book, fresh bool) ([]string, error) {
	s.t.Helper()
	before := len(s.server.Requests())
	plan, err := s.PrepareAs(s.t.Context(), book, retrieval.Order{Space: s.space, Fresh: fresh})
	if err != nil {
		s.t.Fatal(err)
	}
	if err = s.Embed(s.t.Context(), &plan, nil); err == nil {
		if err = plan.Apply(s.t.Context(), s.Store()); err == nil {
			err = s.Tidy(s.t.Context(), book)
		}
	}
	sent := []string{}
	for _, r := range s.server.Requests()[before:] {
		for _, text := range r.Input {
			if text != retrieval.ProbeText {
				sent = append(sent, strings.SplitN(text, "\n", 2)[0])
			}
		}
	}
	slices.Sort(sent)
	return sent, err
}

func (s *wired) must(book cases.Book, fresh bool, want ...string) {
	s.t.Helper()
	sent, err := s.index(book, fresh)
	if err != nil || !slices.Equal(sent, want) {
		s.t.Errorf("sent %q, %v; want %q", sent, err, want)
	}
	now := s.now()
	if now.Vectors != len(book.Cases) || now.Model != s.space.Model || len(now.Probe) != now.Dim {
		s.t.Errorf("the index has %d vectors of %s and a probe of %d", now.Vectors, now.Model, len(now.Probe))
	}
}

func (s *wired) now() *retrieval.Generation {
	s.t.Helper()
	now, err := s.Store().Current(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return now
}

func titled(titles ...string) cases.Book {
	book := cases.Book{ID: "mine"}
	for i, title := range titles {
		book.Cases = append(book.Cases, cases.Case{ID: cases.MakeID("mine", i+1), Page: i + 1, Title: title, Measures: []string{title + "を導入した"}})
	}
	return book
}

func TestOnlyWhatChangedIsEmbedded(t *testing.T) {
	t.Parallel()
	s := newWired(t, embeddingstest.Words(32, 1))
	s.must(titled("UTM", "MDM", "VPN"), false, "MDM", "UTM", "VPN")
	requests := len(s.server.Requests())
	s.must(titled("UTM", "MDM", "VPN"), false)
	if n := len(s.server.Requests()) - requests; n != 0 {
		t.Errorf("an unchanged book was worth %d requests", n)
	}
	s.must(titled("UTM", "WAF", "VPN"), false, "WAF")
	s.named("embed-b", 0)
	s.must(titled("UTM", "WAF", "VPN"), false, "UTM", "VPN", "WAF")
	s.named("embed-a", 0) // and back: paid for already
	requests = len(s.server.Requests())
	s.must(titled("UTM", "WAF", "VPN"), false)
	if n := len(s.server.Requests()) - requests; n != 0 {
		t.Errorf("a model that was there before was asked %d times", n)
	}
	s.named("embed-a", 16)
	s.must(titled("UTM", "WAF", "VPN"), false, "UTM", "VPN", "WAF")
	s.must(titled("UTM", "WAF", "VPN"), true, "UTM", "VPN", "WAF")
	s.space = embeddings.Space{}
	if _, err := s.index(titled("UTM"), false); err != nil || s.now().Dim != 0 || s.now().Vectors != 0 {
		t.Errorf("without a model: %v, %d vectors", err, s.now().Vectors)
	}
}

// A failure changes nothing, and what was paid for is not paid for again.
func TestAnIndexThatFailedHalfwayGoesOn(t *testing.T) {
	t.Parallel()
	words := embeddingstest.Words(32, 1)
	s := newWired(t, words)
	titles := make([]string, 70)
	for i := range titles {
		titles[i] = "対策" + string(rune('一'+i))
	}
	s.server.Play(words, "right", "right", "right", "401") // the probe, two batches of 32, and no more
	if _, err := s.index(titled(titles...), false); err == nil || s.now().Number != 0 {
		t.Fatalf("%v, generation %d", err, s.now().Number)
	}
	s.server.Play(words)
	sent, err := s.index(titled(titles...), false)
	if err != nil || len(sent) > 38 || s.now().Vectors != 70 {
		t.Errorf("%d sent again, %v; %d vectors", len(sent), err, s.now().Vectors)
	}
}

// A model that changes under its name is noticed when something is to be
// embedded, and by each question; vectors of both are never mixed.
func TestAModelThatChangedUnderItsName(t *testing.T) {
	t.Parallel()
	s := newWired(t, embeddingstest.Words(32, 1))
	s.must(titled("UTM", "MDM"), false, "MDM", "UTM")
	ask := func() error {
		t.Helper()
		r, err := s.Ask(t.Context(), "UTMを導入した事例", nil, 5)
		if err != nil || len(r.Hits) == 0 && len(r.Nearest) == 0 {
			t.Fatalf("no answer: %v", err)
		}
		return r.Blind
	}
	if err := ask(); err != nil {
		t.Errorf("the index's own model: %v", err)
	}
	s.server.Play(embeddingstest.Words(32, 2))
	if err := ask(); !errors.Is(err, retrieval.ErrOtherModel) {
		t.Errorf("another model: %v", err)
	}
	if _, err := s.index(titled("UTM", "WAF"), false); !errors.Is(err, retrieval.ErrOtherModel) || s.now().Number != 1 {
		t.Errorf("mixed: %v, generation %d", err, s.now().Number)
	}
	s.must(titled("UTM", "WAF"), true, "UTM", "WAF")
	if err := ask(); err != nil {
		t.Errorf("after indexing anew: %v", err)
	}
}

// A start without the model (refresh, an upgrade) loses no vector and asks for none.
func TestPrepareKeepsTheIndexedVectors(t *testing.T) {
	t.Parallel()
	s := newWired(t, embeddingstest.Words(32, 1))
	s.must(titled("UTM", "MDM"), false, "MDM", "UTM")
	requests := len(s.server.Requests())
	s.Weights.Title *= 2 // other rules of features: all is built again
	plan, err := s.Prepare(t.Context(), titled("UTM", "MDM"))
	if err != nil || !plan.Rebuild || len(plan.Missing()) != 0 {
		t.Fatalf("%v, rebuild %v, %d missing", err, plan.Rebuild, len(plan.Missing()))
	}
	if err := plan.Apply(t.Context(), s.Store()); err != nil {
		t.Fatal(err)
	}
	plan, err = s.Prepare(t.Context(), titled("UTM", "MDM", "VPN"))
	if err != nil || len(plan.Missing()) != 1 {
		t.Fatalf("%v, %d missing", err, len(plan.Missing()))
	}
	if err := plan.Apply(t.Context(), s.Store()); err != nil {
		t.Fatal(err)
	}
	if now := s.now(); now.Vectors != 2 || now.Model != "embed-a" || len(s.server.Requests()) != requests {
		t.Errorf("%d vectors of %q, %d requests", now.Vectors, now.Model, len(s.server.Requests())-requests)
	}
	s.must(titled("UTM", "MDM", "VPN"), false, "VPN")
}

// The model of the index answers questions until there is a new index, whatever
// is named now.
func TestQuestionsGoToTheIndexedModel(t *testing.T) {
	t.Parallel()
	s := newWired(t, embeddingstest.Words(32, 1))
	s.must(titled("UTM", "MDM"), false, "MDM", "UTM")
	s.named("embed-b", 8)
	r, err := s.Ask(t.Context(), "UTMを導入した事例", nil, 5)
	last := s.server.Requests()[len(s.server.Requests())-1]
	if err != nil || r.Blind != nil || last.Model != "embed-a" || last.Dimensions != 0 {
		t.Errorf("%v, %v, asked %s for %d", err, r.Blind, last.Model, last.Dimensions)
	}
	if len(last.Input) != 2 || last.Input[1] != retrieval.ProbeText {
		t.Errorf("sent %q", last.Input)
	}
	before := len(s.server.Requests())
	if _, err := s.Ask(t.Context(), "製造業は何件？", nil, 5); err != nil || len(s.server.Requests()) != before {
		t.Errorf("a count by SQL was worth %d requests, %v", len(s.server.Requests())-before, err)
	}
}
