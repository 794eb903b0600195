package playground_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/playground"
)

func TestModalFromOpenToSubmit(t *testing.T) {
	t.Parallel()
	s := start(t, playground.Options{NoMessageEvents: true})
	b, _ := connect(t, s)
	channel := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("共有先"), "channel")
	channel.ResponseURLEnabled, channel.DefaultToCurrentConversation = true, true
	comment := slack.NewPlainTextInputBlockElement(plain("ひとこと"), "comment")
	comment.MaxLength = 10
	need := slack.NewInputBlock("need", plain("理由"), nil, slack.NewPlainTextInputBlockElement(nil, "reason"))
	optional := slack.NewInputBlock("note", plain("コメント"), nil, comment)
	optional.Optional = true
	view := modal("共有", slack.NewInputBlock("where", plain("共有先"), nil, channel), optional, need, button("preview", "1", "プレビュー"))
	b.on(func(p slack.InteractionCallback) any {
		if p.Type != slack.InteractionTypeViewSubmission {
			return nil
		}
		if p.View.State.Values["need"]["reason"].Value == "だめ" {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{"need": "短すぎます"})
		}
		return nil
	})
	_, ts, err := b.api.PostMessage(playground.General, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(button("share", "14", "共有")))
	if err != nil {
		t.Fatal(err)
	}
	failure(t, s.Press("佐藤", playground.At{Channel: "#general", TS: ts}, "share", ""), "")
	if _, err := b.api.OpenView(b.presses[0].TriggerID, view); err != nil {
		t.Fatal(err)
	}
	v := s.View("佐藤")
	if v == nil || v.Title != "共有" || v.Submit != "送信" || v.CallbackID != "share" || !strings.Contains(blocks.Text(v.Blocks), "[プレビュー]") {
		t.Fatalf("the view is %s", dump(v))
	}
	if s.View("鈴木") != nil {
		t.Error("somebody else has it open too")
	}
	failure(t, s.Submit("佐藤", map[string]string{"nothing": "x"}), "no_such_action")
	failure(t, s.Submit("佐藤", map[string]string{"comment": "x"}), "required")
	failure(t, s.Submit("佐藤", map[string]string{"reason": "なぜなら", "comment": strings.Repeat("長", 11)}), "required")
	failure(t, s.Press("佐藤", playground.At{}, "preview", ""), "")
	failure(t, s.Submit("佐藤", map[string]string{"reason": "だめ", "comment": "一,二"}), "")
	if got := s.View("佐藤"); got == nil || got.Errors["need"] != "短すぎます" {
		t.Fatalf("the errors are lost: %s", dump(got))
	}
	failure(t, s.Submit("佐藤", map[string]string{"need": "よい", "channel": "#sales"}), "")
	if s.View("佐藤") != nil {
		t.Error("a submitted modal stays")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	first, last := b.presses[2], b.presses[len(b.presses)-1]
	if got := first.View.State.Values["where"]["channel"].SelectedConversation; got != playground.General {
		t.Errorf("the current conversation is %q", got)
	}
	state := last.View.State.Values
	if state["note"]["comment"].Value != "一,二" || state["where"]["channel"].SelectedConversation != playground.Sales {
		t.Errorf("the state is %s", dump(state))
	}
	if len(last.ResponseURLs) != 1 || last.ResponseURLs[0].ChannelID != playground.Sales {
		t.Fatalf("response_urls: %s", dump(last.ResponseURLs))
	}
	if err := webhook(last.ResponseURLs[0].ResponseURL, &slack.WebhookMessage{Text: "共有", ResponseType: "in_channel"}); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages("#sales"); len(got) != 1 || got[0].For != "" {
		t.Errorf("#sales has %s", dump(got))
	}
}

func TestSubmissionAnswers(t *testing.T) {
	t.Parallel()
	pushed, updated := modal("次"), modal("新")
	for _, c := range []struct {
		outcome string
		ack     any
		failure string
		titles  string // the stack from the top, as the person closes it
	}{
		{"nothing closes one", nil, "", "下"},
		{"clear closes all", slack.NewClearViewSubmissionResponse(), "", ""},
		{"update keeps the place", slack.NewUpdateViewSubmissionResponse(&updated), "", "新,下"},
		{"push adds one", slack.NewPushViewSubmissionResponse(&pushed), "", "次,上,下"},
		{"errors need an input block", slack.NewErrorsViewSubmissionResponse(map[string]string{"row-1": "x"}), "invalid_view_response", "上,下"},
		{"a broken view is refused", map[string]any{"response_action": "update", "view": map[string]any{"type": "modal"}}, "invalid_view_response", "上,下"},
		{"an unknown action is refused", map[string]any{"response_action": "explode"}, "invalid_view_response", "上,下"},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			s := start(t, playground.Options{NoMessageEvents: true})
			b, _ := connect(t, s)
			failure(t, s.Command("佐藤", "#general", "/jirei", ""), "")
			if _, err := b.api.OpenView(b.commands[0].TriggerID, modal("下", button("more", "1", "もっと"))); err != nil {
				t.Fatal(err)
			}
			failure(t, s.Press("佐藤", playground.At{}, "more", ""), "")
			if _, err := b.api.PushView(b.presses[0].TriggerID, modal("上", button("x", "1", "x"))); err != nil {
				t.Fatal(err)
			}
			b.on(func(slack.InteractionCallback) any { return c.ack })
			failure(t, s.Submit("佐藤", nil), c.failure)
			b.on(nil)
			var titles []string
			for v := s.View("佐藤"); v != nil; v = s.View("佐藤") {
				titles = append(titles, v.Title)
				if depth := v.Depth; depth < 1 || depth > 3 {
					t.Errorf("depth %d", depth)
				}
				failure(t, s.CloseView("佐藤"), "")
			}
			if got := strings.Join(titles, ","); got != c.titles {
				t.Errorf("the stack was %s, want %s", got, c.titles)
			}
			failure(t, s.CloseView("佐藤"), "not_found")
			failure(t, s.Submit("佐藤", nil), "not_found")
		})
	}
}

func TestViewLimitsOfTimeAndStack(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := start(t, playground.Options{NoMessageEvents: true, Now: now.Now})
	b, _ := connect(t, s)
	trigger := func() string {
		failure(t, s.Command("佐藤", "#general", "/jirei", ""), "")
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.commands[len(b.commands)-1].TriggerID
	}
	open := func(id, want string) string {
		t.Helper()
		v, err := b.api.OpenView(id, modal("題", button("a", "1", "A")))
		refusedWith(t, err, want)
		if v == nil {
			return ""
		}
		return v.ID
	}
	open("1.2.3", "invalid_trigger_id")
	late := trigger()
	now.add(3*time.Second + time.Millisecond)
	open(late, "expired_trigger_id")
	id := trigger()
	first := open(id, "")
	open(id, "exchanged_trigger_id")

	_, err := b.api.PushView(trigger(), modal("上"))
	refusedWith(t, err, "not_found") // a trigger of a command is no trigger within the modal
	for _, want := range []string{"", "", "push_limit_reached"} {
		failure(t, s.Press("佐藤", playground.At{}, "a", ""), "")
		b.mu.Lock()
		within := b.presses[len(b.presses)-1].TriggerID
		b.mu.Unlock()
		_, err := b.api.PushView(within, modal("上", button("a", "1", "A")))
		refusedWith(t, err, want)
	}
	v, err := b.api.UpdateView(modal("新", button("a", "1", "A")), "", "", first)
	if err != nil || v.Title.Text != "新" || v.ID != first {
		t.Fatalf("%v %s", err, dump(v))
	}
	_, err = b.api.UpdateView(modal("古"), "", "1.old", first)
	refusedWith(t, err, "hash_conflict")
	_, err = b.api.UpdateView(modal("新々"), "", v.Hash, first)
	refusedWith(t, err, "")
	_, err = b.api.UpdateView(modal("x"), "", "", "V0")
	refusedWith(t, err, "not_found")
	_, err = b.api.OpenView(trigger(), modal("長すぎる題名は二十五文字以上あるので断られます。必ず"))
	refusedWith(t, err, "invalid_arguments")
}

func TestClosingAViewIsToldWhereAskedFor(t *testing.T) {
	t.Parallel()
	for _, told := range []bool{false, true} {
		t.Run(fmt.Sprintf("notify_on_close %v", told), func(t *testing.T) {
			t.Parallel()
			s := start(t, playground.Options{})
			b, _ := connect(t, s)
			failure(t, s.Command("佐藤", "#general", "/jirei", ""), "")
			v := modal("題")
			v.NotifyOnClose = told
			if _, err := b.api.OpenView(b.commands[0].TriggerID, v); err != nil {
				t.Fatal(err)
			}
			failure(t, s.CloseView("佐藤"), "")
			b.mu.Lock()
			defer b.mu.Unlock()
			if got := len(b.presses) == 1 && b.presses[0].Type == slack.InteractionTypeViewClosed; got != told {
				t.Errorf("told: %v", got)
			}
		})
	}
}
