package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"go.yaml.in/yaml/v3"

	"github.com/jirei/jirei/bot"
)

// manifest reads one of deploy/, and refuses what slack-go does not know of manifests.
func manifest(t *testing.T, name string) (slack.Manifest, string) {
	t.Helper()
	text, err := os.ReadFile("../../deploy/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var m slack.Manifest
	strict := yaml.NewDecoder(strings.NewReader(string(text)))
	strict.KnownFields(true)
	if err := strict.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m, string(text)
}

// same says what one list has and the other has not, either way.
func same(t *testing.T, what string, in, has []string, toAdd, toDrop string) {
	t.Helper()
	for _, s := range has {
		if !slices.Contains(in, s) {
			t.Errorf("%s: %s is missing. %s", what, s, toAdd)
		}
	}
	for _, s := range in {
		if !slices.Contains(has, s) {
			t.Errorf("%s: %s is there for nothing. %s", what, s, toDrop)
		}
	}
}

// The manifests hold what the surface is, and nothing else.
func TestManifests(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"slack-manifest.yaml", "slack-manifest-http.yaml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, text := manifest(t, name)
			s := bot.TheSurface()
			file := "deploy/" + name
			toAdd := "It is in bot/surface.go: add it to both files in deploy/, with its reason as a comment"
			toDrop := "No line of bot/surface.go needs it: add one there for what does, or take it out of both files in deploy/"
			required, optional := s.Scopes()
			same(t, file+", oauth_config.scopes.bot", m.OAuthConfig.Scopes.Bot, required, toAdd, toDrop)
			same(t, file+", oauth_config.scopes.bot_optional", m.OAuthConfig.Scopes.BotOptional, optional, toAdd, toDrop)
			var events []string
			for _, e := range s.Events {
				for _, sub := range e.Subscriptions {
					events = append(events, sub.Name)
				}
			}
			same(t, file+", settings.event_subscriptions.bot_events", m.Settings.EventSubscriptions.BotEvents, events, toAdd, toDrop)
			var commands, shortcuts, has []string
			for _, c := range m.Features.SlashCommands {
				commands = append(commands, c.Command)
			}
			same(t, file+", features.slash_commands", commands, s.Commands, toAdd, toDrop)
			for _, c := range m.Features.Shortcuts {
				shortcuts = append(shortcuts, string(c.Type)+" "+c.CallbackID)
			}
			for _, c := range s.Shortcuts {
				has = append(has, string(c.Type)+" "+c.CallbackID)
			}
			same(t, file+", features.shortcuts", shortcuts, has, toAdd, toDrop)
			for feature, on := range map[string]bool{"agent_view": m.Features.AgentView != nil, "home": m.Features.AppHome.HomeTabEnabled, "unfurl": len(m.Features.UnfurlDomains) > 0} {
				needs := map[string]bool{
					"agent_view": slices.ContainsFunc(s.Features, func(f bot.Feature) bool { return f.Name == "agent_view" }),
					"home":       slices.ContainsFunc(s.Calls, func(c bot.Call) bool { return c.Name == "PublishViewContext" }),
					"unfurl":     slices.Contains(events, "link_shared"),
				}[feature]
				if on != needs {
					t.Errorf("%s, features: %s is %t, but by bot/surface.go it should be %t", file, feature, on, needs)
				}
			}
			for _, want := range slices.Concat(required, optional, events) {
				if !regexp.MustCompile(`(?m)^ *- ` + regexp.QuoteMeta(want) + ` +# \S+`).MatchString(text) {
					t.Errorf("%s: %s has no reason. Write it behind the line as a comment", file, want)
				}
			}
		})
	}
}

// The two manifests differ in how Slack reaches jirei, and in nothing else.
func TestManifestsDifferInTheWayInOnly(t *testing.T) {
	t.Parallel()
	socket, _ := manifest(t, "slack-manifest.yaml")
	http, _ := manifest(t, "slack-manifest-http.yaml")
	if !socket.Settings.SocketModeEnabled || http.Settings.SocketModeEnabled {
		t.Error("Socket Mode is on in the one and off in the other")
	}
	addresses := []*string{&http.Settings.EventSubscriptions.RequestUrl, &http.Settings.Interactivity.RequestUrl}
	for i := range http.Features.SlashCommands {
		addresses = append(addresses, &http.Features.SlashCommands[i].Url)
	}
	for _, a := range addresses {
		if !strings.HasPrefix(*a, "https://") || !strings.HasSuffix(*a, bot.RequestPath) {
			t.Errorf("an address is %q; it must be https and end in %s", *a, bot.RequestPath)
		}
		*a = ""
	}
	http.Settings.SocketModeEnabled = true
	if !reflect.DeepEqual(socket, http) {
		t.Errorf("deploy/slack-manifest.yaml and deploy/slack-manifest-http.yaml differ in more than addresses:\n%+v\n%+v", socket, http)
	}
}

// The calls of the Web API in the code are those in the surface, and so are their scopes.
func TestSurfaceNamesEveryCall(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../bot/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var calls []string
	client := reflect.TypeFor[*slack.Client]()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			on := "" // the client is always called api: b.api, p.bot.api
			switch x := call.X.(type) {
			case *ast.SelectorExpr:
				on = x.Sel.Name
			case *ast.Ident:
				on = x.Name
			}
			if _, is := client.MethodByName(call.Sel.Name); is && on == "api" && !slices.Contains(calls, call.Sel.Name) {
				calls = append(calls, call.Sel.Name)
			}
			return true
		})
	}
	var named []string
	for _, c := range bot.TheSurface().Calls {
		named = append(named, c.Name)
	}
	same(t, "Calls in bot/surface.go", named, calls,
		"The code calls it: add a Call with the scopes that docs.slack.dev/reference/methods names for the method behind it", "The code does not call it: delete the line")
}
