package embeddings

import (
	"slices"
	"testing"
	"unicode"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"full width":          {"ＵＴＭ　１４", "utm 14"},
		"half-width kana":     {"ﾊﾟｽﾜｰﾄﾞ", "パスワード"},
		"small vowels":        {"ウィルス", "ウイルス"},
		"vu":                  {"ヴァージョン", "バージョン"},
		"trailing long mark":  {"サーバーとルーター", "サーバとルータ"},
		"short word keeps it": {"キー", "キー"},
		"zero width":          {"パス\u200bワ\u202eード", "パスワード"},
		"white space":         {" a \n\t b ", "a b"},
		"dashes":              {"A－B‐C", "a-b-c"},
		"circled":             {"①㈱", "1(株)"},
		"broken bytes":        {"a\xffb", "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Fold(c.in); got != c.want {
				t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	keys := func(s string) (out []string) {
		for _, term := range Terms(Fold(s)) {
			out = append(out, term.Key)
		}
		return out
	}
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"latin is a word":              {"UTMを", []string{"utm"}},
		"katakana word and bigrams":    {"クラウド", []string{"クラウド", "クラ", "ラウ", "ウド"}},
		"kanji":                        {"認証", []string{"認", "証", "認証"}},
		"ending kept, particle not":    {"求める鍵を", []string{"求", "求め", "鍵"}},
		"hiragana alone gives nothing": {"それはどうして", nil},
		"english is stemmed":           {"sharing policies", []string{"shar", "policy"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := keys(c.in); !slices.Equal(got, c.want) {
				t.Errorf("Terms(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestStem(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"share", "shared", "sharing", "shares"},
		{"stop", "stopped", "stopping", "stops"},
		{"policy", "policies"},
		{"leak", "leaked", "leaking", "leaks"},
	} {
		for _, word := range same {
			if Stem(word) != Stem(same[0]) {
				t.Errorf("Stem(%q) = %q, but Stem(%q) = %q", word, Stem(word), same[0], Stem(same[0]))
			}
		}
	}
	for _, differ := range [][2]string{{"police", "policy"}, {"virus", "viru"}, {"access", "acces"}} {
		if Stem(differ[0]) == Stem(differ[1]) {
			t.Errorf("%q and %q have one stem %q", differ[0], differ[1], Stem(differ[0]))
		}
	}
}

func TestWeigh(t *testing.T) {
	t.Parallel()
	once := Weigh([]Count{{"a", 1}, {"b", 1}}, 2)
	twice := Weigh([]Count{{"a", 2}, {"b", 1}}, 2)
	if a, aa := once.At(Dimension("a")), twice.At(Dimension("a")); aa <= a || aa >= 2*a {
		t.Errorf("a second mention should add less than the first: %v then %v", a, aa)
	}
	if long := Weigh([]Count{{"a", 1}, {"b", 9}}, 2); long.At(Dimension("a")) >= once.At(Dimension("a")) {
		t.Error("a mention in a longer passage should weigh less")
	}
	if got := once.Dot(Sparse{Index: []uint32{Dimension("a")}, Value: []float32{2}}); got != 2*float64(once.At(Dimension("a"))) {
		t.Errorf("Dot = %v", got)
	}
	if !slices.IsSorted(once.Index) {
		t.Error("Index is not sorted")
	}
}

// TestFoldSeesWhatIsFolded holds the quick look to the long way, which an
// invisible character forces.
func TestFoldSeesWhatIsFolded(t *testing.T) {
	t.Parallel()
	plain := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if altered(r) {
			continue
		}
		plain++
		if got := Fold(string(r) + "\u200b"); got != string(r) {
			t.Errorf("%q folds to %q, but the quick look leaves it", r, got)
		}
	}
	if plain < 20_000 {
		t.Errorf("the quick look leaves only %d characters", plain)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"サーバー", "ヴヴァ", "がﾞ", "\u0345Å", "ー", "ｶﾞｰ", "<!here>", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold is not idempotent: %q → %q → %q", s, once, twice)
		}
		for _, term := range Terms(once) {
			if term.Key == "" {
				t.Errorf("empty term in %q", s)
			}
		}
		if len([]rune(Katakana(once))) != len([]rune(once)) {
			t.Errorf("Katakana changed the length of %q", once)
		}
	})
}
