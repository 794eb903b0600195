package cases

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// one reads a table and wants exactly one case in it.
func one(t *testing.T, name, data string) (Case, string) {
	t.Helper()
	b, notices, err := Read(name, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Cases) != 1 {
		t.Fatalf("%d cases, want 1", len(b.Cases))
	}
	return b.Cases[0], strings.Join(notices, "\n")
}

func TestReadHeaders(t *testing.T) {
	t.Parallel()
	want := Case{ID: "b/7", Page: 7, Title: "題", Measures: []string{"策"}, Facets: Facets{
		Industry: "製造業", Categories: []string{"被害有"}, Employees: "30名", Size: &Size{30, 30}, Stars: 1}}
	for name, header := range map[string]string{
		"Japanese":        "タイトル,ページ,分類,実施している対策,従業員数,業種,重要度",
		"English":         "Title,PAGE,Category,Measures,Employees,Industry,Stars",
		"other words":     "件名,頁,カテゴリー,対策,規模,業界,importance",
		"icons":           "Aa タイトル,# Page,≡ 分類,≡ 実施している対策,≡ 従業員数,≡ 業種,▼ 重要度",
		"half-width":      "ﾀｲﾄﾙ,ﾍﾟｰｼﾞ,分類,対策,従業員数,業種,重要度",
		"spaces":          " title , page ,category, measures,company_size,industry , stars",
		"bold and quoted": `"<b>title</b>","page","category","measures","size","industry","stars"`,
	} {
		got, said := one(t, "b.csv", header+"\n題,7,被害有,策,30名,製造業,★\n")
		if !reflect.DeepEqual(got, want) || said != "" {
			t.Errorf("%s: %+v, notices %q", name, got, said)
		}
	}
}

func TestReadOnlyRequiredColumns(t *testing.T) {
	t.Parallel()
	got, said := one(t, "b.csv", "備考,対策,タイトル,ページ\nメモ,策,題,7\n")
	want := Case{ID: "b/7", Page: 7, Title: "題", Measures: []string{"策"}}
	if !reflect.DeepEqual(got, want) || said != "列「備考」は使いません。" {
		t.Errorf("%+v, notices %q", got, said)
	}
}

func TestReadCells(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"plain":               {"題", "題"},
		"underlined":          {"<u>題</u>", "題"},
		"link formula":        {`"=HYPERLINK(""https://example.com/?a=1,2"",""題"")"`, "題"},
		"link formula, quote": {`"=HYPERLINK(""u"",""題の""""語""""です"")"`, `題の"語"です`},
		"link to a cell":      {`"=hyperlink(A1; ""題"")"`, "題"},
		"link without a text": {`"=HYPERLINK(""https://example.com"")"`, "https://example.com"},
		"text formula":        {`="007"`, "007"},
		"other formula":       {"=SUM(A1:A3)", "=SUM(A1:A3)"},
		"script":              {"題<script>alert('</b>')</script>名", "題名"},
		"script left open":    {"題<SCRIPT src=x>alert(1)", "題"},
		"style":               {"<style type=a>b{}</style>題", "題"},
		"comment":             {"題<!-- 隠し <b> -->名", "題名"},
		"comment left open":   {"題<!-- 隠し", "題"},
		"link":                {"<a href='javascript:alert(1)' title='>'>題</a>", "題"},
		"image":               {"題<img src=x onerror=alert(1)>", "題"},
		"tag left open":       {"題<b 名", "題<b 名"},
		"a word in brackets":  {"<UTM>と<重要>", "<UTM>と<重要>"},
		"less than":           {"5 < 10 > 3", "5 < 10 > 3"},
		"entities":            {"A&amp;B &lt;b&gt; &#x3042;&nbsp;x", "A&B <b> あ x"},
		"entity decoded once": {"&amp;lt;", "&lt;"},
		"not an entity":       {"R&notes &unknown; &", "R&notes &unknown; &"},
		"white space":         {" 一  二\t 三　四　 五 ", "一 二 三　四 五"},
		"NFKC forms stay":     {"㈱ ① ｶﾅ ～〜", "㈱ ① ｶﾅ ～〜"},
		"line break":          {"\"一\n二\"", "一 二"},
		"doubled quotes":      {`"「""題""」"`, `「"題"」`},
		"quotes in mid-cell":  {`題"名"`, `題"名"`},
	} {
		delim := ","
		if strings.Contains(c.in, "\t") {
			c.in = `"` + c.in + `"`
		}
		got, _ := one(t, "b.csv", strings.Join([]string{"title", "page", "measures\n" + c.in, "1", "策"}, delim)+"\n")
		if got.Title != c.want {
			t.Errorf("%s: %q, want %q", name, got.Title, c.want)
		}
	}
}

func TestReadMeasures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"one":                  {"策を実施。", []string{"策を実施。"}},
		"bullets in a line":    {"● 一。● 二 ●三", []string{"一。", "二", "三"}},
		"lines":                {"一\n\n二\r\n三", []string{"一", "二", "三"}},
		"middots at the start": {"・対策・投資\n・二", []string{"対策・投資", "二"}},
		"other bullets":        {"- 一\n* 二\n• 三\n■四", []string{"一", "二", "三", "四"}},
		"a sign, no bullet":    {"-5度", []string{"-5度"}},
		"list":                 {"<ul style='a'> <li>● 一</li><li>二</li></ul>", []string{"一", "二"}},
		"paragraphs":           {"<p>● 一。● 二</p> <p>三</p>", []string{"一。", "二", "三"}},
		"breaks":               {"一<br>二<br/>三", []string{"一", "二", "三"}},
		"a bullet of nothing":  {"●● 一 ●", []string{"一"}},
	} {
		got, _ := one(t, "b.csv", "title,page,measures\n題,1,\""+c.in+"\"\n")
		if !reflect.DeepEqual(got.Measures, c.want) {
			t.Errorf("%s: %q, want %q", name, got.Measures, c.want)
		}
	}
}

func TestReadFacets(t *testing.T) {
	t.Parallel()
	const header = "title\tpage\tmeasures\tcategory\tsize\tstars\n"
	row := func(category, size, stars string) string {
		return header + "題\t１２\t策\t" + category + "\t" + size + "\t" + stars + "\n"
	}
	for in, want := range map[string][]string{
		"対策・投資多 被害有":         {"対策・投資多", "被害有"},
		"対策・投資多、被害有,a／b;c　d": {"対策・投資多", "被害有", "a", "b", "c", "d"},
		"被害有 被害有":            {"被害有"},
		"<b>被害有</b><br>a":    {"被害有", "a"},
		"":                   nil,
	} {
		if got, _ := one(t, "b.tsv", row(in, "", "")); !reflect.DeepEqual(got.Facets.Categories, want) || got.Page != 12 {
			t.Errorf("category %q: %q on p.%d, want %q", in, got.Facets.Categories, got.Page, want)
		}
	}
	for in, want := range map[string]int{"": 0, "★": 1, "★★★": 3, "★★☆": 2, "☆☆☆": 0, "2": 2, "３": 3, "★2": 2, "★ ★": 2, "⭐️⭐️": 2, "0": 0} {
		if got, _ := one(t, "b.tsv", row("", "", in)); got.Stars != want {
			t.Errorf("stars %q: %d, want %d", in, got.Stars, want)
		}
	}
	got, said := one(t, "b.tsv", row("", "数名", ""))
	if got.Employees != "数名" || got.Size != nil || !strings.Contains(said, "2行目「数名」") {
		t.Errorf("size 数名: %q %v, notices %q", got.Employees, got.Size, said)
	}
}

func TestReadStripsInvisible(t *testing.T) {
	t.Parallel()
	in := "題\u200b\u202e\u2066名\ufe0f\U000e0100\U000e0041\x1b\u00ad&#x202e;"
	got, said := one(t, "b.csv", "title,page,measures\n"+in+",1,策\n")
	if got.Title != "題名" || !strings.Contains(said, "2行目「title」に9文字") {
		t.Errorf("%q, notices %q", got.Title, said)
	}
}

func TestReadNoticesAreCounted(t *testing.T) {
	t.Parallel()
	var s strings.Builder
	s.WriteString("title,page,measures,size\n")
	for page := range 9 {
		fmt.Fprintf(&s, "題,%d,策,不明\n", page+1)
	}
	_, notices, err := Read("b.csv", []byte(s.String()))
	if err != nil || len(notices) != 1 || !strings.Contains(notices[0], "6行目「不明」 ほか4件") || strings.Contains(notices[0], "7行目") {
		t.Errorf("%v %q", err, notices)
	}
}

func TestReadQuotedLineBreaksKeepLineNumbers(t *testing.T) {
	t.Parallel()
	_, _, err := Read("b.csv", []byte("title,page,measures\n\"一\r\n二\",1,\"策\n策\"\n題,x,策\n"))
	var e *ReadError
	if !errors.As(err, &e) || e.Line != 5 || e.Column != 2 {
		t.Errorf("%v, want line 5, column 2", err)
	}
}

func TestReadDescribesTheBook(t *testing.T) {
	t.Parallel()
	const table = "title,page,measures\n題,1,策\n"
	for name, c := range map[string]struct{ file, data, id, title, source string }{
		"from the name":     {"/data/Cases 2024.csv", table, "cases-2024", "Cases 2024", ""},
		"Windows path":      {`C:\data\Cases.csv`, table, "cases", "Cases", ""},
		"no ASCII name":     {"事例集.csv", table, "book", "事例集", ""},
		"no name":           {"", table, "book", "book", ""},
		"title line":        {"a.csv", "# 当社の事例集\n" + table, "a", "当社の事例集", ""},
		"source line":       {"a.csv", "\n# 出典: 総務部、2024年\n# 当社の事例集\n# 第2版\n" + table, "a", "当社の事例集", "総務部、2024年"},
		"padded by Excel":   {"a.csv", "\"# 当社, 事例集\",,\n" + table, "a", "当社, 事例集", ""},
		"columns told":      {"a.csv", "# 題\n# 列: タイトル, ページ, 分類\n" + table, "a", "題", ""},
		"# begins a header": {"a.csv", "# 題\n# Page,Aa title,measures\n1,題,策\n", "a", "題", ""},
		"a quote left open": {"a.csv", "# 題,\"名\n" + table, "a", "題,\"名", ""},
	} {
		b, _, err := Read(c.file, []byte(c.data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if b.ID != c.id || b.Title != c.title || b.Source != c.source || b.Cases[0].ID != MakeID(c.id, 1) {
			t.Errorf("%s: %q %q %q %v", name, b.ID, b.Title, b.Source, b.Cases[0].ID)
		}
	}
}

func TestReadSortsByPage(t *testing.T) {
	t.Parallel()
	b, _, err := Read("b.csv", []byte("title,page,measures\n後,9,策\n先,2,策\n"))
	if err != nil || b.Cases[0].Page != 2 || b.Cases[1].Page != 9 {
		t.Errorf("%v %+v", err, b.Cases)
	}
}
