package retrieval

import (
	"math"
	"strings"

	"github.com/jirei/jirei/embeddings"
)

// longestReading is the most hiragana that one reading has, さいばーせきゅりてぃー
// and the like.
const longestReading = 16

// spell writes a question that has no kanji the way books do, as far as the
// readings go: やめたしゃいん is 辞めた社員. A question with kanji is left alone: who
// writes those leaves in hiragana what is grammar.
func (l *Lexicon) spell(question string) string {
	folded := []rune(embeddings.Fold(question))
	hiragana := 0
	for _, r := range folded {
		switch embeddings.ScriptOf(r) {
		case embeddings.Kanji:
			return question
		case embeddings.Hiragana:
			hiragana++
		}
	}
	if hiragana < 4 || len(l.readings) == 0 {
		return question
	}
	// As in match, the best path: the most covered by the longest readings.
	n := len(folded)
	best := make([]float64, n+1)
	from := make([]int, n+1)
	for i := range n {
		if best[i] >= best[i+1] {
			best[i+1], from[i+1] = best[i], i
		}
		for length := 2; length <= longestReading && i+length <= n; length++ {
			if _, ok := l.readings[string(folded[i:i+length])]; !ok {
				continue
			}
			if s := best[i] + math.Pow(float64(length), 1.5); s > best[i+length] {
				best[i+length], from[i+length] = s, i
			}
		}
	}
	var parts []string
	for i := n; i > 0; i = from[i] {
		part := string(folded[from[i]:i])
		if spelling, ok := l.readings[part]; ok && i-from[i] > 1 {
			part = spelling
		}
		parts = append(parts, part)
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
	}
	return b.String()
}
