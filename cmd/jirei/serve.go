package main

import (
	"context"
	"fmt"
	"strings"
)

var serveCommand = command{name: "serve", does: "Slack につないで答えます（Socket Mode）", run: serve}

func serve(ctx context.Context, p *program) error {
	if len(p.args) > 0 {
		return usageError{fmt.Sprintf("%q は余分です。", p.args[0]), "トークンは環境変数で渡してください。jirei doctor で設定を確かめられます。"}
	}
	if err := p.onFile(); err != nil {
		return err
	}
	for _, problem := range p.tokenProblems() {
		return usageError{problem, "Slack のアプリの画面で確かめて、環境変数を設定し直してください。Slack なしで試すには jirei play が使えます。"}
	}
	return p.serve(ctx, p.slackAPI, func() {
		_, _ = fmt.Fprintln(p.err, "起動しました。終了は Ctrl+C です。"+p.receivers("Slack"))
	})
}

// tokenProblems says what is wrong with the tokens, without showing them.
func (p *program) tokenProblems() []string {
	var out []string
	for _, t := range []struct{ name, value, prefix, kind, other string }{
		{"SLACK_BOT_TOKEN", p.botToken, "xoxb-", "Bot User OAuth Token", "xapp-"},
		{"SLACK_APP_TOKEN", p.appToken, "xapp-", "App-Level Token", "xoxb-"},
	} {
		switch {
		case t.value == "":
			out = append(out, fmt.Sprintf("環境変数 %s がありません（%s、%s… で始まる値）。", t.name, t.kind, t.prefix))
		case strings.TrimSpace(t.value) != t.value:
			out = append(out, fmt.Sprintf("環境変数 %s の前後に空白か改行が入っています。", t.name))
		case strings.HasPrefix(t.value, t.other):
			out = append(out, fmt.Sprintf("環境変数 %s に、もう一方のトークン（%s…）が入っています。", t.name, t.other))
		case !strings.HasPrefix(t.value, t.prefix):
			out = append(out, fmt.Sprintf("環境変数 %s の値が %s で始まっていません。", t.name, t.prefix))
		}
	}
	return out
}
