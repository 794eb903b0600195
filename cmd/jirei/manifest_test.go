package main

import (
	"os"
	"slices"
	"testing"

	"github.com/slack-go/slack"
	"go.yaml.in/yaml/v3"
)

// The manifest people paste is what slack-go knows of manifests, and holds
// what doctor asks for.
func TestManifest(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../deploy/slack-manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var m slack.Manifest
	strict := yaml.NewDecoder(file)
	strict.KnownFields(true)
	if err := strict.Decode(&m); err != nil {
		t.Fatal(err)
	}
	for _, s := range scopes {
		if !slices.Contains(m.OAuthConfig.Scopes.Bot, s) {
			t.Errorf("doctor asks for %s, which the manifest does not have", s)
		}
	}
	if !m.Settings.SocketModeEnabled {
		t.Error("Socket Mode is off")
	}
}
