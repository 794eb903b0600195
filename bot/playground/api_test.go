package playground_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
)

func meta(id string) slack.MsgOption {
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "jirei_answer", EventPayload: map[string]any{"question": id}})
}

func text(s string) slack.MsgOption { return slack.MsgOptionText(s, false) }

func TestWhatIsRefusedToPost(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	if err := s.Archive("#random"); err != nil {
		t.Fatal(err)
	}
	api := client(s)
	var many []slack.Block
	for range 51 {
		many = append(many, slack.NewDividerBlock())
	}
	section := slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", strings.Repeat("長", 3000), false, true), nil, nil)
	dm := s.DM("佐藤")
	for _, c := range []struct {
		outcome, channel, want string
		options                []slack.MsgOption
	}{
		{"an unknown channel", "C0NOWHERE", "channel_not_found", []slack.MsgOption{text("x")}},
		{"a channel without the bot", playground.Sales, "not_in_channel", []slack.MsgOption{text("x")}},
		{"an archived channel", playground.Random, "is_archived", []slack.MsgOption{text("x")}},
		{"nothing", playground.General, "no_text", nil},
		{"51 blocks", playground.General, "invalid_blocks", []slack.MsgOption{slack.MsgOptionBlocks(many...)}},
		{"too much in all", playground.General, "msg_blocks_too_long", []slack.MsgOption{slack.MsgOptionBlocks(section, section, section, section, section)}},
		{"metadata without a type", playground.General, "invalid_metadata_schema", []slack.MsgOption{text("x"), slack.MsgOptionMetadata(slack.SlackMetadata{})}},
		{"attachments", playground.General, "invalid_arguments", []slack.MsgOption{text("x"), slack.MsgOptionAttachments(slack.Attachment{Text: "x"})}},
		{"a long markdown_text", playground.General, "msg_too_long", []slack.MsgOption{slack.MsgOptionMarkdownText(strings.Repeat("x", 12_001))}},
		{"an argument nobody knows", playground.General, "invalid_arguments", []slack.MsgOption{text("x"),
			slack.UnsafeMsgOptionEndpoint(s.APIURL()+"chat.postMessage", func(v url.Values) { v.Set("colour", "red") })}},
		{"a direct message by its channel passes", dm, "", []slack.MsgOption{text("x")}},
		{"a direct message by its person passes", playground.Sato, "", []slack.MsgOption{text("x")}},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			before := len(s.Refusals())
			_, _, err := api.PostMessage(c.channel, c.options...)
			refusedWith(t, err, c.want)
			if got := len(s.Refusals()) - before; got != 0 != (c.want != "") {
				t.Errorf("%d refusals recorded", got)
			}
		})
	}
	var e slack.SlackErrorResponse
	_, _, err := api.PostMessage(playground.General, slack.MsgOptionBlocks(many...))
	if !errors.As(err, &e) || len(e.ResponseMetadata.Messages) != 1 || !strings.Contains(e.ResponseMetadata.Messages[0], "[json-pointer:/blocks]") {
		t.Errorf("response_metadata.messages is %v", e.ResponseMetadata.Messages)
	}
}

func TestUnknownMethodIsRecorded(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	_, err := client(s).GetEmoji()
	refusedWith(t, err, "unknown_method")
	if got := s.Unknown(); !slices.Equal(got, []string{"emoji.list"}) {
		t.Errorf("unknown: %v", got)
	}
}

func TestMessageLife(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	api := client(s)
	ts, err := s.Say("佐藤", "#general", "質問", "")
	if err != nil {
		t.Fatal(err)
	}
	_, reply, full, err := api.PostMessageWithResponse(playground.General, text("回答"), slack.MsgOptionTS(ts), slack.MsgOptionBlocks(button("a", "1", "A")), meta("q1"))
	if err != nil || full.ThreadTimestamp != ts || full.BotID != playground.BotID {
		t.Fatalf("%v %s", err, dump(full))
	}
	if _, _, _, err = api.UpdateMessage(playground.General, reply, text("訂正")); err != nil {
		t.Fatal(err)
	}
	thread := s.Thread("佐藤", "#general", ts)
	if len(thread) != 2 || thread[1].Text != "訂正" || thread[1].Blocks != nil || !thread[1].Edited || thread[1].Metadata.EventType != "jirei_answer" {
		t.Errorf("text alone replaces the blocks and keeps the metadata: %s", dump(thread))
	}
	_, _, _, err = api.UpdateMessage(playground.General, ts, text("x"))
	refusedWith(t, err, "cant_update_message")
	_, _, _, err = api.UpdateMessage(playground.General, "1.000000", text("x"))
	refusedWith(t, err, "message_not_found")
	_, _, _, err = api.UpdateMessage(playground.General, reply, text(strings.Repeat("x", 4001)))
	refusedWith(t, err, "msg_too_long")
	_, _, err = api.DeleteMessage(playground.General, ts)
	refusedWith(t, err, "cant_delete_message")

	msgs, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: playground.General, Timestamp: ts, IncludeAllMetadata: true})
	if err != nil || len(msgs) != 2 || msgs[0].ReplyCount != 1 || msgs[1].Metadata.EventPayload["question"] != "q1" {
		t.Fatalf("%v %s", err, dump(msgs))
	}
	msgs, _, _, err = api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: playground.General, Timestamp: ts})
	if err != nil || msgs[1].Metadata.EventType != "" {
		t.Errorf("metadata came unasked: %v %s", err, dump(msgs))
	}
	link, err := api.GetPermalink(&slack.PermalinkParameters{Channel: playground.General, Ts: reply})
	if err != nil || !strings.Contains(link, "/archives/"+playground.General+"/p") {
		t.Errorf("permalink %q, %v", link, err)
	}
	if err := api.AddReaction("eyes", slack.NewRefToMessage(playground.General, ts)); err != nil {
		t.Error(err)
	}
	refusedWith(t, api.AddReaction("eyes", slack.NewRefToMessage(playground.General, ts)), "already_reacted")
	if _, _, err = api.DeleteMessage(playground.General, reply); err != nil {
		t.Error(err)
	}
	if got := s.Thread("佐藤", "#general", ts); len(got) != 1 {
		t.Errorf("the deleted reply is still in the thread: %s", dump(got))
	}
	// A reply to a root that is gone stands on its own.
	if err := s.Delete("佐藤", "#general", ts); err != nil {
		t.Fatal(err)
	}
	_, _, full, err = api.PostMessageWithResponse(playground.General, text("遅い回答"), slack.MsgOptionTS(ts))
	if err != nil || full.ThreadTimestamp != "" {
		t.Errorf("%v %s", err, dump(full))
	}
	_, _, _, err = api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: playground.General, Timestamp: ts})
	refusedWith(t, err, "thread_not_found")
}

func TestEphemeral(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	api := client(s)
	ts, err := api.PostEphemeral(playground.General, playground.Alice, text("only you"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Ephemerals("Alice", "#general"); len(got) != 1 || got[0].TS != ts {
		t.Errorf("got %s", dump(got))
	}
	_, _, _, err = api.UpdateMessage(playground.General, ts, text("x"))
	refusedWith(t, err, "message_not_found")
	_, err = api.PostEphemeral(playground.General, "U0NOBODY", text("x"))
	refusedWith(t, err, "user_not_in_channel")
	history, err := api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: playground.General})
	if err != nil || len(history.Messages) != 0 {
		t.Errorf("history shows it: %v %s", err, dump(history))
	}
}

func TestConversations(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	api := client(s)
	u := must[*slack.User](t)(api.GetUserInfo(playground.Alice))
	if u.Locale != "en-US" || u.TZ == "" || u.Profile.DisplayName != "Alice" {
		t.Errorf("users.info says %s", dump(u))
	}
	_, err := api.GetUserInfo("U0NOBODY")
	refusedWith(t, err, "user_not_found")
	c := must[*slack.Channel](t)(api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: playground.Sales}))
	if c.IsMember || c.Name != "sales" {
		t.Errorf("#sales is %s", dump(c))
	}
	_, err = api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: playground.Sales})
	refusedWith(t, err, "not_in_channel")
	if err := s.Invite("#sales"); err != nil {
		t.Fatal(err)
	}
	c = must[*slack.Channel](t)(api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: playground.Sales}))
	if !c.IsMember {
		t.Error("the invitation had no effect")
	}
	im, _, _, err := api.OpenConversation(&slack.OpenConversationParameters{Users: []string{playground.Sato}, ReturnIM: true})
	if err != nil || im.ID != s.DM("佐藤") {
		t.Errorf("%v %s", err, dump(im))
	}
	all, next, err := api.GetConversations(&slack.GetConversationsParameters{Limit: 3})
	if err != nil || len(all) != 3 || next == "" {
		t.Fatalf("%v %d %q", err, len(all), next)
	}
	rest, next, err := api.GetConversations(&slack.GetConversationsParameters{Limit: 3, Cursor: next})
	if err != nil || len(rest) != 1 || next != "" {
		t.Errorf("%v %d %q", err, len(rest), next)
	}
}

func TestHistoryWindow(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := start(t, playground.Options{Now: now.Now})
	api := client(s)
	var ts []string
	for range 5 {
		one, err := s.Say("佐藤", "#general", "q", "")
		if err != nil {
			t.Fatal(err)
		}
		ts = append(ts, one)
		now.add(time.Second)
	}
	for _, c := range []struct {
		outcome        string
		oldest, latest string
		inclusive      bool
		want           []string
	}{
		{"after one", ts[2], "", false, []string{ts[4], ts[3]}},
		{"from one", ts[2], "", true, []string{ts[4], ts[3], ts[2]}},
		{"between two", ts[0], ts[3], false, []string{ts[2], ts[1]}},
		{"a bound without a fraction", strings.Split(ts[3], ".")[0], "", true, []string{ts[4], ts[3]}},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			h, err := api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: playground.General, Oldest: c.oldest, Latest: c.latest, Inclusive: c.inclusive})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range h.Messages {
				got = append(got, m.Timestamp)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	api := client(s)
	ctx := context.Background()
	root, err := s.Say("佐藤", "#general", "質問", "")
	if err != nil {
		t.Fatal(err)
	}
	thread := slack.MsgOptionTS(root)
	_, _, err = api.StartStreamContext(ctx, playground.General, thread)
	refusedWith(t, err, "missing_recipient_team_id")
	task := func(status slack.TaskCardStatus) slack.MsgOption {
		return slack.MsgOptionChunks(slack.NewPlanUpdateChunk("検索中"), slack.TaskUpdateChunk{Type: slack.StreamChunkTaskUpdate, ID: "t1", Title: "索引検索", Status: status})
	}
	_, ts, err := api.StartStreamContext(ctx, playground.General, thread, slack.MsgOptionRecipientTeamID(playground.Team),
		slack.MsgOptionRecipientUserID(playground.Sato), slack.MsgOptionTaskDisplayMode(slack.TaskDisplayModePlan), task(slack.TaskCardStatusInProgress))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Status("佐藤", "#general", root); got != "processing" {
		t.Errorf("status %q", got)
	}
	_, _, _, err = api.UpdateMessage(playground.General, ts, text("x"))
	refusedWith(t, err, "streaming_state_conflict")
	for _, part := range []string{"**回答**", " です"} {
		if _, _, err := api.AppendStreamContext(ctx, playground.General, ts, slack.MsgOptionMarkdownText(part)); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err = api.AppendStreamContext(ctx, playground.General, ts, slack.MsgOptionMarkdownText(strings.Repeat("x", 12_001)))
	refusedWith(t, err, "msg_too_long")
	_, _, err = api.StopStreamContext(ctx, playground.General, ts, task(slack.TaskCardStatusComplete), slack.MsgOptionBlocks(button("a", "1", "詳細")), meta("q"),
		slack.UnsafeMsgOptionEndpoint(s.APIURL()+"chat.stopStream", func(v url.Values) { v.Set("session_status", "active") }))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = api.AppendStreamContext(ctx, playground.General, ts, slack.MsgOptionMarkdownText("x"))
	refusedWith(t, err, "message_not_in_streaming_state")
	m := s.Thread("佐藤", "#general", root)[1]
	if m.Streaming || m.Metadata == nil || s.Status("佐藤", "#general", root) != "" {
		t.Errorf("the stream did not end: %s", dump(m))
	}
	if got, want := blocks.Text(m.Blocks), "検索中\n[complete] 索引検索\n**回答** です\n[詳細]"; got != want {
		t.Errorf("it reads\n%s\nwant\n%s", got, want)
	}
}

func TestStatusAndPrompts(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	api := client(s)
	ctx := context.Background()
	dm := s.DM("佐藤")
	root, err := s.Say("佐藤", "DM", "質問", "")
	if err != nil {
		t.Fatal(err)
	}
	set := func(status string) {
		t.Helper()
		if _, err := api.SetAgentSessionStatusContext(ctx, slack.AgentSessionSetStatusParameters{ChannelID: dm, ThreadTS: root, Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	set("processing")
	if _, _, err := api.PostMessage(dm, text("回答"), slack.MsgOptionTS(root)); err != nil {
		t.Fatal(err)
	}
	if got := s.Status("佐藤", "DM", root); got != "processing" {
		t.Errorf("a reply ended the session's status: %q", got)
	}
	set("active")
	if err := api.SetAssistantThreadsStatus(slack.AssistantThreadsSetStatusParameters{ChannelID: dm, ThreadTS: root, Status: "探しています"}); err != nil {
		t.Fatal(err)
	}
	if got := s.Status("佐藤", "DM", root); got != "探しています" {
		t.Errorf("status %q", got)
	}
	if _, _, err := api.PostMessage(dm, text("回答"), slack.MsgOptionTS(root)); err != nil {
		t.Fatal(err)
	}
	if got := s.Status("佐藤", "DM", root); got != "" {
		t.Errorf("a reply left the legacy status: %q", got)
	}
	_, err = api.SetAgentSessionStatusContext(ctx, slack.AgentSessionSetStatusParameters{ChannelID: dm, ThreadTS: root, Status: "busy"})
	refusedWith(t, err, "invalid_arguments")
	prompts := slack.AssistantThreadsSetSuggestedPromptsParameters{ChannelID: dm, Title: "例"}
	prompts.AddPrompt("UTM", "UTMを導入した会社の事例は？")
	if err := api.SetAssistantThreadsSuggestedPrompts(prompts); err != nil {
		t.Fatal(err)
	}
	if head, got := s.Prompts("佐藤"); head != "例" || len(got) != 1 || got[0].Title != "UTM" {
		t.Errorf("prompts %v under %q", got, head)
	}
	for range 4 {
		prompts.AddPrompt("x", "y")
	}
	refusedWith(t, api.SetAssistantThreadsSuggestedPrompts(prompts), "invalid_arguments")
}

func TestUpload(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	f, err := client(s).UploadFile(slack.UploadFileParameters{Reader: strings.NewReader("一,二\n"), FileSize: len("一,二\n"), Filename: "cases.csv", Title: "事例", Channel: playground.General})
	if err != nil || f.ID == "" {
		t.Fatal(err)
	}
	if got := s.Messages("#general"); len(got) != 1 || !strings.Contains(got[0].Text, "cases.csv") {
		t.Errorf("got %s", dump(got))
	}
}

func TestHomeIsPublished(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{})
	b, _ := connect(t, s)
	if err := s.Open("佐藤", "home"); err != nil {
		t.Fatal(err)
	}
	b.until("app_home_opened", func() bool { return slices.Equal(b.types(), []string{"app_home_opened"}) })
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewDividerBlock()}}}
	v, err := b.api.PublishView(playground.Sato, home, "")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.api.PublishView(playground.Sato, home, v.Hash); err != nil || again.ID != v.ID {
		t.Errorf("%v: the Home tab changed from %s to %s", err, v.ID, again.ID)
	}
	_, err = b.api.PublishView(playground.Sato, home, "old")
	refusedWith(t, err, "hash_conflict")
	if s.Home("佐藤") == nil || s.View("佐藤") != nil {
		t.Error("the Home tab is not a Home tab")
	}
}
