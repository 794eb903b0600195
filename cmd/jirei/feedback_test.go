package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/record"
)

// What people pressed becomes a table, an export, and a question that `jirei eval` takes.
func TestFeedbackBecomesAGoldenQuestion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jirei.db")
	memory, err := record.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, f := range []record.Feedback{
		{Key: "m:1", Team: "T1", By: "U1", Reason: "missing", Note: "p.19\x1b[31mも", Question: "UTMを導入した会社の事例は？", Cases: []string{"ipa2021/7"}, At: now},
		{Key: "m:2", Team: "T1", Refused: true, Question: "おすすめのラーメン屋は？", At: now.Add(-time.Minute)},
		{Key: "m:3", Team: "T1", By: "U1", Good: true, Question: "認証取得は？", At: now.Add(-time.Hour)},
	} {
		if err := memory.SaveFeedback(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	list, err := memory.Feedback(t.Context(), now.Add(-time.Hour*2), 10)
	if err != nil || len(list) != 3 || memory.Close() != nil {
		t.Fatalf("%v, %v", list, err)
	}
	jirei := func(in string, code int, args ...string) string {
		t.Helper()
		var out, said bytes.Buffer
		if got := run(t.Context(), append(args, "--db", "sqlite:"+path), func(string) string { return "" }, nil, strings.NewReader(in), &out, &said); got != code {
			t.Fatalf("jirei %q ended with %d: %s", args, got, said.String())
		}
		return out.String()
	}
	table := jirei("", 0, "feedback")
	for _, want := range []string{"役に立たない（事例が抜けている）", "示した事例: p.7", "断った", "役に立った 1件、役に立たない 1件、断った質問 1件"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table has no %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, "\x1b") {
		t.Errorf("what somebody wrote reaches the terminal as it is: %q", table)
	}
	if lines := strings.Count(jirei("", 0, "feedback", "--format", "jsonl"), "\n"); lines != 3 {
		t.Errorf("%d lines of JSON", lines)
	}
	if all := jirei("", 0, "feedback", "--format", "json"); !strings.Contains(all, `"verdict": "refused"`) || strings.Contains(all, "U1") {
		t.Errorf("the export: %s", all)
	}
	golden := jirei("", 0, "feedback", "golden", list[0].ID, "--pages", "7,19,59:1") + jirei("none\n", 0, "feedback", "golden", list[1].ID)
	file := filepath.Join(t.TempDir(), "golden.jsonl")
	if err := os.WriteFile(file, []byte(golden), 0o600); err != nil {
		t.Fatal(err)
	}
	figures := jirei("", 0, "eval", "--queries", file)
	if !strings.Contains(figures, "feedback") || !strings.Contains(figures, "1/1 100%") {
		t.Errorf("measured with\n%s\n%s", golden, figures)
	}
	jirei("", 2, "feedback", "golden", "nobody")
	jirei("", 2, "feedback", "golden", list[0].ID, "--pages", "いつか")
	jirei("", 2, "feedback", "golden", list[0].ID) // nobody answers
}
