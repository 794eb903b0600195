package bot_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/answer/answertest"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/playground"
	"github.com/jirei/jirei/embeddings/endpoint"
)

// slowly is a world whose model writes so many sentences and then waits until goOn, each time it is asked.
func slowly(t *testing.T, sentences int) (w *world, goOn func()) {
	t.Helper()
	script, err := answertest.Read(filepath.Join("answer", "testdata", "model", "form-openai.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	steps := script.Replies[0]
	at := slices.IndexFunc(steps, func(s answertest.Step) bool { return s.Do == "say" }) + 1 + sentences
	steps = slices.Insert(slices.Clone(steps), at, answertest.Step{Do: "kept", With: "1"})
	script.Replies = [][]answertest.Step{steps, steps}
	server := answertest.Start(script)
	t.Cleanup(server.Close)
	log := &journal{}
	model, err := answer.NewModel(endpoint.Endpoint{URL: server.URL, Model: "m"}, &endpoint.Budget{}, log.logger())
	if err != nil {
		t.Fatal(err)
	}
	return newWorldWith(t, options(), model), server.Kept
}

const uncalled = "UTMを導入した会社の事例は？"

// seen waits until the one reply to a message says something.
func (w *world) seen(channel, ts, text string) {
	w.t.Helper()
	w.until("the reply says "+text, func() bool {
		got := w.replies("佐藤", channel, ts)
		return len(got) == 1 && strings.Contains(got[0].Text+string(got[0].Blocks), text)
	})
}

func TestCasesComeBeforeTheirSummary(t *testing.T) {
	t.Parallel()
	ja := phrases.For(phrases.Japanese)
	for name, harm := range map[string]func(*world){
		"all is well":                          func(*world) {},
		"the post's answer is lost":            func(w *world) { w.LoseResponse("chat.postMessage", 1) },
		"the change's answer is lost":          func(w *world) { w.LoseResponse("chat.update", 1) },
		"too many changes, and a time to wait": func(w *world) { w.Fail("chat.update", 1, 429, "", time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, goOn := slowly(t, 0)
			harm(w)
			ts := w.say("佐藤", "DM", uncalled, "")
			w.seen("DM", ts, ja.Writing)
			if got := w.replies("佐藤", "DM", ts)[0]; !strings.Contains(string(got.Blocks), "p.19") {
				t.Errorf("no cards: %s", got.Blocks)
			}
			goOn()
			w.answered("DM", ts)
			got := w.replies("佐藤", "DM", ts)[0]
			if all := got.Text + string(got.Blocks); !strings.Contains(all, ja.Written) || strings.Contains(all, ja.Writing) {
				t.Errorf("the summary is not complete: %s", got.Text)
			}
			if s := w.Status("佐藤", "DM", ts); s != "" {
				t.Errorf("the session is still %s", s)
			}
		})
	}
}

func TestStopKeepsWhatIsProved(t *testing.T) {
	t.Parallel()
	ja := phrases.For(phrases.Japanese)
	for name, sentences := range map[string]int{"before the first sentence": 0, "after the first": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := slowly(t, sentences)
			ts := w.say("佐藤", "DM", uncalled, "")
			w.seen("DM", ts, ja.Writing)
			first := "安心してリモートワークができるようにしています"
			if sentences > 0 {
				w.seen("DM", ts, first)
			}
			w.until("the session works", func() bool { return w.Status("佐藤", "DM", ts) == "processing" })
			if err := w.Stop("佐藤", ts); err != nil {
				t.Fatal(err)
			}
			w.answered("DM", ts)
			got := w.replies("佐藤", "DM", ts)[0]
			if all := got.Text + string(got.Blocks); !strings.Contains(all, ja.WritingStopped) || strings.Contains(all, ja.Writing) || strings.Contains(all, first) != (sentences > 0) || !strings.Contains(all, "p.19") {
				t.Errorf("got %s", got.Text)
			}
			if s := w.Status("佐藤", "DM", ts); s != "" {
				t.Errorf("the session is still %s", s)
			}
		})
	}
}

func TestQuestionChangesWhileItIsAnswered(t *testing.T) {
	t.Parallel()
	ja := phrases.For(phrases.Japanese)
	t.Run("deleted, its answer goes", func(t *testing.T) {
		t.Parallel()
		w, _ := slowly(t, 0)
		ts := w.say("佐藤", "#general", question, "")
		w.seen("#general", ts, ja.Writing)
		if err := w.Delete("佐藤", "#general", ts); err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.checkPeace()
		if got := w.replies("佐藤", "#general", ts); slices.ContainsFunc(got, func(m playground.Message) bool { return !m.Deleted }) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("edited, its answer is another", func(t *testing.T) {
		t.Parallel()
		w, _ := slowly(t, 0)
		ts := w.say("佐藤", "#general", question, "")
		w.seen("#general", ts, ja.Writing)
		if err := w.Edit("佐藤", "#general", ts, "@jirei p.14"); err != nil {
			t.Fatal(err)
		}
		w.answered("#general", ts)
		if got := w.replies("佐藤", "#general", ts)[0]; strings.Contains(string(got.Blocks), ja.Writing) || !strings.Contains(got.Text, "p.14") {
			t.Errorf("got %s", got.Text)
		}
	})
}

// A bot that ends while a model writes leaves cases; the next one completes that very message.
func TestRestartWhileWriting(t *testing.T) {
	t.Parallel()
	ja := phrases.For(phrases.Japanese)
	w, goOn := slowly(t, 0)
	ts := w.say("佐藤", "DM", uncalled, "")
	w.seen("DM", ts, ja.Writing)
	w.stop()
	goOn()
	w.startBot()
	w.answered("DM", ts)
	w.seen("DM", ts, ja.Written)
	if got := w.Calls("chat.postMessage"); got != 1 {
		t.Errorf("%d posts", got)
	}
}

func TestThreadWhoseQuestionCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	w.Fail("conversations.replies", -1, 200, "missing_scope", 0)
	root := w.say("鈴木", "#general", "取引先から認証取得を求められた会社はどうした？", "")
	w.say("佐藤", "#general", "@jirei", root)
	w.settle()
	if got := w.replies("佐藤", "#general", root); len(got) != 1 || got[0].Text != phrases.For(phrases.Japanese).NoRoot {
		t.Errorf("got %+v", got)
	}
}

func TestPromptsAreSetOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options())
	for range 3 {
		if err := w.Open("佐藤", "messages"); err != nil {
			t.Fatal(err)
		}
		w.acknowledged()
		w.until("prompts are suggested", func() bool { _, p := w.Prompts("佐藤"); return len(p) == 4 })
	}
	w.stop() // waits for what was begun
	if got := w.Calls("assistant.threads.setSuggestedPrompts"); got != 1 {
		t.Errorf("%d calls", got)
	}
}
