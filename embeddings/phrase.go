package embeddings

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
)

// Phrases is a small embedding model of our own: the vector of a text is the
// mean of the vectors of its grams, trained so that a linear layer tells from
// it which concept an utterance is about (fastText: Joulin et al. 2016, Bag of
// Tricks for Efficient Text Classification). It is what makes an everyday
// question meet a row that says it in other words, where no endpoint is
// configured. It is a panel of such models that differ in nothing but chance:
// one alone moves by a hundredth or two with its seed, their mean does not.
// The file is read in place: opening costs nothing, a text some microseconds.
// Safe for concurrent use.
type Phrases struct {
	panel  []*phraseModel
	hidden map[string][]float32
}

// OpenPhrases opens the file of a trained panel, which must not change
// afterwards.
func OpenPhrases(file []byte) (*Phrases, error) {
	p := &Phrases{}
	for {
		m, rest, err := openModel(file)
		if err != nil {
			return nil, err
		}
		if len(p.panel) > 0 && (m.head.Inputs != p.Inputs() || m.head.Dim != p.panel[0].head.Dim || m.head.Buckets != p.panel[0].head.Buckets || len(m.head.Classes) != len(p.Classes())) {
			return nil, errors.New("the phrase models were not trained on the same")
		}
		p.panel = append(p.panel, m)
		if file = rest; len(file) == 0 {
			break
		}
	}
	p.hidden = make(map[string][]float32, len(p.panel[0].hidden))
	for class := range p.panel[0].hidden {
		p.hidden[class] = p.join(func(m *phraseModel) []float32 { return m.hidden[class] })
	}
	return p, nil
}

// Inputs names what the models were trained on.
func (p *Phrases) Inputs() string { return p.panel[0].head.Inputs }

// Classes returns the names of what the models tell apart; Reading.Sense has their
// probabilities in the same order.
func (p *Phrases) Classes() []string { return p.panel[0].head.Classes }

// ClassVector returns the unit vector that texts of a hidden class are near to,
// nil where the models know no such class.
func (p *Phrases) ClassVector(class string) []float32 { return p.hidden[class] }

// Reading is what the models make of a text.
type Reading struct {
	// Vector is as Vector returns it.
	Vector []float32
	// Sense is how probable each class is, in the order of Classes; all 0 for a
	// text that has no grams.
	Sense []float64
	// Outside is how probable it is that the text is about something outside the
	// field: a logistic regression of its own on the grams, which tells requests
	// (how do I, how much is, please fill in) better than the classes do. 0.5 for a
	// text that has no grams.
	Outside float64
}

// Vector returns the unit vector of a text that has these grams, nil where it
// has none.
func (p *Phrases) Vector(grams []string) []float32 {
	in := p.buckets(grams)
	return p.join(func(m *phraseModel) []float32 { return unit(m.sum(in)) })
}

// Read returns all that the models make of a text that has these grams.
func (p *Phrases) Read(grams []string) Reading {
	r := Reading{Sense: make([]float64, len(p.Classes())), Outside: 0.5}
	if len(grams) == 0 {
		return r
	}
	in := p.buckets(grams)
	odds, share := 0.0, 1/float64(len(p.panel))
	probable := make([]float64, len(r.Sense))
	r.Vector = p.join(func(m *phraseModel) []float32 {
		odds += share * m.odds(in)
		h := m.sum(in)
		m.sense(h, probable)
		for c, v := range probable {
			r.Sense[c] += share * v
		}
		return unit(h)
	})
	r.Outside = 1 / (1 + math.Exp(-odds))
	return r
}

// buckets looks the grams up, once for all models.
func (p *Phrases) buckets(grams []string) []int {
	out := make([]int, len(grams))
	for i, g := range grams {
		out[i] = bucket(g, p.panel[0].head.Buckets)
	}
	return out
}

// join puts the models' unit vectors one behind the other, so that an inner
// product is the mean of theirs.
func (p *Phrases) join(of func(*phraseModel) []float32) []float32 {
	out := make([]float32, 0, len(p.panel)*p.panel[0].head.Dim)
	scale := float32(1 / math.Sqrt(float64(len(p.panel))))
	for _, m := range p.panel {
		v := of(m)
		for _, x := range v {
			out = append(out, scale*x)
		}
	}
	if len(out) < cap(out) {
		return nil
	}
	return out
}

// phraseModel is one of the panel.
type phraseModel struct {
	head   phraseHead
	grams  []byte // per bucket a float32 scale, then Dim int8
	layer  []byte // per class the same
	border []byte // per bucket an int8, in 1/127 of head.Border
	stride int
	hidden map[string][]float32
}

// phraseHead describes the file.
type phraseHead struct {
	Dim     int      `json:"dim"`
	Buckets int      `json:"buckets"`
	Classes []string `json:"classes"`
	// Hidden are the classes that only have a vector (ClassVector).
	Hidden []string `json:"hidden"`
	// Border is the largest weight of the border, Bias its constant.
	Border float64 `json:"border"`
	Bias   float64 `json:"bias"`
	// Inputs names what the model was trained on, so that a test sees when it is stale.
	Inputs string `json:"inputs"`
}

// phraseMagic begins the file of a model; the number is the format's.
const phraseMagic = "jirei phrases 3\n"

var errCutOff = errors.New("the phrase model is cut off or too long")

// openModel reads the first model of a file and returns the rest.
func openModel(file []byte) (*phraseModel, []byte, error) {
	rest, ok := bytes.CutPrefix(file, []byte(phraseMagic))
	if !ok {
		return nil, nil, errors.New("this is no phrase model, or one of another format")
	}
	line, body, ok := bytes.Cut(rest, []byte("\n"))
	if !ok {
		return nil, nil, errCutOff
	}
	m := &phraseModel{}
	if err := json.Unmarshal(line, &m.head); err != nil {
		return nil, nil, fmt.Errorf("the head of the phrase model cannot be read: %w", err)
	}
	m.stride = 4 + m.head.Dim
	rows := len(m.head.Classes) + len(m.head.Hidden)
	// Held against the file's length one by one: their product may overflow.
	if m.head.Dim <= 0 || m.head.Buckets <= 0 || m.head.Dim > len(body) || m.head.Buckets > len(body) ||
		len(body) < m.stride*(m.head.Buckets+rows)+m.head.Buckets {
		return nil, nil, errCutOff
	}
	m.grams, body = body[:m.stride*m.head.Buckets], body[m.stride*m.head.Buckets:]
	m.layer, body = body[:m.stride*rows], body[m.stride*rows:]
	m.border, body = body[:m.head.Buckets], body[m.head.Buckets:]
	m.open()
	return m, body, nil
}

// open decodes the vectors of the hidden classes.
func (p *phraseModel) open() {
	p.hidden = make(map[string][]float32, len(p.head.Hidden))
	for i, name := range p.head.Hidden {
		row := p.layer[(len(p.head.Classes)+i)*p.stride:][:p.stride]
		v := make([]float32, p.head.Dim)
		for k := range v {
			v[k] = float32(int8(row[4+k]))
		}
		p.hidden[name] = unit(v)
	}
}

// unit scales a vector to length one, in place; nil where it has none.
func unit(v []float32) []float32 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return nil
	}
	norm := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= norm
	}
	return v
}

// sense fills in the softmax over the classes.
func (p *phraseModel) sense(h []float32, out []float64) {
	p.logits(h, out)
	most, sum := math.Inf(-1), 0.0
	for _, v := range out {
		most = max(most, v)
	}
	for c := range out {
		out[c] = math.Exp(out[c] - most)
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
}

// logits fills in the layer's value for each class. Four classes go side by
// side: each sum has to wait for its last addition, so one at a time leaves most
// of the processor idle. The order of additions within a sum stays.
func (p *phraseModel) logits(h []float32, out []float64) {
	dim := len(h)
	row := func(c int) (float32, []byte) {
		r := p.layer[c*p.stride : (c+1)*p.stride]
		return scaleOf(r), r[4 : 4+dim]
	}
	c := 0
	for ; c+4 <= len(out); c += 4 {
		scale0, r0 := row(c)
		scale1, r1 := row(c + 1)
		scale2, r2 := row(c + 2)
		scale3, r3 := row(c + 3)
		var d0, d1, d2, d3 float32
		for i, v := range h {
			d0 += v * float32(int8(r0[i]))
			d1 += v * float32(int8(r1[i]))
			d2 += v * float32(int8(r2[i]))
			d3 += v * float32(int8(r3[i]))
		}
		out[c], out[c+1], out[c+2], out[c+3] = float64(d0*scale0), float64(d1*scale1), float64(d2*scale2), float64(d3*scale3)
	}
	for ; c < len(out); c++ {
		scale, r := row(c)
		var d float32
		for i, v := range h {
			d += v * float32(int8(r[i]))
		}
		out[c] = float64(d * scale)
	}
}

// odds are the log odds of the border.
func (p *phraseModel) odds(in []int) float64 {
	sum := 0.0
	for _, b := range in {
		sum += float64(int8(p.border[b]))
	}
	return p.head.Bias + sum*p.head.Border/127/math.Sqrt(float64(len(in)))
}

// sum adds the vectors of some buckets up; nil for none.
func (p *phraseModel) sum(in []int) []float32 {
	if len(in) == 0 {
		return nil
	}
	h := make([]float32, p.head.Dim)
	for _, b := range in {
		row := p.grams[b*p.stride : (b+1)*p.stride]
		scale := scaleOf(row)
		for i := range h {
			h[i] += scale * float32(int8(row[4+i]))
		}
	}
	norm := float32(1 / math.Sqrt(float64(len(in))))
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
// for Latin; and the last characters, where Japanese says what is wanted. Each
// comes once.
func Grams(folded string) []string {
	runes := []rune(folded)
	out, seen := make([]string, 0, longestGram*len(runes)), make(map[string]bool, longestGram*len(runes))
	add := func(g string) {
		if !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	heard := sounds(runes)
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
			japaneseGrams(runes[i:j], heard[i:j], add)
		}
		i = j
	}
	for end := len(runes); end > 0; end-- {
		if ScriptOf(runes[end-1]) != Other {
			add("e" + string(heard[max(0, end-2):end]))
			add("e" + string(heard[max(0, end-3):end]))
			break
		}
	}
	return out
}

// longestGram is the longest run of Japanese characters that is a gram: with
// four nothing was gained on held-back utterances, and the model grew.
const longestGram = 3

func japaneseGrams(run, heard []rune, add func(string)) {
	text := string(heard) // cut by bytes: a string for each gram would be copied
	at := make([]int, 0, len(heard)+1)
	for i := range text {
		at = append(at, i)
	}
	at = append(at, len(text))
	for n := 1; n <= longestGram; n++ {
		for k := 0; k+n <= len(run); k++ {
			if n > 1 || ScriptOf(run[k]) != Hiragana {
				add(text[at[k]:at[k+n]])
			}
		}
	}
}

// vowels are the katakana by vowel: a long mark after one sounds like it, and
// people write パスワード, ぱすわあど and ぱすわーど.
var vowels = []struct{ kana, vowel string }{
	{"アカサタナハマヤラワガザダバパャ", "ア"}, {"イキシチニヒミリギジヂビピ", "イ"}, {"ウクスツヌフムユルグズヅブプュ", "ウ"},
	{"エケセテネヘメレゲゼデベペ", "エ"}, {"オコソトノホモヨロヲゴゾドボポョ", "オ"},
}

// sounds returns text with hiragana as katakana and long marks as the vowel
// they prolong, rune for rune.
func sounds(folded []rune) []rune {
	out := []rune(Katakana(string(folded)))
	for i, r := range out {
		if r != 'ー' || i == 0 {
			continue
		}
		for _, v := range vowels {
			if strings.ContainsRune(v.kana, out[i-1]) {
				out[i] = []rune(v.vowel)[0]
			}
		}
	}
	return out
}
