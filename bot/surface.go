package bot

import (
	"context"
	"slices"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

// Surface is what jirei is in Slack: what Slack tells it, what people can start
// it with, what it calls, and the scopes for all that. The dispatch goes by it,
// `jirei doctor` asks for its scopes, and a test holds the manifests in deploy/
// against it and against the code. A new event, shortcut or call is a line in
// [TheSurface]; TestManifests then says what is missing where.
type Surface struct {
	Events []Event
	// Commands are those of the manifests. An admin may name them otherwise, so
	// whichever comes is taken.
	Commands  []string
	Shortcuts []Shortcut
	Calls     []Call
	// Features are scopes that no event and no call needs, but a part of the manifest.
	Features []Feature
}

// Event is one type of event and what is done with it.
type Event struct {
	Type slackevents.EventsAPIType
	// Subscriptions are the names it is subscribed to by: Type itself, but for messages.
	Subscriptions []Subscription
	do            func(*Bot, context.Context, slackevents.EventsAPIEvent) error
}

// Subscription is one line of bot_events and the scope it needs, "" for none.
// Without an optional scope Slack leaves the events out, and jirei does less.
type Subscription struct {
	Name, Scope string
	Optional    bool
}

// Shortcut is one entry of a menu: of a message's, or of the composer's.
type Shortcut struct {
	CallbackID string
	Type       slack.ShortcutType
	do         func(*Bot, context.Context, slack.InteractionCallback)
}

// Call is a call of slack-go's client, by its name there, and the scopes of the
// Web API method behind it.
type Call struct {
	Name             string
	Scopes, Optional []string
}

// Feature is a part of the manifest, and the scope it needs.
type Feature struct{ Name, Scope string }

// TheSurface is jirei's.
func TheSurface() Surface {
	history, rooms := []string{"im:history"}, []string{"channels:history", "groups:history", "mpim:history"}
	write := []string{"chat:write"}
	return Surface{
		Events: []Event{
			{slackevents.AppMention, []Subscription{{"app_mention", "app_mentions:read", false}}, (*Bot).event},
			{slackevents.Message, []Subscription{
				{"message.im", "im:history", false},
				{"message.channels", "channels:history", true}, {"message.groups", "groups:history", true}, {"message.mpim", "mpim:history", true},
			}, (*Bot).event},
			{slackevents.AppHomeOpened, []Subscription{{"app_home_opened", "", false}}, (*Bot).home},
			{slackevents.AgentSessionStopped, []Subscription{{"agent_session_stopped", "chat:write", false}}, (*Bot).stopped},
			{slackevents.MemberJoinedChannel, []Subscription{{"member_joined_channel", "channels:read", false}}, (*Bot).joined},
			{slackevents.LinkShared, []Subscription{{"link_shared", "links:read", false}}, (*Bot).linked},
			{slackevents.AppUninstalled, []Subscription{{"app_uninstalled", "", false}}, (*Bot).leave},
			{slackevents.TokensRevoked, []Subscription{{"tokens_revoked", "", false}}, (*Bot).leave},
		},
		Commands: []string{"/jirei"},
		Shortcuts: []Shortcut{
			{"find_cases", "global", (*Bot).startFind},
			{"find_like", "message", (*Bot).startLike},
		},
		Calls: []Call{
			{Name: "AuthTestContext"},
			{Name: "DeleteMessageContext", Scopes: write},
			{Name: "GetBotInfoContext", Scopes: []string{"users:read"}},
			{Name: "GetConversationHistoryContext", Scopes: history, Optional: rooms},
			{Name: "GetConversationInfoContext", Scopes: []string{"channels:read", "groups:read"}},
			{Name: "GetConversationsForUserContext", Scopes: []string{"channels:read", "groups:read"}},
			{Name: "GetConversationRepliesContext", Scopes: history, Optional: rooms},
			{Name: "GetUserInfoContext", Scopes: []string{"users:read"}},
			{Name: "JoinConversationContext", Optional: []string{"channels:join"}},
			{Name: "OpenConversationContext", Scopes: []string{"im:write"}},
			{Name: "OpenViewContext"},
			{Name: "PostEphemeralContext", Scopes: write},
			{Name: "PostMessageContext", Scopes: write},
			{Name: "PublishViewContext"},
			{Name: "PushViewContext"},
			{Name: "RenameAgentSessionContext", Scopes: write},
			{Name: "SetAgentSessionStatusContext", Scopes: write},
			{Name: "SetAssistantThreadsSuggestedPromptsContext", Scopes: []string{"assistant:write"}},
			{Name: "UnfurlMessageByIDContext", Scopes: []string{"links:write"}},
			{Name: "UploadFileContext", Scopes: []string{"files:write"}},
			{Name: "UpdateMessageContext", Scopes: write},
			{Name: "UpdateViewContext"},
		},
		Features: []Feature{{"agent_view", "assistant:write"}},
	}
}

// Scopes are those that jirei cannot do without, and those that only make it
// do more; sorted.
func (s Surface) Scopes() (required, optional []string) {
	add := func(to *[]string, scopes ...string) {
		for _, name := range scopes {
			if name != "" && !slices.Contains(*to, name) {
				*to = append(*to, name)
			}
		}
	}
	for _, e := range s.Events {
		for _, sub := range e.Subscriptions {
			if sub.Optional {
				add(&optional, sub.Scope)
			} else {
				add(&required, sub.Scope)
			}
		}
	}
	for _, c := range s.Calls {
		add(&required, c.Scopes...)
		add(&optional, c.Optional...)
	}
	for _, f := range s.Features {
		add(&required, f.Scope)
	}
	if len(s.Commands)+len(s.Shortcuts) > 0 {
		add(&required, "commands")
	}
	slices.Sort(required)
	slices.Sort(optional)
	return required, slices.DeleteFunc(optional, func(name string) bool { return slices.Contains(required, name) })
}

// event returns what is done with events of a type.
func (s Surface) event(kind string) (Event, bool) {
	i := slices.IndexFunc(s.Events, func(e Event) bool { return string(e.Type) == kind })
	if i < 0 {
		return Event{}, false
	}
	return s.Events[i], true
}

// shortcut returns what is done with a shortcut.
func (s Surface) shortcut(callback string) (Shortcut, bool) {
	i := slices.IndexFunc(s.Shortcuts, func(c Shortcut) bool { return c.CallbackID == callback })
	if i < 0 {
		return Shortcut{}, false
	}
	return s.Shortcuts[i], true
}
