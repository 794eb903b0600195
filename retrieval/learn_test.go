package retrieval_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// What learn makes of the words is in the repository, so that building needs no
// training; this test is what keeps it from going stale.
func TestPhraseModelIsFresh(t *testing.T) {
	t.Parallel()
	words, err := retrieval.EmbeddedWords()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := retrieval.EmbeddedExpansions()
	if err != nil {
		t.Fatal(err)
	}
	book, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("phrases.bin")
	if err != nil {
		t.Fatal(err)
	}
	model, err := embeddings.OpenPhrases(file)
	if err != nil {
		t.Fatalf("%v; run make learn", err)
	}
	more, err := os.ReadFile("words/lessons/ipa2021.tsv")
	if err != nil {
		t.Fatal(err)
	}
	taught, err := retrieval.ReadLessons("words/lessons/ipa2021.tsv", string(more))
	if err != nil {
		t.Fatal(err)
	}
	utterances := taughtBy(t)
	if want := words.LessonsHash(retrieval.Lessons(words, utterances, book, lines, taught)); !strings.HasPrefix(model.Inputs(), want+" ") {
		t.Errorf("phrases.bin learned from %s, but words, utterances, expansion lines and book are %s now: run make learn", model.Inputs(), want)
	}
	spelled, err := os.ReadFile("spelled.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(strings.Fields(string(spelled)), words.Spelled(utterances)) {
		t.Error("spelled.txt is not what words and utterances spell now: run make learn")
	}
}

const schoolWords = `
[concept backup] copies of data
ja = バックアップ, 控え…取
[concept decoy-lunch] food
ja = 定食
[reading]
ひかえ = 控え
`

func school(t *testing.T, words string) *retrieval.Lexicon {
	t.Helper()
	l, err := retrieval.ReadLexicon(map[string]string{"words.txt": words})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLessons(t *testing.T) {
	t.Parallel()
	l := school(t, schoolWords)
	book := bookOf("題")
	lessons := retrieval.Lessons(l, []retrieval.Utterance{{Concept: "backup", Text: "控えを残す"}, {Concept: "decoy-lunch", Text: "お昼"}}, book, map[cases.ID][]string{book.Cases[0].ID: {"行"}}, nil)
	var got []string
	for _, s := range lessons {
		got = append(got, s.Class+" "+s.Text)
	}
	want := []string{
		"backup 控えを残す", "backup ひかえを残す", "decoy-lunch お昼", // an utterance, and as it is typed by who does not convert
		"backup バックアップ", "backup バックアップの事例", "backup 控え 取", "backup 控え 取をした会社おしえて", "decoy-lunch 定食", "decoy-lunch 定食をやっている会社はどこ",
		"book/1 題", "book/1 題", "book/1 行",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if lessons[0].Weight != 1 || lessons[1].Weight >= 1 || lessons[3].Weight >= 1 {
		t.Errorf("an utterance teaches %g, its reading %g, a form %g", lessons[0].Weight, lessons[1].Weight, lessons[3].Weight)
	}
	for i, s := range l.Samples(lessons) {
		if s.Outside != strings.HasPrefix(s.Class, "decoy-") || s.Hidden != strings.HasPrefix(s.Class, "book") {
			t.Errorf("%s: outside %v, hidden %v", got[i], s.Outside, s.Hidden)
		}
	}
	if grams := l.Samples(lessons)[5].Grams; !slices.Contains(grams, "c:backup") {
		t.Errorf("控え 取 is about %q and no backup", grams)
	}
}

func TestLessonsHashFollowsWhatIsLearned(t *testing.T) {
	t.Parallel()
	said := []retrieval.Utterance{{Concept: "backup", Text: "控えを残す"}}
	hash := func(words string, utterances []retrieval.Utterance, line string) string {
		l, book := school(t, words), bookOf("題")
		return l.LessonsHash(retrieval.Lessons(l, utterances, book, map[cases.ID][]string{book.Cases[0].ID: {line}}, nil))
	}
	base := hash(schoolWords, said, "行")
	if again := hash(schoolWords, said, "行"); again != base || base == "" {
		t.Errorf("the same lessons are %q and %q", base, again)
	}
	for name, other := range map[string]string{
		"an utterance changed": hash(schoolWords, []retrieval.Utterance{{Concept: "backup", Text: "控えを遺す"}}, "行"),
		"its concept changed":  hash(schoolWords, []retrieval.Utterance{{Concept: "decoy-lunch", Text: "控えを残す"}}, "行"),
		"a form more":          hash(schoolWords+"[concept backup]\nja = 写し\n", said, "行"),
		"a line changed":       hash(schoolWords, said, "別の行"),
	} {
		if other == base {
			t.Errorf("%s, and the hash did not", name)
		}
	}
}

func TestSpelled(t *testing.T) {
	t.Parallel()
	l := school(t, schoolWords)
	got := l.Spelled([]retrieval.Utterance{{Text: "バックアップとカレンダーをスマートフォンで"}, {Text: "a printer and a calendar"}, {Text: "カレンダー"}, {Text: "ウオーターサーバ", Typed: true}})
	// The long mark at the end goes; バックアップ is the lexicon's; a and and are too short for a slip.
	if want := []string{"calendar", "printer", "カレンダ", "スマートフオン"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReadLessons(t *testing.T) {
	t.Parallel()
	got, err := retrieval.ReadLessons("a.tsv", "# a comment\n14 7 22?\t消した人は戻れるか\n2\tmake a copy\n")
	if want := "[{ipa2021/14 消した人は戻れるか 1 true [{ipa2021/7 1} {ipa2021/22 0.3}]} {ipa2021/2 make a copy 1 true []}]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, %v; want %s", got, err, want)
	}
	for name, line := range map[string]string{"no page": "\t何か", "no text": "14\t ", "no tab": "14 何か", "the first page only touched": "14?\t何か", "no number": "p14\t何か"} {
		if _, err := retrieval.ReadLessons("a.tsv", "2\tfirst\n"+line); err == nil || !strings.Contains(err.Error(), "a.tsv:2") {
			t.Errorf("%s: %v, want an error that names the line", name, err)
		}
	}
}
