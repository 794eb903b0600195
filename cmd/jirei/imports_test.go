package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/jirei/jirei/"

// house says which packages of ours each package may import: first what it is
// made of, then what its tests need besides. Imports point one way, from
// cmd/jirei down to cases and embeddings (docs/design.md). A new package needs
// a line here, which is the moment to ask whether it belongs where it is.
var house = map[string]struct{ may, tests []string }{
	"cases":                     {},
	"embeddings":                {may: []string{"embeddings/endpoint"}, tests: []string{"embeddings/embeddingstest"}},
	"embeddings/embeddingstest": {},
	"embeddings/endpoint":       {},

	"retrieval":        {may: []string{"cases", "embeddings"}, tests: []string{"embeddings/embeddingstest", "embeddings/endpoint", "retrieval/sqlite", "retrieval/storetest", "retrieval/golden"}},
	"retrieval/golden": {may: []string{"retrieval"}, tests: []string{"cases", "embeddings", "embeddings/embeddingstest", "retrieval/sqlite"}},
	"retrieval/learn":  {may: []string{"cases", "embeddings", "retrieval"}},
	"retrieval/postgres": {
		may:   []string{"cases", "embeddings", "retrieval", "retrieval/postgres/db"},
		tests: []string{"retrieval/golden", "retrieval/postgres/db/dbtest", "retrieval/sqlite", "retrieval/storetest"},
	},
	"retrieval/postgres/db":        {tests: []string{"retrieval/postgres/db/dbtest"}},
	"retrieval/postgres/db/dbtest": {},
	"retrieval/sqlite":             {may: []string{"cases", "embeddings", "retrieval", "retrieval/sqlite/file"}, tests: []string{"retrieval/storetest"}},
	"retrieval/sqlite/file":        {},
	"retrieval/storetest":          {may: []string{"cases", "embeddings", "retrieval"}},

	"bot": {
		may:   []string{"bot/answer", "bot/blocks", "bot/command", "bot/inbox", "bot/phrases", "bot/record", "cases", "embeddings", "retrieval"},
		tests: []string{"bot/answer/answertest", "bot/playground", "embeddings/endpoint", "retrieval/sqlite", "retrieval/sqlite/file"},
	},
	"bot/answer":            {may: []string{"bot/phrases", "cases", "embeddings", "embeddings/endpoint", "retrieval"}, tests: []string{"bot/answer/answertest", "retrieval/sqlite", "retrieval/golden"}},
	"bot/answer/answertest": {},
	"bot/blocks":            {},
	"bot/inbox":             {may: []string{"retrieval/postgres/db", "retrieval/sqlite/file"}, tests: []string{"retrieval/postgres/db/dbtest"}},
	"bot/command":           {may: []string{"retrieval"}},
	"bot/phrases":           {may: []string{"cases"}},
	"bot/playground":        {may: []string{"bot/blocks"}},
	"bot/record":            {may: []string{"retrieval/postgres/db", "retrieval/sqlite/file"}, tests: []string{"bot/record/recordtest", "retrieval/postgres/db/dbtest"}},
	"bot/record/recordtest": {may: []string{"bot/record"}},

	"cmd/jirei": {
		may: []string{
			"bot", "bot/answer", "bot/blocks", "bot/inbox", "bot/phrases", "bot/playground", "bot/record", "cases", "embeddings", "embeddings/endpoint",
			"retrieval", "retrieval/golden", "retrieval/postgres", "retrieval/postgres/db", "retrieval/sqlite", "retrieval/sqlite/file",
		},
		tests: []string{"bot/answer/answertest", "embeddings/embeddingstest", "retrieval/postgres/db/dbtest"},
	},
}

// never are the rules that must not be bent by a line above, at any distance.
var never = []struct{ from, to, because string }{
	{"retrieval", module + "retrieval/sqlite", "a store is passed in"},
	{"retrieval", module + "retrieval/postgres", "a store is passed in"},
	{"retrieval", "database/sql", "SQL lives in the stores"},
	{"retrieval", "github.com/jackc/pgx/v5", "SQL lives in the stores"},
	{"bot", module + "bot/playground", "what serves real people carries no fake Slack"},
	{"bot/playground", module + "bot", "a Slack that knew the bot would agree with it"},
	{"bot/playground", module + "retrieval", "a Slack that knew the bot would agree with it"},
	{"bot/answer", "github.com/slack-go/slack", "an answer knows no Slack: the terminal asks the same way"},
	{"cmd/jirei", "testing", "no test code in the program"},
}

// blank lists who may import what for its side effect alone. embed has none,
// but the compiler wants it.
var blank = map[string][]string{"modernc.org/sqlite/vec": {"retrieval/sqlite"}, "time/tzdata": {"cmd/jirei"}}

type pkg struct {
	ImportPath, Dir                    string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module) }

func packages(t *testing.T) map[string]pkg {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports,Deps", module+"...")
	var said bytes.Buffer
	list.Stderr = &said
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, said.String())
	}
	found := map[string]pkg{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		// Reading the folder tells go test's cache that this test depends on it.
		if _, err := os.ReadDir(p.Dir); err != nil {
			t.Fatal(err)
		}
		found[p.name()] = p
	}
	if len(found) < 10 {
		t.Fatalf("go list found %d packages; this test proves nothing", len(found))
	}
	return found
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for name, p := range packages(t) {
		rule, known := house[name]
		if !known {
			t.Errorf("%s has no line in the house: say in this test what it may import", name)
			continue
		}
		check := func(what string, imports, may []string) {
			for _, path := range imports {
				if to, ours := strings.CutPrefix(path, module); ours && !slices.Contains(may, to) {
					t.Errorf("%s of %s import %s; they may import %v", what, name, to, may)
				}
			}
		}
		check("the sources", p.Imports, rule.may)
		check("the tests", slices.Concat(p.TestImports, p.XTestImports), slices.Concat(rule.may, rule.tests, []string{name}))
	}
}

func TestImportsThatAreNever(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for _, rule := range never {
		if p, here := all[rule.from]; !here {
			t.Errorf("%s is gone; its rule can go too", rule.from)
		} else if slices.Contains(p.Deps, rule.to) {
			t.Errorf("%s depends on %s, but %s", rule.from, rule.to, rule.because)
		}
	}
}

func TestBlankImportsAreListed(t *testing.T) {
	t.Parallel()
	for name, p := range packages(t) {
		for _, file := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range parsed.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if spec.Name != nil && spec.Name.Name == "_" && path != "embed" && !slices.Contains(blank[path], name) {
					t.Errorf("%s/%s imports %s only for what it does by being imported", name, file, path)
				}
			}
		}
	}
}
