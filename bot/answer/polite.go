package answer

import (
	"regexp"
	"strings"
)

// A measure in a table ends as a heading does: 「対策を強化」, 「勉強会の開催。」,
// 「規程を定める」. polite makes of it the end of a sentence, in です・ます, without a
// word that the row does not have, but for the fixed endings below. It returns
// false for an ending that it has no rule for; the caller then quotes.
func polite(measure string) (string, bool) {
	m := strings.TrimRight(strings.TrimSpace(measure), "。.．")
	if m == "" || strings.ContainsAny(m, "。!?！？\n") {
		return "", false // several sentences: no one ending
	}
	switch {
	case strings.HasSuffix(m, "ている"):
		return strings.TrimSuffix(m, "る") + "ます", true
	case strings.HasSuffix(m, "ます"), strings.HasSuffix(m, "です"):
		return m, true
	case strings.HasSuffix(m, "が可能に"):
		return m + "なっています", true
	case strings.HasSuffix(m, "とする"), strings.HasSuffix(m, "をする"):
		return strings.TrimSuffix(m, "する") + "しています", true
	}
	if g := noun.FindStringSubmatch(m); g != nil {
		return g[1] + "を" + g[2] + "しています", true // 勉強会の開催 → 勉強会を開催しています
	}
	if action.MatchString(m) {
		return m + "しています", true // 対策を強化 → 対策を強化しています
	}
	if end, ok := verb(m); ok {
		return end, true
	}
	if nominal.MatchString(m) {
		return m + "に取り組んでいます", true // 認証取得 → 認証取得に取り組んでいます
	}
	return "", false
}

// actions are the nouns that become verbs with する. The list is general: the
// commonest in texts about what an organisation does.
const actions = `(?:実施|導入|依頼|推進|策定|作成|構築|整備|開催|獲得|強化|徹底|共有|活用|利用|要請|対応|確認|把握|周知|収集|推奨|管理|制限|限定|開始|加入|使用|規定|設置|準拠|宣言|工夫|留意|選定|拡充|相談|検討|遮断|教育|点検|提出|提供|運用|監視|記録|保存|保管|暗号化|厳格化|義務化|明文化|標準化|自動化|分離|隔離|禁止|許可|申請|取得|更新|改善|改訂|見直|評価|監査|訓練|研修|契約|委託|採用|任命|配置|配布|公開|報告|連携|協力|支援|参加|登録|廃棄|破棄|削除|消去|交換|移行|統合|統一|集約|分析|調査|診断|検査|検証|試験|計画|決定|指定|指示|指導|説明|案内|通知|掲示|発信|重視|優先|継続|維持|確保|防止|予防|低減|軽減|排除|回避|投資|購入|開発|設計|設定|変更|適用|実現|実践|意識|啓発|注意喚起)`

var (
	noun   = regexp.MustCompile(`^(.+[^へでとのもに])の(` + actions + `)$`)
	action = regexp.MustCompile(`(?:(?:を|に|へ|で|から|まで|も|よう|て|く|し|り|え|、)(?:` + actions + `|対策|[\p{Han}]{2}化)|を` + actions + `・` + actions + `)$`)
	// nominal is any other noun at the end.
	nominal = regexp.MustCompile(`[\p{Han}\p{Katakana}ーA-Za-z0-9]$`)
)

// verb turns a plain verb at the end into its polite progressive.
func verb(m string) (string, bool) {
	runes := []rune(m)
	if len(runes) < 3 {
		return "", false
	}
	root, last, before := string(runes[:len(runes)-1]), runes[len(runes)-1], runes[len(runes)-2]
	switch last {
	case 'む', 'ぶ', 'ぬ':
		return root + "んでいます", true
	case 'う', 'つ':
		return root + "っています", true
	case 'す':
		return root + "しています", true
	case 'く':
		return root + "いています", true
	case 'ぐ':
		return root + "いでいます", true
	case 'る':
		if string(runes[len(runes)-2:]) == "する" {
			return string(runes[:len(runes)-2]) + "しています", true
		}
		// After an e or i sound most verbs in -る drop it (定める, 講じる); those that
		// do not (切る, 入る) are written with the kanji right before る.
		if strings.ContainsRune("えけげせぜてでねべめれいきぎしじちにびみり", before) {
			return root + "ています", true
		}
		return root + "っています", true
	}
	return "", false
}
