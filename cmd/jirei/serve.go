package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jirei/jirei/bot"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

var serveCommand = command{name: "serve", does: "Slack につないで答えます（Socket Mode）", run: serve}

func serve(ctx context.Context, p *program) error {
	if len(p.args) > 0 {
		return usageError{fmt.Sprintf("%q は余分です。", p.args[0]), "トークンは環境変数で渡してください。jirei doctor で設定を確かめられます。"}
	}
	for _, problem := range p.tokenProblems() {
		return usageError{problem, "Slack のアプリの画面で確かめて、環境変数を設定し直してください。Slack なしで試すには jirei play が使えます。"}
	}
	return p.serve(ctx, p.slackAPI, func() {
		_, _ = fmt.Fprintln(p.err, "起動しました。終了は Ctrl+C です。"+p.receivers("Slack"))
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
		Asker: p.asker(l), Record: memory, SourceURL: p.sourceURL, SourceOffset: p.sourceOffset,
	})
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
