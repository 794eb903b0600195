package inbox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func childLocks(path string) {
	if _, err := Lock(path); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	select {}
}

// child starts the test binary as a process of its own, and kills it at the test's end.
func child(t *testing.T, does, path string, more ...string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append(more, "JIREI_INBOX_CHILD="+does, "JIREI_INBOX_PATH="+path)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	return cmd, bufio.NewReader(out)
}

func TestLockNamesItsHolderAndGoesWithIt(t *testing.T) {
	t.Parallel()
	path := string(aFile(t))
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	holder, out := child(t, "lock", path)
	if line, err := out.ReadString('\n'); err != nil || line != "locked\n" {
		t.Fatalf("the holder: %q, %v", line, err)
	}
	for _, name := range []string{path, link} {
		_, err := Lock(name)
		var locked *LockedError
		if !errors.As(err, &locked) || locked.PID != holder.Process.Pid {
			t.Fatalf("got %v, want a *LockedError of process %d", err, holder.Process.Pid)
		}
		sentence, hint, _ := strings.Cut(err.Error(), "\n")
		if !strings.Contains(sentence, fmt.Sprint("プロセス ", holder.Process.Pid)) || !strings.Contains(hint, "--db") {
			t.Errorf("the message: %v", err)
		}
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait()
	for range 2 { // after the kill, and after a release
		release, err := Lock(path)
		if err != nil {
			t.Fatal(err)
		}
		if pid := readPID(path + ".lock"); pid != os.Getpid() {
			t.Errorf("the lock file names %d", pid)
		}
		var locked *LockedError
		if _, err := Lock(path); !errors.As(err, &locked) || locked.PID != os.Getpid() {
			t.Errorf("a second bot in this process: %v", err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
	}
}

func TestLockedErrorWithoutAPID(t *testing.T) {
	t.Parallel()
	path := string(aFile(t))
	for name, content := range map[string]string{"absent": "", "empty": "\n", "words": "jirei\n"} {
		if content != "" {
			if err := os.WriteFile(path+".lock", []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := &LockedError{PID: readPID(path + ".lock"), Path: path}
		if err.PID != 0 || strings.Contains(err.Error(), "process") || !strings.Contains(err.Error(), "--db") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
