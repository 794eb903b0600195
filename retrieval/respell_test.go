package retrieval

import (
	"slices"
	"testing"

	"github.com/jirei/jirei/embeddings"
)

const spelledWords = `
[concept ransomware] files locked for ransom
ja = ランサムウェア
en = ransomware
[concept password] passwords
ja = パスワード
en = password
[concept policy] what a company declares
en = policy
[concept police] who to call
en = police
[concept firewall] what stands at the border
ja = ファイアウォール
[concept log] logs
ja = ログ
en = staff
[concept camera] cameras
ja = 監視カメラ, カメラ
[concept stray] lost mail
ja = メール誤送信
`

func TestRespell(t *testing.T) {
	t.Parallel()
	l := lexicon(t, spelledWords)
	// The book has words that the lexicon has not.
	book := &Generation{Cases: 61, DF: map[uint32]int{embeddings.Dimension("パスハード"): 1}}
	for name, c := range map[string]struct{ typed, want string }{
		"a kana dropped":                 {"パスワドを変える", "パスワードを変える"},
		"a kana too many":                {"パスワワードを変える", "パスワードを変える"},
		"a kana changed":                 {"ランサムウヤアの被害", "ランサムウェアの被害"},
		"two kana swapped":               {"ランサムウアェの被害", "ランサムウェアの被害"},
		"two slips in a long word":       {"ファイヤウォンル", "ファイアウォール"},
		"two slips in seven letters":     {"ランサンウヤアの被害", "ランサンウヤアの被害"},
		"three slips in a long word":     {"ランボンウヤの被害", "ランボンウヤの被害"},
		"the first letter wrong":         {"バスワードを変える", "バスワードを変える"},
		"a letter dropped":               {"pasword reset", "password reset"},
		"letters swapped":                {"ransmoware attack", "ransomware attack"},
		"full width and capitals":        {"ＰＡＳＷＯＲＤ", "password"},
		"right as it is":                 {"パスワードとransomware", "パスワードとransomware"},
		"right, and near another form":   {"police", "police"},
		"a word of the book":             {"パスハードを", "パスハードを"},
		"a short English word":           {"stuff", "stuff"},
		"six letters of English":         {"polisy", "polisy"},
		"three kana":                     {"ロゴを", "ロゴを"},
		"made of forms from end to end":  {"ログカメラ", "ログカメラ"},
		"a word in a form with kanji":    {"メールを", "メールを"}, // メール is spelled right: a form has it
		"a kanji word is another word":   {"監資カメラ", "監資カメラ"},
		"hiragana is left alone":         {"ぱすわど", "ぱすわど"},
		"nothing near":                   {"カレンダーアプリ", "カレンダーアプリ"},
		"two slips in one question":      {"パスワドとransomwar", "パスワードとransomware"},
		"the same slip twice":            {"パスワド、パスワド", "パスワード、パスワード"},
		"a slip at the end and the rest": {"新しいパスワド", "新しいパスワード"},
		"nothing":                        {"", ""},
	} {
		if got, want := l.respell(matchable(c.typed), book), matchable(c.want); got != want {
			t.Errorf("%s: %s became %s, want %s", name, c.typed, got, want)
		}
	}
}

// Words that texts use and the lexicon does not know are spelled right, too.
func TestRespellLeavesSpelledWords(t *testing.T) {
	t.Parallel()
	l, book := lexicon(t, spelledWords), &Generation{Cases: 61}
	const near = "パスポード"
	if got := l.respell(matchable(near), book); got != matchable("パスワード") {
		t.Fatalf("%s became %s; the rest of this test proves nothing", near, got)
	}
	if got := l.Spelled([]Utterance{{Text: near + "とパスワード"}}); !slices.Equal(got, []string{matchable(near)}) {
		t.Errorf("spelled %q", got)
	}
	l.addWords(matchable(near), false)
	if got := l.respell(matchable(near), book); got != matchable(near) {
		t.Errorf("%s became %s", near, got)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b       string
		most, want int
	}{
		{"", "", 2, 0}, {"abc", "abc", 2, 0}, {"abc", "abd", 2, 1}, {"abc", "ab", 2, 1}, {"abc", "acb", 2, 1},
		{"abcd", "badc", 2, 2}, {"abc", "", 3, 3}, {"abcdef", "uvwxyz", 2, 3}, {"ca", "abc", 3, 3}, // optimal string alignment, not full Damerau
	} {
		if got := distance([]rune(c.a), []rune(c.b), c.most); got != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestUnderstandCorrectsSlips(t *testing.T) {
	t.Parallel()
	e, book := embedded(t)
	for typed, right := range map[string]string{
		"ランサムウエヤの被害":        "ランサムウェアの被害",
		"パスワドの使い回し":         "パスワードの使い回し",
		"ransomwere backup": "ransomware backup",
		"テレワクを始めた会社":        "テレワークを始めた会社",
	} {
		got, want := e.Understand(typed, nil, book), e.Understand(right, nil, book)
		if len(got.Content) == 0 || len(got.Content) != len(want.Content) {
			t.Errorf("%s has %d features, %s %d", typed, len(got.Content), right, len(want.Content))
			continue
		}
		for i := range want.Content {
			if got.Content[i].Key != want.Content[i].Key {
				t.Errorf("%s is about %s where %s is about %s", typed, got.Content[i].Key, right, want.Content[i].Key)
			}
		}
		if got.Text != typed {
			t.Errorf("%s is shown as %s; what was asked stays", typed, got.Text)
		}
	}
}
