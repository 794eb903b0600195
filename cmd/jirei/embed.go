package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/embeddings/endpoint"
	"github.com/jirei/jirei/retrieval"
)

// embed is what the environment says about an embedding model; without a name
// for one there is none.
type embed struct {
	endpoint.Endpoint
	dim      int    // asked for, 0 for the model's own
	variable string // that named the address
}

func (e embed) on() bool { return e.Model != "" }

// maxDim is what the SQLite store's table of vectors takes.
const maxDim = 8192

func readEmbed(env func(string) string) (embed, error) {
	e := embed{Endpoint: endpoint.Endpoint{
		URL: strings.TrimSpace(env("JIREI_EMBED_BASE_URL")), Key: env("OPENAI_API_KEY"), Model: strings.TrimSpace(env("JIREI_EMBED_MODEL")), Version: env("OPENAI_API_VERSION"),
	}}
	e.variable = "JIREI_EMBED_BASE_URL"
	if e.URL == "" {
		e.URL, e.variable = strings.TrimSpace(env("OPENAI_BASE_URL")), "OPENAI_BASE_URL"
	}
	if dim := env("JIREI_EMBED_DIM"); dim != "" {
		n, err := strconv.Atoi(dim)
		if err != nil || n < 1 || n > maxDim {
			return embed{}, usageError{"JIREI_EMBED_DIM が正しくありません。", fmt.Sprintf("1 から %d までの整数を書くか、モデルの次元のままでよければ外してください。", maxDim)}
		}
		e.dim = n
	}
	if !e.on() {
		return e, nil
	}
	if e.URL == "" && e.Key == "" {
		return embed{}, usageError{"JIREI_EMBED_MODEL がありますが、送り先がありません。", "OpenAI なら OPENAI_API_KEY を、ほかのサーバーなら JIREI_EMBED_BASE_URL か OPENAI_BASE_URL（例: http://localhost:11434/v1）を設定してください。"}
	}
	return e, badEndpoint(e.Check(), e.variable)
}

// embedder returns the model that the environment names, nil for none.
func (p *program) embedder() *embeddings.Dense {
	if !p.embed.on() {
		return nil
	}
	d, err := embeddings.NewDense(p.embed.Endpoint, p.embed.dim, p.log)
	if err != nil {
		panic("an endpoint that readEmbed has passed: " + err.Error())
	}
	return d
}

// served is the embedding model as advice speaks of it.
func (e embed) served() served {
	return served{Endpoint: e.Endpoint, does: "埋め込み", api: "embeddings", url: e.variable, model: "JIREI_EMBED_MODEL"}
}

// embedAdvice is a sentence and a hint for what went wrong with embeddings.
func (e embed) embedAdvice(t *endpoint.Trouble, names []string) (problem, hint string) {
	host := e.Host()
	broken := "このサーバーの埋め込みは使えません。別のモデルかサーバーを指定してください。"
	switch t.Kind {
	case embeddings.WrongDim:
		if e.dim > 0 {
			return fmt.Sprintf("%s の %s は、%d次元のベクトルを返しません。", host, e.Model, e.dim), "JIREI_EMBED_DIM を外すか、モデルが返せる次元にしてから、jirei index を実行してください。"
		}
		return fmt.Sprintf("%s の %s が返すベクトルの次元が、索引と合いません。", host, e.Model), "jirei index --fresh を実行すると、今のモデルで作り直します。"
	case embeddings.WrongCount:
		return host + " が、送った文章と違う数のベクトルを返しました。", broken
	case embeddings.WrongOrder:
		return host + " が返したベクトルに、どの文章のものかを示す正しい番号（index）がありません。", broken
	case embeddings.NoNumber:
		return host + " が返したベクトルに、数でない値（NaN や null）があります。", broken
	case embeddings.ZeroVector:
		return host + " が、すべて0のベクトルを返しました。", broken
	case endpoint.TooLong:
		return fmt.Sprintf("%s の %s には長すぎる文章があります。", host, e.Model), "より長い文章を扱えるモデルを JIREI_EMBED_MODEL に指定してください。llama.cpp なら -ub と -b を大きくします。"
	case endpoint.Endless:
		return host + " の応答が大きすぎます。", e.variable + " が埋め込みの API か、次元が大きすぎないかを確かめてください。"
	case endpoint.Cut, endpoint.Garbled:
		return host + " の応答が途中で切れたか、読めない形でした。", "途中のプロキシとサーバーの記録を確かめ、もう一度試してください。"
	}
	return e.served().advice(t, names)
}

// embedError says what went wrong in a sentence and a hint; other errors stay.
func (p *program) embedError(ctx context.Context, err error) error {
	var t *endpoint.Trouble
	switch {
	case errors.Is(err, retrieval.ErrOtherModel):
		return fmt.Errorf("%s\n%s", otherModel(p.embed.Host(), p.embed.Model), freshHint)
	case errors.As(err, &t):
		var names []string
		if t.Kind == endpoint.NoModel {
			names = p.embedder().Names(ctx)
		}
		problem, hint := p.embed.embedAdvice(t, names)
		return fmt.Errorf("%s\n%s", problem, hint)
	}
	return err
}

// blind says on standard error why a search was without dense vectors, once:
// where the answer has a label, this is the reason.
func (p *program) blind(ctx context.Context, r retrieval.Result) {
	if r.Blind == nil || p.toldBlind {
		return
	}
	p.toldBlind = true
	_, _ = fmt.Fprintln(p.err, "注意: ベクトルなしで探しました。", p.embedError(ctx, r.Blind))
}

const freshHint = "jirei index --fresh を実行すると、今のモデルで作り直します。それまでは語と言い回しで探します。"

func otherModel(host, model string) string {
	return fmt.Sprintf("%s の %s は、索引を作ったときと別のベクトルを返します（同じ名前のまま、モデルが替わっています）。", host, model)
}

// vectorNotice says what the index's vectors are not that the environment asks
// for, and what to run; "" where there is nothing to say.
func (p *program) vectorNotice(now *retrieval.Generation) string {
	is := fmt.Sprintf("「%s」（%d次元）", now.Model, now.Dim)
	wanted := "「" + p.embed.Model + "」"
	if p.embed.dim > 0 {
		wanted = fmt.Sprintf("「%s」（%d次元）", p.embed.Model, p.embed.dim)
	}
	switch {
	case !p.embed.on() && now.Dim > 0:
		return fmt.Sprintf("索引には%sのベクトルがありますが、JIREI_EMBED_MODEL がないので使いません。使うには %s を設定してください。jirei index を実行すると、索引から除きます。", is, now.Model)
	case !p.embed.on():
		return ""
	case now.Dim == 0:
		return fmt.Sprintf("索引に、%sのベクトルがまだありません。jirei index を実行すると作ります。それまでは語と言い回しで探します。", wanted)
	case now.Model != p.embed.Model || p.embed.dim > 0 && p.embed.dim != now.Dim:
		return fmt.Sprintf("索引は%sで作られています。%sに替えるには、jirei index を実行してください。それまでは今の索引で探します。", is, wanted)
	case now.Vectors < now.Cases:
		return fmt.Sprintf("事例%d件のうち%d件に、まだベクトルがありません。jirei index を実行すると作ります。", now.Cases, now.Cases-now.Vectors)
	}
	return ""
}

// tryModel asks the model of the index, or else the one named, for the vector of
// the probe text: who answers with another than is kept is another model.
func (p *program) tryModel(ctx context.Context, now *retrieval.Generation, wait time.Duration) (dim int, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	d := p.embedder()
	space := d.Space()
	if now.Dim > 0 && now.Model == space.Model && (space.Dim == 0 || space.Dim == now.Dim) {
		space = now.Indexed()
	}
	v, err := d.Probe(ctx, space, retrieval.ProbeText)
	if err == nil && space == now.Indexed() && !now.SameModel(v) {
		err = retrieval.ErrOtherModel
	}
	return len(v), err
}

// startNotice says before the bot starts what is wrong with the embedding model.
// It does not hold the start up for long: the questions do without, and say so.
func (p *program) startNotice(ctx context.Context, l library) {
	if !p.embed.on() {
		return
	}
	now, err := l.store.Current(ctx)
	if err != nil {
		return // the bot will say so itself
	}
	if _, err := p.tryModel(ctx, now, 3*time.Second); err != nil {
		_, _ = fmt.Fprintln(p.err, "注意:", p.embedError(ctx, err))
	}
}

// checkEmbed is doctor's check of the embedding model.
func (p *program) checkEmbed(ctx context.Context, now *retrieval.Generation, say func(mark, what, detail string)) {
	const what = "埋め込みモデル"
	switch {
	case !p.embed.on():
		say("－", what, "使いません。語と言い回しで探します。")
	default:
		if p.embed.Plain() {
			say("－", what, plainWarning(p.embed.Host()))
		}
		dim, err := p.tryModel(ctx, now, 20*time.Second)
		if err != nil {
			say("✗", what, p.embedError(ctx, err).Error())
			break
		}
		say("✓", what, fmt.Sprintf("%s の %s が使えます（%d次元）。質問と事例の文章はここに送られます。", p.embed.Host(), p.embed.Model, dim))
	}
	switch notice := p.vectorNotice(now); {
	case notice != "":
		say("△", "密ベクトル", notice)
	case now.Dim > 0:
		say("✓", "密ベクトル", fmt.Sprintf("%s、%d次元、%d件", now.Model, now.Dim, now.Vectors))
	}
}
