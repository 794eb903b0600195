package embeddings

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/jirei/jirei/embeddings/endpoint"
)

// Space names vectors that can be compared: those of one model with as many
// dimensions. Dim 0 stands for as many as the model gives of itself.
type Space struct {
	Model string
	Dim   int
}

// Limits are how long the model may take, and how much it is asked at once.
type Limits struct {
	// Question bounds the vector of one question, and Batch one request of many
	// texts, which takes a local model on a slow machine half a minute.
	Question, Batch time.Duration
	// Wait is the longest Retry-After that is waited for, of a batch.
	Wait time.Duration
	// Rest is how long questions are not sent after one got no answer in time, so
	// that each of the next need not wait as long.
	Rest time.Duration
	// Tries is how often a batch is asked for.
	Tries int
	// Texts and Tokens bound a batch, Abreast is how many are under way. Servers of
	// one's own take 32 texts at once by default (text-embeddings-inference).
	Texts, Tokens, Abreast int
}

// DefaultLimits are what NewDense uses. A hosted model takes 0.2 to 0.5 s for a
// question. Two seconds leave room for a bad moment, and the answer by words,
// which takes over then, still comes before people look away.
var DefaultLimits = Limits{
	Question: 2 * time.Second, Batch: 60 * time.Second, Wait: 60 * time.Second, Rest: 15 * time.Second,
	Tries: 5, Texts: 32, Tokens: 8000, Abreast: 4,
}

// Dense makes dense vectors with a model behind an OpenAI-compatible endpoint.
type Dense struct {
	endpoint endpoint.Endpoint
	dim      int // asked for, 0 for the model's own
	client   *openai.Client
	limits   Limits
	log      *slog.Logger
	// after is time, which tests replace.
	after func(time.Duration) <-chan time.Time
	// sized: the server gives as many dimensions as an older index has only when
	// asked for them.
	sized atomic.Bool
	// until is when questions may be sent again, in Unix nanoseconds.
	until atomic.Int64
}

// readMost is how much of a reply is read: 32 vectors of 4,096 dimensions, with
// all digits that a float32 can have, are some 3 MB.
const readMost = 8 << 20

// NewDense returns the client of an endpoint. dim is how many dimensions to ask
// for, 0 for the model's own number. The error is endpoint.ErrURL and the like.
func NewDense(e endpoint.Endpoint, dim int, log *slog.Logger) (*Dense, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	client := e.Client(careful{endpoint.NewGuard(e.Key, readMost)})
	return &Dense{endpoint: e, dim: dim, client: client, limits: DefaultLimits, log: log, after: time.After}, nil
}

// Space says which vectors are wanted of it.
func (d *Dense) Space() Space { return Space{d.endpoint.Model, d.dim} }

// Question returns the vector of a question and that of a probe text, by which
// the caller sees whether the model is still the one of the index. It does not
// take longer than Limits.Question.
func (d *Dense) Question(ctx context.Context, space Space, text, probe string) (question, probed []float32, err error) {
	if d.until.Load() > time.Now().UnixNano() {
		return nil, nil, &endpoint.Trouble{Kind: endpoint.Busy}
	}
	whole, cancel := context.WithTimeout(ctx, d.limits.Question)
	defer cancel()
	forQuestion, forPassage := prefixes(space.Model)
	texts := []string{forQuestion + text, forPassage + probe}
	vectors, err := d.sizedAsk(whole, space, texts)
	var t *endpoint.Trouble
	if errors.As(err, &t) && t.Again() && t.Wait == 0 && d.pause(whole, d.limits.Question/20) == nil {
		vectors, err = d.sizedAsk(whole, space, texts)
	}
	if err != nil {
		if errors.As(err, &t) && (t.Kind == endpoint.Slow || t.Wait > 0) && ctx.Err() == nil {
			d.until.Store(time.Now().Add(max(t.Wait, d.limits.Rest)).UnixNano())
		}
		return nil, nil, err
	}
	return vectors[0], vectors[1], nil
}

// Probe returns the vector of one passage, after one request; ctx bounds it.
func (d *Dense) Probe(ctx context.Context, space Space, text string) ([]float32, error) {
	_, prefix := prefixes(space.Model)
	vectors, err := d.sizedAsk(ctx, space, []string{prefix + text})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// Passages makes the vectors of many texts, several requests at a time, and
// hands them over as they come: use is told where in texts they belong, by one
// caller at a time. The first error, of a request or of use, ends it: nothing
// more is asked for, and what was on its way is still handed over, since it is paid for.
func (d *Dense) Passages(ctx context.Context, space Space, texts []string, use func(from int, vectors [][]float32) error) error {
	_, prefix := prefixes(space.Model)
	prefixed := make([]string, len(texts))
	for i, text := range texts {
		prefixed[i] = prefix + text
	}
	going, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	room := make(chan struct{}, d.limits.Abreast)
	var all sync.WaitGroup
	var one sync.Mutex
	for from, n := range batches(prefixed, d.limits) {
		select {
		case room <- struct{}{}:
		case <-going.Done():
		}
		if going.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-room }()
			vectors, err := d.patiently(ctx, going, space, prefixed[from:from+n])
			one.Lock()
			defer one.Unlock()
			if err == nil && ctx.Err() == nil {
				err = use(from, vectors)
			}
			if err != nil {
				stop(err)
			}
		})
	}
	all.Wait()
	return context.Cause(going)
}

// patiently asks for a batch again where that may help, as long as going lasts.
func (d *Dense) patiently(ctx, going context.Context, space Space, texts []string) ([][]float32, error) {
	slow := false
	for try := 1; ; try++ {
		within, cancel := context.WithTimeout(ctx, d.limits.Batch)
		vectors, err := d.sizedAsk(within, space, texts)
		cancel()
		var t *endpoint.Trouble
		if err == nil || going.Err() != nil || !errors.As(err, &t) || try == d.limits.Tries {
			return vectors, err
		}
		// Once for a request that got lost; a server that is too slow stays it.
		lost := t.Kind == endpoint.Slow && !slow
		if slow = slow || lost; !lost && !t.Again() || t.Wait > d.limits.Wait {
			return nil, err
		}
		pause := 500 * time.Millisecond << (try - 1)
		pause += rand.N(pause/2 + 1) //nolint:gosec // jitter, no secret
		pause = max(pause, t.Wait)
		d.log.Info("the embedding model's server did not answer; asking again", "trouble", err, "after", pause)
		if d.pause(going, pause) != nil {
			return nil, err
		}
	}
}

func (d *Dense) pause(ctx context.Context, pause time.Duration) error {
	select {
	case <-d.after(pause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sizedAsk asks for vectors of a space. An index may have other dimensions than
// are asked for now: those of the model itself, or fewer. Which it was is not
// known, so what fits is learnt.
func (d *Dense) sizedAsk(ctx context.Context, space Space, texts []string) ([][]float32, error) {
	ask := 0
	if space.Dim == d.dim || d.sized.Load() {
		ask = space.Dim
	}
	vectors, err := d.ask(ctx, space, ask, texts)
	var t *endpoint.Trouble
	if ask == 0 && space.Dim > 0 && errors.As(err, &t) && t.Kind == WrongDim {
		if vectors, err = d.ask(ctx, space, space.Dim, texts); err == nil {
			d.sized.Store(true)
		}
	}
	return vectors, err
}

// ask sends one request.
func (d *Dense) ask(ctx context.Context, space Space, dimensions int, texts []string) ([][]float32, error) {
	reply, err := d.client.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{Input: texts, Model: openai.EmbeddingModel(space.Model), Dimensions: dimensions})
	if err != nil {
		return nil, troubleOf(err)
	}
	return ordered(reply.Data, len(texts), space.Dim)
}

// batches cuts texts into runs: where each begins, and how many it has.
func batches(texts []string, l Limits) func(yield func(from, n int) bool) {
	return func(yield func(from, n int) bool) {
		for from := 0; from < len(texts); {
			n, tokens := 0, 0
			for from+n < len(texts) && n < l.Texts {
				tokens += endpoint.Tokens(texts[from+n])
				if n > 0 && tokens > l.Tokens {
					break
				}
				n++
			}
			if !yield(from, n) {
				return
			}
			from += n
		}
	}
}

// Names returns the models that the server says it has, "" where it does not.
func (d *Dense) Names(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, d.limits.Question)
	defer cancel()
	list, err := d.client.ListModels(ctx)
	if err != nil {
		return nil
	}
	var names []string
	for _, m := range list.Models {
		names = append(names, m.ID)
	}
	return names
}
