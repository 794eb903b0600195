package bot_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/jirei/jirei/bot/playground"
	"github.com/jirei/jirei/cases"
)

// A conversation is a script that people can read. Lines with ">" are what is to be seen after the line before them,
// all of it and nothing else: new and changed messages, modals, refusals of Slack. testdata/README.md has the whole
// language.
type conversation struct {
	*world
	files  []txtar.File
	root   map[string]string // channel → ts of the latest message there that begins a thread
	sent   []string          // ids of the events of the latest action
	said   []string
	before sight
	blind  []string // refusals seen before
	off    bool     // the bot is stopped
}

// verb is one kind of line, and what it does.
type verb struct {
	shape *regexp.Regexp
	do    func(c *conversation, a []string) error
}

var verbs = []verb{
	{regexp.MustCompile(`^(\S+) in (#\S+|DM)(, thread)?: (.*)$`), (*conversation).says},
	{regexp.MustCompile(`^(\S+) runs (/\S+)(?: (.*))?$`), (*conversation).runs},
	{regexp.MustCompile(`^(\S+) presses (.+) on p\.(\d+)$`), (*conversation).presses},
	{regexp.MustCompile(`^(\S+) presses 「(.+)」$`), (*conversation).pressesFacet},
	{regexp.MustCompile(`^(\S+) turns with 「(.+)」$`), (*conversation).turns},
	{regexp.MustCompile(`^(\S+) chooses 「(.+)」$`), (*conversation).chooses},
	{regexp.MustCompile(`^(\S+) picks p\.(\d+)$`), (*conversation).picks},
	{regexp.MustCompile(`^(\S+) submits(?: channel=(\S+))?(?: comment=(.*))?$`), (*conversation).submits},
	{regexp.MustCompile(`^(\S+) submits the window$`), (*conversation).submitsWindow},
	{regexp.MustCompile(`^(\S+) submits ((?:[a-z]+=\S+ ?)+)(?:(note|comment)=(.*))?$`), (*conversation).submitsForm},
	{regexp.MustCompile(`^(\S+) opens Home$`), (*conversation).opensHome},
	{regexp.MustCompile(`^(\S+) writes 「(.*)」$`), (*conversation).writes},
	{regexp.MustCompile(`^(\S+) enters 「(.*)」$`), (*conversation).enters},
	{regexp.MustCompile(`^(\S+) uses 「(.+?)」(?: on the latest message in (#\S+))?$`), (*conversation).uses},
	{regexp.MustCompile(`^(\S+) is writing: (.*)$`), (*conversation).composes},
	{regexp.MustCompile(`^the channel (#\S+) is deleted$`), (*conversation).deleted},
	{regexp.MustCompile(`^no files are taken$`), (*conversation).noFiles},
	{regexp.MustCompile(`^the next trigger expires$`), (*conversation).expires},
	{regexp.MustCompile(`^the next update of a modal comes second$`), (*conversation).conflicts},
	{regexp.MustCompile(`^(\S+) closes the modal$`), (*conversation).closes},
	{regexp.MustCompile(`^(\S+) edits it to: (.*)$`), (*conversation).edits},
	{regexp.MustCompile(`^(\S+) submits it$`), (*conversation).confirms},
	{regexp.MustCompile(`^(\S+) deletes it$`), (*conversation).deletes},
	{regexp.MustCompile(`^(\S+) opens jirei$`), (*conversation).opens},
	{regexp.MustCompile(`^(\S+) is a guest$`), (*conversation).estranged},
	{regexp.MustCompile(`^(\S+) is of another organisation$`), (*conversation).foreign},
	{regexp.MustCompile(`^the channel (#\S+) is shared with another organisation$`), (*conversation).connected},
	{regexp.MustCompile(`^jirei is invited to (#\S+)$`), (*conversation).invited},
	{regexp.MustCompile(`^the channel (#\S+) is archived$`), (*conversation).archived},
	{regexp.MustCompile(`^the clock says (\S+ \S+) in (\S+)$`), (*conversation).clockSays},
	{regexp.MustCompile(`^jirei is (stopped|started)$`), (*conversation).runsBot},
	{regexp.MustCompile(`^the channel (#\S+) has (\d+) members$`), (*conversation).populated},
	{regexp.MustCompile(`^jirei may join channels$`), (*conversation).mayJoin},
	{regexp.MustCompile(`^another bot in (#\S+): (.*)$`), (*conversation).otherBot},
	{regexp.MustCompile(`^Slack sends it again$`), (*conversation).again},
	{regexp.MustCompile(`^Slack sends an event of a type to come$`), (*conversation).unknownEvent},
	{regexp.MustCompile(`^the book becomes (\S+)$`), (*conversation).rebook},
}

// play runs a script and returns it with what was really seen.
func (c *conversation) play(script string) string {
	c.before = c.look()
	var out strings.Builder
	lines := strings.Split(strings.TrimRight(script, "\n"), "\n")
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, ">"):
			continue
		case line == "" || strings.HasPrefix(line, "#"):
			fmt.Fprintln(&out, line)
			continue
		}
		fmt.Fprintln(&out, line)
		if err := c.act(line); err != nil {
			c.t.Fatalf("line %d: %s: %v", i+1, line, err)
		}
		c.settle()
		after := c.look()
		for _, l := range c.seen(after) {
			fmt.Fprintln(&out, strings.TrimRight("> "+l, " "))
		}
		c.before = after
	}
	return out.String()
}

func (c *conversation) act(line string) error {
	for _, v := range verbs {
		g := v.shape.FindStringSubmatch(line)
		if g == nil {
			continue
		}
		events := len(c.Events())
		if err := v.do(c, g[1:]); err != nil {
			return err
		}
		if strings.HasPrefix(line, "Slack") {
			return nil
		}
		c.sent = nil
		for _, e := range c.Events()[events:] {
			c.sent = append(c.sent, e.ID)
		}
		return nil
	}
	return fmt.Errorf("no such line; testdata/README.md has the language")
}

var (
	repeated = regexp.MustCompile(`\{([^{}]+)×(\d+)\}`)
	escaped  = regexp.MustCompile(`\\u\{([0-9A-Fa-f]+)\}`)
)

// typed reads what a script can only write down: {あ×10000}, \u{202E} and \n.
func typed(s string) string {
	s = repeated.ReplaceAllStringFunc(s, func(m string) string {
		g := repeated.FindStringSubmatch(m)
		n, _ := strconv.Atoi(g[2])
		return strings.Repeat(g[1], n)
	})
	s = escaped.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseInt(escaped.FindStringSubmatch(m)[1], 16, 32)
		return string(rune(n))
	})
	return strings.ReplaceAll(s, `\n`, "\n")
}

func (c *conversation) says(a []string) error {
	who, where, text := a[0], a[1], typed(a[3])
	thread := ""
	if a[2] != "" {
		thread = c.root[who+where]
		if where != "DM" {
			thread = c.root[where]
		}
	}
	ts, err := c.Say(who, where, text, thread)
	if err != nil {
		return err
	}
	c.said = append(c.said, strings.TrimSpace(strings.TrimPrefix(text, "@jirei")))
	c.follow(text, func() bool {
		return slices.ContainsFunc(c.Messages(where), func(m playground.Message) bool { return m.TS == ts && len(m.Unfurls) > 0 })
	})
	if thread == "" {
		c.root[where], c.root[who+where] = ts, ts
	}
	return nil
}

func (c *conversation) runs(a []string) error {
	c.said = append(c.said, typed(a[2]))
	before := fmt.Sprint(c.look())
	if err := c.Command(a[0], "#general", a[1], typed(a[2])); err != nil {
		return err
	}
	if strings.HasPrefix(a[2], "共有 ") || strings.HasPrefix(a[2], "share ") { // opens a form, for which the bot keeps no job
		c.until("the command shows something", func() bool { return fmt.Sprint(c.look()) != before })
	}
	return nil
}

func (c *conversation) edits(a []string) error {
	return c.Edit(a[0], "#general", c.root["#general"], typed(a[1]))
}

func (c *conversation) confirms(a []string) error { return c.Submit(a[0], nil) }

func (c *conversation) deletes(a []string) error {
	return c.Delete(a[0], "#general", c.root["#general"])
}

func (c *conversation) opens(a []string) error {
	if err := c.Open(a[0], "messages"); err != nil {
		return err
	}
	c.until("prompts are suggested", func() bool { _, p := c.Prompts(a[0]); return len(p) > 0 })
	return nil
}

func (c *conversation) estranged(a []string) error { return c.Estrange(a[0], "") }

func (c *conversation) foreign(a []string) error { return c.Estrange(a[0], "T0ELSEWHERE1") }

func (c *conversation) connected(a []string) error { return c.Connect(a[0]) }

var people = []string{"佐藤", "鈴木", "Alice"}

func (c *conversation) id(who string) string {
	return map[string]string{"佐藤": playground.Sato, "鈴木": playground.Suzuki, "Alice": playground.Alice}[who]
}

func (c *conversation) submits(a []string) error {
	fields := map[string]string{}
	if a[1] != "" {
		fields["channel"] = a[1]
	}
	if a[2] != "" || a[1] != "" {
		fields["comment"] = typed(a[2])
	}
	return c.Submit(a[0], fields)
}

func (c *conversation) submitsWindow(a []string) error { return c.Submit(a[0], nil) }

func (c *conversation) submitsForm(a []string) error {
	values := map[string]string{}
	for field := range strings.FieldsSeq(a[1]) {
		name, value, _ := strings.Cut(field, "=")
		values[name] = typed(value)
	}
	if a[2] != "" {
		values[a[2]] = typed(a[3])
		c.said = append(c.said, values[a[2]])
	}
	return c.Submit(a[0], values)
}

func (c *conversation) clockSays(a []string) error {
	zone, err := time.LoadLocation(a[1])
	if err != nil {
		return err
	}
	now, err := time.ParseInLocation("2006-01-02 15:04", a[0], zone)
	if err != nil {
		return err
	}
	if c.off {
		c.clock.Store(&now)
		return nil
	}
	c.at(now)
	return nil
}

// runsBot stops the bot, and starts it again on the same file.
func (c *conversation) runsBot(a []string) error {
	if c.off = a[0] == "stopped"; c.off {
		c.stop()
		return nil
	}
	c.startBot()
	c.at(*c.clock.Load())
	return nil
}

func (c *conversation) populated(a []string) error {
	n, err := strconv.Atoi(a[1])
	if err != nil {
		return err
	}
	return c.Populate(a[0], n)
}

func (c *conversation) mayJoin([]string) error {
	c.stop()
	c.join = true
	c.startBot()
	return nil
}

func (c *conversation) closes(a []string) error { return c.CloseView(a[0]) }

func (c *conversation) invited(a []string) error { return c.Invite(a[0]) }

func (c *conversation) archived(a []string) error { return c.Archive(a[0]) }

func (c *conversation) otherBot(a []string) error {
	text := strings.ReplaceAll(a[1], "@jirei", "<@"+playground.Bot+">")
	for _, kind := range []string{"app_mention", "message"} {
		c.Emit(map[string]any{"type": kind, "user": "U0OTHERBOT1", "bot_id": "B0OTHERBOT1", "text": text, "ts": "1700000000.000100",
			"channel": playground.General, "channel_type": "channel", "event_ts": "1700000000.000100"})
	}
	return nil
}

func (c *conversation) again([]string) error {
	for _, id := range c.sent {
		if err := c.Redeliver(id); err != nil {
			return err
		}
	}
	return nil
}

func (c *conversation) unknownEvent([]string) error {
	c.Emit(map[string]any{"type": "telepathy_received", "user": playground.Sato, "channel": playground.General})
	return nil
}

func (c *conversation) rebook(a []string) error {
	for _, f := range c.files {
		if f.Name == a[0] {
			book, _, err := cases.Read(f.Name, f.Data)
			if err != nil {
				return err
			}
			return load(c.t.Context(), c.path, book)
		}
	}
	return fmt.Errorf("the script has no file %s", a[0])
}

// sight is all that can be seen: a heading and the text for each message and each modal.
type sight map[string][2]string
