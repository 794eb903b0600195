package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// bar shows how far something is: on a terminal in one line that is written
// over, elsewhere a line for each tenth, which a log can bear.
type bar struct {
	w        io.Writer
	terminal bool
	what     string
	last     int
}

func (p *program) bar(what string) *bar {
	b := &bar{w: p.err, what: what, last: -1}
	if file, ok := p.err.(*os.File); ok {
		info, err := file.Stat()
		b.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

func (b *bar) show(done, of int) {
	tenths := 10 * done / max(of, 1)
	switch {
	case b.terminal:
		end := ""
		if done == of {
			end = "\n"
		}
		_, _ = fmt.Fprintf(b.w, "\r%s [%s%s] %d/%d件 %s", b.what, strings.Repeat("#", 2*tenths), strings.Repeat(".", 20-2*tenths), done, of, end)
	case tenths > b.last:
		_, _ = fmt.Fprintf(b.w, "%s: %d/%d件\n", b.what, done, of)
	}
	b.last = tenths
}
