package embeddings

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
)

// Sample is one text that TrainPhrases learns from.
type Sample struct {
	// Class is what it is about; "" teaches only what is outside the field.
	Class string
	// Also are other classes of the same kind that it is about.
	Also  []Also
	Grams []string
	// Weight scales how much it teaches, 1 for a sentence.
	Weight float64
	// Hidden classes teach the grams, but the model does not tell them.
	Hidden bool
	// Outside: it is about something outside the field.
	Outside bool
}

// Also is another class of a sample, by how much it is about that one, 0 to 1,
// where its own is 1.
type Also struct {
	Class string
	Share float64
}

// Training are the numbers of a training.
type Training struct {
	Dim, Buckets, Epochs int
	// Rate is the first step's length; it falls to zero along the way.
	Rate float64
	// Dropout is the share of a sample's grams left out at each step, others each
	// time, so that none is relied upon alone (Srivastava et al. 2014; for bags of
	// words Iyyer et al. 2015, Deep Averaging Networks).
	Dropout float64
	// Seed makes two trainings on one kind of processor the same.
	Seed uint64
	// Inputs is kept in the file (Phrases.Inputs).
	Inputs string
}

// TrainPhrases trains a model and returns its file. It runs for about half a
// minute per twenty thousand samples and epoch dozen, on one core, so that the
// order of the additions, and with it the result, is always the same.
func TrainPhrases(samples []Sample, t Training) ([]byte, error) {
	if len(samples) == 0 {
		return nil, errors.New("there is nothing to learn from")
	}
	classes, of := []string{}, map[string]int{}
	name := func(hidden bool) {
		for _, s := range samples {
			if _, known := of[s.Class]; !known && s.Hidden == hidden && s.Class != "" {
				of[s.Class] = len(classes)
				classes = append(classes, s.Class)
			}
		}
	}
	name(false)
	told := len(classes)
	name(true)
	m := newTrainer(t, len(classes))
	m.told = told
	m.run(samples, of)
	border := newBorder(t)
	border.run(samples)
	most := border.most()
	head, err := json.Marshal(phraseHead{Dim: t.Dim, Buckets: t.Buckets, Classes: classes[:told], Hidden: classes[told:], Border: most, Bias: border.bias, Inputs: t.Inputs})
	if err != nil {
		return nil, err
	}
	file := append([]byte(phraseMagic), head...)
	file = append(file, '\n')
	for _, row := range m.grams {
		file = appendRow(file, row)
	}
	for _, row := range m.layer {
		file = appendRow(file, row)
	}
	for _, v := range border.weights {
		file = append(file, byte(int8(math.Round(v/most*127))))
	}
	return file, nil
}

// appendRow writes a vector as int8 with one scale: a quarter of the bytes, and
// the ranking of the golden set stays as it is.
func appendRow(file []byte, row []float32) []byte {
	var most float64
	for _, v := range row {
		most = max(most, math.Abs(float64(v)))
	}
	file = binary.LittleEndian.AppendUint32(file, math.Float32bits(float32(most/127)))
	for _, v := range row {
		q := 0.0
		if most > 0 {
			q = math.Round(float64(v) / most * 127)
		}
		file = append(file, byte(int8(q)))
	}
	return file
}

type trainer struct {
	t            Training
	random       *rand.Rand
	grams, layer [][]float32
	// told is how many of the layer's rows are classes that are told; the hidden
	// ones follow.
	told int
}

func newTrainer(t Training, classes int) *trainer {
	m := &trainer{t: t, random: rand.New(rand.NewPCG(t.Seed, t.Seed))} //nolint:gosec // a training must be repeatable, not secret
	rows := func(n int, spread float32) [][]float32 {
		out := make([][]float32, n)
		for i := range out {
			out[i] = make([]float32, t.Dim)
			for k := range out[i] {
				out[i][k] = spread * (2*m.random.Float32() - 1)
			}
		}
		return out
	}
	m.grams, m.layer = rows(t.Buckets, 1/float32(t.Dim)), rows(classes, 0)
	return m
}

func (m *trainer) run(samples []Sample, of map[string]int) {
	buckets := make([][]int, len(samples))
	used := make([]bool, m.t.Buckets)
	for i, s := range samples {
		for _, g := range s.Grams {
			b := bucket(g, m.t.Buckets)
			buckets[i] = append(buckets[i], b)
			used[b] = true
		}
	}
	for b := range m.grams { // what was never seen must not add noise
		if !used[b] {
			clear(m.grams[b])
		}
	}
	targets := make([][]float32, len(samples))
	for i, s := range samples {
		if s.Class != "" {
			targets[i] = m.target(s, of)
		}
	}
	order := m.random.Perm(len(samples))
	step, steps := 0.0, float64(m.t.Epochs*len(samples))
	for range m.t.Epochs {
		m.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			step++
			if len(buckets[i]) > 0 && samples[i].Class != "" {
				m.learn(m.kept(buckets[i]), samples[i].Hidden, targets[i], float32(m.t.Rate*(1-step/steps)*samples[i].Weight))
			}
		}
	}
}

// target returns the probabilities that a sample teaches, over the classes of
// its kind.
func (m *trainer) target(s Sample, of map[string]int) []float32 {
	n, from := m.told, 0
	if s.Hidden {
		n, from = len(m.layer)-m.told, m.told
	}
	out := make([]float32, n)
	sum := float32(1)
	out[of[s.Class]-from] = 1
	for _, a := range s.Also {
		out[of[a.Class]-from] = float32(a.Share)
		sum += float32(a.Share)
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// kept leaves out a share of the grams, never all.
func (m *trainer) kept(grams []int) []int {
	out := make([]int, 0, len(grams))
	for _, g := range grams {
		if m.random.Float64() >= m.t.Dropout {
			out = append(out, g)
		}
	}
	if len(out) == 0 {
		return grams[:1]
	}
	return out
}

// unsure is the error of a class below which it teaches nothing that shows.
const unsure = 1e-4

// learn takes one step of stochastic gradient descent on the softmax over the
// classes that are told, or over the hidden ones: a text of a page says nothing
// against the concepts that it is about.
func (m *trainer) learn(grams []int, hidden bool, target []float32, rate float32) {
	dim := m.t.Dim
	h, pull := make([]float32, dim), make([]float32, dim)
	norm := float32(1 / math.Sqrt(float64(len(grams))))
	for _, g := range grams {
		for k, v := range m.grams[g] {
			h[k] += v * norm
		}
	}
	layer := m.layer[:m.told]
	if hidden {
		layer = m.layer[m.told:]
	}
	for c, p := range softmax(layer, h) {
		miss := target[c] - p
		if miss > -unsure && miss < unsure {
			continue
		}
		row, a := layer[c], rate*miss
		for k := range row {
			pull[k] += a * row[k]
			row[k] += a * h[k]
		}
	}
	for _, g := range grams {
		row := m.grams[g]
		for k := range row {
			row[k] += pull[k] * norm
		}
	}
}

func softmax(layer [][]float32, h []float32) []float32 {
	out := make([]float32, len(layer))
	most := float32(math.Inf(-1))
	for c, row := range layer {
		var dot float32
		for k, v := range h {
			dot += v * row[k]
		}
		out[c] = dot
		most = max(most, dot)
	}
	var sum float64
	for c := range out {
		e := math.Exp(float64(out[c] - most))
		out[c] = float32(e)
		sum += e
	}
	for c := range out {
		out[c] /= float32(sum)
	}
	return out
}
