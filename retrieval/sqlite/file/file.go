// Package file opens jirei's one SQLite file. The search store, the inbox and the record share that file, so the settings that
// keep it safe (what an fsync covers, how long a writer waits, who may read it) are written down once, here.
//
// [Open] gives a pool; callers bound it themselves (the inbox needs exactly one connection, readers may have several).
// [Migrate] brings one part's tables up to date.
//
// The file is never opened with os.Open: closing any descriptor of it would drop the POSIX locks that SQLite holds for the whole
// process, and with them the file's integrity.
package file

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// parameters of every connection.
//   - WAL: readers go on while one writes.
//   - synchronous=FULL: in WAL mode NORMAL does not fsync at commit, and what was acknowledged to Slack must outlive the machine's power.
//   - busy_timeout 10 s: a writer waits for the others (indexing a book holds the lock for longer than an insert does).
//   - txlock=immediate: a transaction that reads first and writes later would get SQLITE_BUSY at once, without the wait.
const parameters = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate"

// Error says in a sentence why the file cannot be used, and in a hint what to do about it.
type Error struct {
	Path    string
	Problem string // a sentence
	Hint    string // a sentence that says what to type
	Err     error  // the cause; may be nil
}

func (e *Error) Error() string { return e.Problem + "\n" + e.Hint }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Open opens the SQLite file at path, and creates it (0600) and its folders (0700) where they are missing. It answers only after the
// file was read and can be written; a failure is an [*Error].
func Open(path string) (*sql.DB, error) {
	if path == "" {
		return nil, &Error{Problem: "データベースのファイル名が空です。", Hint: "--db sqlite:jirei.db のように指定してください。"}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the database file: %w", err)
	}
	fresh, err := prepare(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: parameters}).String())
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if err := probe(db); err != nil {
		_ = db.Close()
		return nil, explain(path, err)
	}
	if fresh {
		// After the fact, by name: see the package's comment on descriptors. The folder is already closed to others where it is ours.
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
				_ = db.Close()
				return nil, explain(path, err)
			}
		}
	}
	return db, nil
}

// prepare makes the folders and reports whether the file does not exist yet.
func prepare(path string) (fresh bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, &Error{
			Path: path, Err: err,
			Problem: fmt.Sprintf("データベースのフォルダ %s を作れません（%v）。", filepath.Dir(path), errors.Unwrap(err)),
			Hint:    "書き込める場所を --db sqlite:jirei.db のように指定してください。",
		}
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, explain(path, err)
	case !info.Mode().IsRegular():
		return false, &Error{
			Path:    path,
			Problem: fmt.Sprintf("%s はフォルダか装置で、データベースのファイルではありません。", path),
			Hint:    fmt.Sprintf("その中のファイルを --db sqlite:%s のように指定してください。", filepath.Join(path, "jirei.db")),
		}
	}
	return false, nil
}

// probe writes nothing that lasts, but needs the right to write: opening alone also succeeds on a file one may only read.
func probe(db *sql.DB) error {
	tx, err := db.BeginTx(context.Background(), nil) // immediate, see parameters
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var tables int
	return tx.QueryRowContext(context.Background(), "SELECT count(*) FROM sqlite_schema").Scan(&tables)
}

func explain(path string, err error) error {
	e := &Error{Path: path, Err: err}
	var cause *sqlite.Error
	code := -1
	if errors.As(err, &cause) {
		code = cause.Code() & 0xff // the primary code; the rest says which system call
	}
	switch {
	case code == lib.SQLITE_NOTADB || code == lib.SQLITE_CORRUPT:
		e.Problem = fmt.Sprintf("%s は SQLite のファイルではないか、壊れています。", path)
		e.Hint = fmt.Sprintf("--db で別のファイルを指定するか、mv %s %s.damaged で退けてから、もう一度始めてください。", path, path)
	case code == lib.SQLITE_BUSY:
		e.Problem = fmt.Sprintf("%s はほかのプログラムが書き込み中で、10秒待っても空きませんでした。", path)
		e.Hint = "ほかのプログラム（jirei index やバックアップ）が終わってから、もう一度お試しください。"
	case code == lib.SQLITE_FULL:
		e.Problem = fmt.Sprintf("%s のあるディスクがいっぱいです。", path)
		e.Hint = "空きを作るか、--db で別のディスクのファイルを指定してください。"
	case code == lib.SQLITE_READONLY || code == lib.SQLITE_CANTOPEN || errors.Is(err, fs.ErrPermission):
		e.Problem = fmt.Sprintf("%s に書き込めません。", path)
		e.Hint = fmt.Sprintf("書き込める場所を --db sqlite:jirei.db のように指定するか、ls -ld %s %s で持ち主を確かめてください。", filepath.Dir(path), path)
	default:
		e.Problem = fmt.Sprintf("%s を使えません（%v）。", path, err)
		e.Hint = "--db sqlite:jirei.db のように別のファイルを指定してください。"
	}
	return e
}
