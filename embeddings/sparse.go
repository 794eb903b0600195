package embeddings

import (
	"hash/fnv"
	"slices"
)

// Sparse is a vector of few non-zero dimensions: Index strictly ascending,
// Value[i] the weight at Index[i].
type Sparse struct {
	Index []uint32
	Value []float32
}

// Dimensions is the size of the space that features are hashed into: the
// most that pgvector's sparsevec takes. At 10,000 features the chance that any
// two of them collide is 5 %, and a collision costs one wrong feature.
const Dimensions = 1_000_000_000

// Dimension returns a feature's place in the space, 1 to Dimensions-1.
func Dimension(key string) uint32 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // never fails
	return uint32(h.Sum64()%(Dimensions-1)) + 1
}

// Count is how often a feature occurs, weighted by the field it stands in.
type Count struct {
	Key string
	N   float64
}

// Length normalisation and saturation of BM25 (Robertson and Zaragoza 2009).
// k1 is lower than the usual 1.2 and b than 0.75: a row is one or two
// sentences, where a second mention means little and length means nothing much.
const (
	k1 = 0.9
	b  = 0.4
)

// Weigh returns the BM25 term weights of a passage whose features are counts
// and whose length is the sum of them, in a collection of the given average
// length: tf/(tf + k1(1-b+b·length/average)). The idf belongs to the query's
// vector, so a stored vector stays right while other passages come and go.
func Weigh(counts []Count, average float64) Sparse {
	tf := make(map[uint32]float64, len(counts))
	var length float64
	for _, c := range counts {
		tf[Dimension(c.Key)] += c.N
		length += c.N
	}
	if average <= 0 {
		average = max(length, 1)
	}
	norm := k1 * (1 - b + b*length/average)
	v := Sparse{Index: make([]uint32, 0, len(tf)), Value: make([]float32, 0, len(tf))}
	for index := range tf {
		v.Index = append(v.Index, index)
	}
	slices.Sort(v.Index)
	for _, index := range v.Index {
		v.Value = append(v.Value, float32(tf[index]/(tf[index]+norm)))
	}
	return v
}

// At returns the value at a dimension, 0 where the vector has none.
func (v Sparse) At(index uint32) float32 {
	if i, ok := slices.BinarySearch(v.Index, index); ok {
		return v.Value[i]
	}
	return 0
}

// Dot returns the inner product of two vectors.
func (v Sparse) Dot(w Sparse) float64 {
	var sum float64
	for i, j := 0, 0; i < len(v.Index) && j < len(w.Index); {
		switch {
		case v.Index[i] < w.Index[j]:
			i++
		case v.Index[i] > w.Index[j]:
			j++
		default:
			sum += float64(v.Value[i]) * float64(w.Value[j])
			i, j = i+1, j+1
		}
	}
	return sum
}
