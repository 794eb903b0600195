package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// sharedLinks is a link_shared event; slack-go's lacks unfurl_id and source,
// by which alone a link in a composer can be told.
type sharedLinks struct {
	UnfurlID string `json:"unfurl_id"`
	Source   string `json:"source"`
	Links    []struct {
		URL string `json:"url"`
	} `json:"links"`
}

// linked shows the case behind a link to a page of the book. Nothing is kept:
// a link without a preview is still a link.
func (b *Bot) linked(ctx context.Context, e slackevents.EventsAPIEvent) error {
	cb, ok := e.Data.(*slackevents.EventsAPICallbackEvent)
	if !ok || cb.InnerEvent == nil {
		return nil
	}
	var in sharedLinks
	if err := json.Unmarshal(*cb.InnerEvent, &in); err != nil || in.UnfurlID == "" || in.Source == "" {
		return nil //nolint:nilerr // in a shape of a version to come
	}
	pages := map[string]int{} // by URL
	for _, l := range in.Links {
		if page, ok := b.pageOf(l.URL); ok && len(pages) < linksShown {
			pages[l.URL] = page
		}
	}
	if len(pages) > 0 {
		b.atOnce(ctx, func(ctx context.Context) { b.unfurl(ctx, in, pages) })
	}
	return nil
}

// linksShown is how many links of one message have a preview.
const linksShown = 5

// pageOf reads the page out of an address made by [Bot.source].
func (b *Bot) pageOf(url string) (int, bool) {
	before, after, ok := strings.Cut(b.cfg.SourceURL, "{page}")
	url = html.UnescapeString(url)
	if !ok || len(url) < len(before) || !strings.EqualFold(url[:len(before)], before) {
		return 0, false
	}
	number, ok := strings.CutSuffix(url[len(before):], after)
	n, err := strconv.Atoi(number)
	if !ok || err != nil || strconv.Itoa(n) != number {
		return 0, false
	}
	return n - b.cfg.SourceOffset, true
}

// unfurl puts the case cards below a message, or below what somebody is writing.
// Everybody in the channel sees them, so they are in the casebook's language.
func (b *Bot) unfurl(ctx context.Context, in sharedLinks, pages map[string]int) {
	r := render{p: phrases.For(phrases.Japanese), source: b.source}
	rich, simple := map[string]slack.Attachment{}, map[string]slack.Attachment{}
	for url, page := range pages {
		found, _, err := b.asker.Engine.Store().Select(ctx, retrieval.Facets{Pages: []int{page}})
		if err != nil {
			b.log.Warn("looking up the case behind a link", "error", err)
			return
		}
		if len(found) == 0 {
			continue // a page without a case
		}
		c := found[0]
		id := fmt.Sprintf("link-%d", page)
		source := slack.NewContextBlock("source-"+id, plainText(r.p.Source(c.Page), 2000))
		rich[url] = attachment(c, append(r.card(c, id), source)...)
		simple[url] = attachment(c, r.row(c, id), source)
	}
	if len(rich) == 0 {
		return
	}
	_, _, _, err := b.api.UnfurlMessageByIDContext(ctx, in.UnfurlID, in.Source, rich)
	switch slackError(err) {
	case "invalid_blocks", "cannot_parse_attachment", "invalid_attachments", "msg_blocks_too_long":
		// That previews take rich text is not documented.
		_, _, _, err = b.api.UnfurlMessageByIDContext(ctx, in.UnfurlID, in.Source, simple)
	}
	if err != nil {
		b.log.Warn("showing the case behind a link", "error", err)
	}
}

func attachment(c cases.Case, blocks ...slack.Block) slack.Attachment {
	return slack.Attachment{Blocks: slack.Blocks{BlockSet: blocks}, Fallback: fmt.Sprintf("p.%d %s", c.Page, c.Title)}
}
