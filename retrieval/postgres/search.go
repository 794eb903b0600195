package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	pgvector "github.com/pgvector/pgvector-go"

	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

// How a large book is searched; docs/decisions/postgres.md has the measures.
const (
	// budget is how many postings a question reads, those of its rarest features first: what stands in every other case costs most and says
	// least. Whoever shares a rare feature is then scored by all of them.
	budget = 20_000
	// finalists is how many passages are scored by the whole vector.
	finalists = 2_000
	// few is how many cases a filter may leave for all of them to be compared; above, an index is searched through the filter.
	few = 5_000
	// effort is how many vectors HNSW keeps in view: recall@10 is 0.98 at 100,000.
	effort = 400
	// farthest is how many vectors HNSW visits at most before it gives up on a filter. One that leaves more than few of them is
	// met long before; the default of 20,000 would starve one that leaves few of a million.
	farthest = 1_000_000
)

// Candidates implements retrieval.Store.
func (s *Store) Candidates(ctx context.Context, probe retrieval.Probe) (retrieval.Candidates, error) {
	// Of a large book what is in memory will do: the search itself looks whether it is still the current one, and costs no second round trip.
	at := s.held()
	for before := int64(0); ; {
		if at.layout.posting == "" {
			var err error
			if at, err = s.load(ctx); err != nil {
				return retrieval.Candidates{}, err
			}
		}
		if at.generation.Number == 0 {
			return retrieval.Candidates{}, nil
		}
		if at.snapshot != nil {
			return at.snapshot.Candidates(probe), nil
		}
		found, err := s.large(ctx, probe, at)
		// A Put came in between and another book was read, or the tables of this one are gone already. Look again: each turn needs a Put of its own.
		if errors.Is(err, errMoved) || isGone(err) && at.generation.Number != before {
			before, at = at.generation.Number, state{}
			continue
		}
		if err != nil {
			return retrieval.Candidates{}, db.Explain(fmt.Errorf("searching the book: %w", err))
		}
		return found, nil
	}
}

// held returns what is in memory, without asking whether it is current.
func (s *Store) held() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return state{s.current, s.layout, s.snapshot}
}

var errMoved = errors.New("the generation has moved")

// isGone says that a table does not exist.
func isGone(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == "42P01"
}

// large finds the best cases of a large book and loads them with their passages, in one round trip. They go through a Snapshot, so
// that scores cannot differ from a small book's.
func (s *Store) large(ctx context.Context, probe retrieval.Probe, at state) (retrieval.Candidates, error) {
	var batch pgx.Batch
	batch.Queue(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
	// A plan for these very parameters: one for any would not know how many cases a filter leaves, nor that the limit is small. And no
	// just-in-time compilation, which would take longer than the search.
	batch.Queue(`SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('hnsw.iterative_scan', 'strict_order', true),
		set_config('hnsw.ef_search', $1, true), set_config('hnsw.max_scan_tuples', $2, true)`,
		strconv.Itoa(min(max(effort, probe.Limit), 1000)), strconv.Itoa(farthest))
	var number int64
	batch.Queue(`SELECT number FROM book_generation`).QueryRow(func(row pgx.Row) error { return row.Scan(&number) })
	var entries []retrieval.Entry
	query, args := s.query(probe, at)
	batch.Queue(query, args...).Query(func(rows pgx.Rows) (err error) {
		entries, err = pgx.CollectRows(rows, readEntry)
		return err
	})
	batch.Queue(`COMMIT`)
	if err := s.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return retrieval.Candidates{}, err
	}
	if number != at.generation.Number {
		return retrieval.Candidates{}, errMoved
	}
	return retrieval.NewSnapshot(number, entries).Candidates(probe), nil
}

// statement is the search of one question, while it is being written: common table expressions, of which some are lists of case ids.
type statement struct {
	with, ids string
	in        params
	limit     string
	// meets is what the facets ask for as SQL, "" where nothing is asked.
	meets string
}

func (q *statement) table(name, query string) {
	q.with += ",\n" + name + " AS MATERIALIZED (" + query + ")"
}

func (q *statement) list(name, query string) {
	q.table(name, query)
	q.ids += " UNION SELECT case_id FROM " + name
}

// query writes the search. Each sort is a list of case ids of its own: the best by features and the nearest by vector, of the whole book
// and, where facets are stated, of the cases that meet them, so that a filter never starves the result. Of the two ways through a filter
// the server takes the one that suits the number of cases it leaves, and does not touch the other.
func (s *Store) query(probe retrieval.Probe, at state) (string, []any) {
	q := &statement{with: "asked AS (SELECT 1)", ids: "SELECT NULL WHERE false", limit: strconv.Itoa(probe.Limit)}
	if !probe.Facets.Empty() {
		q.meets = conditions(probe.Facets, &q.in) + " AND coalesce(" + overlaps(probe.Facets.Size, &q.in) + ", true)"
		q.table("chosen", `SELECT c.id FROM book_case c WHERE `+q.meets+` LIMIT `+strconv.Itoa(s.few+1))
		q.table("few", `SELECT count(*) <= `+strconv.Itoa(s.few)+` AS yes FROM chosen`)
	}
	if len(probe.Sparse.Index) > 0 {
		q.match(probe.Sparse, at.layout.posting, s.budget)
	}
	if len(probe.Dense) > 0 && len(probe.Dense) == at.generation.Dim && at.layout.near != "" {
		q.near(probe.Dense, at.layout.near)
	}
	return "WITH " + q.with + ",\nids (case_id) AS (" + q.ids + ")\n" + entriesOf(at.layout.near, "ids", "case_id"), q.in
}

// match adds the lists by features.
func (q *statement) match(sparse embeddings.Sparse, posting string, budget int) {
	features := make([]int32, len(sparse.Index))
	for i, index := range sparse.Index {
		features[i] = int32(index)
	}
	vector, _ := encodeSparse(sparse)
	far := "case_id, sparse <#> " + q.in.add(vector) + "::sparsevec AS far" // the inner product, negative so that an index could sort by it
	q.table("probe", `SELECT feature, weight, sum(cardinality(passages)) OVER (ORDER BY cases, feature) - cardinality(passages) AS before
		FROM unnest(`+q.in.add(features)+`::int[], `+q.in.add(sparse.Value)+`::real[]) AS q (feature, weight) JOIN `+name(posting)+` USING (feature)`)
	q.table("dots", `SELECT u.passage, sum(u.weight * probe.weight) AS dot FROM probe JOIN `+name(posting)+` p USING (feature)
		CROSS JOIN LATERAL unnest(p.passages, p.weights) AS u (passage, weight) WHERE before < `+strconv.Itoa(budget)+` GROUP BY u.passage`)
	best := func(name, from string) {
		q.list(name, `SELECT case_id FROM (SELECT `+far+` FROM `+from+`) f WHERE far < 0 GROUP BY case_id ORDER BY min(far), case_id LIMIT `+q.limit)
	}
	best("match", `(SELECT passage FROM dots ORDER BY dot DESC LIMIT `+strconv.Itoa(finalists)+`) d JOIN book_passage USING (passage)`)
	if q.meets == "" {
		return
	}
	best("match_few", `chosen c JOIN book_passage ON case_id = c.id WHERE (SELECT yes FROM few)`)
	// Sorted first, so that cases are looked up only until enough of them meet the filter.
	best("match_many", `(SELECT passage, dot FROM dots ORDER BY dot DESC) d JOIN book_passage USING (passage) JOIN book_case c ON c.id = case_id
		WHERE NOT (SELECT yes FROM few) AND `+q.meets+` ORDER BY dot DESC LIMIT `+strconv.Itoa(finalists/2))
}

// near adds the lists by dense vector.
func (q *statement) near(dense []float32, table string) {
	vector := q.in.add(pgvector.NewVector(dense)) + "::vector"
	indexed := nearer(len(dense), vector)
	best := func(name, from, distance string) {
		q.list(name, `SELECT case_id FROM `+from+` ORDER BY `+distance+` LIMIT `+q.limit)
	}
	from := name(table) + " n"
	best("near", from, indexed)
	if q.meets == "" {
		return
	}
	best("near_few", from+` JOIN chosen c ON c.id = case_id WHERE (SELECT yes FROM few)`, `n.embedding <=> `+vector)
	best("near_many", from+` JOIN book_case c ON c.id = case_id WHERE NOT (SELECT yes FROM few) AND `+q.meets, indexed)
}

// indexed is how many dimensions an HNSW index of vectors takes, and halved how many of halfvecs. Beyond that a scan has to do.
const indexed, halved = 2_000, 4_000

// nearer writes the distance to a vector as the index has it.
func nearer(dim int, vector string) string {
	if dim > indexed && dim <= halved {
		return fmt.Sprintf("n.embedding::halfvec(%[1]d) <=> %[2]s::halfvec(%[1]d)", dim, vector)
	}
	return "n.embedding <=> " + vector
}
