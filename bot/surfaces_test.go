package bot_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
)

// previews is what one reads below links.
func previews(list []playground.Unfurl) string {
	var out []string
	for _, u := range list {
		out = append(out, blocks.Text(u.Blocks))
	}
	return strings.Join(out, "\n")
}

// lookAround adds what is neither a message nor a modal: Home tabs, previews below composers, files.
func (c *conversation) lookAround(out sight) {
	for _, who := range people {
		if v := c.Home(who); v != nil {
			out["}"+who] = [2]string{"Home of " + who + ":", blocks.Text(v.Blocks)}
		}
		if list := c.Preview(who); len(list) > 0 {
			out["|"+who] = [2]string{"below what " + who + " is writing:", previews(list)}
		}
	}
	for i, f := range c.Uploads() {
		out[fmt.Sprintf("{%02d", i)] = [2]string{"file " + f.Name + ":", strings.TrimRight(string(f.Data), "\n")}
	}
}

// shows waits until something is to be seen that was not, for what the bot keeps no job for.
func (c *conversation) shows(do func() error) error {
	before := fmt.Sprint(c.look())
	if err := do(); err != nil {
		return err
	}
	c.until("it shows something", func() bool { return fmt.Sprint(c.look()) != before })
	return nil
}

func (c *conversation) opensHome(a []string) error {
	before := ""
	if v := c.Home(a[0]); v != nil {
		before = v.Hash
	}
	if err := c.Open(a[0], "home"); err != nil {
		return err
	}
	c.until("Home is published", func() bool { v := c.Home(a[0]); return v != nil && v.Hash != before })
	return nil
}

// field is where somebody writes: in the modal on top, or else in Home.
func (c *conversation) field(who string) (at playground.At, action string, err error) {
	view := c.View(who)
	if view == nil {
		view, at.Home = c.Home(who), true
	}
	if view == nil {
		return at, "", fmt.Errorf("nothing to write into")
	}
	for _, action := range []string{"find_text", "home_text", "comment"} {
		if view.State[action][action] != nil {
			return at, action, nil
		}
	}
	return at, "", fmt.Errorf("no field for text")
}

func (c *conversation) writes(a []string) error {
	c.said = append(c.said, typed(a[1]))
	at, action, err := c.field(a[0])
	if err != nil {
		return err
	}
	return c.Write(a[0], at, action, typed(a[1]))
}

// enters writes and presses Enter.
func (c *conversation) enters(a []string) error {
	if err := c.writes(a); err != nil {
		return err
	}
	at, action, err := c.field(a[0])
	if err != nil {
		return err
	}
	return c.shows(func() error { return c.Press(a[0], at, action, typed(a[1])) })
}

func (c *conversation) uses(a []string) error {
	callback := map[string]string{"事例を探す": "find_cases", "近い事例を探す": "find_like"}[a[1]]
	return c.shows(func() error {
		if a[2] == "" {
			return c.Shortcut(a[0], callback, "", "")
		}
		list := slices.DeleteFunc(c.Messages(a[2]), func(m playground.Message) bool { return m.Deleted || m.For != "" })
		return c.Shortcut(a[0], callback, a[2], list[len(list)-1].TS)
	})
}

func (c *conversation) composes(a []string) error {
	c.before = c.look()
	if err := c.Compose(a[0], typed(a[1])); err != nil {
		return err
	}
	c.follow(a[1], func() bool { return len(c.Preview(a[0])) > 0 })
	return nil
}

var linked = regexp.MustCompile(`https://cases\.example\.jp/p/(\d+)(?:\s|$)`)

// follow waits for the preview of a link to a page of the book, for which the bot keeps no job. For another page
// nothing is to come, and TestPageOf says so for sure.
func (c *conversation) follow(text string, shown func() bool) {
	for _, g := range linked.FindAllStringSubmatch(text, -1) {
		if page, err := strconv.Atoi(g[1]); err == nil && page >= 2 && page <= 62 {
			c.until("the preview", shown)
			return
		}
	}
}

func (c *conversation) deleted(a []string) error { return c.Remove(a[0]) }

// expires makes the next view come too late.
func (c *conversation) expires([]string) error {
	c.Fail("views.open", 1, 0, "expired_trigger_id", 0)
	return nil
}

// conflicts makes the next update of a view meet one that came before.
func (c *conversation) conflicts([]string) error {
	c.Fail("views.update", 1, 0, "hash_conflict", 0)
	return nil
}

// noFiles is a workspace whose owner has turned uploads off.
func (c *conversation) noFiles([]string) error {
	c.Fail("files.getUploadURLExternal", -1, 0, "file_uploads_disabled", 0)
	return nil
}
