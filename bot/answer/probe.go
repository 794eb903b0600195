package answer

import (
	"context"
	"errors"
	"slices"
	"strings"

	openai "github.com/sashabaranov/go-openai"

	"github.com/jirei/jirei/embeddings/endpoint"
)

// Probe asks the endpoint whether it is there and has the model, for `jirei
// doctor`. names are models it has instead, where it says so. It sends no
// question and no case; where the list of models cannot tell (Azure lists
// models, not deployments; some gateways have no list) it spends a token.
func (m *Model) Probe(ctx context.Context) (names []string, err error) {
	ctx, w := m.watch(ctx, m.limits.Rewrite)
	defer w.stop()
	u, err := m.endpoint.Base()
	if err != nil {
		return nil, err
	}
	if m.endpoint.Azure(u) {
		return nil, w.cause(m.ping(ctx))
	}
	list, err := m.client.ListModels(ctx)
	if err != nil {
		var t *endpoint.Trouble
		err = endpoint.TroubleOf(err)
		if errors.As(err, &t) && t.Kind == endpoint.NoPath {
			return nil, w.cause(m.ping(ctx))
		}
		return nil, w.cause(err)
	}
	for _, model := range list.Models {
		// Ollama lists llama3.2:latest, and takes llama3.2.
		if model.ID == m.endpoint.Model || strings.TrimSuffix(model.ID, ":latest") == m.endpoint.Model {
			return nil, nil
		}
		names = append(names, model.ID)
	}
	slices.Sort(names)
	return names, &endpoint.Trouble{Kind: endpoint.NoModel}
}

// ping asks for one token. A reply that is cut after it is the reply asked for.
func (m *Model) ping(ctx context.Context) error {
	stream, err := m.open(ctx, func() openai.ChatCompletionRequest {
		r := m.request([]openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, Content: "ping"}}, false)
		r.MaxTokens, r.MaxCompletionTokens = min(r.MaxTokens, 16), min(r.MaxCompletionTokens, 16) //nolint:staticcheck // as in request
		return r
	})
	if err != nil {
		return endpoint.TroubleOf(err)
	}
	defer func() { _ = stream.Close() }()
	if _, err := stream.Recv(); err != nil {
		return &endpoint.Trouble{Kind: endpoint.Garbled}
	}
	return nil
}
