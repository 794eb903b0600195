package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/answer/answertest"
)

const chatKey = "sk-geheim-0123456789"

// jirei runs the program with an environment of its own.
func jirei(t *testing.T, env map[string]string, args ...string) (code int, out, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	environ := []string{}
	for k, v := range env {
		environ = append(environ, k+"="+v)
	}
	code = run(t.Context(), args, func(name string) string { return env[name] }, environ, strings.NewReader(""), &o, &e)
	if strings.Contains(o.String()+e.String(), chatKey) {
		t.Errorf("the key is shown: %s%s", &o, &e)
	}
	return code, o.String(), e.String()
}

func TestChatSettingsThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"nowhere to send":     {map[string]string{"JIREI_CHAT_MODEL": "m"}, "OPENAI_API_KEY"},
		"no address":          {map[string]string{"JIREI_CHAT_MODEL": "m", "OPENAI_BASE_URL": "localhost:11434"}, "http://localhost:11434/v1"},
		"a password":          {map[string]string{"JIREI_CHAT_MODEL": "m", "OPENAI_BASE_URL": "https://u:" + chatKey + "@h/v1"}, "アドレスだけ"},
		"a key with a line":   {map[string]string{"JIREI_CHAT_MODEL": "m", "OPENAI_API_KEY": chatKey + "\n"}, "改行"},
		"a cap of nought":     {map[string]string{"JIREI_DAILY_TOKENS": "0"}, "1 から"},
		"a cap below nought":  {map[string]string{"JIREI_DAILY_TOKENS": "-5"}, "1 から"},
		"a cap without end":   {map[string]string{"JIREI_DAILY_TOKENS": "10000000000"}, "1 から"},
		"a cap in words":      {map[string]string{"JIREI_DAILY_TOKENS": "1万"}, "1 から"},
		"a variable misspelt": {map[string]string{"JIREI_CHATMODEL": "m"}, "JIREI_CHAT_MODEL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.env["XDG_DATA_HOME"] = t.TempDir()
			code, out, stderr := jirei(t, c.env, "ask", "UTM")
			if code != 2 || out != "" || !strings.Contains(stderr, c.want) {
				t.Errorf("exit %d, %q, %q; want %s", code, out, stderr, c.want)
			}
		})
	}
}

func TestDoctorAsksTheModel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		model  string
		status int
		kind   string
		body   string
		code   int
		want   []string
	}{
		"there":       {"llama3.2", 200, "application/json", `{"data":[{"id":"llama3.2:latest"}]}`, 0, []string{"✓ 要約モデル", "llama3.2 が使えます", "送られます", "1日の上限は 5000"}},
		"another":     {"gpt-9", 200, "application/json", `{"data":[{"id":"gpt-4o"}]}`, 1, []string{"✗ 要約モデル", "gpt-9 というモデルがありません", "gpt-4o"}},
		"expired key": {"m", 401, "application/json", `{"error":{"message":"expired: ` + chatKey + `"}}`, 1, []string{"OPENAI_API_KEY を受け付けません（HTTP 401）", "有効なキー"}},
		"a web page":  {"m", 200, "text/html", "<html>", 1, []string{"Web ページ", "プロキシ"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			code, out, _ := jirei(t, map[string]string{
				"XDG_DATA_HOME": t.TempDir(), "OPENAI_BASE_URL": server.URL, "OPENAI_API_KEY": chatKey, "JIREI_CHAT_MODEL": c.model, "JIREI_DAILY_TOKENS": "5000",
			}, "doctor")
			if code != c.code {
				t.Errorf("exit %d, want %d", code, c.code)
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
}

func TestWhoReceivesQuestionsIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env   map[string]string
		slack string
		want  []string
	}{
		"nobody":        {nil, "", []string{"外に送られません"}},
		"Slack":         {nil, "Slack", []string{"Slack だけ"}},
		"a key alone":   {map[string]string{"OPENAI_API_KEY": chatKey}, "Slack", []string{"Slack だけ"}},
		"OpenAI":        {map[string]string{"OPENAI_API_KEY": chatKey, "JIREI_CHAT_MODEL": "gpt-x"}, "Slack", []string{"Slack と api.openai.com", "gpt-x"}},
		"this computer": {map[string]string{"OPENAI_BASE_URL": "http://localhost:11434", "JIREI_CHAT_MODEL": "q"}, "", []string{"localhost:11434（このパソコンの中）"}},
		"unencrypted":   {map[string]string{"OPENAI_BASE_URL": "http://10.0.0.5:8000", "JIREI_CHAT_MODEL": "q"}, "", []string{"10.0.0.5:8000", "暗号化されず"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chat, err := readChat(func(name string) string { return c.env[name] })
			if err != nil {
				t.Fatal(err)
			}
			p := &program{config: config{chat: chat}}
			for _, want := range c.want {
				if said := p.receivers(c.slack); !strings.Contains(said, want) {
					t.Errorf("no %q in %s", want, said)
				}
			}
		})
	}
}

// The answer says who worded it, and --explain what was dropped and why.
func TestAskWithAModel(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"lie-negates":    {"AIによる要約です（出典は確認済み）。", "要約: written、残した文 1、落とした文 1", "落とした文: 建設業の会社は、UTMを導入していません。"},
		"http-500-twice": {"要約を作れなかったため、事例の文をそのまま示しています。", "要約: failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, err := answertest.Read(filepath.Join("..", "..", "bot", "answer", "testdata", "model", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			server := answertest.Start(script)
			defer server.Close()
			code, out, stderr := jirei(t, map[string]string{
				"XDG_DATA_HOME": t.TempDir(), "OPENAI_BASE_URL": server.URL + "/", "OPENAI_API_KEY": chatKey, "JIREI_CHAT_MODEL": "m",
			}, "ask", "--explain", script.Question)
			if code != 0 {
				t.Errorf("exit %d: %s", code, stderr)
			}
			for _, w := range want {
				if !strings.Contains(out, w) {
					t.Errorf("no %q in\n%s", w, out)
				}
			}
		})
	}
}
