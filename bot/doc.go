// Package bot is Slack in and Slack out.
//
// The way of a question: socket.go takes an envelope off the wire, or http.go a
// signed request; dispatch.go sees whose it is and what it is (surface.go is the
// table). It becomes a [Request] (request.go), goes into the inbox, and only then
// is it acknowledged. A worker hands it to reply (ask.go), the only road from a
// question to a message: it asks bot/answer, renders (render.go, card.go) and
// speaks to a place (place.go), which knows how to say a thing once in a
// channel, a direct message or behind a slash command.
//
// agent.go is what an agent session has besides: suggested prompts, a title,
// cases that are shown before their summary, and Stop. channel.go is what happens
// around a question in a channel: edits, deletions, a mention in somebody else's
// thread, an invitation. outside.go is about people of other organisations.
//
// What is written is a question or a command (bot/command); commands.go does
// what the commands ask for. 一覧 and 集計 are tables that people turn: panel.go is
// the state in their blocks, list.go, count.go and dimension.go render it,
// turn.go changes the message that was pressed. compare.go puts cases side by
// side, why.go says why a case is shown, publish.go posts what only its asker
// saw. Whatever is said goes through fit.go, which knows what Slack takes.
//
// find.go is the search modal, like.go an answer in a modal (the cases near
// somebody's message, and what Home is asked), home.go the Home tab, a function
// for each section, unfurl.go the case below a link to its page, export.go the
// paper for a meeting.
//
// Buttons: those that open a modal are done at once, since a trigger lives
// three seconds (modal.go); a share is durable work like a question
// (share.go), and so is a facet taken out of one, which changes its answer in
// place (again.go), a share taken back (retract.go), and an opinion of an
// answer (feedback.go). shareform.go is the form of a share.
//
// company.go is 設定, by which answers are ranked; subscribe.go and weekly.go are
// 購読: what is due becomes work under a key of its own, so that of several bots
// one sends. people.go keeps what we know of users. down.go is for a store
// that is away, leave.go for the end in a workspace.
package bot
