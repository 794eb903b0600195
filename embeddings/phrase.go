package embeddings

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
)

// Phrases is a small embedding model of our own: the vector of a text is the
// mean of the vectors of its grams, trained so that a linear layer tells from
// it which concept an utterance is about (fastText: Joulin et al. 2016, Bag of
// Tricks for Efficient Text Classification). It is what makes an everyday
// question meet a row that says it in other words, where no endpoint is
// configured. Its file is read in place: opening costs nothing, a text some
// microseconds. Safe for concurrent use.
type Phrases struct {
	head   phraseHead
	grams  []byte // per bucket a float32 scale, then Dim int8
	layer  []byte // per class the same
	stride int
}

// phraseHead describes the file.
type phraseHead struct {
	Dim     int      `json:"dim"`
	Buckets int      `json:"buckets"`
	Classes []string `json:"classes"`
	// Inputs names what the model was trained on, so that a test sees when it is stale.
	Inputs string `json:"inputs"`
}

// phraseMagic begins the file of a model; the number is the format's.
const phraseMagic = "jirei phrases 1\n"

// OpenPhrases opens the file of a trained model, which must not change
// afterwards.
func OpenPhrases(file []byte) (*Phrases, error) {
	rest, ok := bytes.CutPrefix(file, []byte(phraseMagic))
	if !ok {
		return nil, errors.New("this is no phrase model, or one of another format")
	}
	line, body, ok := bytes.Cut(rest, []byte("\n"))
	p := &Phrases{}
	if err := json.Unmarshal(line, &p.head); err != nil || !ok {
		return nil, fmt.Errorf("the head of the phrase model cannot be read: %w", err)
	}
	p.stride = 4 + p.head.Dim
	if p.head.Dim <= 0 || p.head.Buckets <= 0 || len(body) != p.stride*(p.head.Buckets+len(p.head.Classes)) {
		return nil, errors.New("the phrase model is cut off or too long")
	}
	p.grams, p.layer = body[:p.stride*p.head.Buckets], body[p.stride*p.head.Buckets:]
	return p, nil
}

// Inputs names what the model was trained on.
func (p *Phrases) Inputs() string { return p.head.Inputs }

// Classes returns the names of what the model tells apart; Sense returns their
// probabilities in the same order.
func (p *Phrases) Classes() []string { return p.head.Classes }

// Vector returns the unit vector of a text that has these grams, nil where it
// has none.
func (p *Phrases) Vector(grams []string) []float32 {
	h := p.hidden(grams)
	if h == nil {
		return nil
	}
	var sum float64
	for _, v := range h {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return nil
	}
	norm := float32(1 / math.Sqrt(sum))
	for i := range h {
		h[i] *= norm
	}
	return h
}

// Sense returns how probable each class is for a text that has these grams.
func (p *Phrases) Sense(grams []string) []float64 {
	h := p.hidden(grams)
	out := make([]float64, len(p.head.Classes))
	if h == nil {
		return out
	}
	most := math.Inf(-1)
	for c := range out {
		row := p.layer[c*p.stride : (c+1)*p.stride]
		var dot float32
		for i, v := range h {
			dot += v * float32(int8(row[4+i]))
		}
		out[c] = float64(dot * scaleOf(row))
		most = max(most, out[c])
	}
	var sum float64
	for c := range out {
		out[c] = math.Exp(out[c] - most)
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}

func (p *Phrases) hidden(grams []string) []float32 {
	if len(grams) == 0 {
		return nil
	}
	h := make([]float32, p.head.Dim)
	for _, g := range grams {
		b := bucket(g, p.head.Buckets)
		row := p.grams[b*p.stride : (b+1)*p.stride]
		scale := scaleOf(row)
		for i := range h {
			h[i] += scale * float32(int8(row[4+i]))
		}
	}
	norm := float32(1 / math.Sqrt(float64(len(grams))))
	for i := range h {
		h[i] *= norm
	}
	return h
}

func scaleOf(row []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(row)) }

func bucket(gram string, buckets int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(gram)) // never fails
	return int(h.Sum32() % uint32(buckets))
}

// Grams cuts folded text into what Phrases sums up: characters but hiragana,
// and runs of two and three, for Japanese; words and pairs of words, stemmed,
// for Latin. Each comes once.
func Grams(folded string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(g string) {
		if !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	runes := []rune(folded)
	last := ""
	for i := 0; i < len(runes); {
		script := ScriptOf(runes[i])
		j := i + 1
		switch script {
		case Other:
		case Latin:
			for j < len(runes) && ScriptOf(runes[j]) == Latin {
				j++
			}
			word := string(runes[i:j])
			add("w" + word)
			if last != "" {
				add("b" + last + " " + word)
			}
			last = word
		default:
			for j < len(runes) && ScriptOf(runes[j]) != Other && ScriptOf(runes[j]) != Latin {
				j++
			}
			japaneseGrams(runes[i:j], add)
		}
		i = j
	}
	return out
}

// longestGram is the longest run of Japanese characters that is a gram: with
// four nothing was gained on held-back utterances, and the model grew.
const longestGram = 3

func japaneseGrams(run []rune, add func(string)) {
	for n := 1; n <= longestGram; n++ {
		for k := 0; k+n <= len(run); k++ {
			if n > 1 || ScriptOf(run[k]) != Hiragana {
				add(string(run[k : k+n]))
			}
		}
	}
}
