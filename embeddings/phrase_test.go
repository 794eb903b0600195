package embeddings

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// toys are what a small model learns: two concepts, a page that teaches and is
// not told, and what is outside the field.
var toys = map[string][]string{
	"backup":      {"控えを別の場所に取る", "データの写しを毎晩残す", "消えても元に戻せるようにする", "写しを外に置く", "keep a copy of the files", "copies of our files every night"},
	"password":    {"長い合言葉にする", "合言葉を使い回さない", "ログインの合言葉を替える", "同じ合言葉をやめた", "a longer secret to log in", "do not share the login secret"},
	"decoy-lunch": {"お昼に何を食べる", "近くの定食屋を教えて", "弁当を注文して", "社員食堂の献立", "where to eat lunch", "order a lunch box please"},
	"page 2":      {"控えを二つの場所に置いた会社", "合言葉の決まりを作った会社"},
}

func toySamples() []Sample {
	classes := make([]string, 0, len(toys))
	for class := range toys {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	var out []Sample
	for _, class := range classes {
		for _, text := range toys[class] {
			out = append(out, Sample{Class: class, Grams: Grams(Fold(text)), Weight: 1, Hidden: class == "page 2", Outside: strings.HasPrefix(class, "decoy-")})
		}
	}
	return out
}

var toyTraining = Training{Dim: 16, Buckets: 1 << 11, Epochs: 60, Rate: 0.3, Seed: 1, Inputs: "toys"}

func toyFile(t testing.TB) []byte {
	t.Helper()
	file, err := TrainPhrases(toySamples(), toyTraining)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func toyModel(t testing.TB) *Phrases {
	t.Helper()
	p, err := OpenPhrases(toyFile(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTrainPhrasesLearns(t *testing.T) {
	t.Parallel()
	p := toyModel(t)
	if got := fmt.Sprint(p.Classes()); got != "[backup decoy-lunch password]" {
		t.Errorf("classes %s; a page is learned and not told", got)
	}
	if p.Inputs() != "toys" {
		t.Errorf("inputs %q", p.Inputs())
	}
	for text, want := range map[string]string{
		"写しを残しておきたい":           "backup", // not one of the samples, nor are those below
		"合言葉が短い":               "password",
		"定食の弁当":                "decoy-lunch",
		"a copy every night":   "backup",
		"secret for the login": "password",
		"lunch box":            "decoy-lunch",
		"ﾃﾞｰﾀの写しを、\u200b別の場所に　残す。":   "backup",
		"KEEP COPIES OF OUR FILES!!": "backup",
	} {
		grams := Grams(Fold(text))
		sense := p.Read(grams).Sense
		best, sum := 0, 0.0
		for i, probability := range sense {
			sum += probability
			if probability > sense[best] {
				best = i
			}
		}
		if got := p.Classes()[best]; got != want || math.Abs(sum-1) > 1e-6 {
			t.Errorf("%s is taken for %s %v, want %s", text, got, sense, want)
		}
		if outside := p.Read(grams).Outside; outside > 0.5 != (want == "decoy-lunch") {
			t.Errorf("%s is outside with %.2f", text, outside)
		}
		var length float64
		for _, v := range p.Vector(grams) {
			length += float64(v) * float64(v)
		}
		if math.Abs(length-1) > 1e-5 {
			t.Errorf("%s: the vector's length is %v", text, math.Sqrt(length))
		}
	}
}

func TestPhrasesOfNothing(t *testing.T) {
	t.Parallel()
	p := toyModel(t)
	for name, grams := range map[string][]string{"no grams": nil, "grams never seen": {"wzzzz"}} {
		if v := p.Vector(grams); v != nil && name == "no grams" {
			t.Errorf("%s: vector %v", name, v)
		}
		for _, probability := range p.Read(grams).Sense {
			if math.IsNaN(probability) || probability < 0 || probability > 1 {
				t.Errorf("%s: probability %v", name, probability)
			}
		}
		if outside := p.Read(grams).Outside; !(outside > 0 && outside < 1) {
			t.Errorf("%s: outside %v", name, outside)
		}
	}
}

func TestTrainPhrasesIsRepeatable(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(toyFile(t), toyFile(t)) {
		t.Error("two trainings with one seed differ")
	}
	if _, err := TrainPhrases(nil, toyTraining); err == nil {
		t.Error("a model of nothing was trained")
	}
	// A sample without grams teaches nothing and breaks nothing.
	file, err := TrainPhrases(append(toySamples(), Sample{Class: "empty", Weight: 1}), toyTraining)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPhrases(file); err != nil {
		t.Error(err)
	}
}

func TestOpenPhrasesRefuses(t *testing.T) {
	t.Parallel()
	file := toyFile(t)
	head := file[len(phraseMagic) : bytes.IndexByte(file[len(phraseMagic):], '\n')+len(phraseMagic)]
	body := file[len(phraseMagic)+len(head)+1:]
	with := func(head string, body []byte) []byte {
		return append([]byte(phraseMagic+head+"\n"), body...)
	}
	for name, bad := range map[string][]byte{
		"nothing":                      nil,
		"another kind of file":         []byte("PK\x03\x04"),
		"another format":               bytes.Replace(file, []byte(phraseMagic), []byte("jirei phrases 0\n"), 1),
		"the magic alone":              []byte(phraseMagic),
		"cut off in the head":          file[:len(phraseMagic)+20],
		"a head that is no JSON":       with("{", body),
		"cut off by a byte":            file[:len(file)-1],
		"cut off after the head":       file[:len(phraseMagic)+len(head)+1],
		"padded by a byte":             append(slices.Clone(file), 0),
		"a dimension of none":          with(`{"dim":0,"buckets":8}`, make([]byte, 40)),
		"a dimension below none":       with(`{"dim":-4,"buckets":8}`, make([]byte, 8)),
		"no buckets":                   with(`{"dim":4,"buckets":0}`, nil),
		"sizes whose product is a lie": with(`{"dim":4611686018427387900,"buckets":4}`, make([]byte, 4)),
		"buckets beyond the file":      with(`{"dim":4,"buckets":2305843009213693952}`, nil),
	} {
		if p, err := OpenPhrases(bad); err == nil || p != nil || strings.Contains(err.Error(), "%!") {
			t.Errorf("%s: opened %v, %v", name, p != nil, err)
		}
	}
	if _, err := OpenPhrases(with(string(head), body)); err != nil {
		t.Errorf("the whole file: %v", err)
	}
}

func TestGrams(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"nothing":                        {"", ""},
		"signs alone":                    {"、。!", ""},
		"a kanji alone, runs, the end":   {"鍵を", "鍵 鍵ヲ e鍵ヲ"},
		"hiragana is no gram alone":      {"だめ", "ダメ eダメ"},
		"words and pairs":                {"usb memory", "wusb wmemory busb memory ery eory"},
		"long marks as they sound":       {"ぱすわーど", "ア パス スワ ワア アド パスワ スワア ワアド eアド eワアド"},
		"the same kana, the same grams":  {"パスワアド", "パ ス ワ ア ド パス スワ ワア アド パスワ スワア ワアド eアド eワアド"},
		"a sign parts runs":              {"鍵、塀", "鍵 塀 e、塀 e鍵、塀"},
		"a long mark after nothing":      {"ー", "ー eー"},
		"Latin and kanji do not mix":     {"p鍵", "wp 鍵 ep鍵"},
		"each gram once":                 {"鍵鍵鍵", "鍵 鍵鍵 鍵鍵鍵 e鍵鍵 e鍵鍵鍵"},
		"what comes last is a gram more": {"鍵。", "鍵 e鍵"},
	} {
		if got := strings.Join(Grams(c.in), " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzGrams(f *testing.F) {
	for _, s := range []string{"控えを取る", "keep a copy", "ぱすわーど", "ーー", "ヴーヴ", "a\u0345b", "\xff", "p.14、鍵", "がﾞ", "😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		Grams(s) // not folded: nothing to expect but that it returns
		folded := Fold(s)
		once := Grams(folded)
		if twice := Grams(Fold(folded)); !slices.Equal(once, twice) {
			t.Errorf("%q: %q, folded again %q", s, once, twice)
		}
		seen := map[string]bool{}
		for _, g := range once {
			if g == "" || seen[g] {
				t.Errorf("%q: gram %q is empty or there twice", s, g)
			}
			seen[g] = true
		}
	})
}

func FuzzOpenPhrases(f *testing.F) {
	small, err := TrainPhrases(toySamples(), Training{Dim: 2, Buckets: 8, Epochs: 1, Rate: 0.1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	f.Add(small[:len(small)-3])
	f.Add([]byte(phraseMagic + `{"dim":1,"buckets":1,"classes":["a"]}` + "\n" + strings.Repeat("\xff", 11)))
	f.Add([]byte(phraseMagic + `{"dim":1,"buckets":1,"classes":null,"border":1e308,"bias":-1e308}` + "\n" + strings.Repeat("\x80", 6)))
	f.Add([]byte(phraseMagic + `{"dim":9223372036854775807,"buckets":1}` + "\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := OpenPhrases(file)
		if err != nil {
			return
		}
		// What opens can be asked: every row is where its stride says.
		for _, grams := range [][]string{nil, {"a"}, Grams("控えを取る usb")} {
			p.Vector(grams)
			if n := len(p.Read(grams).Sense); n != len(p.Classes()) {
				t.Errorf("%d probabilities of %d classes", n, len(p.Classes()))
			}
		}
	})
}
