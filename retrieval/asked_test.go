package retrieval

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jirei/jirei/cases"
)

// titled is embedded with the titles of the embedded book.
func titled(t testing.TB) (*Engine, *Generation, cases.Book) {
	t.Helper()
	e, book := embedded(t)
	whole, err := cases.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book.Titles = Titles(whole.Cases)
	return e, book, whole
}

func TestUnderstandTitles(t *testing.T) {
	t.Parallel()
	e, book, whole := titled(t)
	for _, c := range whole.Cases {
		if len([]rune(c.Title)) < 2*shortTitle {
			continue
		}
		for _, question := range []string{c.Title, "「" + c.Title + "」を見せて", strings.ReplaceAll(c.Title, "・", " ") + "\nの事例を詳しく"} {
			q := e.Understand(question, nil, book)
			if !slices.Equal(q.Facets.Pages, []int{c.Page}) || !q.Strict {
				t.Errorf("%s: pages %v, strict %v; want p.%d alone", question, q.Facets.Pages, q.Strict, c.Page)
			}
		}
	}
	small := &Generation{Number: 1, Cases: 61, Titles: []Title{{"鍵", 2}, {"退職者のパスワードを替える話", 3}, {"パスワードを長くする", 4}}}
	for name, c := range map[string]struct {
		question string
		pages    []int
	}{
		"inside a question":             {"退職者のパスワードを替える話を見せて", []int{3}},
		"with signs between":            {"退職者の・パスワードを、替える話", []int{3}},
		"a short title is a word":       {"鍵の管理をどうしていますか教えて", nil},
		"a short title in quotes":       {"「パスワードを長くする」の話", []int{4}},
		"a part in quotes":              {"「替える話」という題名のもの", []int{3}},
		"a part without quotes":         {"替える話という題名のもの", nil},
		"quotes around what is nowhere": {"「宇宙船の操縦」という話", nil},
		"half of a title":               {"退職者のパスワードを替え", nil},
	} {
		if got := e.Understand(c.question, nil, small).Facets.Pages; !slices.Equal(got, c.pages) {
			t.Errorf("%s: %s names %v, want %v", name, c.question, got, c.pages)
		}
	}
}

func TestUnderstandComparedNumbers(t *testing.T) {
	t.Parallel()
	e, book := embedded(t)
	for question, want := range map[string]struct {
		pages  []int
		intent Intent
	}{
		"4と8と10を比較":       {[]int{4, 8, 10}, Compare},
		"4、8を比べて":         {[]int{4, 8}, Compare},
		"p.4とp.8の違い":      {[]int{4, 8}, Compare},
		"compare 4 and 8": {[]int{4, 8}, Compare},
		"4 vs 8":          {[]int{4, 8}, Compare},
		"4と8":             {nil, Find}, // of what, it does not say
		"月4回と8回の研修を比べた会社":     {nil, Find},
		"2024年と2025年の違いを知りたい": {nil, Find},
		"事例4":    {[]int{4}, Show},
		"4番目の事例": {[]int{4}, Show},
	} {
		q := e.Understand(question, nil, book)
		if !slices.Equal(q.Facets.Pages, want.pages) || q.Intent != want.intent {
			t.Errorf("%s: %v %v, want %v %v", question, q.Intent, q.Facets.Pages, want.intent, want.pages)
		}
	}
}

func TestUnderstandIntents(t *testing.T) {
	t.Parallel()
	e, book := embedded(t)
	for question, want := range map[string]Intent{
		"p.14に似た事例":             Similar,
		"14ページと似ている事例はある？":      Similar,
		"cases similar to p.14": Similar,
		"p.14とp.17に似た事例":        Find, // like which of them, it does not say: both are shown
		"似た事例":                  Find,
		"こんにちは":                 Help,
		"おはようございます":             Help,
		"お疲れ様です":                Help,
		"ありがとうございました！":          Help,
		"hello":                 Help,
		"thank you":             Help,
		"ヘルプ":                   Help,
		"使い方":                   Help,
		"what can you do?":      Help,
		"こんにちは、UTMを入れた会社はありますか":    Find,
		"ありがとう。じゃあ製造業は？":           Find,
		"製造業は何件ですか":                Count,
		"被害にあった会社を一覧で":             List,
		"クラウドの使い方を教えた会社":           Find,
		"help for remote work":     Find,
		"hello, any backup story?": Find,
	} {
		if q := e.Understand(question, nil, book); q.Intent != want {
			t.Errorf("%s: %v with facets %s and %d features, want %v", question, q.Intent, stated(t, q.Facets), len(q.Content), want)
		}
	}
}

// 小さい is a size only beside a company.
func TestUnderstandSmall(t *testing.T) {
	t.Parallel()
	const small = `{"size":{"max":20,"min":1}}`
	understands(t, map[string]string{
		"小さい会社の事例":        small,
		"小さな町工場":          `{"industry":["製造業"],"size":{"max":20,"min":1}}`,
		"小さい製造業":          `{"industry":["製造業"],"size":{"max":20,"min":1}}`,
		"うちは小さいので何から始めるか": small,
		"ちいさなお店":          `{"industry":["卸売業・小売業"],"size":{"max":20,"min":1}}`,
		"小規模な事業者":         small,
		"会社が小さい":          small,
		"小さく始める":          `{}`,
		"小さい棒に入れて持ち帰る":    `{}`,
		"小さな工夫":           `{}`,
		"小さい画面の端末":        `{}`,
	})
}

func TestUnderstandIndustryStems(t *testing.T) {
	t.Parallel()
	industry := func(name string) string { return `{"industry":["` + name + `"]}` }
	understands(t, map[string]string{
		"建設屋さん":         industry("建設業"),
		"建設系の会社":        industry("建設業"),
		"荷物を運ぶ会社":       industry("運輸業・郵便業"),
		"運送屋":           industry("運輸業・郵便業"),
		"IT系":           industry("情報通信業"),
		"IT企業の事例":       industry("情報通信業"),
		"保険屋さん":         industry("金融業・保険業"),
		"ものを売る会社":       industry("卸売業・小売業"),
		"建設的な意見":        `{}`,
		"建設屋さん以外":       `{"not_industry":["建設業"]}`,
		"荷物を運ぶときの注意":    `{}`,
		"保険に入る":         `{}`,
		"製造系と建設系の会社を全部": `{"industry":["製造業","建設業"]}`,
	})
}

func TestUnderstandSpokenSizes(t *testing.T) {
	t.Parallel()
	understands(t, map[string]string{
		"百人を超える会社":        `{"size":{"max":null,"min":101}}`,
		"100人を超える会社":      `{"size":{"max":null,"min":101}}`,
		"20人もいない会社":       `{"size":{"max":19,"min":1}}`,
		"20人に満たない":        `{"size":{"max":19,"min":1}}`,
		"四、五人の会社":         `{"size":{"max":5,"min":4}}`,
		"四五人の会社":          `{"size":{"max":5,"min":4}}`,
		"社員は30人ぐらい":       `{"size":{"max":36,"min":24}}`,
		"50人足らず":          `{"size":{"max":50,"min":40}}`,
		"総勢12名":           `{"size":{"max":12,"min":12}}`,
		"うちは従業員が8人です":     `{"size":{"max":8,"min":8}}`,
		"百人以上":            `{"size":{"max":null,"min":100}}`,
		"数人でやっている会社":      `{"size":{"max":5,"min":1}}`,
		"二人で担当しています":      `{}`,
		"一人二人が見てくれない":     `{}`,
		"20人分のパソコンを買い替えた": `{}`, "5人目の担当者": `{}`, "10人月の開発": `{}`,
	})
}

func TestUnderstandSpokenStars(t *testing.T) {
	t.Parallel()
	understands(t, map[string]string{
		"星ふたつ": `{"stars":2}`, "星ふたつの事例": `{"stars":2}`, "星ひとつ": `{"stars":1}`, "星みっつ": `{"stars":3}`, "星が二つ": `{"stars":2}`,
		"星二つ以上": `{"stars":2,"up":true}`, "星のついた事例": `{"stars":1,"up":true}`, "一番星の多い事例": `{"stars":3}`, "星空がふたつ": `{}`,
	})
}

// Whatever comes in, understanding returns, reads only so much, and leaves a
// query whose parts fit together.
func FuzzUnderstand(f *testing.F) {
	e, book, _ := titled(f)
	for _, s := range []string{
		"製造業以外で被害にあった20人から50人の会社は何件", "p.14〜16とp.20を比較", "小規模な製造業でも社内の技術情報・機密情報管理は大切", "「大切」という題名", "らんさむうぇあにやられた",
		"ランサムウエヤ pasword", "★★以上 星ふたつ 重要度9", "四、五人 数十名 十数名 百人を超える", "<@U1> &lt;b&gt; \u200b\U000e0041", "書類…を捨て", "that company of about 40 employees",
		"(a+)+$", "'; DROP TABLE cases; --", "\xff\xfe", "ヴーー", "1,000,000,000,000,000,000名以上",
	} {
		f.Add(s, "そのうち製造業は？")
		f.Add("それ以外は？", s)
	}
	f.Fuzz(func(t *testing.T, question, before string) {
		for _, history := range [][]string{nil, {before}} {
			q := e.Understand(question, history, book)
			if n := utf8.RuneCountInString(q.Text); n > MaxQuestion || !utf8.ValidString(q.Text) {
				t.Fatalf("%q: %d characters read, valid %v", question, n, utf8.ValidString(q.Text))
			}
			for _, c := range q.Content {
				if c.Span < 0 || c.Span >= len(q.Spans) || c.Key == "" {
					t.Fatalf("%q after %q: feature %+v of %d parts", question, history, c, len(q.Spans))
				}
			}
			if s := q.Facets.Size; s != nil && (s.Min < 1 || s.Max != 0 && s.Max < s.Min) {
				t.Fatalf("%q: size %+v", question, s)
			}
			if n := q.Facets.Stars; n != nil && (*n < 0 || *n > 3) {
				t.Fatalf("%q: %d stars", question, *n)
			}
			if again := e.Understand(question, history, book); len(again.Content) != len(q.Content) || again.Intent != q.Intent {
				t.Fatalf("%q is read in two ways", question)
			}
		}
	})
}
