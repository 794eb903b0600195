package retrieval_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// taughtBy are the utterances in words/utterances, as read for the phrase model.
func taughtBy(t testing.TB) []retrieval.Utterance {
	t.Helper()
	paths, err := filepath.Glob("words/utterances/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no utterances: %v", err)
	}
	files := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = string(text)
	}
	list, err := retrieval.ReadUtterances(files)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// letters are a text's letters and digits, folded: what two people typed who
// typed the same.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if embeddings.ScriptOf(r) == embeddings.Other {
			return -1
		}
		return r
	}, embeddings.Fold(text))
}

var pageNumber = regexp.MustCompile(`\bpp?\. ?\d|\d ?(?:ページ|ペ-ジ|頁)|\bpage \d`)

func TestUtterances(t *testing.T) {
	t.Parallel()
	lexicon, err := retrieval.EmbeddedWords()
	if err != nil {
		t.Fatal(err)
	}
	book, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]bool{}
	for _, c := range book.Cases {
		titles[letters(c.Title)] = true
	}
	seen := map[retrieval.Utterance]string{}
	for _, u := range taughtBy(t) {
		if lexicon.Glosses[u.Concept] == "" && u.Concept != retrieval.Requests {
			t.Errorf("%q: there is no concept %s", u.Text, u.Concept)
		}
		said := letters(u.Text)
		key := retrieval.Utterance{Concept: u.Concept, Text: said}
		if before, twice := seen[key]; twice {
			t.Errorf("%s has %q and %q, which are the same", u.Concept, before, u.Text)
		}
		seen[key] = u.Text
		if pageNumber.MatchString(embeddings.Fold(u.Text)) {
			t.Errorf("%s: %q names a page", u.Concept, u.Text)
		}
		for title := range titles {
			if strings.Contains(said, title) {
				t.Errorf("%s: %q has a title of the book", u.Concept, u.Text)
			}
		}
	}
}

// Words and lines come from the field and from the cases, never from the
// questions that ranking is measured on.
func TestNoGoldenQuestionIsTaught(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	further, err := filepath.Glob("golden/*/golden.jsonl") // the sets that came later
	if err != nil || len(further) == 0 {
		t.Fatalf("no further questions: %v", err)
	}
	for _, path := range append(further, "golden/golden.jsonl") {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		questions, err := retrieval.ReadGolden(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, q := range questions {
			for _, text := range append(q.History, q.Q) {
				asked[letters(text)] = true
			}
		}
	}
	// A keyword or two are said by everybody: テレワーク is no question of somebody's.
	taught := func(where, text string) {
		if said := letters(text); asked[said] && len([]rune(said)) > 0 {
			t.Errorf("%s: %q is a golden question", where, text)
		}
	}
	for _, u := range taughtBy(t) {
		taught("utterances of "+u.Concept, u.Text)
	}
	lines, err := retrieval.EmbeddedExpansions()
	if err != nil {
		t.Fatal(err)
	}
	for id, of := range lines {
		for _, line := range of {
			taught(string(id), line)
		}
	}
	for _, lesson := range lessons(t) {
		taught(lesson.Class, lesson.Text)
	}
}

// lessons are the lines that teach the phrase model about cases and are not
// found by.
func lessons(t testing.TB) []retrieval.Lesson {
	t.Helper()
	const path = "words/lessons/ipa2021.tsv"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := retrieval.ReadLessons(path, string(text))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestReadUtterances(t *testing.T) {
	t.Parallel()
	got, err := retrieval.ReadUtterances(map[string]string{
		"b.txt": "[utterances leaving]\n辞めた人\n",
		"a.txt": "# a comment\n\n[utterances backup]\n控えを取る\n  make a copy  \n[utterances leaving]\n退職した人\n",
	})
	want := []retrieval.Utterance{{Concept: "backup", Text: "控えを取る"}, {Concept: "backup", Text: "make a copy"}, {Concept: "leaving", Text: "退職した人"}, {Concept: "leaving", Text: "辞めた人"}}
	if err != nil || len(got) != len(want) {
		t.Fatalf("%v, %v; want %v", got, err, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("utterance %d is %v, want %v", i, got[i], want[i])
		}
	}
	for name, bad := range map[string]string{
		"a line before any section": "控えを取る",
		"another kind of section":   "[concept backup]",
		"a section left open":       "[utterances backup",
		"a section without a name":  "[utterances ]",
		"a line too long to read":   "[utterances backup]\n" + strings.Repeat("あ", 1<<20),
	} {
		if _, err := retrieval.ReadUtterances(map[string]string{"bad.txt": bad}); err == nil || !strings.Contains(err.Error(), "bad.txt") {
			t.Errorf("%s: %v, want an error that names the file", name, err)
		}
	}
}
