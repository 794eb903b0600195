package embeddings

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"regexp"
	"strings"

	openai "github.com/sashabaranov/go-openai"

	"github.com/jirei/jirei/embeddings/endpoint"
)

// What can be wrong with vectors that a server sends. None of it is better the
// next time, so nobody asks again.
const (
	WrongCount endpoint.Kind = "another number of vectors than texts"
	WrongOrder endpoint.Kind = "vectors that do not say which text they are of"
	WrongDim   endpoint.Kind = "vectors of another dimension"
	NoNumber   endpoint.Kind = "vectors with what is no number"
	ZeroVector endpoint.Kind = "a vector of zeros"
)

// ordered puts vectors into the order of their texts, as unit vectors, and
// refuses what is not one good vector for each. dim 0 is any, but one for all.
func ordered(data []openai.Embedding, texts, dim int) ([][]float32, error) {
	if len(data) != texts {
		return nil, &endpoint.Trouble{Kind: WrongCount}
	}
	out := make([][]float32, texts)
	for _, e := range data {
		if e.Index < 0 || e.Index >= texts || out[e.Index] != nil {
			return nil, &endpoint.Trouble{Kind: WrongOrder}
		}
		if dim == 0 {
			dim = len(e.Embedding)
		}
		if len(e.Embedding) != dim || dim == 0 {
			return nil, &endpoint.Trouble{Kind: WrongDim}
		}
		if err := normalise(e.Embedding); err != nil {
			return nil, err
		}
		out[e.Index] = e.Embedding
	}
	return out, nil
}

// normalise makes a vector one of length 1, in place.
func normalise(v []float32) error {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	length := math.Sqrt(sum)
	switch {
	case math.IsNaN(length) || math.IsInf(length, 0):
		return &endpoint.Trouble{Kind: NoNumber}
	case length < 1e-6:
		return &endpoint.Trouble{Kind: ZeroVector}
	}
	for i, x := range v {
		v[i] = float32(float64(x) / length)
	}
	return nil
}

// careful looks at a reply before go-openai reads it: null in a list of numbers
// becomes 0 there, and nobody would know.
type careful struct{ guard endpoint.Guard }

var noNumber = regexp.MustCompile(`[\[,]\s*(?:null|-?(?i:nan|inf(?:inity)?))\s*[,\]]`)

// Do implements openai.HTTPDoer.
func (c careful) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.guard.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // all of it was read, or the error says why not
	switch {
	case err != nil:
		return nil, troubleOf(err)
	case noNumber.Match(body):
		return nil, &endpoint.Trouble{Kind: NoNumber}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// troubleOf names what went wrong with a reply.
func troubleOf(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && strings.HasPrefix(kind.Value, "number"):
		return &endpoint.Trouble{Kind: NoNumber} // 1e999 is no float32
	case errors.As(err, &kind):
		return &endpoint.Trouble{Kind: endpoint.Garbled}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &endpoint.Trouble{Kind: endpoint.Cut}
	}
	return endpoint.TroubleOf(err)
}
