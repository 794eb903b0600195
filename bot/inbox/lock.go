package inbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// LockedError says that another bot holds the file.
type LockedError struct {
	PID  int    // of the holder; 0 if it could not be read
	Path string // of the database file
}

func (e *LockedError) Error() string {
	holder, hint := "別のボット", "そのボットを止める"
	if e.PID > 0 {
		holder = fmt.Sprintf("別のボット（プロセス %d）", e.PID)
		hint = fmt.Sprintf("kill %d で止める", e.PID)
	}
	return fmt.Sprintf("%s は%sが使っています。\n%sか、--db sqlite:other.db のように別のファイルを指定してください。", e.Path, holder, hint)
}

// errHeld is what the platform's flock answers when somebody else has the lock.
var errHeld = errors.New("held")

// Lock makes the caller the one bot of the SQLite file at path, until it calls release or dies, however it dies. If there is one already, a
// [*LockedError] names it. The lock is on PATH.lock, never on the file itself: SQLite's own POSIX locks would be lost with the first
// descriptor that is closed. The lock file stays when the lock goes; deleting it would let two bots lock two files of one name.
func Lock(path string) (release func() error, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("finding the lock file: %w", err)
	}
	// Two names of one file (a symbolic link) must meet at one lock. A file that is not there yet is locked by its name.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the lock file: %w", err)
	}
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock file: %w", err)
	}
	if err := flock(f); err != nil {
		defer func() { _ = f.Close() }()
		if errors.Is(err, errHeld) {
			return nil, &LockedError{PID: readPID(f.Name()), Path: path}
		}
		return nil, fmt.Errorf("locking %s: %w", f.Name(), err)
	}
	// The pid is for people; the lock is the flock. Overwritten in place, so that a reader in between sees digits of one of the two.
	line := fmt.Sprintf("%-10d\n", os.Getpid())
	if _, err := f.WriteAt([]byte(line), 0); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("writing the lock file: %w", err)
	}
	return f.Close, nil
}

func readPID(name string) int {
	content, err := os.ReadFile(name)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0
	}
	return pid
}
