package retrieval

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// formTeaches is how much a form of the lexicon teaches the phrase model beside
// an utterance: it names the concept, but nobody talks like that.
const formTeaches = 0.5

// Lesson is a text that the phrase model learns from.
type Lesson struct {
	// Class is the concept it is about, or the page of the book it stands on.
	Class, Text string
	// Weight scales how much it teaches, 1 for a sentence.
	Weight float64
	// Page: the class is a page, which teaches and is not told.
	Page bool
	// Also are further pages whose rows answer it.
	Also []embeddings.Also
}

// Lessons are what the phrase model learns from: the utterances and the forms
// of the lexicon, each for its concept, and the book's rows with lines of what
// they answer (the expansion lines, and more lessons), each for its page. Another book has no lessons of its own;
// its rows get vectors of the same model.
func Lessons(l *Lexicon, utterances []Utterance, book cases.Book, lines map[cases.ID][]string, more []Lesson) []Lesson {
	var out []Lesson
	kana := l.kana()
	for _, u := range utterances {
		out = append(out, Lesson{Class: u.Concept, Text: u.Text, Weight: 1})
		if u.Concept == Requests {
			continue
		}
		if typed := kana.Replace(u.Text); typed != u.Text {
			out = append(out, Lesson{Class: u.Concept, Text: typed, Weight: kanaTeaches})
		}
	}
	for i, f := range l.allForms() {
		out = append(out, Lesson{Class: f.Concept, Text: f.Text, Weight: formTeaches})
		frame := frames[i%len(frames)]
		if embeddings.ScriptOf([]rune(embeddings.Fold(f.Text) + " ")[0]) == embeddings.Latin {
			frame = englishFrames[i%len(englishFrames)]
		}
		out = append(out, Lesson{Class: f.Concept, Text: fmt.Sprintf(frame, f.Text), Weight: frameTeaches})
	}
	better := map[[2]string]bool{} // a lesson knows the other pages that answer the same
	for _, s := range more {
		better[[2]string{s.Class, s.Text}] = true
	}
	for _, c := range book.Cases {
		for _, text := range slices.Concat([]string{c.Title}, c.Measures, lines[c.ID]) {
			if !better[[2]string{string(c.ID), text}] {
				out = append(out, Lesson{Class: string(c.ID), Text: text, Weight: 1, Page: true})
			}
		}
	}
	return append(out, more...)
}

// Samples cuts lessons into what embeddings.TrainPhrases takes. Requests teach
// the border alone: their words are the field's.
func (l *Lexicon) Samples(lessons []Lesson) []embeddings.Sample {
	out := make([]embeddings.Sample, len(lessons))
	for i, s := range lessons {
		class := s.Class
		if class == Requests {
			class = ""
		}
		out[i] = embeddings.Sample{
			Class: class, Also: s.Also, Grams: l.grams(matchable(s.Text), l.concepts(embeddings.Fold(s.Text))), Weight: s.Weight, Hidden: s.Page,
			Outside: !s.Page && (class == "" || strings.HasPrefix(class, decoy)),
		}
	}
	return out
}

// frameTeaches is how much a form teaches inside one of the frames that people
// put around a word. What is outside the field gets them too, so that 事例 and
// どこ say nothing about which of the two it is.
const frameTeaches = 0.3

var (
	frames = []string{
		"%sの事例", "%sをした会社おしえて", "%sをやっている会社はどこ", "%sの例が見たい", "%sについて知りたい", "%sで困っています", "%sってどうしてる？",
		"%sはありますか", "%sを入れた会社", "%s 会社", "%sの話はある？", "%sはどこ？", "%sに成功したところ", "うちも%sをやりたい",
	}
	englishFrames = []string{"companies with %s", "any case about %s?", "who did %s", "example of %s", "how do others handle %s?", "%s at a small company"}
)

// kanaTeaches is how much an utterance teaches that is spelled in hiragana as
// far as the readings go, as people type it who do not convert.
const kanaTeaches = 0.3

// kana writes words as they are read.
func (l *Lexicon) kana() *strings.Replacer {
	readings := make([]string, 0, len(l.readings))
	for reading := range l.readings {
		readings = append(readings, reading)
	}
	// The longest spelling first, since a Replacer takes the first that fits.
	slices.SortFunc(readings, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(l.readings[b]), len(l.readings[a])), strings.Compare(a, b))
	})
	var pairs []string
	for _, reading := range readings {
		pairs = append(pairs, l.readings[reading], reading)
	}
	return strings.NewReplacer(pairs...)
}

// allForms returns the forms of all concepts, in one order whatever the maps do.
func (l *Lexicon) allForms() []Utterance {
	seen := map[Utterance]bool{}
	add := func(m Meaning) {
		if m.Kind == "concept" {
			seen[Utterance{Concept: m.Name, Text: strings.ReplaceAll(m.Form, "…", " ")}] = true
		}
	}
	for _, meanings := range l.forms {
		for _, m := range meanings {
			add(m)
		}
	}
	for _, forms := range l.gaps {
		for _, f := range forms {
			add(f.meaning)
		}
	}
	out := make([]Utterance, 0, len(seen))
	for u := range seen {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b Utterance) int {
		return cmp.Or(strings.Compare(a.Concept, b.Concept), strings.Compare(a.Text, b.Text))
	})
	return out
}

// probedLessons is every how many lessons LessonsHash cuts one into grams.
const probedLessons = 100

// LessonsHash names lessons, for the model that learned from them. It hashes
// their texts and the files of words; of the grams it hashes a hundredth, so
// that a change of the code that cuts them shows: all of them take four
// seconds, and with -race most of a minute.
func (l *Lexicon) LessonsHash(lessons []Lesson) string {
	hash := sha256.New()
	files, _, _ := strings.Cut(l.hash, " ") // without the model
	fmt.Fprintln(hash, files)
	var some []Lesson
	for i, s := range lessons {
		fmt.Fprintf(hash, "%s\x00%s\x00%g\x00%v\n", s.Class, s.Text, s.Weight, s.Also)
		if i%probedLessons == 0 {
			some = append(some, s)
		}
	}
	for _, s := range l.Samples(some) {
		fmt.Fprintln(hash, strings.Join(s.Grams, "\x00"))
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

// Spelled returns the words in katakana and Latin letters that utterances use and
// the lexicon does not have, sorted: they are spelled right, so that no word of
// the lexicon is taken for what was meant.
func (l *Lexicon) Spelled(utterances []Utterance) []string {
	known := map[string]bool{}
	for _, u := range utterances {
		if u.Typed {
			continue
		}
		eachWord([]rune(matchable(u.Text)), func(word []rune) {
			if _, have := l.spelled[string(word)]; !have {
				known[string(word)] = true
			}
		})
	}
	out := make([]string, 0, len(known))
	for word := range known {
		out = append(out, word)
	}
	slices.Sort(out)
	return out
}

// ReadLines parses a file of PAGE, tab, text for the embedded book. The error
// names file and line.
func ReadLines(name, file string) (map[cases.ID][]string, error) {
	out := map[cases.ID][]string{}
	for i, line := range strings.Split(strings.TrimRight(file, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		number, text, ok := strings.Cut(line, "\t")
		page, err := strconv.Atoi(number)
		if !ok || err != nil || strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("%s:%d: a line is PAGE, tab, text", name, i+1)
		}
		id := cases.MakeID(cases.EmbeddedID, page)
		out[id] = append(out[id], text)
	}
	return out, nil
}

// touches is the share in a lesson of a page whose row only touches it.
const touches = 0.3

// ReadLessons parses a file of lessons for the embedded book: PAGES, tab, text.
// The first page is the one that the text was written for; others follow whose
// rows answer it too, with a question mark where they only touch it. The error
// names file and line.
func ReadLessons(name, file string) ([]Lesson, error) {
	var out []Lesson
	for i, line := range strings.Split(strings.TrimRight(file, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		pages, text, ok := strings.Cut(line, "\t")
		lesson := Lesson{Text: text, Weight: 1, Page: true}
		for k, field := range strings.Fields(pages) {
			number, partly := strings.CutSuffix(field, "?")
			page, err := strconv.Atoi(number)
			id := string(cases.MakeID(cases.EmbeddedID, page))
			switch {
			case err != nil || k == 0 && partly:
				ok = false
			case k == 0:
				lesson.Class = id
			case partly:
				lesson.Also = append(lesson.Also, embeddings.Also{Class: id, Share: touches})
			default:
				lesson.Also = append(lesson.Also, embeddings.Also{Class: id, Share: 1})
			}
		}
		if !ok || lesson.Class == "" || strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("%s:%d: a line is PAGES, tab, text", name, i+1)
		}
		out = append(out, lesson)
	}
	return out, nil
}
