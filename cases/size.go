package cases

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// sizeForm is the one shape of a size: a mark or word, a number, what bounds
// it, and perhaps a second number with the same. Folded text only.
var sizeForm = regexp.MustCompile(`^(?:従業員数?|社員数?)?[:はが]?\s*(?:約|およそ|おおよそ|だいたい|about|around|approx\.?|approximately)?\s*` +
	`(~|up to|at most|under|less than|fewer than|below|over|more than|above|at least|<=|>=|<|>|≦|≧|≤|≥)?\s*` +
	number + tail + `(?:(、|~|-|to)?\s*(?:約)?\s*` + number + tail + `)?$`)

const (
	number = `([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,8})\s*`
	tail   = `(?:名|人|employees?|people|persons?|staff)?\s*(?:くらい|ぐらい|程度|前後|ほど|規模)?\s*(以下|以内|まで|未満|以上|超|を?超える|or less|or fewer|or more|\+|~)?\s*`
)

// The wave dash and the full-width tilde are one sign to people (and CP932
// maps one to the other); every dash, and the long vowel mark that is typed
// for one, is a hyphen.
var sizeFold = strings.NewReplacer("〜", "~", "から", "~", "‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-", "ー", "-")

// Range reads a number of employees: a cell of a casebook (「21～50名以下」,
// 「301名以上」) or what a person typed (「約30人」, "21-50", "under 50"). It
// reads the whole text or nothing: ok is false for 「数名」, for an empty
// text, and for ranges that hold no company. 「21～50名以下」 is 21 to 50;
// 「約30名」 is 30, for no source says how wide 約 is. A bare number is a
// size too: whether "30" in a question means people is for the caller to know.
func Range(text string) (size *Size, ok bool) {
	folded := sizeFold.Replace(strings.ToLower(norm.NFKC.String(text)))
	m := sizeForm.FindStringSubmatch(strings.TrimSpace(folded))
	if m == nil {
		return nil, false
	}
	first, ok := people(m[2])
	if !ok {
		return nil, false
	}
	if m[5] == "" {
		return oneSided(m[1], first, m[3])
	}
	second, ok := people(m[5])
	if !ok || m[1] != "" {
		return nil, false
	}
	return twoSided(first, m[3], m[4], second, m[6])
}

// oneSided is a size with one number and at most one bound on it.
func oneSided(mark string, n int, bound string) (*Size, bool) {
	if mark != "" && bound != "" && (mark != "~" || isLower(bound)) {
		return nil, false
	}
	switch {
	case mark == "under" || mark == "less than" || mark == "fewer than" || mark == "below" || mark == "<" || bound == "未満":
		return sized(1, n-1)
	case mark == "over" || mark == "more than" || mark == "above" || mark == ">" || strings.HasPrefix(strings.TrimPrefix(bound, "を"), "超"):
		return open(n + 1)
	case mark == "at least" || mark == ">=" || mark == "≧" || mark == "≥" || isLower(bound):
		return open(n)
	case mark != "" || bound != "":
		return sized(1, n)
	}
	return sized(n, n)
}

// twoSided is "21~50名以下" or "21名以上50名以下". Two numbers need a sign or
// a 以上 between them, else "21 50" would be a range.
func twoSided(low int, bound, between string, high int, top string) (*Size, bool) {
	switch {
	case bound == "~" && between == "", bound == "" && (between == "~" || between == "-" || between == "to"):
	case bound == "以上" || bound == "or more":
	case strings.HasPrefix(strings.TrimPrefix(bound, "を"), "超"):
		low++
	default:
		return nil, false
	}
	switch {
	case isLower(top):
		return nil, false
	case top == "未満":
		high--
	}
	return sized(max(low, 1), high)
}

// isLower says whether a bound is a lower one.
func isLower(bound string) bool {
	switch bound {
	case "以上", "超", "超える", "を超える", "or more", "+", "~":
		return true
	}
	return false
}

func sized(low, high int) (*Size, bool) {
	if low < 1 || high < low {
		return nil, false
	}
	return &Size{Min: low, Max: high}, true
}

func open(low int) (*Size, bool) {
	return &Size{Min: max(low, 1)}, true
}

func people(digits string) (int, bool) {
	n, err := strconv.Atoi(strings.ReplaceAll(digits, ",", ""))
	// Above any company; it also keeps n+1 far from overflow.
	return n, err == nil && n <= 100_000_000
}
