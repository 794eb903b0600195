package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

var doctorCommand = command{name: "doctor", args: "[--http ADDR]", does: "設定を確かめ、足りないものと直し方を示します", flags: httpFlag, run: doctor}

// doctor prints a line per check: ✓ fine, － not set up and not needed, △ works but should be mended, ✗ to mend.
func doctor(ctx context.Context, p *program) error {
	if err := p.noArguments(); err != nil {
		return err
	}
	bad := false
	say := func(mark, what, detail string) {
		bad = bad || mark == "✗"
		_, _ = fmt.Fprintf(p.out, "%s %s: %s\n", mark, what, strings.ReplaceAll(detail, "\n", "\n    "))
	}
	say("✓", "版", version())
	book := p.checkBook(ctx, say)
	p.checkChat(ctx, say)
	p.checkEmbed(ctx, book, say)
	p.checkSlack(ctx, say)
	if p.sourceURL == "" {
		say("－", "JIREI_SOURCE_URL", "ありません。p.N は事例の表示で確かめます。")
	} else {
		say("✓", "JIREI_SOURCE_URL", strings.ReplaceAll(p.sourceURL, "{page}", fmt.Sprint(14+p.sourceOffset))+"（p.14 の例）")
	}
	if bad {
		return errFailed
	}
	return nil
}

// checkBook returns the book, empty where there is none to be had.
func (p *program) checkBook(ctx context.Context, say func(mark, what, detail string)) *retrieval.Generation {
	l, err := p.open(ctx)
	if err != nil {
		say("✗", "データベース", err.Error())
		return &retrieval.Generation{}
	}
	defer func() { _ = l.Close() }()
	if err := l.refresh(ctx); err != nil {
		say("✗", "データベース", err.Error())
		return &retrieval.Generation{}
	}
	book, err := l.store.Current(ctx)
	if err != nil {
		say("✗", "データベース", err.Error())
		return &retrieval.Generation{}
	}
	if l.pool == nil {
		say("✓", "データベース", "sqlite:"+p.path)
	} else {
		p.checkServer(ctx, l, say)
	}
	say("✓", "事例集", fmt.Sprintf("%s（%s p.%d～p.%d）", book.Book.Title, phrases.For(phrases.Japanese).Count("", book.Cases), book.FirstPage, book.LastPage))
	return book
}

// checkServer says what the database is, and what one may do in it.
func (p *program) checkServer(ctx context.Context, l library, say func(mark, what, detail string)) {
	f, err := db.Look(ctx, l.pool)
	if err != nil {
		say("✗", "データベース", err.Error())
		return
	}
	say("✓", "データベース", fmt.Sprintf("PostgreSQL %s（%s、データベース %s、スキーマ %s、ユーザー %s）", f.Server, f.Host, f.Database, f.Schema, f.User))
	say("✓", "pgvector", f.Vector)
	for _, c := range p.cautions(f) {
		say("△", "データベース", c)
	}
	switch {
	case f.ReadOnly:
		say("✗", "データベースの権限", "読み取り専用です。探すことはできますが、jirei index と記録ができません。\n主サーバーを DATABASE_URL に指定するか、default_transaction_read_only を off にしてください。")
	case !f.Create:
		say("✗", "データベースの権限", fmt.Sprintf("スキーマ %[1]s に表を作れません。\n管理者に GRANT CREATE, USAGE ON SCHEMA %[1]s TO %[2]s; を実行してもらってください。", f.Schema, f.User))
	default:
		say("✓", "データベースの権限", "読み書きと、表の作成ができます。")
	}
	if f.Remote {
		say("－", "事例の文章の送り先", f.Host+"（PostgreSQL）")
	}
}

func (p *program) checkSlack(ctx context.Context, say func(mark, what, detail string)) {
	if p.botToken == "" && p.appToken == "" && p.signingSecret == "" {
		say("－", "Slack", "つないでいません。つなぐには SLACK_BOT_TOKEN と SLACK_APP_TOKEN（--http では SLACK_SIGNING_SECRET）を設定し、jirei serve を実行してください。")
		return
	}
	p.http, _ = p.flags.GetString("http")
	if p.http == "" && p.appToken == "" && p.signingSecret != "" {
		p.http = ":3000" // whoever has set only the secret means HTTP mode
	}
	problems := p.tokenProblems()
	for _, problem := range problems {
		say("✗", "Slack", problem)
	}
	if p.http != "" {
		p.checkHTTP(ctx, say)
	}
	if len(problems) > 0 {
		return
	}
	granted := ""
	options := []slack.Option{
		slack.OptionHTTPClient(&http.Client{Timeout: 10 * time.Second}), slack.OptionAppLevelToken(p.appToken),
		slack.OptionOnResponseHeaders(func(_ string, h http.Header) {
			if s := h.Get("X-OAuth-Scopes"); s != "" {
				granted = s
			}
		}),
	}
	if p.slackAPI != "" {
		options = append(options, slack.OptionAPIURL(p.slackAPI))
	}
	api := slack.New(p.botToken, options...)
	me, err := api.AuthTestContext(ctx)
	if err != nil {
		say("✗", "SLACK_BOT_TOKEN", fmt.Sprintf("Slack が受け付けません（%v）。アプリの OAuth & Permissions の画面からコピーし直してください。", err))
		return
	}
	say("✓", "SLACK_BOT_TOKEN", fmt.Sprintf("%s の @%s", me.Team, me.User))
	p.checkScopes(granted, say)
	if p.http != "" {
		say("－", "SLACK_SIGNING_SECRET", "形は合っています。正しい値かどうかは、Slack からの最初の要求でわかります。")
		return
	}
	if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		say("✗", "SLACK_APP_TOKEN", fmt.Sprintf("Socket Mode につながりません（%v）。connections:write のある App-Level Token か、Socket Mode が有効かを確かめてください。", err))
		return
	}
	say("✓", "SLACK_APP_TOKEN", "Socket Mode につながります。")
}

// checkHTTP says whether jirei serve could wait there for Slack's requests.
func (p *program) checkHTTP(ctx context.Context, say func(mark, what, detail string)) {
	l, err := p.listen(ctx)
	if err != nil {
		say("△", "HTTP", err.Error()+"\njirei serve がもう動いているなら、このままで構いません。")
		return
	}
	_ = l.Close()
	say("✓", "HTTP", fmt.Sprintf("%s で待ち受けられます。Slack には https://（公開する名前）%s を登録してください。", p.http, bot.RequestPath))
}

// checkScopes compares what Slack granted with what the manifest asks for.
func (p *program) checkScopes(granted string, say func(mark, what, detail string)) {
	if granted == "" {
		return // an old proxy that drops the header
	}
	has := strings.Split(granted, ",")
	lacks := func(scopes []string) (out []string) {
		for _, s := range scopes {
			if !slices.Contains(has, s) {
				out = append(out, s)
			}
		}
		return out
	}
	required, optional := bot.TheSurface().Scopes()
	optional = slices.DeleteFunc(optional, func(s string) bool { return s == "channels:join" }) // of use with JIREI_JOIN alone
	switch missing, less := lacks(required), lacks(optional); {
	case p.join && len(lacks([]string{"channels:join"})) > 0:
		say("✗", "権限", "JIREI_JOIN=1 には channels:join が要ります。アプリのマニフェストを更新し、再インストールしてください。")
	case len(missing) > 0:
		say("✗", "権限", "足りません: "+strings.Join(missing, "、")+"。アプリのマニフェストを更新し、再インストールしてください。")
	case len(less) > 0:
		say("－", "権限", "そろっています。任意の "+strings.Join(less, "、")+" がないため、チャンネルではスレッドの続きにもメンションが要ります。")
	default:
		say("✓", "権限", "そろっています。")
	}
}
