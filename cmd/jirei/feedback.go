package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

var feedbackCommand = command{
	name: "feedback", args: "[golden ID…]", does: "回答の評価と断った質問を示し、検索の試験の問題にします",
	flags: func(f *pflag.FlagSet) {
		f.String("format", "text", "出力の形式（text、json、jsonl）")
		f.Int("days", 30, "さかのぼる日数（評価は30日で消えます）")
		f.String("pages", "", "golden の正しいページ（例 7,19:1。:1 は関連する程度、none は答えがないこと）")
	},
	run: feedback,
}

// manyOpinions bounds what is read at once: a month of a busy workspace.
const manyOpinions = 10_000

func feedback(ctx context.Context, p *program) error {
	days, _ := p.flags.GetInt("days")
	if days < 1 {
		return usageError{fmt.Sprintf("--days %d は使えません。", days), "1以上の日数を指定してください。"}
	}
	format, _ := p.flags.GetString("format")
	if !slices.Contains([]string{"text", "json", "jsonl"}, format) {
		return usageError{fmt.Sprintf("--format %s は使えません。", format), "text、json、jsonl のどれかを指定してください。"}
	}
	golden := len(p.args) > 0 && p.args[0] == "golden"
	if len(p.args) > 0 && !golden {
		return usageError{fmt.Sprintf("%q は余分です。", p.args[0]), "使い方は jirei feedback --help で見られます。"}
	}
	memory, closing, err := p.memory(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = closing() }()
	found, err := memory.Feedback(ctx, time.Now().AddDate(0, 0, -days), manyOpinions)
	if err != nil {
		return err
	}
	if golden {
		return p.goldenLines(found, p.args[1:])
	}
	switch format {
	case "json", "jsonl":
		return exportFeedback(p.out, found, format == "json")
	}
	return feedbackTable(p.out, found)
}

// memory opens the record beside a bot that may be running.
func (p *program) memory(ctx context.Context) (*record.Record, func() error, error) {
	l, err := p.openStore(ctx) // makes the folder, and says what is wrong with a database
	if err != nil {
		return nil, nil, err
	}
	var memory *record.Record
	if l.pool != nil {
		memory, err = record.On(ctx, l.pool, p.log)
	} else {
		memory, err = record.Open(ctx, p.path, p.log)
	}
	if err != nil {
		_ = l.Close()
		return nil, nil, err
	}
	return memory, func() error { return errors.Join(memory.Close(), l.Close()) }, nil
}

// opinion is a line of the export. Who said it is not in it: the book is judged, not people.
type opinion struct {
	ID       string   `json:"id"`
	At       string   `json:"at"`
	Verdict  string   `json:"verdict"` // good, bad, refused (nobody pressed anything)
	Refused  bool     `json:"refused"`
	Reason   string   `json:"reason"`
	Note     string   `json:"note"`
	Question string   `json:"question"`
	History  []string `json:"history"`
	Cases    []string `json:"cases"`
}

func opinionOf(f record.Feedback) opinion {
	verdict := "bad"
	switch {
	case f.Good:
		verdict = "good"
	case f.By == "":
		verdict = "refused"
	}
	return opinion{
		ID: f.ID, At: f.At.Format(time.RFC3339), Verdict: verdict, Refused: f.Refused, Reason: f.Reason, Note: f.Note, Question: f.Question,
		History: append([]string{}, f.History...), Cases: append([]string{}, f.Cases...),
	}
}

func exportFeedback(w io.Writer, found []record.Feedback, array bool) error {
	all := make([]opinion, len(found))
	for i, f := range found {
		all[i] = opinionOf(f)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	if array {
		out.SetIndent("", "  ")
		return out.Encode(all)
	}
	for _, o := range all {
		if err := out.Encode(o); err != nil {
			return err
		}
	}
	return nil
}

// feedbackTable is for eyes: what is bad first would hide what is new, so it is newest first.
func feedbackTable(w io.Writer, found []record.Feedback) error {
	if len(found) == 0 {
		_, err := fmt.Fprintln(w, "評価はまだありません。")
		return err
	}
	ja := phrases.For(phrases.Japanese)
	var good, bad, refused int
	var b strings.Builder
	for _, f := range found {
		said := ja.Bad
		switch {
		case f.Good:
			said = ja.Good
			good++
		case f.By == "":
			said = "断った"
			refused++
		case f.Refused:
			said = ja.OffTheMark
			bad++
		default:
			bad++
		}
		if i := slices.Index([]string{"page", "answer", "missing", "wording", "other"}, f.Reason); i >= 0 {
			said += "（" + ja.Reasons[i] + "）"
		}
		fmt.Fprintf(&b, "%s  %s  %s\n    質問: %s\n", f.ID, f.At.Local().Format("2006-01-02 15:04"), said, oneLine(orDash(f.Question)))
		if len(f.Cases) > 0 {
			var pages []string
			for _, c := range f.Cases[:min(10, len(f.Cases))] {
				pages = append(pages, fmt.Sprintf("p.%d", cases.ID(c).Page()))
			}
			fmt.Fprintf(&b, "    示した事例: %s\n", strings.Join(pages, "、"))
		}
		if f.Note != "" {
			fmt.Fprintf(&b, "    くわしく: %s\n", oneLine(f.Note))
		}
	}
	fmt.Fprintf(&b, "\n%s %d件、%s %d件、断った質問 %d件\n", ja.Good, good, ja.Bad, bad, refused)
	_, err := io.WriteString(w, b.String())
	return err
}

func orDash(s string) string {
	if s == "" {
		return "（記録なし）"
	}
	return s
}

// oneLine keeps what somebody wrote from moving a terminal's cursor.
func oneLine(s string) string { return retrieval.Clean(s) }

// goldenLine is a question of the set that `jirei eval --queries` reads.
type goldenLine struct {
	ID      string         `json:"id"`
	Kind    string         `json:"kind"`
	Q       string         `json:"q"`
	History []string       `json:"history"`
	Rel     map[string]int `json:"rel"`
}

// goldenLines turns opinions into questions with the pages that should be found.
func (p *program) goldenLines(found []record.Feedback, ids []string) error {
	if len(ids) == 0 {
		return usageError{"評価の番号がありません。", "jirei feedback で番号を確かめ、jirei feedback golden 番号 と入力してください。"}
	}
	pages, _ := p.flags.GetString("pages")
	if pages != "" && len(ids) > 1 {
		return usageError{"--pages は一件ずつにだけ使えます。", "番号を一つにするか、--pages を外してお尋ねにお答えください。"}
	}
	var lines []goldenLine
	for _, id := range ids {
		i := slices.IndexFunc(found, func(f record.Feedback) bool { return f.ID == id })
		if i < 0 || found[i].Question == "" {
			return usageError{fmt.Sprintf("%s という評価はないか、質問が残っていません。", id), "jirei feedback で番号を確かめてください。"}
		}
		rel, err := p.rightPages(found[i], pages)
		if err != nil {
			return err
		}
		lines = append(lines, goldenLine{ID: "fb-" + id, Kind: "feedback", Q: found[i].Question, History: append([]string{}, found[i].History...), Rel: rel})
	}
	out := json.NewEncoder(p.out)
	out.SetEscapeHTML(false)
	for _, l := range lines {
		if err := out.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// rightPages are those of the flag, or those that somebody at the terminal names.
func (p *program) rightPages(f record.Feedback, flag string) (map[string]int, error) {
	if flag == "" {
		if p.answers == nil {
			p.answers = bufio.NewReader(p.in)
		}
		_, _ = fmt.Fprintf(p.err, "質問: %s\n正しいページ（例 7,19:1。答えがなければ none）: ", oneLine(f.Question))
		answer, err := p.answers.ReadString('\n')
		if err != nil && answer == "" {
			return nil, usageError{"正しいページがわかりません。", "--pages 7,19:1 か --pages none を付けてください。"}
		}
		flag = answer
	}
	rel, err := readPages(flag)
	if err != nil {
		return nil, usageError{err.Error(), "7,19:1 のようにページを並べるか（:1 は関連する程度）、none と書いてください。"}
	}
	return rel, nil
}

// readPages reads 「7,19:1」: pages that answer, and with :1 pages worth showing.
func readPages(s string) (map[string]int, error) {
	rel := map[string]int{}
	s = strings.TrimSpace(s)
	if s == "none" {
		return rel, nil
	}
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ' ' || r == '、' }) {
		page, grade, graded := strings.Cut(strings.TrimPrefix(word, "p."), ":")
		n, err := strconv.Atoi(page)
		if err != nil || n < 1 || graded && grade != "1" && grade != "2" {
			return nil, fmt.Errorf("%q はページではありません。", word)
		}
		rel[strconv.Itoa(n)] = 2
		if grade == "1" {
			rel[strconv.Itoa(n)] = 1
		}
	}
	if len(rel) == 0 {
		return nil, errors.New("ページがありません。")
	}
	return rel, nil
}
