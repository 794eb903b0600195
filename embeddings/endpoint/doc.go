// Package endpoint is the way to a model on somebody's server, whatever it is
// asked for. [Endpoint] reads the address as people write it and says who
// receives what is sent; [Guard] stands between go-openai and the network, caps
// what is read and makes a [Trouble] of what goes wrong, which never holds the
// key; [Budget] counts a day's tokens.
//
// bot/answer asks a chat model through it, embeddings the model of dense vectors,
// and retrieval/expand a chat model at index time.
package endpoint
