package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/playground"
)

var playCommand = command{
	name: "play", args: "[--listen ADDR]", does: "このパソコンの中だけで、ボットとチャットのページを動かします",
	flags: func(f *pflag.FlagSet) { f.String("listen", "127.0.0.1:7373", "ページのアドレス") },
	run:   play,
}

func play(ctx context.Context, p *program) error {
	if len(p.args) > 0 {
		return usageError{fmt.Sprintf("%q は余分です。", p.args[0]), "アドレスは --listen 127.0.0.1:8080 のように指定してください。"}
	}
	listen, _ := p.flags.GetString("listen")
	if host, _, err := net.SplitHostPort(listen); err != nil || host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return usageError{fmt.Sprintf("--listen %s は使えません。", listen), "このパソコンの中だけで動かすため、127.0.0.1:ポート番号 の形で指定してください。"}
	}
	ja := phrases.For(phrases.Japanese)
	completions := make([]playground.Completion, len(ja.Completions))
	for i, c := range ja.Completions {
		completions[i] = playground.Completion{Text: c[0], Hint: c[1]}
	}
	var domains []string
	if source, err := url.Parse(p.sourceURL); err == nil && source.Hostname() != "" {
		domains = []string{source.Hostname()}
	}
	slack := playground.New(playground.Options{
		Log:           p.log,
		UnfurlDomains: domains,
		Commands:      []playground.Command{{Name: "/jirei", Usage: ja.CommandUsage, Description: ja.CommandDescription, Completions: completions}},
		Shortcuts:     []playground.Shortcut{{CallbackID: "find_cases", Name: ja.FindTitle}, {CallbackID: "find_like", Name: ja.LikeEntry, Message: true}},
		Examples:      ja.Examples,
	})
	address, err := slack.Start(ctx, listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		// Somebody else has the port; any other will do for a page one clicks on.
		address, err = slack.Start(ctx, "127.0.0.1:0")
	}
	if err != nil {
		return fmt.Errorf("ページを開けません: %w", err)
	}
	p.botToken, p.appToken = playground.BotToken, playground.AppToken
	return p.serve(ctx, slack.APIURL(), func() {
		_, _ = fmt.Fprintf(p.out, "準備ができました。ブラウザで %s を開いてください（終了は Ctrl+C）。\n", address)
		_, _ = fmt.Fprintln(p.err, p.receivers(""))
	})
}
