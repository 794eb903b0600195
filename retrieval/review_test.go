package retrieval

import (
	"strings"
	"testing"

	"github.com/jirei/jirei/cases"
)

// reviewedBook is a book of ten rows, of which the first few have a text more.
func reviewedBook(rows int, text string) cases.Book {
	book := cases.Book{ID: "book"}
	for page := range 10 {
		c := cases.Case{ID: cases.MakeID("book", page+1), Page: page + 1, Title: "題"}
		if page < rows {
			c.Measures = []string{text}
		}
		book.Cases = append(book.Cases, c)
	}
	return book
}

func TestReview(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		words string
		rows  int // with 退職の書類 in them
		want  string
	}{
		"a form as it should be":             {"ja = 退職, パスワード", 3, ""},
		"one kanji":                          {"ja = 塀", 0, "short 塀"},
		"one katakana letter":                {"ja = ア", 0, "short ア"},
		"two hiragana":                       {"ja = ごて", 0, "short ごて"},
		"three hiragana":                     {"ja = ごてに", 0, ""},
		"two katakana":                       {"ja = ログ", 0, ""},
		"a short English word":               {"en = pc", 0, ""},
		"a stop form is no concept's form":   {"[stop]\nja = の", 0, ""},
		"a form that is a stop form":         {"ja = 対策\n[stop]\nja = 対策", 0, "stop 対策"},
		"a form that is an affix":            {"ja = 社員\n[affix]\nja = 社員", 0, ""},
		"a form that is an industry":         {"ja = 農業\n[industry 農業・林業]\nja = 農業", 0, ""},
		"two concepts":                       {"ja = 封筒\n[concept b] x\nja = 封筒", 0, ""},
		"three concepts":                     {"ja = 封筒\n[concept b] x\nja = 封筒\n[concept c] x\nja = 封筒", 0, "many 封筒"},
		"three concepts by their stem alone": {"en = slack\n[concept b] x\nen = slacking\n[concept c] x\nen = slacks", 0, "many slack"},
		"a third of the rows and more":       {"ja = 退職", 4, "wide 退職"},
		"a form in pieces in many rows":      {"ja = 退職…書類", 4, "wide 退職…書類"},
		"covered by a longer form":           {"ja = 退職\n[concept b] x\nja = 退職の", 4, "wide 退職の"},
	} {
		l := lexicon(t, "[concept a] a concept\n"+c.words)
		var got []string
		for _, f := range l.Review(reviewedBook(c.rows, "退職の書類"), nil) {
			got = append(got, f.Problem+" "+f.Form)
		}
		if list := strings.Join(got, "; "); list != c.want {
			t.Errorf("%s: found %q, want %q", name, list, c.want)
		}
	}
}

func TestReviewCountsExpansionLines(t *testing.T) {
	t.Parallel()
	l := lexicon(t, "[concept a] a concept\nja = 退職")
	book := reviewedBook(0, "")
	lines := map[cases.ID][]string{
		book.Cases[0].ID: append(strings.Split(strings.Repeat("書類を出す,", 8), ","), "退職のとき"),
		book.Cases[1].ID: {"退職した人"},
	}
	got := l.Review(book, lines)
	if len(got) != 1 || got[0].Key() != "wide\t退職" || !strings.Contains(got[0].Says, "2 of 11 expansion lines") {
		t.Errorf("%+v, want 退職 in 2 of 11 lines", got)
	}
}

// Whoever adds a form that the review finds makes it longer, takes it out, or
// says in words/reviewed.tsv why it stays.
func TestWordsAreReviewed(t *testing.T) {
	t.Parallel()
	l, err := EmbeddedWords()
	if err != nil {
		t.Fatal(err)
	}
	book, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := EmbeddedExpansions()
	if err != nil {
		t.Fatal(err)
	}
	known, err := Reviewed()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range l.Review(book, lines) {
		if known[f.Key()] == "" {
			t.Errorf("%s: %s (%s)", f.Problem, f.Form, f.Says)
		}
		delete(known, f.Key())
	}
	for key := range known {
		t.Errorf("words/reviewed.tsv excuses %q, which is found no more", key)
	}
}

func TestReadReviewedRefuses(t *testing.T) {
	t.Parallel()
	const good = "# a comment\n\nstop\t社員\tin nearly every row\n"
	if list, err := readReviewed(good); err != nil || list["stop\t社員"] != "in nearly every row" {
		t.Errorf("%v, %v", list, err)
	}
	for name, bad := range map[string]string{
		"no reason":       "stop\t対策\n",
		"an empty reason": "stop\t対策\t\n",
		"no form":         "stop\t\treason\n",
		"spaces for tabs": "stop 対策 reason\n",
		"twice the same":  "stop\t社員\tanother\n",
	} {
		if _, err := readReviewed(good + bad); err == nil || !strings.Contains(err.Error(), "reviewed.tsv:4") {
			t.Errorf("%s: %v, want an error that names line 4", name, err)
		}
	}
}
