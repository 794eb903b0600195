package inbox

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// riverLog passes River's warnings and errors on, without what could hold a payload. River's Info lines repeat each job's error (work.go tells those
// once, its own way) and count jobs every 5 s.
//
// What River cannot do it says at each try, twice a second while the database is away; once a minute is enough.
type riverLog struct {
	next slog.Handler
	said *said
}

// said is when a message was last passed on.
type said struct {
	mu sync.Mutex
	at map[string]time.Time
}

const sayAgain = time.Minute

func (s *said) lately(message string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.at[message]) < sayAgain {
		return true
	}
	s.at[message] = now // as many as River has messages
	return false
}

func (h riverLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.next.Enabled(ctx, level)
}

func (h riverLog) Handle(ctx context.Context, r slog.Record) error {
	if h.said.lately(r.Message, r.Time) {
		return nil
	}
	clean := slog.NewRecord(r.Time, r.Level, "River: "+r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if !private(a) {
			clean.AddAttrs(a)
		}
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h riverLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	var clean []slog.Attr
	for _, a := range attrs {
		if !private(a) {
			clean = append(clean, a)
		}
	}
	return riverLog{h.next.WithAttrs(clean), h.said}
}

func (h riverLog) WithGroup(name string) slog.Handler {
	return riverLog{h.next.WithGroup(name), h.said}
}

// private names the attributes in which River (0.51) may repeat a job's arguments or a panic's value.
func private(a slog.Attr) bool {
	switch a.Key {
	case "args", "encoded_args", "panic_val":
		return true
	}
	return false
}
