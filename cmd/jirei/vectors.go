package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings/endpoint"
	"github.com/jirei/jirei/retrieval"
)

// order is how the environment and the flags want a book to be indexed.
func (p *program) order() retrieval.Order {
	fresh, _ := p.flags.GetBool("fresh")
	order := retrieval.Order{Fresh: fresh}
	if d := p.embedder(); d != nil {
		order.Space = d.Space()
	}
	return order
}

// vectors makes what dense vectors a plan lacks. The index that is searched
// meanwhile stays as it is, also where this fails.
func (p *program) vectors(ctx context.Context, l library, plan *retrieval.Plan, book cases.Book) error {
	err := p.embedPlan(ctx, l, plan)
	if errors.Is(err, retrieval.ErrOtherModel) {
		_, _ = fmt.Fprintln(p.err, otherModel(p.embed.Host(), p.embed.Model)+"すべての事例を埋め込み直します。")
		order := p.order()
		order.Fresh = true
		if *plan, err = l.engine.PrepareAs(ctx, book, order); err == nil {
			err = p.embedPlan(ctx, l, plan)
		}
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%w\n索引は前のままで、何も変えていません。届いた分のベクトルは控えてあり、次の jirei index は続きから始めます。", p.embedError(ctx, err))
}

func (p *program) embedPlan(ctx context.Context, l library, plan *retrieval.Plan) error {
	if texts := plan.Missing(); len(texts) > 0 {
		tokens := 0
		for _, text := range texts {
			tokens += endpoint.Tokens(text)
		}
		_, _ = fmt.Fprintf(p.err, "%d件の事例の文章（およそ%dトークン）を %s に送り、%s で埋め込みます。\n", len(texts), tokens, p.embed.Host(), p.embed.Model)
	}
	return l.engine.Embed(ctx, plan, p.bar("埋め込み").show)
}
