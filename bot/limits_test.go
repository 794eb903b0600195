package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// chance makes casebooks that nobody would print: to prove that no rendering of any of them breaks a limit of Slack's.
type chance struct {
	*rand.Rand
	// extreme: the longest cells rather than any; ordinary: such as books have.
	extreme, ordinary bool
}

var alphabets = []string{
	"情報資産管理委託先認証取得対策", "あいうえおかきくけこ", "UTM MDM ISO27001 ", "🛡️👩‍💻🇯🇵🔥", "السلامعليكم", "\u202eabc\u202c", "<!here> <@U1> &amp; *太字* `x`", "\u200b\u200d", "𠮷野家",
}

func (c chance) text(most int) string {
	if c.ordinary {
		most = min(most/10+1, 120)
	}
	n := 1 + c.IntN(most)
	if c.extreme {
		n = most
	}
	letters := []rune(alphabets[c.IntN(len(alphabets))])
	var b strings.Builder
	for range n {
		b.WriteRune(letters[c.IntN(len(letters))])
	}
	return "字" + b.String()
}

func (c chance) book(n int) []cases.Case {
	var industries, categories []string
	for range 1 + c.IntN(120) {
		industries = append(industries, c.text(200))
	}
	for range 1 + c.IntN(40) {
		categories = append(categories, c.text(100))
	}
	list := make([]cases.Case, n)
	for i := range list {
		one := cases.Case{ID: cases.MakeID("book", i+1), Page: i + 1, Title: c.text(500)}
		long := 10_000
		if i >= 10 {
			long = 300 // more than ten are never shown with their measures
		}
		measures := 1 + c.IntN(6)
		if i == 0 && c.extreme && n < 10 {
			measures = 200
		}
		for range measures {
			one.Measures = append(one.Measures, c.text(long))
		}
		if c.IntN(3) > 0 {
			one.Industry = industries[c.IntN(len(industries))]
		}
		for range c.IntN(4) {
			one.Categories = append(one.Categories, categories[c.IntN(len(categories))])
		}
		if c.IntN(2) > 0 {
			one.Employees = c.text(60)
			one.Size = &cases.Size{Min: 1 + c.IntN(300), Max: 300 + c.IntN(1000)}
		}
		one.Stars = c.IntN(4)
		for range c.IntN(30) {
			one.Corrections = append(one.Corrections, cases.Correction{Page: one.Page, Printed: c.text(2000), Corrected: c.text(2000)})
		}
		list[i] = one
	}
	return list
}

func (c chance) generation(list []cases.Case) *retrieval.Generation {
	g := &retrieval.Generation{Number: 1, Book: cases.Book{ID: "book", Title: c.text(300), Source: c.text(300)}}
	g.Describe(list)
	return g
}

func (c chance) facets(g *retrieval.Generation) (f retrieval.Facets) {
	for i := range min(c.IntN(4), len(g.Industries)) {
		f.Industry = append(f.Industry, g.Industries[i])
	}
	for i := range min(c.IntN(3), len(g.Categories)) {
		f.NotCategory = append(f.NotCategory, g.Categories[i])
	}
	if c.IntN(2) > 0 {
		f.Size = &cases.Size{Min: c.IntN(100), Max: c.IntN(2) * 1000}
	}
	if c.IntN(2) > 0 {
		n := c.IntN(4)
		f.Stars, f.StarsUp = &n, c.IntN(2) > 0
	}
	return f
}

func (c chance) answer(list []cases.Case, g *retrieval.Generation) answer.Answer {
	a := answer.Answer{Question: answer.Question{Text: c.text(1000)}, Rewritten: c.text(1000)}
	r := &a.Found
	r.Book, r.Query.Facets, r.Query.Text = g, c.facets(g), a.Question.Text
	r.Query.Intent = retrieval.Intent(c.IntN(int(retrieval.Help)))
	r.Query.Removed, r.Query.Merged, r.Query.Strict = c.facets(g), c.text(1000), c.IntN(2) > 0
	r.Refused, r.Exact, r.Unstated = c.IntN(4) == 0, c.IntN(2) > 0, c.IntN(50)
	for i, one := range list {
		h := retrieval.Hit{Case: one, Matched: i <= len(list)/2}
		h.Why.Words, h.Why.LineWords, h.Why.Verdict = []string{c.text(300)}, []string{c.text(300), c.text(300)}, r.Query.Facets.Judge(one)
		if r.Refused {
			r.Nearest = append(r.Nearest, h)
		} else {
			r.Hits = append(r.Hits, h)
		}
	}
	for range c.IntN(3) {
		r.Query.Unknown = append(r.Query.Unknown, retrieval.Unknown{Word: c.text(300), Nearest: []string{c.text(200), c.text(200)}})
	}
	if c.IntN(2) > 0 {
		n := len(list)
		r.Count = &n
	}
	for _, one := range list[:min(4, len(list))] {
		a.Claims = append(a.Claims, answer.Claim{Text: c.text(3000), Cite: cases.Cite{Case: one.ID, Page: one.Page}})
	}
	return a
}

// refused says why Slack would not take a message or a view.
func refusedMessage(m message) error {
	if strings.TrimSpace(m.text) == "" {
		return errors.New("nothing for notifications and screen readers")
	}
	raw, err := json.Marshal(m.blocks)
	if err != nil {
		return err
	}
	if len(m.blocks) == 0 {
		raw = nil
	}
	return errors.Join(blocks.CheckUpdate(raw, m.text), blocks.CheckMessage(nil, m.short))
}

func refusedView(v slack.ModalViewRequest) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return blocks.CheckView(raw)
}

// TestLimits renders random casebooks in every way there is. A seed that fails is in the test's name.
func TestLimits(t *testing.T) {
	t.Parallel()
	words, err := retrieval.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 3, 61, 500} {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%d cases, seed %d", n, seed), func(t *testing.T) {
				t.Parallel()
				c := chance{Rand: rand.New(rand.NewPCG(seed, uint64(n))), extreme: seed%3 == 0}
				renderAll(t, c, words, n)
			})
		}
	}
}

func renderAll(t *testing.T, c chance, words *retrieval.Lexicon, n int) {
	list := c.book(n)
	g := c.generation(list)
	locale := []phrases.Locale{phrases.Japanese, phrases.English}[c.IntN(2)]
	r := render{p: phrases.For(locale), book: g}
	if c.IntN(2) > 0 {
		r.source = func(page int) string {
			return fmt.Sprintf("https://cases.example.jp/%s#page=%d", strings.Repeat("x", 300), page)
		}
	}
	say := func(what string, m message) {
		if err := refusedMessage(m); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	view := func(what string, v slack.ModalViewRequest) {
		if err := refusedView(v); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	a := c.answer(list, g)
	r.asked = pressed{Key: "m:T:C:1", Locale: locale, Text: c.text(1000), History: []retrieval.Turn{{Text: c.text(1000)}}, recorded: c.IntN(2) > 0}
	m := r.answer(a)
	say("answer", m)
	say("answer with a button", r.publishable(m, r.asked))
	say("answer with a suggestion", r.suggest(c.text(1000), m))
	say("published answer", r.published(m, c.text(80), c.text(1000)))
	say("help", r.help())
	one := list[c.IntN(min(2, len(list)))]
	order := shareOrder{Pages: []int{one.Page}, Name: c.text(80), Comment: c.text(longComment)}
	say("share offer", r.shareOffer(order, one))
	renderKept(c, r, say, view, list, a)
	view("case", r.view(one))
	view("similar", r.similar(one, list[:min(similarShown, len(list))]))
	view("share form", r.shareForm(one, shareOrigin{Channel: "C1", Case: one.ID}, shareFill{Comment: order.Comment, Unknown: order.Name}))
	s := sought{token: map[string]string{"i": "i" + hash(one.Industry), "t": "t2"}, text: c.text(3000), page: c.IntN(3)}
	view("search", r.findForm(s, finding{book: g, matched: list, related: list, unstated: c.IntN(50), rows: rowsShown}))
	view("answer in a modal", r.answerView(r.p.LikeTitle, c.text(5000), a, around{Channel: "C1", Thread: "1.2"}))
	written := paper{title: c.text(100), cases: list[:min(exported, len(list))], missing: []int{998}}
	written.text = r.paperText(written, a.Claims)
	view("paper", r.exportView(written, exportOrder{Pages: pagesOf(written.cases), Channel: "C1", Thread: "1.2"}, ""))
	for _, h := range a.Found.Hits[:min(3, len(a.Found.Hits))] {
		view("why", r.whyView(reasons{c: h.Case, hit: h, found: a.Found, left: c.IntN(100), words: words}))
	}
	for k := range 4 {
		say(fmt.Sprintf("comparison of %d", k), r.compareTable(comparison{cases: list[:min(k+1, len(list))], missing: []int{998}, over: []int{999}, book: g, words: words}))
	}
	renderPanels(t, c, r, say, shelf{book: g, found: list, unstated: c.IntN(50)})
}

// renderKept renders what is about opinions, shares and subscriptions.
func renderKept(c chance, r render, say func(string, message), view func(string, slack.ModalViewRequest), list []cases.Case, a answer.Answer) {
	m := r.answer(a)
	say("answer to judge", r.judgeable(m, a, false))
	say("answer to judge alone", r.judgeable(m, a, true))
	say("answer with a note", m.noted(message{text: c.text(300), blocks: []slack.Block{notesBlock("ours", []string{c.text(300)})}}))
	text := c.text(3000)
	value := opinionOf{Key: c.text(100), Text: text, History: r.asked.History, Cases: shown(a)}.value()
	var v opinionOf
	if err := json.Unmarshal([]byte(value), &v); err != nil || len([]rune(value)) > longValue {
		panic("a value that is none: " + value)
	}
	view("reasons", r.whyBad(Opinion{Key: v.Key, User: c.text(20), Text: v.Text, History: v.History, Cases: v.Cases}))
	several := list[:min(casesOffered, len(list))]
	s := Share{User: "U1", Comment: c.text(3000), Question: c.text(1000)}
	say("shared", r.shared(several[:1], c.text(80), s))
	say("several shared", r.shared(several, c.text(80), s))
	say("weekly", r.weekly(several[0], record.Subscription{ID: "t:T1:" + c.text(50), Minute: 540, Zone: "America/Argentina/ComodRivadavia"}, c.text(80)))
	view("share form of several", r.shareForm(several[0], shareOrigin{Channel: "C1", Case: several[0].ID, Question: short(s.Question, longQuestion)},
		shareFill{Cases: list, Picked: []cases.ID{several[0].ID}}))
}

// renderPanels renders the table in every state of its menus, and presses everything that is on it.
func renderPanels(t *testing.T, c chance, r render, say func(string, message), s shelf) {
	dimensions := []command.Dimension{command.None, command.Industry, command.Category, command.Stars, command.Size}
	for _, count := range []bool{false, true} {
		for _, rows := range dimensions {
			p := panel{count: count, rows: rows, columns: dimensions[c.IntN(5)], sort: dimensions[c.IntN(5)], page: c.IntN(30), pages: c.IntN(2) > 0, locale: phrases.English, facets: c.facets(s.book)}
			if count && rows == command.None {
				continue
			}
			m := r.panelMessage(p, s)
			say(p.String(), m)
			say(p.String()+" published", r.published(r.publishable(m, pressed{Locale: p.locale, Panel: p.String()}), c.text(80), ""))
			back, ok := readPanel(p.String(), s.book)
			if len(p.String()) <= longState && (!ok || back.String() != p.String()) {
				t.Errorf("the state %s is read as %s", p, back)
			}
			for _, b := range m.blocks {
				actions, ok := b.(*slack.ActionBlock)
				if !ok {
					continue
				}
				for _, press := range pressesOn(actions) {
					if _, known := back.press(press[0], press[1], s.book); !known && strings.HasPrefix(press[0], actionPanel) {
						t.Errorf("%s does not know %q with %q", p, press[0], press[1])
					}
				}
			}
		}
	}
}

// TestTablesStay: a book of ordinary length is never so long that its tables are given up, at 61 cases or 500.
func TestTablesStay(t *testing.T) {
	t.Parallel()
	words, err := retrieval.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{61, 500} {
		c := chance{Rand: rand.New(rand.NewPCG(1, uint64(n))), ordinary: true}
		list := c.book(n)
		r := render{p: phrases.For(phrases.Japanese), book: c.generation(list)}
		holds := func(what string, m message) {
			for _, b := range m.blocks {
				if _, ok := b.(*slack.TableBlock); ok {
					return
				}
			}
			t.Errorf("%d cases, %s: no table", n, what)
		}
		for rows := command.None; rows <= command.Size; rows++ {
			holds(fmt.Sprintf("list by %d", rows), r.listTable(panel{rows: rows}, shelf{book: r.book, found: list}))
			for columns := command.None; rows != command.None && columns <= command.Size; columns++ {
				holds(fmt.Sprintf("count %d by %d", rows, columns), r.countTable(panel{count: true, rows: rows, columns: columns}, shelf{book: r.book, found: list}))
			}
		}
		holds("comparison", r.compareTable(comparison{cases: list[:compared], book: r.book, words: words}))
	}
}

// pressesOn lists every button and option of a block, as action and value.
func pressesOn(b *slack.ActionBlock) (out [][2]string) {
	for _, e := range b.Elements.ElementSet {
		switch e := e.(type) {
		case *slack.ButtonBlockElement:
			out = append(out, [2]string{e.ActionID, e.Value})
		case *slack.SelectBlockElement:
			options := e.Options
			for _, g := range e.OptionGroups {
				options = append(options, g.Options...)
			}
			for _, o := range options {
				out = append(out, [2]string{e.ActionID, o.Value})
			}
		}
	}
	return out
}
