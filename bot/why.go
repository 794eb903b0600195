package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// actionWhy opens the reasons for which a case is shown.
const actionWhy = "case_why"

// whyButton is the button on a card of an answer; nil where there is nothing to
// say: who names a page knows why it is shown.
func (r render) whyButton(c cases.Case, among int) *slack.ButtonBlockElement {
	if r.asked.Text == "" || among == 0 {
		return nil
	}
	v := r.asked
	v.Case = c.ID
	value, ok := v.value(longValue / among)
	if !ok {
		return nil
	}
	return r.button(actionWhy, value, r.p.Why, fmt.Sprintf("p.%d %s", c.Page, c.Title))
}

// reasons are why a case is shown, in two or three plain lines: words, not sums.
type reasons struct {
	c   cases.Case
	hit retrieval.Hit
	// found is the search; left is how many cases its conditions left out.
	found retrieval.Result
	left  int
	words *retrieval.Lexicon
}

// because searches again for what was asked, and finds the case in it; ok is
// false where it is not there any more.
func (b *Bot) because(ctx context.Context, in slack.InteractionCallback, v pressed) (out reasons, ok bool, err error) {
	if v.Text == "" {
		if err := b.recall(ctx, in, &v); err != nil {
			return out, false, err
		}
	}
	out.words = b.asker.Engine.Lexicon()
	out.found, err = b.asker.Engine.AskTurn(ctx, retrieval.Turn{Text: v.Text, Without: v.Without}, v.History, 10)
	if err != nil {
		return out, false, fmt.Errorf("searching again: %w", err)
	}
	i := slices.IndexFunc(out.found.Hits, func(h retrieval.Hit) bool { return h.Case.ID == v.Case })
	if i < 0 {
		return out, false, nil
	}
	out.hit, out.c = out.found.Hits[i], out.found.Hits[i].Case
	facets := out.found.Query.Facets
	for _, kind := range out.found.Widened {
		facets = facets.Drop(kind)
	}
	if out.found.Query.Strict && !facets.Empty() {
		kept, unstated, err := b.asker.Engine.Store().Select(ctx, facets)
		if err != nil {
			return out, false, fmt.Errorf("counting what the conditions leave out: %w", err)
		}
		out.left = out.found.Book.Cases - len(kept) - unstated
	}
	return out, true, nil
}

// recall fills in the question from the record, where the button had no room for it.
func (b *Bot) recall(ctx context.Context, in slack.InteractionCallback, v *pressed) error {
	known, err := b.record.Turns(ctx, record.Thread{Team: in.Team.ID, Channel: in.Channel.ID, TS: in.Container.ThreadTs}, longThread)
	if err != nil {
		return fmt.Errorf("reading the thread: %w", err)
	}
	if i := slices.IndexFunc(known, func(t record.Turn) bool { return t.Key == v.Key }); i >= 0 {
		v.Text, v.History = known[i].Question, earlier(known[max(0, i-turns):i])
	}
	return nil
}

// why is the modal with the reasons, and the case below them.
func (r render) why(w reasons) slack.ModalViewRequest {
	lines := r.because(w)
	parts := make([]slack.RichTextElement, len(lines))
	for i, l := range lines {
		parts[i] = slack.NewRichTextSection(said(short(l, 1000)))
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "why", Title: plainText(r.p.Why, 24), Close: plainText(r.p.Close, 24),
		Blocks: slack.Blocks{BlockSet: append([]slack.Block{
			slack.NewRichTextBlock("why", slack.NewRichTextList(slack.RTEListBullet, 0, parts...)), slack.NewDividerBlock(),
		}, r.card(w.c, "why")...)},
	}
}

// because words the reasons.
func (r render) because(w reasons) []string {
	var out []string
	why := w.hit.Why
	out = append(out, r.matched(w)...)
	if len(out) == 0 && !w.found.Exact {
		out = append(out, r.p.WhyNear)
	}
	if !w.hit.Matched {
		out = append(out, r.p.WhyRelated)
	}
	facets := func(kinds []string) (said []string) {
		for _, k := range kinds {
			if f := answer.Facets(r.p, w.found.Query.Facets.Only(k)); f != "" {
				said = append(said, f)
			}
		}
		return said
	}
	if met := facets(why.Verdict.Met); len(met) > 0 {
		out = append(out, r.p.WhyMet(met))
	}
	if missed := facets(why.Verdict.Missed); len(missed) > 0 {
		out = append(out, r.p.WhyMissed(missed))
	}
	if why.Verdict.SizeUnstated {
		out = append(out, r.p.WhyUnstated)
	}
	switch {
	case w.left > 0:
		out = append(out, r.p.WhyLeft(w.left))
	case !w.found.Query.Facets.Empty() && !w.found.Query.Strict:
		out = append(out, r.p.WhyRanked)
	default:
		out = append(out, r.p.WhyAll(w.found.Book.Cases))
	}
	return out
}

// matched says which words of the question the case has: as they are, or as
// what it says in their place, or only by what it is about.
func (r render) matched(w reasons) (out []string) {
	row := short(w.c.Title, longCell) + "\n" + measuresCell(w.c)
	parts := w.words.Explain(row)
	var literal, other []string
	for _, word := range w.hit.Why.Words {
		word = orElse(asWritten(w.found.Query.Text, word), word)
		stem := strings.TrimRight(word, "ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもやゆよらりるれろわをん")
		if asWritten(row, strings.ToLower(orElse(stem, word))) != "" {
			literal = append(literal, word)
		} else if says := inItsWords(w.words, parts, row, word); says != "" {
			out = append(out, r.p.WhySaid(word, says))
		} else {
			other = append(other, word)
		}
	}
	if len(literal) > 0 {
		out = append([]string{r.p.WhyWords(literal)}, out...)
	}
	if len(other) > 0 {
		out = append(out, r.p.WhyMeaning(other))
	}
	if lines := w.hit.Why.LineWords; len(lines) > 0 {
		out = append(out, r.p.WhyLines(lines))
	}
	return out
}

// inItsWords is what a row says for a word of the question: the first of its
// words that the lexicon takes for the same.
func inItsWords(words *retrieval.Lexicon, parts []retrieval.Part, row, word string) string {
	for _, asked := range words.Explain(word) {
		for _, p := range parts {
			if says := asWritten(row, p.Text); p.Kind == "concept" && p.Name == asked.Name && asked.Kind == "concept" && says != "" {
				return says
			}
		}
	}
	return ""
}

// whyModal is the modal for a press on 「なぜこの事例？」.
func (b *Bot) whyModal(ctx context.Context, in slack.InteractionCallback, v pressed, p *phrases.Phrases) (slack.ModalViewRequest, error) {
	if _, ok, err := b.asker.Engine.Case(ctx, v.Case); err != nil {
		return slack.ModalViewRequest{}, err
	} else if !ok {
		return notice(p, p.CaseTitle(v.Case.Page()), p.Withdrawn), nil
	}
	w, ok, err := b.because(ctx, in, v)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	if !ok {
		return notice(p, p.Why, strings.TrimSpace(p.WhyGone)), nil
	}
	return render{p: p, source: b.source}.whyView(w), nil
}

func (r render) whyView(w reasons) slack.ModalViewRequest {
	return fitView(func() slack.ModalViewRequest { return r.why(w) }, func() slack.ModalViewRequest {
		return notice(r.p, r.p.Why, short(strings.Join(r.because(w), "\n"), 2000))
	})
}
