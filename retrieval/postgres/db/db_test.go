package db

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/jirei/jirei/retrieval/postgres/db/dbtest"
)

func open(t *testing.T, at string) *pgxpool.Pool {
	t.Helper()
	pool, err := Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// told holds an error to be a sentence and a hint, with some words in the sentence.
func told(t *testing.T, err error, words ...string) {
	t.Helper()
	var said *Error
	if !errors.As(err, &said) {
		t.Fatalf("got %v, want an *Error", err)
	}
	for _, w := range words {
		if !strings.Contains(said.Problem, w) {
			t.Errorf("got %q, want a sentence with %q", said.Problem, w)
		}
	}
	if said.Hint == "" {
		t.Errorf("%q has no hint", said.Problem)
	}
}

// changed returns a URL with one part of it replaced.
func changed(t *testing.T, at string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

func TestOpenRefusesWithASentenceAndAHint(t *testing.T) {
	t.Parallel()
	at := dbtest.Schema(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // a port of ours that nobody answers at
	if err != nil {
		t.Fatal(err)
	}
	closed := silent.Addr().String()
	if err := silent.Close(); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	user, password := dbtest.Role(t)
	visitor := func(u *url.URL) { u.User = url.UserPassword(user, password) }
	for name, c := range map[string]struct {
		at    string
		words []string
	}{
		"no URL at all":            {"postgres://[::1", []string{"書き方が正しくありません"}},
		"a port that is no number": {"postgres://u:sesame@localhost:x/db", []string{"書き方が正しくありません"}},
		"no such database":         {changed(t, at, func(u *url.URL) { u.Path = "/no_such_database" }), []string{"データベースがありません", "no_such_database"}},
		"a server that is not on":  {changed(t, at, func(u *url.URL) { u.Host = closed }), []string{"応答しません", closed}},
		"a host that is not there": {changed(t, at, func(u *url.URL) { u.Host = "no-such-host.invalid" }), []string{"見つかりません", "no-such-host.invalid"}},
		"a server of web pages":    {changed(t, at, func(u *url.URL) { u.Host = web.Listener.Addr().String() }), []string{"PostgreSQL ではない"}},
		"TLS that is not spoken":   {dbtest.With(t, at, "sslmode", "require"), []string{"暗号化"}},
		"a pgvector from before iterative scans": {
			dbtest.Database(t, `CREATE EXTENSION vector`, `UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'`), []string{"0.7.4", "古すぎます"}},
		"a pgvector out of sight": {dbtest.Database(t, `CREATE SCHEMA tools`, `CREATE EXTENSION vector SCHEMA tools`), []string{"スキーマ tools", "search_path"}},
		"no right to make the extension": {
			changed(t, dbtest.Database(t), visitor), []string{"権限がありません"}},
		"a database to read from only, without the extension": {dbtest.With(t, dbtest.Database(t), "default_transaction_read_only", "on"), []string{"読み取り専用"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "TLS that is not spoken" && tls(t, at) {
				t.Skip("this server speaks TLS")
			}
			pool, err := Open(t.Context(), c.at)
			if err == nil {
				pool.Close()
				t.Fatal("it was opened")
			}
			told(t, err, c.words...)
			var said *Error // a bot waits for what may pass, and ends at once for what does not
			if errors.As(err, &said); said.Away != (name == "a server that is not on") {
				t.Errorf("away: %v", said.Away)
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), "sesame") {
					t.Errorf("the password is told: %v", e)
				}
			}
		})
	}
}

// tls says whether the test server has TLS.
func tls(t *testing.T, at string) bool {
	t.Helper()
	var on string
	if err := open(t, at).QueryRow(t.Context(), `SHOW ssl`).Scan(&on); err != nil {
		t.Fatal(err)
	}
	return on == "on"
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	at := changed(t, dbtest.Schema(t), func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "wrong-sesame") })
	pool, err := Open(t.Context(), at)
	if err == nil {
		pool.Close()
		t.Skip("this server trusts everybody")
	}
	told(t, err, "パスワード")
	var said *Error
	if errors.As(err, &said) && said.Away {
		t.Error("a bot would wait for another password")
	}
	if strings.Contains(err.Error(), "wrong-sesame") {
		t.Errorf("the password is told: %v", err)
	}
}

// An extension that no server has stands for pgvector on a server that has it not: what the server says is the same.
func TestNoPgvectorOnTheServer(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), dbtest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	told(t, Explain(prepare(t.Context(), conn, "vector_of_nobody")), "pgvector が入っていません")
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]struct{ refused, worn bool }{
		"0.5.1": {refused: true}, "0.7.4": {refused: true}, "0.8.0": {worn: true}, "0.8.3": {worn: true},
		"0.8.4": {}, "0.8.10": {}, "0.9.0": {}, "0.10.0": {}, "1.0.0": {},
	} {
		if got := suits(version) != nil; got != want.refused {
			t.Errorf("%s is refused: %v, want %v", version, got, want.refused)
		}
		if got := Worn(version); got != want.worn {
			t.Errorf("%s is worn: %v, want %v", version, got, want.worn)
		}
	}
}

func TestUnguarded(t *testing.T) {
	for at, want := range map[string]bool{
		"postgres://u:p@db.example.com/jirei":                   true,
		"postgres://u:p@10.0.0.7/jirei":                         true,
		"postgres://u:p@db.example.com/jirei?sslmode=disable":   false, // somebody decided
		"postgres://u:p@db.example.com/jirei?sslmode=verify-ca": false,
		"postgres://u:p@localhost/jirei":                        false,
		"postgres://u:p@127.0.0.1:5433/jirei":                   false,
		"postgres://u:p@[::1]/jirei":                            false,
		"postgres:///jirei?host=/var/run/postgresql":            false,
		"not a URL at all":                                      false,
	} {
		t.Setenv("PGSSLMODE", "")
		if got := Unguarded(at); got != want {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
}

// Replicas start at the same moment on an empty database: one makes the extension and the tables, all find them.
func TestReplicasStartTogether(t *testing.T) {
	t.Parallel()
	at := dbtest.Database(t)
	steps := []string{`CREATE TABLE part_a (x int)`, `ALTER TABLE part_a ADD COLUMN y int; INSERT INTO part_a VALUES (1, 2)`}
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			pool, err := Open(t.Context(), at)
			if err != nil {
				t.Error(err)
				return
			}
			defer pool.Close()
			if err := Migrate(t.Context(), pool, "a", steps); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	var rows int
	if err := open(t, at).QueryRow(t.Context(), `SELECT count(*) FROM part_a`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("the second step ran %d times, %v", rows, err)
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	at := dbtest.Schema(t)
	pool := open(t, at)
	ctx := t.Context()
	steps := []string{"CREATE TABLE a (x int)", "ALTER TABLE a ADD COLUMN y int"}
	if err := Migrate(ctx, pool, "a", steps[:1]); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		if err := Migrate(ctx, pool, "a", steps); err != nil {
			t.Fatal(err)
		}
	}
	if err := Migrate(ctx, pool, "b", []string{"CREATE TABLE b (x int)"}); err != nil {
		t.Fatalf("another part in the same database: %v", err)
	}
	if _, err := pool.Exec(ctx, "INSERT INTO a (x, y) VALUES (1, 2); INSERT INTO b VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(ctx, pool, "a", append(steps, "CREATE TABLE c (x int)", "nonsense")); err == nil {
		t.Fatal("a broken step succeeded")
	}
	if _, err := pool.Exec(ctx, "INSERT INTO c VALUES (1)"); err == nil {
		t.Error("the step before the broken one was kept")
	}
	told(t, Migrate(ctx, pool, "a", steps[:1]), "より新しい jirei")

	reader := open(t, dbtest.With(t, at, "default_transaction_read_only", "on"))
	if err := Migrate(ctx, reader, "a", steps); err != nil {
		t.Errorf("nothing to do on a read-only database: %v", err)
	}
	told(t, Migrate(ctx, reader, "a", append(steps, "CREATE TABLE c (x int)")), "読み取り専用")
}

func TestLook(t *testing.T) {
	t.Parallel()
	at := dbtest.Schema(t)
	f, err := Look(t.Context(), open(t, at))
	if err != nil {
		t.Fatal(err)
	}
	if f.Server == "" || f.Vector == "" || f.Database == "" || !strings.HasPrefix(f.Schema, "test_") || f.User == "" || f.ReadOnly || !f.Create {
		t.Errorf("%+v", f)
	}
	f, err = Look(t.Context(), open(t, dbtest.With(t, at, "default_transaction_read_only", "on")))
	if err != nil || !f.ReadOnly {
		t.Errorf("a read-only connection: %+v, %v", f, err)
	}
}

func TestExplainLeavesOtherErrorsAlone(t *testing.T) {
	t.Parallel()
	pool := open(t, dbtest.Schema(t))
	_, err := pool.Exec(t.Context(), "nonsense")
	if got := Explain(err); got != err { //nolint:errorlint // the very same
		t.Errorf("a fault in our SQL became %v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = pool.Exec(ctx, "SELECT 1")
	if got := Explain(err); !errors.Is(got, context.Canceled) {
		t.Errorf("a cancelled context became %v", got)
	}
	if Explain(nil) != nil {
		t.Error("no error became one")
	}
}
