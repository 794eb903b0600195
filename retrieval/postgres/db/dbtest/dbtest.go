// Package dbtest gives each test a corner of a real PostgreSQL: a schema, or a database where the test is about the database itself. Tests
// share the server that JIREI_TEST_DATABASE_URL names (`.ci/postgres go test ./…` starts one) and run in parallel.
package dbtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// variable names the server. It is JIREI_TEST_…, so the program itself never reads it.
const variable = "JIREI_TEST_DATABASE_URL"

// server returns the address of the test server. Without one a test is skipped on a developer's machine, and fails in CI: a store whose
// tests did not run must not look like one that passed.
func server(t testing.TB) string {
	t.Helper()
	at := os.Getenv(variable)
	if at == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not set; in CI every test of PostgreSQL runs (.ci/postgres starts a server)", variable)
		}
		t.Skipf("no PostgreSQL: run `.ci/postgres go test ./...`, or set %s", variable)
	}
	return at
}

// Schema makes an empty schema, dropped when the test ends, and returns the URL of a connection that sees it and pgvector's types.
func Schema(t testing.TB) string {
	t.Helper()
	at := server(t)
	name := "test_" + strings.ToLower(rand.Text()[:12])
	Do(t, at,
		// In public and before anybody else makes it: in a test's schema it would go with the schema. Of tests that start at once one makes it.
		`SELECT pg_advisory_lock(20211124)`, `CREATE EXTENSION IF NOT EXISTS vector SCHEMA public`, `SELECT pg_advisory_unlock(20211124)`,
		`CREATE SCHEMA `+name)
	t.Cleanup(func() { Do(t, at, `DROP SCHEMA `+name+` CASCADE`) })
	return With(t, at, "search_path", name+",public")
}

// Database makes an empty database, dropped when the test ends, for tests of the extension and of rights: both belong to a whole
// database. setup runs in it.
func Database(t testing.TB, setup ...string) string {
	t.Helper()
	at := server(t)
	name := "test_" + strings.ToLower(rand.Text()[:12])
	Do(t, at, `CREATE DATABASE `+name)
	t.Cleanup(func() { Do(t, at, `DROP DATABASE `+name+` WITH (FORCE)`) })
	u, err := url.Parse(at)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	u.Path = "/" + name
	Do(t, u.String(), setup...)
	return u.String()
}

// Role makes a user who may log in and nothing else, dropped when the test ends.
func Role(t testing.TB) (name, password string) {
	t.Helper()
	at := server(t)
	name, password = "test_"+strings.ToLower(rand.Text()[:12]), rand.Text()
	Do(t, at, `CREATE ROLE `+name+` LOGIN PASSWORD '`+password+`'`)
	t.Cleanup(func() { Do(t, at, `DROP ROLE `+name) })
	return name, password
}

// With returns a URL with one more parameter.
func With(t testing.TB, at, key, value string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	q := u.Query()
	q.Set(key, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// Do runs statements on a connection of their own.
func Do(t testing.TB, at string, statements ...string) {
	t.Helper()
	ctx := context.Background() // a cleanup comes after the test's own has ended
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
