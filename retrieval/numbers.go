package retrieval

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// The patterns are written for folded text: NFKC, lower case, English stemmed
// (employees is employee, pages is page).
var (
	// \b keeps step 3 and P2P out; between kana and p it is a boundary.
	pagePattern = regexp.MustCompile(`(?:\bpp?\.? ?|\bpage ?|ページ ?)(\d{1,4})(?:(?:,|、|と| and |・| |~|-)+(?:p\.? ?|page ?)?(\d{1,4}))*\b|(\d{1,4}) ?(?:ページ|頁|ぺーじ)`)
	pageRange   = regexp.MustCompile(`(\d+)(?:~|-)(?:p\.? ?)?(\d+)`)
	digits      = regexp.MustCompile(`\d+`)
	bareNumbers = regexp.MustCompile(`^[\d ,、]+$`)
	caseNumber  = regexp.MustCompile(`(?:事例|ケ-?ス|case|no\.) ?(\d{1,4})(?:番)?(?:[のをはがとに 、。?]|$)|(\d{1,4})番(?:目)?の(?:事例|ケ)`)
	compared    = regexp.MustCompile(`\d{1,4}(?: ?(?:と|、|,|・|や|vs\.?|and|&|対) ?\d{1,4})+`)
	comparing   = regexp.MustCompile(`比較|比べ|ひかく|くらべ|違い|ちがい|並べ|compar|vs|differenc`)

	starPattern = regexp.MustCompile(`(★+)(\d?)|(?:星|重要度|star) ?(?:は|が|の|を)?(\d+)(?: ?(?:つ|個))?|星(?:は|が|の|を)?([一二三ひふみ])(?:っ|と|た)?[つ個]|(\d) ?star`)
	upPattern   = regexp.MustCompile(`^ ?(?:つ|個)?(?:以上|より上| or more| and up|\+)`)

	// whose says that a number counts a company's people: part of the condition,
	// not of the topic.
	whose        = `(?:(?:うち|当社|弊社)?は?(?:社員|従業員|スタッフ|職員|メンバ|人数|規模|全員|総勢)(?:数)?(?:は|が|で|も|の)?、? ?)?`
	people       = `(?:名|人|にん|peopl|person|employe|staff|worker|member)`
	count        = `(\d{1,3}(?:,\d{3})+|\d+)`
	rangePattern = regexp.MustCompile(whose + `(?:between )?` + count + ` ?` + people + `?(?:~|-|から| to | and |以上、?)` + count + ` ?-?` + people + `(?:以下|未満|まで|規模|くらい|ぐらい|ほど|程度)?`)
	sizePattern  = regexp.MustCompile(whose + `(?:(about|around|some|roughly|under|over|less than|more than|fewer than|at least|up to) |(約|およそ))?` + count + `(\+| or more| or fewer| or less)? ?-?` + people +
		`(以下|未満|以上|を超え|超|より多|より少な|を下回|まで|くらい|ぐらい|ほど|程度|前後|弱|強|規模|足らず|そこそこ|に満たない|もいない|いない|\+| or more| or fewer| or less)?`)
	// A team of 40 needs no word for people.
	teamPattern = regexp.MustCompile(`(?:team|company|staff|shop|offic|firm|business|workforc) of (?:(about|around|some|roughly|under|over|less than|more than|fewer than|at least|up to) )?` + count + `\b`)
	kanjiNumber = regexp.MustCompile(whose + `([一二三四五六七八九十百千数]+)(?:、([一二三四五六七八九十]+))?(?:名|人)(以下|未満|以上|を超え|超|より多|より少な|を下回|に満たない|もいない|いない|くらい|ぐらい|ほど|程度|前後|足らず|そこそこ|弱|強)?`)
)

// anyDigit is what \d takes.
const anyDigit = "0123456789"

// patterns claims what has a fixed shape: pages, stars, numbers of people.
func (r *reader) patterns() {
	r.kanjiNumbers()
	r.pages()
	r.stars()
	r.sizes()
}

// each calls use for every place where the pattern stands in the text, with
// the runes it covers and the submatches. Needs are characters of which each
// match has one: most questions have no digit, and that is seen much faster than
// that no pattern fits.
func (r *reader) each(p *regexp.Regexp, needs string, use func(from, to int, groups []string)) {
	s := string(r.t.orig)
	if !strings.ContainsAny(s, needs) {
		return
	}
	found := p.FindAllStringSubmatchIndex(s, -1)
	if len(found) == 0 {
		return
	}
	at := make(map[int]int, len(r.t.orig)+1)
	n := 0
	for i := range s {
		at[i] = n
		n++
	}
	at[len(s)] = n
	for _, loc := range found {
		groups := make([]string, len(loc)/2)
		for g := range groups {
			if loc[2*g] >= 0 {
				groups[g] = s[loc[2*g]:loc[2*g+1]]
			}
		}
		use(at[loc[0]], at[loc[1]], groups)
	}
}

func (r *reader) pages() {
	take := func(from, to int, groups []string) {
		if !r.claim(from, to, Span{Kind: "facet", Means: "page", Certain: 1}) {
			return
		}
		text := pageRange.ReplaceAllStringFunc(groups[0], spellOut)
		for _, n := range digits.FindAllString(text, -1) {
			page, _ := strconv.Atoi(n) // at most four digits
			r.query.Facets.Pages = appendPage(r.query.Facets.Pages, page)
		}
	}
	r.each(pagePattern, anyDigit, take)
	r.each(bareNumbers, anyDigit+" ,、", take) // 「14」 alone is a page
	r.each(caseNumber, anyDigit, take)
	if s := string(r.t.orig); strings.ContainsAny(s, anyDigit) && comparing.MatchString(s) {
		r.each(compared, anyDigit, take)
	}
	r.titles()
}

// shortTitle is the least length, in letters, at which a title inside a question is
// taken for that case: shorter ones are words that people use.
const shortTitle = 12

// quotedPattern is what somebody remembers of a title.
var quotedPattern = regexp.MustCompile(`[「『“"]([^「」『』“”"]{3,40})[」』”"]`)

// mostTitles is how many titles may have what was quoted: more is a topic.
const mostTitles = 3

// titles takes the title of a case, or a part of one in quotation marks, for its page.
func (r *reader) titles() {
	r.each(quotedPattern, "「『“\"", func(from, to int, g []string) {
		var pages []int
		for _, title := range r.book.Titles {
			if strings.Contains(title.Letters, letters([]rune(g[1]))) {
				pages = append(pages, title.Page)
			}
		}
		if len(pages) > 0 && len(pages) <= mostTitles {
			r.name(from, to, pages)
		}
	})
	if len(r.t.orig) < shortTitle {
		return
	}
	var at []int
	for i, c := range r.t.orig {
		if embeddings.ScriptOf(c) != embeddings.Other {
			at = append(at, i)
		}
	}
	asked := letters(r.t.orig)
	for _, title := range r.book.Titles {
		before, _, found := strings.Cut(asked, title.Letters)
		if !found || len([]rune(title.Letters)) < shortTitle {
			continue
		}
		first := len([]rune(before))
		r.name(at[first], at[first+len([]rune(title.Letters))-1]+1, []int{title.Page})
	}
}

// name takes a stretch for the pages it names.
func (r *reader) name(from, to int, pages []int) {
	if r.claim(from, to, Span{Kind: "facet", Means: "page", Certain: 1}) {
		for _, page := range pages {
			r.query.Facets.Pages = appendPage(r.query.Facets.Pages, page)
		}
	}
}

// letters are the letters and digits of a text.
func letters(text []rune) string {
	return strings.Map(func(r rune) rune {
		if embeddings.ScriptOf(r) == embeddings.Other {
			return -1
		}
		return r
	}, string(text))
}

// Title is the title of a case as questions are searched for it.
type Title struct {
	// Letters are its letters and digits, folded and stemmed.
	Letters string
	Page    int
}

// Titles returns the titles of cases, for Generation.
func Titles(list []cases.Case) []Title {
	out := make([]Title, 0, len(list))
	for _, c := range list {
		out = append(out, Title{letters([]rune(matchable(c.Title))), c.Page})
	}
	return out
}

// maxPages is how many pages a range may name: more is a list, not a look.
const maxPages = 20

// spellOut writes 14~16 as 14 15 16; what is too long or runs backwards stays.
func spellOut(pages string) string {
	ends := digits.FindAllString(pages, 2)
	first, _ := strconv.Atoi(ends[0]) // at most four digits
	last, _ := strconv.Atoi(ends[1])
	if last <= first || last-first >= maxPages {
		return pages
	}
	var out []string
	for page := first; page <= last; page++ {
		out = append(out, strconv.Itoa(page))
	}
	return strings.Join(out, " ")
}

func appendPage(pages []int, page int) []int {
	for _, have := range pages {
		if have == page {
			return pages
		}
	}
	return append(pages, page)
}

func (r *reader) stars() {
	r.each(starPattern, "★星重s", func(from, to int, g []string) {
		n := len([]rune(g[1]))
		for _, d := range []string{g[2], g[3], g[4], g[5]} {
			if d != "" {
				if n = kanjiValue(d); n == 0 {
					n = number(d)
				}
			}
		}
		rest := string(r.t.orig[to:])
		up := upPattern.FindString(rest)
		if r.claim(from, to+len([]rune(up)), Span{Kind: "facet", Means: "stars", Certain: 1}) {
			r.query.Facets.Stars, r.query.Facets.StarsUp = &n, up != ""
		}
	})
}

func (r *reader) sizes() {
	r.each(rangePattern, anyDigit, func(from, to int, g []string) {
		low, high := number(g[1]), number(g[2])
		if low <= high {
			r.size(from, to, cases.Size{Min: low, Max: high})
		}
	})
	r.each(teamPattern, anyDigit, func(from, to int, g []string) {
		r.size(from, to, around(number(g[2]), g[1], ""))
	})
	r.each(sizePattern, anyDigit, func(from, to int, g []string) {
		r.size(from, to, around(number(g[3]), g[1]+g[2], g[4]+g[5]))
	})
}

// notPeople is what makes of a number of people something else: 20人分のパソコン, 3人目.
var notPeople = regexp.MustCompile(`^(?:分|目|月|用|組|乗り|掛け|部屋)`)

// size takes a range, unless the text says "two people in charge" rather than
// how big the company is: under three is never a company size people ask by.
func (r *reader) size(from, to int, size cases.Size) {
	if size.Min < 3 && size.Max < 3 && size.Max > 0 || size.Min == 0 || notPeople.MatchString(r.t.slice(to, len(r.t.orig))) {
		return
	}
	if r.query.Facets.Size == nil && r.claim(from, to, Span{Kind: "facet", Means: "size", Certain: 1}) {
		r.query.Facets.Size = &size
	}
}

// around turns a number with its hedge into a range. 前後 and ほど are a fifth
// either way: the book's classes double at each step, so this seldom adds one.
func around(n int, before, after string) cases.Size {
	switch {
	case n == 0:
		return cases.Size{} // no company; size refuses it
	case after == "以下" || after == "まで" || before == "up to" || after == " or fewer" || after == " or less":
		return cases.Size{Min: 1, Max: n}
	case after == "未満" || after == "より少な" || after == "を下回" || after == "に満たない" || after == "もいない" || after == "いない" ||
		before == "under" || before == "less than" || before == "fewer than":
		return cases.Size{Min: 1, Max: max(n-1, 1)}
	case after == "超" || after == "を超え" || after == "より多" || before == "over" || before == "more than":
		return cases.Size{Min: n + 1} // as cases.Range reads it
	case after == "以上" || before == "at least" || after == "+" || after == " or more":
		return cases.Size{Min: n}
	case after == "弱" || after == "足らず":
		return cases.Size{Min: n - n/5, Max: n}
	case after == "強":
		return cases.Size{Min: n, Max: n + n/5}
	case after == "前後" || after == "くらい" || after == "ぐらい" || after == "ほど" || after == "程度" || after == "そこそこ" || after == "規模" || before != "":
		return cases.Size{Min: n - n/5, Max: n + n/5}
	}
	return cases.Size{Min: n, Max: n}
}

// kanjiNumbers takes 三十人 and 数十名.
func (r *reader) kanjiNumbers() {
	r.each(kanjiNumber, "名人", func(from, to int, g []string) {
		word := g[1]
		if strings.HasPrefix(word, "数") {
			unit := kanjiValue(strings.TrimPrefix(word, "数"))
			if unit >= 10 {
				r.size(from, to, cases.Size{Min: 2 * unit, Max: 10*unit - 1})
			}
			return
		}
		if tens, some := strings.CutSuffix(word, "数"); some { // 十数名
			if n := kanjiValue(tens); n >= 10 {
				r.size(from, to, cases.Size{Min: n + 1, Max: n + 9})
			}
			return
		}
		second := g[2]
		if two := []rune(word); second == "" && len(two) == 2 && kanjiValue(word) < 10 { // 四五人 is 四、五人
			word, second = string(two[0]), string(two[1])
		}
		n := kanjiValue(word)
		if high := kanjiValue(second); high > n && n >= 3 { // 四、五人
			r.size(from, to, cases.Size{Min: n, Max: high})
			return
		}
		if n >= 3 {
			r.size(from, to, around(n, "", g[3]))
		}
	})
}

// kanjiValue reads 三十五 as 35; 0 when it is no number.
func kanjiValue(s string) int {
	ones := map[rune]int{'一': 1, 'ひ': 1, '二': 2, 'ふ': 2, '三': 3, 'み': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	units := map[rune]int{'十': 10, '百': 100, '千': 1000}
	total, digit := 0, 0
	for _, c := range s {
		if unit, ok := units[c]; ok {
			total += max(digit, 1) * unit
			digit = 0
			continue
		}
		d, ok := ones[c]
		if !ok {
			return 0
		}
		digit = d
	}
	return total + digit
}

func number(s string) int {
	n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	if err != nil || n > 1_000_000 {
		return 1_000_000
	}
	return n
}

// named takes a size or a number of stars that a form stands for: 零細, 中堅,
// 最重要. The name is MIN-MAX (MAX empty where open) or N or N+.
func (r *reader) named(m Meaning) {
	switch m.Kind {
	case "size":
		low, high, _ := strings.Cut(m.Name, "-")
		if r.query.Facets.Size == nil {
			size := cases.Size{Min: number(low)}
			if high != "" {
				size.Max = number(high)
			}
			r.query.Facets.Size = &size
		}
	case "stars":
		n := number(strings.TrimSuffix(m.Name, "+"))
		r.query.Facets.Stars, r.query.Facets.StarsUp = &n, strings.HasSuffix(m.Name, "+")
	}
}
