package bot

import "testing"

// TestPageOf reads pages out of addresses as [Bot.source] writes them, and out of nothing else.
func TestPageOf(t *testing.T) {
	t.Parallel()
	plain := Config{SourceURL: "https://cases.example.jp/p/{page}"}
	pdf := Config{SourceURL: "https://Cases.example.jp/book.pdf?a=1&b=2#page={page}&zoom=100", SourceOffset: 2}
	for name, c := range map[string]struct {
		cfg  Config
		url  string
		page int
		ok   bool
	}{
		"a page":                  {plain, "https://cases.example.jp/p/14", 14, true},
		"the host in capitals":    {plain, "https://CASES.example.jp/p/14", 14, true},
		"an offset":               {pdf, "https://cases.example.jp/book.pdf?a=1&b=2#page=16&zoom=100", 14, true},
		"as Slack escapes it":     {pdf, "https://cases.example.jp/book.pdf?a=1&amp;b=2#page=16&amp;zoom=100", 14, true},
		"no page":                 {plain, "https://cases.example.jp/p/", 0, false},
		"something behind it":     {plain, "https://cases.example.jp/p/14x", 0, false},
		"a number in other words": {plain, "https://cases.example.jp/p/+014", 0, false},
		"too large a number":      {plain, "https://cases.example.jp/p/99999999999999999999", 0, false},
		"another address":         {plain, "https://cases.example.jp/about", 0, false},
		"no address configured":   {Config{}, "https://cases.example.jp/p/14", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &Bot{cfg: c.cfg}
			if page, ok := b.pageOf(c.url); page != c.page || ok != c.ok {
				t.Errorf("%s is page %d, %t; want %d, %t", c.url, page, ok, c.page, c.ok)
			}
		})
	}
}
