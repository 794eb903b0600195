package record_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/record"
	"github.com/jirei/jirei/bot/record/recordtest"
	"github.com/jirei/jirei/retrieval/postgres/db"
	"github.com/jirei/jirei/retrieval/postgres/db/dbtest"
	"github.com/jirei/jirei/retrieval/sqlite/file"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	recordtest.Run(t, func(t *testing.T) func() recordtest.Record {
		path := filepath.Join(t.TempDir(), "jirei.db")
		return func() recordtest.Record {
			r, err := record.Open(context.Background(), path, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Close() })
			return r
		}
	})
}

func TestRecordOnPostgreSQL(t *testing.T) {
	t.Parallel()
	recordtest.Run(t, func(t *testing.T) func() recordtest.Record {
		at := dbtest.Schema(t)
		return func() recordtest.Record {
			pool, err := db.Open(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(pool.Close)
			r, err := record.On(t.Context(), pool, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Close() })
			return r
		}
	})
}

func TestOpenRefusesAFolder(t *testing.T) {
	t.Parallel()
	_, err := record.Open(context.Background(), t.TempDir(), nil)
	var told *file.Error
	if !errors.As(err, &told) {
		t.Fatalf("got %v, want a *file.Error", err)
	}
}

func TestNothingPeopleWroteIsLogged(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var log strings.Builder
	r, err := record.Open(ctx, filepath.Join(t.TempDir(), "jirei.db"), slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	const secret = "ひみつの質問"
	thread := record.Thread{Team: "T1", Channel: "C1", TS: "1"}
	if err := r.AppendTurn(ctx, thread, record.Turn{Key: "k", Question: secret, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := r.Forget(ctx, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.AppendTurn(ctx, thread, record.Turn{Key: "k", Question: secret}); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("the error on a closed record: %v", err)
	}
	if log.Len() == 0 || strings.Contains(log.String(), secret) {
		t.Errorf("the log: %q", log.String())
	}
}
