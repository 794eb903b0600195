package cases

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

// small is a table that every encoding below can write.
const small = "タイトル,ページ,対策,従業員数\nクラウドの利用を開始,2,バックアップを取る,21～50名\n社内の教育,3,勉強会をひらく,\n"

func encode(t testing.TB, e encoding.Encoding, text string) []byte {
	t.Helper()
	data, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func utf16Bytes(text string, big, mark bool) []byte {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var data []byte
	for _, u := range units {
		if big {
			data = append(data, byte(u>>8), byte(u))
		} else {
			data = append(data, byte(u), byte(u>>8))
		}
	}
	return data
}

func TestReadSameInEveryForm(t *testing.T) {
	t.Parallel()
	want, _, err := Read("b.csv", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	cp := string(encode(t, japanese.ShiftJIS, small))
	for name, c := range map[string]struct{ data, notice string }{
		"BOM":            {"\ufeff" + small, "BOM"},
		"CRLF":           {strings.ReplaceAll(small, "\n", "\r\n"), ""},
		"CR":             {strings.ReplaceAll(small, "\n", "\r"), ""},
		"no last line":   {strings.TrimRight(small, "\n"), ""},
		"CP932":          {cp, "Shift_JIS（CP932）"},
		"CP932 and CRLF": {strings.ReplaceAll(cp, "\n", "\r\n"), "Shift_JIS（CP932）"},
		"tabs":           {strings.ReplaceAll(small, ",", "\t"), ""},
		"semicolons":     {strings.ReplaceAll(small, ",", ";"), ""},
		"all quoted":     {`"` + strings.NewReplacer(",", `","`, "\n", "\"\n\"").Replace(strings.TrimRight(small, "\n")) + `"`, ""},
		"blank lines":    {"\n,,,\n" + strings.ReplaceAll(small, "\n", "\n\n,,,\n"), ""},
	} {
		got, notices, err := Read("b.csv", []byte(c.data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v\nwant %+v", name, got, want)
		}
		if said := strings.Join(notices, " "); (c.notice == "") != (said == "") || !strings.Contains(said, c.notice) {
			t.Errorf("%s: notices %q, want one on %q", name, notices, c.notice)
		}
	}
}

func TestReadWholeExportAsCP932(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/ipa-2021-casebook.txt")
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := Read("b.txt", data)
	if err != nil {
		t.Fatal(err)
	}
	got, notices, err := Read("b.txt", encode(t, japanese.ShiftJIS, string(data)))
	if err != nil || len(notices) != 1 {
		t.Fatalf("%v, notices %q", err, notices)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the export reads otherwise in CP932 than in UTF-8")
	}
}

// CP932 has letters that Shift_JIS proper does not: ① ㈱ 髙.
func TestReadCP932Extensions(t *testing.T) {
	t.Parallel()
	text := strings.Replace(small, "社内の教育", "①㈱髙橋のｶﾅ", 1)
	b, _, err := Read("b.csv", encode(t, japanese.ShiftJIS, text))
	if err != nil || b.Cases[1].Title != "①㈱髙橋のｶﾅ" {
		t.Errorf("%+v %v", b.Cases, err)
	}
}

func TestReadRefusesEncodings(t *testing.T) {
	t.Parallel()
	cp, euc := encode(t, japanese.ShiftJIS, small), encode(t, japanese.EUCJP, small)
	lines := strings.SplitAfter(small, "\n")
	english := "title,page,measures\ncaf\xe9 au lait,2,x\n"
	for name, c := range map[string]struct {
		data string
		line int
		got  string
	}{
		"EUC-JP":                    {string(euc), 1, "EUC-JP"},
		"EUC-JP below ASCII header": {"title,page,measures\n" + string(encode(t, japanese.EUCJP, "まず教育,2,勉強会\n")), 2, "EUC-JP"},
		"ISO-2022-JP":               {string(encode(t, japanese.ISO2022JP, "title,page,measures\nまず,2,勉強会\n")), 2, "ISO-2022-JP"},
		"UTF-16LE with BOM":         {string(utf16Bytes(small, false, true)), 1, "UTF-16（LE、BOMあり）"},
		"UTF-16BE with BOM":         {string(utf16Bytes(small, true, true)), 1, "UTF-16（BE、BOMあり）"},
		"UTF-16LE":                  {string(utf16Bytes(small, false, false)), 1, "UTF-16（LE、BOMなし）"},
		"UTF-16BE":                  {string(utf16Bytes(small, true, false)), 1, "UTF-16（BE、BOMなし）"},
		"UTF-16LE in ASCII":         {string(utf16Bytes("title,page,measures\na,2,b\n", false, false)), 1, "UTF-16"},
		"UTF-32":                    {"\xff\xfe\x00\x00t\x00\x00\x00", 1, "UTF-32"},
		"UTF-8 then CP932":          {lines[0] + lines[1] + string(encode(t, japanese.ShiftJIS, lines[2])), 3, "混在"},
		"CP932 then UTF-8":          {string(encode(t, japanese.ShiftJIS, lines[0])) + lines[1] + lines[2], 2, "混在"},
		"CP932 then EUC-JP":         {string(encode(t, japanese.ShiftJIS, lines[0])) + string(encode(t, japanese.EUCJP, lines[1])), 2, "混在"},
		"both in one line":          {lines[0] + "教育の実施," + string(encode(t, japanese.ShiftJIS, "2,対策をする,\n")), 2, "UTF-8として壊れた"},
		"UTF-8 cut in a letter":     {strings.Replace(small, "社内の", "社内\xe3\x81", 1), 3, "UTF-8として壊れた"},
		"surrogate in UTF-8":        {strings.Replace(small, "社内の", "社内\xed\xa0\x80", 1), 3, "UTF-8として壊れた"},
		"CP932 with a bad byte":     {string(cp) + "\x83\xff,9,a,\n", 4, "Shift_JIS（CP932）として壊れた"},
		"CP932 below a UTF-8 BOM":   {"\ufeff" + string(cp), 1, "BOM"},
		"Latin-1":                   {english, 2, "判別できない"},
		"Latin-1 that CP932 reads":  {"title,page,measures\nr\xe9sum\xe9s,2,x\n", 2, "判別できない"},
		"NUL":                       {strings.Replace(small, "社内", "社\x00内", 1), 3, "NUL"},
		"NUL in CP932":              {string(cp) + "a\x00,9,b,\n", 4, "NUL"},
		"random bytes":              {"\x80\xff\xfe\x81", 1, "判別できない"},
	} {
		b, notices, err := Read("dir/b.csv", []byte(c.data))
		var e *ReadError
		if !errors.As(err, &e) || len(b.Cases) > 0 || len(notices) > 0 {
			t.Errorf("%s: %d cases, error %v", name, len(b.Cases), err)
			continue
		}
		if e.Line != c.line || !strings.Contains(e.Got, c.got) {
			t.Errorf("%s: line %d got %q, want line %d got %q", name, e.Line, e.Got, c.line, c.got)
		}
		for _, part := range []string{"dir/b.csv", "UTF-8で保存し直してください"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not say %q", name, err, part)
			}
		}
	}
}

func TestReadRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ data, want string }{
		"a workbook":  {"PK\x03\x04\x14\x00\x06\x00", "Excelのブック"},
		"a huge file": {strings.Repeat("a", MaxFile+1), "64 MiB以下"},
	} {
		if _, _, err := Read("b.xlsx", []byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
