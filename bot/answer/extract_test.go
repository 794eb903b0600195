package answer

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

var update = flag.Bool("update", false, "write the golden file anew")

// fixed are the words that a sentence may have which the row does not: the
// frames of bot/phrases and the endings of polite.go.
var fixed = []string{
	"の会社の事例には、「", "」とあります。", "の会社の事例「", "」では、", "の会社は、", "規模の記載なし", "業種の記載なし",
	"に取り組んでいます。", "になっています。", "なっています。", "しています。", "んでいます。", "っています。", "ています。", "います。", "ます。", "（", "）", "、", "。", "を",
}

// Every measure of every case becomes a polite sentence made of the row's own
// words and the fixed ones. A Japanese reader reviews testdata/sentences.golden.
func TestSentencesOfTheWholeBook(t *testing.T) {
	t.Parallel()
	book, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	words, err := lexicon()
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, c := range book.Cases {
		for _, asked := range append([]string{c.Title}, c.Measures...) {
			claim, ok := extracted(t, Question{Text: asked, Locale: phrases.Japanese}, c, words)
			if !ok {
				continue
			}
			extracted(t, Question{Text: asked, Locale: phrases.English}, c, words)
			if !strings.HasSuffix(claim.Text, "ます。") && !strings.HasSuffix(claim.Text, "です。") {
				t.Errorf("p.%d does not end politely: %s", c.Page, claim.Text)
			}
			if rest := foreign(claim.Text, c); rest != "" {
				t.Errorf("p.%d says %q, which neither its row nor a fixed phrase has: %s", c.Page, rest, claim.Text)
			}
			if line := fmt.Sprintf("p.%d %s\n", c.Page, claim.Text); !strings.Contains(all.String(), line) {
				all.WriteString(line)
			}
		}
	}
	const golden = "testdata/sentences.golden"
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(all.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != all.String() {
		t.Error("the sentences changed; look at them with: go test ./bot/answer -update && git diff bot/answer/testdata")
	}
}

// extracted is the proved sentence about one case; every one must be.
func extracted(t *testing.T, q Question, c cases.Case, words *retrieval.Lexicon) (claim Claim, ok bool) {
	t.Helper()
	proof := Proof{Passages: []cases.Case{c}, Locale: q.Locale, Words: words}
	err := Extractive{}.Write(context.Background(), q, proof.Passages, func(d Draft) (kept, more bool) {
		var err error
		if claim, err = proof.Verify(d); err != nil {
			t.Errorf("p.%d: %v: %+v", c.Page, err, d)
		}
		ok = err == nil
		return ok, false
	})
	if err != nil {
		t.Fatal(err)
	}
	return claim, ok
}

// foreign returns what of a sentence stands neither in the row nor in the
// fixed phrases: what is left behind the furthest place that pieces of either,
// two characters of the row at least, lead to.
func foreign(text string, c cases.Case) string {
	row := squeeze(strings.Join(append([]string{c.Title, c.Industry, c.Employees}, c.Measures...), "\n"))
	runes := []rune(squeeze(text))
	reached := make([]bool, len(runes)+1)
	reached[0] = true
	furthest := 0
	for i := range runes {
		if !reached[i] {
			continue
		}
		furthest = i
		for _, f := range fixed {
			if f = squeeze(f); strings.HasPrefix(string(runes[i:]), f) {
				reached[i+len([]rune(f))] = true
			}
		}
		for k := i + 2; k <= len(runes) && strings.Contains(row, string(runes[i:k])); k++ {
			reached[k] = true
		}
	}
	if reached[len(runes)] {
		return ""
	}
	return string(runes[furthest:])
}

func TestVerify(t *testing.T) {
	t.Parallel()
	c := cases.Case{ID: "b/3", Page: 3, Title: "UTMを導入して守る", Measures: []string{"従業員の PC にデータを残さない。"}}
	for name, d := range map[string]struct {
		draft Draft
		want  error
	}{
		"found":                     {Draft{"従業員のPCにデータを残しません。", 1, "従業員のPCにデータを残さない"}, nil},
		"full width":                {Draft{"残しません。", 1, "従業員のＰＣにデータ"}, nil},
		"no such passage":           {Draft{"x", 2, "従業員のPCにデータ"}, ErrSource},
		"passage nought":            {Draft{"x", 0, "従業員のPCにデータ"}, ErrSource},
		"one word changed":          {Draft{"x", 1, "従業員のPCにデータを残す"}, ErrQuote},
		"joined from two cells":     {Draft{"x", 1, "守る従業員のPC"}, ErrQuote},
		"too short to prove":        {Draft{"x", 1, "データ"}, ErrQuote},
		"an empty quote":            {Draft{"x", 1, ""}, ErrQuote},
		"only the quote once more":  {Draft{"UTMを導入して守る", 1, "UTMを導入して守る"}, ErrEcho},
		"a sentence of white space": {Draft{" ", 1, "UTMを導入して守る"}, ErrEcho},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claim, err := Proof{Passages: []cases.Case{c}}.Verify(d.draft)
			if d.want == nil {
				if err != nil || claim.Cite.Page != 3 || !strings.Contains(c.Title+c.Measures[0], claim.Cite.Quote) {
					t.Errorf("got %+v, %v", claim, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), d.want.Error()) {
				t.Errorf("got %v, want %v", err, d.want)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("従業員の PC にデータを残さない。", "従業員のPCにデータ")
	f.Add("①㈱ﾃﾞｰﾀ", "1(株)データ")
	f.Fuzz(func(t *testing.T, cell, quote string) {
		c := cases.Case{ID: "b/1", Page: 1, Title: "x", Measures: []string{cell}}
		claim, err := Proof{Passages: []cases.Case{c}}.Verify(Draft{Text: "これは文です。", Source: 1, Quote: quote})
		if err == nil && !strings.Contains(cell, claim.Cite.Quote) && claim.Cite.Quote != "x" {
			t.Errorf("the quote %q does not stand in %q", claim.Cite.Quote, cell)
		}
	})
}
