//go:build unix

package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkPut is the road to the acknowledgement, with workers busy beside it.
func BenchmarkPut(b *testing.B) {
	for name, load := range map[string]bool{"nothing works": false, "workers work": true} {
		b.Run(name, func(b *testing.B) {
			in := open(b, aFile(b), func(ctx context.Context, w *Work) error { return w.Note(ctx, "ts", "1.0") }, Config{})
			if load {
				start(b, in)
			}
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				began := time.Now()
				put(b, in, fmt.Sprint("event:", n), fmt.Sprint("msg:", n))
				took = append(took, time.Since(began))
			}
			percentiles(b, took)
		})
	}
}

// BenchmarkAck is the rate at which eight deliveries at a time can be acknowledged (B-9): durably, and as a bot does that keeps them in memory.
func BenchmarkAck(b *testing.B) {
	ack := func(b *testing.B, put func(n int64) error) {
		var n atomic.Int64
		b.SetParallelism(max(1, 8/runtime.GOMAXPROCS(0)))
		b.RunParallel(func(each *testing.PB) {
			for each.Next() {
				if err := put(n.Add(1)); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acks/s")
	}
	b.Run("in memory", func(b *testing.B) {
		var mu sync.Mutex
		seen, queue := map[string]bool{}, make(chan []byte, 1<<20)
		ack(b, func(n int64) error {
			job, err := json.Marshal(map[string]any{"text": "UTMの事例は？", "n": n})
			mu.Lock()
			defer mu.Unlock()
			for _, key := range []string{fmt.Sprint("event:", n), fmt.Sprint("msg:", n)} {
				seen[key] = true
			}
			select {
			case queue <- job:
			default: // full: nobody works here
			}
			return err
		})
	})
	for name, place := range map[string]func(testing.TB) home{"on a file": aFile, "on PostgreSQL": aDatabase} {
		b.Run(name, func(b *testing.B) {
			in := open(b, place(b), idle, Config{})
			b.ResetTimer()
			ack(b, func(n int64) error {
				_, err := in.Put(b.Context(), "question", []string{fmt.Sprint("event:", n), fmt.Sprint("msg:", n)}, map[string]any{"text": "UTMの事例は？", "n": n})
				return err
			})
		})
	}
}

// BenchmarkStart is the time from the call of Put to the handler's first line at 50 deliveries a second, what a bot of a thousand people sees on its
// worst day. One iteration is one delivery.
func BenchmarkStart(b *testing.B) {
	b.Run("on a file", func(b *testing.B) { benchmarkStart(b, aFile(b)) })
	b.Run("on PostgreSQL", func(b *testing.B) { benchmarkStart(b, aDatabase(b)) })
}

func benchmarkStart(b *testing.B, at home) {
	var mu sync.Mutex
	var all sync.WaitGroup
	began := map[string]time.Time{}
	var took []time.Duration
	in := open(b, at, func(_ context.Context, w *Work) error {
		now := time.Now()
		mu.Lock()
		defer mu.Unlock()
		took = append(took, now.Sub(began[string(w.Payload)]))
		all.Done()
		return nil
	}, Config{})
	start(b, in)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := 0; b.Loop(); n++ {
		<-tick.C
		all.Add(1)
		mu.Lock()
		began[fmt.Sprint(n)] = time.Now() // before the Put, which is included: work may start before Put returns
		mu.Unlock()
		if _, err := in.Put(b.Context(), "question", []string{fmt.Sprint(n)}, n); err != nil {
			b.Fatal(err)
		}
	}
	all.Wait()
	percentiles(b, took)
}

// BenchmarkIdle shows what polling costs when nothing happens: compare user time over a fixed -benchtime.
func BenchmarkIdle(b *testing.B) {
	b.Run("on a file", func(b *testing.B) { benchmarkIdle(b, aFile(b)) })
	b.Run("on PostgreSQL", func(b *testing.B) { benchmarkIdle(b, aDatabase(b)) })
}

func benchmarkIdle(b *testing.B, at home) {
	in := open(b, at, idle, Config{})
	start(b, in)
	before := cpu(b)
	began := time.Now()
	for b.Loop() {
		time.Sleep(100 * time.Millisecond) //nolint:forbidigo // doing nothing is what is measured
	}
	b.ReportMetric(100*float64(cpu(b)-before)/float64(time.Since(began)), "%cpu")
}

// cpu is the processor time this process has used.
func cpu(b *testing.B) time.Duration {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkRestart is what a kill costs: from Open to the first line of the handler that goes on with the interrupted work.
func BenchmarkRestart(b *testing.B) {
	path := aFile(b)
	in := open(b, path, idle, Config{})
	for n := range 100 {
		put(b, in, fmt.Sprint(n))
	}
	var took []time.Duration
	for b.Loop() {
		change(b, in, `UPDATE river_job SET state = 'running', attempt = 1, finalized_at = NULL`)
		if err := in.Stop(context.Background()); err != nil {
			b.Fatal(err)
		}
		began, ran := time.Now(), make(chan struct{}, 100)
		in = open(b, path, func(context.Context, *Work) error {
			ran <- struct{}{}
			return nil
		}, Config{})
		start(b, in)
		receive(b, ran)
		took = append(took, time.Since(began))
	}
	percentiles(b, took)
}

func percentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for _, p := range []int{50, 95, 99} {
		b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}
