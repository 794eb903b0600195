package retrieval

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed words/*.txt
var words embed.FS

// EmbeddedLexicon reads the lexicon in the binary. An error is a mistake in
// the files, which a test finds before anybody runs them.
func EmbeddedLexicon() (*Lexicon, error) {
	paths, err := fs.Glob(words, "words/*.txt")
	if err != nil {
		return nil, fmt.Errorf("listing the words: %w", err)
	}
	files := map[string]string{}
	for _, path := range paths {
		text, err := words.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading the words: %w", err)
		}
		files[path] = string(text)
	}
	return ReadLexicon(files)
}
