package postgres

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	pgvector "github.com/pgvector/pgvector-go"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// dimensions of the benchmark's dense vectors, if JIREI_TEST_DIMENSIONS names no others; latent is what they truly vary in, few as in real ones.
const dimensions, latent = 768, 32

// library makes a book of n cases: features by Zipf's law, dense vectors near a plane of few dimensions, and industries of which the
// first is stated by 2 % and the second by 20 %.
type library struct {
	r    *rand.Rand
	zipf *rand.Zipf
	base [latent][]float32
}

func newLibrary(dim int) *library {
	r := rand.New(rand.NewPCG(7, 2021))
	l := &library{r: r, zipf: rand.NewZipf(r, 1.15, 8, 200_000)}
	for i := range l.base {
		l.base[i] = make([]float32, dim)
		for j := range l.base[i] {
			l.base[i][j] = float32(r.NormFloat64())
		}
	}
	return l
}

func (l *library) dense() []float32 {
	v := make([]float32, len(l.base[0]))
	for i := range l.base {
		x := float32(l.r.NormFloat64())
		for j := range v {
			v[j] += x * l.base[i][j]
		}
	}
	for j := range v {
		v[j] += float32(l.r.NormFloat64())
	}
	return v
}

func (l *library) sparse(n int) embeddings.Sparse {
	var v embeddings.Sparse
	for range n {
		v.Index = append(v.Index, uint32(l.zipf.Uint64())*4_999+1)
	}
	slices.Sort(v.Index)
	v.Index = slices.Compact(v.Index)
	for range v.Index {
		v.Value = append(v.Value, 0.2+l.r.Float32()*0.6)
	}
	return v
}

func (l *library) book(n int) retrieval.Change {
	change := retrieval.Change{Book: cases.Book{ID: "bench", Title: "bench"}, Features: "bench", Average: 70, Model: "bench", Dim: len(l.base[0])}
	for page := 1; page <= n; page++ {
		e := retrieval.Entry{Hash: strconv.Itoa(page), Row: l.sparse(90), Dense: l.dense()}
		e.Case = cases.Case{ID: cases.MakeID("bench", page), Page: page, Title: fmt.Sprintf("事例 %d", page), Measures: []string{"対策を実施した"}}
		switch x := l.r.IntN(100); {
		case x < 2:
			e.Case.Industry = industries[0]
		case x < 22:
			e.Case.Industry = industries[1]
		default:
			e.Case.Industry = "その他"
		}
		change.Upsert = append(change.Upsert, e)
	}
	return change
}

var industries = []string{"2%", "20%"}

// TestMeasure prints how a large book is searched, beside the same question asked in plain SQL. It asserts nothing: what it measures is the
// machine, too. JIREI_TEST_PASSAGES=100000 .ci/postgres go test -run Measure -v ./retrieval/postgres
func TestMeasure(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("JIREI_TEST_PASSAGES"))
	if n == 0 {
		t.Skip("JIREI_TEST_PASSAGES is not set")
	}
	dim, _ := strconv.Atoi(os.Getenv("JIREI_TEST_DIMENSIONS"))
	s := fresh(t, 0)
	l := newLibrary(cmp.Or(dim, dimensions))
	change := l.book(n)
	s.copyByHand(t, change)
	start := time.Now()
	if err := s.Put(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	t.Logf("put: %v", time.Since(start))
	for _, table := range []string{"book_case", "book_passage", "book_posting_1", "book_near_1"} {
		var size string
		err := s.pool.QueryRow(t.Context(), `SELECT pg_size_pretty(pg_table_size($1::text::regclass)) || ' + ' || pg_size_pretty(pg_indexes_size($1::text::regclass))`, table).Scan(&size)
		t.Log(table, size, err)
	}
	start = time.Now()
	g, err := s.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("reading the generation: %v", time.Since(start))
	for _, filter := range []retrieval.Facets{{}, {Industry: industries[:1]}, {Industry: industries[1:]}} {
		s.measure(t, l, g, change, filter)
	}
}

// copyByHand puts the same vectors into a table of their own by COPY, and indexes them as one would by hand.
func (s *Store) copyByHand(t *testing.T, change retrieval.Change) {
	start := time.Now()
	conn, err := s.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), fmt.Sprintf(`CREATE TEMPORARY TABLE by_hand (id text, embedding vector(%d))`, change.Dim)); err != nil {
		t.Fatal(err)
	}
	_, err = conn.CopyFrom(t.Context(), pgx.Identifier{"by_hand"}, []string{"id", "embedding"}, pgx.CopyFromSlice(len(change.Upsert), func(i int) ([]any, error) {
		return []any{string(change.Upsert[i].Case.ID), pgvector.NewVector(change.Upsert[i].Dense)}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	copied := time.Since(start)
	if _, err := conn.Exec(t.Context(), `CREATE INDEX ON by_hand USING hnsw (embedding vector_cosine_ops)`); err != nil {
		t.Fatal(err)
	}
	t.Logf("by hand: COPY of ids and dense vectors %v (%.0f rows a second), and HNSW %v", copied, float64(len(change.Upsert))/copied.Seconds(), time.Since(start)-copied)
}

func (s *Store) measure(t *testing.T, l *library, g *retrieval.Generation, change retrieval.Change, filter retrieval.Facets) {
	const questions = 40
	times := map[string][]time.Duration{}
	var found int
	lost := map[string]int{}
	for range questions {
		probe := retrieval.Probe{Sparse: l.sparse(16), Dense: l.dense(), Facets: filter, Limit: 100}
		for i, index := range probe.Sparse.Index {
			probe.Sparse.Value[i] = float32(1 / (1 + float64(g.DF[index])/float64(g.Cases)*50))
		}
		var got retrieval.Candidates
		// In random order, as a map has it: who comes second finds the pages in memory.
		for name, ask := range map[string]func(context.Context, retrieval.Probe) error{
			"jirei":        func(ctx context.Context, p retrieval.Probe) (err error) { got, err = s.Candidates(ctx, p); return err },
			"the same SQL": s.raw, "dense alone": s.nearest,
		} {
			start := time.Now()
			if err := ask(t.Context(), probe); err != nil {
				t.Fatal(err)
			}
			times[name] = append(times[name], time.Since(start))
		}
		has := map[cases.ID]bool{}
		for _, c := range got.Found {
			has[c.Case.ID] = true
		}
		found += len(got.Found)
		for sort, value := range map[string]func(retrieval.Entry) float64{
			"sparse": func(e retrieval.Entry) float64 { return e.Row.Dot(probe.Sparse) },
			"dense":  func(e retrieval.Entry) float64 { return cosine(e.Dense, probe.Dense) },
		} {
			for _, id := range best(change.Upsert, filter, value) {
				if !has[id] {
					lost[sort]++
				}
			}
		}
	}
	for name, of := range times {
		slices.Sort(of)
		t.Logf("%v %s: p50 %v p95 %v", filter.Industry, name, of[len(of)/2], of[len(of)*95/100])
	}
	t.Logf("%v: %d found per question; recall@10 sparse %.3f dense %.3f", filter.Industry, found/questions,
		1-float64(lost["sparse"])/float64(10*questions), 1-float64(lost["dense"])/float64(10*questions))
}

// raw runs the same SQL, and reads what comes without looking at it.
func (s *Store) raw(ctx context.Context, probe retrieval.Probe) error {
	at, err := s.load(ctx)
	if err != nil {
		return err
	}
	var batch pgx.Batch
	batch.Queue(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
	batch.Queue(`SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('hnsw.iterative_scan', 'strict_order', true),
		set_config('hnsw.ef_search', '400', true), set_config('hnsw.max_scan_tuples', '1000000', true)`)
	query, args := s.query(probe, at)
	batch.Queue(query, args...)
	batch.Queue(`COMMIT`)
	return s.pool.SendBatch(ctx, &batch).Close()
}

// nearest asks for the nearest by vector alone, as one would by hand.
func (s *Store) nearest(ctx context.Context, probe retrieval.Probe) error {
	return pgx.BeginTxFunc(ctx, s.pool, snapshotRead, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL hnsw.iterative_scan = strict_order; SET LOCAL hnsw.ef_search = 400; SET LOCAL hnsw.max_scan_tuples = 1000000`); err != nil {
			return err
		}
		where, args := "", []any{pgvector.NewVector(probe.Dense)}
		if len(probe.Facets.Industry) > 0 {
			where, args = "WHERE c.industry = ANY($2)", append(args, probe.Facets.Industry)
		}
		rows, err := tx.Query(ctx, `SELECT case_id FROM book_near_1 n JOIN book_case c ON c.id = n.case_id `+where+` ORDER BY n.embedding <=> $1 LIMIT 100`, args...)
		if err != nil {
			return err
		}
		_, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
}

func cosine(a, b []float32) float64 {
	var dot, aa float64
	for i := range a {
		dot, aa = dot+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i])
	}
	return dot * dot / aa * map[bool]float64{true: 1, false: -1}[dot > 0] // in order of the cosine
}

// best returns the ten best cases that meet a filter, the slow way.
func best(entries []retrieval.Entry, filter retrieval.Facets, value func(retrieval.Entry) float64) []cases.ID {
	type scored struct {
		id    cases.ID
		value float64
	}
	var all []scored
	for _, e := range entries {
		if filter.Judge(e.Case).OK() {
			all = append(all, scored{e.Case.ID, value(e)})
		}
	}
	slices.SortFunc(all, func(a, b scored) int { return cmp.Compare(b.value, a.value) })
	ids := []cases.ID{}
	for _, x := range all[:min(10, len(all))] {
		ids = append(ids, x.id)
	}
	return ids
}
