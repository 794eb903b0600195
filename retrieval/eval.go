package retrieval

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Golden is a question with what it should find.
type Golden struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Q       string   `json:"q"`
	History []string `json:"history"`
	// Rel grades pages: 2 answers the question, 1 is worth showing below. Empty
	// means that the book does not hold it and it must be refused.
	Rel map[string]int `json:"rel"`
	// Expect is the exact result of a count, list or page question.
	Expect *struct {
		Count *int  `json:"count"`
		Pages []int `json:"pages"`
	} `json:"expect"`
}

// Grade returns the grade of a page.
func (g Golden) Grade(page int) int { return g.Rel[strconv.Itoa(page)] }

// ReadGolden reads JSON Lines of golden questions. The error names the line.
func ReadGolden(r io.Reader) ([]Golden, error) {
	var out []Golden
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var g Golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if g.Q == "" {
			return nil, fmt.Errorf("line %d: a question needs \"q\"", n)
		}
		for page, grade := range g.Rel {
			if _, err := strconv.Atoi(page); err != nil || grade < 0 || grade > 2 {
				return nil, fmt.Errorf("line %d: \"rel\" maps pages to 0, 1 or 2, not %q to %d", n, page, grade)
			}
		}
		out = append(out, g)
	}
	return out, lines.Err()
}

// Figures are the measures over some questions. The first three are means
// over the answerable ones; a wrongly refused question counts 0 in each.
type Figures struct {
	Recall5, MRR, NDCG5 float64
	// Answerable and Refused count answerable questions and how many of them were
	// refused; Outside and OutsideRefused the same for those out of scope.
	Answerable, Refused     int
	Outside, OutsideRefused int
	// Expected and Exact count the questions with an exact expectation, and how
	// many of those met it.
	Expected, Exact int
}

// Outcome is what came of one golden question.
type Outcome struct {
	Golden  Golden
	Pages   []int // as ranked
	Refused bool
	NDCG5   float64
	Exact   bool // the expectation, where there is one, was met
	Share   float64
	Result  Result
}

// Evaluate asks every question and returns what came of each.
func (e *Engine) Evaluate(ctx context.Context, questions []Golden) ([]Outcome, error) {
	out := make([]Outcome, 0, len(questions))
	for _, g := range questions {
		r, err := e.Ask(ctx, g.Q, g.History, 10)
		if err != nil {
			return nil, fmt.Errorf("question %s: %w", g.ID, err)
		}
		out = append(out, Mark(g, r))
	}
	return out, nil
}

// Mark says what came of a golden question, whoever found the result.
func Mark(g Golden, r Result) Outcome {
	o := Outcome{Golden: g, Refused: r.Refused, Result: r}
	for _, h := range r.Hits {
		o.Pages = append(o.Pages, h.Case.Page)
		o.Share = max(o.Share, h.Why.Share)
	}
	for _, h := range r.Nearest {
		o.Share = max(o.Share, h.Why.Share)
	}
	o.NDCG5 = ndcg(g, o.Pages, 5)
	if g.Expect != nil {
		var sorted []int
		for _, h := range r.Hits {
			if h.Matched {
				sorted = append(sorted, h.Case.Page)
			}
		}
		slices.Sort(sorted)
		o.Exact = !r.Refused && slices.Equal(sorted, g.Expect.Pages) &&
			(g.Expect.Count == nil || r.Count != nil && *r.Count == *g.Expect.Count)
	}
	return o
}

// Sum makes figures of outcomes.
func Sum(outcomes []Outcome) Figures {
	var f Figures
	for _, o := range outcomes {
		if o.Golden.Expect != nil {
			f.Expected++
			if o.Exact {
				f.Exact++
			}
		}
		if len(o.Golden.Rel) == 0 {
			// A count of none is an answer, not something to refuse.
			if o.Golden.Expect == nil {
				f.Outside++
				if o.Refused {
					f.OutsideRefused++
				}
			}
			continue
		}
		f.Answerable++
		if o.Refused {
			f.Refused++
			continue
		}
		f.Recall5 += recall(o.Golden, o.Pages, 5)
		f.MRR += reciprocal(o.Golden, o.Pages)
		f.NDCG5 += o.NDCG5
	}
	if n := float64(f.Answerable); n > 0 {
		f.Recall5, f.MRR, f.NDCG5 = f.Recall5/n, f.MRR/n, f.NDCG5/n
	}
	return f
}

// ndcg is nDCG@k with gain 2^grade-1 (Järvelin and Kekäläinen 2002).
func ndcg(g Golden, pages []int, k int) float64 {
	gain := func(grade, rank int) float64 { return (math.Exp2(float64(grade)) - 1) / math.Log2(float64(rank)+2) }
	var got, best float64
	for i, p := range pages[:min(k, len(pages))] {
		got += gain(g.Grade(p), i)
	}
	var grades []int
	for _, grade := range g.Rel {
		grades = append(grades, grade)
	}
	slices.Sort(grades)
	slices.Reverse(grades)
	for i, grade := range grades[:min(k, len(grades))] {
		best += gain(grade, i)
	}
	if best == 0 {
		return 0
	}
	return got / best
}

// recall is the share of the cases graded 2 (or, where none is, 1) among the
// first k, out of as many as fit.
func recall(g Golden, pages []int, k int) float64 {
	top := 0
	for _, grade := range g.Rel {
		top = max(top, grade)
	}
	want, got := 0, 0
	for _, grade := range g.Rel {
		if grade == top {
			want++
		}
	}
	for _, p := range pages[:min(k, len(pages))] {
		if g.Grade(p) == top {
			got++
		}
	}
	return float64(got) / float64(max(min(want, k), 1))
}

// reciprocal is one over the rank of the first relevant case.
func reciprocal(g Golden, pages []int) float64 {
	for i, p := range pages {
		if g.Grade(p) > 0 {
			return 1 / float64(i+1)
		}
	}
	return 0
}
