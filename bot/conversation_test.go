package bot_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/jirei/jirei/bot/playground"
)

var update = flag.Bool("update", false, "write what is seen into the conversations")

// TestConversations plays each testdata/*.txtar with the real bot over the wire: over sockets, and again by signed requests. After a
// wanted change:
//
//	go test ./bot -run Conversations -update
//
// and then read the difference as its reader in Slack would.
func TestConversations(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, name := range names {
		for way, opt := range map[string]func() playground.Options{"sockets": options, "HTTP": overHTTP} {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar")+" over "+way, func(t *testing.T) {
				t.Parallel()
				if *update && way != "sockets" {
					t.Skip("what is seen over sockets is written down")
				}
				converse(t, name, opt(), *update)
			})
		}
	}
}

func converse(t *testing.T, name string, opt playground.Options, update bool) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := &conversation{files: archive.Files, root: map[string]string{}}
	source := ""
	for _, f := range archive.Files {
		if f.Name == "JIREI_SOURCE_URL" {
			source = strings.TrimSpace(string(f.Data))
		}
	}
	c.world = newWorldAt(t, opt, nil, source)
	want := string(archive.Comment)
	got := c.play(want)
	c.checkPeace(c.said...)
	if got == want {
		return
	}
	if !update {
		t.Errorf("what is seen is not what the script says (-update rewrites it):\n%s", difference(want, got))
		return
	}
	archive.Comment = []byte(got)
	if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

// difference shows the lines from the first that differs on.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < min(len(w), len(g)) && w[i] == g[i] {
		i++
	}
	const context, shown = 4, 25
	from := max(0, i-context)
	return "--- script\n" + strings.Join(w[from:min(len(w), i+shown)], "\n") + "\n+++ seen\n" + strings.Join(g[from:min(len(g), i+shown)], "\n")
}
