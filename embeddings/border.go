package embeddings

import (
	"math"
	"math/rand/v2"
)

// border is the logistic regression that tells what is outside the field, by
// AdaGrad (Duchi et al. 2011): rare grams keep a long step.
type border struct {
	random  *rand.Rand
	buckets int
	epochs  int
	weights []float64
	squares []float64
	bias    float64
}

// The numbers of its training. There are five times as many utterances of the
// field as of what is outside it; outsideWeight makes up for half of that.
const (
	borderRate    = 0.3
	borderDecay   = 1e-3
	biasRate      = 0.02
	outsideWeight = 2.0
)

func newBorder(t Training) *border {
	b := &border{random: rand.New(rand.NewPCG(t.Seed, t.Seed)), buckets: t.Buckets, epochs: max(1, t.Epochs/2)} //nolint:gosec // a training must be repeatable, not secret
	b.weights, b.squares = make([]float64, t.Buckets), make([]float64, t.Buckets)
	for i := range b.squares {
		b.squares[i] = 1e-2
	}
	return b
}

func (b *border) run(samples []Sample) {
	order := b.random.Perm(len(samples))
	for range b.epochs {
		b.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			if len(samples[i].Grams) > 0 {
				b.learn(samples[i])
			}
		}
	}
}

func (b *border) learn(s Sample) {
	grams := make([]int, len(s.Grams))
	for i, g := range s.Grams {
		grams[i] = bucket(g, b.buckets)
	}
	norm := 1 / math.Sqrt(float64(len(grams)))
	z := b.bias
	for _, g := range grams {
		z += b.weights[g] * norm
	}
	pull := s.Weight / (1 + math.Exp(-z))
	if s.Outside {
		pull = outsideWeight * s.Weight * (1/(1+math.Exp(-z)) - 1)
	}
	b.bias -= biasRate * pull
	for _, g := range grams {
		step := pull*norm + borderDecay*b.weights[g]
		b.squares[g] += step * step
		b.weights[g] -= borderRate * step / math.Sqrt(b.squares[g])
	}
}

func (b *border) most() float64 {
	most := 1e-9
	for _, w := range b.weights {
		most = max(most, math.Abs(w))
	}
	return most
}
