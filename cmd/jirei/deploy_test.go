package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// compose is what this test knows of a compose file: all that ours says, so that a misspelt key is an error here where Docker is not at hand.
type compose struct {
	Name     string             `yaml:"name"`
	Services map[string]service `yaml:"services"`
	Volumes  map[string]any     `yaml:"volumes"`
}

type service struct {
	Image string `yaml:"image"`
	Build struct {
		Context    string `yaml:"context"`
		Dockerfile string `yaml:"dockerfile"`
	} `yaml:"build"`
	Restart     string            `yaml:"restart"`
	Environment map[string]string `yaml:"environment"`
	EnvFile     string            `yaml:"env_file"`
	Volumes     []string          `yaml:"volumes"`
	Shm         string            `yaml:"shm_size"`
	Stop        string            `yaml:"stop_grace_period"`
	ReadOnly    bool              `yaml:"read_only"`
	Tmpfs       string            `yaml:"tmpfs"`
	CapDrop     []string          `yaml:"cap_drop"`
	Security    []string          `yaml:"security_opt"`
	DependsOn   map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Health struct {
		Test     []string `yaml:"test"`
		Interval string   `yaml:"interval"`
		Timeout  string   `yaml:"timeout"`
		Retries  int      `yaml:"retries"`
		Start    string   `yaml:"start_period"`
	} `yaml:"healthcheck"`
}

const deploy = "../../deploy"

func TestComposeFile(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join(deploy, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var c compose
	strict := yaml.NewDecoder(file)
	strict.KnownFields(true)
	if err := strict.Decode(&c); err != nil {
		t.Fatal(err)
	}
	bot, postgres := c.Services["bot"], c.Services["postgres"]
	if len(c.Services) != 2 || len(c.Volumes) != 1 {
		t.Errorf("%d services and %d volumes, want 2 and 1", len(c.Services), len(c.Volumes))
	}
	for name, s := range c.Services {
		if len(s.Health.Test) == 0 || s.Restart == "" {
			t.Errorf("%s has no health check, or is not started again", name)
		}
	}
	if got := bot.DependsOn["postgres"].Condition; got != "service_healthy" {
		t.Errorf("the bot starts when postgres is %q", got)
	}
	if volume, _, _ := strings.Cut(strings.Join(postgres.Volumes, " "), ":"); c.Volumes[volume] != nil || !slices.Contains(slices.Collect(maps.Keys(c.Volumes)), volume) {
		t.Errorf("postgres keeps its data in %q, which is not the volume", postgres.Volumes)
	}
	dockerfile, err := os.ReadFile(filepath.Join(deploy, bot.Build.Context, bot.Build.Dockerfile))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(dockerfile), `ENTRYPOINT ["`+bot.Health.Test[1]+`"]`) {
		t.Errorf("the health check runs %q, which the image has not", bot.Health.Test)
	}
	if config, err := readConfig(func(name string) string { return bot.Environment[name] }, nil, pflag.NewFlagSet("", pflag.ContinueOnError)); err != nil || config.server == "" {
		t.Errorf("the bot's DATABASE_URL is not understood: %v", err)
	}
}

// .env.example has each variable that the program reads and compose.yaml puts in, and nothing else; each has a comment.
func TestEnvExample(t *testing.T) {
	t.Parallel()
	want := map[string]bool{}
	for _, name := range variables {
		want[name] = true
	}
	for _, name := range asked(t) {
		want[name] = true
	}
	content, err := os.ReadFile(filepath.Join(deploy, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`\$\{(\w+)`).FindAllStringSubmatch(string(content), -1) {
		want[found[1]] = true
	}
	delete(want, "DATABASE_URL")  // compose.yaml gives it
	delete(want, "XDG_DATA_HOME") // the image gives it
	example, err := os.ReadFile(filepath.Join(deploy, ".env.example"))
	if err != nil {
		t.Fatal(err)
	}
	before := ""
	for _, line := range strings.Split(strings.TrimSpace(string(example)), "\n") {
		name, _, isVariable := strings.Cut(line, "=")
		if isVariable && !strings.HasPrefix(line, "#") {
			if !want[name] {
				t.Errorf("%s is read by nobody, or stands there twice", name)
			}
			if !strings.HasPrefix(before, "# ") || strings.HasPrefix(before, "# ---") {
				t.Errorf("%s has no comment", name)
			}
			delete(want, name)
		}
		before = line
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", slices.Sorted(maps.Keys(want)))
	}
}

// asked are the variables that the program's sources ask for: env("NAME").
func asked(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			name, isName := call.Fun.(*ast.Ident)
			text, isText := call.Args[0].(*ast.BasicLit)
			if isName && isText && name.Name == "env" {
				value, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, value)
			}
			return true
		})
	}
	if len(names) < 5 {
		t.Fatalf("the sources ask for %v only: this test proves nothing", names)
	}
	return names
}
