package command

import (
	"strings"

	"github.com/jirei/jirei/retrieval"
)

// entry is one command: the words that call it, the first of which is its name, and slips of them that people make.
type entry struct {
	kind  Kind
	words []string
	slips []string
}

// table is all commands. Words and slips are folded (NFKC, lower case).
var table = []entry{
	{List, []string{"一覧", "一覧表", "リスト", "list"}, []string{"一欄", "一らん", "いちらん", "全件", "全部", "ls", "all"}},
	{Count, []string{"集計", "count"}, []string{"集系", "収集計", "しゅうけい", "統計", "件数", "stats", "counts"}},
	{Similar, []string{"似た", "similar"}, []string{"似てる", "似ている", "にた", "類似", "like"}},
	{Compare, []string{"比較", "compare"}, []string{"比格", "比べる", "比べて", "ひかく", "対比", "diff", "vs"}},
	{Share, []string{"共有", "share"}, []string{"共用", "供有", "きょうゆう", "シェア", "紹介"}},
	{Setting, []string{"設定", "settings", "setting"}, []string{"せってい", "設定変更", "config"}},
	{Subscribe, []string{"購読", "subscribe"}, []string{"講読", "こうどく", "定期購読", "配信"}},
	{Export, []string{"資料", "export"}, []string{"しりょう", "会議資料", "出力", "エクスポート"}},
	{Help, []string{"ヘルプ", "help"}, []string{"へるぷ", "?", "manual"}},
}

// dimensions are the names of columns.
var dimensions = []struct {
	d     Dimension
	names []string
}{
	{Industry, []string{"業種", "業界", "industry", "industries"}},
	{Category, []string{"分類", "category", "categories"}},
	{Stars, []string{"重要度", "星", "stars", "star", "importance"}},
	{Size, []string{"規模", "従業員数", "社員数", "size", "sizes", "employees"}},
}

// fillers say nothing between the words of a table: 業種 と 分類, by industry and size.
var fillers = []string{"x", "と", "by", "and", "per", "*", "・", "すべて", "all"}

// dimension reads 業種, 業種別 and 業種ごと, or 重要度順, which sorts.
func dimension(word string) (d Dimension, sort bool) {
	name, sort := strings.CutSuffix(word, "順")
	for _, suffix := range []string{"別", "ごと", "毎"} {
		name = strings.TrimSuffix(name, suffix)
	}
	for _, e := range dimensions {
		for _, n := range e.names {
			if n == name {
				return e.d, sort
			}
		}
	}
	return None, false
}

// English says that a text begins with an English command's word, whatever language its conditions are in.
func English(written string) bool {
	_, before, _ := cutChannel(written)
	word, _, _ := strings.Cut(retrieval.Clean(before), " ")
	for _, e := range table {
		for _, w := range e.words {
			if w == fold(word) && w[0] < 0x80 {
				return true
			}
		}
	}
	return false
}
