package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// program is what a subcommand gets: its streams, its settings, its words.
type program struct {
	toldBlind bool
	answers   *bufio.Reader // of in, once somebody was asked
	config
	in       io.Reader
	out, err io.Writer
	log      *slog.Logger
	flags    *pflag.FlagSet
	args     []string
}

// command is one subcommand.
type command struct {
	name, args, does string
	// flags declares what it takes besides the common ones.
	flags func(*pflag.FlagSet)
	run   func(context.Context, *program) error
}

// usageError is wrong usage: exit code 2.
type usageError struct{ problem, hint string }

func (e usageError) Error() string { return e.problem + "\n" + e.hint }

// failed ends with exit code 1 after everything has been said.
var errFailed = errors.New("failed")

func commands() []command {
	return []command{
		playCommand, serveCommand, indexCommand, casesCommand, askCommand, searchCommand, evalCommand, feedbackCommand, lexiconCommand, doctorCommand,
		{name: "version", does: "版を表示します", run: func(_ context.Context, p *program) error {
			if err := p.noArguments(); err != nil {
				return err
			}
			_, err := fmt.Fprintln(p.out, version())
			return err
		}},
	}
}

// run is the whole program, without the process around it.
func run(ctx context.Context, args []string, env func(string) string, environ []string, in io.Reader, out, stderr io.Writer) int {
	err := dispatch(ctx, args, env, environ, in, out, stderr)
	var usage usageError
	switch {
	case err == nil, errors.Is(err, pflag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		_, _ = fmt.Fprintln(stderr, "jirei:", err)
		return 2
	case errors.Is(err, errFailed):
		return 1
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 1
	}
	_, _ = fmt.Fprintln(stderr, "jirei:", err)
	return 1
}

func dispatch(ctx context.Context, args []string, env func(string) string, environ []string, in io.Reader, out, stderr io.Writer) error {
	if len(args) == 0 {
		help(stderr)
		return usageError{"コマンドがありません。", "はじめてなら jirei play と入力してください。"}
	}
	if args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		help(out)
		return nil
	}
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return usageError{fmt.Sprintf("%s というコマンドはありません。", args[0]), "コマンドの一覧は jirei help で見られます。"}
	}
	c := all[i]
	flags := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.String("db", "", "データベース（sqlite:PATH か postgres://…）")
	if c.flags != nil {
		c.flags(flags)
	}
	if err := flags.Parse(args[1:]); errors.Is(err, pflag.ErrHelp) {
		_, _ = fmt.Fprintf(out, "jirei %s %s\n  %s\n\n%s", c.name, c.args, c.does, flags.FlagUsages())
		return nil
	} else if err != nil {
		return usageError{fmt.Sprintf("オプションが正しくありません: %v", err), fmt.Sprintf("使い方は jirei %s --help で見られます。", c.name)}
	}
	p := &program{in: in, out: out, err: stderr, flags: flags, args: flags.Args()}
	var err error
	if p.config, err = readConfig(env, environ, flags); err != nil {
		return err
	}
	p.log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: p.logLevel}))
	return c.run(ctx, p)
}

func help(w io.Writer) {
	_, _ = fmt.Fprintln(w, "jirei: 事例集に、出典ページつきで答えます。\n\n使い方: jirei コマンド [オプション]")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-34s %s\n", strings.TrimSpace(c.name+" "+c.args), c.does)
	}
	_, _ = fmt.Fprintln(w, "\n各コマンドのオプションは jirei コマンド --help で見られます。")
}

// question is the question on the command line: the words joined, or standard
// input for a single "-".
func (p *program) question() (string, error) {
	text := strings.Join(p.args, " ")
	if len(p.args) == 1 && p.args[0] == "-" {
		// More than any question: what follows is not read.
		data, err := io.ReadAll(io.LimitReader(p.in, 1<<20))
		if err != nil {
			return "", fmt.Errorf("標準入力を読めません: %w", err)
		}
		text = string(data)
	}
	if strings.TrimSpace(text) == "" {
		return "", usageError{"質問がありません。", `たとえば jirei ` + p.flags.Name() + ` "UTMを導入した会社の事例は？" と入力してください。`}
	}
	return text, nil
}

// noArguments refuses what a command would ignore.
func (p *program) noArguments() error {
	if len(p.args) == 0 {
		return nil
	}
	return usageError{fmt.Sprintf("%q は余分です。", p.args[0]), fmt.Sprintf("使い方は jirei %s --help で見られます。", p.flags.Name())}
}

// wantsJSON reads --format.
func (p *program) wantsJSON() (bool, error) {
	switch format, _ := p.flags.GetString("format"); format {
	case "text":
		return false, nil
	case "json":
		return true, nil
	default:
		return false, usageError{fmt.Sprintf("--format %s は使えません。", format), "text か json を指定してください。"}
	}
}

func formatFlag(f *pflag.FlagSet) { f.String("format", "text", "出力の形式（text か json）") }
