package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/embeddings/endpoint"
)

// chat is what the environment says about a chat model; without a name for one
// there is none.
type chat struct {
	endpoint.Endpoint
	daily int // tokens, 0 for no cap
}

func (c chat) on() bool { return c.Model != "" }

// maxDaily is more than a day of questions could spend: what is above is a slip.
const maxDaily = 1_000_000_000

func readChat(env func(string) string) (chat, error) {
	c := chat{Endpoint: endpoint.Endpoint{
		URL: strings.TrimSpace(env("OPENAI_BASE_URL")), Key: env("OPENAI_API_KEY"), Model: strings.TrimSpace(env("JIREI_CHAT_MODEL")), Version: env("OPENAI_API_VERSION"),
	}}
	if daily := env("JIREI_DAILY_TOKENS"); daily != "" {
		n, err := strconv.Atoi(daily)
		if err != nil || n < 1 || n > maxDaily {
			return chat{}, usageError{"JIREI_DAILY_TOKENS が正しくありません。", "1 から 1000000000 までの整数を、区切りなしで書いてください。要約を止めるには JIREI_CHAT_MODEL を外してください。"}
		}
		c.daily = n
	}
	if !c.on() {
		return c, nil
	}
	if c.URL == "" && c.Key == "" {
		return chat{}, usageError{"JIREI_CHAT_MODEL がありますが、送り先がありません。", "OpenAI なら OPENAI_API_KEY を、ほかのサーバーなら OPENAI_BASE_URL（例: http://localhost:11434/v1）を設定してください。"}
	}
	return c, badEndpoint(c.Check(), "OPENAI_BASE_URL")
}

// badEndpoint makes of what is wrong with an address, which a variable named, a
// sentence and a hint.
func badEndpoint(err error, variable string) error {
	switch {
	case errors.Is(err, endpoint.ErrURL):
		return usageError{variable + " が正しくありません。", "https://… または http://… の形で書いてください。例: http://localhost:11434/v1"}
	case errors.Is(err, endpoint.ErrURLMore):
		return usageError{variable + " に、パスワードか ? や # が入っています。", "アドレスだけを書き、キーは OPENAI_API_KEY に設定してください。"}
	case errors.Is(err, endpoint.ErrKey):
		return usageError{"OPENAI_API_KEY に、空白か改行、または使えない文字が入っています。", "キーだけを、前後の空白や改行なしで設定してください。"}
	}
	return err
}

// model returns the writer that the environment names, nil for none.
func (p *program) model() *answer.Model {
	if !p.chat.on() {
		return nil
	}
	m, err := answer.NewModel(p.chat.Endpoint, &endpoint.Budget{Cap: p.chat.daily}, p.log)
	if err != nil {
		panic("an endpoint that readChat has passed: " + err.Error())
	}
	return m
}

// receivers says who gets to see questions and case texts; slack is where
// people write, "" for this computer.
func (p *program) receivers(slack string) string {
	var hosts, models, warnings []string
	if slack != "" {
		hosts = append(hosts, slack)
	}
	for _, m := range []served{p.chat.served(), p.embed.served()} {
		if m.Endpoint.Model == "" {
			continue
		}
		host := m.Host()
		if m.Local() {
			host += "（このパソコンの中）"
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
			if m.Plain() {
				warnings = append(warnings, "\n注意: "+plainWarning(m.Host()))
			}
		}
		models = append(models, m.does+"モデル "+m.Endpoint.Model)
	}
	switch {
	case len(hosts) == 0:
		return "質問と事例の文章は、このパソコンの外に送られません（要約モデルも埋め込みモデルも使っていません）。"
	case len(models) == 0:
		return fmt.Sprintf("質問と事例の文章の送り先は %s だけです（要約モデルも埋め込みモデルも使っていません）。", slack)
	}
	return fmt.Sprintf("質問と事例の文章の送り先は %s です（%s）。%s", strings.Join(hosts, " と "), strings.Join(models, "、"), strings.Join(warnings, ""))
}

func plainWarning(host string) string {
	return host + " へは暗号化されずに送られます。https:// で始まるアドレスを使ってください。"
}

// checkChat is doctor's check of the chat model.
func (p *program) checkChat(ctx context.Context, say func(mark, what, detail string)) {
	const what = "要約モデル"
	c := p.chat
	if !c.on() {
		detail := "使いません。事例の文からそのまま答えます。"
		if c.Key != "" || c.URL != "" {
			detail += "使うには JIREI_CHAT_MODEL にモデルの名前を設定してください。"
		}
		say("－", what, detail)
		return
	}
	if c.Plain() {
		say("－", what, plainWarning(c.Host()))
	}
	names, err := p.model().Probe(ctx)
	var t *endpoint.Trouble
	switch {
	case err == nil:
		limit := "1日の上限はありません（JIREI_DAILY_TOKENS で決められます）。"
		if c.daily > 0 {
			limit = fmt.Sprintf("1日の上限は %d トークンです。", c.daily)
		}
		say("✓", what, fmt.Sprintf("%s の %s が使えます。質問と事例の文章はここに送られます。%s", c.Host(), c.Model, limit))
	case errors.As(err, &t):
		problem, hint := c.served().advice(t, names)
		say("✗", what, problem+"\n"+hint)
	default:
		say("✗", what, err.Error())
	}
}

// served is a model of somebody's server, with the names that advice about it needs.
type served struct {
	endpoint.Endpoint
	does, api  string // what it is for, and by which call
	url, model string // the variables that name it
}

func (c chat) served() served {
	return served{Endpoint: c.Endpoint, does: "要約", api: "chat/completions", url: "OPENAI_BASE_URL", model: "JIREI_CHAT_MODEL"}
}

// advice is a sentence and a hint for each kind of trouble.
func (s served) advice(t *endpoint.Trouble, names []string) (problem, hint string) {
	host := s.Host()
	status := ""
	if t.Status != 0 {
		status = fmt.Sprintf("（HTTP %d）", t.Status)
	}
	switch t.Kind {
	case endpoint.Unreachable:
		return host + " につながりません。", "サーバー（Ollama、llama.cpp など）が動いているか、" + s.url + " のポート番号が正しいかを確かめてください。"
	case endpoint.NoHost:
		return host + " という名前のサーバーが見つかりません。", s.url + " のつづりと、ネットワークを確かめてください。"
	case endpoint.BadTLS:
		return host + " の証明書を信用できません。", "社内の認証局なら SSL_CERT_FILE で証明書を指定してください。暗号化していないサーバーなら http:// と書いてください。"
	case endpoint.Slow:
		return host + " が時間内に答えません。", "サーバーの負荷とネットワークを確かめてください。モデルを読み込んでいる間なら、しばらく待ってから試してください。"
	case endpoint.BadKey:
		return host + " が OPENAI_API_KEY を受け付けません" + status + "。", "キーの期限と権限を確かめ、有効なキーを設定してください。"
	case endpoint.NoCredit:
		return host + " のアカウントに、残高か利用枠がありません" + status + "。", "サービスの画面で残高と上限を確かめてください。"
	case endpoint.NoModel:
		hint = s.model + " のつづりを確かめてください。Ollama なら ollama pull " + s.Endpoint.Model + " で取得できます。"
		if len(names) > 0 {
			hint = "使えるのは " + strings.Join(names[:min(5, len(names))], "、") + " などです。" + s.model + " に設定してください。"
		}
		return fmt.Sprintf("%s に %s というモデルがありません%s。", host, s.Endpoint.Model, status), hint
	case endpoint.NoPath:
		return host + " に、" + s.does + "に使う API（" + s.api + "）がありません" + status + "。", s.url + " の末尾に /v1 が要らないかを確かめてください。"
	case endpoint.WebPage:
		return host + " は、API の応答ではなく Web ページを返しました" + status + "。", s.url + " が API のアドレスか、途中のプロキシがログインを求めていないかを確かめてください。"
	case endpoint.Busy:
		return host + " が混み合っています" + status + "。", "しばらく待ってから、もう一度 jirei doctor を実行してください。"
	case endpoint.Broke:
		return host + " でエラーが起きています" + status + "。", "サーバーの記録を見るか、しばらく待ってから試してください。"
	}
	return host + " を" + s.does + "に使えません" + status + "。", "モデルの名前と " + s.url + " を確かめてください（" + string(t.Kind) + "）。"
}
