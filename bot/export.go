package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// exported is how many cases a paper for a meeting has at most.
const exported = 10

// Export is a paper for a meeting that somebody wants as a file, as the inbox
// keeps it.
type Export struct {
	Key     string         `json:"key"`
	Team    string         `json:"team"`
	User    string         `json:"user"`
	Channel string         `json:"channel,omitempty"` // "": their direct message
	Thread  string         `json:"thread,omitempty"`
	View    string         `json:"view,omitempty"` // the modal that waits, if any
	Pages   []int          `json:"pages"`
	Locale  phrases.Locale `json:"locale,omitempty"`
}

const (
	actionExport   = "export" // opens the paper; its value is an exportOrder
	exportToThread = "export_thread"
	exportToDirect = "export_direct"
)

// exportOrder says of which cases a paper is, and in which thread they were asked for.
type exportOrder struct {
	Pages   []int  `json:"p"`
	Channel string `json:"ch,omitempty"`
	Thread  string `json:"th,omitempty"`
}

// exportButton opens the paper of some cases.
func (r render) exportButton(pages []int) *slack.ButtonBlockElement {
	return r.button(actionExport, packed(exportOrder{Pages: pages[:min(len(pages), exported)]}), r.p.ExportButton, r.p.ExportHint)
}

func pagesOf(list []cases.Case) []int {
	out := make([]int, len(list))
	for i, c := range list {
		out[i] = c.Page
	}
	return out
}

// paper is what is written about some cases.
type paper struct {
	title, text, file string
	cases             []cases.Case
	missing           []int
}

// paper writes one page for a meeting: what each company did, in a sentence
// that is proved, then the quotes with their pages, and where it all stands.
func (b *Bot) paper(ctx context.Context, r render, pages []int, locale phrases.Locale) (paper, error) {
	book, err := b.asker.Engine.Store().Current(ctx)
	if err != nil {
		return paper{}, fmt.Errorf("reading the current book: %w", err)
	}
	r.book = book
	pages = pages[:min(len(pages), exported)]
	found, _, err := b.asker.Engine.Store().Select(ctx, retrieval.Facets{Pages: pages})
	if err != nil {
		return paper{}, fmt.Errorf("looking up cases for a paper: %w", err)
	}
	var out paper
	for _, page := range pages {
		if i := slices.IndexFunc(found, func(c cases.Case) bool { return c.Page == page }); i >= 0 {
			out.cases = append(out.cases, found[i])
		} else {
			out.missing = append(out.missing, page)
		}
	}
	asker := b.asker
	asker.Model = nil // the paper is the book's own words
	var claims []answer.Claim
	for _, c := range out.cases {
		a, err := asker.Compose(ctx, answer.Question{Text: c.Title, Locale: locale}, retrieval.Result{Book: book, Hits: []retrieval.Hit{{Case: c, Matched: true}}})
		if err != nil {
			return paper{}, err
		}
		claims = append(claims, a.Claims...)
	}
	names, file := make([]string, len(out.cases)), "jirei"
	for i, c := range out.cases {
		names[i] = fmt.Sprintf("p.%d", c.Page)
		file += fmt.Sprintf("-p%d", c.Page)
	}
	out.title, out.file = r.p.PaperTitle(strings.Join(names, r.p.Or())), file+".md"
	out.text = r.paperText(out, claims)
	return out, nil
}

func (r render) paperText(p paper, claims []answer.Claim) string {
	var t strings.Builder
	fmt.Fprintf(&t, "# %s\n\n## %s\n\n", p.title, r.p.PaperDid)
	for _, c := range claims {
		fmt.Fprintf(&t, "- %s（p.%d）\n", marked(c.Text), c.Cite.Page)
	}
	fmt.Fprintf(&t, "\n## %s\n", r.p.PaperCases)
	for _, c := range p.cases {
		fmt.Fprintf(&t, "\n### p.%d %s\n\n%s\n\n", c.Page, marked(c.Title), marked(r.p.Row(c)))
		for _, m := range c.Measures {
			fmt.Fprintf(&t, "> - %s（p.%d）\n", marked(m), c.Page)
		}
		if r.source != nil && r.source(c.Page) != "" {
			fmt.Fprintf(&t, "\n<%s>\n", r.source(c.Page))
		}
	}
	fmt.Fprintf(&t, "\n---\n%s\n", marked(r.p.BookSource(r.book.Book.Source, r.book.Book.Title)))
	return t.String()
}

// marked is text in Markdown: nothing in a case becomes a heading, a link or HTML.
func marked(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", `\|`).Replace(s)
}

// exportView is the paper to copy, with buttons that send it as a file.
func (r render) exportView(p paper, o exportOrder, head string) slack.ModalViewRequest {
	with := func(most int) slack.ModalViewRequest {
		lines := []string{}
		if head != "" {
			lines = append(lines, head)
		}
		for _, page := range p.missing {
			lines = append(lines, r.p.NoPage(page, r.book.FirstPage, r.book.LastPage))
		}
		body := []slack.Block{}
		if len(lines) > 0 {
			body = append(body, notesBlock("export-notes", lines))
		}
		if len(p.cases) > 0 && head == "" { // once from one modal
			send := []slack.BlockElement{r.button(exportToDirect, "d", r.p.ExportDirect, "").WithStyle(slack.StylePrimary)}
			if o.Thread != "" {
				send = append(send, r.button(exportToThread, "t", r.p.ExportThread, ""))
			}
			body = append(body, slack.NewActionBlock("export-send", send...))
		}
		if len(p.cases) > 0 {
			body = append(body, slack.NewContextBlock("export-copy", plainText(r.p.ExportCopy, 2000)),
				slack.NewRichTextBlock("export-text", &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{said(short(p.text, most))}}))
		}
		return slack.ModalViewRequest{
			Type: slack.VTModal, CallbackID: "export", PrivateMetadata: packed(o), Title: plainText(r.p.ExportTitle, blocks.MaxModalTitle),
			Close: plainText(r.p.Close, blocks.MaxModalTitle), Blocks: slack.Blocks{BlockSet: body},
		}
	}
	return fitView(func() slack.ModalViewRequest { return with(longView) }, func() slack.ModalViewRequest { return with(blocks.MaxSectionText) })
}

// exportModal makes the modal of an order.
func (b *Bot) exportModal(ctx context.Context, p *phrases.Phrases, o exportOrder, head string) (slack.ModalViewRequest, error) {
	r := render{p: p, source: b.source}
	made, err := b.paper(ctx, r, o.Pages, localeOf(p))
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	if r.book, err = b.asker.Engine.Store().Current(ctx); err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("reading the current book: %w", err)
	}
	return r.exportView(made, o, head), nil
}

func localeOf(p *phrases.Phrases) phrases.Locale {
	if p == phrases.For(phrases.English) {
		return phrases.English
	}
	return phrases.Japanese
}

// isExport says that a button sends a paper as a file.
func isExport(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && (actions[0].ActionID == exportToThread || actions[0].ActionID == exportToDirect)
}

// pressExport stores that a paper is to be sent: once from one modal to one place.
func (b *Bot) pressExport(ctx context.Context, in slack.InteractionCallback, ack func(...any)) error {
	var o exportOrder
	if err := json.Unmarshal([]byte(in.View.PrivateMetadata), &o); err != nil {
		ack()      // a modal of a version to come
		return nil //nolint:nilerr // as said
	}
	action := in.ActionCallback.BlockActions[0].ActionID
	e := Export{Key: "x:" + in.Team.ID + ":" + in.View.ID + ":" + action, Team: in.Team.ID, User: in.User.ID, View: in.View.ID, Pages: o.Pages, Locale: b.people.known(in.User.ID)}
	if action == exportToThread {
		e.Channel, e.Thread = o.Channel, o.Thread
	}
	if _, err := b.store(ctx, workExport, []string{e.Key}, e); err != nil {
		return err
	}
	ack()
	return nil
}

// export sends a paper as a file. A crash between Slack's answer and our note
// may send it twice: a file has no metadata to find it by.
func (b *Bot) export(ctx context.Context, w *inbox.Work, e Export) error {
	p := phrases.For(e.Locale)
	if _, done, err := w.Noted(ctx, noteTS); done || err != nil {
		return err
	}
	made, err := b.paper(ctx, render{p: p, source: b.source}, e.Pages, e.Locale)
	if err != nil {
		return err
	}
	if len(made.cases) == 0 {
		return b.toldExport(ctx, e, p.Withdrawn)
	}
	channel := e.Channel
	if channel == "" {
		direct, _, _, err := b.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{e.User}})
		if err != nil {
			return retryable("opening a direct message", err)
		}
		channel = direct.ID
	}
	if err := w.Fence(ctx); err != nil {
		return err
	}
	_, err = b.api.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader: strings.NewReader(made.text), FileSize: len(made.text), Filename: made.file, Title: made.title,
		InitialComment: made.title, Channel: channel, ThreadTimestamp: e.Thread,
	})
	if noUpload(err) {
		b.log.Warn("sending a paper", "error", slackError(err))
		return b.toldExport(ctx, e, p.ExportFailed(slackError(err)))
	}
	if err != nil {
		return retryable("sending a paper", err)
	}
	if err := w.Note(ctx, noteTS, "1"); err != nil {
		return err
	}
	text := p.ExportedDirect
	if e.Thread != "" {
		text = p.ExportedThread
	}
	if e.View == "" {
		return nil // the file is in the thread that asked for it
	}
	return b.toldExport(ctx, e, text)
}

// noUpload says that Slack will not take the file: then there is the text to copy.
func noUpload(err error) bool {
	switch slackError(err) {
	case "file_uploads_disabled", "file_upload_disabled", "not_allowed_token_type", "access_denied", "posting_to_channel_denied", "file_uploads_except_images_disabled", "storage_limit_reached":
		return true
	}
	return final(err)
}

// toldExport says how it went: in the modal that waits, where the text still
// is, or in a direct message.
func (b *Bot) toldExport(ctx context.Context, e Export, text string) error {
	p := phrases.For(e.Locale)
	if e.View != "" {
		view, err := b.exportModal(ctx, p, exportOrder{Pages: e.Pages, Channel: e.Channel, Thread: e.Thread}, text)
		if err != nil {
			return err
		}
		_, err = b.api.UpdateViewContext(ctx, view, "", "", e.View)
		if err == nil {
			return nil
		}
		if slackError(err) == "not_found" && (text == p.ExportedDirect || text == p.ExportedThread) {
			return nil // closed, and the file is news enough
		}
	}
	return retryable("telling of a paper", b.tellAlone(ctx, e.User, text))
}

// orderOf is what 「資料 4 8 10」 asks for; 「資料」 alone means the cases of the
// latest answer in its thread.
func (b *Bot) orderOf(ctx context.Context, r Request, c command.Command) (exportOrder, error) {
	o := exportOrder{Pages: c.Pages, Channel: r.Channel, Thread: r.Thread}
	if len(o.Pages) > 0 || r.Thread == "" {
		return o, nil
	}
	known, err := b.record.Turns(ctx, thread(r), turns)
	if err != nil {
		return o, fmt.Errorf("reading the thread: %w", err)
	}
	for _, t := range slices.Backward(known) {
		for _, id := range t.Cases {
			if t.Key != r.Key && len(o.Pages) < cardsShown {
				o.Pages = append(o.Pages, cases.ID(id).Page())
			}
		}
		if len(o.Pages) > 0 {
			break
		}
	}
	return o, nil
}

// exportHere answers the command in a thread: the file follows.
func (b *Bot) exportHere(ctx context.Context, in render, r Request, c command.Command, locale phrases.Locale) (message, error) {
	o, err := b.orderOf(ctx, r, c)
	if err != nil {
		return message{}, err
	}
	if len(o.Pages) == 0 {
		return plain(in.p.ExportWhich), nil
	}
	made, err := b.paper(ctx, in, o.Pages, locale)
	if err != nil {
		return message{}, err
	}
	var lines []string
	for _, page := range made.missing {
		lines = append(lines, in.p.NoPage(page, in.book.FirstPage, in.book.LastPage))
	}
	if len(made.cases) > 0 {
		lines = append(lines, made.title)
	}
	m := plain(strings.Join(lines, "\n"))
	if len(made.cases) == 0 {
		return m, nil
	}
	m.blocks = []slack.Block{notesBlock("export", lines), slack.NewActionBlock("export-open", in.button(actionExport, packed(o), in.p.ExportOpen, ""))}
	if r.ResponseURL == "" {
		m.paper = &Export{Key: "x:" + r.Key, Team: r.Team, User: r.User, Channel: r.Channel, Thread: r.Thread, Pages: o.Pages, Locale: locale}
	}
	return fit(m), nil
}
