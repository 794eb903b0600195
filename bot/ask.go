package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/inbox"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// work does one piece of durable work.
func (b *Bot) work(ctx context.Context, w *inbox.Work) error {
	switch w.Kind {
	case workQuestion:
		return worked(ctx, w, b.reply)
	case workRevision:
		return worked(ctx, w, b.revise)
	case workWelcome:
		return worked(ctx, w, b.welcome)
	case workShare:
		return worked(ctx, w, b.share)
	case workAgain:
		return worked(ctx, w, b.again)
	case workPublish:
		return worked(ctx, w, b.publish)
	case workOpinion:
		return worked(ctx, w, b.opinion)
	case workWeekly:
		return worked(ctx, w, b.weekly)
	case workRetract:
		return worked(ctx, w, b.retract)
	case workExport:
		return worked(ctx, w, b.export)
	}
	return fmt.Errorf("work of kind %q, which this version does not know: %w", w.Kind, inbox.ErrGiveUp)
}

// worked reads the payload of a piece of work and does it.
func worked[T any](ctx context.Context, w *inbox.Work, do func(context.Context, *inbox.Work, T) error) error {
	var of T
	if err := json.Unmarshal(w.Payload, &of); err != nil {
		return fmt.Errorf("reading stored work of kind %s: %w: %w", w.Kind, err, inbox.ErrGiveUp)
	}
	return do(ctx, w, of)
}

// turns is how many earlier questions of a thread a follow-up is read with.
const turns = 5

// reply is the only road from a question to a message. Whoever edits, deletes or
// stops a question while it is worked on is obeyed: what the record says of it is
// read before and after.
func (b *Bot) reply(ctx context.Context, w *inbox.Work, r Request) error {
	at := b.place(w, r)
	if done, err := at.Done(ctx); done || err != nil {
		return err
	}
	if out, err := b.outside(ctx, r.User); err != nil {
		return err
	} else if out {
		return b.turnAway(ctx, w, r, at)
	}
	at.Working(ctx)
	for {
		changed, err := b.record.Change(ctx, r.Key)
		if err != nil {
			return err
		}
		if changed.Gone {
			return b.withdraw(ctx, w, r)
		}
		if changed.Text != "" {
			r.Text = changed.Text
		}
		if err := b.say(ctx, w, r, at); err != nil {
			return err
		}
		if now, err := b.record.Change(ctx, r.Key); err != nil {
			return err
		} else if now == changed {
			return w.Note(ctx, noteDone, "1")
		}
	}
}

// say answers a question as it is now.
func (b *Bot) say(ctx context.Context, w *inbox.Work, r Request, at place) error {
	started := time.Now()
	asking, end := b.asking.begin(ctx, r)
	defer end()
	show, shown := early(ctx, at)
	r.early = func(m message, found retrieval.Result) {
		if r.Addressed || meantForUs(r.Text, found) {
			show(m)
		}
	}
	locale := b.locale(ctx, r)
	m, a, err := b.unlessStopped(asking, r, locale)
	shown() // nothing is to come after the last word
	switch cause := context.Cause(asking); {
	case errors.Is(cause, errChanged) && ctx.Err() == nil:
		return nil // what it is now is answered next
	case err != nil:
		return err
	case !r.Addressed && !meantForUs(r.Text, a.Found):
		return nil
	}
	where, err := at.Reply(ctx, m)
	if err != nil {
		return err
	}
	if m.paper != nil { // after the message that announces it, which has a button in case this is lost
		if _, err := b.inbox.Put(ctx, workExport, []string{m.paper.Key}, *m.paper); err != nil {
			return fmt.Errorf("storing that a paper is wanted: %w", err)
		}
	}
	if a.Found.Blind != nil {
		b.log.Warn("searched without dense vectors", "work", w.ID, "why", a.Found.Blind)
	}
	b.log.Info("answered", "work", w.ID, "attempt", w.Attempt, "refused", a.Refused(), "cases", len(a.Found.Hits), "took", time.Since(started))
	return b.remember(ctx, r, a, where)
}

// unlessStopped is answer, or one line where its asker stopped it before there
// was anything to show.
func (b *Bot) unlessStopped(ctx context.Context, r Request, locale phrases.Locale) (message, answer.Answer, error) {
	stopped, err := b.isStopped(ctx, r)
	var m message
	var a answer.Answer
	if err == nil && !stopped {
		if r, err = b.rooted(ctx, r); err == nil {
			m, a, err = b.answer(ctx, r, locale)
		}
	}
	if stopped || err != nil && errors.Is(context.Cause(ctx), answer.ErrStopped) {
		return plain(phrases.For(locale).Stopped), answer.Answer{Question: answer.Question{Text: r.Text}}, nil
	}
	return m, a, err
}

// meantForUs says that a message in a thread that jirei answered in is one more
// question to it. People go on talking there: what is neither a question nor
// said in a row's own words or facets is theirs.
func meantForUs(text string, found retrieval.Result) bool {
	if strings.ContainsAny(text, "?？") {
		return true
	}
	if found.Refused || found.Query.Intent == retrieval.Help {
		return false
	}
	return !found.Query.Facets.Empty() || len(found.Hits) > 0 && found.Hits[0].Why.RowShare >= saidInRow
}

// saidInRow is the share of a message that a row must say for it to be about
// the casebook where nothing else tells.
const saidInRow = 0.5

// answer makes the message for a request: what a command asks for, the answer
// to a question, or what to do when there is neither in it.
func (b *Bot) answer(ctx context.Context, r Request, locale phrases.Locale) (message, answer.Answer, error) {
	p := phrases.For(locale)
	text := retrieval.Clean(r.Text)
	asked := answer.Answer{Question: answer.Question{Text: r.Text}}
	if text == "" && r.ResponseURL != "" {
		return render{p: p}.help(), asked, nil
	}
	if !retrieval.Asks(text) {
		if r.rootless {
			return plain(p.NoRoot), asked, nil
		}
		return plain(p.Empty), asked, nil
	}
	c, book, err := b.read(ctx, r.Text)
	if err != nil {
		return message{}, asked, err
	}
	var m message
	if c.Kind != command.Question && r.Addressed {
		m, asked, err = b.perform(ctx, r, c, book, locale)
	} else {
		m, asked, err = b.question(ctx, r, c, locale)
	}
	table := c.Kind == command.List || c.Kind == command.Count
	if err != nil || r.ResponseURL == "" || !table && len(asked.Found.Hits) == 0 { // nothing for others to see
		return m, asked, err
	}
	return render{p: p}.publishable(m, pressed{Key: r.Key, Locale: locale, Text: r.Text}), asked, nil
}

// question answers what is no command, and says so if it may have been meant as one.
func (b *Bot) question(ctx context.Context, r Request, c command.Command, locale phrases.Locale) (message, answer.Answer, error) {
	before, err := b.history(ctx, r)
	if err != nil {
		return message{}, answer.Answer{}, err
	}
	m, a, err := b.compose(ctx, r, before, locale)
	meant := c.Near
	if meant == "" && a.Refused() {
		meant = c.Bare
	}
	if err == nil && meant != "" && r.Addressed {
		m = render{p: phrases.For(locale)}.suggest(meant, m)
	}
	return m, a, err
}

// compose answers a question and makes the message of it.
func (b *Bot) compose(ctx context.Context, r Request, before []retrieval.Turn, locale phrases.Locale) (message, answer.Answer, error) {
	own, err := b.companyOf(ctx, r)
	if err != nil {
		return message{}, answer.Answer{}, err
	}
	ours := speaksOfOurs(r.Text)
	if ours && !own.empty() {
		r.Text = own.spelledOut(r.Text)
	}
	asker := b.asker
	if r.early != nil {
		asker.Progress = func(so answer.Answer) { r.early(b.rendered(r, before, locale, so, own, ours), so.Found) }
	}
	a, err := asker.Ask(ctx, answer.Question{Text: r.Text, Without: r.Without, History: before, Locale: locale, Prefer: own.facets()})
	if err != nil {
		return message{}, answer.Answer{}, err
	}
	return b.rendered(r, before, locale, a, own, ours), a, nil
}

// rendered is the message of an answer. own is the asker's company, and ours
// says that the question is about it.
func (b *Bot) rendered(r Request, before []retrieval.Turn, locale phrases.Locale, a answer.Answer, own company, ours bool) message {
	p := phrases.For(locale)
	if a.Found.Query.Intent == retrieval.Help {
		return render{p: p}.help()
	}
	asked := pressed{Key: r.Key, Locale: locale, Text: retrieval.Clean(r.Text), History: textsOf(before), recorded: r.Thread != ""}
	if !own.empty() {
		asked.Company = &own
	}
	in := render{p: p, source: b.source, book: a.Found.Book, asked: asked}
	m := in.answer(a)
	if ours && own.empty() {
		m = m.noted(message{text: p.CompanyAsk(), blocks: []slack.Block{notesBlock("ours", []string{p.CompanyAsk()})}})
	}
	return in.judgeable(m, a, r.ResponseURL != "")
}

// locale is the language of the question where it has one, else the asker's.
func (b *Bot) locale(ctx context.Context, r Request) phrases.Locale {
	language := retrieval.Language(r.Text)
	if command.English(r.Text) && language == "ja" {
		language = "" // list 製造業: the book has no other word for it
	}
	switch language {
	case "en":
		return phrases.English
	case "ja":
		return phrases.Japanese
	}
	if r.Locale != "" {
		return r.Locale
	}
	return b.people.locale(ctx, r.User)
}

func thread(r Request) record.Thread {
	return record.Thread{Team: r.Team, Channel: r.Channel, TS: r.Thread}
}

// history returns the earlier questions of the request's thread, oldest first.
func (b *Bot) history(ctx context.Context, r Request) ([]retrieval.Turn, error) {
	if r.Thread == "" || r.Thread == r.TS {
		return nil, nil
	}
	known, err := b.record.Turns(ctx, thread(r), turns)
	if err != nil {
		return nil, fmt.Errorf("reading the thread: %w", err)
	}
	// A retry must not follow up on itself, nor an edited question on later ones.
	if i := slices.IndexFunc(known, func(t record.Turn) bool { return t.Key == r.Key }); i >= 0 {
		known = known[:i]
	}
	return earlier(known), nil
}

// earlier is what a follow-up is read with.
func earlier(known []record.Turn) []retrieval.Turn {
	var out []retrieval.Turn
	for _, t := range known {
		turn := retrieval.Turn{Text: t.Question, Without: t.Without}
		for _, id := range t.Cases {
			turn.Cases = append(turn.Cases, cases.ID(id))
		}
		out = append(out, turn)
	}
	return out
}

// textsOf is a history without its cases, for which a button has no room: what
// they are needed for has no buttons.
func textsOf(history []retrieval.Turn) []retrieval.Turn {
	var out []retrieval.Turn
	for _, t := range history {
		out = append(out, retrieval.Turn{Text: t.Text, Without: t.Without})
	}
	return out
}

// remember keeps the turn for follow-ups, and where the reply is.
func (b *Bot) remember(ctx context.Context, r Request, a answer.Answer, where record.Reply) error {
	where.Team = r.Team
	if err := b.record.SaveReply(ctx, r.Key, where); err != nil {
		return fmt.Errorf("recording the reply: %w", err)
	}
	if err := b.noteRefusal(ctx, r, a); err != nil {
		return err
	}
	if r.Thread == "" {
		return nil
	}
	turn := record.Turn{Key: r.Key, Question: retrieval.Clean(a.Question.Text), Cases: shown(a), At: time.Now()}
	if err := b.record.AppendTurn(ctx, thread(r), turn); err != nil {
		return fmt.Errorf("recording the turn: %w", err)
	}
	return nil
}

// shown are the ids of the cases that answer, in order: 「そのうち」 means those,
// not the related ones below them. Of an order all stay, or the next one would
// miss those that state no size.
func shown(a answer.Answer) []string {
	out := make([]string, 0, len(a.Found.Hits))
	for _, h := range a.Found.Hits {
		if h.Matched || a.Found.Sorting != retrieval.Unsorted {
			out = append(out, string(h.Case.ID))
		}
	}
	return out
}

// apologise is what a person gets when every attempt has failed.
func (b *Bot) apologise(ctx context.Context, w *inbox.Work, cause error) error {
	b.log.Error("work failed for good", "work", w.ID, "kind", w.Kind, "error", cause)
	switch w.Kind {
	case workQuestion:
		var r Request
		if err := json.Unmarshal(w.Payload, &r); err != nil {
			return err
		}
		at := b.place(w, r)
		if done, err := at.Done(ctx); done || err != nil {
			return err
		}
		_, err := at.Reply(ctx, plain(phrases.For(b.locale(ctx, r)).Sorry))
		return err
	case workShare:
		var s Share
		if err := json.Unmarshal(w.Payload, &s); err != nil {
			return err
		}
		p := phrases.For(s.Locale)
		return b.tell(ctx, s, p, p.Sorry)
	case workAgain:
		var a Again
		if err := json.Unmarshal(w.Payload, &a); err != nil {
			return err
		}
		return b.whisper(ctx, w, a.ResponseURL, phrases.For(a.Locale).Sorry) // the answer that is there stays
	case workRetract:
		var r Retraction
		if err := json.Unmarshal(w.Payload, &r); err != nil {
			return err
		}
		return b.whisper(ctx, w, r.ResponseURL, phrases.For(r.Locale).Sorry)
	case workPublish:
		var p Publish
		if err := json.Unmarshal(w.Payload, &p); err != nil {
			return err
		}
		return b.whisper(ctx, w, p.ResponseURL, phrases.For(p.Locale).Sorry)
	case workExport:
		var e Export
		if err := json.Unmarshal(w.Payload, &e); err != nil {
			return err
		}
		return b.tellAlone(ctx, e.User, phrases.For(e.Locale).Sorry)
	}
	return nil
}
