package blocks_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jirei/jirei/bot/blocks"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ outcome, blocks, want string }{
		{"no JSON is nothing", `[`, ""},
		{"mrkdwn loses links and entities", `[{"type":"section","text":{"type":"mrkdwn","text":"<https://x.jp|p.14> &lt;!channel&gt; <@U1> <#C1|security> <!here> &amp;amp;"}}]`,
			"p.14 <!channel> @U1 #security @here &amp;"},
		{"plain text is as it stands", `[{"type":"header","text":{"type":"plain_text","text":"<b> &amp;"}}]`, "<b> &amp;"},
		{"fields and accessory have lines", `[{"type":"section","fields":[{"type":"plain_text","text":"a"},{"type":"plain_text","text":"b"}],"accessory":{"type":"button","text":{"type":"plain_text","text":"詳細"}}}]`,
			"a\nb\n[詳細]"},
		{"buttons share a line", `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"詳細"}},{"type":"static_select","placeholder":{"type":"plain_text","text":"選ぶ"}}]}]`,
			"[詳細] [選ぶ]"},
		{"an input has its label", `[{"type":"input","optional":true,"label":{"type":"plain_text","text":"コメント"},"element":{"type":"plain_text_input","initial_value":"見て"},"hint":{"type":"plain_text","text":"任意"}}]`,
			"コメント (optional): [見て]\n任意"},
		{"choices show what is chosen", `[{"type":"input","label":{"type":"plain_text","text":"種類"},"element":{"type":"radio_buttons","initial_option":{"value":"b"},"options":[{"text":{"type":"plain_text","text":"A"},"value":"a"},{"text":{"type":"plain_text","text":"B"},"value":"b"}]}}]`,
			"種類: ( ) A (x) B"},
		{"lists count from their offset", `[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","offset":2,"indent":1,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"c"}]}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"q1\nq2"}]}]}]`,
			"  3. c\n> q1\n> q2"},
		{"table rows are lines", `[{"type":"table","rows":[[{"type":"raw_text","text":"業種"},{"type":"raw_number","value":61}],[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"製造業"}]}]},null]]}]`,
			"業種 | 61\n製造業 | "},
		{"an unknown block says its type", `[{"type":"bogus"}]`, "<bogus>"},
		{"a view reads as its blocks", `{"type":"modal","blocks":[{"type":"divider"}]}`, "---"},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			if got := blocks.Text([]byte(c.blocks)); got != strings.TrimRight(c.want, " ") {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte(`[{"type":"rich_text","elements":[{"type":"rich_text_list","offset":1e99,"indent":-4,"elements":[null]}]}]`))
	f.Add([]byte(`[{"type":"section","text":{"type":"mrkdwn","text":"<|><@><!><#|"}}]`))
	f.Add([]byte(nestContainers(8)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := blocks.Text(raw)
		if got != blocks.Text(raw) {
			t.Error("not deterministic")
		}
		if !utf8.ValidString(got) || strings.HasSuffix(got, "\n") {
			t.Errorf("not lines of text: %q", got)
		}
	})
}
