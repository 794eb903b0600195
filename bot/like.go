package bot

import (
	"context"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// startLike shows the cases near somebody's message, to the one who asked
// alone: in a modal, since an ephemeral message needs both to be in the channel.
func (b *Bot) startLike(ctx context.Context, in slack.InteractionCallback) {
	p := phrases.For(b.people.locale(ctx, in.User.ID))
	from := around{Channel: in.Channel.ID, Thread: root(in.Message.ThreadTimestamp, in.Message.Timestamp)}
	b.showAnswer(ctx, in, p, p.LikeTitle, in.Message.Text, from)
}

// homeText is the field of Home, and its button.
const (
	homeText = "home_text"
	homeAsk  = "home_ask"
)

func isHomeAsk(in slack.InteractionCallback) bool {
	actions := in.ActionCallback.BlockActions
	return len(actions) > 0 && (actions[0].ActionID == homeText || actions[0].ActionID == homeAsk)
}

// askHome answers what was written in the Home tab.
func (b *Bot) askHome(ctx context.Context, in slack.InteractionCallback) {
	text := in.ActionCallback.BlockActions[0].Value
	if in.View.State != nil {
		text = in.View.State.Values[homeText][homeText].Value
	}
	p := phrases.For(b.locale(ctx, Request{Text: text, User: in.User.ID}))
	b.showAnswer(ctx, in, p, p.AnswerTitle, text, around{})
}

// showAnswer opens a modal with an answer. A trigger lives three seconds, and a
// model's words may take longer: the answer is in the cases' own.
func (b *Bot) showAnswer(ctx context.Context, in slack.InteractionCallback, p *phrases.Phrases, title, text string, from around) {
	reading, cancel := context.WithTimeout(ctx, storeIn)
	view := notice(p, title, p.Empty)
	if clean := retrieval.Clean(text); retrieval.Asks(clean) {
		asker := b.asker
		asker.Model = nil
		locale := phrases.Japanese
		if p == phrases.For(phrases.English) {
			locale = phrases.English
		}
		a, err := asker.Ask(reading, answer.Question{Text: clean, Locale: locale})
		if err != nil {
			b.log.Error("answering in a modal", "error", err)
			view = notice(p, title, p.Sorry)
		} else {
			r := render{p: p, source: b.source, book: a.Found.Book, asked: pressed{Locale: locale, Text: clean}, toThread: from.Thread != ""}
			view = r.answerView(title, clean, a, from)
		}
	}
	cancel()
	if err := b.open(ctx, in, view); err != nil && !used(err) {
		b.late(ctx, in, p, err)
	}
}

// answerView is an answer as a modal: what was asked, the sentences with their
// pages, and the cases.
func (r render) answerView(title, text string, a answer.Answer, from around) slack.ModalViewRequest {
	with := func(cards int) slack.ModalViewRequest {
		return slack.ModalViewRequest{
			Type: slack.VTModal, CallbackID: "answer", PrivateMetadata: packed(from), Title: plainText(title, 24), Close: plainText(r.p.Close, 24),
			Blocks: slack.Blocks{BlockSet: append([]slack.Block{slack.NewRichTextBlock("asked",
				&slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{said(short(text, longQuestion))}})}, r.viewBlocks(a, cards)...)},
		}
	}
	return fitView(func() slack.ModalViewRequest { return with(cardsShown) }, func() slack.ModalViewRequest { return with(0) },
		func() slack.ModalViewRequest { return notice(r.p, title, short(r.text(a, nil), longText)) })
}

// viewBlocks are an answer's blocks without what only a message can follow: its
// buttons for facets and tables.
func (r render) viewBlocks(a answer.Answer, cards int) []slack.Block {
	notes := answer.Notes(r.p, a)
	if a.Refused() {
		out := []slack.Block{notesBlock("summary", append(notes, r.p.Refused))}
		return append(out, r.list("nearest", r.p.NearestHead, bare(a.Found.Nearest), cardsShown)...)
	}
	out := r.head(a, notes)
	matched, related := a.Matches()
	r.cards = cards
	var listed []cases.Case
	for i, h := range matched {
		if i >= cards {
			listed = append(listed, h.Case)
			continue
		}
		out = append(append(out, slack.NewDividerBlock()), r.card(h.Case, strconv.Itoa(i))...)
	}
	out = append(out, r.list("matched", "", listed, linesShown)...)
	out = append(out, r.list("related", answer.RelatedHead(r.p, a), bare(related), relatedShown)...)
	out = append(out, r.list("nearest", r.p.NearestHead, bare(a.Found.Nearest), cardsShown)...)
	if foot := r.foot(a); foot != nil {
		out = append(out, foot)
	}
	return out
}

// threadLine says in the share form of a message shortcut where the case goes.
func (r render) threadLine() slack.Block {
	return slack.NewContextBlock("to-thread", plainText(r.p.ThisThread, 2000))
}
