//go:build tune

package golden

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

// asked is what the border decides a question by.
type asked struct {
	id, q   string
	x       [6]float64 // constant, Outside, Near, Held, Missing, Said: as they enter Border.Sum
	outside bool
}

// TestBorder fits Weights.Border on the development questions by logistic
// regression, both classes weighed alike, and prints the calibration.
//
//	go test -tags tune -run Border -v ./retrieval/golden
func TestBorder(t *testing.T) {
	w := retrieval.DefaultWeights()
	w.Border.Bias = -100
	e := engine(t, w)
	var all []asked
	for _, g := range append(half(t, true), second(t)...) {
		r, err := e.Ask(context.Background(), g.Q, g.History, 61)
		if err != nil {
			t.Fatal(err)
		}
		if r.Exact || r.Query.Intent == retrieval.Similar || r.Query.Intent == retrieval.Help || len(r.Hits) == 0 {
			continue
		}
		a := asked{id: g.ID, q: g.Q, outside: len(g.Rel) == 0}
		for i := range a.x { // each weight alone gives its term
			b := retrieval.Border{}
			*[]*float64{&b.Bias, &b.Outside, &b.Near, &b.Held, &b.Missing, &b.Said}[i] = 1
			a.x[i] = b.Sum(r.Query, r.Share, r.Near, r.Held)
		}
		all = append(all, a)
	}
	fit := regress(all)
	names := []string{"Bias", "Outside", "Near", "Held", "Missing", "Said"}
	var kept []float64
	for _, a := range all {
		if !a.outside {
			kept = append(kept, dot(fit, a.x))
		}
	}
	slices.Sort(kept)
	fmt.Println("| answerable refused | out of scope refused | Bias |")
	for _, rate := range []float64{0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1} {
		at := kept[len(kept)-1-int(rate*float64(len(kept)))]
		refused, out := 0, 0
		for _, a := range all {
			if a.outside {
				out++
				if dot(fit, a.x) > at {
					refused++
				}
			}
		}
		fmt.Printf("| %.0f %% | %d/%d %.0f %% | %.2f |\n", 100*rate, refused, out, 100*float64(refused)/float64(out), fit[0]-at)
	}
	for i, n := range names {
		fmt.Printf("%s: %.2f, ", n, fit[i])
	}
	fmt.Println()
	at := kept[len(kept)-1-len(kept)/25]
	for _, a := range all {
		if s := dot(fit, a.x) - at; (s > 0) != a.outside {
			fmt.Printf("%5.2f %-5v %s %s  %.2v\n", s, a.outside, a.id, a.q, a.x)
		}
	}
}

func dot(w, x [6]float64) float64 {
	sum := 0.0
	for i := range w {
		sum += w[i] * x[i]
	}
	return sum
}

func regress(all []asked) (w [6]float64) {
	n := map[bool]float64{}
	for _, a := range all {
		n[a.outside]++
	}
	for range 20000 {
		var pull [6]float64
		for _, a := range all {
			miss := 1 / (1 + math.Exp(-dot(w, a.x)))
			if a.outside {
				miss--
			}
			for i, x := range a.x {
				pull[i] += miss * x / n[a.outside]
			}
		}
		for i := range w {
			w[i] -= 0.7 * (pull[i] + 4e-4*w[i])
		}
	}
	return w
}
