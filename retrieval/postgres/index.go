package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	pgvector "github.com/pgvector/pgvector-go"
)

// list is the postings of one feature.
type list struct {
	passages []int32
	weights  []float32
	cases    int
	last     string // the case counted last
}

// post writes the postings of a large book into a table of their own and returns its name. A feature is one row with two arrays, which
// at 100,000 passages is a ninth of what a row per posting takes, and read as fast.
func post(ctx context.Context, tx pgx.Tx, number int64) (string, error) {
	table := fmt.Sprintf("book_posting_%d", number)
	if _, err := tx.Exec(ctx, `CREATE TABLE `+name(table)+` (feature int PRIMARY KEY, cases int NOT NULL, passages int[] NOT NULL, weights real[] NOT NULL)`); err != nil {
		return "", err
	}
	postings := map[uint32]*list{}
	rows, err := tx.Query(ctx, `SELECT passage, case_id, sparse, more FROM book_passage ORDER BY case_id, passage`)
	if err != nil {
		return "", err
	}
	var passage int32
	var id string
	var stored pgvector.SparseVector
	var more []byte
	_, err = pgx.ForEachRow(rows, []any{&passage, &id, &stored, &more}, func() error {
		v, err := decodeSparse(stored, more)
		if err != nil {
			return fmt.Errorf("passage %d: %w", passage, err)
		}
		for i, feature := range v.Index {
			l := postings[feature]
			if l == nil {
				l = &list{}
				postings[feature] = l
			}
			l.passages, l.weights = append(l.passages, passage), append(l.weights, v.Value[i])
			if l.cases == 0 || l.last != id {
				l.cases, l.last = l.cases+1, id
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	features := make([]uint32, 0, len(postings))
	for feature := range postings {
		features = append(features, feature)
	}
	slices.Sort(features)
	_, err = tx.CopyFrom(ctx, pgx.Identifier{table}, []string{"feature", "cases", "passages", "weights"}, pgx.CopyFromSlice(len(features), func(i int) ([]any, error) {
		l := postings[features[i]]
		return []any{int32(features[i]), l.cases, l.passages, l.weights}, nil
	}))
	if err != nil {
		return "", err
	}
	// A plan made before autovacuum comes by would take the table for an empty one.
	_, err = tx.Exec(ctx, `ANALYZE `+name(table)+`, book_case, book_passage`)
	return table, err
}

// index makes the HNSW index of a large book's vectors where it has none. m and ef_construction are pgvector's own defaults: at 100,000
// x 768 the graph then takes as much room as the vectors, and more of either buys little that ef_search does not.
func index(ctx context.Context, tx pgx.Tx, near string, dim int) error {
	if near == "" || dim > halved {
		return nil
	}
	column := "embedding vector_cosine_ops"
	if dim > indexed {
		column = fmt.Sprintf("(embedding::halfvec(%d)) halfvec_cosine_ops", dim)
	}
	build := func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `CREATE INDEX IF NOT EXISTS `+name(near+"_hnsw")+` ON `+name(near)+` USING hnsw (`+column+`) WITH (m = 16, ef_construction = 64)`)
		return err
	}
	err := pgx.BeginFunc(ctx, tx, build)
	var server *pgconn.PgError
	if errors.As(err, &server) && server.Code == "53100" {
		// Workers share the graph in /dev/shm, of which a container has 64 MB unless it was given more (--shm-size). One alone needs none.
		if _, err := tx.Exec(ctx, `SET LOCAL max_parallel_maintenance_workers = 0`); err != nil {
			return err
		}
		err = pgx.BeginFunc(ctx, tx, build)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `ANALYZE `+name(near))
	}
	return err
}

// sweep drops the tables that no generation names any more: those of the one before, and of a Put that was killed after it had committed.
// What cannot be dropped now, the next Put drops, so nobody need hear of it.
func sweep(ctx context.Context, pool *pgxpool.Pool) {
	rows, err := pool.Query(ctx, `SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname ~ '^book_(near|posting)_[0-9]+$'
		AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'book_generation'::regclass)`)
	if err != nil {
		return
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return
	}
	for _, table := range tables {
		// Each in a transaction of its own: with one table locked while it waits for the other, it would stand in the way of a reader that has the
		// other and waits for the one.
		_ = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			// A Put that is under way may yet name a table that it took over.
			if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '2s'; LOCK TABLE book_generation IN EXCLUSIVE MODE`); err != nil {
				return err
			}
			var named bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM book_generation WHERE $1 IN (near, posting))`, table).Scan(&named); err != nil || named {
				return err
			}
			_, err := tx.Exec(ctx, `DROP TABLE IF EXISTS `+name(table))
			return err
		})
	}
}
