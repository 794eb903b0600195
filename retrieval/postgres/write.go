package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	pgvector "github.com/pgvector/pgvector-go"

	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

// Put implements retrieval.Store. Everything happens in one transaction, so a kill leaves the old book, and readers see the old one,
// undisturbed, until the commit: nothing that they read is locked.
func (s *Store) Put(ctx context.Context, change retrieval.Change) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return s.put(ctx, tx, change) })
	if err != nil {
		return db.Explain(fmt.Errorf("storing the book: %w", err))
	}
	sweep(ctx, s.pool)
	return nil
}

func (s *Store) put(ctx context.Context, tx pgx.Tx, change retrieval.Change) error {
	// Two replicas that index at once do it one after the other; readers do not mind this lock.
	if _, err := tx.Exec(ctx, `LOCK TABLE book_generation IN EXCLUSIVE MODE`); err != nil {
		return err
	}
	var before retrieval.Generation
	var was layout
	err := tx.QueryRow(ctx, `SELECT coalesce(max(number), 0), coalesce(max(model), ''), coalesce(max(dim), 0), coalesce(max(near), '') FROM book_generation`).Scan(
		&before.Number, &before.Model, &before.Dim, &was.near)
	if err != nil {
		return err
	}
	if before.Model != change.Model || before.Dim != change.Dim {
		was.near = "" // vectors of another model cannot be compared, be they as long or not
	}
	// All old rows go before the first new one: pages are unique, and a new case may stand on the page of one that moves.
	gone := make([]string, 0, len(change.Remove)+len(change.Upsert))
	for _, id := range change.Remove {
		gone = append(gone, string(id))
	}
	for _, e := range change.Upsert {
		gone = append(gone, string(e.Case.ID))
	}
	if _, err := tx.Exec(ctx, `DELETE FROM book_case WHERE id = ANY($1::text[])`, gone); err != nil { // cascades
		return err
	}
	if err := insert(ctx, tx, change.Upsert); err != nil {
		return err
	}
	now := layout{}
	if now.near, err = vectors(ctx, tx, change, was.near, before.Number+1, gone); err != nil {
		return fmt.Errorf("dense vectors: %w", err)
	}
	var passages int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM book_passage`).Scan(&passages); err != nil {
		return err
	}
	if passages > s.exact {
		if now.posting, err = post(ctx, tx, before.Number+1); err != nil {
			return fmt.Errorf("postings: %w", err)
		}
		if err := index(ctx, tx, now.near, change.Dim); err != nil {
			return fmt.Errorf("indexing dense vectors: %w", err)
		}
	}
	return switchTo(ctx, tx, change, now)
}

// switchTo makes the change the current generation.
func switchTo(ctx context.Context, tx pgx.Tx, change retrieval.Change, now layout) error {
	book, err := json.Marshal(change.Book)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO book_generation AS g (number, book, features, average, average_line, model, dim, near, posting, probe)
		VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (one) DO UPDATE SET number = g.number + 1, book = excluded.book, features = excluded.features, average = excluded.average,
			average_line = excluded.average_line, model = excluded.model, dim = excluded.dim, near = excluded.near, posting = excluded.posting,
			probe = excluded.probe`,
		string(book), change.Features, change.Average, change.AverageLine, change.Model, change.Dim, now.near, now.posting, embeddings.Bytes(change.Probe))
	return err
}

// insert adds cases and their passages by COPY.
func insert(ctx context.Context, tx pgx.Tx, entries []retrieval.Entry) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"book_case"},
		[]string{"id", "page", "title", "measures", "industry", "categories", "employees", "size_min", "size_max", "stars", "corrections", "hash"},
		pgx.CopyFromSlice(len(entries), func(i int) ([]any, error) {
			c := entries[i].Case
			corrections, err := json.Marshal(c.Corrections)
			if err != nil {
				return nil, err
			}
			var low, high *int
			if c.Size != nil {
				low, high = &c.Size.Min, &c.Size.Max
			}
			return []any{string(c.ID), c.Page, c.Title, append([]string{}, c.Measures...), c.Industry, append([]string{}, c.Categories...), c.Employees, low, high, c.Stars, string(corrections), entries[i].Hash}, nil
		}))
	if err != nil {
		return fmt.Errorf("cases: %w", err)
	}
	// Numbers and not a sequence: postings are arrays of them, and a book replaced whole begins again at 1.
	var passage int
	if err := tx.QueryRow(ctx, `SELECT coalesce(max(passage), 0) FROM book_passage`).Scan(&passage); err != nil {
		return err
	}
	at, line := 0, -1 // -1 is the row
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"book_passage"}, []string{"passage", "case_id", "line", "sparse", "more", "phrase"},
		pgx.CopyFromFunc(func() ([]any, error) {
			for at < len(entries) && line == len(entries[at].Lines) {
				at, line = at+1, -1
			}
			if at == len(entries) {
				return nil, nil // done, says CopyFromFunc
			}
			e := entries[at]
			sparse, phrase, text := e.Row, e.Phrase, (*string)(nil)
			if line >= 0 {
				l := &e.Lines[line]
				sparse, phrase, text = l.Sparse, l.Phrase, &l.Text
			}
			passage, line = passage+1, line+1
			vector, more := encodeSparse(sparse)
			return []any{passage, string(e.Case.ID), text, vector, more, embeddings.Bytes(phrase)}, nil
		}))
	if err != nil {
		return fmt.Errorf("passages: %w", err)
	}
	return nil
}

// vectors stores the dense vectors in the table of those before, or in a new one, and returns its name. A new one is not seen by readers
// until the generation is switched, and filling it before it is indexed is many times faster.
func vectors(ctx context.Context, tx pgx.Tx, change retrieval.Change, before string, number int64, gone []string) (string, error) {
	dense := make([]retrieval.Entry, 0, len(change.Upsert))
	for _, e := range change.Upsert {
		if len(e.Dense) > 0 && len(e.Dense) != change.Dim {
			return "", fmt.Errorf("page %d has a vector of %d dimensions, not %d", e.Case.Page, len(e.Dense), change.Dim)
		}
		if len(e.Dense) > 0 {
			dense = append(dense, e)
		}
	}
	if change.Dim == 0 {
		return "", nil
	}
	table := before
	if before == "" || len(gone) > whole {
		table = fmt.Sprintf("book_near_%d", number)
		if _, err := tx.Exec(ctx, fmt.Sprintf(`CREATE TABLE %s (case_id text COLLATE "C" PRIMARY KEY, embedding vector(%d) NOT NULL)`, name(table), change.Dim)); err != nil {
			return "", err
		}
		if change.Dim <= indexed { // in the row, since it fits: beside it each comparison would be one more look-up
			if _, err := tx.Exec(ctx, `ALTER TABLE `+name(table)+` ALTER COLUMN embedding SET STORAGE PLAIN`); err != nil {
				return "", err
			}
		}
		if before != "" {
			if _, err := tx.Exec(ctx, `INSERT INTO `+name(table)+` SELECT * FROM `+name(before)+` WHERE case_id <> ALL($1::text[])`, gone); err != nil {
				return "", err
			}
		}
	} else if _, err := tx.Exec(ctx, `DELETE FROM `+name(before)+` WHERE case_id = ANY($1::text[])`, gone); err != nil {
		return "", err
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, []string{"case_id", "embedding"}, pgx.CopyFromSlice(len(dense), func(i int) ([]any, error) {
		return []any{string(dense[i].Case.ID), pgvector.NewVector(dense[i].Dense)}, nil
	}))
	return table, err
}

// whole is how many changed cases make a new table of vectors: an index that grows by one costs some milliseconds, and one that is built
// anew a third of one per vector.
const whole = 1_000
