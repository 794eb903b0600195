package bot

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/playground"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite"
)

// FuzzRequest: whatever comes, signed or not, gets one of a few statuses and breaks nothing; unsigned it stores nothing.
func FuzzRequest(f *testing.F) {
	const secret = "8f742231b10e8888abcd99aabbcc85a5"
	ours := `"team":{"id":"T1"},"api_app_id":"A1"`
	for _, c := range []struct{ body, kind string }{
		{`{"type":"url_verification","challenge":"c"}`, "application/json"},
		{`{"type":"event_callback","team_id":"T1","api_app_id":"A1","event_id":"E1","event":{"type":"app_mention","user":"U1","channel":"C1","ts":"1.0","text":"<@B> UTM"}}`, "application/json"},
		{`{"type":"event_callback","team_id":"T1","api_app_id":"A1","event":{"type":"message","channel_type":"im","user":"U1","channel":"D1","ts":"1.0","text":"x","blocks":[{"type":"rich_text","elements":[null]}]}}`, "application/json"},
		{`{"type":"event_callback","team_id":"T1","api_app_id":"A1","event":{"type":"tokens_revoked","tokens":null}}`, "application/json"},
		{`{"type":"app_rate_limited","team_id":"T1","api_app_id":"A1"}`, "application/json; charset=utf-8"},
		{strings.Repeat(`{"a":`, 200), "application/json"},
		{"command=%2Fjirei&text=p.7&team_id=T1&api_app_id=A1&trigger_id=1.2", "application/x-www-form-urlencoded"},
		{"payload=" + `{"type":"block_actions",` + ours + `,"actions":[{"block_id":"b","action_id":"facet_size","value":"{}"}]}`, "application/x-www-form-urlencoded"},
		{"payload=" + `{"type":"block_actions",` + ours + `,"actions":[{"block_id":"b","action_id":"case_open"}]}`, "application/x-www-form-urlencoded"},
		{"payload=" + `{"type":"view_submission",` + ours + `,"view":{"callback_id":"share","private_metadata":"{}","state":{"values":{"channel":null}}}}`, "application/x-www-form-urlencoded"},
		{"ssl_check=1", "application/x-www-form-urlencoded"},
		{"", ""},
	} {
		f.Add([]byte(c.body), c.kind, true)
		f.Add([]byte(c.body), c.kind, false)
	}
	b := fuzzed(f, secret)
	h := b.handler()
	f.Fuzz(func(t *testing.T, body []byte, kind string, signed bool) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, RequestPath, bytes.NewReader(body))
		at := strconv.FormatInt(time.Now().Unix(), 10)
		r.Header.Set("Content-Type", kind)
		r.Header.Set("X-Slack-Request-Timestamp", at)
		r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("ab", 32))
		if signed {
			r.Header.Set("X-Slack-Signature", playground.Sign(secret, at, body))
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		may := []int{http.StatusUnauthorized}
		if signed {
			may = []int{http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge}
		}
		if !slices.Contains(may, w.Code) {
			t.Errorf("status %d, want one of %v", w.Code, may)
		}
	})
}

// fuzzed is a bot with a store and no Slack.
func fuzzed(f *testing.F, secret string) *Bot {
	f.Helper()
	nowhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"ok":false,"error":"fatal_error"}`))
	}))
	path := filepath.Join(f.TempDir(), "jirei.db")
	memory, err := record.Open(f.Context(), path, nil)
	if err != nil {
		f.Fatal(err)
	}
	in, err := inbox.Open(f.Context(), path, func(context.Context, *inbox.Work) error { return nil }, inbox.Config{})
	if err != nil {
		f.Fatal(err)
	}
	store, err := sqlite.Open(f.Context(), path) // without a book
	if err != nil {
		f.Fatal(err)
	}
	words, err := retrieval.EmbeddedLexicon()
	if err != nil {
		f.Fatal(err)
	}
	b := &Bot{
		asker: answer.Asker{Engine: retrieval.New(store, words, nil)},
		cfg:   Config{SigningSecret: secret}, log: slog.New(slog.DiscardHandler), http: nowhere.Client(),
		api: slack.New("xoxb-x", slack.OptionAPIURL(nowhere.URL+"/")), record: memory, inbox: in, immediate: make(chan struct{}, 16),
		surface: TheSurface(), self: self{user: "B", bot: "BB", team: "T1", app: "A1"}, end: func(error) {},
	}
	b.people.api = b.api
	f.Cleanup(func() {
		b.wait.Wait()
		nowhere.Close()
		_ = in.Stop(context.Background())
		_ = memory.Close()
		_ = store.Close()
	})
	return b
}
