package inbox

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

const effects = `CREATE TABLE IF NOT EXISTS effect (key TEXT NOT NULL, job INTEGER NOT NULL, attempt INTEGER NOT NULL)`

// affect does what the bot does with Slack, with a table for Slack: it looks whether an earlier attempt has posted (Slack keeps the key in
// the message's metadata), checks the fence, posts, and notes the place. Nothing in the table keeps it from posting twice.
func affect(ctx context.Context, w *Work) error {
	key := strings.Trim(string(w.Payload), `"`)
	if _, done, err := w.Noted(ctx, "ts"); err != nil || done {
		return err
	}
	if err := w.Note(ctx, "posting", "yes"); err != nil {
		return err
	}
	var posted int
	if err := w.inbox.row(ctx, `SELECT count(*) FROM effect WHERE key = ?1`, key).Scan(&posted); err != nil {
		return err
	}
	if posted == 0 {
		if err := w.Fence(ctx); err != nil {
			return err
		}
		if _, err := w.inbox.exec(ctx, `INSERT INTO effect VALUES (?1, ?2, ?3)`, key, w.ID, w.Attempt); err != nil {
			return err
		}
	}
	return w.Note(ctx, "ts", "1.0")
}

// childWorks is a bot's life: it takes new work as fast as it can, repeats some of it as Slack would, and says what it has acknowledged.
func childWorks(at home) {
	ctx := context.Background()
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(3)
		}
	}
	if !strings.HasPrefix(string(at), "postgres") {
		_, err := Lock(string(at))
		fail(err)
	}
	in, _, err := at.open(ctx, affect, Config{})
	fail(err)
	_, err = in.db.Exec(effects)
	fail(err)
	fail(in.Start(ctx))
	first, err := strconv.Atoi(os.Getenv("JIREI_INBOX_FIRST"))
	fail(err)
	for n := first; ; n++ {
		key := fmt.Sprint(n)
		_, err := in.Put(ctx, "effect", []string{"event:" + key, "msg:" + key}, key)
		fail(err)
		// One write: the parent sees the whole line or none. It comes after the commit, as the acknowledgement does.
		fmt.Println("acked", key)
		if n%3 == 0 {
			again, err := in.Put(ctx, "effect", []string{"event:" + key + "/again", "msg:" + key}, key)
			fail(err)
			if again {
				fail(fmt.Errorf("%s was taken twice", key))
			}
		}
	}
}

// testKilledAtAnyMoment is fault 5 (and 1, 2, 4, 10 on the way): kill -9 at random moments, restart, and in the end each acknowledged piece
// of work was done, once. JIREI_KILLS=200 makes it long.
func testKilledAtAnyMoment(t *testing.T, place func(testing.TB) home) {
	kills := 8
	if text := os.Getenv("JIREI_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	path := place(t)
	acked := map[string]bool{}
	next := 1
	for i := range kills {
		cmd, out := child(t, "work", string(path), fmt.Sprint("JIREI_INBOX_FIRST=", next))
		lines := make(chan int)
		go readAcked(out, lines)
		// Every other life is killed from its birth on (while it opens, migrates, takes work back), the rest in the middle of work.
		if i%2 == 0 {
			if n, ok := <-lines; ok {
				acked[fmt.Sprint(n)], next = true, n+1
			}
		}
		end := time.AfterFunc(time.Duration(dice.IntN(200_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		for n := range lines {
			acked[fmt.Sprint(n)], next = true, n+1
		}
		end.Stop()
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() == 3 {
			t.Fatalf("life %d ended by itself: %v", i, err)
		}
		next++ // the key that was put but not told, perhaps: not used again
	}
	settle(t, path, acked, kills)
}

func readAcked(out *bufio.Reader, lines chan<- int) {
	defer close(lines)
	for {
		line, err := out.ReadString('\n')
		if err != nil {
			_, _ = io.Copy(io.Discard, out)
			return
		}
		var n int
		if _, err := fmt.Sscanf(line, "acked %d\n", &n); err == nil {
			lines <- n
		}
	}
}

func settle(t *testing.T, path home, acked map[string]bool, kills int) {
	in := open(t, path, affect, Config{})
	change(t, in, effects)
	start(t, in)
	eventually(t, "all work is done", func() bool {
		d, err := in.Depth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d.Failed > 0 {
			t.Fatalf("%d jobs failed", d.Failed)
		}
		return d == Depth{}
	})
	rows, err := in.db.Query(`SELECT key, count(*) FROM effect GROUP BY key`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	times := map[string]int{}
	for rows.Next() {
		var key string
		var n int
		if err := rows.Scan(&key, &n); err != nil {
			t.Fatal(err)
		}
		if times[key] = n; n != 1 {
			t.Errorf("%s was done %d times", key, n)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for key := range acked {
		if times[key] != 1 {
			t.Errorf("%s was acknowledged and done %d times", key, times[key])
		}
	}
	if len(acked) == 0 {
		t.Fatal("no life acknowledged anything: the test shows nothing")
	}
	_ = rows.Close()
	var again int
	if err := in.row(t.Context(), `SELECT count(*) FROM river_job WHERE attempt > 1`).Scan(&again); err != nil {
		t.Fatal(err)
	}
	if kills >= 50 && again == 0 {
		t.Error("no work was interrupted in so many kills: the test shows nothing")
	}
	t.Logf("%d kills, %d acknowledged, %d done, %d of them in more than one attempt", kills, len(acked), len(times), again)
}
