package cases

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

const hintUTF8 = "UTF-8で保存し直してください（Excelなら「CSV UTF-8（コンマ区切り）」）。"

// decode turns a file into UTF-8 text. It reads UTF-8 and CP932, because that
// is what editors and Excel on Japanese Windows write, and names any other
// encoding instead of guessing: a wrong guess is mojibake in the index, which
// nobody sees until it is quoted.
func decode(data []byte) (text string, notices []string, _ *ReadError) {
	if e := notText(data); e != nil {
		return "", nil, e
	}
	data, marked := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	if marked {
		notices = append(notices, "先頭のBOM（UTF-8の目印）は読み飛ばしました。")
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return "", nil, encodingError(lineAt(data, i), "NUL文字（0x00）を含むデータ")
	}
	if utf8.Valid(data) {
		// ISO-2022-JP is seven bits, hence valid UTF-8; its escapes give it away.
		if i := bytes.Index(data, []byte("\x1b$")); i >= 0 {
			return "", nil, encodingError(lineAt(data, i), "ISO-2022-JP（JIS）")
		}
		return string(data), notices, nil
	}
	text, e := decodeLegacy(data)
	if e != nil {
		return "", nil, e
	}
	if marked {
		return "", nil, encodingError(1, "UTF-8のBOMで始まるShift_JIS（CP932）")
	}
	return text, append(notices, "文字コードはShift_JIS（CP932）として読みました。"), nil
}

func encodingError(line int, got string) *ReadError {
	return &ReadError{Line: line, Want: "UTF-8かShift_JIS（CP932）のテキスト", Got: got, Hint: hintUTF8}
}

// notText finds what is no table at all, and Unicode in a form other than UTF-8.
func notText(data []byte) *ReadError {
	starts := func(mark string) bool { return bytes.HasPrefix(data, []byte(mark)) }
	switch {
	case len(data) > MaxFile:
		return &ReadError{Want: fmt.Sprintf("%d MiB以下のファイル", MaxFile>>20), Got: fmt.Sprintf("%d MiB", len(data)>>20), Hint: "ファイルを分けてください。"}
	case starts("PK\x03\x04"):
		return &ReadError{Want: "CSVかTSVのテキスト", Got: "ExcelのブックなどのZIP形式", Hint: "Excelで「CSV UTF-8（コンマ区切り）」として保存し直してください。"}
	// UTF-32LE begins with UTF-16LE's mark, so it is asked first.
	case starts("\xff\xfe\x00\x00"), starts("\x00\x00\xfe\xff"):
		return encodingError(1, "UTF-32")
	case starts("\xff\xfe"):
		return encodingError(1, "UTF-16（LE、BOMあり）")
	case starts("\xfe\xff"):
		return encodingError(1, "UTF-16（BE、BOMあり）")
	}
	if order := unmarkedUTF16(data); order != "" {
		return encodingError(1, "UTF-16（"+order+"、BOMなし）")
	}
	return nil
}

// unmarkedUTF16 looks at the separators that every table has: in UTF-16 each
// has a NUL beside it, on one side only. A stray NUL in UTF-8 text does not
// sit beside most of its tabs, commas and line ends.
func unmarkedUTF16(data []byte) string {
	var all, little, big int
	for i, b := range data {
		if b != '\t' && b != ',' && b != ';' && b != '\n' {
			continue
		}
		all++
		switch {
		case i%2 == 0 && i+1 < len(data) && data[i+1] == 0:
			little++
		case i%2 == 1 && data[i-1] == 0:
			big++
		}
	}
	switch {
	case little*2 > all:
		return "LE"
	case big*2 > all:
		return "BE"
	}
	return ""
}

// decodeLegacy reads CP932. It judges line by line, because a file that was
// pasted together from two encodings is valid in neither, and because whole
// files of EUC-JP pass as half-width kana in CP932: what tells them apart is
// in which of them the bytes become hiragana and katakana.
func decodeLegacy(data []byte) (string, *ReadError) {
	first := map[string]int{} // encoding → its first line
	var order []string
	for i, line := range splitLines(data) {
		name := lineEncoding(line)
		if name != "" && first[name] == 0 {
			first[name] = i + 1
			order = append(order, name)
		}
	}
	broken := lineAt(data, firstInvalidUTF8(data))
	switch {
	case len(order) > 1:
		return "", encodingError(first[order[1]], fmt.Sprintf("%d行目が%s、%d行目が%sの混在", first[order[0]], order[0], first[order[1]], order[1]))
	case len(order) == 0:
		return "", encodingError(broken, "判別できない文字コード")
	case order[0] == eucJP:
		return "", encodingError(first[eucJP], "EUC-JP")
	case order[0] == utf8Name:
		return "", encodingError(broken, "UTF-8として壊れたバイト列")
	}
	var b strings.Builder
	for i, line := range splitLines(data) {
		text, ok := decodeStrict(japanese.ShiftJIS, line)
		if !ok {
			return "", encodingError(i+1, "Shift_JIS（CP932）として壊れたバイト列")
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return b.String(), nil
}

const (
	utf8Name = "UTF-8"
	cp932    = "Shift_JIS（CP932）"
	eucJP    = "EUC-JP"
)

// lineEncoding names the one encoding in which a line reads as Japanese, or
// "" when it is plain ASCII or could be several.
func lineEncoding(line []byte) string {
	if utf8.Valid(line) {
		// Two half-width kana of CP932 can be valid UTF-8, as a Cyrillic or
		// Greek letter; three bytes that make a Japanese letter cannot be luck.
		if bytes.ContainsFunc(line, isJapanese) {
			return utf8Name
		}
		return ""
	}
	// UTF-8 with a broken byte can pass as CP932: あ is E3 81 82, and 82 with
	// the E3 of the next letter is ゃ.
	if utf8Run(line) {
		return utf8Name
	}
	kana := func(e encoding.Encoding) int {
		text, ok := decodeStrict(e, line)
		if !ok {
			return -1
		}
		n := 0
		for _, r := range text {
			if r >= 0x3041 && r <= 0x30fe {
				n++
			}
		}
		return n
	}
	sjis, euc := kana(japanese.ShiftJIS), kana(japanese.EUCJP)
	switch {
	case sjis > 0 && sjis > euc:
		return cp932
	case euc > 0 && euc > sjis:
		return eucJP
	}
	return ""
}

// decodeStrict decodes or says no. golang.org/x/text replaces what it cannot
// read by U+FFFD, and passes 0x80, which CP932 does not have, as U+0080.
func decodeStrict(e encoding.Encoding, line []byte) (string, bool) {
	out, err := e.NewDecoder().Bytes(line)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) || bytes.ContainsRune(out, 0x80) {
		return "", false
	}
	return string(out), true
}

// utf8Run finds three Japanese letters of UTF-8 in a row. CP932 text can have
// one by chance, never three: it would need rare kanji in turn with half-width kana.
func utf8Run(line []byte) bool {
	run := 0
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		if run++; size != 3 || !isJapanese(r) {
			run, size = 0, 1
		}
		if run == 3 {
			return true
		}
		line = line[size:]
	}
	return false
}

func isJapanese(r rune) bool {
	return r >= 0x3000 && r <= 0x30ff || unicode.Is(unicode.Han, r) || r >= 0xff00 && r <= 0xff9f
}

func firstInvalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// splitLines cuts at LF, CRLF and a lone CR. It may cut bytes not decoded yet:
// no trail byte of CP932 or EUC-JP is a CR or an LF.
func splitLines(data []byte) [][]byte {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	return bytes.Split(data, []byte("\n"))
}

func lineAt(data []byte, i int) int {
	return len(splitLines(data[:i]))
}
