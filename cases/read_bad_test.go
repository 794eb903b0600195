package cases

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// refusal is a file, and where and with which words Read refuses it.
type refusal struct {
	data         string
	line, column int
	says         string
}

const refusedHeader = "タイトル,ページ,対策,重要度\n"

func TestReadRefusesTables(t *testing.T) {
	t.Parallel()
	const header = refusedHeader
	checkRefused(t, map[string]refusal{
		"empty file":           {"", 0, 0, "空のファイル"},
		"blank file":           {"\n ,\n\ufeff\n", 0, 0, "空のファイル"},
		"comments only":        {"# 題\n# 出典: 誰か\n", 0, 0, "空のファイル"},
		"header only":          {header, 1, 0, "見出しだけ"},
		"header and blanks":    {header + ",,,\n\n", 1, 0, "見出しだけ"},
		"no header":            {"題,1,策\n", 1, 0, "「タイトル」（または title、件名）という列"},
		"no page column":       {"タイトル,対策\n題,策\n", 1, 0, "「ページ」"},
		"no measures column":   {"タイトル,ページ\n題,1\n", 1, 0, "「実施している対策」"},
		"column twice":         {"タイトル,ページ,対策,頁\n題,1,策,2\n", 1, 4, "2列目「ページ」に続く2つ目の列"},
		"synonyms":             {"タイトル,ページ,対策,実施している対策\n題,1,策,策\n", 1, 4, "3列目「対策」に続く"},
		"short row":            {header + "題,1,策\n", 2, 0, "見出しと同じ4列が必要ですが、3列です"},
		"long row":             {header + "題,1,策,★,余り\n", 2, 0, "5列です"},
		"other header":         {header + "題,1,策,★\nタイトル,対策,ページ,重要度\n", 3, 0, "1行目と同じ見出し"},
		"shorter header":       {header + "題,1,策,★\nタイトル,ページ,対策\n", 3, 0, "1行目と同じ見出し"},
		"quote left open":      {header + "題,1,\"策,\n乙,2,策,\n", 2, 3, "閉じていない"},
		"quote closed early":   {header + "\"題\"名,1,策,\n", 2, 1, `""`},
		"replaced letters":     {header + "題\ufffd,1,策,\n", 2, 1, "U+FFFD"},
		"entity for NUL":       {header + "題&#0;,1,策,\n", 2, 1, "U+FFFD"},
		"row too wide":         {header + "題,1,策," + strings.Repeat(",", MaxColumns) + "\n", 2, 0, "256列以下"},
		"cell too long":        {header + "題,1," + strings.Repeat("a", MaxField+1) + ",\n", 2, 3, "1 MiB"},
		"quoted cell too long": {header + "題,1,\"" + strings.Repeat("あ\n", MaxField/3) + "\",\n", 2, 3, "1 MiB"},
	})
}

func TestReadRefusesCells(t *testing.T) {
	t.Parallel()
	const header = refusedHeader
	checkRefused(t, map[string]refusal{
		"page twice":            {header + "甲,7,策,\n乙,８,策,\n丙,７,策,\n", 4, 2, "2行目と同じ「7」"},
		"page twice, same body": {header + "甲,7,策,\n甲,7,策,\n", 3, 2, "2行目と同じ「7」"},
		"page range":            {header + "題,12-13,策,\n", 2, 2, "「12-13」です。1行に1ページだけ"},
		"page p.12-13":          {header + "題,p.12〜13,策,\n", 2, 2, "1行に1ページだけ"},
		"page 0":                {header + "題,0,策,\n", 2, 2, "「0」"},
		"page below 0":          {header + "題,-3,策,\n", 2, 2, "「-3」"},
		"page with a sign":      {header + "題,+3,策,\n", 2, 2, "「+3」"},
		"page a fraction":       {header + "題,1.5,策,\n", 2, 2, "「1.5」"},
		"page a word":           {header + "題,十二,策,\n", 2, 2, "「十二」"},
		"page blank":            {header + "題,,策,\n", 2, 2, "空欄"},
		"page too large":        {header + "題,99999999999999999999,策,\n", 2, 2, "整数"},
		"no title":              {header + " ,1,策,\n", 2, 1, "空欄"},
		"title of tags":         {header + "<b></b>,1,策,\n", 2, 1, "空欄"},
		"title invisible":       {header + "\u200b,1,策,\n", 2, 1, "空欄"},
		"no measure":            {header + "題,1,,\n", 2, 3, "空欄"},
		"measures of bullets":   {header + "題,1,● ●,\n", 2, 3, "「● ●」"},
		"four stars":            {header + "題,1,策,★★★★\n", 2, 4, "「★★★★」"},
		"stars a word":          {header + "題,1,策,高\n", 2, 4, "「高」"},
		"stars out of 3":        {header + "題,1,策,4\n", 2, 4, "「4」"},
		"stars both ways":       {header + "題,1,策,★★2\n", 2, 4, "「★★2」"},
		"stars out of order":    {header + "題,1,策,☆★\n", 2, 4, "「☆★」"},
	})
}

func checkRefused(t *testing.T, files map[string]refusal) {
	t.Helper()
	for name, c := range files {
		b, notices, err := Read("dir/b.csv", []byte(c.data))
		var e *ReadError
		if !errors.As(err, &e) {
			t.Errorf("%s: %d cases, error %v", name, len(b.Cases), err)
			continue
		}
		if len(b.Cases) > 0 || b.ID != "" || notices != nil {
			t.Errorf("%s: something was loaded: %+v %q", name, b, notices)
		}
		if e.Line != c.line || e.Column != c.column || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: line %d, column %d: %q; want line %d, column %d and %q", name, e.Line, e.Column, err, c.line, c.column, c.says)
		}
		// A sentence, then a hint.
		if e.Hint == "" || !strings.HasPrefix(err.Error(), "dir/b.csv") || !strings.HasSuffix(err.Error(), "。") {
			t.Errorf("%s: %q names no file or has no hint", name, err)
		}
	}
}

func TestReadErrorMessage(t *testing.T) {
	t.Parallel()
	_, _, err := Read("book.csv", []byte("タイトル,# Page,対策\n題,12-13,策\n"))
	want := "book.csv 2行目 2列目「Page」: 1以上の整数のページが必要ですが、「12-13」です。" +
		"1行に1ページだけ書いてください（例: 12）。2ページにわたる事例は最初のページにします。"
	if err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestReadTellsEveryBadCell(t *testing.T) {
	t.Parallel()
	_, _, err := Read("b.csv", []byte("title,page,measures,stars\n,x,,高\n題,1\n題,2,策,★\n"))
	var all ReadErrors
	if !errors.As(err, &all) || len(all) != 5 || len(all.Unwrap()) != 5 {
		t.Fatalf("%d errors, want 5: %v", len(all), err)
	}
	if got := strings.Count(err.Error(), "\n"); got != 5 {
		t.Errorf("%d lines under the first, want 5:\n%v", got, err)
	}
}

func TestReadListsTwentyErrors(t *testing.T) {
	t.Parallel()
	var s strings.Builder
	s.WriteString("title,page,measures\n")
	for range 33 {
		s.WriteString("題,x,策\n")
	}
	_, _, err := Read("b.csv", []byte(s.String()))
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 22 || !strings.Contains(lines[0], "33件") || !strings.HasPrefix(lines[21], "ほかに13件") {
		t.Errorf("%d lines:\n%v", len(lines), err)
	}
}

// What a message quotes from a cell cannot garble a terminal or fill it.
func TestReadErrorQuotesSafely(t *testing.T) {
	t.Parallel()
	_, _, err := Read("b.csv", []byte("title,page,measures\n題,\"\x1b[2J\u202e"+strings.Repeat("長\n", 500)+"\",策\n"))
	if err == nil {
		t.Fatal("no error")
	}
	if msg := err.Error(); strings.ContainsAny(msg, "\x1b\u202e\n") || utf8.RuneCountInString(msg) > 200 {
		t.Errorf("%q", msg)
	}
}

// validate says what every book that Read returns must be.
func validate(b Book) error {
	if len(b.Cases) == 0 || b.ID == "" || b.Title == "" || strings.Contains(b.ID, "/") {
		return fmt.Errorf("book %q %q of %d cases", b.ID, b.Title, len(b.Cases))
	}
	last := 0
	for _, c := range b.Cases {
		texts := append([]string{c.Title, c.Industry, c.Employees}, append(c.Measures, c.Facets.Categories...)...)
		for _, s := range texts {
			if clean, n := stripInvisible(s); n > 0 || !utf8.ValidString(s) || collapse(clean) != s {
				return fmt.Errorf("p.%d: %q is not clean", c.Page, s)
			}
		}
		for _, s := range append([]string{c.Title}, append(c.Measures, c.Facets.Categories...)...) {
			if s == "" {
				return fmt.Errorf("p.%d: an empty text", c.Page)
			}
		}
		switch {
		case c.Page <= last:
			return fmt.Errorf("p.%d after p.%d", c.Page, last)
		case c.ID != MakeID(b.ID, c.Page) || c.ID.Page() != c.Page:
			return fmt.Errorf("p.%d has id %s", c.Page, c.ID)
		case len(c.Measures) == 0 || c.Stars < 0 || c.Stars > 3:
			return fmt.Errorf("p.%d: %d measures, %d stars", c.Page, len(c.Measures), c.Stars)
		case c.Size != nil && (c.Size.Min < 1 || c.Size.Max != 0 && c.Size.Max < c.Size.Min):
			return fmt.Errorf("p.%d: size %+v", c.Page, c.Size)
		}
		last = c.Page
	}
	return nil
}

// Read never panics; what it reads is a sound book, and what it refuses loads
// nothing and says where.
func FuzzRead(f *testing.F) {
	cp := string(encode(f, japanese.ShiftJIS, small))
	for _, seed := range []string{
		small, cp, "\ufeff" + small, strings.ReplaceAll(small, ",", "\t"), "# 題\n" + small, "", "title,page,measures\n",
		"title,page,measures\n<ul><li>a</li></ul>,1,<p>● x ● y</p>\n", "title,page,measures\n\"=HYPERLINK(\"\"u\"\",\"\"t\"\")\",2,\"a\nb\"\n",
		"title,page,measures\n<b <b <!-- <script>,1,&#x202e;&amp;\n", "t\x00i\x00t\x00l\x00e\x00,\x00", "title,page,measures\n\"open,1,x\n",
		"Aa タイトル\t# Page\t≡ 対策\n題\t1\t策\n\nAa タイトル\t# Page\t≡ 対策\n題\t2\t策\n",
	} {
		f.Add("b.csv", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		b, notices, err := Read(name, data)
		if err == nil {
			if err := validate(b); err != nil {
				t.Fatalf("%v\nfrom %q", err, data)
			}
			return
		}
		var all ReadErrors
		if !errors.As(err, &all) || len(all) == 0 || len(b.Cases) > 0 || notices != nil || err.Error() == "" {
			t.Fatalf("%v (%T), %d cases, notices %q", err, err, len(b.Cases), notices)
		}
	})
}

// A file of the wrong kind must not cost memory for each of its lines.
func TestReadStopsLooking(t *testing.T) {
	t.Parallel()
	_, _, err := Read("b.csv", []byte("title,page,measures\n"+strings.Repeat("題,x,策\n", 3*maxErrors)))
	var all ReadErrors
	if !errors.As(err, &all) || len(all) != maxErrors || !strings.Contains(err.Error(), "少なくとも1000件") || !strings.Contains(err.Error(), "ほかに少なくとも980件") {
		t.Errorf("%d errors: %.300v", len(all), err)
	}
}
