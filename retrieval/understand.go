package retrieval

import (
	"regexp"
	"slices"
	"strings"

	"github.com/jirei/jirei/embeddings"
)

// MaxQuestion is how many characters of a question are read. Nobody asks a
// casebook more; what is cut off is said in the answer.
const MaxQuestion = 1000

// Understand reads a question: its facets, its intent, what it is about.
// History holds the same person's earlier questions of the conversation,
// oldest first. It never fails: what it cannot read is a topic to look for.
func (e *Engine) Understand(question string, history []string, book *Generation) Query {
	return e.understand(Turn{Text: question}, Turns(history), book)
}

func (e *Engine) understand(now Turn, history []Turn, book *Generation) Query {
	q := e.read(now.Text, book)
	if len(history) > 0 {
		q = e.follow(q, history, book)
	}
	return e.without(q, now.Without, book)
}

// reader works through one question; each step claims a part of it.
type reader struct {
	query   Query
	t       text
	claimed []int // per rune the span that claimed it, -1 for none
	book    *Generation
}

func (e *Engine) read(question string, book *Generation) Query {
	cleaned := Clean(question)
	if runes := []rune(cleaned); len(runes) > MaxQuestion {
		cleaned = string(runes[:MaxQuestion])
	}
	r := &reader{query: Query{Text: cleaned, English: Language(cleaned) == "en"}, t: textOf(e.lexicon.respell(matchable(e.lexicon.spell(cleaned)), book)), book: book}
	r.claimed = make([]int, len(r.t.orig))
	for i := range r.claimed {
		r.claimed[i] = -1
	}
	r.patterns()
	gaps := e.lexicon.matchGaps(r.t)
	matches := e.lexicon.match(r.t)
	for _, m := range append(gaps, matches...) {
		r.take(m, matches)
	}
	matches = append(gaps, matches...)
	r.unknownFacets()
	e.content(r, matches)
	e.sense(r, matches)
	r.settle()
	return r.query
}

// claim marks runes as used by a span, and returns false when some already are.
func (r *reader) claim(from, to int, span Span) bool {
	for i := from; i < to; i++ {
		if r.claimed[i] >= 0 {
			return false
		}
	}
	span.Text = r.t.slice(from, to)
	for i := from; i < to; i++ {
		r.claimed[i] = len(r.query.Spans)
	}
	r.query.Spans = append(r.query.Spans, span)
	return true
}

// take turns a found form into a facet, an intent or a stop span. Concepts
// wait for content, which needs the claims of all others.
func (r *reader) take(m match, matches []match) {
	for _, meaning := range m.meanings {
		span := Span{Kind: meaning.Kind, Means: meaning.Name, Certain: m.certain}
		switch meaning.Kind {
		case "industry", "category":
			if m.certain < 1 && meaning.Kind == "industry" {
				continue // 建設 in 建設的: the rest of the word may change everything
			}
			span.Kind = "facet"
			if r.claim(m.from, m.to, span) {
				r.facet(meaning, r.negated(m.from, m.to))
			}
		case "size", "stars":
			if meaning.Kind == "size" && bareSmall.MatchString(r.t.slice(m.from, m.to)) && !r.sizeOfCompany(m.to, matches) {
				continue
			}
			span.Kind = "facet"
			if r.claim(m.from, m.to, span) {
				r.named(meaning)
			}
		case "intent":
			if r.claim(m.from, m.to, span) {
				r.intend(meaning.Name)
			}
		case "stop":
			r.claim(m.from, m.to, span)
		}
	}
}

// bareSmall are the words for small and large that need a company to be about its size: 小さい棒 and
// 小さく始める are not.
var bareSmall = regexp.MustCompile(`^(?:小さ[ない]|ちいさ[ない]|ちっちゃ[ない]|小規模)$`)

// companyAfter is a company, or what makes small the reason of the asker's own.
var companyAfter = regexp.MustCompile(`^(?:な|の)?(?:会社|企業|かいしゃ|きぎょう|お?店|ショップ|工場|町工場|こうば|商店|事務所|事業[者所]|業者|組織|ところ|とこ|所帯|うち|規模|チ[ーム]*ム|職場|商売|メ[ーカ]*カ|法人|団体|同業|農家|農園|オフィス|[^、。 ]{0,3}(?:業|屋|店)|ので|から|けど|けれど|ですが|です|し、|のに|と、|。|$)`)

// sizeOfCompany says that what follows a bare word for small is a company.
func (r *reader) sizeOfCompany(to int, matches []match) bool {
	for _, m := range matches {
		if m.from >= to && m.from <= to+1 && slices.ContainsFunc(m.meanings, func(m Meaning) bool { return m.Kind == "industry" }) {
			return true
		}
	}
	return companyAfter.MatchString(r.t.slice(to, len(r.t.orig)))
}

func (r *reader) facet(m Meaning, negated bool) {
	f := &r.query.Facets
	switch {
	case m.Kind == "industry" && negated:
		f.NotIndustry = appendNew(f.NotIndustry, m.Name)
	case m.Kind == "industry":
		f.Industry = appendNew(f.Industry, m.Name)
	case negated:
		f.NotCategory = appendNew(f.NotCategory, m.Name)
	default:
		f.Category = appendNew(f.Category, m.Name)
	}
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// negation is what, right after a facet, turns it round: 製造業以外, 建設業を除く,
// 被害有ではない, 被害にあっていない.
var negation = regexp.MustCompile(`^(?:の会社|の企業|業)?(?:(?:と|や|、|・|および|か)[^、。 ]{1,8}?)?` +
	`(以外|いがい|[をは]除(?:いて|いた|く|き)?|(?:じゃ|では?)な(?:い|く|かった)?|なし|無し|[のが]な(?:い|かった)|(?:っ?て)?いな(?:い|かった)|ってな(?:い|かった)|わな(?:い|かった))`)

// except is the English negation, before the facet.
var except = regexp.MustCompile(`(?:except|excluding|other than|outside|not in|not|without|non)[ -](?:the |for |a )?$`)

func (r *reader) negated(from, to int) bool {
	rest := string(r.t.orig[to:])
	if at := negation.FindStringSubmatchIndex(rest); at != nil {
		// 以外 and 除く belong to the condition; left over, they would be a topic,
		// and an exact answer would become a search for them.
		start := to + len([]rune(rest[:at[2]]))
		r.claim(start, start+len([]rune(rest[at[2]:at[3]])), Span{Kind: "stop", Certain: 1})
		return true
	}
	return except.MatchString(string(r.t.orig[:from]))
}

// intend sets the intent; a stronger one is not undone by a later weaker one.
func (r *reader) intend(name string) {
	intents := map[string]Intent{"count": Count, "list": List, "compare": Compare, "similar": Similar, "help": Help}
	if to, ok := intents[name]; ok && (r.query.Intent == Find || r.query.Intent == Compare && to != Help || r.query.Intent == List && to == Count) {
		r.query.Intent = to
	}
}

// content makes features of all that no facet, intent or stop form claimed,
// and of the words of a category: 被害にあった is a facet and a topic.
func (e *Engine) content(r *reader, matches []match) {
	for _, m := range matches {
		for _, meaning := range m.meanings {
			if meaning.Kind == "concept" && r.free(m.from, m.to) {
				span := len(r.query.Spans)
				if r.claim(m.from, m.to, Span{Kind: "concept", Means: meaning.Name, Certain: m.certain}) || r.same(m.from, m.to) {
					e.concept(r, meaning.Name, span, m.certain)
				}
			}
		}
	}
	for from := 0; from < len(r.t.orig); {
		to := from + 1
		for to < len(r.t.orig) && r.claimed[to] == r.claimed[from] && (r.claimed[from] >= 0 || !wordStarts(r.t.orig, to)) {
			to++
		}
		r.words(e.Weights, from, to)
		from = to
	}
}

// wordStarts says that a new word begins at rune i: where the script changes,
// except that hiragana belongs to the kanji before it (求め).
func wordStarts(runes []rune, i int) bool {
	before, now := embeddings.ScriptOf(runes[i-1]), embeddings.ScriptOf(runes[i])
	return before != now && now != embeddings.Hiragana
}

// free says that nothing but another meaning of the same form has the runes.
func (r *reader) free(from, to int) bool {
	for i := from; i < to; i++ {
		if c := r.claimed[i]; c >= 0 && r.query.Spans[c].Kind != "concept" {
			return false
		}
	}
	return true
}

func (r *reader) same(from, to int) bool {
	return r.claimed[from] >= 0 && r.claimed[from] == r.claimed[to-1] && r.query.Spans[r.claimed[from]].Kind == "concept"
}

func (e *Engine) concept(r *reader, name string, span int, certain float64) {
	if span >= len(r.query.Spans) {
		span = len(r.query.Spans) - 1
	}
	matters := 1.0
	switch {
	case strings.HasPrefix(name, "act-"):
		matters = e.Weights.Action
	case strings.HasPrefix(name, "decoy-"):
		matters = e.Weights.Decoy
	}
	weight := e.Weights.Concept * certain * matters
	r.query.Content = append(r.query.Content, Feature{Key: conceptKey(name), Weight: weight, Span: span, Direct: true, Concept: certain, Matters: matters})
	for _, w := range e.lexicon.Related(name) {
		r.query.Content = append(r.query.Content, Feature{
			Key: conceptKey(w.Name), Weight: weight * e.Weights.Related * w.Weight, Span: span, Concept: w.Weight * certain,
		})
	}
}

// words adds the plain features of one stretch.
func (r *reader) words(w Weights, from, to int) {
	scale, matters, span := 1.0, 1.0, r.claimed[from]
	if span >= 0 {
		s := r.query.Spans[span]
		switch {
		case s.Kind == "concept":
			// The concept says how much this part matters; its words only help to find it.
			scale, matters = s.Certain, 0
			if strings.HasPrefix(s.Means, "act-") {
				scale *= w.Action
			}
		case s.Kind == "facet" && categoryWords(r.query.Facets, s.Means):
			scale, matters = w.CategoryWords, 0
		default:
			return
		}
	}
	part := r.t.slice(from, to)
	terms := embeddings.Terms(part)
	if len(terms) == 0 {
		return
	}
	if span < 0 {
		matters = w.matters(part)
	}
	if span < 0 {
		span = len(r.query.Spans)
		if !r.claim(from, to, Span{Kind: "word", Certain: 1}) {
			return
		}
	}
	for _, term := range terms {
		weight := scale * [...]float64{embeddings.Word: w.Word, embeddings.Bigram: w.Bigram, embeddings.Unigram: w.Unigram}[term.Kind]
		r.query.Content = append(r.query.Content, Feature{Key: term.Key, Weight: weight, Span: span, Direct: true, Matters: matters})
	}
}

// matters says how much a word weighs that no file of words knows. A single
// kanji is mostly a verb (言う, 持つ), an English word mostly grammar or
// colouring: what an English question is about reaches Japanese rows as a concept.
func (w Weights) matters(part string) float64 {
	kanji, other := 0, 0
	for _, c := range part {
		switch embeddings.ScriptOf(c) {
		case embeddings.Latin:
			return w.Foreign
		case embeddings.Kanji:
			kanji++
		case embeddings.KatakanaScript:
			other++
		}
	}
	switch {
	case kanji+other == 0:
		return 0 // hiragana alone is grammar until a form says otherwise
	case kanji == 1 && other == 0:
		return w.Single
	}
	return 1
}

func categoryWords(f Facets, means string) bool {
	for _, c := range append(append([]string{}, f.Category...), f.NotCategory...) {
		if c == means {
			return true
		}
	}
	return false
}

// longestAside is how many letters may stand beside a greeting or thanks that is no
// question: 助かります.
const longestAside = 4

// pleasantry says that nothing beside a greeting or thanks is known to be about
// anything.
func (r *reader) pleasantry() bool {
	letters := 0
	for _, s := range r.query.Spans {
		switch s.Kind {
		case "concept":
			return false
		case "word":
			letters += len([]rune(s.Text))
		}
	}
	return letters <= longestAside
}

// settle decides what the whole question asks for.
func (r *reader) settle() {
	q := &r.query
	topic := false
	for _, f := range q.Content {
		if kind := q.Spans[f.Span].Kind; kind != "facet" && kind != "sense" {
			topic = true
		}
	}
	if !topic || q.Intent == Help && r.pleasantry() {
		q.Content = nil
	}
	f := q.Facets
	switch {
	case q.Intent == Help && (!f.Empty() || topic && !r.pleasantry()):
		q.Intent = Find // こんにちは、UTMの事例は？ is a question, クラウドの使い方 is not about us
	case q.Intent == Compare && f.Empty(), q.Intent == Similar && len(f.Pages) != 1:
		q.Intent = Find // 並べて, 違い, 似た: of what, they do not say
	case q.Intent == Find && len(f.Pages) == 1 && !topic:
		q.Intent = Show
	case q.Intent == Find && len(f.Pages) > 1 && !topic:
		q.Intent = Compare
	case q.Intent == Find && !topic && f.Empty() && len(q.Spans) > 0 && q.Text == "":
		q.Intent = Help
	}
	if q.Intent == Find && !f.Empty() && len(f.Pages) == 0 && !slices.ContainsFunc(q.Spans, func(s Span) bool { return s.Kind != "facet" && s.Kind != "unknown" && s.Kind != "sense" }) {
		q.Intent, q.bare = List, true // facets and not a word more: somebody looks them up
	}
	q.Strict = !f.Empty() && (!topic || q.Intent == Count || q.Intent == List || len(f.Pages) > 0)
}
