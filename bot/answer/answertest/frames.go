package answertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// frame writes one chunk of a stream as a server documents it. delta is the
// JSON of what is new, finish the reason or "".
func frame(server, delta, finish string) string {
	reason := "null"
	if finish != "" {
		reason = text(finish)
	}
	choice := func(rest string) string {
		return fmt.Sprintf(`{"index":0,"delta":%s%s,"finish_reason":%s}`, delta, rest, reason)
	}
	head := `{"id":"chatcmpl-123","object":"chat.completion.chunk","created":1760000000,"model":"m",`
	switch server {
	case "Azure": // content_filter_results beside each delta; annotation frames come between (steps.go)
		return head + `"system_fingerprint":"fp_1","choices":[` + choice(`,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"logprobs":null`) + `]}`
	case "Ollama":
		return head + `"system_fingerprint":"fp_ollama","choices":[` + choice("") + `]}`
	case "llama.cpp": // finish_reason first, the fingerprint is the build, no logprobs
		return fmt.Sprintf(`{"choices":[{"finish_reason":%s,"index":0,"delta":%s}],"created":1760000000,"id":"chatcmpl-abc","model":"m","system_fingerprint":"b8681","object":"chat.completion.chunk"}`, reason, delta)
	case "vLLM":
		return head + `"choices":[` + choice(`,"logprobs":null,"stop_reason":null`) + `]}`
	case "LM Studio":
		return head + `"system_fingerprint":"m","choices":[` + choice(`,"logprobs":null`) + `]}`
	}
	return head + `"service_tier":"default","system_fingerprint":"fp_1","choices":[` + choice(`,"logprobs":null`) + `]}`
}

// usage is the last chunk of a stream that was asked for it.
func usage(prompt, completion int) string {
	return fmt.Sprintf(`{"id":"chatcmpl-123","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`,
		prompt, completion, prompt+completion)
}

// text is a JSON string, Japanese and < as they are.
func text(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic("a string did not marshal: " + err.Error())
	}
	return strings.TrimSpace(b.String())
}
