package answer

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings/endpoint"
)

// Limits are how long a model may take and how much it may say.
type Limits struct {
	// Whole bounds one summary with its retry, First the wait for the first token,
	// which a local model on a slow machine needs, Silence the wait for each further
	// one. An attempt of the inbox takes 60 s; the rest is Slack's.
	Whole, First, Silence time.Duration
	// Rewrite bounds the call that rewrites a follow-up.
	Rewrite time.Duration
	// Wait is the longest Retry-After that is waited for.
	Wait time.Duration
	// Tokens is the most a summary may take.
	Tokens int
}

// DefaultLimits are what Model uses where a limit is nought.
var DefaultLimits = Limits{Whole: 40 * time.Second, First: 25 * time.Second, Silence: 12 * time.Second, Rewrite: 6 * time.Second, Wait: 5 * time.Second, Tokens: 900}

// Model writes with a chat model. It proposes each sentence the moment it is
// complete; what becomes of it is the proposer's to say. It holds what was
// learnt about the server (which fields it refuses), for as long as it lives.
type Model struct {
	endpoint endpoint.Endpoint
	client   *openai.Client
	budget   *endpoint.Budget
	limits   Limits
	log      *slog.Logger
	// after is time, which tests replace.
	after func(time.Duration) <-chan time.Time
	// Learnt from refusals: no JSON schema, no stream_options, the other name of
	// the token limit.
	rows, bare, otherName atomic.Bool
	// until is when a server that asked for a long pause may be asked again, in
	// Unix nanoseconds: the questions in between need not wait for its refusal.
	until atomic.Int64
}

// readMost is how much of one reply is read. A long answer with its frames
// around each token has some 200 kB.
const readMost = 1 << 20

// NewModel returns the writer for an endpoint; the error is endpoint.ErrURL and the like.
func NewModel(e endpoint.Endpoint, budget *endpoint.Budget, log *slog.Logger) (*Model, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	return &Model{endpoint: e, client: e.Client(endpoint.NewGuard(e.Key, readMost)), budget: budget, limits: DefaultLimits, log: log, after: time.After}, nil
}

// Endpoint says where the model is.
func (m *Model) Endpoint() endpoint.Endpoint { return m.endpoint }

// Write implements Writer.
func (m *Model) Write(ctx context.Context, q Question, passages []cases.Case, propose Propose) error {
	ctx, w := m.watch(ctx, m.limits.Whole)
	defer w.stop()
	for attempt := 1; ; attempt++ {
		kept, err := m.attempt(ctx, w, q, passages, propose)
		if err == nil || kept > 0 || attempt == 2 || ctx.Err() != nil || !m.worth(ctx, err) {
			return w.cause(err)
		}
		m.log.Debug("asking the model again", "after", err)
	}
}

// worth says whether to ask again, and waits until it is time to.
func (m *Model) worth(ctx context.Context, err error) bool {
	var t *endpoint.Trouble
	if !errors.As(err, &t) || !t.Again() {
		return false
	}
	pause := t.Wait
	if pause > m.limits.Wait {
		m.until.Store(time.Now().Add(pause).UnixNano())
		return false
	}
	if pause == 0 {
		pause = 300*time.Millisecond + rand.N(400*time.Millisecond) //nolint:gosec // jitter, no secret
	}
	select {
	case <-m.after(pause):
		return true
	case <-ctx.Done():
		return false
	}
}

// attempt asks once and proposes what comes; it returns how much was kept.
func (m *Model) attempt(ctx context.Context, w *watch, q Question, passages []cases.Case, propose Propose) (kept int, err error) {
	if left := m.until.Load(); left > time.Now().UnixNano() {
		return 0, &endpoint.Trouble{Kind: endpoint.Busy}
	}
	w.kick(m.limits.First)
	var p parser
	enough := errors.New("enough")
	take := func(drafts []Draft) error {
		for _, d := range drafts {
			ok, more := propose(d)
			if ok {
				kept++
			}
			if !more {
				return enough
			}
		}
		return nil
	}
	asked := !m.rows.Load()
	err = m.converse(ctx, w, func() openai.ChatCompletionRequest {
		asked = !m.rows.Load()
		return m.request(prompt(q, passages, len(passages), !asked), asked)
	}, m.limits.Tokens, func(piece string) error {
		if err := take(p.feed(piece)); err != nil {
			return err
		}
		switch {
		case p.full():
			return enough
		case p.total > answerMost:
			return &endpoint.Trouble{Kind: endpoint.Endless}
		}
		return nil
	})
	if errors.Is(err, enough) {
		return kept, nil
	}
	if err != nil {
		return kept, err
	}
	if err := take(p.end()); err != nil {
		return kept, nil //nolint:nilerr // enough is no failure
	}
	if asked && p.form == rows {
		m.rows.Store(true) // it took the schema and ignored it; the retry asks for lines
	}
	if p.form == unknown || p.found == 0 && p.broken > 0 {
		return kept, &endpoint.Trouble{Kind: endpoint.Garbled}
	}
	return kept, nil
}

// converse streams one answer into use and returns nil only when it came to its
// end: a connection that closes looks just like one that is done. An error of
// use ends it early.
func (m *Model) converse(ctx context.Context, w *watch, request func() openai.ChatCompletionRequest, most int, use func(string) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends a stream that was not read to its end
	text := request()
	reserved := most
	for _, message := range text.Messages {
		reserved += endpoint.Tokens(message.Content)
	}
	if !m.budget.Reserve(reserved) {
		return &endpoint.Trouble{Kind: endpoint.Spent}
	}
	spent := 0
	defer func() { m.budget.Settle(reserved, spent) }()
	stream, err := m.open(ctx, request)
	if err != nil {
		return endpoint.TroubleOf(err)
	}
	defer func() { _ = stream.Close() }()
	spent = reserved - most
	finish := openai.FinishReason("")
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return finished(finish)
		}
		if err != nil {
			if finish == openai.FinishReasonStop && ctx.Err() == nil {
				return nil // all of it was here before the connection broke
			}
			return cutBy(err)
		}
		w.kick(m.limits.Silence)
		if r.Usage != nil && r.Usage.TotalTokens > 0 {
			spent = r.Usage.TotalTokens
		}
		for _, c := range r.Choices {
			if c.Index != 0 {
				continue
			}
			spent += endpoint.Tokens(c.Delta.Content) - 1
			if c.FinishReason != "" {
				finish = c.FinishReason
			}
			if c.Delta.Refusal != "" || len(c.Delta.ToolCalls) > 0 || c.Delta.FunctionCall != nil {
				return &endpoint.Trouble{Kind: endpoint.Declined}
			}
			if err := use(c.Delta.Content); err != nil {
				return err
			}
		}
	}
}

// finished says what a finish reason means; only "stop" is an end.
func finished(reason openai.FinishReason) error {
	switch reason {
	case openai.FinishReasonStop:
		return nil
	case openai.FinishReasonContentFilter, openai.FinishReasonToolCalls, openai.FinishReasonFunctionCall:
		return &endpoint.Trouble{Kind: endpoint.Declined}
	}
	return &endpoint.Trouble{Kind: endpoint.Cut}
}

// cutBy names an error in the middle of a stream. go-openai loses an error event
// that follows a comment line, so any of them is a broken answer.
func cutBy(err error) error {
	var t *endpoint.Trouble
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) {
		return endpoint.TroubleOf(err)
	}
	return &endpoint.Trouble{Kind: endpoint.Cut}
}

// open starts a stream, and learns what the server does not know: each such
// refusal is met once in the life of a Model.
func (m *Model) open(ctx context.Context, request func() openai.ChatCompletionRequest) (*openai.ChatCompletionStream, error) {
	for {
		r := request()
		stream, err := m.client.CreateChatCompletionStream(ctx, r)
		if err == nil {
			return stream, nil
		}
		var t *endpoint.Trouble
		if !errors.As(err, &t) {
			return nil, err
		}
		switch {
		case t.Unsupported("max_tokens", "max_completion_tokens") && m.otherName.CompareAndSwap(false, true):
		case t.Unsupported("stream_options", "include_usage") && m.bare.CompareAndSwap(false, true):
		case r.ResponseFormat != nil && t.Unsupported("response_format", "json_schema", "schema", "grammar", "structured"):
			m.rows.Store(true)
		default:
			m.log.Debug("the model refused", "status", t.Status, "said", short(t.Said, 200))
			return nil, err
		}
		m.log.Info("the chat model's server does not know a field; asking without it", "status", t.Status)
	}
}

// request is a request with what this server is known to take.
func (m *Model) request(messages []openai.ChatCompletionMessage, structured bool) openai.ChatCompletionRequest {
	r := openai.ChatCompletionRequest{Model: m.endpoint.Model, Messages: messages}
	switch {
	case m.reasons():
		r.MaxCompletionTokens = 4 * m.limits.Tokens // what it thinks counts, too
	case m.completionTokens():
		r.MaxCompletionTokens = m.limits.Tokens
	default:
		r.MaxTokens = m.limits.Tokens //nolint:staticcheck // OpenAI has a new name for it, which Ollama and others ignore in silence
	}
	if !m.bare.Load() {
		r.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	}
	if structured {
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: "claims", Schema: schema, Strict: true},
		}
	}
	return r
}

// reasons says that a model thinks before it speaks, by OpenAI's names, as
// go-openai does. It then wants the new name of the token limit.
func (m *Model) reasons() bool {
	for _, prefix := range []string{"o1", "o3", "o4", "gpt-5", "gpt-6"} {
		if strings.HasPrefix(m.endpoint.Model, prefix) {
			return true
		}
	}
	return false
}

// completionTokens says which name the token limit has: OpenAI and Azure want
// the new one; servers of one's own know the old one, and some ignore the other
// in silence.
func (m *Model) completionTokens() bool {
	u, err := m.endpoint.Base()
	hosted := err == nil && (u.Hostname() == "api.openai.com" || m.endpoint.Azure(u))
	return hosted != m.otherName.Load()
}
