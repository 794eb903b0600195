package bot_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/answer/answertest"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/embeddings/endpoint"
)

// A model on the production path: what reaches Slack is what was proved, with
// who worded it, in one reply; what lies, fails or is obeyed does not.
func TestModelsSummaryInSlack(t *testing.T) {
	t.Parallel()
	ja := phrases.For(phrases.Japanese)
	for name, c := range map[string]struct{ label, not string }{
		"form-openai":            {ja.Written, ja.ModelFailed},
		"lie-negates":            {ja.Written, "導入していません"},
		"inject-channel":         {ja.Written, "channel"},
		"inject-link":            {ja.Written, "evil.example"},
		"stream-cut-after-first": {ja.WrittenCut, "ネットワークのセキュリティ対策を強化するために"},
		"http-500-twice":         {ja.ModelFailed, ja.Written},
		"lie-only-lies":          {ja.ModelUnproved, "作り話"},
		"http-401-key":           {ja.ModelFailed, "sk-test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, err := answertest.Read(filepath.Join("answer", "testdata", "model", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			for i := range script.Replies { // nobody tells the script what was kept here
				script.Replies[i] = slices.DeleteFunc(script.Replies[i], func(s answertest.Step) bool { return s.Do == "kept" })
			}
			server := answertest.Start(script)
			t.Cleanup(server.Close)
			log := &journal{}
			model, err := answer.NewModel(endpoint.Endpoint{URL: server.URL, Key: "sk-test-0123456789", Model: "m"}, &endpoint.Budget{}, log.logger())
			if err != nil {
				t.Fatal(err)
			}
			w := newWorldWith(t, options(), model)
			m := w.ask(question)
			if all := m.Text + string(m.Blocks); !strings.Contains(all, c.label) || strings.Contains(all, c.not) || !strings.Contains(m.Text, "p.19") && c.label != ja.WrittenCut {
				t.Errorf("want %q and never %q: %s", c.label, c.not, m.Text)
			}
			if s := log.String(); strings.Contains(s, "UTM") || strings.Contains(s, "sk-test") {
				t.Errorf("the log has the question or the key: %s", s)
			}
		})
	}
}
