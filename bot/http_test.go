package bot_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/bot"
	"github.com/jirei/jirei/bot/playground"
)

// sending is a request as somebody may send it; what is not said is right.
type sending struct {
	body    string
	kind    string // content type
	at      time.Duration
	secret  string
	signed  string // what is signed in place of the body
	without string // a header
	header  [2]string
	begun   chan struct{} // closed when the bot has begun to read it
}

func (w *world) send(s sending) (status int, answer string) {
	w.t.Helper()
	at := strconv.FormatInt(time.Now().Add(s.at).Unix(), 10)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, "http://"+w.requests+bot.RequestPath, strings.NewReader(s.body))
	if err != nil {
		w.t.Fatal(err)
	}
	if s.secret == "" {
		s.secret = secret
	}
	if s.signed == "" {
		s.signed = s.body
	}
	if s.kind == "" {
		s.kind = "application/json"
	}
	r.Header.Set("Content-Type", s.kind)
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", playground.Sign(s.secret, at, []byte(s.signed)))
	if s.header[0] != "" {
		r.Header.Set(s.header[0], s.header[1])
	}
	r.Header.Del(s.without)
	client := &http.Client{Timeout: patience}
	if s.begun != nil {
		r.Header.Set("Expect", "100-continue")
		r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(s.begun) }}))
		client.Transport = &http.Transport{ExpectContinueTimeout: patience}
	}
	res, err := client.Do(r)
	if err != nil {
		w.t.Error(err) // not Fatal: some send beside the test
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Error(err)
	}
	return res.StatusCode, string(text)
}

// get asks for a path and returns the status; 0 where nobody answers.
func (w *world) get(path string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.requests+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// told is an event about a message, as Slack words it. Each has a ts of its own.
func told(inner map[string]any, outer ...string) string {
	event := map[string]any{"type": "app_mention", "user": playground.Sato, "channel": playground.General, "ts": "1700000021.000100",
		"text": "<@" + playground.Bot + "> UTMを導入した会社の事例は？"}
	for k, v := range inner {
		if v == nil {
			delete(event, k)
		} else {
			event[k] = v
		}
	}
	all := map[string]any{"type": "event_callback", "team_id": playground.Team, "api_app_id": playground.App, "event_id": "Ev1", "event_time": 1700000021, "event": event}
	for i := 0; i+1 < len(outer); i += 2 {
		all[outer[i]] = outer[i+1]
	}
	raw, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

const form = "application/x-www-form-urlencoded"

func command(change ...string) string {
	v := url.Values{"command": {"/jirei"}, "text": {"p.7"}, "team_id": {playground.Team}, "api_app_id": {playground.App}, "user_id": {playground.Sato},
		"channel_id": {playground.General}, "trigger_id": {"1.2.3"}}
	for i := 0; i+1 < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return v.Encode()
}

func payload(raw string) string { return url.Values{"payload": {raw}}.Encode() }

// jobs is how much work was ever stored.
func (w *world) jobs() (n int) {
	w.t.Helper()
	if err := w.db.QueryRow(`SELECT count(*) FROM river_job`).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// What Slack, or somebody in its name, may send. Nothing of all this is stored.
func TestRequestsThatAskForNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP())
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	for name, c := range map[string]struct {
		sending
		status int
		log    string
	}{
		"another secret":                         {sending{body: told(nil), secret: strings.Repeat("0", 32)}, 401, "another secret"},
		"a signature of other bytes":             {sending{body: told(nil), signed: told(nil) + " "}, 401, ""},
		"a form encoded again":                   {sending{body: command(), kind: form, signed: strings.ReplaceAll(command(), "%2F", "/")}, 401, ""},
		"six minutes old":                        {sending{body: told(nil), at: -6 * time.Minute}, 401, "five minutes"},
		"six minutes ahead":                      {sending{body: told(nil), at: 6 * time.Minute}, 401, ""},
		"no signature":                           {sending{body: told(nil), without: "X-Slack-Signature"}, 401, "no signature"},
		"no timestamp":                           {sending{body: told(nil), without: "X-Slack-Request-Timestamp"}, 401, ""},
		"a timestamp that is no number":          {sending{body: told(nil), header: [2]string{"X-Slack-Request-Timestamp", "now"}}, 401, ""},
		"a signature that is no number":          {sending{body: told(nil), header: [2]string{"X-Slack-Signature", "v0=zz"}}, 401, ""},
		"a challenge that is not signed":         {sending{body: `{"type":"url_verification","challenge":"c"}`, without: "X-Slack-Signature"}, 401, ""},
		"ten megabytes":                          {sending{body: `{"type":"` + strings.Repeat("x", 10<<20) + `"}`}, 413, ""},
		"JSON cut off":                           {sending{body: told(nil)[:100]}, 400, "cannot be read"},
		"JSON nested 10,000 deep":                {sending{body: deep}, 400, ""},
		"JSON nested deep in an event":           {sending{body: `{"type":"event_callback","event":` + deep + `}`}, 400, ""},
		"a name twice":                           {sending{body: `{"type":"event_callback","team_id":"T0OTHER","team_id":"` + playground.Team + `"}`}, 400, ""},
		"two JSON texts":                         {sending{body: told(nil) + told(nil)}, 400, ""},
		"nothing":                                {sending{}, 400, ""},
		"a number for a text":                    {sending{body: told(map[string]any{"text": 5})}, 400, ""},
		"no event":                               {sending{body: `{"type":"event_callback"}`}, 200, ""},
		"a form of nothing":                      {sending{body: "a=b", kind: form}, 400, ""},
		"a form that is none":                    {sending{body: "%zz", kind: form}, 400, ""},
		"an interaction cut off":                 {sending{body: payload(`{"type":"block_actions","actions":[{"block_id":`), kind: form}, 400, ""},
		"an interaction of nothing":              {sending{body: payload(`null`), kind: form}, 200, ""},
		"actions that are none":                  {sending{body: payload(`{"type":"block_actions","actions":[null,5]}`), kind: form}, 400, ""},
		"another content type":                   {sending{body: told(nil), kind: "text/plain"}, 400, ""},
		"no content type":                        {sending{body: told(nil), without: "Content-Type"}, 400, ""},
		"the certificate is looked at":           {sending{body: "ssl_check=1", kind: form}, 200, ""},
		"a type to come":                         {sending{body: `{"type":"telepathy"}`}, 200, "telepathy"},
		"an event of a type to come":             {sending{body: told(map[string]any{"type": "telepathy_received"})}, 200, "telepathy_received"},
		"an event that nobody here needs":        {sending{body: told(map[string]any{"type": "reaction_added"})}, 200, "reaction_added"},
		"too many events":                        {sending{body: `{"type":"app_rate_limited","team_id":"` + playground.Team + `","api_app_id":"` + playground.App + `","minute_rate_limited":1518467820}`}, 200, "1518467820"},
		"a mention without a channel":            {sending{body: told(map[string]any{"channel": nil})}, 200, ""},
		"a mention without a user":               {sending{body: told(map[string]any{"user": nil})}, 200, ""},
		"a mention without a text":               {sending{body: told(map[string]any{"text": nil})}, 200, ""},
		"a mention without a time":               {sending{body: told(map[string]any{"ts": nil})}, 200, ""},
		"a mention by another bot":               {sending{body: told(map[string]any{"bot_id": "B0OTHER"})}, 200, ""},
		"a mention by ourselves":                 {sending{body: told(map[string]any{"user": playground.Bot})}, 200, ""},
		"Slackbot":                               {sending{body: told(map[string]any{"type": "message", "channel_type": "im", "user": "USLACKBOT"})}, 200, ""},
		"a bot's message":                        {sending{body: told(map[string]any{"type": "message", "channel_type": "im", "subtype": "bot_message"})}, 200, ""},
		"an event of another workspace":          {sending{body: told(nil, "team_id", "T0OTHER")}, 200, "T0OTHER"},
		"an event of another app":                {sending{body: told(nil, "api_app_id", "A0OTHER")}, 200, "A0OTHER"},
		"a command of another workspace":         {sending{body: command("team_id", "T1OTHER"), kind: form}, 200, "T1OTHER"},
		"an interaction of another app":          {sending{body: payload(`{"type":"view_submission","team":{"id":"` + playground.Team + `"},"api_app_id":"A1OTHER"}`), kind: form}, 200, "A1OTHER"},
		"another workspace was left":             {sending{body: told(map[string]any{"type": "app_uninstalled"}, "team_id", "T2OTHER")}, 200, "T2OTHER"},
		"a person's token was revoked":           {sending{body: told(map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{playground.Sato}}})}, 200, ""},
		"a shortcut that nobody here knows":      {sending{body: payload(`{"type":"shortcut","callback_id":"x","team":{"id":"` + playground.Team + `"},"api_app_id":"` + playground.App + `"}`), kind: form}, 200, ""},
		"an interaction of a type to come":       {sending{body: payload(`{"type":"wink","team":{"id":"` + playground.Team + `"},"api_app_id":"` + playground.App + `"}`), kind: form}, 200, ""},
		"a submission of a modal of another day": {sending{body: payload(`{"type":"view_submission","view":{"callback_id":"x"},"team":{"id":"` + playground.Team + `"},"api_app_id":"` + playground.App + `"}`), kind: form}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if status, _ := w.send(c.sending); status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			if c.log != "" && !strings.Contains(w.log.String(), c.log) {
				t.Errorf("the log does not say %q", c.log)
			}
		})
	}
	t.Cleanup(func() { // after the parallel ones, before the world ends
		if n := w.jobs(); n > 0 {
			t.Errorf("%d pieces of work were stored", n)
		}
		w.checkPeace("UTMを導入した会社の事例は")
	})
}

func TestChallengeIsEchoedWhenSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP())
	if status, answer := w.send(sending{body: `{"type":"url_verification","token":"x","challenge":"3eZbrw1aB"}`}); status != 200 || answer != "3eZbrw1aB" {
		t.Errorf("%d %q", status, answer)
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP())
	for ask, want := range map[string]int{"GET /healthz": 200, "GET /slack": 405, "POST /healthz": 405, "GET /": 404, "POST /slack/events": 404} {
		method, path, _ := strings.Cut(ask, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+w.requests+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := (&http.Client{Timeout: patience}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", ask, res.StatusCode, want)
		}
	}
}

// The same bytes again, a retry of Slack's after all, and the same event under a new signature.
func TestRequestsComeTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP())
	for i, s := range []sending{
		{body: told(nil), header: [2]string{"X-Slack-Retry-Num", "2"}}, // the first that we see of it
		{body: told(nil)},
		{body: told(nil), at: 2 * time.Second},
		{body: told(map[string]any{"type": "message", "channel_type": "channel"}, "event_id", "Ev2"), at: time.Second},
		{body: command(), kind: form},
		{body: command(), kind: form},
		{body: command(), kind: form, at: 2 * time.Second},
	} {
		if status, answer := w.send(s); status != 200 || answer != "" {
			t.Errorf("request %d: %d %q", i, status, answer)
		}
	}
	w.settle()
	if n := w.jobs(); n != 2 {
		t.Errorf("%d pieces of work of one question and one command", n)
	}
}

// A press opens a modal and stores nothing, so it has no key; Slack would refuse its trigger the second time, and the person would be told.
func TestPressThatIsReplayedSaysNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP())
	at, value := button(t, w.ask("@jirei p.7"), "case_details")
	press := payload(fmt.Sprintf(`{"type":"block_actions","team":{"id":%q},"api_app_id":%q,"user":{"id":%q},"channel":{"id":%q},"trigger_id":"spent",
		"container":{"message_ts":%q},"actions":[{"block_id":%q,"action_id":"case_details","value":%q}]}`, playground.Team, playground.App, playground.Sato, at.Channel, at.TS, at.Block, value))
	s := sending{body: press, kind: form, at: time.Second}
	for range 3 {
		if status, _ := w.send(s); status != 200 {
			t.Errorf("status %d", status)
		}
	}
	w.until("it is said that the trigger has expired", func() bool { return len(w.Ephemerals("佐藤", "#general")) > 0 })
	w.stop() // nothing is under way then
	if n := w.Calls("views.open"); n != 1 {
		t.Errorf("%d modals for one press", n)
	}
}

// What cannot be stored is not acknowledged, and Slack sends it again; the health check says so meanwhile.
func TestStoreIsAwayOverHTTP(t *testing.T) {
	t.Parallel()
	opt := overHTTP()
	opt.Retries = make([]time.Duration, 1000) // at once, again and again
	w := newWorld(t, opt)
	for _, table := range []string{"inbox_seen", "river_job"} {
		if _, err := w.db.Exec(`ALTER TABLE ` + table + ` RENAME TO away_` + table); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := w.send(sending{body: told(nil)}); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	if got := w.get("/healthz"); got != http.StatusServiceUnavailable {
		t.Errorf("health: %d", got)
	}
	ts := w.say("佐藤", "#general", question, "")
	w.until("Slack has sent it again", func() bool { return w.Events()[0].Attempts > 1 })
	for _, table := range []string{"inbox_seen", "river_job"} {
		if _, err := w.db.Exec(`ALTER TABLE away_` + table + ` RENAME TO ` + table); err != nil {
			t.Fatal(err)
		}
	}
	w.answered("#general", ts)
}

// Told to stop, the bot answers what it has begun.
func TestRequestInFlightWhileTheBotStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overHTTP())
	hold, err := w.db.Begin() // nothing is stored while somebody else writes
	if err != nil {
		t.Fatal(err)
	}
	status, begun := make(chan int, 1), make(chan struct{})
	go func() {
		s, _ := w.send(sending{body: told(nil), begun: begun})
		status <- s
	}()
	select {
	case <-begun:
	case <-status:
		t.Fatal("the bot never began to read")
	}
	stopped := make(chan struct{})
	go func() { w.stop(); close(stopped) }()
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	if s := <-status; s != 200 {
		t.Errorf("status %d", s)
	}
	<-stopped
	w.startBot()
	w.settle()
	if n := w.jobs(); n != 1 {
		t.Errorf("%d pieces of work", n)
	}
}
