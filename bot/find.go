package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/blocks"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// The search modal: menus and a text, how many cases there are, and the cases.
// What is chosen is in Slack's own state of the fields, which every press
// brings along; only the page is in the private metadata.
const (
	callbackFind = "find"
	actionFind   = "find_" // and the letter of a facet, or one of these
	findText     = "find_text"
	findPage     = "find_page_"
	findOpen     = "find_open_" // opens the modal, with its value's facet chosen
	blockFacets  = "find-facets"
)

// findKinds are the menus by the letters of their tokens (withToken).
var findKinds = []string{"i", "z", "c", "t"}

// anything is the option of a menu that chooses nothing.
const anything = "-"

// sought is what somebody looks for in the modal.
type sought struct {
	token map[string]string // by letter, "" for anything
	text  string
	page  int
}

// around is where a modal was opened from. It is in the private metadata of
// each view of its stack. Thread: what is shared from there goes there.
type around struct {
	Channel string `json:"ch,omitempty"`
	Thread  string `json:"th,omitempty"`
	Page    int    `json:"n,omitempty"`
}

func readAround(metadata string) (a around) {
	_ = json.Unmarshal([]byte(metadata), &a) // a view of another kind is nowhere
	return a
}

// readSought reads the modal as it is on the screen.
func readSought(view slack.View) sought {
	s := sought{token: map[string]string{}, page: readAround(view.PrivateMetadata).Page}
	if view.State == nil {
		return s
	}
	for _, letter := range findKinds {
		if v := view.State.Values[blockFacets][actionFind+letter].SelectedOption.Value; v != anything {
			s.token[letter] = v
		}
	}
	s.text = view.State.Values[findText][findText].Value
	return s
}

// isFind says that a control is the search modal's, or opens it.
func isFind(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && strings.HasPrefix(actions[0].ActionID, actionFind)
}

// startFind opens the search modal for the global shortcut.
func (b *Bot) startFind(ctx context.Context, in slack.InteractionCallback) {
	b.openFind(ctx, in, sought{token: map[string]string{}})
}

func (b *Bot) openFind(ctx context.Context, in slack.InteractionCallback, s sought) {
	p := phrases.For(b.people.locale(ctx, in.User.ID))
	view, err := b.findView(ctx, p, s, rowsShown)
	if err != nil {
		b.log.Error("making the search modal", "error", err)
		view = notice(p, p.FindTitle, p.Sorry)
	}
	if err := b.open(ctx, in, view); err != nil && !used(err) {
		b.late(ctx, in, p, err)
	}
}

// find follows a control of the search modal.
func (b *Bot) find(ctx context.Context, in slack.InteractionCallback) {
	action := in.ActionCallback.BlockActions[0]
	if strings.HasPrefix(action.ActionID, findOpen) {
		s := sought{token: map[string]string{}}
		if action.Value != "" && action.Value != anything {
			s.token[action.Value[:1]] = action.Value
		}
		b.openFind(ctx, in, s)
		return
	}
	s := readSought(in.View)
	s.page = 0
	if strings.HasPrefix(action.ActionID, findPage) {
		s.page, _ = strconv.Atoi(action.Value)
	}
	view, err := b.findView(ctx, phrases.For(b.people.locale(ctx, in.User.ID)), s, rowsShown)
	if err != nil {
		b.log.Error("searching from the modal", "error", err)
		return
	}
	if err := b.turnView(ctx, in, action.ActionTs, view); err != nil {
		b.log.Warn("changing the search modal", "error", err)
	}
}

// turnView changes the view that was pressed, unless a later press already did.
// A hash that is out of date says that an earlier press's update came between;
// this one is the later, and has all that the earlier one chose, so it goes on
// top. A view that is closed needs nothing.
func (b *Bot) turnView(ctx context.Context, in slack.InteractionCallback, at string, view slack.ModalViewRequest) error {
	return b.presses.inOrder(in.View.ID, at, func() error {
		_, err := b.api.UpdateViewContext(ctx, view, "", in.View.Hash, in.View.ID)
		if slackError(err) == "hash_conflict" {
			_, err = b.api.UpdateViewContext(ctx, view, "", "", in.View.ID)
		}
		if slackError(err) == "not_found" {
			return nil
		}
		return err
	})
}

// longAck is how long an acknowledgement may be: Slack drops one over 20 KB
// without a word.
const longAck = 18_000

// submitFind answers 「探す」. An empty acknowledgement would close the modal, so
// the result is in it, with as many rows as it holds.
func (b *Bot) submitFind(ctx context.Context, in slack.InteractionCallback, ack func(...any)) error {
	ctx, cancel := context.WithTimeout(ctx, storeIn)
	defer cancel()
	s := readSought(in.View)
	s.page = 0
	p := phrases.For(b.people.known(in.User.ID))
	var view slack.ModalViewRequest
	var err error
	for rows := rowsShown; rows >= 0; rows -= 5 {
		if view, err = b.findView(ctx, p, s, rows); err != nil {
			b.log.Error("searching from the modal", "error", err)
			ack(slack.NewErrorsViewSubmissionResponse(map[string]string{findText: p.Sorry}))
			return nil
		}
		if raw, err := json.Marshal(view); err == nil && len(raw) < longAck {
			break
		}
	}
	ack(slack.NewUpdateViewSubmissionResponse(&view))
	return nil
}

// finding is what the modal shows.
type finding struct {
	book           *retrieval.Generation
	facets         retrieval.Facets // read or chosen
	matched        []cases.Case
	related        []cases.Case
	unstated, rows int
	nearest        bool // nothing answers: related only comes near
}

// seek finds what is sought: by the menus alone exactly, with a text by the
// engine, and of what it finds what the menus allow.
func (b *Bot) seek(ctx context.Context, s sought) (finding, error) {
	engine := b.asker.Engine
	book, err := engine.Store().Current(ctx)
	if err != nil {
		return finding{}, fmt.Errorf("reading the current book: %w", err)
	}
	if book.Number == 0 {
		return finding{}, retrieval.ErrNoBook
	}
	out := finding{book: book}
	for _, letter := range findKinds {
		out.facets = withToken(out.facets, s.token[letter], book)
	}
	text := retrieval.Clean(s.text)
	if !retrieval.Asks(text) {
		out.matched, out.unstated, err = engine.Store().Select(ctx, out.facets)
		if err != nil {
			return out, fmt.Errorf("selecting cases: %w", err)
		}
		return out, nil
	}
	found, err := engine.AskTurn(ctx, retrieval.Turn{Text: text}, nil, max(book.Cases, 1))
	if err != nil {
		return out, fmt.Errorf("finding cases: %w", err)
	}
	chosen := out.facets
	out.nearest = found.Refused
	if out.facets.Empty() {
		out.facets = found.Query.Facets // what was read, to be said
	}
	for _, h := range slices.Concat(found.Hits, found.Nearest) {
		switch {
		case !chosen.Judge(h.Case).OK():
		case h.Matched && !found.Refused:
			out.matched = append(out.matched, h.Case)
		default:
			out.related = append(out.related, h.Case)
		}
	}
	return out, nil
}

// findView renders the modal with so many rows on a page.
func (b *Bot) findView(ctx context.Context, p *phrases.Phrases, s sought, rows int) (slack.ModalViewRequest, error) {
	f, err := b.seek(ctx, s)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	f.rows = rows
	r := render{p: p, source: b.source, book: f.book}
	return fitView(
		func() slack.ModalViewRequest { return r.findForm(s, f) },
		func() slack.ModalViewRequest { f.rows = 0; return r.findForm(s, f) }), nil
}

func (r render) findForm(s sought, f finding) slack.ModalViewRequest {
	s.page = max(0, min(s.page, (len(f.matched)-1)/max(f.rows, 1)))
	body := []slack.Block{slack.NewActionBlock(blockFacets, r.findMenus(s, f.book)...), r.findInput(s), r.findCount(s, f)}
	body = append(body, r.findRows(s, f)...)
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callbackFind, PrivateMetadata: packed(around{Page: s.page}),
		Title: plainText(r.p.FindTitle, blocks.MaxModalTitle), Submit: plainText(r.p.FindSubmit, blocks.MaxModalTitle), Close: plainText(r.p.Close, blocks.MaxModalTitle),
		Blocks: slack.Blocks{BlockSet: append(body, r.bookFoot(f.book, ""))},
	}
}

// findInput is the field for words. It answers to Enter and not to each letter:
// a Japanese word is letters of another kind until its input is confirmed.
func (r render) findInput(s sought) slack.Block {
	field := slack.NewPlainTextInputBlockElement(plainText(r.p.FindHint, 150), findText)
	field.MaxLength = longQuestion
	field.InitialValue = short(s.text, longQuestion)
	field.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed"}}
	return slack.NewInputBlock(findText, plainText(r.p.FindWords, 2000), nil, field).WithOptional(true).WithDispatchAction(true)
}

// findMenus are the four menus, each with a way back to anything.
func (r render) findMenus(s sought, book *retrieval.Generation) []slack.BlockElement {
	var out []slack.BlockElement
	for _, k := range r.kinds(book) {
		options := []*slack.OptionBlockObject{slack.NewOptionBlockObject(anything, plainText(r.p.Any(k.name), blocks.MaxOptionText), nil)}
		chosen := options[0]
		for i, t := range k.tokens[:min(len(k.tokens), blocks.MaxOptions-1)] {
			o := slack.NewOptionBlockObject(t, plainText(k.labels[i], blocks.MaxOptionText), nil)
			options = append(options, o)
			if t == s.token[k.letter] {
				chosen = o
			}
		}
		menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(k.name, 150), actionFind+k.letter, options...)
		menu.InitialOption = chosen
		out = append(out, menu)
	}
	return out
}

// facetKind is one kind of facet with its values, as tokens and in words.
type facetKind struct {
	letter, name   string
	tokens, labels []string
}

// kinds are all facets that the book can be looked through by.
func (r render) kinds(book *retrieval.Generation) []facetKind {
	hashed := func(letter, name string, values []string) facetKind {
		k := facetKind{letter: letter, name: name, labels: values}
		for _, v := range values {
			k.tokens = append(k.tokens, letter+hash(v))
		}
		return k
	}
	size := facetKind{letter: "z", name: r.p.Employees}
	for _, z := range sizes {
		size.tokens, size.labels = append(size.tokens, sizeToken(&z)), append(size.labels, z.String())
	}
	stars := facetKind{letter: "t", name: r.p.Stars, tokens: []string{"t3", "t2", "t1"}, labels: []string{"★★★", "★★", "★"}}
	return []facetKind{hashed("i", r.p.Industry, book.Industries), size, hashed("c", r.p.Category, book.Categories), stars}
}

// findCount is the line with how many cases there are.
func (r render) findCount(s sought, f finding) slack.Block {
	line := r.p.Count(answer.Facets(r.p, f.facets), len(f.matched))
	if retrieval.Asks(retrieval.Clean(s.text)) {
		line = r.p.CountMatched(len(f.matched))
		if read := answer.Facets(r.p, f.facets); read != "" {
			line += r.p.Understood(read)
		}
	}
	if f.rows > 0 && len(f.matched) > f.rows {
		line += r.p.Range(s.page*f.rows+1, min((s.page+1)*f.rows, len(f.matched)), len(f.matched))
	}
	lines := []string{line}
	if f.facets.Size != nil && f.unstated > 0 {
		lines = append(lines, r.p.Unstated(f.unstated))
	}
	return notesBlock("find-count", lines)
}

// findRows are the cases of a page, each with its button, and what turns the page.
func (r render) findRows(s sought, f finding) []slack.Block {
	if f.rows == 0 {
		return nil
	}
	var out []slack.Block
	from, to := s.page*f.rows, min((s.page+1)*f.rows, len(f.matched))
	for i, c := range f.matched[from:to] {
		out = append(out, r.row(c, fmt.Sprintf("find-row-%d", i)))
	}
	if to == len(f.matched) && len(f.related) > 0 {
		head := r.p.RelatedHead
		if f.nearest {
			head = r.p.NearestHead
		}
		out = append(out, slack.NewRichTextBlock("find-related", slack.NewRichTextSection(strong(head))))
		for i, c := range f.related[:min(relatedShown, len(f.related))] {
			out = append(out, r.row(c, fmt.Sprintf("find-near-%d", i)))
		}
	}
	var turn []slack.BlockElement
	if s.page > 0 {
		turn = append(turn, r.button(findPage+"back", strconv.Itoa(s.page-1), r.p.Back(f.rows), ""))
	}
	if to < len(f.matched) {
		turn = append(turn, r.button(findPage+"on", strconv.Itoa(s.page+1), r.p.On(min(f.rows, len(f.matched)-to)), ""))
	}
	if len(turn) > 0 {
		out = append(out, slack.NewActionBlock("find-turn", turn...))
	}
	return out
}

// row is a case with the button that opens it. Plain text: nothing in a case can become a mention.
func (r render) row(c cases.Case, id string) slack.Block {
	open := r.button(actionDetails, string(c.ID), r.p.Details, fmt.Sprintf("p.%d %s", c.Page, c.Title))
	text := fmt.Sprintf("p.%d  %s\n%s", c.Page, short(c.Title, longTitle), short(r.p.Row(c), longCell))
	return slack.NewSectionBlock(plainText(text, blocks.MaxSectionText), nil, slack.NewAccessory(open), slack.SectionBlockOptionBlockID(id))
}
