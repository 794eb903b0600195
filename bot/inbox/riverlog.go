package inbox

import (
	"context"
	"log/slog"
)

// riverLog passes River's warnings and errors on, without what could hold a payload. River's Info lines repeat each job's error (work.go tells those
// once, its own way) and count jobs every 5 s.
type riverLog struct{ next slog.Handler }

func (h riverLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.next.Enabled(ctx, level)
}

func (h riverLog) Handle(ctx context.Context, r slog.Record) error {
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
	return riverLog{h.next.WithAttrs(clean)}
}

func (h riverLog) WithGroup(name string) slog.Handler { return riverLog{h.next.WithGroup(name)} }

// private names the attributes in which River (0.51) may repeat a job's arguments or a panic's value.
func private(a slog.Attr) bool {
	switch a.Key {
	case "args", "encoded_args", "panic_val":
		return true
	}
	return false
}
