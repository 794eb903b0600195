// Package answertest is a chat model's server at the wire, for tests: it plays
// scripts (script.go, steps.go) in the formats that OpenAI, Azure, Ollama,
// llama.cpp, vLLM and LM Studio document (frames.go). None was recorded from
// the real server, and each script says so. Nothing in it waits for time to
// pass: a deadline is a step of the script (server.go).
package answertest
