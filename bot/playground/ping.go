package playground

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
)

var (
	livePing = regexp.MustCompile(`<(![a-z]+|!subteam\^[A-Z0-9]+|@[UW][A-Z0-9]+)(\|[^<>]*)?>`)
	barePing = regexp.MustCompile(`(^|[^\p{L}\p{N}_&<!])@(here|channel|everyone)\b`)
)

// Pings is every live mention in what the bot sent, in messages, updates, streams and response_urls, as
// "<!channel> in chat.postMessage in C0GENERAL01". Nothing that came out of a case or a question may be among them.
// Counted are unescaped <!here>, <!channel>, <!everyone>, <!subteam^S…> and <@U…> in text and mrkdwn, a bare @here in
// mrkdwn that is not verbatim (Slack parses names there) and in text with link_names, and rich_text elements of type
// broadcast, user and usergroup.
func (s *Server) Pings() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pings)
}

func (s *Server) recordPings(where, text string, blocks json.RawMessage, linkNames bool) {
	add := func(token string) { s.pings = append(s.pings, fmt.Sprintf("%s in %s", token, where)) }
	scan := func(text string, bare bool) {
		for _, m := range livePing.FindAllStringSubmatch(text, -1) {
			if m[1] == "!date" {
				continue
			}
			add("<" + m[1] + ">")
		}
		if bare {
			for _, m := range barePing.FindAllStringSubmatch(text, -1) {
				add("@" + m[2])
			}
		}
	}
	scan(text, linkNames)
	d := json.NewDecoder(bytes.NewReader(blocks))
	d.UseNumber()
	var v any
	if d.Decode(&v) == nil {
		walkPings(v, scan, add)
	}
}

func walkPings(v any, scan func(string, bool), add func(string)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			walkPings(item, scan, add)
		}
	case map[string]any:
		text, _ := v["text"].(string)
		switch v["type"] {
		case "mrkdwn":
			scan(text, v["verbatim"] != true)
		case "markdown":
			scan(text, false)
		case "broadcast":
			add(fmt.Sprintf("<!%v>", v["range"]))
		case "user":
			add(fmt.Sprintf("<@%v>", v["user_id"]))
		case "usergroup":
			add(fmt.Sprintf("<!subteam^%v>", v["usergroup_id"]))
		}
		for _, inner := range v {
			walkPings(inner, scan, add)
		}
	}
}
