package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/bot"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

var serveCommand = command{
	name: "serve", args: "[--http ADDR]", does: "Slack につないで答えます（Socket Mode、または HTTP）", flags: httpFlag, run: serve,
}

func httpFlag(f *pflag.FlagSet) {
	f.String("http", "", "Socket Mode の代わりに、このアドレスで Slack からの要求を受け付けます（例 :3000）")
}

func serve(ctx context.Context, p *program) error {
	if len(p.args) > 0 {
		return usageError{fmt.Sprintf("%q は余分です。", p.args[0]), "トークンは環境変数で渡してください。jirei doctor で設定を確かめられます。"}
	}
	p.http, _ = p.flags.GetString("http")
	for _, problem := range p.tokenProblems() {
		return usageError{problem, "Slack のアプリの画面で確かめて、環境変数を設定し直してください。Slack なしで試すには jirei play が使えます。"}
	}
	where := ""
	if p.http != "" {
		where = fmt.Sprintf("Slack からの要求を http://%s%s で待ちます（https はリバースプロキシなどで受けてください）。\n", p.http, bot.RequestPath)
	}
	return p.serve(ctx, p.slackAPI, func() {
		_, _ = fmt.Fprintln(p.err, where+"起動しました。終了は Ctrl+C です。"+p.receivers("Slack"))
	})
}

// serve runs the bot until ctx ends. While the database is away it waits for it: a process that ends would only be started again.
func (p *program) serve(ctx context.Context, api string, ready func()) error {
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		err := p.serveOnce(ctx, api, ready)
		var told *db.Error
		if !errors.As(err, &told) || !told.Away {
			return err
		}
		_, _ = fmt.Fprintf(p.err, "jirei: %s\n%d秒後にもう一度つなぎます（終了は Ctrl+C です）。\n", err, int(pause.Seconds()))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

func (p *program) serveOnce(ctx context.Context, api string, ready func()) (err error) {
	requests, err := p.listen(ctx)
	if err != nil {
		return err
	}
	if requests != nil {
		defer func() { _ = requests.Close() }()
	}
	l, err := p.ready(ctx) // makes the folder and the file
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	memory, closing, err := p.alone(ctx, l)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	ready()
	p.startNotice(ctx, l)
	return bot.Run(ctx, bot.Config{
		Log: p.log, BotToken: p.botToken, AppToken: p.appToken, APIURL: api, File: p.path, Pool: l.pool,
		Asker: p.asker(l), Record: memory, SourceURL: p.sourceURL, SourceOffset: p.sourceOffset, External: p.external,
		Listener: requests, SigningSecret: p.signingSecret, Join: p.join,
	})
}

// listen opens the address for Slack's requests; nil without one.
func (p *program) listen(ctx context.Context) (net.Listener, error) {
	if p.http == "" {
		return nil, nil //nolint:nilnil // Socket Mode needs none
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.http)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, usageError{fmt.Sprintf("--http %s は、ほかのプログラムが使っています。", p.http), "そのプログラムを止めるか、--http :3001 のように別のポート番号を指定してください。"}
	}
	if err != nil {
		return nil, usageError{fmt.Sprintf("--http %s では待ち受けられません（%v）。", p.http, err), ":3000 や 127.0.0.1:3000 のように、アドレスとポート番号を書いてください。"}
	}
	return l, nil
}

// alone opens the record. A file is locked for this bot; a database may have others on it.
func (p *program) alone(ctx context.Context, l library) (memory *record.Record, closing func() error, err error) {
	if l.pool != nil {
		if err := p.caution(ctx, l); err != nil {
			return nil, nil, err
		}
		if memory, err = record.On(ctx, l.pool, p.log); err != nil {
			return nil, nil, err
		}
		return memory, memory.Close, nil
	}
	unlock, err := inbox.Lock(p.path)
	if err != nil {
		return nil, nil, err
	}
	memory, err = record.Open(ctx, p.path, p.log)
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return memory, func() error { return errors.Join(memory.Close(), unlock()) }, nil
}

// tokenProblems says what is wrong with the tokens, without showing them. Which ones are needed depends on the way in.
func (p *program) tokenProblems() []string {
	out := tokenProblem("SLACK_BOT_TOKEN", p.botToken, "xoxb-", "Bot User OAuth Token", "xapp-")
	if p.http == "" {
		return append(out, tokenProblem("SLACK_APP_TOKEN", p.appToken, "xapp-", "App-Level Token", "xoxb-")...)
	}
	return append(out, secretProblem(p.signingSecret)...)
}

func tokenProblem(name, value, prefix, kind, other string) []string {
	switch {
	case value == "":
		return []string{fmt.Sprintf("環境変数 %s がありません（%s、%s… で始まる値）。", name, kind, prefix)}
	case strings.TrimSpace(value) != value:
		return []string{fmt.Sprintf("環境変数 %s の前後に空白か改行が入っています。", name)}
	case strings.HasPrefix(value, other):
		return []string{fmt.Sprintf("環境変数 %s に、もう一方のトークン（%s…）が入っています。", name, other)}
	case !strings.HasPrefix(value, prefix):
		return []string{fmt.Sprintf("環境変数 %s の値が %s で始まっていません。", name, prefix)}
	}
	return nil
}

// longSecret is how many hexadecimal digits Slack's signing secrets have.
const longSecret = 32

func secretProblem(value string) []string {
	const name = "SLACK_SIGNING_SECRET"
	switch {
	case value == "":
		return []string{fmt.Sprintf("環境変数 %s がありません（Basic Information の Signing Secret）。--http では SLACK_APP_TOKEN の代わりに要ります。", name)}
	case strings.TrimSpace(value) != value:
		return []string{fmt.Sprintf("環境変数 %s の前後に空白か改行が入っています。", name)}
	case len(value) != longSecret || strings.Trim(value, "0123456789abcdef") != "":
		return []string{fmt.Sprintf("環境変数 %s の値が、Signing Secret の形（0～9 と a～f の %d 文字）ではありません。Client Secret や Verification Token と取り違えていないかを確かめてください。", name, longSecret)}
	}
	return nil
}
