//go:build !nobook

package cases

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

func embedded(t *testing.T) Book {
	t.Helper()
	b, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The numbers here were counted from the export by other means (a script that
// splits its lines at tabs), not by this package.
func TestEmbeddedHoldsAllCases(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	if b.ID != EmbeddedID || b.Title != "「2021年度中小企業における情報セキュリティ対策に関する実態調査」事例集" || !strings.Contains(b.Source, "IPA") {
		t.Errorf("provenance = %q %q %q", b.ID, b.Title, b.Source)
	}
	if len(b.Cases) != 61 {
		t.Fatalf("%d cases, want 61", len(b.Cases))
	}
	for i, c := range b.Cases {
		if c.Page != i+2 || c.ID != MakeID("ipa2021", i+2) {
			t.Errorf("case %d is %s on page %d", i, c.ID, c.Page)
		}
	}
	if first, last := b.Pages(); first != 2 || last != 62 {
		t.Errorf("pages %d to %d, want 2 to 62", first, last)
	}
}

func TestEmbeddedCounts(t *testing.T) {
	t.Parallel()
	count := map[string]map[any]int{"industry": {}, "category": {}, "stars": {}, "employees": {}, "measures": {}}
	for _, c := range embedded(t).Cases {
		count["industry"][c.Industry]++
		count["stars"][c.Stars]++
		count["employees"][c.Employees]++
		count["measures"][len(c.Measures)]++
		for _, name := range c.Facets.Categories {
			count["category"][name]++
		}
		if (c.Size == nil) != (c.Employees == "") {
			t.Errorf("p.%d: employees %q, size %v", c.Page, c.Employees, c.Size)
		}
	}
	want := map[string]map[any]int{
		"industry": {"サービス業・その他": 12, "情報通信業": 9, "金融業・保険業": 9, "製造業": 8, "建設業": 7, "卸売業・小売業": 7, "不動産業・物品賃貸業": 4,
			"農業・林業": 2, "電気・ガス・熱供給・水道業": 1, "鉱業・採石業・砂利採取業": 1, "運輸業・郵便業": 1},
		"category": {"対策・投資多": 45, "取引先要請多": 17, "被害有": 14},
		"stars":    {0: 53, 2: 7, 3: 1},
		"employees": {"": 38, "5名以下": 4, "6～20名": 4, "21～50名": 3, "21～50名以下": 3, "101～300名": 3, "101～300名以下": 2,
			"51～100名以下": 2, "51～100名": 1, "21～150名": 1},
		"measures": {1: 14, 2: 47},
	}
	for facet, values := range want {
		if !reflect.DeepEqual(count[facet], values) {
			t.Errorf("%s\n got %v\nwant %v", facet, count[facet], values)
		}
	}
}

func TestEmbeddedSpotChecks(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	on := func(page int) Case { return b.Cases[page-2] }
	checks := map[string]struct{ got, want any }{
		"p.5 has two categories":             {on(5).Facets.Categories, []string{"対策・投資多", "被害有"}},
		"p.5 keeps the print of its size":    {on(5).Employees, "21～50名以下"},
		"p.5 size":                           {*on(5).Size, Size{21, 50}},
		"p.9 stars":                          {on(9).Stars, 3},
		"p.11 keeps the stray space":         {on(11).Measures[0], "業務フローを整理し、インターネット接続 端末を限定。"},
		"p.12 measure without a full stop":   {on(12).Measures[0], "公的支援を活用して情報セキュリティ対策に取り組む"},
		"p.13 states no size":                {on(13).Size, (*Size)(nil)},
		"p.17 stars":                         {on(17).Stars, 2},
		"p.18 bullets without a space":       {len(on(18).Measures), 2},
		"p.22 second measure":                {on(22).Measures[1], "IT導入補助金支援事業者として、説得力のある説明ができるようにするため、SECURITY ACTIONを宣言。"},
		"p.24 size stays as printed":         {*on(24).Size, Size{21, 150}},
		"p.25 title is corrected":            {on(25).Title, "不正アクセス被害をきっかけに脆弱性診断や対策強化を実施"},
		"p.25 measure is corrected":          {on(25).Measures[1], "外部事業者を活用した自社サービスの脆弱性診断の実施。"},
		"p.25 says so":                       {len(on(25).Corrections), 2},
		"p.26 cell in <p>":                   {on(26).Measures[1], "PDCA を回す際、従業員には責任を追及しないよう留意。"},
		"p.28 two <p> in a cell":             {len(on(28).Measures), 2},
		"p.30 is corrected":                  {strings.Contains(on(30).Measures[1], "もらえるよう意識"), true},
		"p.44 keeps the official spelling":   {on(44).Measures[1], "自社が提供するサービスへのぜい弱性診断を実施。"},
		"p.44 has no correction":             {len(on(44).Corrections), 0},
		"p.49 is corrected":                  {strings.HasPrefix(on(49).Measures[1], "さらされている脅威"), true},
		"industries in order of first page":  {b.Industries()[:3], []string{"農業・林業", "建設業", "製造業"}},
		"categories in order of first page":  {b.Categories(), []string{"対策・投資多", "取引先要請多", "被害有"}},
		"all industries":                     {len(b.Industries()), 11},
		"no tag is left in any title":        {strings.Contains(on(2).Title, "<"), false},
		"p.19 industry with three middots":   {on(19).Industry, "電気・ガス・熱供給・水道業"},
		"p.14 size without 以下":               {*on(14).Size, Size{101, 300}},
		"p.3 a size with a top only":         {*on(3).Size, Size{1, 5}},
		"p.37 one long measure stays one":    {len(on(37).Measures), 1},
		"p.62 last case":                     {on(62).Title, "自社にできる情報セキュリティ対策の把握が重要"},
		"p.33 quotation marks in a title":    {on(33).Title, "ITの高度化は便利と脅威の「諸刃の剣」、対策の重要性を実感"},
		"p.14 bullets with a space and none": {on(14).Measures[0], "情報セキュリティルールや体制、ライセンス契約を関連会社で共有"},
	}
	for name, c := range checks {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %#v, want %#v", name, c.got, c.want)
		}
	}
}

// The reviewed file says what the export says, no more and no less.
func TestEmbeddedTableIsTheExport(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/ipa-2021-casebook.txt")
	if err != nil {
		t.Fatal(err)
	}
	export, notices, err := Read("testdata/ipa-2021-casebook.txt", data)
	if err != nil {
		t.Fatal(err)
	}
	if len(notices) > 0 {
		t.Errorf("notices on the export: %q", notices)
	}
	if export.ID != "ipa-2021-casebook" || !strings.HasPrefix(export.Title, "「2021年度") {
		t.Errorf("export is %q %q", export.ID, export.Title)
	}
	table, err := printed()
	if err != nil {
		t.Fatal(err)
	}
	if len(export.Cases) != len(table.Cases) {
		t.Fatalf("%d cases in the export, %d in the table", len(export.Cases), len(table.Cases))
	}
	for i, want := range export.Cases {
		want.ID = MakeID(EmbeddedID, want.Page)
		if got := table.Cases[i]; !reflect.DeepEqual(got, want) {
			t.Errorf("p.%d\n got %+v\nwant %+v", want.Page, got, want)
		}
	}
}

func TestReviewFitsTheTable(t *testing.T) {
	t.Parallel()
	var r review
	if err := json.Unmarshal(embeddedReview, &r); err != nil {
		t.Fatal(err)
	}
	b, err := printed()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Corrections) != 4 || len(r.LeftAsPrinted) == 0 {
		t.Fatalf("%d corrections, %d left as printed", len(r.Corrections), len(r.LeftAsPrinted))
	}
	for _, d := range r.LeftAsPrinted {
		// A doubt is held to the same rule as a correction: its text is there, once.
		c := b.Cases[d.Page-2]
		if n := c.replace(Correction{Field: d.Field, Printed: d.Printed}); n != 1 || d.Reason == "" {
			t.Errorf("p.%d %s: %q is there %d times (reason %q)", d.Page, d.Field, d.Printed, n, d.Reason)
		}
	}
}

func TestCorrectRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	b, err := printed()
	if err != nil {
		t.Fatal(err)
	}
	for name, fix := range map[string]Correction{
		"text not in the cell":     {Page: 25, Field: "title", Printed: "ない文字", Corrected: "別", Reason: "理由"},
		"text there twice":         {Page: 25, Field: "title", Printed: "弱", Corrected: "別", Reason: "理由"},
		"text in another field":    {Page: 49, Field: "title", Printed: "さらにされている", Corrected: "さらされている", Reason: "理由"},
		"unknown field":            {Page: 25, Field: "stars", Printed: "弱い弱性", Corrected: "脆弱性", Reason: "理由"},
		"unknown page":             {Page: 99, Field: "title", Printed: "弱い弱性", Corrected: "脆弱性", Reason: "理由"},
		"no reason":                {Page: 25, Field: "title", Printed: "弱い弱性", Corrected: "脆弱性"},
		"corrected as it was":      {Page: 25, Field: "title", Printed: "弱い弱性", Corrected: "弱い弱性", Reason: "理由"},
		"size of a row without it": {Page: 13, Field: "employees", Printed: "21", Corrected: "22", Reason: "理由"},
	} {
		if _, err := b.correct([]Correction{fix}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	fixed, err := b.correct([]Correction{{Page: 24, Field: "employees", Printed: "150", Corrected: "50", Reason: "理由"}})
	if err != nil || *fixed.Cases[22].Size != (Size{21, 50}) {
		t.Errorf("a corrected size: %v %v", fixed.Cases[22].Size, err)
	}
	if b.Cases[22].Employees != "21～150名" {
		t.Errorf("correct wrote into the printed book: %q", b.Cases[22].Employees)
	}
}
