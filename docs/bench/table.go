package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jirei/jirei/retrieval"
)

// The table stands between these lines of the page.
const (
	begin = "<!-- written by docs/bench: cd docs/bench && go run . -write -->\n"
	end   = "<!-- end -->\n"
)

// markdown writes the table. All but the first columns are of the last set:
// the test half where it was run.
func markdown(rows []row, sets []set) string {
	var b strings.Builder
	last := sets[len(sets)-1].name
	b.WriteString("| system |")
	for _, s := range sets {
		fmt.Fprintf(&b, " nDCG@5 %s |", s.name)
	}
	fmt.Fprintf(&b, " recall@5 | MRR | refused out of scope | wrongly refused |\n|---|%s---|---|---|---|\n", strings.Repeat("---|", len(sets)))
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s |", r.name)
		for _, s := range sets {
			fmt.Fprintf(&b, " %.3f |", r.figures[s.name].NDCG5)
		}
		f := r.figures[last]
		fmt.Fprintf(&b, " %.3f | %.3f | %d/%d | %d/%d |\n", f.Recall5, f.MRR, f.OutsideRefused, f.Outside, f.Refused, f.Answerable)
	}
	fmt.Fprintf(&b, "\nThe last four columns are of %s: %d questions.\n", last, len(sets[len(sets)-1].questions))
	return b.String()
}

// write puts the table between its markers, and a line into the log of the
// runs of the test half.
func write(page, table string, rows []row) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		return fmt.Errorf("%s has no place for the table: it stands between %q and %q", page, begin, end)
	}
	whole := before + begin + "\n" + table + "\n" + end + after
	for _, r := range rows {
		if r.name == variants[0].name {
			if whole, err = logged(whole, r.figures[test]); err != nil {
				return fmt.Errorf("%s: %w", page, err)
			}
		}
	}
	return os.WriteFile(page, []byte(whole), 0o644) //nolint:gosec // a page of the repository
}

// logHead begins the table of the runs of the test half.
const logHead = "| run of the test half | nDCG@5 | out of scope refused | wrongly refused |\n|---|---|---|---|\n"

// logged adds a run below those that are there.
func logged(page string, f retrieval.Figures) (string, error) {
	before, rest, ok := strings.Cut(page, logHead)
	if !ok {
		return "", fmt.Errorf("there is no table that begins %q", logHead)
	}
	at := 0
	for _, line := range strings.SplitAfter(rest, "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		at += len(line)
	}
	line := fmt.Sprintf("| %s, docs/bench | %.3f | %d/%d | %d/%d |\n", time.Now().Format(time.DateOnly), f.NDCG5, f.OutsideRefused, f.Outside, f.Refused, f.Answerable)
	return before + logHead + rest[:at] + line + rest[at:], nil
}
