package bot

import (
	"errors"
	"slices"
	"testing"

	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/retrieval"
)

func FuzzReadPanel(f *testing.F) {
	book := &retrieval.Generation{Industries: []string{"建設業", "製造業"}, Categories: []string{"被害有"}}
	two := 2
	for _, s := range []string{
		"", "1l0000-ja-0-", "1c1200-en-3-z1~5,t2+", "2l0000-ja-0-", "1l9999-xx-99-i000000,q,z~,t", "1l0000-ja--1-", "1l0000-ja-0",
		panel{sort: command.Size, facets: retrieval.Facets{Industry: []string{"製造業"}, NotCategory: []string{"被害有"}, Stars: &two, StarsUp: true}}.String(),
	} {
		f.Add(s, panelFilter, "i"+hash("建設業"))
	}
	f.Fuzz(func(t *testing.T, state, action, value string) {
		p, ok := readPanel(state, book)
		if !ok {
			return
		}
		if again, ok := readPanel(p.String(), book); ok && again.String() != p.String() {
			t.Errorf("%q is read as %q and then as %q", state, p, again)
		}
		if next, ok := p.press(action, value, book); ok && next.count && next.rows == command.None {
			t.Errorf("%q with %q counts nothing", action, value)
		}
	})
}

// What the book has no longer is left out of a table, rather than meaning something else.
func TestPanelOfAnEarlierBook(t *testing.T) {
	t.Parallel()
	before := panel{facets: retrieval.Facets{Industry: []string{"製造業", "鉱業"}}}
	p, ok := readPanel(before.String(), &retrieval.Generation{Industries: []string{"建設業", "製造業"}})
	if !ok || !slices.Equal(p.facets.Industry, []string{"製造業"}) {
		t.Errorf("read as %v, %t", p.facets.Industry, ok)
	}
}

func TestPressesInOrder(t *testing.T) {
	t.Parallel()
	var p presses
	var done []string
	press := func(message, at string, err error) {
		_ = p.inOrder(message, at, func() error { done = append(done, message+at); return err })
	}
	press("m", "2", nil)
	press("m", "1", nil) // it was overtaken
	press("n", "1", nil) // another message
	press("m", "3", errors.New("Slack is down"))
	press("m", "2", nil) // the later one has not been seen
	if want := []string{"m2", "n1", "m3", "m2"}; !slices.Equal(done, want) {
		t.Errorf("done were %q, want %q", done, want)
	}
}
