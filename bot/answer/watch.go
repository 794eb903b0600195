package answer

import (
	"context"
	"errors"
	"time"

	"github.com/jirei/jirei/embeddings/endpoint"
)

// watch ends a call that takes too long: as a whole, until its first token, or
// between two.
type watch struct {
	kicked chan time.Duration
	ctx    context.Context //nolint:containedctx // the watch is the life of one call
	end    context.CancelCauseFunc
}

var errSlow = errors.New("too slow")

func (m *Model) watch(parent context.Context, whole time.Duration) (context.Context, *watch) {
	ctx, end := context.WithCancelCause(parent)
	w := &watch{kicked: make(chan time.Duration, 1), ctx: ctx, end: end}
	over, silent := m.after(whole), m.after(m.limits.First)
	go func() {
		for {
			select {
			case <-over:
				end(errSlow)
				return
			case <-silent:
				end(errSlow)
				return
			case wait := <-w.kicked:
				silent = m.after(wait)
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, w
}

// kick says that something came, and how long to wait for the next.
func (w *watch) kick(wait time.Duration) {
	select {
	case w.kicked <- wait:
	default:
	}
}

// stop ends the watch.
func (w *watch) stop() { w.end(context.Canceled) }

// cause puts the reason in place of the cancelled call's own error.
func (w *watch) cause(err error) error {
	if err != nil && errors.Is(context.Cause(w.ctx), errSlow) {
		return &endpoint.Trouble{Kind: endpoint.Slow}
	}
	return err
}
