package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/playground"
)

// written are all texts that people wrote and the file still holds.
func (w *world) written(text string) (places []string) {
	w.t.Helper()
	for place, query := range map[string]string{
		"work":   `SELECT count(*) FROM river_job WHERE instr(CAST(json(args) AS TEXT), ?1) > 0`,
		"turns":  `SELECT count(*) FROM record_turn WHERE instr(question, ?1) > 0`,
		"shares": `SELECT count(*) FROM record_share WHERE instr(comment, ?1) > 0`,
	} {
		var n int
		if err := w.db.QueryRow(query, text).Scan(&n); err != nil {
			w.t.Fatal(err)
		}
		if n > 0 {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	return places
}

func TestRemovedFromTheWorkspace(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]map[string]any{
		"uninstalled":   {"type": "app_uninstalled"},
		"token revoked": {"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{}, "bot": []string{playground.Bot}}},
	} {
		for way, opt := range map[string]func() playground.Options{"over sockets": options, "over HTTP": overHTTP} {
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, opt())
				w.ending = "removed from its workspace"
				w.answered("#general", w.say("佐藤", "#general", question, ""))
				if got := w.written("UTM"); !slices.Equal(got, []string{"turns", "work"}) {
					t.Fatalf("kept in %q", got)
				}
				w.Emit(event)
				w.ends() // by itself
				if got := w.written("UTM"); len(got) > 0 {
					t.Errorf("still kept in %q", got)
				}
				if strings.Contains(w.log.String(), "level=ERROR") {
					t.Errorf("the log: %s", w.log)
				}
			})
		}
	}
}

// A person may revoke a token of theirs; ours goes on.
func TestSomebodyElsesTokenIsRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	w.Emit(map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{playground.Sato}, "bot": []string{}}})
	w.settle()
	w.answered("#general", w.say("佐藤", "#general", question, ""))
}
