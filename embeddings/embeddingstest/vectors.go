package embeddingstest

import (
	"hash/fnv"
	"math/rand/v2"
)

// Vector makes a vector of a text; the same one each time.
type Vector func(text string) []float32

// Words are vectors of the pairs of characters in a text, hashed: texts that
// share words are alike. Another seed is another model, whose vectors say
// nothing to this one's.
func Words(dim int, seed uint64) Vector {
	return func(text string) []float32 {
		v := make([]float32, dim)
		runes := []rune(text)
		for i := 0; i+1 < len(runes); i++ {
			h := hash(string(runes[i:i+2]), seed)
			if h>>40&1 == 0 {
				v[h%uint64(dim)]++
			} else {
				v[h%uint64(dim)]--
			}
		}
		v[0] += 0.01 // a text of one character is no vector of zeros
		return v
	}
}

// Noise are vectors that have nothing to do with what a text says.
func Noise(dim int, seed uint64) Vector {
	return func(text string) []float32 {
		r := rand.New(rand.NewPCG(hash(text, seed), seed)) //nolint:gosec // a test must be repeatable, not secret
		v := make([]float32, dim)
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		return v
	}
}

func hash(text string, seed uint64) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte{byte(seed), byte(seed >> 8)}) // never fails
	_, _ = h.Write([]byte(text))
	return h.Sum64()
}
