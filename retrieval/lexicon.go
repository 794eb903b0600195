package retrieval

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jirei/jirei/embeddings"
)

// Lexicon knows what words mean here: which name an industry, a category, an
// intent or a concept of the field, and which say nothing about the topic.
// It is read from reviewed text files (retrieval/words) and never changes
// afterwards, so it is safe to share.
type Lexicon struct {
	// forms maps a form, as fold writes it, to what it means.
	forms map[string][]Meaning
	// gaps are the forms in several pieces, by their first piece.
	gaps map[string][]gapForm
	// readings maps words in hiragana to their usual spelling.
	readings map[string]string
	// slips are the words that typing slips are corrected to; spelled has all words
	// in katakana or Latin letters that these files use, which are right.
	slips   map[slipKey][][]rune
	spelled map[string]bool
	// longest and longestGap are, per first character, the length in runes of the
	// longest form and of the longest first piece.
	longest, longestGap map[rune]int
	// related holds, per concept, the concepts to look for as well, and how much.
	related map[string][]Weighted
	// broader holds, per concept, the concepts that a text about it is also about.
	broader map[string][]Weighted
	// Glosses say in a few words what each concept is.
	Glosses map[string]string
	// phrases is the phrase model, nil without one.
	phrases *embeddings.Phrases
	hash    string
}

// Meaning is what a form stands for.
type Meaning struct {
	// Kind is "industry", "category", "intent", "stop", "size", "stars", "affix" or "concept".
	Kind string
	// Name is the facet value, the intent or the concept's name.
	Name string
	// Form is the form as written in the file, for showing.
	Form string
	// native is the form folded, kana as it was: a match in other kana is a variant.
	native string
}

// Weighted is a concept and a strength between 0 and 1.
type Weighted struct {
	Name   string
	Weight float64
}

// ReadLexicon parses files in the format that retrieval/words/README.md
// describes. The error names file and line.
func ReadLexicon(files map[string]string) (*Lexicon, error) {
	size := 0
	for _, text := range files {
		size += len(text)
	}
	l := &Lexicon{
		forms: make(map[string][]Meaning, size/20), // about a form per twenty bytes
		gaps:  map[string][]gapForm{}, readings: map[string]string{}, related: map[string][]Weighted{},
		broader: map[string][]Weighted{}, Glosses: map[string]string{}, slips: map[slipKey][][]rune{}, spelled: map[string]bool{},
		longest: map[rune]int{}, longestGap: map[rune]int{},
	}
	hash := sha256.New()
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(hash, "%s\n%s\n", name, files[name])
		if err := l.read(name, files[name]); err != nil {
			return nil, err
		}
	}
	l.hash = hex.EncodeToString(hash.Sum(nil))[:12]
	return l, l.check()
}

func (l *Lexicon) read(file, text string) error {
	var kind, name string
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		fail := func(what string) error { return fmt.Errorf("%s:%d: %s: %q", file, n, what, line) }
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			head, gloss, ok := strings.Cut(line[1:], "]")
			if !ok {
				return fail("a section needs a closing bracket")
			}
			kind, name, _ = strings.Cut(head, " ")
			if kind == "" || name == "" && !slices.Contains([]string{"stop", "affix", "reading"}, kind) {
				return fail("a section is [kind name]")
			}
			if kind == "concept" {
				gloss = strings.TrimSpace(gloss)
				// A concept may be taken up again to add forms; it is defined once.
				if l.Glosses[name] != "" && gloss != "" {
					return fail("a concept is defined twice; leave the gloss out to add forms")
				}
				l.Glosses[name] += gloss
			}
		default:
			if kind == "" {
				return fail("a line before the first section")
			}
			if kind == "reading" {
				reading, spelling, ok := strings.Cut(line, "=")
				if !ok {
					return fail("a reading is よみ = 表記")
				}
				l.readings[embeddings.Fold(reading)] = strings.TrimSpace(spelling)
				continue
			}
			if err := l.line(kind, name, line); err != nil {
				return fail(err.Error())
			}
		}
	}
	if err := lines.Err(); err != nil { // a line too long
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func (l *Lexicon) line(kind, name, line string) error {
	key, value, ok := strings.Cut(line, "=")
	if !ok {
		return fmt.Errorf("a line is key = value, value")
	}
	key = strings.TrimSpace(key)
	for _, item := range strings.Split(value, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		switch key {
		case "ja", "en":
			l.add(item, Meaning{Kind: kind, Name: name, Form: item})
		case "stem":
			for _, ending := range companyEndings {
				l.add(item+ending, Meaning{Kind: kind, Name: name, Form: item + ending})
			}
		case "broader", "related":
			to, weight, err := weighted(item)
			if err != nil {
				return err
			}
			at := l.related
			if key == "broader" {
				at = l.broader
			}
			at[name] = append(at[name], Weighted{to, weight})
		default:
			return fmt.Errorf("unknown key %q; ja, en, stem, broader and related are known", key)
		}
	}
	return nil
}

// companyEndings make a company of what a company does or sells: 建設屋さん, IT系,
// 荷物を運ぶ会社.
var companyEndings = []string{
	"屋", "屋さん", "業", "業者", "業者さん", "業界", "業種", "会社", "企業", "事業者", "の会社", "の企業", "の業者", "の業界", "の業種", "の商売", "の店", "のお店",
	"のところ", "の所", "のとこ", "の仕事", "の仕事の会社", "系", "系の会社", "関係", "関係の会社", "の関係", "関連", "関連の会社", "方面", "さん",
}

func weighted(item string) (string, float64, error) {
	to, w, ok := strings.Cut(item, ":")
	if !ok {
		return to, 0.5, nil
	}
	weight, err := strconv.ParseFloat(w, 64)
	if err != nil || weight <= 0 || weight > 1 {
		return "", 0, fmt.Errorf("a weight is between 0 and 1")
	}
	return to, weight, nil
}

// add enters a form, and the ways to write it without its okurigana
// (持ち出し, 持出し, 持出), which people mix freely.
func (l *Lexicon) add(form string, m Meaning) {
	if strings.Contains(form, "…") {
		l.addGap(strings.Split(form, "…"), m)
		return
	}
	for i, native := range spellings(matchable(form)) {
		if i > 0 && len([]rune(native)) < 2 {
			continue
		}
		m.native = native
		key := embeddings.Katakana(native)
		if slices.ContainsFunc(l.forms[key], func(have Meaning) bool { return have.Kind == m.Kind && have.Name == m.Name }) {
			continue
		}
		l.addWords(native, true)
		l.forms[key] = append(l.forms[key], m)
		reaches(l.longest, key)
	}
}

// latinWord is a run of Latin letters: what stemming applies to, whatever
// punctuation stands beside it.
var latinWord = regexp.MustCompile(`[a-z]+`)

// matchable is the spelling in which questions and forms meet: folded, with
// Latin words stemmed.
func matchable(text string) string {
	folded := embeddings.Fold(text)
	if !strings.ContainsAny(folded, "abcdefghijklmnopqrstuvwxyz") {
		return folded // as most forms: the pattern would look at every character to find nothing
	}
	return latinWord.ReplaceAllStringFunc(folded, embeddings.Stem)
}

// okurigana are the endings people leave out inside compound nouns.
const okurigana = "りきちしいえけげみれびめせぎ"

// spellings returns a form and the form without the okurigana that stand
// between two kanji or, when there was one inside, at its end.
func spellings(form string) []string {
	if !strings.ContainsAny(form, okurigana) {
		return []string{form}
	}
	runes := []rune(form)
	kanji := func(i int) bool {
		return i >= 0 && i < len(runes) && embeddings.ScriptOf(runes[i]) == embeddings.Kanji
	}
	var inside, outside []rune
	dropped := false
	for i, r := range runes {
		if strings.ContainsRune(okurigana, r) && kanji(i-1) {
			if kanji(i + 1) {
				dropped = true
				continue
			}
			if i == len(runes)-1 && dropped {
				inside = append(inside, r)
				continue
			}
		}
		inside, outside = append(inside, r), append(outside, r)
	}
	if !dropped {
		return []string{form}
	}
	return []string{form, string(inside), string(outside)}
}

// check refuses what would go wrong silently: relations to concepts that do
// not exist, and cycles of broader concepts.
func (l *Lexicon) check() error {
	for name, gloss := range l.Glosses {
		if gloss == "" {
			return fmt.Errorf("lexicon: concept %q has forms but no gloss anywhere", name)
		}
	}
	for _, relation := range []map[string][]Weighted{l.related, l.broader} {
		for from, to := range relation {
			for _, w := range to {
				if _, known := l.Glosses[w.Name]; !known {
					return fmt.Errorf("lexicon: concept %q names %q, which does not exist", from, w.Name)
				}
			}
		}
	}
	for name := range l.broader {
		if slices.ContainsFunc(l.Broader(name), func(w Weighted) bool { return w.Name == name }) {
			return fmt.Errorf("lexicon: concept %q is broader than itself", name)
		}
	}
	return nil
}

// Broader returns the concepts that a text about this one is also about, at
// any distance, strengths multiplied along the way, strongest first.
func (l *Lexicon) Broader(name string) []Weighted {
	best := map[string]float64{}
	var walk func(string, float64, int)
	walk = func(at string, strength float64, depth int) {
		if depth > 8 { // a cycle; check reports it
			return
		}
		for _, w := range l.broader[at] {
			if s := strength * w.Weight; s > best[w.Name] {
				best[w.Name] = s
				walk(w.Name, s, depth+1)
			}
		}
	}
	walk(name, 1, 0)
	return sorted(best)
}

// Related returns the concepts worth looking for when this one is asked for:
// those the file relates, and those it is a kind of.
func (l *Lexicon) Related(name string) []Weighted {
	best := map[string]float64{}
	for _, w := range slices.Concat(l.related[name], l.broader[name]) {
		best[w.Name] = max(best[w.Name], w.Weight)
	}
	delete(best, name)
	return sorted(best)
}

func sorted(best map[string]float64) []Weighted {
	out := make([]Weighted, 0, len(best))
	for name, weight := range best {
		out = append(out, Weighted{name, weight})
	}
	slices.SortFunc(out, func(a, b Weighted) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), strings.Compare(a.Name, b.Name))
	})
	return out
}

// concepts returns what a folded text is about: each concept it names, with
// the certainty of the match, and the broader ones that implies.
func (l *Lexicon) concepts(folded string) []Weighted {
	best := map[string]float64{}
	for _, line := range strings.Split(folded, "\n") {
		t := newText(line)
		l.name(best, append(l.matchGaps(t), l.match(t)...))
	}
	return sorted(best)
}

// name adds the concepts that matches name, and the broader ones, to best.
func (l *Lexicon) name(best map[string]float64, matches []match) {
	for _, m := range matches {
		for _, meaning := range m.meanings {
			if meaning.Kind != "concept" {
				continue
			}
			best[meaning.Name] = max(best[meaning.Name], m.certain)
			for _, w := range l.Broader(meaning.Name) {
				best[w.Name] = max(best[w.Name], w.Weight*m.certain)
			}
		}
	}
}
