// Package playground is a Slack on localhost, at the wire: the Web API methods that the bot calls, Socket Mode, and the
// HTTP interface of a page in the browser that looks like a chat. `jirei play` and the bot's tests share it, so that
// what a test proves is what a person tries. It never imports bot and knows none of its wording.
//
// One workspace, in memory: three people, a bot user, four channels (the bot is in all but #sales) and a direct message
// per person. Everything that a person can do in the page is also a method: Say, Command, Press, Submit, CloseView,
// Invite, Shortcut. What happened is read back with Messages, View, Events, Calls, Pings, Unknown and Refusals; Wait
// blocks until a condition holds, without polling.
//
//	server.go     Options, New, Start; routes and the guard against foreign hosts and origins
//	world.go      the workspace: people, channels, ids
//	message.go    the message store
//	event.go      what the Events API says about messages
//	socket.go     Socket Mode connections; deliver.go: envelopes, acks, retries; request.go: signed requests in their place
//	act.go        what people do: Say, Command, Press, Shortcut; submit.go: modals
//	element.go    what one can press or fill in, found in the blocks
//	view.go       view stacks; hook.go: response_url; trigger ids
//	api.go        the Web API's front: tokens, arguments, faults; api_*.go: the methods by family
//	link.go       links that the bot is told of, and their previews
//	fault.go      what can be made to go wrong; ping.go: live mentions that the bot sent
//	page.go       the page's interface; stream.go: its server-sent events
//
// # Fidelity
//
// Errors have Slack's names. Three rules keep tests honest: a method that is not implemented answers unknown_method and
// is recorded (Unknown); an argument that a method does not have answers invalid_arguments, where Slack would ignore
// it; a payload that breaks a limit is refused by package blocks and recorded (Refusals). Nothing is ever a silent 200.
//
// Left out: private channels, scopes, several workspaces, Slack's own rate limits (Fail imitates them where a test
// wants them), rich_text_input and file_input elements.
package playground
