package main

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// choose picks an option of a menu by its words.
func choose(action, words string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		menu := `[data-action-id="` + action + `"]`
		if _, err := chromedp.WaitVisible(css(menu))(ctx, t); err != nil {
			return err
		}
		_, err := chromedp.Evaluate[any](`(() => {
			const s = [...document.querySelectorAll('`+menu+`')].at(-1);
			const set = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set;
			set.call(s, [...s.options].find(o => o.text === `+strconv.Quote(words)+`).value);
			s.dispatchEvent(new Event('change', {bubbles: true}));
			return 1;
		})()`)(ctx, t)
		return err
	})
}

// typing writes into the channel and sends it.
func typing(words string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := chromedp.SendKeys(css(`[data-testid="composer"]`), words)(ctx, t); err != nil {
			return err
		}
		_, err := press(`[data-testid="composer-send"]`)(ctx, t)
		return err
	})
}

// seeing waits for words in a message or a modal, and not only in a menu of it.
func seeing(words string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			seen, err := chromedp.Evaluate[bool](`[...document.querySelectorAll('[data-testid="message"], [data-testid="modal"]')].some(m => {
				const c = m.cloneNode(true);
				c.querySelectorAll('select').forEach(s => s.remove());
				return c.textContent.includes(`+strconv.Quote(words)+`);
			})`)(ctx, t)
			if seen || err != nil {
				return err
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
		}
	})
}

// TestBrowserTables is somebody who leafs through the book: list, sort, group, count, compare, share, and why.
func TestBrowserTables(t *testing.T) {
	t.Parallel()
	url, do := browse(t, 1000, 2*time.Minute)
	const last = chromedp.Search(`(//*[@data-testid="message"])[last()]`)
	shows := func(what string, words ...string) {
		t.Helper()
		var got string
		do(what, text(last, &got))
		for _, w := range words {
			if !strings.Contains(got, w) {
				t.Errorf("%s lacks %q:\n%s", what, w, got)
			}
		}
	}
	do("list the book", chromedp.Navigate(url), press(`[data-testid="channel-general"]`), typing("/jirei 一覧"), seeing("（1～10件目／全61件）"), picture("list"))
	shows("the list", "p.2", "p.11", "次の10件")
	do("sort and group it", choose("panel_sort", "並び: 重要度の高い順"), seeing("p.54"))
	do("group it", choose("panel_rows", "まとめ: 業種"), seeing("農業・林業（2件）"), picture("list-grouped"))
	do("count", typing("/jirei 集計 業種 分類"), seeing("このうち、従業員数の記載がない事例は38件です。"), picture("count"))
	shows("the counts", "製造業", "合計", "ページも示す")
	do("compare", typing("/jirei 比較 7 19 59"), seeing("p.7、p.19、p.59を比べます。"), picture("compare"))
	shows("the comparison", "業種（違う）", "リモートワーク")
	do("share a page", typing("/jirei 共有 14 #security 来週の会議で話したい事例です。"), chromedp.WaitVisible(css(`[data-testid="modal"] textarea`)), picture("share-command"),
		press(`[data-testid="modal-close"]`), chromedp.WaitNotPresent(css(`[data-testid="modal"]`)))
	do("ask why", typing("@jirei 在宅勤務に切り替えた会社は？"), press(`[data-testid="thread-pane"] [data-action-id="case_why"]`), seeing("「在宅勤務」は、事例では「リモートワーク」と書かれています。"), picture("why"),
		press(`[data-testid="modal-close"]`), chromedp.WaitNotPresent(css(`[data-testid="modal"]`)))
	do("on a phone", press(`[data-testid="channel-random"]`), chromedp.EmulateViewport(390, 844), typing("/jirei 一覧 ★2"), seeing("★2の事例は7件です。"), picture("list-phone"))
}
