package retrieval

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jirei/jirei/embeddings"
)

//go:embed words/*.txt
var words embed.FS

//go:embed phrases.bin
var phrases []byte

//go:embed spelled.txt
var spelled string

// EmbeddedLexicon reads the lexicon in the binary, with its phrase model. An
// error is a mistake in the files, which a test finds before anybody runs them.
func EmbeddedLexicon() (*Lexicon, error) {
	l, err := EmbeddedWords()
	if err != nil {
		return nil, err
	}
	for _, word := range strings.Fields(spelled) {
		l.addWords(word, false)
	}
	if l.phrases, err = embeddings.OpenPhrases(phrases); err != nil {
		return nil, fmt.Errorf("opening the phrase model: %w", err)
	}
	l.hash += " " + l.phrases.Inputs()
	return l, nil
}

// EmbeddedWords reads the lexicon in the binary without what is made of it by
// go run ./retrieval/learn: the phrase model, and the list of words spelled right.
func EmbeddedWords() (*Lexicon, error) {
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
