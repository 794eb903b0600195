package golden

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

// update rewrites what these tests compare with: go test ./retrieval/golden -update
var update = flag.Bool("update", false, "rewrite testdata/ranking.golden and testdata/figures.json")

// outcomes asks one half of the questions.
func outcomes(t *testing.T, development bool) []retrieval.Outcome {
	t.Helper()
	all, err := Questions()
	if err != nil {
		t.Fatal(err)
	}
	var asked []retrieval.Golden
	for _, g := range all {
		if Development(g.ID) == development {
			asked = append(asked, g)
		}
	}
	out, err := embedded(t).Evaluate(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// shown is how many pages of a ranking are kept: what nDCG@5 looks at.
const shown = 5

// ranked writes an outcome as one line.
func ranked(o retrieval.Outcome) string {
	asked := strings.Join(append(o.Golden.History, o.Golden.Q), " / ")
	found := "refused"
	if !o.Refused {
		pages := make([]string, min(shown, len(o.Pages)))
		for i := range pages {
			pages[i] = fmt.Sprintf("p.%d", o.Pages[i])
		}
		found = strings.Join(pages, " ")
	}
	if found == "" {
		found = "nothing"
	}
	return fmt.Sprintf("%s %s %s → %s", o.Golden.ID, o.Golden.Kind, asked, found)
}

// What each development question finds stands in a file, so that a change of
// ranking is a diff somebody reads. It says what is, not what should be: that
// is golden.jsonl. The test half has no such file, on purpose.
func TestRankingIsAsRecorded(t *testing.T) {
	t.Parallel()
	const path = "testdata/ranking.golden"
	var now []string
	for _, o := range outcomes(t, true) {
		now = append(now, ranked(o))
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(now, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	was := strings.Split(strings.TrimSuffix(string(file), "\n"), "\n")
	if len(was) != len(now) {
		t.Fatalf("%s has %d questions, there are %d", path, len(was), len(now))
	}
	changed := 0
	for i := range now {
		if now[i] != was[i] {
			changed++
			t.Logf("\nwas %s\nnow %s", was[i], now[i])
		}
	}
	if changed > 0 {
		t.Errorf("%d of %d rankings changed; if they should, go test ./retrieval/golden -update and read the diff", changed, len(now))
	}
}
