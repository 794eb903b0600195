package main

import (
	"bytes"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/answer/answertest"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/embeddings/embeddingstest"
	"github.com/jirei/jirei/embeddings/endpoint"
)

// embedding is an environment with an embedding model at the wire.
func embedding(t *testing.T, steps ...string) (*embeddingstest.Server, map[string]string) {
	t.Helper()
	server := embeddingstest.Start(embeddingstest.Words(64, 1), steps...)
	t.Cleanup(server.Close)
	return server, map[string]string{"XDG_DATA_HOME": t.TempDir(), "JIREI_EMBED_BASE_URL": server.URL, "OPENAI_API_KEY": chatKey, "JIREI_EMBED_MODEL": "embed-a"}
}

func with(env map[string]string, pairs ...string) map[string]string {
	out := maps.Clone(env)
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// says runs jirei and looks for texts in both of its outputs.
func says(t *testing.T, env map[string]string, code int, args string, want ...string) string {
	t.Helper()
	got, out, stderr := jirei(t, env, strings.Fields(args)...)
	if got != code {
		t.Errorf("jirei %s: exit %d, want %d", args, got, code)
	}
	for _, w := range want {
		if !strings.Contains(out+stderr, w) {
			t.Errorf("jirei %s: no %q in\n%s%s", args, w, out, stderr)
		}
	}
	return out + stderr
}

func TestEmbedSettingsThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"nowhere to send":      {map[string]string{"JIREI_EMBED_MODEL": "m"}, "JIREI_EMBED_BASE_URL"},
		"no address":           {map[string]string{"JIREI_EMBED_MODEL": "m", "JIREI_EMBED_BASE_URL": "localhost:11434"}, "JIREI_EMBED_BASE_URL が正しくありません"},
		"no address of OpenAI": {map[string]string{"JIREI_EMBED_MODEL": "m", "OPENAI_BASE_URL": "localhost:11434"}, "OPENAI_BASE_URL が正しくありません"},
		"a password":           {map[string]string{"JIREI_EMBED_MODEL": "m", "JIREI_EMBED_BASE_URL": "https://u:" + chatKey + "@h/v1"}, "アドレスだけ"},
		"a key with a line":    {map[string]string{"JIREI_EMBED_MODEL": "m", "OPENAI_API_KEY": chatKey + "\n"}, "改行"},
		"no dimensions":        {map[string]string{"JIREI_EMBED_DIM": "0"}, "1 から"},
		"dimensions in words":  {map[string]string{"JIREI_EMBED_DIM": "大きめ"}, "1 から"},
		"a million dimensions": {map[string]string{"JIREI_EMBED_DIM": "1000000"}, "8192 まで"},
		"a variable misspelt":  {map[string]string{"JIREI_EMBEDMODEL": "m"}, "JIREI_EMBED_MODEL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.env["XDG_DATA_HOME"] = t.TempDir()
			says(t, c.env, 2, "search UTM", c.want)
		})
	}
}

// What a server does wrong is a sentence and a hint, in doctor, at index and at
// the start; and the book is searched as before.
func TestEmbeddingServersThatFail(t *testing.T) {
	t.Parallel()
	for step, want := range map[string][]string{
		"401":             {"OPENAI_API_KEY を受け付けません（HTTP 401）", "有効なキー"},
		"404 model":       {"embed-a というモデルがありません（HTTP 404）", "embed-b"},
		"429 for an hour": {"混み合っています（HTTP 429）", "しばらく待って"},
		"429 no credit":   {"残高か利用枠がありません（HTTP 429）", "残高と上限"},
		"an HTML page":    {"Web ページを返しました（HTTP 200）", "プロキシ"},
		"wrong count":     {"送った文章と違う数のベクトル", "別のモデルかサーバー"},
		"NaN":             {"数でない値", "別のモデルかサーバー"},
		"zero vector":     {"すべて0のベクトル", "別のモデルかサーバー"},
		"ten megabytes":   {"応答が大きすぎます", "JIREI_EMBED_BASE_URL"},
		"too long":        {"embed-a には長すぎる文章", "より長い文章を扱えるモデル"},
		"missing index":   nil, // with one text it shows only at index
		"wrong dimension": nil,
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			_, env := embedding(t, step)
			if want != nil {
				says(t, env, 1, "doctor", append(want, "✗ 埋め込みモデル", "✓ 事例集")...)
			}
			if step == "401" { // the start says what doctor says
				p := started(t, env)
				l, err := p.ready(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = l.Close() }()
				p.startNotice(t.Context(), l)
				if said := p.err.(*bytes.Buffer).String(); !strings.Contains(said, want[0]) || !strings.Contains(said, want[1]) {
					t.Errorf("at the start: %s", said)
				}
			}
			said := says(t, env, 1, "index", append(want, "何も変えていません")...)
			if step == "missing index" && !strings.Contains(said, "正しい番号（index）がありません") || step == "wrong dimension" && !strings.Contains(said, "次元が、索引と合いません") {
				t.Errorf("at index: %s", said)
			}
			if step == "401" {
				says(t, env, 0, "search UTM", "p.7", "jirei index を実行すると作ります")
			}
		})
	}
}

// started is a program as run makes it, for what no command shows.
func started(t *testing.T, env map[string]string) *program {
	t.Helper()
	p := &program{out: io.Discard, err: &bytes.Buffer{}, log: slog.New(slog.DiscardHandler)}
	var err error
	if p.embed, err = readEmbed(func(name string) string { return env[name] }); err != nil {
		t.Fatal(err)
	}
	p.path = filepath.Join(env["XDG_DATA_HOME"], "jirei", "jirei.db")
	return p
}

func TestAdviceForSlowAndBrokenServers(t *testing.T) {
	t.Parallel()
	e := embed{Endpoint: endpoint.Endpoint{URL: "http://gw.example:8080", Model: "embed-a"}}
	for kind, want := range map[endpoint.Kind]string{
		endpoint.Slow: "時間内に答えません", endpoint.Broke: "エラーが起きています", endpoint.Cut: "途中で切れた", endpoint.Unreachable: "つながりません",
		endpoint.NoHost: "見つかりません", endpoint.BadTLS: "証明書", endpoint.NoPath: "embeddings", endpoint.Rejected: "埋め込みに使えません", embeddings.WrongOrder: "番号（index）",
	} {
		problem, hint := e.embedAdvice(&endpoint.Trouble{Kind: kind}, nil)
		if !strings.Contains(problem, want) || !strings.Contains(problem, "gw.example:8080") || hint == "" || strings.Contains(problem+hint, "要約") {
			t.Errorf("%s: %s / %s", kind, problem, hint)
		}
	}
	e.dim = 512
	if problem, hint := e.embedAdvice(&endpoint.Trouble{Kind: embeddings.WrongDim}, nil); !strings.Contains(problem, "512次元") || !strings.Contains(hint, "JIREI_EMBED_DIM") {
		t.Errorf("%s / %s", problem, hint)
	}
}

func TestIndexWithVectors(t *testing.T) {
	t.Parallel()
	server, env := embedding(t)
	says(t, env, 0, "search UTM", "p.7", "まだありません")
	says(t, env, 0, "index", "61件の事例の文章（およそ", "トークン）を "+strings.TrimPrefix(server.URL, "http://")+" に送り", "埋め込み: 61/61件", "変更なし61件")
	asked := len(server.Requests())
	says(t, env, 0, "index", "変更なし61件")
	if n := len(server.Requests()) - asked; n != 0 {
		t.Errorf("an unchanged book was worth %d requests", n)
	}
	says(t, env, 0, "doctor", "✓ 埋め込みモデル", "✓ 密ベクトル: embed-a、64次元、61件")
	says(t, env, 0, "ask --explain UTMを導入した会社の事例は？", "p.7", "密 0.")
	says(t, env, 0, "eval --half development", "nDCG@10, embed-a (64 dimensions)", "both/best")

	other := with(env, "JIREI_EMBED_DIM", "16")
	if said := says(t, other, 0, "search UTM", "p.7", "索引は「embed-a」（64次元）で作られています", "jirei index"); strings.Contains(said, "使えなかった") {
		t.Errorf("the index's own vectors were not used: %s", said)
	}
	says(t, other, 0, "doctor", "△ 密ベクトル")
	says(t, other, 0, "index", "埋め込み: 61/61件")
	says(t, other, 0, "doctor", "✓ 密ベクトル: embed-a、16次元、61件")
	says(t, with(other, "JIREI_EMBED_MODEL", ""), 0, "doctor", "索引には「embed-a」（16次元）のベクトルがありますが")

	server.Play(embeddingstest.Words(64, 2)) // another model under the same name
	says(t, other, 1, "doctor", "同じ名前のまま", "jirei index --fresh")
	says(t, other, 0, "ask UTMを導入した会社の事例は？", "埋め込みモデルを使えなかったため", "p.7")
	says(t, other, 0, "search UTM", "ベクトルなしで探しました", "jirei index --fresh")
	says(t, other, 0, "index --fresh", "埋め込み: 61/61件")
	says(t, other, 0, "doctor", "✓ 埋め込みモデル", "✓ 密ベクトル")
	says(t, with(other, "JIREI_EMBED_MODEL", ""), 0, "index", "ベクトルを、索引から除きました")
}

// A model that changed is noticed where a case changed, and all is made anew.
func TestIndexNoticesAnotherModel(t *testing.T) {
	t.Parallel()
	server, env := embedding(t)
	file := filepath.Join(t.TempDir(), "mine.csv")
	write := func(measure string) {
		t.Helper()
		if err := os.WriteFile(file, []byte("タイトル,ページ,対策\n毎日の控え,1,"+measure+"\n鍵の管理,2,サーバ室の施錠を徹底\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("バックアップを毎日取得")
	says(t, env, 0, "index --yes "+file, "埋め込み: 2/2件")
	write("バックアップを毎週取得")
	before := server.Texts()
	says(t, env, 0, "index "+file, "埋め込み: 1/1件", "変更1件")
	if n := server.Texts() - before; n != 2 { // and the probe
		t.Errorf("%d texts were sent for one changed case", n)
	}
	server.Play(embeddingstest.Words(64, 2))
	write("バックアップを毎月取得")
	says(t, env, 0, "index "+file, "同じ名前のまま", "すべての事例を埋め込み直します", "埋め込み: 2/2件", "変更1件")
	says(t, env, 0, "doctor", "✓ 密ベクトル")
	says(t, env, 0, "index --fresh", "埋め込み: 2/2件") // the book in the store, without its file
}

func TestWhoReceivesTextsToEmbed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env   map[string]string
		slack string
		want  string
	}{
		"one host for both":  {map[string]string{"OPENAI_API_KEY": chatKey, "JIREI_CHAT_MODEL": "gpt-x", "JIREI_EMBED_MODEL": "e"}, "Slack", "送り先は Slack と api.openai.com です（要約モデル gpt-x、埋め込みモデル e）。"},
		"a host of its own":  {map[string]string{"OPENAI_API_KEY": chatKey, "JIREI_CHAT_MODEL": "gpt-x", "JIREI_EMBED_MODEL": "e", "JIREI_EMBED_BASE_URL": "http://localhost:8080"}, "", "送り先は api.openai.com と localhost:8080（このパソコンの中） です（"},
		"embeddings alone":   {map[string]string{"JIREI_EMBED_MODEL": "e", "OPENAI_BASE_URL": "http://10.0.0.5:8000"}, "Slack", "10.0.0.5:8000 へは暗号化されずに"},
		"named, but no host": {nil, "Slack", "Slack だけです"},
	} {
		chat, err := readChat(func(name string) string { return c.env[name] })
		if err != nil {
			t.Fatal(err)
		}
		embed, err := readEmbed(func(name string) string { return c.env[name] })
		if err != nil {
			t.Fatal(err)
		}
		p := &program{config: config{chat: chat, embed: embed}}
		if said := p.receivers(c.slack); !strings.Contains(said, c.want) {
			t.Errorf("%s: no %q in %s", name, c.want, said)
		}
	}
}

// Lines by the model cost money: that is said first, and nobody's silence is a yes.
func TestIndexHasLinesWritten(t *testing.T) {
	t.Parallel()
	reply := []answertest.Step{{Do: "line", With: "紛失した控え"}, {Do: "line", With: "夜のうちに取る複製"}, {Do: "line", With: "nightly copies"}, {Do: "finish", With: "stop"}, {Do: "done"}}
	server := answertest.Start(answertest.Script{Server: "Ollama", Replies: [][]answertest.Step{reply, reply, {{Do: "status", With: "401"}, {Do: "body", With: `{"error":{"message":"expired"}}`}}}})
	defer server.Close()
	file := filepath.Join(t.TempDir(), "mine.csv")
	write := func(rows string) {
		t.Helper()
		if err := os.WriteFile(file, []byte("タイトル,ページ,対策\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("毎日の控え,1,バックアップを毎日取得\n鍵の管理,2,サーバ室の施錠を徹底\n")
	without := map[string]string{"XDG_DATA_HOME": t.TempDir()}
	says(t, without, 0, "index --yes "+file, "追加2件")
	env := with(without, "OPENAI_BASE_URL", server.URL, "OPENAI_API_KEY", chatKey, "JIREI_CHAT_MODEL", "m", "JIREI_DAILY_TOKENS", "100000")
	said := says(t, env, 0, "index "+file, "2件の事例に", "2回呼び出します", "1日の上限は100000トークン", "作らずに進めます", "変更なし2件")
	if len(server.Requests()) != 0 {
		t.Errorf("nobody agreed to %s", said)
	}
	says(t, env, 0, "index --yes "+file, "質問文: 2/2件", "変更2件")
	says(t, env, 0, "index "+file, "変更なし2件")
	says(t, without, 0, "index "+file, "変更なし2件") // what was paid for stays
	write("毎日の控え,1,バックアップを毎日取得\n鍵の管理,2,サーバ室の施錠をさらに徹底\n")
	says(t, env, 0, "index --yes "+file, "1件（p.2）には質問文を付けられませんでした", "OPENAI_API_KEY を受け付けません", "変更1件")
	if n := len(server.Requests()); n != 3 {
		t.Errorf("%d requests in all", n)
	}
}
