// Package blocks knows Block Kit's limits, Slack's own names for breaking them, and how a person who hears a
// message rather than sees it would be told what it says.
//
// The checks work on the JSON, not on slack-go's types, because two callers need the same answer: the bot's tests
// prove that every rendered message passes, and the playground refuses exactly what came over the wire. Decoding
// into types first would drop the properties that Slack refuses.
//
//	check.go    CheckMessage, CheckUpdate, CheckView, CheckMarkdown: the entry points and the whole-message limits
//	object.go   one JSON object under check: every property read is allowed, the rest is refused
//	block.go    the blocks
//	card.go     cards, containers, tasks, tables: the blocks of 2025 and 2026
//	element.go  what one can press, pick and fill in
//	rich.go     rich_text, and the tables that hold it
//	richtext.go rich_text as plain text
//	text.go     Text: the same JSON as lines of plain text
//
// Lengths count Unicode characters (code points), as Slack's documentation does; one kanji is one.
// Limits come from docs.slack.dev and from the doc comments of @slack/types 3.2.0; where these are silent and somebody
// measured, the comment at the constant says so. Blocks that Slack knows and this package cannot check (file,
// data_visualization, layout, call and the like) are refused: a check that waves a payload through proves nothing.
package blocks
