package command_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/command"
)

// conditions stands for the engine: it knows these words and no others.
func conditions(words string) bool {
	known := []string{"製造業", "建設業", "★2", "★2以上", "20人", "被害", "被害有"}
	for w := range strings.FieldsSeq(words) {
		if !slices.Contains(known, w) {
			return false
		}
	}
	return true
}

func TestRead(t *testing.T) {
	t.Parallel()
	type c = command.Command
	security := command.Channel{Name: "security"}
	for written, want := range map[string]c{
		// Commands, in both languages.
		"一覧":               {Kind: command.List},
		"list":             {Kind: command.List},
		"ＬＩＳＴ":             {Kind: command.List},
		"<@U0BOT> 一覧":      {Kind: command.List},
		"一覧 製造業 ★2":        {Kind: command.List, Text: "製造業 ★2"},
		"一覧 業種別":           {Kind: command.List, By: []command.Dimension{command.Industry}},
		"一覧 重要度順 製造業":      {Kind: command.List, Sort: command.Stars, Text: "製造業"},
		"list by category": {Kind: command.List, By: []command.Dimension{command.Category}},
		"集計":               {Kind: command.Count},
		"集計 業種":            {Kind: command.Count, By: []command.Dimension{command.Industry}},
		"集計 業種 分類":         {Kind: command.Count, By: []command.Dimension{command.Industry, command.Category}},
		"集計 業種×分類":         {Kind: command.Count, By: []command.Dimension{command.Industry, command.Category}},
		"集計 業種 × 分類 ★2":    {Kind: command.Count, By: []command.Dimension{command.Industry, command.Category}, Text: "★2"},
		"count industry":   {Kind: command.Count, By: []command.Dimension{command.Industry}},
		"似た 14":            {Kind: command.Similar, Pages: []int{14}},
		"似た14":             {Kind: command.Similar, Pages: []int{14}},
		"比較４，８":            {Kind: command.Compare, Pages: []int{4, 8}},
		"共有14 #security":   {Kind: command.Share, Pages: []int{14}, Channel: security},
		"共有14台のPCの管理":      {Text: "共有14台のPCの管理"},
		"similar p.14":     {Kind: command.Similar, Pages: []int{14}},
		"比較 4 8 10":        {Kind: command.Compare, Pages: []int{4, 8, 10}},
		"比較　ｐ．４、p8と10":     {Kind: command.Compare, Pages: []int{4, 8, 10}},
		"比較 4":             {Kind: command.Compare, Pages: []int{4}}, // and is told to name two
		"compare 4 and 8":  {Kind: command.Compare, Pages: []int{4, 8}},
		"資料 4 8 10":        {Kind: command.Export, Pages: []int{4, 8, 10}},
		"資料":               {Kind: command.Export},
		"export p.4 and 8": {Kind: command.Export, Pages: []int{4, 8}},
		"資料を作った会社は？":       {Text: "資料を作った会社は？"},
		"資料 セキュリティ教育":      {Text: "資料 セキュリティ教育", Bare: "資料"},
		"ヘルプ":              {Kind: command.Help},
		"help":             {Kind: command.Help},

		// Share: the channel as text and as Slack resolves it, both optional.
		"共有 14":             {Kind: command.Share, Pages: []int{14}},
		"共有 p.14 #security": {Kind: command.Share, Pages: []int{14}, Channel: security},
		"共有 14 ＃security 見てください":               {Kind: command.Share, Pages: []int{14}, Channel: security, Comment: "見てください"},
		"share 14 <#C0SEC|security> look here": {Kind: command.Share, Pages: []int{14}, Channel: command.Channel{ID: "C0SEC", Name: "security"}, Comment: "look here"},
		"共有 14 <#C0SEC> 来週":                    {Kind: command.Share, Pages: []int{14}, Channel: command.Channel{ID: "C0SEC"}, Comment: "来週"},
		"共有 14 来週の会議で":                         {Kind: command.Share, Pages: []int{14}, Comment: "来週の会議で"},
		"共有 14 <!channel> &lt;重要&gt;":          {Kind: command.Share, Pages: []int{14}, Comment: "<重要>"},

		"共有 14 19 p.59 #security 3件です": {Kind: command.Share, Pages: []int{14, 19, 59}, Channel: security, Comment: "3件です"},

		// What is kept: a company, and a case a week.
		"設定 建設業 20人":           {Kind: command.Setting, Text: "建設業 20人"},
		"settings":             {Kind: command.Setting, Do: command.Show},
		"設定 なし":                {Kind: command.Setting, Do: command.Stop},
		"設定 変更した会社は":           {Text: "設定 変更した会社は", Bare: "設定"},
		"設定を変えた会社の事例は？":        {Text: "設定を変えた会社の事例は？"},
		"購読 #security 月曜 9:00": {Kind: command.Subscribe, Channel: security, At: &command.Weekly{Day: time.Monday, Minute: 540}},
		"購読 <#C0SEC|security> 毎週 金曜日 午後5時半":       {Kind: command.Subscribe, Channel: command.Channel{ID: "C0SEC", Name: "security"}, At: &command.Weekly{Day: time.Friday, Minute: 17*60 + 30}},
		"subscribe #security every Monday at 9am": {Kind: command.Subscribe, Channel: security, At: &command.Weekly{Day: time.Monday, Minute: 540}},
		"購読 水":              {Kind: command.Subscribe, At: &command.Weekly{Day: time.Wednesday, Minute: 540}},
		"購読 ０：０５ 日曜":        {Kind: command.Subscribe, At: &command.Weekly{Day: time.Sunday, Minute: 5}},
		"購読 一覧":             {Kind: command.Subscribe, Do: command.Show},
		"購読 9:00":           {Kind: command.Subscribe, Do: command.Show}, // and is told to name a day
		"購読 停止 #security":   {Kind: command.Subscribe, Do: command.Stop, Channel: security},
		"購読 月曜 25:00":       {Text: "購読 月曜 25:00", Bare: "購読"},
		"購読 サービスの事例":        {Text: "購読 サービスの事例", Bare: "購読"},
		"講読 #security 月曜 9": {Text: "講読 #security 月曜 9"},
		"講読 月曜 9時":          {Text: "講読 月曜 9時", Near: "購読 月曜 9時"},

		// Questions, though they begin with such a word.
		"": {},
		"UTMを導入した会社の事例は？": {Text: "UTMを導入した会社の事例は？"},
		"14":                   {Text: "14"},
		"製造業 20人 被害 ★2":        {Text: "製造業 20人 被害 ★2"},
		"一覧を作った会社は？":           {Text: "一覧を作った会社は？"},
		"一覧 UTM":               {Text: "一覧 UTM", Bare: "一覧"},
		"一覧 業種 分類":             {Text: "一覧 業種 分類", Bare: "一覧"},
		"共有 フォルダの事例":           {Text: "共有 フォルダの事例"},
		"共有フォルダの事例":            {Text: "共有フォルダの事例"},
		"共有":                   {Text: "共有"},
		"似た 会社の事例":             {Text: "似た 会社の事例"},
		"似た 4 8":               {Text: "似た 4 8"},
		"比較 UTM EDR":           {Text: "比較 UTM EDR"},
		"比較":                   {Text: "比較"},
		"ヘルプ デスクの事例":           {Text: "ヘルプ デスクの事例", Bare: "ヘルプ"},
		"help desk fraud":      {Text: "help desk fraud", Bare: "help"},
		"list of UTM cases":    {Text: "list of UTM cases", Bare: "list"},
		"count me in":          {Text: "count me in", Bare: "count"},
		"集計 業種 分類 規模":          {Text: "集計 業種 分類 規模", Bare: "集計"},
		"一覧 <#C0SEC|security>": {Text: "一覧", Bare: "一覧"},

		// Slips: still questions, with the command they may have been.
		"一欄":           {Text: "一欄", Near: "一覧"},
		"一欄 製造業":       {Text: "一欄 製造業", Near: "一覧 製造業"},
		"ヘレプ":          {Text: "ヘレプ", Near: "ヘルプ"},
		"hlep":         {Text: "hlep", Near: "help"},
		"lits":         {Text: "lits", Near: "list"},
		"compar 4 8":   {Text: "compar 4 8", Near: "compare 4 8"},
		"統計 業種":        {Text: "統計 業種", Near: "集計 業種"},
		"共用 14":        {Text: "共用 14", Near: "共有 14"},
		"会計":           {Text: "会計"}, // another word, no slip
		"一部の会社は？":      {Text: "一部の会社は？"},
		"lists of UTM": {Text: "lists of UTM"},
	} {
		if got := (command.Reader{Conditions: conditions}).Read(written); !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, want %+v", written, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"一覧 製造業", "共有 14 <#C1|a> <@U1>", "比較 4,8と10", "集計 業種 × 分類", "hlep", "共有 9999999999 #", "<#C1", "\x00一覧", "購読 #a 月曜 9:00", "設定 建設業", "共有 1 2 3 x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := command.Reader{Conditions: conditions}.Read(s)
		for _, text := range []string{c.Text, c.Comment, c.Near} {
			if strings.ContainsAny(text, "\n\x00\u202e") {
				t.Errorf("%q keeps what Clean takes out", text)
			}
		}
		if c.Kind == command.Question && (len(c.Pages) > 0 || len(c.By) > 0 || c.Comment != "") {
			t.Errorf("a question with arguments: %+v", c)
		}
		if c.Kind != command.Question && c.Near != "" {
			t.Errorf("a command that is near another: %+v", c)
		}
		if c.Near != "" {
			if again := (command.Reader{Conditions: conditions}).Read(c.Near); again.Kind == command.Question {
				t.Errorf("the suggestion %q is no command", c.Near)
			}
		}
	})
}
