package bot

import (
	"context"
	"encoding/json"
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
	"github.com/jirei/jirei/retrieval"
)

// work does one piece of durable work.
func (b *Bot) work(ctx context.Context, w *inbox.Work) error {
	switch w.Kind {
	case workQuestion:
		return worked(ctx, w, b.reply)
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

// reply is the only road from a question to a message.
func (b *Bot) reply(ctx context.Context, w *inbox.Work, r Request) error {
	started := time.Now()
	at := b.place(w, r)
	if done, err := at.Done(ctx); done || err != nil {
		return err
	}
	at.Working(ctx)
	locale := b.locale(ctx, r)
	m, a, err := b.answer(ctx, r, locale)
	if err != nil {
		return err
	}
	if !r.Addressed && !meantForUs(r.Text, a.Found) {
		return nil
	}
	where, err := at.Reply(ctx, m)
	if err != nil {
		return err
	}
	if a.Found.Blind != nil {
		b.log.Warn("searched without dense vectors", "work", w.ID, "why", a.Found.Blind)
	}
	b.log.Info("answered", "work", w.ID, "attempt", w.Attempt, "refused", a.Refused(), "cases", len(a.Found.Hits), "took", time.Since(started))
	return b.remember(ctx, r, a, where)
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
	a, err := b.asker.Ask(ctx, answer.Question{Text: r.Text, Without: r.Without, History: before, Locale: locale, Prefer: own.facets()})
	if err != nil {
		return message{}, answer.Answer{}, err
	}
	p := phrases.For(locale)
	if a.Found.Query.Intent == retrieval.Help {
		return render{p: p}.help(), a, nil
	}
	asked := pressed{Key: r.Key, Locale: locale, Text: retrieval.Clean(r.Text), History: before, recorded: r.Thread != ""}
	if !own.empty() {
		asked.Company = &own
	}
	in := render{p: p, source: b.source, book: a.Found.Book, asked: asked}
	m := in.answer(a)
	if ours && own.empty() {
		m = m.noted(message{text: p.CompanyAsk(), blocks: []slack.Block{notesBlock("ours", []string{p.CompanyAsk()})}})
	}
	return in.judgeable(m, a, r.ResponseURL != ""), a, nil
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
	// A retry must not follow up on itself.
	return earlier(slices.DeleteFunc(known, func(t record.Turn) bool { return t.Key == r.Key })), nil
}

// earlier is what a follow-up is read with.
func earlier(known []record.Turn) []retrieval.Turn {
	var out []retrieval.Turn
	for _, t := range known {
		out = append(out, retrieval.Turn{Text: t.Question, Without: t.Without})
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

// shown are the ids of an answer's cases, in order.
func shown(a answer.Answer) []string {
	out := make([]string, 0, len(a.Found.Hits))
	for _, h := range a.Found.Hits {
		out = append(out, string(h.Case.ID))
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
	}
	return nil
}

// final says that trying again cannot help: the place or our right to it is gone.
func final(err error) bool {
	switch slackError(err) {
	case "channel_not_found", "is_archived", "not_in_channel", "thread_not_found", "message_not_found", "cannot_reply_to_message",
		"restricted_action", "restricted_action_read_only_channel", "user_not_found", "user_not_in_channel", "token_revoked",
		"cant_update_message", "edit_window_closed", "account_inactive", "invalid_auth", "not_authed", "missing_scope", "org_login_required", "cannot_dm_bot", "user_disabled":
		return true
	}
	return false
}

// retryable wraps an error of Slack for the inbox: never again, after the time
// Slack says, or as usual.
func retryable(doing string, err error) error {
	if err == nil {
		return nil
	}
	if final(err) {
		return fmt.Errorf("%s: %w: %w", doing, err, inbox.ErrGiveUp)
	}
	if limited := rateLimited(err); limited != nil {
		return inbox.RetryAfter(limited.RetryAfter, fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}
