package playground

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/jirei/jirei/bot/blocks"
)

// Unfurl is the preview of one link.
type Unfurl struct {
	URL    string          `json:"url"`
	Blocks json.RawMessage `json:"blocks"`
}

// link is one link_shared event: the links of a message, or of a composer that somebody is writing in.
type link struct {
	source  string // conversations_history or composer
	urls    []string
	channel *channel // of the message; nil in a composer
	ts      string
	unfurls []Unfurl
}

func linkMethods() map[string]method {
	return map[string]method{"chat.unfurl": {"channel ts unfurl_id source unfurls!", unfurl}}
}

var typedURL = regexp.MustCompile(`https?://[^\s<>"|]+`)

// shown are the links of a text to the app's domains; subdomains are among them.
func (s *Server) shown(text string) (urls []string, out []any) {
	for _, u := range typedURL.FindAllString(text, -1) {
		at, err := url.Parse(u)
		if err != nil || slices.Contains(urls, u) {
			continue
		}
		for _, d := range s.opt.UnfurlDomains {
			if host := strings.ToLower(at.Hostname()); host == d || strings.HasSuffix(host, "."+d) {
				urls, out = append(urls, u), append(out, map[string]any{"domain": d, "url": u})
				break
			}
		}
	}
	return urls, out
}

// emitLinks tells the bot of the links in a person's message, also where the bot is no member. It hears nothing of its own.
func (s *Server) emitLinks(c *channel, m *Message, text string) {
	urls, links := s.shown(text)
	if len(urls) == 0 {
		return
	}
	id := s.id("unfurl-")
	s.links[id] = &link{source: "conversations_history", urls: urls, channel: c, ts: m.TS}
	inner := map[string]any{"type": "link_shared", "user": m.User, "channel": c.id, "message_ts": m.TS, "links": links, "source": "conversations_history",
		"unfurl_id": id, "is_bot_user_member": c.bot, "event_ts": s.ts()}
	if m.ThreadTS != "" {
		inner["thread_ts"] = m.ThreadTS
	}
	s.emit(inner)
}

// Compose is what a person has written so far, and not sent. Preview shows what the bot made of its links.
func (s *Server) Compose(user, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil {
		return refuse("user_not_found")
	}
	urls, links := s.shown(text)
	l := &link{source: "composer", urls: urls}
	if s.drafts[u.ID] = l; len(urls) == 0 {
		return nil
	}
	id := s.id("unfurl-")
	s.links[id] = l
	s.emit(map[string]any{"type": "link_shared", "user": u.ID, "channel": "COMPOSER", "message_ts": id, "links": links, "source": "composer",
		"unfurl_id": id, "is_bot_user_member": true, "event_ts": s.ts()})
	return nil
}

// Preview is what a person sees below their composer.
func (s *Server) Preview(user string) []Unfurl {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(user); u != nil && s.drafts[u.ID] != nil {
		return slices.Clone(s.drafts[u.ID].unfurls)
	}
	return nil
}

// unfurl takes previews of links that the bot was told of, and of no others.
func unfurl(s *Server, a args) (reply, error) {
	l, err := s.linkOf(a)
	if err != nil {
		return nil, err
	}
	given := map[string]struct{ Blocks json.RawMessage }{}
	if json.Unmarshal([]byte(a["unfurls"]), &given) != nil || len(given) == 0 {
		return nil, refuse("invalid_unfurls_format")
	}
	for u, p := range given {
		if !slices.Contains(l.urls, u) {
			return nil, refuse("cannot_unfurl_url")
		}
		if err := blocks.CheckMessage(p.Blocks, ""); err != nil {
			return nil, refuseBlocks(err)
		}
	}
	var all []Unfurl // in the order of the links
	for _, u := range l.urls {
		if p, ok := given[u]; ok {
			all = append(all, Unfurl{u, named(p.Blocks)})
			s.recordPings("chat.unfurl", "", p.Blocks, false)
		}
	}
	if l.unfurls = all; l.channel == nil {
		return reply{}, nil
	}
	m := l.channel.find(l.ts)
	if m == nil || m.Deleted {
		return nil, refuse("cannot_find_message")
	}
	m.Unfurls = all
	s.tellMessage("changed", m)
	return reply{}, nil
}

// linkOf finds what a call is about, by unfurl_id and source or by channel and ts.
func (s *Server) linkOf(a args) (*link, error) {
	switch {
	case a["unfurl_id"] != "" && (a["channel"] != "" || a["ts"] != ""):
		return nil, refuse("invalid_arguments", "[ERROR] either unfurl_id and source or channel and ts")
	case a["unfurl_id"] != "":
		l := s.links[a["unfurl_id"]]
		if l == nil {
			return nil, refuse("invalid_unfurl_id")
		}
		if l.source != a["source"] {
			return nil, refuse("invalid_source")
		}
		return l, nil
	case s.channel("", a["channel"]) == nil:
		return nil, refuse("cannot_find_channel")
	}
	for _, l := range s.links {
		if l.channel != nil && l.channel.id == a["channel"] && l.ts == a["ts"] {
			return l, nil
		}
	}
	return nil, refuse("cannot_find_message")
}
