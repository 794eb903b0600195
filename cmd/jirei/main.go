// Command jirei answers questions from a casebook, in Slack and on a terminal.
//
// main starts; run (run.go) wires: it reads flags and environment (config.go)
// and hands over to one file per subcommand. Standard output carries only the
// result, standard error everything else; the exit code is 0 for done, 1 for
// failed, 2 for wrong usage.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // subscriptions come in people's own time, and containers have no zones
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := run(ctx, os.Args[1:], os.Getenv, os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code) //nolint:gocritic // stop has run
}
