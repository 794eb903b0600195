package main

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserSurfaces is somebody who never types a command: Home, the search
// modal, and a colleague's message.
func TestBrowserSurfaces(t *testing.T) {
	t.Parallel()
	url, do := browse(t, 1000, 2*time.Minute)
	const modal = `[data-testid="modal"]`
	closed := chromedp.WaitNotPresent(css(modal))
	do("open Home", chromedp.Navigate(url), press(`[data-testid="channel-jirei"]`), press(`[data-testid="tab-home"]`),
		chromedp.WaitVisible(css(`[data-testid="home"] [data-action-id="home_ask"]`)), picture("home"))
	var home string
	do("read it", text(css(`[data-testid="home"]`), &home))
	for _, want := range []string{"事例集に尋ねる", "製造業（8件）", "被害有（14件）", "使い方"} {
		if !strings.Contains(home, want) {
			t.Errorf("Home lacks %q:\n%s", want, home)
		}
	}
	do("ask there", chromedp.SendKeys(css(`[data-testid="home"] input`), "UTMを導入した会社の事例は？"), press(`[data-testid="home"] [data-action-id="home_ask"]`),
		seeing("UTMの入替"), picture("home-answer"), press(`[data-testid="modal-close"]`), closed)
	do("search", press(`[data-testid="channel-general"]`), press(`[data-callback-id="find_cases"]`), seeing("（1～10件目／全61件）"),
		choose("find_i", "製造業"), seeing("製造業の事例は8件です。"), choose("find_c", "被害有"), seeing("製造業・被害有の事例は2件です。"), picture("search"),
		press(`[data-testid="modal-close"]`), closed)
	do("look near a message", typing("取引先からUTMを入れるよう求められました。ほかの会社はどうしていますか"), seeing("ほかの会社はどうしていますか"),
		hidden(`[data-testid="message"] [data-callback-id="find_like"]`), seeing("スレッドに共有"), picture("near"), press(modal+` [data-action-id="case_share"]`), seeing("このメッセージのスレッド"), press(`[data-testid="modal-submit"]`),
		seeing("に共有しました。"), picture("near-shared"), press(`[data-testid="modal-close"]`))
}

// hidden clicks what is shown only under the mouse.
func hidden(selector string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[any]("(document.querySelector("+strconv.Quote(selector)+").click(), 1)")(ctx, t)
		return err
	})
}
