// Package command reads what people write behind /jirei or @jirei.
//
// Most of it is a question, and whatever is not surely a command stays one: a
// command is its word alone, followed by nothing but what that command takes.
// 「一覧 製造業」 is a command, 「一覧を作った会社は？」 and 「共有 フォルダの事例」
// are questions. Pages (14, p.14) and facets (製造業 ★2) alone are questions
// too: the engine reads them better than a table of words could.
//
//	command.go  Command, Reader and its Read
//	memory.go   what 設定 and 購読 take: a company, a weekly time
//	words.go    the one table of commands, and the words of their arguments
package command

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/jirei/jirei/retrieval"
)

// Kind is what is to be done.
type Kind int

// The kinds.
const (
	Question  Kind = iota
	List           // the book as a table
	Count          // how many cases there are of each kind
	Similar        // cases like one case
	Compare        // cases side by side
	Share          // the share form, filled in
	Setting        // the asker's company
	Subscribe      // a case a week
	Export         // a paper for a meeting; without pages, of the cases of the latest answer
	Help
)

func (k Kind) String() string {
	return [...]string{"question", "list", "count", "similar", "compare", "share", "setting", "subscribe", "export", "help"}[k]
}

// Dimension is a column by which a table is grouped, sorted or counted.
type Dimension int

// The dimensions. None is the order of pages, or no grouping.
const (
	None Dimension = iota
	Industry
	Category
	Stars
	Size
)

// Command is what somebody wrote, as it is meant.
type Command struct {
	Kind Kind
	// Text is the question, or the conditions of a List, Count or Setting in the asker's words.
	Text string
	// Pages are those of Similar (one), Share, Compare or Export.
	Pages []int
	// By is how a List is grouped (one at most) or what is counted (two at most: rows and columns).
	By []Dimension
	// Sort orders a List.
	Sort Dimension
	// Channel and Comment fill in a Share.
	Channel Channel
	Comment string
	// Do is what a Setting or Subscribe does, and At when a subscription comes; nil where it was not said.
	Do Do
	At *Weekly
	// Near is the command that a question's first word may have been meant for, with its arguments, "" for none.
	// Bare is the command whose word begins a question that does not fit it: worth telling where the question finds nothing.
	Near, Bare string
}

// Channel is a channel as it was written: by id where Slack resolved it, else by name.
type Channel struct{ ID, Name string }

// Reader reads commands. Conditions says that words are facets of the book and nothing else.
type Reader struct{ Conditions func(words string) bool }

// Read reads what was written. It never fails: what is no command is a question.
func (r Reader) Read(written string) Command {
	channel, before, after := cutChannel(written)
	text := retrieval.Clean(before)
	folded, rest := firstWord(text)
	bare := ""
	for _, e := range table {
		if !slices.Contains(e.words, folded) {
			continue
		}
		c := Command{Kind: e.kind, Channel: channel}
		if e.kind != Share && r.arguments(&c, "") {
			bare = folded
		}
		c = Command{Kind: e.kind, Channel: channel}
		if e.kind == Share {
			if !c.share(rest, after) {
				break
			}
			return c
		}
		if e.kind == Subscribe {
			if !c.subscribe(rest + " " + retrieval.Clean(after)) {
				break
			}
			return c
		}
		if channel == (Channel{}) && r.arguments(&c, rest) {
			return c
		}
	}
	c := Command{Text: retrieval.Clean(written), Bare: bare}
	if channel == (Channel{}) {
		c.Near = r.near(folded, rest)
	}
	return c
}

// firstWord cuts a text behind its first word, folded; a page may follow a Japanese one at once: 似た14.
func firstWord(text string) (word, rest string) {
	word, rest, _ = strings.Cut(text, " ")
	word = fold(word)
	for _, e := range table {
		for _, w := range e.words {
			if page, ok := strings.CutPrefix(word, w); ok && w[0] >= 0x80 && startsPage.MatchString(page) {
				return w, strings.TrimSpace(page + " " + rest)
			}
		}
	}
	return word, rest
}

// near finds the command that a word is a slip of; its arguments must fit.
func (r Reader) near(word, rest string) string {
	for _, e := range table {
		meant := ""
		if slices.Contains(e.slips, word) {
			meant = e.words[0]
		}
		for _, w := range e.words {
			if meant == "" && word != w && slip(word, w) {
				meant = w
			}
		}
		var c Command
		c.Kind = e.kind
		if meant != "" && (e.kind == Share && c.share(rest, "") || e.kind != Share && r.arguments(&c, rest)) {
			return strings.TrimSpace(meant + " " + rest)
		}
	}
	return ""
}

// arguments reads what stands behind a command's word; false where it is not that command's.
func (r Reader) arguments(c *Command, rest string) bool {
	switch c.Kind {
	case Help:
		return rest == ""
	case Similar:
		c.Pages = pages(rest)
		return len(c.Pages) == 1
	case Compare:
		c.Pages = pages(rest)
		return len(c.Pages) > 0
	case Export:
		c.Pages = pages(rest)
		return rest == "" || len(c.Pages) > 0
	case List, Count:
		return r.table(c, rest)
	case Setting:
		return r.setting(c, rest)
	case Subscribe:
		return c.subscribe(rest)
	}
	return false
}

// table reads dimensions, in any order with conditions.
func (r Reader) table(c *Command, rest string) bool {
	var others []string
	for word := range strings.FieldsSeq(strings.ReplaceAll(rest, "×", " ")) {
		d, sort := dimension(fold(word))
		switch {
		case d == None:
			if !slices.Contains(fillers, fold(word)) {
				others = append(others, word)
			}
		case sort && c.Kind == List:
			c.Sort = d
		case !slices.Contains(c.By, d):
			c.By = append(c.By, d)
		}
	}
	if c.Kind == List && len(c.By) > 1 || len(c.By) > 2 {
		return false
	}
	c.Text = strings.Join(others, " ")
	return c.Text == "" || r.Conditions(c.Text)
}

// share reads 「14 19 #security コメント」; after is what stands behind a channel that Slack resolved.
func (c *Command) share(rest, after string) bool {
	for {
		word, others, _ := strings.Cut(strings.TrimSpace(rest), " ")
		found := pages(word)
		if len(found) == 0 {
			break
		}
		c.Pages, rest = append(c.Pages, found...), others
	}
	if len(c.Pages) == 0 {
		return false
	}
	slices.Sort(c.Pages)
	c.Pages = slices.Compact(c.Pages)
	if name, ok := strings.CutPrefix(norm.NFKC.String(rest), "#"); ok && c.Channel.ID == "" {
		c.Channel.Name, rest, _ = strings.Cut(name, " ")
	}
	c.Comment = strings.TrimSpace(rest + " " + retrieval.Clean(after))
	return true
}

// resolved is a channel in a text as Slack writes it where it knows it: <#C0123|security>.
var resolved = regexp.MustCompile(`<#([A-Z0-9]+)(?:\|([^<>]*))?>`)

// cutChannel takes the first resolved channel out of a text.
func cutChannel(s string) (c Channel, before, after string) {
	at := resolved.FindStringSubmatchIndex(s)
	if at == nil {
		return c, s, ""
	}
	c.ID = s[at[2]:at[3]]
	if at[4] >= 0 {
		c.Name = s[at[4]:at[5]]
	}
	return c, s[:at[0]], s[at[1]:]
}

var (
	startsPage = regexp.MustCompile(`^(?:p\.?)?[0-9]`)
	onePage    = regexp.MustCompile(`^(?:p\.?|ページ|頁)?([0-9]{1,6})(?:ページ|頁|p)?$`)
	between    = regexp.MustCompile(`[\s,、・&/]+|と`)
)

// pages reads page numbers and nothing else; nil where there is anything else.
func pages(s string) []int {
	var out []int
	for _, word := range between.Split(strings.ReplaceAll(fold(s), "p. ", "p."), -1) {
		if word == "" || word == "and" || word == "vs" || word == "vs." {
			continue
		}
		g := onePage.FindStringSubmatch(word)
		if g == nil {
			return nil
		}
		n, err := strconv.Atoi(g[1])
		if err != nil {
			return nil
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// slip says that a word is another with one letter wrong, missing, too many, or two swapped. Short words are
// other words then (集計 and 会計), so their slips are listed in the table.
func slip(word, of string) bool {
	a, b := []rune(word), []rune(of)
	if len(b) < 3 || len(b) == 3 && len(a) < 3 {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	tail := func(x, y int) bool { return x <= len(a) && y <= len(b) && string(a[x:]) == string(b[y:]) }
	swapped := i+1 < len(a) && i+1 < len(b) && a[i] == b[i+1] && a[i+1] == b[i] && tail(i+2, i+2)
	return swapped || tail(i+1, i+1) || tail(i+1, i) || tail(i, i+1)
}
