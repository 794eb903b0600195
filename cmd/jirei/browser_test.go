package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium finds a browser. Without one the test is skipped, unless
// JIREI_TEST_BROWSER=required says that there must be one, as in make test.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("JIREI_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	const missing = "no Chromium: install Debian's chromium, or name one in JIREI_TEST_CHROMIUM"
	if os.Getenv("JIREI_TEST_BROWSER") == "required" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// lines is a writer that a test can read while a program writes to it.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// playing runs `jirei play` on a free port until the test ends.
func playing(t *testing.T) (url string) {
	t.Helper()
	var out, stderr lines
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		args := []string{"play", "--listen", "127.0.0.1:0", "--db", "sqlite:" + filepath.Join(t.TempDir(), "jirei.db")}
		done <- run(ctx, args, func(string) string { return "" }, nil, strings.NewReader(""), &out, &stderr)
	}()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("jirei play ended with %d\n%s", code, &stderr)
		}
	})
	address := regexp.MustCompile(`http://[0-9.:]+`)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(time.Minute); ; {
		if url := address.FindString(out.String()); url != "" {
			return url
		}
		select {
		case <-tick.C:
		case code := <-done:
			done <- code
			t.Fatalf("jirei play ended with %d\n%s", code, &stderr)
		case <-deadline:
			t.Fatalf("jirei play printed no address\n%s", &stderr)
		}
	}
}

type step = chromedp.Action[chromedp.Void]

func css(selector string) chromedp.CSS { return chromedp.CSS(selector) }

// press clicks an element where it is: a mouse click at a place may meet what
// has just moved there.
func press(selector string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := chromedp.WaitVisible(css(selector))(ctx, t); err != nil {
			return err
		}
		_, err := chromedp.Evaluate[any]("(document.querySelector("+strconv.Quote(selector)+").click(), 1)")(ctx, t)
		return err
	})
}

// text reads what an element shows.
func text[S chromedp.Selectable](selector S, into *string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) (err error) {
		*into, err = chromedp.Text(selector)(ctx, t)
		return err
	})
}

// picture saves what the page shows, where JIREI_TEST_SCREENSHOTS names a folder.
func picture(name string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		dir := os.Getenv("JIREI_TEST_SCREENSHOTS")
		if dir == "" {
			return nil
		}
		png, err := chromedp.CaptureScreenshot()(ctx, t)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	})
}

// browse opens a window of a height on `jirei play`, and returns its address and
// what takes steps there, each said by what it is; all of them within patience.
func browse(t *testing.T, height int, patience time.Duration) (url string, do func(what string, actions ...step)) {
	t.Helper()
	path := chromium(t)
	url = playing(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, height), chromedp.Flag("lang", "ja"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	return url, func(what string, actions ...step) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

// TestBrowser is a person's first minute: ask, read, open a case, share it.
func TestBrowser(t *testing.T) {
	t.Parallel()
	url, do := browse(t, 900, time.Minute)
	const pane = `[data-testid="thread-pane"]`
	var answer string
	do("ask in #general",
		chromedp.Navigate(url),
		press(`[data-testid="channel-general"]`),
		chromedp.SendKeys(css(`[data-testid="composer"]`), "@jirei UTMを導入した会社の事例は？"),
		press(`[data-testid="composer-send"]`),
		chromedp.WaitVisible(css(pane+` [data-action-id="case_details"]`)),
		text(css(pane), &answer),
		picture("answer"),
	)
	matching, related, labelled := strings.Cut(answer, "関連する事例（お尋ねに一致するものではありません）")
	if !labelled {
		t.Errorf("what is only related is not labelled:\n%s", answer)
	}
	if got := order(matching); got != "p.7 p.19 p.59" {
		t.Errorf("the matching cases are %s, want p.7 p.19 p.59:\n%s", got, matching)
	}
	if strings.Contains(related, "UTM") {
		t.Errorf("a case that says UTM is only related:\n%s", related)
	}
	do("open a case",
		press(pane+` [data-action-id="case_details"]`),
		chromedp.WaitVisible(css(`[data-testid="modal"] [data-action-id="case_share"]`)),
		picture("case"),
		press(`[data-testid="modal-close"]`),
		chromedp.WaitNotPresent(css(`[data-testid="modal"]`)),
	)
	do("share it",
		press(pane+` [data-action-id="case_share"]`),
		chromedp.WaitVisible(css(`[data-testid="modal"] select`)),
		// The options' values are ids; people choose by name.
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := chromedp.Evaluate[any](`(() => {
				const s = document.querySelector('[data-testid="modal"] select');
				const set = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set;
				set.call(s, [...s.options].find(o => o.text.includes('security')).value);
				s.dispatchEvent(new Event('change', {bubbles: true}));
				return 1;
			})()`)(ctx, t)
			return err
		}),
		chromedp.SendKeys(css(`[data-testid="modal"] textarea`), "来週の会議で話したい事例です。"),
		picture("share"),
		press(`[data-testid="modal-submit"]`),
	)
	var card string
	const shared = chromedp.Search(`//*[@data-testid="message"][contains(., "事例を共有しました")]`)
	do("see the card in #security",
		chromedp.WaitVisible(chromedp.Search(`//*[@data-testid="modal"]//*[contains(text(), "共有しました")]`)),
		press(`[data-testid="modal-close"]`),
		chromedp.WaitNotPresent(css(`[data-testid="modal"]`)),
		press(`[data-testid="channel-security"]`),
		chromedp.WaitVisible(shared),
		text(shared, &card),
		picture("shared"),
	)
	for _, want := range []string{"佐藤さんが事例を共有しました", "来週の会議で話したい事例です。", "p.7", "UTMの入替"} {
		if !strings.Contains(card, want) {
			t.Errorf("the shared card lacks %q:\n%s", want, card)
		}
	}
}

// order is the pages in the order in which they first stand in a text.
func order(text string) string {
	var pages []string
	for _, p := range regexp.MustCompile(`p\.\d+`).FindAllString(text, -1) {
		if !strings.Contains(" "+strings.Join(pages, " ")+" ", " "+p+" ") {
			pages = append(pages, p)
		}
	}
	return strings.Join(pages, " ")
}
