package playground

import (
	"cmp"
	"slices"
	"strings"
)

// The workspace's ids, stable across runs. In Go one may also write a channel's name ("#general", "general"), a
// person's ("佐藤", "sato"), and "@jirei" or "DM" for the acting person's direct message with the bot.
const (
	Team  = "T0PLAYGROUND"
	App   = "A0PLAYGROUND"
	Bot   = "U0JIREI0001" // the bot's user
	BotID = "B0JIREI0001"

	Sato   = "U0SATO00001" // the page's first person; ja-JP
	Suzuki = "U0SUZUKI001"
	Alice  = "U0ALICE0001" // en-US

	General  = "C0GENERAL01"
	Security = "C0SECURITY1"
	Sales    = "C0SALES0001" // the bot is not a member
	Random   = "C0RANDOM001"

	slackbot = "USLACKBOT"
)

// User is a person or the bot, as the page sees them.
type User struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	IsBot       bool   `json:"is_bot"`
	Locale      string `json:"locale"`
	tz          string
	guest       bool   // of the workspace
	team        string // "" for ours
}

// channel is a public channel, or one person's direct message with the bot.
type channel struct {
	id, name, topic string
	im              string // the person, for a direct message
	bot             bool   // the bot is a member
	archived        bool
	connected       bool // with another organisation
	members         int
	messages        []*Message
}

func world() ([]*User, []*channel) {
	users := []*User{
		{ID: Sato, Name: "sato", DisplayName: "佐藤", Locale: "ja-JP", tz: "Asia/Tokyo"},
		{ID: Suzuki, Name: "suzuki", DisplayName: "鈴木", Locale: "ja-JP", tz: "Asia/Tokyo"},
		{ID: Alice, Name: "alice", DisplayName: "Alice", Locale: "en-US", tz: "America/New_York"},
		{ID: Bot, Name: "jirei", DisplayName: "jirei", IsBot: true, Locale: "ja-JP", tz: "Asia/Tokyo"},
	}
	channels := []*channel{
		{id: General, name: "general", topic: "全社のお知らせと質問", bot: true},
		{id: Security, name: "security", topic: "情報セキュリティ", bot: true},
		{id: Sales, name: "sales", topic: "営業（jirei は未参加）"},
		{id: Random, name: "random", topic: "雑談", bot: true},
	}
	for _, u := range users {
		if !u.IsBot {
			channels = append(channels, &channel{id: "D" + u.ID[1:], im: u.ID, bot: true})
		}
	}
	return users, channels
}

// DM is the id of a person's direct message with the bot.
func (s *Server) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.user(user); u != nil {
		return "D" + u.ID[1:]
	}
	return ""
}

// Invite makes the bot a member of a channel, as `/invite @jirei` does.
func (s *Server) Invite(channel string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel("", channel)
	if c == nil {
		return refuse("channel_not_found")
	}
	c.bot = true
	s.tell("", map[string]any{"type": "channel", "channel": c.id})
	s.emit(map[string]any{"type": "member_joined_channel", "user": Bot, "channel": c.id, "channel_type": "C", "team": Team, "inviter": Sato, "event_ts": s.ts()})
	return nil
}

// Estrange makes a person a guest, or where team is not "" one of another organisation.
func (s *Server) Estrange(user, team string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil {
		return refuse("user_not_found")
	}
	u.guest, u.team = team == "", team
	return nil
}

// Connect shares a channel with another organisation.
func (s *Server) Connect(channel string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel("", channel)
	if c == nil {
		return refuse("channel_not_found")
	}
	c.connected = true
	return nil
}

// Archive closes a channel to new messages.
func (s *Server) Archive(channel string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel("", channel)
	if c == nil {
		return refuse("channel_not_found")
	}
	c.archived = true
	s.tell("", map[string]any{"type": "channel", "channel": c.id})
	return nil
}

// Populate gives a channel so many members, by number alone.
func (s *Server) Populate(channel string, members int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel("", channel)
	if c == nil {
		return refuse("channel_not_found")
	}
	c.members = members
	return nil
}

// Remove deletes a channel.
func (s *Server) Remove(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel("", name)
	if c == nil {
		return refuse("channel_not_found")
	}
	s.channels = slices.DeleteFunc(s.channels, func(one *channel) bool { return one == c })
	s.tell("", map[string]any{"type": "channel", "channel": c.id})
	return nil
}

func (s *Server) user(name string) *User {
	name = strings.TrimPrefix(name, "@")
	for _, u := range s.users {
		if name == u.ID || name == u.Name || name == u.DisplayName {
			return u
		}
	}
	return nil
}

// channel finds a channel by id or name; user says whose direct message "DM" and "@jirei" are.
func (s *Server) channel(user, name string) *channel {
	name = strings.TrimPrefix(name, "#")
	if u := s.user(user); u != nil && (name == "DM" || name == "@jirei") {
		name = "D" + u.ID[1:]
	}
	i := slices.IndexFunc(s.channels, func(c *channel) bool { return name != "" && (c.id == name || c.name == name) })
	if i < 0 {
		return nil
	}
	return s.channels[i]
}

// sees says whether a person can read a channel.
func (c *channel) sees(user string) bool { return c.im == "" || c.im == user || user == Bot }

// info is a conversation object of the Web API.
func (c *channel) info() map[string]any {
	if c.im != "" {
		return map[string]any{"id": c.id, "is_im": true, "is_channel": false, "is_private": true, "user": c.im,
			"is_member": true, "is_archived": false, "context_team_id": Team, "created": 1_600_000_000}
	}
	return map[string]any{"id": c.id, "name": c.name, "name_normalized": c.name, "is_channel": true, "is_im": false,
		"is_private": false, "is_member": c.bot, "is_archived": c.archived, "is_shared": c.connected, "is_ext_shared": c.connected, "is_org_shared": false, "is_general": c.id == General,
		"context_team_id": Team, "created": 1_600_000_000, "creator": Sato, "num_members": max(4, c.members),
		"topic": map[string]any{"value": c.topic}, "purpose": map[string]any{"value": ""}}
}

func (u *User) info(locale bool) map[string]any {
	m := map[string]any{"id": u.ID, "team_id": cmp.Or(u.team, Team), "is_restricted": u.guest, "is_ultra_restricted": false, "is_stranger": u.team != "", "name": u.Name, "real_name": u.DisplayName, "deleted": false,
		"is_bot": u.IsBot, "tz": u.tz,
		"profile": map[string]any{"display_name": u.DisplayName, "real_name": u.DisplayName, "team": Team}}
	if locale {
		m["locale"] = u.Locale
	}
	if u.IsBot {
		m["profile"].(map[string]any)["bot_id"] = BotID
	}
	return m
}
