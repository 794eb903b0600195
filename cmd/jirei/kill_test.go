package main

import (
	"bufio"
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/jirei/jirei/bot/playground"
)

// The binary that is killed is this test binary: with asChild set it is jirei.
const asChild = "JIREI_TEST_AS_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		main()
		return
	}
	testscript.Main(m, map[string]func(){"jirei": main})
}

// child is jirei against a playground, on a database file.
func child(t *testing.T, slack *playground.Server, db string, args ...string) (*exec.Cmd, *lines) {
	t.Helper()
	return childWith(t, slack, nil, append(args, "--db", "sqlite:"+db)...)
}

func childWith(t *testing.T, slack *playground.Server, env []string, args ...string) (*exec.Cmd, *lines) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stderr lines
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asChild+"=1", "SLACK_BOT_TOKEN="+playground.BotToken, "SLACK_APP_TOKEN="+playground.AppToken, "JIREI_SLACK_API_URL="+slack.APIURL(),
		"JIREI_CHAT_MODEL=") // whoever runs the tests may have one of their own
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = &stderr
	return cmd, &stderr
}

func world(t *testing.T) *playground.Server {
	t.Helper()
	return worldWith(t, playground.Options{Retries: []time.Duration{0, 200 * time.Millisecond, 200 * time.Millisecond}})
}

func worldWith(t *testing.T, options playground.Options) *playground.Server {
	t.Helper()
	options.Commands = []playground.Command{{Name: "/jirei"}}
	slack := playground.New(options)
	if _, err := slack.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return slack
}

func wait(t *testing.T, slack *playground.Server, what string, until func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := slack.Wait(ctx, until); err != nil {
		t.Fatalf("not within a minute: %s", what)
	}
}

// replies counts the bot's messages in the thread of each question.
func replies(slack *playground.Server, channel, ts string) int {
	n := 0
	for _, m := range slack.Thread(playground.Sato, channel, ts) {
		if m.Bot {
			n++
		}
	}
	return n
}

// A question that was acknowledged is answered, once, whenever the process is
// killed. JIREI_TEST_KILLS is how often; figures come from runs without -race.
func TestKilledBotAnswersOnce(t *testing.T) {
	t.Parallel()
	kills := 6
	if n, err := strconv.Atoi(os.Getenv("JIREI_TEST_KILLS")); err == nil {
		kills = n
	}
	slack := world(t)
	db := filepath.Join(t.TempDir(), "jirei.db")
	var asked []string
	var longest time.Duration
	for i := range kills {
		bot, stderr := child(t, slack, db, "serve")
		if err := bot.Start(); err != nil {
			t.Fatal(err)
		}
		wait(t, slack, "a socket: "+stderr.String(), func() bool { return slack.Connections() > 0 })
		for range 3 {
			ts, err := slack.Say(playground.Sato, "#general", "@jirei UTMを導入した会社の事例は？", "")
			if err != nil {
				t.Fatal(err)
			}
			asked = append(asked, ts)
		}
		if i%2 == 0 { // right after the acknowledgement
			wait(t, slack, "an ack", func() bool {
				for _, e := range slack.Events() {
					if e.TS == asked[len(asked)-1] && e.Acked {
						return true
					}
				}
				return false
			})
		}
		timer := time.NewTimer(time.Duration(rand.IntN(15)) * time.Millisecond)
		<-timer.C
		if err := bot.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = bot.Wait() // killed
	}
	began := time.Now()
	bot, stderr := child(t, slack, db, "serve")
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	for _, ts := range asked {
		wait(t, slack, "a reply to every question: "+stderr.String(), func() bool { return replies(slack, playground.General, ts) > 0 })
	}
	longest = time.Since(began)
	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.Wait(); err != nil {
		t.Errorf("a stopped bot: %v\n%s", err, stderr)
	}
	for _, ts := range asked {
		if n := replies(slack, playground.General, ts); n != 1 {
			t.Errorf("question %s has %d replies, want 1", ts, n)
		}
	}
	if u := append(slack.Unknown(), slack.Pings()...); len(u) > 0 {
		t.Errorf("unknown methods or pings: %v", u)
	}
	t.Logf("%d kills, %d questions, each answered once; last restart to last answer %v", kills, len(asked), longest)
}

func TestSecondBotNamesTheFirst(t *testing.T) {
	t.Parallel()
	slack := world(t)
	db := filepath.Join(t.TempDir(), "jirei.db")
	first, _ := child(t, slack, db, "serve")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, slack, "a socket", func() bool { return slack.Connections() > 0 })
	second, stderr := child(t, slack, db, "serve")
	err := second.Run()
	if second.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), strconv.Itoa(first.Process.Pid)) {
		t.Errorf("second bot: %v, %q; want exit 1 and the first one's pid %d", err, stderr, first.Process.Pid)
	}
	search, stderr := child(t, slack, db, "search", "UTM", "--format", "json")
	out, err := search.Output()
	if err != nil || !bytes.Contains(out, []byte(`"page":7`)) {
		t.Errorf("search beside a running bot: %v %s %s", err, out, stderr)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // killed
}

func TestServeRefusesTokens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ bot, app, want string }{
		"missing":    {"", "xapp-secret1", "SLACK_BOT_TOKEN"},
		"swapped":    {"xapp-secret1", "xoxb-secret2", "もう一方"},
		"a newline":  {"xoxb-secret1\n", "xapp-secret2", "空白か改行"},
		"not tokens": {"xoxb-secret1", "secret2", "SLACK_APP_TOKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"SLACK_BOT_TOKEN": c.bot, "SLACK_APP_TOKEN": c.app, "XDG_DATA_HOME": t.TempDir()}
			var out, stderr bytes.Buffer
			code := run(t.Context(), []string{"serve"}, func(k string) string { return env[k] }, nil, bufio.NewReader(nil), &out, &stderr)
			if code != 2 || !strings.Contains(stderr.String(), c.want) || strings.Contains(stderr.String(), "secret") {
				t.Errorf("exit %d, %q; want 2, %q, and no token", code, &stderr, c.want)
			}
		})
	}
}
