package retrieval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
)

// Embedder makes dense vectors; *embeddings.Dense is one.
type Embedder interface {
	// Space says which vectors a new index is to have.
	Space() embeddings.Space
	// Question returns the vectors of a question and of a probe text, soon or not at all.
	Question(ctx context.Context, space embeddings.Space, text, probe string) (question, probed []float32, err error)
	// Passages hands over the vectors of texts as they come, each time from a
	// place in texts on.
	Passages(ctx context.Context, space embeddings.Space, texts []string, use func(from int, vectors [][]float32) error) error
}

// ProbeText is a text whose vector is kept with the index. It is sent with each
// question and each indexing: where its vector is another one now, so is the
// model, whatever its name, and vectors of two models must never be compared.
const ProbeText = "事務所の入口にカメラを設置し、委託先とは秘密保持契約を結んだ。Backups are kept offline."

// sameModel is the cosine from which on two vectors of the probe text are of one
// model. A hosted model's differ by 1e-4 from day to day, those of one model in
// 16 and in 8 bits by up to 1e-2; another model's, turned or retrained, by far more.
const sameModel = 0.97

// ErrOtherModel says that the model is no longer the one of the index, though
// its name is.
var ErrOtherModel = errors.New("the embedding model is another one than the index was made with, under the same name")

// Indexed returns the space of the generation's dense vectors, zero without.
func (g *Generation) Indexed() embeddings.Space { return embeddings.Space{Model: g.Model, Dim: g.Dim} }

// Wanted returns the space that a new index is to have where the book is in this
// one: a model whose dimension nobody named keeps that of the index.
func (g *Generation) Wanted(space embeddings.Space) embeddings.Space {
	if space.Dim == 0 && space.Model == g.Model {
		space.Dim = g.Dim
	}
	return space
}

// SameModel says that a vector of ProbeText is by the model of the index.
func (g *Generation) SameModel(probe []float32) bool { return cosine(probe, g.Probe) >= sameModel }

// near returns the question's dense vector; nil without an error where the index
// has none, or nobody to make one was named.
func (e *Engine) near(ctx context.Context, q Query, book *Generation) ([]float32, error) {
	if e.Embedder == nil || book.Dim == 0 {
		return nil, nil
	}
	text := strings.TrimSpace(q.Merged + "\n" + q.Text)
	vector, probe, err := e.Embedder.Question(ctx, book.Indexed(), text, ProbeText)
	if err != nil {
		return nil, fmt.Errorf("the question's vector: %w", err)
	}
	if !book.SameModel(probe) {
		return nil, ErrOtherModel
	}
	return vector, nil
}

// denseText is what a case's dense vector is made of: all that its row says.
func denseText(c cases.Case) string {
	return c.Title + "\n" + strings.Join(c.Measures, "\n") + "\n" + strings.Join(append([]string{c.Industry}, c.Categories...), "、")
}

func keyOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// vectorMaker names a space to a Keeper.
func vectorMaker(space embeddings.Space) string {
	return fmt.Sprintf("vectors %s %d", space.Model, space.Dim)
}

// recallVectors gives the cases of a plan the vectors that were paid for already.
func (e *Engine) recallVectors(ctx context.Context, plan *Plan) error {
	if e.keeper == nil || plan.space.Model == "" {
		return nil
	}
	keys := []string{keyOf(ProbeText)}
	if plan.space.Dim == 0 { // how long its own vectors are, the probe's tells
		made, err := e.keeper.Recall(ctx, vectorMaker(plan.space), keys)
		if err != nil {
			return fmt.Errorf("vectors: %w", err)
		}
		plan.space.Dim = len(embeddings.Floats(made[keys[0]]))
		plan.change.Dim = plan.space.Dim
	}
	made, err := e.keeper.Recall(ctx, vectorMaker(plan.space), keys)
	if err != nil {
		return fmt.Errorf("vectors: %w", err)
	}
	probe := embeddings.Floats(made[keys[0]])
	if len(plan.change.Probe) == 0 {
		plan.change.Probe = probe
	}
	if cosine(probe, plan.change.Probe) < sameModel {
		return nil // of a model that once had this name, or none
	}
	for some := range slices.Chunk(plan.change.Upsert, 1000) { // a large book's would be in memory twice
		keys := make([]string, len(some))
		for i, entry := range some {
			keys[i] = keyOf(denseText(entry.Case))
		}
		if made, err = e.keeper.Recall(ctx, vectorMaker(plan.space), keys); err != nil {
			return fmt.Errorf("vectors: %w", err)
		}
		for i := range some {
			if v := embeddings.Floats(made[keys[i]]); len(v) == plan.change.Dim {
				some[i].Dense = v
			}
		}
	}
	return nil
}

// Missing returns the texts of the plan that have no vector yet.
func (p Plan) Missing() []string {
	var texts []string
	for _, entry := range p.change.Upsert {
		if entry.Dense == nil && p.space.Model != "" {
			texts = append(texts, denseText(entry.Case))
		}
	}
	return texts
}

// Embed makes the vectors that a plan lacks, and keeps each as it comes: what was
// paid for is not lost where it fails halfway. A plan that lacks none asks
// nobody. progress is told how many are done; nil for nobody.
//
// ErrOtherModel says that vectors in the index or kept are another model's; a
// plan of all cases anew (Order.Fresh) then is the way out.
func (e *Engine) Embed(ctx context.Context, plan *Plan, progress func(done, of int)) error {
	change := &plan.change
	texts := plan.Missing()
	if len(texts) == 0 && (plan.Nothing() || plan.space.Model == "" || len(change.Probe) > 0) {
		return nil
	}
	if err := e.probeModel(ctx, plan); err != nil {
		return err
	}
	entries := make([]*Entry, 0, len(texts))
	for i := range change.Upsert {
		if entry := &change.Upsert[i]; entry.Dense == nil {
			entries = append(entries, entry)
		}
	}
	done := 0
	return e.Embedder.Passages(ctx, plan.space, texts, func(from int, vectors [][]float32) error {
		made := map[string][]byte{}
		for i, v := range vectors {
			entries[from+i].Dense = v
			made[keyOf(texts[from+i])] = embeddings.Bytes(v)
		}
		if done += len(vectors); progress != nil {
			progress(done, len(texts))
		}
		return e.keep(ctx, plan.space, made)
	})
}

// probeModel asks for the vector of ProbeText, and holds it against that of the
// vectors that the new ones will stand beside.
func (e *Engine) probeModel(ctx context.Context, plan *Plan) error {
	var probe []float32
	err := e.Embedder.Passages(ctx, plan.space, []string{ProbeText}, func(_ int, vectors [][]float32) error {
		probe = vectors[0]
		return nil
	})
	if err != nil {
		return err
	}
	if was := plan.change.Probe; len(was) > 0 {
		if cosine(probe, was) < sameModel {
			return ErrOtherModel
		}
		return nil
	}
	plan.change.Probe, plan.change.Dim = probe, len(probe)
	made := map[string][]byte{keyOf(ProbeText): embeddings.Bytes(probe)}
	if plan.space.Dim == 0 {
		if err := e.keep(ctx, plan.space, made); err != nil {
			return err
		}
		plan.space.Dim = len(probe)
	}
	return e.keep(ctx, plan.space, made)
}

func (e *Engine) keep(ctx context.Context, space embeddings.Space, made map[string][]byte) error {
	if e.keeper == nil || len(made) == 0 {
		return nil
	}
	if err := e.keeper.Keep(ctx, vectorMaker(space), made); err != nil {
		return fmt.Errorf("keeping what was made: %w", err)
	}
	return nil
}

// Tidy forgets what models made of texts that the book no longer has.
func (e *Engine) Tidy(ctx context.Context, book cases.Book) error {
	if e.keeper == nil {
		return nil
	}
	keys := []string{keyOf(ProbeText)}
	for _, c := range book.Cases {
		keys = append(keys, keyOf(denseText(c)), c.Hash())
	}
	if err := e.keeper.Forget(ctx, "", keys); err != nil {
		return fmt.Errorf("forgetting what is not needed: %w", err)
	}
	return nil
}
