package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// text gives a cell as text, lines kept; "" where the table has no such column.
func (r *reader) text(rec record, c column) string {
	i := r.index(c)
	if i < 0 {
		return ""
	}
	s, formula := plainFormula(rec.cells[i])
	if formula {
		r.formulas.add(rec.lines[i], quoted(s))
	}
	s, dropped := stripInvisible(unescape(stripTags(s)))
	if dropped > 0 {
		r.invisible.add(rec.lines[i], fmt.Sprintf("「%s」に%d文字", r.name(c), dropped))
	}
	if strings.ContainsRune(s, utf8.RuneError) {
		r.failCell(rec, c, "読める文字", "文字化けの跡（U+FFFD）", "元のファイルをUTF-8で保存し直してください。")
	}
	return s
}

// line gives a cell as one line.
func (r *reader) line(rec record, c column) string {
	return collapse(r.text(rec, c))
}

var pageRange = regexp.MustCompile(`^\D*[0-9]+\D+[0-9]+\D*$`)

// page reads a page: a whole number from 1, in any width. 「12-13」 is refused,
// not read as 12: a citation must lead to one row.
func (r *reader) page(rec record) int {
	printed := r.line(rec, page)
	folded := norm.NFKC.String(printed)
	n, err := strconv.Atoi(folded)
	if err != nil || n < 1 || n > 1_000_000 || strings.HasPrefix(folded, "+") {
		hint := "半角の数字だけで書いてください（例: 12）。"
		if pageRange.MatchString(folded) {
			hint = "1行に1ページだけ書いてください（例: 12）。2ページにわたる事例は最初のページにします。"
		}
		r.failCell(rec, page, "1以上の整数のページ", quoted(printed), hint)
		return 0
	}
	if first, twice := r.seen[n]; twice {
		r.failCell(rec, page, "ほかの行と重ならないページ", fmt.Sprintf("%d行目と同じ「%d」", first, n), "ページを直すか、どちらかの行を消してください。")
		return 0
	}
	r.seen[n] = r.lineOf(rec, page)
	return n
}

// stars reads ★★, "2", "★2" or, with the places left open, ★★☆.
func (r *reader) stars(rec record) int {
	printed := r.line(rec, stars)
	s := strings.ReplaceAll(norm.NFKC.String(printed), " ", "")
	s = strings.ReplaceAll(s, "⭐", "★")
	filled := strings.TrimLeft(s, "★")
	n := strings.Count(s, "★")
	switch digits := strings.TrimPrefix(s, "★"); {
	case len(digits) == 1 && digits >= "0" && digits <= "3":
		return int(digits[0] - '0')
	case strings.Trim(filled, "☆") == "" && utf8.RuneCountInString(s) <= 3:
		return n
	}
	r.failCell(rec, stars, "★から★★★、または0から3の数字", quoted(printed), "重要度がなければ空欄にしてください。")
	return 0
}

// measures splits the cell into bullets and wants at least one.
func (r *reader) measures(rec record) []string {
	list := splitMeasures(r.text(rec, measures))
	if len(list) == 0 {
		r.failCell(rec, measures, "1つ以上の対策", quoted(rec.cells[r.index(measures)]), "実施している対策を書いてください。")
	}
	return list
}

// lineBullets are bullets at a line's start only: within a line ・ joins words
// (対策・投資多), and - and * are signs.
var lineBullets = regexp.MustCompile(`^(?:[・•‣◦○◆◇■□▪]|[-*] )\s*`)

// splitMeasures cuts at line breaks (<li>, <p> and <br> are some by now) and
// at every ●, which the export also prints in mid-line, after 「。」.
func splitMeasures(s string) []string {
	var list []string
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '\n' || r == '●' }) {
		part = collapse(lineBullets.ReplaceAllString(collapse(part), ""))
		if part != "" {
			list = append(list, part)
		}
	}
	return list
}

// splitCategories cuts at spaces and at 、 , / ; of either width. Never at ・:
// 「対策・投資多」 is one category.
func splitCategories(s string) []string {
	var list []string
	for name := range strings.FieldsFuncSeq(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("、,，/／;；", r)
	}) {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// tally counts cells for one notice, and keeps the first few to show.
type tally struct {
	count int
	first []string
}

func (t *tally) add(line int, what string) {
	if t.count++; len(t.first) < 5 {
		t.first = append(t.first, fmt.Sprintf("%d行目%s", line, what))
	}
}

// notice puts the cells before a sentence; nothing where there are none.
func (t *tally) notice(sentence string) []string {
	if t.count == 0 {
		return nil
	}
	list := strings.Join(t.first, "、")
	if more := t.count - len(t.first); more > 0 {
		list += fmt.Sprintf(" ほか%d件", more)
	}
	return []string{sentence + "（" + list + "）。"}
}

func (r *reader) notices() []string {
	return slices.Concat(
		r.formulas.notice("数式のセルは表示される文字だけを読みました"),
		r.invisible.notice("見えない文字（制御文字、ゼロ幅文字など）を取り除きました"),
		r.sizes.notice("従業員数のうち人数の範囲として読めないものは、規模での絞り込みに使いません"),
	)
}
