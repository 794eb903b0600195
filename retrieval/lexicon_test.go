package retrieval

import (
	"strings"
	"testing"
)

// lexicon reads words of a test's own: how forms meet a text is held apart
// from which forms the files have.
func lexicon(t testing.TB, text string) *Lexicon {
	t.Helper()
	l, err := ReadLexicon(map[string]string{"test.txt": text})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const fewWords = `
# a comment
[concept leaving] somebody leaves the company
ja = 退職
[concept password] passwords
ja = パスワード
en = password
[concept log] logs
ja = ログ
en = log
[concept takeout] taking data out
ja = 持ち出し
[concept meeting] meetings
ja = 会議
broader = gathering:0.5
[concept gathering] people in one place
ja = 集まり
broader = event:0.5
related = meeting:0.4
[concept event] anything that happens
en = share
[concept leak] information gets out
ja = 情報漏えい
[concept information] information
ja = 情報
[concept handling] handling
ja = 漏えい対策
[affix]
ja = 者
[stop]
ja = では, 教えて
`

// named returns the concepts that a text is about.
func named(l *Lexicon, text string) map[string]float64 {
	out := map[string]float64{}
	for _, m := range l.match(newText(text)) {
		for _, meaning := range m.meanings {
			if meaning.Kind == "concept" {
				out[meaning.Name] = m.certain
			}
		}
	}
	return out
}

func TestMatch(t *testing.T) {
	t.Parallel()
	l := lexicon(t, fewWords)
	const free = 1.0
	for text, want := range map[string]map[string]float64{
		"退職":           {"leaving": free},
		"退職のとき":        {"leaving": free},
		"退職金の制度":       {"leaving": inCompound}, // the rest of the word may change everything
		"パスワード":        {"password": free},
		"ぱすわーど":        {"password": free},
		"ﾊﾟｽﾜｰﾄﾞ":      {"password": free},
		"PASSWORD":     {"password": free},
		"passwords":    {"password": free},
		"passwordless": {},
		"blog":         {},
		"log in":       {"log": free},
		"ログ":           {"log": free},
		"ログを取る":        {"log": free},
		"持ち出し":         {"takeout": free},
		"持出し":          {"takeout": free},
		"持出":           {"takeout": free},
		"情報漏えい":        {"leak": free},
		"情報漏えい対策":      {"information": free, "handling": free}, // the most covered
		"shared":       {"event": free},
		"デハ":           {},
		"":             {},
	} {
		got := named(l, text)
		if len(got) != len(want) {
			t.Errorf("%q names %v, want %v", text, got, want)
			continue
		}
		for name, certain := range want {
			if got[name] != certain {
				t.Errorf("%q names %v, want %v", text, got, want)
			}
		}
	}
	// A katakana form inside a longer katakana word is chance.
	for _, text := range []string{"ブログ", "カタログ", "ログハウス"} {
		if certain := named(l, text)["log"]; certain > inCompound {
			t.Errorf("%s names a log with certainty %v", text, certain)
		}
	}
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{
		"持ち出し": "持ち出し 持出し 持出",
		"取り扱い": "取り扱い 取扱い 取扱", // い is left out with the り, as in 取扱
		"求め":   "求め",
		"鍵":    "鍵",
		"":     "",
	} {
		if got := strings.Join(spellings(form), " "); got != want {
			t.Errorf("spellings of %s: %s, want %s", form, got, want)
		}
	}
}

func TestBroaderAndRelated(t *testing.T) {
	t.Parallel()
	l := lexicon(t, fewWords)
	written := func(list []Weighted) string {
		var b strings.Builder
		for _, w := range list {
			b.WriteString(w.Name)
			for range int(w.Weight * 100) {
				b.WriteByte('.')
			}
		}
		return b.String()
	}
	dots := func(n int) string { return strings.Repeat(".", n) }
	if got, want := written(l.Broader("meeting")), "gathering"+dots(50)+"event"+dots(25); got != want {
		t.Errorf("broader than a meeting: %s, want %s", got, want)
	}
	if got, want := written(l.Related("gathering")), "event"+dots(50)+"meeting"+dots(40); got != want {
		t.Errorf("related to a gathering: %s, want %s", got, want)
	}
	// A text about a meeting is about a gathering and an event, too.
	if got, want := written(l.concepts("会議")), "meeting"+dots(100)+"gathering"+dots(50)+"event"+dots(25); got != want {
		t.Errorf("concepts of 会議: %s, want %s", got, want)
	}
}

func TestReadLexiconRefuses(t *testing.T) {
	t.Parallel()
	const concept = "[concept a] the first\nja = あああ\n"
	for name, c := range map[string]struct{ text, want string }{
		"a bracket left open":       {concept + "[concept b", "bad.txt:3: "},
		"a section without a name":  {concept + "\n[concept]\n", "bad.txt:4: "},
		"a section without a kind":  {"[]", "bad.txt:1: "},
		"a line before any section": {"# words\nja = あ\n", "bad.txt:2: "},
		"a line without =":          {concept + "いいい\n", "bad.txt:3: "},
		"an unknown key":            {concept + "fr = bonjour\n", "bad.txt:3: "},
		"a weight over 1":           {concept + "broader = a:1.5\n", "bad.txt:3: "},
		"a weight of 0":             {concept + "related = a:0\n", "bad.txt:3: "},
		"a weight that is none":     {concept + "related = a:much\n", "bad.txt:3: "},
		"a concept defined twice":   {concept + "[concept a] the second\nja = い\n", "bad.txt:3: "},
		"a relation to nothing":     {concept + "related = b\n", `"b"`},
		"broader than nothing":      {concept + "broader = b:0.5\n", `"b"`},
		"broader than itself":       {concept + "broader = a:0.5\n", `"a"`},
		"a cycle of two":            {concept + "broader = b:1\n[concept b] the other\nja = い\nbroader = a:1\n", "broader than itself"},
		"a cycle of three":          {concept + "broader = b:0.9\n[concept b] x\nbroader = c:0.9\n[concept c] y\nbroader = a:0.9\n", "broader than itself"},
		"a line too long to read":   {concept + "ja = " + strings.Repeat("あ", 1<<20), "bad.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadLexicon(map[string]string{"good.txt": "[stop]\nja = です\n", "bad.txt": c.text})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want an error with %s", err, c.want)
			}
		})
	}
}

func TestLexiconHashFollowsTheFiles(t *testing.T) {
	t.Parallel()
	base := lexicon(t, fewWords)
	if again := lexicon(t, fewWords); again.hash != base.hash || base.hash == "" {
		t.Errorf("the same files hash to %q and %q", base.hash, again.hash)
	}
	if other := lexicon(t, fewWords+"\n"); other.hash == base.hash {
		t.Error("other files hash to the same")
	}
}

func TestEmbeddedLexiconReads(t *testing.T) {
	t.Parallel()
	e, book := embedded(t)
	// Every facet that the words can state is one that the book has.
	values := map[string][]string{"industry": book.Industries, "category": book.Categories}
	count := map[string]int{}
	for form, meanings := range e.lexicon.forms {
		for _, m := range meanings {
			count[m.Kind]++
			if known, isFacet := values[m.Kind]; isFacet && !contains(known, m.Name) {
				t.Errorf("%s means the %s %q, which the book has not", form, m.Kind, m.Name)
			}
		}
	}
	for _, kind := range []string{"industry", "category", "size", "stars", "intent", "stop"} {
		if count[kind] == 0 {
			t.Errorf("no form is of kind %s", kind)
		}
	}
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

func TestLexiconWithout(t *testing.T) {
	t.Parallel()
	const all = `
[concept password] passwords
ja = パスワード, 合言葉…教える
[industry 製造業]
ja = 工場
[reading]
こうじょう = 工場
`
	whole := lexicon(t, all)
	question := matchable("工場でパスワドの合言葉を教える")
	read := func(l *Lexicon) (out []string) {
		for _, p := range l.Explain(l.respell(question, &Generation{})) {
			if p.Kind != "" {
				out = append(out, p.Name)
			}
		}
		return append(out, l.spell("こうじょう"))
	}
	for _, c := range []struct {
		name string
		off  []string
		want string
	}{
		{"nothing", nil, "製造業 password password 工場"},
		{"concepts", []string{"concept"}, "製造業 工場"},
		{"industries", []string{"industry"}, "password password 工場"},
		{"slips", []string{"slip"}, "製造業 password 工場"},
		{"readings", []string{"reading"}, "製造業 password password こうじょう"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			less := whole.Without(c.off...)
			if got := strings.Join(read(less), " "); got != c.want {
				t.Errorf("without %v the question is %q, want %q", c.off, got, c.want)
			}
			if less.hash == whole.hash {
				t.Error("features of the whole lexicon would pass for those of a smaller one")
			}
		})
	}
	if got := strings.Join(read(whole), " "); got != "製造業 password password 工場" {
		t.Errorf("taking parts out changed the lexicon itself: %q", got)
	}
}
