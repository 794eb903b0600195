// Package inbox is jirei's durable work. What Slack delivers becomes a job in the database before it is acknowledged, and the job is worked
// until it is done, given up, or out of attempts, over kill -9 at any point.
//
// The tour:
//
//   - [Open] (file.go) is an inbox in the SQLite file, for one bot; [On] (postgres.go) one in PostgreSQL, which several bots share. Each makes
//     its tables, River's and ours.
//   - [Inbox.Put] (put.go) is what a surface calls before it acknowledges: a row per key in `inbox_seen` and the job, all or nothing. Slack
//     delivers one event up to four times, and one post as two events (message, app_mention): any key in common is a repetition.
//   - [Inbox.Start] takes back what a dead process was working on, and works; [Inbox.Stop] drains. On a file the caller holds [Lock]
//     meanwhile; on PostgreSQL each bot renews a lease, and the others take the work of one whose lease has ended.
//   - work.go runs the [Handler]: time limit, panic, retry, last words.
//   - [Work.Fence], [Work.Note] (fence.go): an attempt that lost its job must not write to Slack any more.
//
// Our own statements are one text for both databases, written for SQLite and put into PostgreSQL's words.
//
// What the handler owes: River, like any queue, may run a job again that was as good as finished. So a handler calls Fence before every
// write to Slack, notes what it has written, and on a later attempt looks at the notes (and at Slack) before it writes again.
//
// docs/decisions/river.md says why River, and what was measured.
package inbox
