package answer

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var (
	// noNegation are the Japanese and English idioms that only look like a no.
	noNegation = regexp.MustCompile(`(?i)少な[いく]|危な[いく]|だけで(?:は)?なく|のみなら?ず|にかかわらず|に関わらず|に限らず|限らない|なければ(?:なりません|ならない|いけない)|なくては(?:なりません|ならない)|ないと(?:いけない|いけません)|ざるを得(?:ない|ません)|かもしれ(?:ない|ません)|に(?:ほか|他)なら(?:ない|ません)|必ず|(?:^|[、。「\n])まず|はず|つない[でだ]|行ない|おこない|ないし|いずれ|少なからず|間違いな[くい]|記載[がの]?(?:な[いし]|ありません)|not only|not stated|no doubt`)
	// saysNo is a no in Japanese, at the end of a verb or an adjective.
	saysNo = regexp.MustCompile(`な(?:い|かった|くて|くな|く[、し])|なく$|ません|ず(?:に|、|と)|なし|ぬよう|未[\p{Han}]`)
	// turnsBack are Japanese words that undo what they stand with. A sentence may
	// have one only where the page has it.
	turnsBack = regexp.MustCompile(`見送|やめ|取りや|止め|停止|中止|断念|廃止|拒否|拒絶|解除|撤廃|撤去|不要|不可|不能|失敗|困難|禁止|延期|怠|諦|無効|放棄|反対|緩和|緩め|撤回|解散|取り消|減ら|未[\p{Han}]`)
	// saysNoEnglish is a no in English; softNo says as much without the word, and
	// turnsBackEnglish are the words of turnsBack.
	saysNoEnglish    = regexp.MustCompile(`(?i)\b(?:no|not|never|without|none|nothing|nobody|cannot|neither|nor|unable|instead of|rather than|hardly|lacks?|lacking|lacked)\b|n['’]t\b`)
	softNo           = regexp.MustCompile(`(?i)\b(?:avoid\w*|prevent\w*|free of|keep\w*[^.]* (?:off|out|away|from)|refrain\w*|un\w{4,}|less|stop\w*|only)\b`)
	turnsBackEnglish = regexp.MustCompile(`(?i)\b(?:refus\w+|reject\w*|stopp?\w*|halt\w*|abandon\w*|cancel\w*|discontinu\w*|fail(?:s|ed|ure|ures)?|forb[aio]d\w*|bann?(?:s|ed|ing)?|prohibit\w*|postpon\w*|unnecessary|impossible|gave up|give up|declin\w+|disabl\w+|remov\w+|abolish\w*|disband\w*|dissolv\w*|relax(?:es|ed|ing)|loosen\w*|lift(?:s|ed)|revok\w+|withdr[ae]w\w*)\b`)
	// holdsBack is what on a page is enough for one of them in English: the cases
	// restrict and block a lot without saying no.
	holdsBack = regexp.MustCompile(`制限|限定|遮断|制御|防|破棄|廃棄|削除|終了`)
)

// stays are words that change what a Japanese quote says about the world: a
// limit, a preparation, an aim, a request. Where the quote has one, the sentence
// must have it, too, or a word that says the same.
var stays = []struct{ quote, text *regexp.Regexp }{
	{regexp.MustCompile(`制限|限定|遮断|禁止`), regexp.MustCompile(`限|遮断|禁|絞|止|厳|防|断`)},
	{regexp.MustCompile(`備え`), regexp.MustCompile(`備|万一|万が一|場合|とき`)},
	{regexp.MustCompile(`目指|目標`), regexp.MustCompile(`目指|目標|向け|めざ`)},
	{regexp.MustCompile(`推奨|促`), regexp.MustCompile(`推奨|勧|奨|促|呼びかけ|すすめ`)},
	{regexp.MustCompile(`依頼|要請|求め`), regexp.MustCompile(`依頼|要請|求|頼|要望|お願`)},
	{regexp.MustCompile(`検討`), regexp.MustCompile(`検討|考え|話し合`)},
}

// suffers is a sentence in which somebody else is the one who acts.
var (
	suffers = regexp.MustCompile(`から[^、。]*(?:られ|され|を受け)`)
	suffer  = regexp.MustCompile(`から|受け|うけ|され|られ`)
)

// negationStands says whether a sentence says no where its quote does, and
// only there. near is the quote's cell and the title of its case.
func negationStands(text, quote, near string, english bool) bool {
	strip := func(s string) string { return noNegation.ReplaceAllString(norm.NFKC.String(s), "") }
	text, quote, near = strip(text), strip(quote), strip(near)
	pageNo := saysNo.MatchString(near) || turnsBack.MatchString(near)
	if english {
		switch {
		case saysNoEnglish.MatchString(text) && !pageNo,
			turnsBackEnglish.MatchString(text) && !pageNo && !holdsBack.MatchString(near):
			return false
		}
		return !saysNo.MatchString(quote) || saysNoEnglish.MatchString(text) || softNo.MatchString(text) || turnsBackEnglish.MatchString(text) || saysNo.MatchString(text)
	}
	for _, word := range turnsBack.FindAllString(text, -1) {
		if !strings.Contains(near, word) {
			return false
		}
	}
	if saysNo.MatchString(text) && !saysNo.MatchString(near) || suffers.MatchString(text) && !suffer.MatchString(near) {
		return false
	}
	for _, s := range stays {
		if s.quote.MatchString(quote) && !s.text.MatchString(text) {
			return false
		}
	}
	return !saysNo.MatchString(quote) || saysNo.MatchString(text)
}
