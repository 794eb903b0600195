package file

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenMakesAPrivateFileInPrivateFolders(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "事例 集?#%41", "deep")
	path := filepath.Join(dir, "jirei.db")
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatalf("the file is not where it was asked for: %v", err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has mode %o, want 600", name, got)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v; want mode 700", info.Mode(), err)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		var got string
		if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("PRAGMA %s = %q, %v; want %q", pragma, got, err, want)
		}
	}
}

func TestOpenKeepsTheModeOfAnExistingFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jirei.db")
	if err := os.WriteFile(path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v; want the owner's choice 640", info.Mode(), err)
	}
}

func TestOpenRefusesWithASentenceAndAHint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("これはデータベースではない"), 200), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(dir, "damaged.db")
	db, err := Open(damaged)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < 4096; i++ { // the schema's page, after the header
		content[i] = 0xff
	}
	if err := os.WriteFile(damaged, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, problem string }{
		"an empty path":          {"", "空です"},
		"a folder":               {dir, "フォルダか装置"},
		"a file that is no db":   {garbage, "SQLite のファイルではない"},
		"a damaged schema":       {damaged, "SQLite のファイルではないか、壊れて"},
		"a folder under a file":  {filepath.Join(garbage, "x", "jirei.db"), "作れません"},
		"a place without a pen":  {"/proc/jirei.db", "書き込めません"},
		"a folder without a pen": {"/proc/jirei/jirei.db", "作れません"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.HasPrefix(c.path, "/proc") {
				if _, err := os.Stat("/proc/self"); err != nil {
					t.Skip("no /proc here, and root may write anywhere else")
				}
			}
			_, err := Open(c.path)
			var told *Error
			if !errors.As(err, &told) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if !strings.Contains(told.Problem, c.problem) || told.Hint == "" {
				t.Errorf("got %q / %q, want a problem with %q and a hint", told.Problem, told.Hint, c.problem)
			}
		})
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	db, err := Open(filepath.Join(t.TempDir(), "jirei.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	steps := []string{"CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y"}
	if err := Migrate(ctx, db, "a", steps[:1]); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		if err := Migrate(ctx, db, "a", steps); err != nil {
			t.Fatal(err)
		}
	}
	if err := Migrate(ctx, db, "b", []string{"CREATE TABLE b (x)"}); err != nil {
		t.Fatalf("another part on the same file: %v", err)
	}
	if _, err := db.Exec("INSERT INTO a (x, y) VALUES (1, 2); INSERT INTO b VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(ctx, db, "a", append(steps, "CREATE TABLE c (x)", "nonsense")); err == nil {
		t.Fatal("a broken step succeeded")
	}
	if _, err := db.Exec("INSERT INTO c VALUES (1)"); err == nil {
		t.Error("the step before the broken one was kept")
	}
	var told *Error
	if err := Migrate(ctx, db, "a", steps[:1]); !errors.As(err, &told) || !strings.Contains(told.Problem, "より新しい jirei") {
		t.Errorf("an older program on a newer file: %v", err)
	}
}
