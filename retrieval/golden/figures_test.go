package golden

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

// figures are retrieval.Figures as recorded: means to four digits, and counts
// with what they are out of.
type figures struct {
	Questions      int     `json:"questions"`
	NDCG5          float64 `json:"ndcg5"`
	Recall5        float64 `json:"recall5"`
	MRR            float64 `json:"mrr"`
	Answerable     int     `json:"answerable"`
	WronglyRefused int     `json:"wrongly_refused"`
	Outside        int     `json:"outside"`
	RightlyRefused int     `json:"rightly_refused"`
	Expected       int     `json:"expected"`
	Exact          int     `json:"exact"`
}

func figuresOf(list []retrieval.Outcome) figures {
	f := retrieval.Sum(list)
	round := func(v float64) float64 { return math.Round(v*1e4) / 1e4 }
	return figures{
		Questions: len(list), NDCG5: round(f.NDCG5), Recall5: round(f.Recall5), MRR: round(f.MRR),
		Answerable: f.Answerable, WronglyRefused: f.Refused, Outside: f.Outside, RightlyRefused: f.OutsideRefused, Expected: f.Expected, Exact: f.Exact,
	}
}

// byKind has the figures of each kind of question, and under "all" of all.
func byKind(list []retrieval.Outcome) map[string]figures {
	kinds := map[string][]retrieval.Outcome{}
	for _, o := range list {
		kinds[o.Golden.Kind] = append(kinds[o.Golden.Kind], o)
	}
	out := map[string]figures{"all": figuresOf(list)}
	for kind, of := range kinds {
		out[kind] = figuresOf(of)
	}
	return out
}

// How far the test half may fall below what is recorded before somebody has to
// say that it should: noise of a word more or less moves it by less.
const (
	ndcgMayFall    = 0.01
	refusalsMayErr = 1
)

// worse says what of the figures is too far below those recorded, "" for none.
func worse(was, now figures) string {
	switch {
	case now.Questions != was.Questions || now.Answerable != was.Answerable || now.Outside != was.Outside:
		return "they are of other questions"
	case now.NDCG5 < was.NDCG5-ndcgMayFall-1e-9:
		return "nDCG@5 fell"
	case now.RightlyRefused < was.RightlyRefused-refusalsMayErr:
		return "fewer questions out of scope are refused"
	case now.WronglyRefused > was.WronglyRefused+refusalsMayErr:
		return "more answerable questions are refused"
	}
	return ""
}

func TestWorse(t *testing.T) {
	t.Parallel()
	was := figures{Questions: 144, NDCG5: 0.84, Answerable: 127, WronglyRefused: 4, Outside: 16, RightlyRefused: 15}
	for name, c := range map[string]struct {
		change func(*figures)
		want   string
	}{
		"the same":                   {func(*figures) {}, ""},
		"better in all":              {func(f *figures) { f.NDCG5, f.WronglyRefused, f.RightlyRefused = 0.9, 0, 16 }, ""},
		"a hundredth less":           {func(f *figures) { f.NDCG5 = 0.83 }, ""},
		"more than a hundredth":      {func(f *figures) { f.NDCG5 = 0.8299 }, "nDCG@5 fell"},
		"one refusal less":           {func(f *figures) { f.RightlyRefused = 14 }, ""},
		"two refusals less":          {func(f *figures) { f.RightlyRefused = 13 }, "fewer questions out of scope are refused"},
		"one wrong refusal more":     {func(f *figures) { f.WronglyRefused = 5 }, ""},
		"two wrong refusals more":    {func(f *figures) { f.WronglyRefused = 6 }, "more answerable questions are refused"},
		"a question moved its half":  {func(f *figures) { f.Questions = 143 }, "they are of other questions"},
		"a question changed its end": {func(f *figures) { f.Answerable, f.Outside = 126, 17 }, "they are of other questions"},
	} {
		now := was
		c.change(&now)
		if got := worse(was, now); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The test half is watched by its totals alone; which of its questions got
// worse nobody should see, or it is no test half any more.
func TestTheTestHalfStaysAsGood(t *testing.T) {
	t.Parallel()
	const path = "testdata/figures.json"
	now := byKind(outcomes(t, false))
	if *update {
		both := map[string]map[string]figures{"development": byKind(outcomes(t, true)), "test": now}
		file, err := json.MarshalIndent(both, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(file, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var was map[string]map[string]figures
	if err := json.Unmarshal(file, &was); err != nil {
		t.Fatal(err)
	}
	if what := worse(was["test"]["all"], now["all"]); what != "" {
		t.Errorf("test half: %s\nwas %+v\nnow %+v\nif that is meant, go test ./retrieval/golden -update, and say why in the commit", what, was["test"]["all"], now["all"])
	}
}
