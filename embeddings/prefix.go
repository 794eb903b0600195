package embeddings

import "strings"

// prefixed are the models that were trained with words before each text, by
// what their names contain, and lose much without them. The words are those of
// their model cards; a model that is not here gets none.
var prefixed = []struct{ name, question, passage string }{
	{"e5-large-instruct", "Instruct: Given a question, retrieve cases that answer it\nQuery: ", ""},
	{"e5-", "query: ", "passage: "},
	{"nomic-embed-text", "search_query: ", "search_document: "},
	{"ruri-v3", "検索クエリ: ", "検索文書: "},
	{"embeddinggemma", "task: search result | query: ", "title: none | text: "},
}

// prefixes returns what a model wants before a question and before a passage.
func prefixes(model string) (question, passage string) {
	model = strings.ToLower(model)
	for _, p := range prefixed {
		if strings.Contains(model, p.name) {
			return p.question, p.passage
		}
	}
	return "", ""
}
