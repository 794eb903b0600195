package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jirei/jirei/embeddings"
)

// figure is a number with what it counts, as far as the next character says.
type figure struct {
	value string
	unit  rune   // 名, 年, %; 0 where nothing follows that counts
	bound string // 以下, 以上, … behind a number that is not the end of a range
}

var (
	digits = regexp.MustCompile(`[A-Za-z0-9]*\d[A-Za-z0-9]*(?:[.,]\d+)*`)
	// after is what follows a number: its unit, and whether it is a limit.
	after   = regexp.MustCompile(`^\s*([\p{Han}\p{Katakana}%]?)\s*(以下|以上|未満|超|前後|弱|強)?`)
	between = regexp.MustCompile(`^\s*[\p{Han}]?\s*[~〜～\-–—]\s*\d`)
	// kanjiFigure is a number in kanji where a counter follows; 一部, 一体, 十分 are none.
	kanjiFigure = regexp.MustCompile(`([一二三四五六七八九十百千]+|数)(つ|社|名|人|件|回|年|月|日|台|倍|割|週|種|段階|要素|拠点|カ月|か月|ヶ月|時間)`)
	// numberWords are English numbers. One is a pronoun, too, and is left out.
	numberWords = map[string]string{
		"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12", "dozen": "12",
		"twenty": "20", "thirty": "30", "fifty": "50", "hundred": "100", "hundreds": "100", "thousand": "1000", "thousands": "1000", "million": "1000000",
		"twice": "2", "double": "2", "doubled": "2", "triple": "3", "tripled": "3",
	}
	// periods are how often something is done: a number in all but form.
	periods = map[string]*regexp.Regexp{
		"day":     regexp.MustCompile(`(?i)毎日|日次|日々|連日|1日1回|\bdaily\b|every day|each day`),
		"week":    regexp.MustCompile(`(?i)毎週|週次|週に|週1|\bweekly\b|every week|each week`),
		"month":   regexp.MustCompile(`(?i)毎月|月次|(?:^|[^カか])月に?1回?|\bmonthly\b|every month|each month`),
		"quarter": regexp.MustCompile(`(?i)四半期|\bquarterly\b|every quarter`),
		"year":    regexp.MustCompile(`(?i)毎年|年次|年に?1回|\byearly\b|\bannual(?:ly)?\b|every year|each year`),
	}
)

// numbersStand says whether every number of a sentence is on the page, with
// the unit and the limit it has there.
func numbersStand(text, row string, english bool) bool {
	have := figures(row, false)
	for _, f := range figures(text, english) {
		ok := slices.ContainsFunc(have, func(h figure) bool {
			if h.value != f.value || h.bound != "" && h.bound != f.bound && !english || f.bound != "" && h.bound != f.bound {
				return false
			}
			return english || f.unit == 0 || h.unit == 0 || f.unit == h.unit
		})
		if !ok {
			return false
		}
	}
	for _, p := range periods {
		if p.MatchString(text) && !p.MatchString(row) {
			return false
		}
	}
	return true
}

func figures(s string, english bool) []figure {
	var out []figure
	var ranged []bool
	for _, at := range digits.FindAllStringIndex(s, -1) {
		word := s[at[0]:at[1]]
		if strings.ContainsFunc(word, unicode.IsLetter) {
			continue // ISO27001 is a name
		}
		f := figure{value: plainNumber(word)}
		g := after.FindStringSubmatch(s[at[1]:])
		f.unit, _ = utf8.DecodeRuneInString(g[1])
		if g[1] == "" {
			f.unit = 0
		}
		if f.unit == '人' {
			f.unit = '名'
		}
		f.bound = g[2]
		out, ranged = append(out, f), append(ranged, between.MatchString(s[at[1]:]))
	}
	// 21～50名以下: 21 counts what 50 counts, and 以下 adds nothing to a range.
	for i := len(out) - 2; i >= 0; i-- {
		if ranged[i] {
			out[i].unit, out[i].bound, out[i+1].bound = out[i+1].unit, "", ""
		}
	}
	for _, at := range kanjiFigure.FindAllStringSubmatchIndex(s, -1) {
		if before, _ := utf8.DecodeLastRuneInString(s[:at[0]]); unicode.Is(unicode.Han, before) {
			continue // 統一社, 単一種
		}
		out = append(out, figure{value: kanjiNumber(s[at[2]:at[3]])})
	}
	if english {
		for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if v, ok := numberWords[w]; ok {
				out = append(out, figure{value: v})
			}
		}
	}
	return out
}

// plainNumber writes 1,000 and 01.50 as 1000 and 1.5.
func plainNumber(s string) string {
	v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func kanjiNumber(s string) string {
	if s == "数" {
		return s
	}
	total, now := 0, 0
	for _, r := range s {
		switch i := strings.IndexRune("一二三四五六七八九", r); {
		case i >= 0:
			now = i/3 + 1
		default:
			total += max(now, 1) * map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
			now = 0
		}
	}
	return strconv.Itoa(total + now)
}

var (
	katakana = regexp.MustCompile(`[ァ-ヺー]{2,}`)
	latin    = regexp.MustCompile(`[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*(?:['’]s\b)?`)
	japanese = regexp.MustCompile(`[\p{Han}\p{Hiragana}ァ-ヺー]{2,}`)
	// common are katakana words of the frame: they name neither measure nor product.
	common = map[string]bool{"ケース": true, "メンバー": true, "グループ": true, "チーム": true, "ポイント": true, "メリット": true, "レベル": true, "スタッフ": true, "テーマ": true}
)

// namesStand says whether what a sentence names stands on the page: in katakana
// and Latin letters as it is spelled there, and measures by their concept, so
// that "antivirus" is not on a page about UTM. A brand does not stand for its
// kind: FortiGate is not on a page that says UTM.
func (p Proof) namesStand(text, row string, english bool) bool {
	folded := strings.ReplaceAll(embeddings.Fold(row), " ", "")
	in := func(word string) bool {
		return strings.Contains(folded, strings.ReplaceAll(embeddings.Fold(word), " ", ""))
	}
	for _, word := range katakana.FindAllString(text, -1) {
		if word = strings.Trim(word, "ー"); utf8.RuneCountInString(word) > 1 && !common[word] && !common[word+"ー"] && !in(word) {
			return false
		}
	}
	for _, at := range latin.FindAllStringIndex(text, -1) {
		word := strings.TrimSuffix(strings.TrimSuffix(text[at[0]:at[1]], "'s"), "’s")
		if len(word) < 2 || in(word) || english && (!properName(word, text[:at[0]]) || in(strings.TrimSuffix(word, "s"))) {
			continue
		}
		return false
	}
	if english {
		for _, words := range japanese.FindAllString(text, -1) {
			if !in(words) {
				return false
			}
		}
	}
	named := p.measures(text, false)
	if len(named) == 0 {
		return true
	}
	known := p.measures(row, true)
	return !slices.ContainsFunc(named, func(c string) bool { return !slices.Contains(known, c) })
}

// properName says that an English word is a name: it has a digit or a capital
// where ordinary words have none.
func properName(word, before string) bool {
	first := true
	for _, r := range word {
		if unicode.IsDigit(r) || unicode.IsUpper(r) && !first {
			return true
		}
		first = false
	}
	r, _ := utf8.DecodeRuneInString(word)
	if !unicode.IsUpper(r) || word == "I" {
		return false
	}
	before = strings.TrimRight(before, " \"“「(")
	return before != "" && !strings.ContainsAny(before[len(before)-1:], ".!?:") && !strings.HasSuffix(before, "。")
}

// measureNames are the lexicon's concepts that are a measure, a mark or a
// threat of their own. The others (employees, efficiency, customers) are said of
// anything in so many words that holding a sentence to them dropped a third of
// the honest ones.
var measureNames = strings.Fields(`
	antivirus edr utm firewall ids-ips waf mail-filter mail-auth mail-missend-control mail-encryption web-filter vpn closed-network thin-client
	remote-desktop backup encryption disk-encryption mfa biometrics password-manager log-management monitoring-service vulnerability-scan usb-control
	mdm remote-wipe cloud telework isms privacy-mark security-action pci-dss cyber-insurance subsidy csirt bcp internal-audit external-audit nda
	ransomware emotet phishing ddos targeted-attack malware`)

// measures are the measures that a text names, by the lexicon; widely, with what
// each is a kind of and what is looked for along with it.
func (p Proof) measures(text string, widely bool) []string {
	if p.Words == nil {
		return nil
	}
	var out []string
	for _, line := range strings.Split(text, "\n") {
		for _, part := range p.Words.Explain(line) {
			if part.Kind != "concept" || !widely && (part.Certain < 0.95 || !slices.Contains(measureNames, part.Name)) {
				continue
			}
			out = append(out, part.Name)
			if widely {
				for _, w := range slices.Concat(p.Words.Broader(part.Name), p.Words.Related(part.Name)) {
					out = append(out, w.Name)
				}
			}
		}
	}
	return out
}
