package retrieval

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/jirei/jirei/cases"
)

// embeddedWords are read once: nobody changes a lexicon, and with -race reading
// it takes a second.
var embeddedWords = sync.OnceValues(EmbeddedLexicon)

// embedded returns an engine with the words in the binary, and the facts of
// the embedded book that understanding needs.
func embedded(t testing.TB) (*Engine, *Generation) {
	t.Helper()
	lexicon, err := embeddedWords()
	if err != nil {
		t.Fatal(err)
	}
	values := []string{"農業・林業", "建設業", "製造業", "電気・ガス・熱供給・水道業", "鉱業・採石業・砂利採取業", "情報通信業", "運輸業・郵便業", "卸売業・小売業", "金融業・保険業", "不動産業・物品賃貸業", "サービス業・その他"}
	return New(nil, lexicon, nil), &Generation{Number: 1, Cases: 61, Industries: values, Categories: []string{"被害有", "取引先要請多", "対策・投資多"}, FirstPage: 2, LastPage: 62}
}

// stated writes facets as the contract's JSON without the empty kinds, and
// with + for stars and more: short enough for a table.
func stated(t testing.TB, f Facets) string {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var kinds map[string]any
	if err := json.Unmarshal(text, &kinds); err != nil {
		t.Fatal(err)
	}
	for kind, value := range kinds {
		if list, isList := value.([]any); value == nil || isList && len(list) == 0 {
			delete(kinds, kind)
		}
	}
	if f.StarsUp {
		kinds["up"] = true
	}
	if text, err = json.Marshal(kinds); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func understands(t *testing.T, table map[string]string) {
	t.Helper()
	e, book := embedded(t)
	for question, want := range table {
		if got := stated(t, e.Understand(question, nil, book).Facets); got != want {
			t.Errorf("%s\n got %s\nwant %s", question, got, want)
		}
	}
}

func TestUnderstandSizes(t *testing.T) {
	t.Parallel()
	understands(t, map[string]string{
		"15名ほどの会社":                `{"size":{"max":18,"min":12}}`,
		"10名前後":                   `{"size":{"max":12,"min":8}}`,
		"約100人の会社":                `{"size":{"max":120,"min":80}}`,
		"20～50人":                  `{"size":{"max":50,"min":20}}`,
		"２０〜５０名":                  `{"size":{"max":50,"min":20}}`,
		"20人から50人まで":              `{"size":{"max":50,"min":20}}`,
		"21～50名以下":                `{"size":{"max":50,"min":21}}`,
		"30人以上50人以下":              `{"size":{"max":50,"min":30}}`,
		"三十人":                     `{"size":{"max":30,"min":30}}`,
		"三十五人の会社":                 `{"size":{"max":35,"min":35}}`,
		"二十名以下":                   `{"size":{"max":20,"min":1}}`,
		"数十名":                     `{"size":{"max":99,"min":20}}`,
		"十数名の会社":                  `{"size":{"max":19,"min":11}}`,
		"二十数人":                    `{"size":{"max":29,"min":21}}`,
		"数名の会社":                   `{"size":{"max":5,"min":1}}`,
		"5名以下":                    `{"size":{"max":5,"min":1}}`,
		"50人未満":                   `{"size":{"max":49,"min":1}}`,
		"301名以上":                  `{"size":{"max":null,"min":301}}`,
		"1,000人以上の会社":             `{"size":{"max":null,"min":1000}}`,
		"社員30人":                   `{"size":{"max":30,"min":30}}`,
		"a team of 40":            `{"size":{"max":40,"min":40}}`,
		"about 20 employees":      `{"size":{"max":24,"min":16}}`,
		"a 20-person company":     `{"size":{"max":20,"min":20}}`,
		"less than 50 people":     `{"size":{"max":49,"min":1}}`,
		"fewer than 50 staff":     `{"size":{"max":49,"min":1}}`,
		"more than 50 people":     `{"size":{"max":null,"min":51}}`,
		"50人超":                    `{"size":{"max":null,"min":51}}`,
		"50人弱の会社":                 `{"size":{"max":50,"min":40}}`,
		"a company of about 40":   `{"size":{"max":48,"min":32}}`,
		"50 or more employees":    `{"size":{"max":null,"min":50}}`,
		"50 employees or more":    `{"size":{"max":null,"min":50}}`,
		"20 employees or fewer":   `{"size":{"max":20,"min":1}}`,
		"between 10 and 20 staff": `{"size":{"max":20,"min":10}}`,
		"10 to 20 employees":      `{"size":{"max":20,"min":10}}`,
		// Not the size of a company.
		"2人で担当している会社": `{}`, "一人で対応": `{}`, "0人": `{}`, "0人以下": `{}`, "三つの対策": `{}`, "2021年": `{}`,
	})
}

func TestUnderstandStars(t *testing.T) {
	t.Parallel()
	understands(t, map[string]string{
		"★2":           `{"stars":2}`,
		"★★":           `{"stars":2}`,
		"★★★の事例":       `{"stars":3}`,
		"星2つ":          `{"stars":2}`,
		"星三つ":          `{"stars":3}`,
		"重要度2以上":       `{"stars":2,"up":true}`,
		"★★以上":         `{"stars":2,"up":true}`,
		"重要度が1の事例":     `{"stars":1}`,
		"重要度の記載なし":     `{"stars":0}`,
		"2 stars":      `{"stars":2}`,
		"★9":           `{}`,
		"★4以上":         `{}`,
		"星10個":         `{}`,
		"スターバックス":      `{}`,
		"重要な情報を守る":     `{}`,
		"製造業 ★2以上 被害有": `{"category":["被害有"],"industry":["製造業"],"stars":2,"up":true}`,
	})
}

func TestUnderstandPages(t *testing.T) {
	t.Parallel()
	understands(t, map[string]string{
		"p.14":            `{"pages":[14]}`,
		"ｐ．１４":            `{"pages":[14]}`,
		"14ページ":           `{"pages":[14]}`,
		"14頁の事例":          `{"pages":[14]}`,
		"P14とP37":         `{"pages":[14,37]}`,
		"p.14とp.37を比べて":   `{"pages":[14,37]}`,
		"17ページと31ページの違い":  `{"pages":[17,31]}`,
		"page 8":          `{"pages":[8]}`,
		"pages 8 and 9":   `{"pages":[8,9]}`,
		"14":              `{"pages":[14]}`,
		"14、37":           `{"pages":[14,37]}`,
		"p.14〜16":         `{"pages":[14,15,16]}`,
		"p.14とp.14":       `{"pages":[14]}`,
		"P2Pソフト":          `{}`,
		"top 10 measures": `{}`,
		"step 3":          `{}`,
		"Windows 10":      `{}`,
		"ISO27001":        `{}`,
	})
	e, book := embedded(t)
	for question, want := range map[string]Intent{"p.14": Show, "14ページを見せて": Show, "P14とP37": Compare, "p.14とp.37を比べて": Compare} {
		q := e.Understand(question, nil, book)
		if q.Intent != want || len(q.Content) != 0 || !q.Strict {
			t.Errorf("%s: %v with %d features, strict %v; want %v and nothing else", question, q.Intent, len(q.Content), q.Strict, want)
		}
	}
}

func TestUnderstandNegation(t *testing.T) {
	t.Parallel()
	table := map[string]string{
		"製造業以外":              `{"not_industry":["製造業"]}`,
		"製造業以外の会社":           `{"not_industry":["製造業"]}`,
		"建設業を除く":             `{"not_industry":["建設業"]}`,
		"建設業は除いて":            `{"not_industry":["建設業"]}`,
		"製造業ではない会社":          `{"not_industry":["製造業"]}`,
		"製造業と建設業以外":          `{"not_industry":["製造業","建設業"]}`,
		"被害有ではない":            `{"not_category":["被害有"]}`,
		"被害のない会社":            `{"not_category":["被害有"]}`,
		"被害がなかった会社":          `{"not_category":["被害有"]}`,
		"被害にあっていない会社":        `{"not_category":["被害有"]}`,
		"取引先要請多以外":           `{"not_category":["取引先要請多"]}`,
		"not manufacturing":  `{"not_industry":["製造業"]}`,
		"製造業":                `{"industry":["製造業"]}`,
		"建設業を除く製造業":          `{"industry":["製造業"],"not_industry":["建設業"]}`,
		"製造業以外で被害にあった会社":     `{"category":["被害有"],"not_industry":["製造業"]}`,
		"製造業で被害にあった会社はないですか": `{"category":["被害有"],"industry":["製造業"]}`,
	}
	understands(t, table)
	e, book := embedded(t)
	for question := range table {
		// 以外 and 除く belong to the condition; as a topic they would turn an
		// exact answer into a search for them.
		if q := e.Understand(question, nil, book); len(q.Content) != 0 || !q.Strict {
			t.Errorf("%s: strict %v with %d features; want facets alone", question, q.Strict, len(q.Content))
		}
	}
}

func TestUnderstandUnknownFacets(t *testing.T) {
	t.Parallel()
	e, book := embedded(t)
	for question, want := range map[string]struct{ word, nearest, facets string }{
		"宇宙業 被害有":  {"宇宙業", "", `{"category":["被害有"]}`},
		"宇宙業":      {"宇宙業", "", `{}`},
		"★9":       {"★9", "★1", `{}`},
		"重要度5":     {"★5", "★1", `{}`},
		"製造業 ★4以上": {"★4", "★1", `{"industry":["製造業"]}`},
		"情報業 ★2":   {"情報業", "情報通信業", `{"stars":2}`},
	} {
		q := e.Understand(question, nil, book)
		if len(q.Unknown) != 1 || q.Unknown[0].Word != want.word {
			t.Errorf("%s: unknown %v, want %s", question, q.Unknown, want.word)
			continue
		}
		if want.nearest != "" && (len(q.Unknown[0].Nearest) == 0 || q.Unknown[0].Nearest[0] != want.nearest) {
			t.Errorf("%s: nearest %v, want %s first", question, q.Unknown[0].Nearest, want.nearest)
		}
		if got := stated(t, q.Facets); got != want.facets {
			t.Errorf("%s: facets %s, want %s", question, got, want.facets)
		}
	}
	for _, question := range []string{"製造業", "営業の事例", "作業を楽にしたい", "卒業生", "被害有 製造業", "企業", "★2"} {
		if q := e.Understand(question, nil, book); len(q.Unknown) > 0 {
			t.Errorf("%s: %v taken for unknown facets", question, q.Unknown)
		}
	}
}

func TestNearestListsAllTheMostSimilarFirst(t *testing.T) {
	t.Parallel()
	values := []string{"農業・林業", "金融業・保険業", "建設業"}
	if got, want := nearest("保険屋業", values), []string{"金融業・保険業", "農業・林業", "建設業"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if !slices.Equal(values, []string{"農業・林業", "金融業・保険業", "建設業"}) {
		t.Errorf("the book's own list was sorted: %v", values)
	}
}

func TestFacetsJSON(t *testing.T) {
	t.Parallel()
	two := 2
	for name, c := range map[string]struct {
		facets Facets
		want   string
	}{
		"nothing stated": {Facets{}, `{"industry":[],"not_industry":[],"category":[],"not_category":[],"size":null,"stars":null,"pages":[]}`},
		"all stated": {
			Facets{
				Industry: []string{"製造業"}, NotIndustry: []string{"建設業"}, Category: []string{"被害有"}, NotCategory: []string{"対策・投資多"},
				Size: &cases.Size{Min: 1, Max: 5}, Stars: &two, StarsUp: true, Pages: []int{14, 37},
			},
			`{"industry":["製造業"],"not_industry":["建設業"],"category":["被害有"],"not_category":["対策・投資多"],"size":{"min":1,"max":5},"stars":2,"pages":[14,37]}`,
		},
		"an open size": {Facets{Size: &cases.Size{Min: 301}}, `{"industry":[],"not_industry":[],"category":[],"not_category":[],"size":{"min":301,"max":null},"stars":null,"pages":[]}`},
	} {
		got, err := json.Marshal(c.facets)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, c.want)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	one := 1
	c := cases.Case{Page: 14, Facets: cases.Facets{Industry: "製造業", Categories: []string{"被害有"}, Stars: 2}}
	sized := c
	sized.Size = &cases.Size{Min: 21, Max: 50}
	size := &cases.Size{Min: 50, Max: 60}
	for name, w := range map[string]struct {
		of          cases.Case
		facets      Facets
		ok, unsaid  bool
		met, missed []string
	}{
		"nothing asked":                {of: c, ok: true},
		"one of two industries":        {of: c, facets: Facets{Industry: []string{"建設業", "製造業"}}, ok: true, met: []string{"industry"}},
		"the industry not wanted":      {of: c, facets: Facets{NotIndustry: []string{"製造業"}}, missed: []string{"not_industry"}},
		"exactly one star":             {of: c, facets: Facets{Stars: &one}, missed: []string{"stars"}},
		"one star or more":             {of: c, facets: Facets{Stars: &one, StarsUp: true}, ok: true, met: []string{"stars"}},
		"ranges that touch":            {of: sized, facets: Facets{Size: size}, ok: true, met: []string{"size"}},
		"no size stated":               {of: c, facets: Facets{Size: size, Pages: []int{14}}, unsaid: true, met: []string{"pages"}},
		"no size, and something amiss": {of: c, facets: Facets{Size: size, Pages: []int{15}}, missed: []string{"pages", "size"}},
		"a category beside another":    {of: c, facets: Facets{Category: []string{"被害有"}, NotCategory: []string{"取引先要請多"}}, ok: true, met: []string{"category", "not_category"}},
	} {
		v := w.facets.Judge(w.of)
		if v.OK() != w.ok || v.SizeUnstated != w.unsaid || !slices.Equal(v.Met, w.met) || !slices.Equal(v.Missed, w.missed) {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// Dropping every kind that is stated leaves nothing, whatever was stated.
func TestDropFollowsKinds(t *testing.T) {
	t.Parallel()
	one := 1
	f := Facets{
		Industry: []string{"a"}, NotIndustry: []string{"b"}, Category: []string{"c"}, NotCategory: []string{"d"},
		Size: &cases.Size{Min: 1}, Stars: &one, StarsUp: true, Pages: []int{1},
	}
	kinds := f.kinds()
	if len(kinds) != 7 {
		t.Fatalf("kinds %v, want all seven", kinds)
	}
	for i, kind := range kinds {
		f = f.Drop(kind)
		if rest := f.kinds(); !slices.Equal(rest, kinds[i+1:]) {
			t.Errorf("after dropping %s: %v", kind, rest)
		}
	}
	if !f.Empty() || f.StarsUp {
		t.Errorf("what is left: %+v", f)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<@U123ABC> 製造業は？":                 "製造業は？",
		"<@U123|田中>さん、<#C1|general>のパスワード": "さん、 のパスワード",
		"<!here> 被害有":                      "被害有",
		"<!subteam^S1|@security>":          "",
		"パス\u200bワ\u202eード\u2066\ufeff":    "パスワード",
		"a\x00b\x1b[31m\u0085c":            "ab[31m c",
		" 製造業\n\t　被害有 ":                    "製造業 被害有",
		"&lt;b&gt; R&amp;D":                "<b> R&D",
		"a < b > c <x>":                    "a < b > c <x>",
		"<@U123 閉じない":                      "<@U123 閉じない",
		"broken \xff bytes":                "broken bytes",
		"\U000e0041\U000e0042タグ\ufe0f文字":   "タグ文字",
		"&amp;lt;":                         "&lt;",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestUnderstandReadsOnlySoMuch(t *testing.T) {
	t.Parallel()
	e, book := embedded(t)
	long := make([]rune, 3*MaxQuestion)
	for i := range long {
		long[i] = '鍵'
	}
	q := e.Understand(string(long)+"製造業", nil, book)
	if n := len([]rune(q.Text)); n != MaxQuestion || len(q.Facets.Industry) != 0 {
		t.Errorf("%d characters read, %v; want %d and none of what follows", n, q.Facets.Industry, MaxQuestion)
	}
}
