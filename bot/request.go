package bot

import (
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/retrieval"
)

// The kinds of durable work.
const (
	workQuestion = "question"
	workShare    = "share"
	workAgain    = "again"
	workPublish  = "publish"
	workRevision = "revision"
	workWelcome  = "welcome"
	workOpinion  = "opinion"
	workRetract  = "retract"
	workWeekly   = "weekly"
	workExport   = "export"
)

// Request is a question as the inbox keeps it: all that a worker needs after
// a crash, and nothing else.
type Request struct {
	// Key names the question for good: it is in the reply's metadata, so that a
	// retry finds the reply it already posted.
	Key  string `json:"key"`
	Team string `json:"team"`
	// Channel and TS are where it was asked; Thread is the root it belongs to.
	Channel string `json:"channel"`
	TS      string `json:"ts,omitempty"`
	Thread  string `json:"thread,omitempty"`
	User    string `json:"user"`
	Text    string `json:"text"`
	// Without names the kinds of facets that somebody took out of it.
	Without []string `json:"without,omitempty"`
	// Direct: in a direct message. Addressed: to us by mention, command or direct
	// message, rather than said in a thread that we answered in.
	Direct    bool `json:"direct,omitempty"`
	Addressed bool `json:"addressed,omitempty"`
	// ResponseURL is where a slash command is answered; it lives 30 minutes.
	ResponseURL string `json:"response_url,omitempty"`
	// Company is that of who asked, by which the answer is ranked.
	Company *company `json:"company,omitempty"`
	// Locale is the asker's, where the event says it.
	Locale phrases.Locale `json:"locale,omitempty"`

	// early is shown what there is before the answer is complete; nil for nobody.
	early func(m message, found retrieval.Result)
	// rootless: it asks for the question that began its thread, which cannot be read.
	rootless bool
}

// envelope is a Request with the keys that make it one, however often and in
// however many shapes Slack sends it.
type envelope struct {
	request Request
	keys    []string
}

// fromMention makes a request of an app_mention event.
func (b *Bot) fromMention(team, event string, in *slackevents.AppMentionEvent) (envelope, bool) {
	if in.BotID != "" || in.User == "" || in.User == b.self.user || in.Channel == "" || in.TimeStamp == "" || in.Text == "" {
		return envelope{}, false
	}
	r := Request{Team: team, Channel: in.Channel, TS: in.TimeStamp, Thread: root(in.ThreadTimeStamp, in.TimeStamp), User: in.User, Text: in.Text, Addressed: true}
	return messageKeys(r, event, ""), true
}

// fromMessage makes a request of a message event in a direct message, or in a
// thread of a channel; whether we answered in that thread is not known yet.
func (b *Bot) fromMessage(team, event, client string, in *slackevents.MessageEvent) (envelope, bool) {
	switch in.SubType {
	case "", "file_share", "thread_broadcast":
	default:
		return envelope{}, false // edits, joins, our own updates
	}
	if in.BotID != "" || in.User == "" || in.User == b.self.user || in.Channel == "" || in.User == "USLACKBOT" || in.TimeStamp == "" {
		return envelope{}, false
	}
	if in.Text == "" && in.SubType != "file_share" {
		return envelope{}, false // nothing was said
	}
	direct := in.ChannelType == slackevents.ChannelTypeIM
	mentioned := strings.Contains(in.Text, "<@"+b.self.user+">")
	if !direct && !mentioned && (in.ThreadTimeStamp == "" || strings.Contains(in.Text, "<@")) {
		return envelope{}, false // not for us, or for somebody else in the thread
	}
	r := Request{
		Team: team, Channel: in.Channel, TS: in.TimeStamp, Thread: root(in.ThreadTimeStamp, in.TimeStamp), User: in.User, Text: in.Text,
		Direct: direct, Addressed: direct || mentioned,
	}
	return messageKeys(r, event, client), true
}

func root(thread, ts string) string {
	if thread != "" {
		return thread
	}
	return ts
}

// messageKeys: one message comes as app_mention and as message, with two event
// ids and one ts; a client that lost its connection sends one text twice, with
// two ts and one client message id.
func messageKeys(r Request, event, client string) envelope {
	r.Key = strings.Join([]string{"m", r.Team, r.Channel, r.TS}, ":")
	keys := []string{r.Key}
	if event != "" {
		keys = append(keys, "e:"+r.Team+":"+event)
	}
	if client != "" {
		keys = append(keys, "c:"+r.Team+":"+client)
	}
	return envelope{r, keys}
}

// fromCommand makes a request of a slash command.
func fromCommand(id string, in slack.SlashCommand) envelope {
	key := triggerKey(in.TeamID, in.TriggerID, id)
	return envelope{Request{
		Key: key, Team: in.TeamID, Channel: in.ChannelID, User: in.UserID, Text: in.Text, Addressed: true, ResponseURL: in.ResponseURL,
	}, []string{key}}
}

// triggerKey names an interaction: by its trigger, or where Slack gives none
// by the envelope it came in.
func triggerKey(team, trigger, id string) string {
	if trigger == "" {
		return "v:" + team + ":" + id
	}
	return "t:" + team + ":" + trigger
}
