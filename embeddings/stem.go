package embeddings

import "strings"

// Stem returns an English word without its common endings: plural, -ed,
// -ing and a final e. It is the S-stemmer of Harman (1991) with the two
// verb endings added; a full Porter stemmer joins more words that differ
// (policy, police) than it saves on texts of one line. Words that are not
// plain ASCII letters, or are shorter than four letters, come back as they are.
func Stem(word string) string {
	if len(word) < 4 || !asciiLetters(word) {
		return word
	}
	switch {
	case strings.HasSuffix(word, "ies") && len(word) > 4:
		word = word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "ches"), strings.HasSuffix(word, "shes"):
		word = word[:len(word)-2]
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is"):
		word = word[:len(word)-1]
	}
	for _, ending := range []string{"ing", "ed"} {
		root, ok := strings.CutSuffix(word, ending)
		if !ok || len(root) < 3 || !strings.ContainsAny(root, "aeiouy") {
			continue
		}
		if n := len(root); n > 3 && root[n-1] == root[n-2] && !strings.ContainsRune("lsz", rune(root[n-1])) {
			root = root[:n-1] // stopped → stop
		}
		word = root
		break
	}
	// A final e comes and goes with the endings above: share, shared, sharing.
	if len(word) > 4 {
		word = strings.TrimSuffix(word, "e")
	}
	return word
}

func asciiLetters(word string) bool {
	for i := 0; i < len(word); i++ {
		if c := word[i]; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}
