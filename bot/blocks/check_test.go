package blocks_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/blocks"
)

func text(n int) string { return strings.Repeat("あ", n) }

func section(n int) string {
	return fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":%q}}`, text(n))
}

func repeat(n int, block string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(block+",", n), ",") + "]"
}

func buttons(n int, label, value string) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"type":"button","action_id":"a%d","text":{"type":"plain_text","text":%q},"value":%q}`, i, label, value))
	}
	return `[{"type":"actions","elements":[` + strings.Join(list, ",") + `]}]`
}

func options(n int, value string) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"text":{"type":"plain_text","text":"o"},"value":"%s%d"}`, value, i))
	}
	return `[{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":{"type":"static_select","action_id":"s","options":[` +
		strings.Join(list, ",") + `]}}]`
}

func table(rows, columns, chars int) string {
	cell := fmt.Sprintf(`{"type":"raw_text","text":%q}`, text(chars))
	row := repeat(columns, cell)
	return `[{"type":"table","rows":` + repeat(rows, row) + `}]`
}

func TestCheckMessage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ outcome, blocks, text, name, where string }{
		{"text alone passes", ``, "はい", "", ""},
		{"nothing is no_text", ``, "", "no_text", "/text"},
		{"empty blocks are no_text", `[]`, "", "no_text", "/text"},
		{"not JSON has its own name", `[{`, "x", "invalid_blocks_format", "/blocks"},
		{"an object is not an array", `{}`, "x", "invalid_blocks_format", "/blocks"},
		{"50 blocks pass", repeat(50, `{"type":"divider"}`), "", "", ""},
		{"51 blocks are refused", repeat(51, `{"type":"divider"}`), "", "invalid_blocks", "/blocks"},
		{"a block that is no object", `[1]`, "", "invalid_blocks", "/blocks/0"},
		{"an unknown type", `[{"type":"bogus"}]`, "", "invalid_blocks", "/blocks/0/type"},
		{"a type missing", `[{}]`, "", "invalid_blocks", "/blocks/0/type"},
		{"3,000 kanji pass in a section", "[" + section(3000) + "]", "", "", ""},
		{"3,001 are refused", "[" + section(3001) + "]", "", "invalid_blocks", "/blocks/0/text/text"},
		{"an empty section text", "[" + section(0) + "]", "", "invalid_blocks", "/blocks/0/text/text"},
		{"a section of nothing", `[{"type":"section"}]`, "", "invalid_blocks", "/blocks/0"},
		{"a property nobody knows", `[{"type":"divider","colour":"red"}]`, "", "invalid_blocks", "/blocks/0"},
		{"emoji in mrkdwn", `[{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}]`, "", "invalid_blocks", "/blocks/0/text"},
		{"mrkdwn in a header", `[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`, "", "invalid_blocks", "/blocks/0/text/type"},
		{"a header of 151", `[{"type":"header","text":{"type":"plain_text","text":"` + text(151) + `"}}]`, "", "invalid_blocks", "/blocks/0/text/text"},
		{"11 context elements", `[{"type":"context","elements":` + repeat(11, `{"type":"plain_text","text":"x"}`) + `}]`, "", "invalid_blocks", "/blocks/0/elements"},
		{"25 buttons pass", buttons(25, "詳細", "v"), "", "", ""},
		{"26 buttons are refused", buttons(26, "詳細", "v"), "", "invalid_blocks", "/blocks/0/elements"},
		{"a button text of 76", buttons(1, text(76), "v"), "", "invalid_blocks", "/blocks/0/elements/0/text/text"},
		{"a button value of 2,001", buttons(1, "x", text(2001)), "", "invalid_blocks", "/blocks/0/elements/0/value"},
		{"one action_id twice in a block", strings.ReplaceAll(buttons(2, "x", "v"), "a1", "a0"), "", "invalid_blocks", "/blocks/0/elements/1/action_id"},
		{"one action_id in two blocks passes", strings.Replace(repeat(2, strings.Trim(buttons(1, "x", "v"), "[]")+"]}"), "]}]}", "]}", 2), "", "", ""},
		{"one block_id twice", `[{"type":"divider","block_id":"b"},{"type":"divider","block_id":"b"}]`, "", "invalid_blocks", "/blocks/1/block_id"},
		{"100 options pass", options(100, "v"), "", "", ""},
		{"101 options are refused", options(101, "v"), "", "invalid_blocks", "/blocks/0/accessory/options"},
		{"an option value of 76", options(1, text(75)), "", "invalid_blocks", "/blocks/0/accessory/options/0/value"},
		{"five sections of 2,500 pass", repeat(5, section(2500)), "", "", ""},
		{"five of 3,000 are too long in all", repeat(5, section(3000)), "", "msg_blocks_too_long", "/blocks"},
		{"12,000 characters of markdown pass", `[{"type":"markdown","text":"` + text(12000) + `"}]`, "", "", ""},
		{"two markdown blocks over 12,000 together", repeat(2, `{"type":"markdown","text":"`+text(6001)+`"}`), "", "invalid_blocks", "/blocks/1/text"},
		{"a table of 100 × 3 passes", table(100, 3, 2), "", "", ""},
		{"101 rows", table(101, 1, 1), "", "invalid_blocks", "/blocks/0/rows"},
		{"21 columns", table(1, 21, 1), "", "invalid_blocks", "/blocks/0/rows/0"},
		{"an empty cell", table(1, 1, 0), "", "invalid_blocks", "/blocks/0/rows/0/0/text"},
		{"10,001 characters in cells", table(1, 1, 10001), "", "invalid_blocks", "/blocks/0/rows"},
		{"a card body of 201", `[{"type":"card","body":{"type":"mrkdwn","text":"` + text(201) + `"}}]`, "", "invalid_blocks", "/blocks/0/body/text"},
		{"a card of nothing", `[{"type":"card"}]`, "", "invalid_blocks", "/blocks/0"},
		{"an alert is for modals", `[{"type":"alert","text":{"type":"plain_text","text":"x"}}]`, "", "invalid_blocks", "/blocks/0/type"},
		{"an input without a label", `[{"type":"input","element":{"type":"plain_text_input"}}]`, "", "invalid_blocks", "/blocks/0/label"},
		{"a javascript: link", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"javascript:alert(1)"}]}]}]`, "", "invalid_blocks", "/blocks/0/elements/0/elements/0/url"},
		{"an empty text element", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}]`, "", "invalid_blocks", "/blocks/0/elements/0/elements/0/text"},
		{"an image with no source", `[{"type":"image","alt_text":"x"}]`, "", "invalid_blocks", "/blocks/0"},
		{"an initial option not offered", `[{"type":"actions","elements":[{"type":"radio_buttons","options":[{"text":{"type":"plain_text","text":"a"},"value":"a"}],"initial_option":{"text":{"type":"plain_text","text":"b"},"value":"b"}}]}]`, "", "invalid_blocks", "/blocks/0/elements/0/initial_option"},
		{"a confirm title of 101", `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"},"confirm":{"title":{"type":"plain_text","text":"` + text(101) + `"},"text":{"type":"plain_text","text":"x"},"confirm":{"type":"plain_text","text":"x"}}}]}]`, "", "invalid_blocks", "/blocks/0/elements/0/confirm/title/text"},
		{"containers nested without end", nestContainers(10), "", "invalid_blocks", "/blocks/0/child_blocks/0/child_blocks/0/child_blocks/0/child_blocks/0/child_blocks"},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			want(t, blocks.CheckMessage([]byte(c.blocks), c.text), c.name, c.where)
		})
	}
}

func nestContainers(n int) string {
	s := `{"type":"divider"}`
	for range n {
		s = `{"type":"container","title":{"type":"plain_text","text":"x"},"child_blocks":[` + s + `]}`
	}
	return "[" + s + "]"
}

func want(t *testing.T, err error, name, where string) {
	t.Helper()
	if name == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	var e *blocks.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want %s", err, name)
	}
	if e.Name != name || e.Where != where {
		t.Errorf("got %s at %s (%s), want %s at %s", e.Name, e.Where, e.Why, name, where)
	}
}

func TestCheckUpdateRefusesLongText(t *testing.T) {
	t.Parallel()
	want(t, blocks.CheckUpdate(nil, text(4000)), "", "")
	want(t, blocks.CheckUpdate(nil, text(4001)), "msg_too_long", "/text")
	want(t, blocks.CheckMarkdown(text(12000)), "", "")
	want(t, blocks.CheckMarkdown(text(12001)), "msg_too_long", "/markdown_text")
}

func TestCheckView(t *testing.T) {
	t.Parallel()
	const title = `"title":{"type":"plain_text","text":"事例"}`
	input := `{"type":"input","label":{"type":"plain_text","text":"共有先"},"element":{"type":"conversations_select","action_id":"ch","response_url_enabled":true,"filter":{"include":["public"]}}}`
	for _, c := range []struct{ outcome, view, name, where string }{
		{"a modal passes", `{"type":"modal",` + title + `,"blocks":[{"type":"divider"}]}`, "", ""},
		{"an alert is welcome", `{"type":"modal",` + title + `,"blocks":[{"type":"alert","text":{"type":"plain_text","text":"x"}}]}`, "", ""},
		{"markdown is not", `{"type":"modal",` + title + `,"blocks":[{"type":"markdown","text":"x"}]}`, "invalid_arguments", "/view/blocks/0/type"},
		{"a home needs no title", `{"type":"home","blocks":[]}`, "", ""},
		{"a modal does", `{"type":"modal","blocks":[]}`, "invalid_arguments", "/view/title"},
		{"a title of 25", `{"type":"modal","title":{"type":"plain_text","text":"` + text(25) + `"},"blocks":[]}`, "invalid_arguments", "/view/title/text"},
		{"private metadata of 3,001", `{"type":"modal",` + title + `,"private_metadata":"` + text(3001) + `","blocks":[]}`, "invalid_arguments", "/view/private_metadata"},
		{"a callback id of 256", `{"type":"modal",` + title + `,"callback_id":"` + text(256) + `","blocks":[]}`, "invalid_arguments", "/view/callback_id"},
		{"101 blocks", `{"type":"modal",` + title + `,"blocks":` + repeat(101, `{"type":"divider"}`) + `}`, "invalid_arguments", "/view/blocks"},
		{"an input without submit", `{"type":"modal",` + title + `,"blocks":[` + input + `]}`, "invalid_arguments", "/view"},
		{"an input with submit passes", `{"type":"modal",` + title + `,"submit":{"type":"plain_text","text":"共有"},"blocks":[` + input + `]}`, "", ""},
		{"more than 250 KB", `{"type":"modal",` + title + `,"blocks":` + repeat(90, section(1000)) + `}`, "view_too_large", "/view"},
		{"no JSON", `{`, "invalid_arguments", "/view"},
		{"an array", `[]`, "invalid_arguments", "/view"},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			want(t, blocks.CheckView([]byte(c.view)), c.name, c.where)
		})
	}
}

// What slack-go sends must pass, with the properties that it always adds.
func TestWhatSlackGoBuildsPasses(t *testing.T) {
	t.Parallel()
	pt := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
	}
	md := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
	}
	details := slack.NewRichTextCitationWebDetails("事例集")
	list := []slack.Block{
		slack.NewHeaderBlock(pt("事例")),
		slack.NewSectionBlock(md("*p.14*"), []*slack.TextBlockObject{md("業種"), md("製造業")}, slack.NewAccessory(slack.NewButtonBlockElement("more", "14", pt("詳細")))),
		slack.NewRichTextBlock("r", slack.NewRichTextSection(
			slack.NewRichTextSectionTextElement("結論", &slack.RichTextSectionTextStyle{Bold: true}),
			slack.NewRichTextSectionCitationElement("https://cases.example.jp/p/14", "事例 p.14", 1, details)),
			slack.NewRichTextList(slack.RTEListOrdered, 0, slack.NewRichTextSection(slack.NewRichTextSectionTextElement("一つ", nil)))),
		slack.NewContextBlock("c", md("出典")),
		slack.NewActionBlock("act", slack.NewButtonBlockElement("share", "14", pt("共有"))),
		slack.NewTableBlock("t").WithColumnSettings(slack.ColumnSetting{IsWrapped: true}).AddRow(slack.NewTableRawTextCell("業種")),
		slack.NewCardBlock().WithTitle(pt("事例")).WithBody(md("本文")).WithActions(slack.NewButtonBlockElement("open", "1", pt("開く"))),
		slack.NewContainerBlock(slack.NewDividerBlock()).WithTitle(pt("出典 (3件)")).WithCollapsible(true, true),
		slack.NewContextActionsBlock("fbk", slack.NewFeedbackButtonsBlockElement("fb", slack.NewFeedbackButton(pt("役に立った"), "good"), slack.NewFeedbackButton(pt("誤りがある"), "bad"))),
		slack.NewMarkdownBlock("m", "# 見出し"),
		slack.NewPlanBlock("検索").WithTasks(slack.NewTaskCardBlock("t1", "索引").WithStatus(slack.TaskCardStatusComplete)),
	}
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	want(t, blocks.CheckMessage(raw, "事例"), "", "")
	reading := blocks.Text(raw)
	for _, line := range []string{"*p.14*", "[詳細]", "結論[事例 p.14]", "1. 一つ", "[共有]", "業種", "[開く]", "  ---", "[役に立った] [誤りがある]", "# 見出し", "  [complete]"} {
		if line == "  [complete]" {
			line = "[complete] 索引"
		}
		if !strings.Contains("\n"+reading+"\n", "\n"+line+"\n") {
			t.Errorf("line %q is missing from\n%s", line, reading)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(table(2, 2, 2)), "x")
	f.Add([]byte(buttons(2, "x", "v")), "")
	f.Add([]byte(nestContainers(6)), "")
	f.Add([]byte(`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"input","label":1,"element":{"type":"checkboxes","options":[{}],"initial_options":[3]}}]}`), "")
	f.Fuzz(func(t *testing.T, raw []byte, s string) {
		for _, err := range []error{blocks.CheckMessage(raw, s), blocks.CheckUpdate(raw, s), blocks.CheckView(raw)} {
			var e *blocks.Error
			if err != nil && (!errors.As(err, &e) || e.Name == "" || !strings.HasPrefix(e.Where, "/") || e.Why == "") {
				t.Errorf("an error without name, place or reason: %#v", err)
			}
		}
	})
}
