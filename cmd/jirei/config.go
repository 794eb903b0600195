package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// config is what the environment and the common flags say.
type config struct {
	path               string // of the SQLite file
	server             string // postgres://…, "" for the file
	botToken, appToken string
	signingSecret      string // for HTTP mode
	http               string // where Slack's requests arrive; "" for Socket Mode
	slackAPI           string // Slack's Web API; "" is the real one
	sourceURL          string
	sourceOffset       int
	join               bool // enter public channels that somebody shares to
	logLevel           slog.Level
	external           bool // guests and people of other organisations are answered
	chat               chat
	embed              embed
}

// variables are all environment variables named JIREI_…; another one is a typo
// that would otherwise do nothing, in silence.
var variables = []string{"JIREI_ALLOW_EXTERNAL", "JIREI_CHAT_MODEL", "JIREI_DAILY_TOKENS", "JIREI_EMBED_BASE_URL", "JIREI_EMBED_DIM", "JIREI_EMBED_MODEL", "JIREI_JOIN", "JIREI_LOG", "JIREI_SLACK_API_URL", "JIREI_SOURCE_URL", "JIREI_SOURCE_PAGE_OFFSET"}

func readConfig(env func(string) string, environ []string, flags *pflag.FlagSet) (config, error) {
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "JIREI_") && !strings.HasPrefix(name, "JIREI_TEST_") && !slices.Contains(variables, name) {
			return config{}, usageError{fmt.Sprintf("環境変数 %s は知りません。", name), "使えるのは " + strings.Join(variables, "、") + " です。つづりを確かめてください。"}
		}
	}
	c := config{botToken: env("SLACK_BOT_TOKEN"), appToken: env("SLACK_APP_TOKEN"), signingSecret: env("SLACK_SIGNING_SECRET"), sourceURL: env("JIREI_SOURCE_URL"), slackAPI: env("JIREI_SLACK_API_URL")}
	var err error
	db, _ := flags.GetString("db")
	if db == "" {
		db = env("DATABASE_URL")
	}
	if strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://") {
		c.server = db
	} else if c.path, err = databasePath(db, env); err != nil {
		return config{}, err
	}
	if c.sourceURL != "" {
		u, err := url.Parse(strings.ReplaceAll(c.sourceURL, "{page}", "1"))
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.Contains(c.sourceURL, "{page}") {
			return config{}, usageError{"JIREI_SOURCE_URL が正しくありません。", "https://… の形で、ページ番号の場所に {page} と書いてください。"}
		}
	}
	switch env("JIREI_ALLOW_EXTERNAL") {
	case "", "0":
	case "1":
		c.external = true
	default: // who may read the answers is not to be guessed
		return config{}, usageError{"JIREI_ALLOW_EXTERNAL が正しくありません。", "ゲストや社外の方にも答えるなら 1 を、答えないなら 0 を書いてください。"}
	}
	if c.slackAPI != "" && !strings.HasSuffix(c.slackAPI, "/") {
		c.slackAPI += "/" // slack-go appends the method's name
	}
	if offset := env("JIREI_SOURCE_PAGE_OFFSET"); offset != "" {
		if c.sourceOffset, err = strconv.Atoi(offset); err != nil {
			return config{}, usageError{"JIREI_SOURCE_PAGE_OFFSET が整数ではありません。", "たとえば 2 や -1 のように書いてください。"}
		}
	}
	switch join := env("JIREI_JOIN"); join {
	case "", "0", "1":
		c.join = join == "1"
	default:
		return config{}, usageError{"JIREI_JOIN が正しくありません。", "参加してよければ 1 と書いてください。"}
	}
	if c.chat, err = readChat(env); err != nil {
		return config{}, err
	}
	if c.embed, err = readEmbed(env); err != nil {
		return config{}, err
	}
	if level := env("JIREI_LOG"); level != "" {
		if err := c.logLevel.UnmarshalText([]byte(level)); err != nil {
			return config{}, usageError{"JIREI_LOG が正しくありません。", "debug、info、warn、error のどれかを書いてください。"}
		}
	}
	return c, nil
}

// databasePath reads sqlite:PATH; without one the file is where the desktop
// keeps data (XDG Base Directory Specification).
func databasePath(db string, env func(string) string) (string, error) {
	switch {
	case strings.HasPrefix(db, "sqlite:"):
		path := strings.TrimPrefix(strings.TrimPrefix(db, "sqlite:"), "//")
		if path == "" {
			return "", usageError{"データベースのファイル名がありません。", "--db sqlite:jirei.db のように書いてください。"}
		}
		return path, nil
	case db != "":
		return "", usageError{"データベースの書き方が正しくありません。", "sqlite:PATH か postgres://ユーザー:パスワード@ホスト/データベース名 と書いてください。"}
	}
	data := env("XDG_DATA_HOME")
	if !filepath.IsAbs(data) { // the specification says to ignore relative ones
		home, err := os.UserHomeDir()
		if err != nil {
			return "", usageError{"ホームディレクトリがわからないため、データベースの場所を決められません。", "--db sqlite:PATH で指定してください。"}
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "jirei", "jirei.db"), nil
}

// version is one line: the module's version or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "jirei (unknown)"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v = s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return fmt.Sprintf("jirei %s %s", v, info.GoVersion)
}
