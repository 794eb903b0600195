package main

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jirei/jirei/bot"
	"github.com/jirei/jirei/bot/playground"
)

const signingSecret = "8f742231b10e8888abcd99aabbcc85a5"

// freeAddress is one that nobody has just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// The program over HTTP, as a process: no app token; a question is answered; told to stop, it ends well; uninstalled, it does not.
func TestServeOverHTTP(t *testing.T) {
	t.Parallel()
	at, db := freeAddress(t), filepath.Join(t.TempDir(), "jirei.db")
	slack := playground.New(playground.Options{
		RequestURL: "http://" + at + bot.RequestPath, SigningSecret: signingSecret, AckTimeout: time.Minute,
		Retries: []time.Duration{0, 200 * time.Millisecond, 200 * time.Millisecond}, Commands: []playground.Command{{Name: "/jirei"}},
	})
	if _, err := slack.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	for _, end := range []struct {
		by   func(p *exec.Cmd)
		code int
		says string
	}{
		{func(p *exec.Cmd) { _ = p.Process.Signal(syscall.SIGTERM) }, 0, "待ちます"},
		{func(*exec.Cmd) { slack.Emit(map[string]any{"type": "app_uninstalled"}) }, 1, "removed from its workspace"},
	} {
		p, stderr := child(t, slack, db, "serve", "--http", at)
		p.Env = append(p.Env, "SLACK_APP_TOKEN=", "SLACK_SIGNING_SECRET="+signingSecret)
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		healthy(t, at, stderr)
		ts, err := slack.Say(playground.Sato, "#general", "@jirei UTMを導入した会社の事例は？", "")
		if err != nil {
			t.Fatal(err)
		}
		wait(t, slack, "a reply: "+stderr.String(), func() bool { return replies(slack, playground.General, ts) == 1 })
		end.by(p)
		_ = p.Wait()
		if code := p.ProcessState.ExitCode(); code != end.code || !strings.Contains(stderr.String(), end.says) {
			t.Errorf("exit %d, want %d; %s", code, end.code, stderr)
		}
		if strings.Contains(stderr.String(), signingSecret) || strings.Contains(stderr.String(), "UTM") {
			t.Errorf("the log tells too much: %s", stderr)
		}
	}
}

// healthy waits until the bot takes requests.
func healthy(t *testing.T, at string, stderr *lines) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := (&http.Client{Timeout: time.Minute}).Do(r); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		if ctx.Err() != nil {
			t.Fatalf("the bot never takes requests: %s", stderr)
		}
	}
}

func TestServeAndDoctorSayWhatIsWrongWithHTTP(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // after the parallel ones
	for name, c := range map[string]struct {
		command, at, secret string
		code                int
		want                string
	}{
		"no secret":                     {"serve", "127.0.0.1:0", "", 2, "SLACK_SIGNING_SECRET がありません"},
		"a newline behind the secret":   {"serve", "127.0.0.1:0", signingSecret + "\n", 2, "空白か改行"},
		"something else for the secret": {"serve", "127.0.0.1:0", "xapp-1-secret", 2, "形"},
		"a port that is taken":          {"serve", taken.Addr().String(), signingSecret, 2, "ほかのプログラムが使っています"},
		"no address":                    {"serve", "3000", signingSecret, 2, ":3000 や 127.0.0.1:3000"},
		"doctor, no secret":             {"doctor", "127.0.0.1:0", "", 1, "✗ Slack: 環境変数 SLACK_SIGNING_SECRET がありません"},
		"doctor, a free port":           {"doctor", "127.0.0.1:0", signingSecret, 1, "✓ HTTP: 127.0.0.1:0 で待ち受けられます"},
		"doctor, a port that is taken":  {"doctor", taken.Addr().String(), signingSecret, 1, "△ HTTP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"SLACK_BOT_TOKEN": "xoxb-x", "SLACK_SIGNING_SECRET": c.secret, "XDG_DATA_HOME": t.TempDir(), "JIREI_SLACK_API_URL": "http://127.0.0.1:1/"}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a bot that starts after all would wait for Slack
			defer cancel()
			var out bytes.Buffer
			code := run(ctx, []string{c.command, "--http", c.at}, func(k string) string { return env[k] }, nil, bufio.NewReader(nil), &out, &out)
			if code != c.code || !strings.Contains(out.String(), c.want) || c.secret != "" && strings.Contains(out.String(), c.secret) {
				t.Errorf("exit %d, want %d with %q and no secret:\n%s", code, c.code, c.want, &out)
			}
		})
	}
}
