// Package record is what jirei remembers between two events: which question was asked in which thread (follow-ups need it, and Slack's
// history scope is optional), where its replies are, who shared which case, and settings.
//
// It is the only place that keeps what people wrote, beside the inbox's work in hand. Nothing of it is logged, and [Record.Forget] deletes it.
//
// [Open] gives the record in the SQLite file, [On] in PostgreSQL, by one text of SQL (open.go); package recordtest says what any record must do.
package record
