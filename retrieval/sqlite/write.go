package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// Put implements retrieval.Store. Everything happens in one transaction, so a
// kill leaves the old book, and readers see the old one until the commit.
func (s *Store) Put(ctx context.Context, change retrieval.Change) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("storing the book: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := s.put(ctx, tx, change); err != nil {
		return fmt.Errorf("storing the book: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("storing the book: %w", err)
	}
	return nil
}

func (s *Store) put(ctx context.Context, tx *sql.Tx, change retrieval.Change) error {
	if err := dense(ctx, tx, change.Model, change.Dim); err != nil {
		return err
	}
	for _, id := range change.Remove {
		if err := remove(ctx, tx, string(id)); err != nil {
			return err
		}
	}
	// All old rows go before the first new one: pages are unique, and a new
	// case may stand on the page of one that moves.
	for _, e := range change.Upsert {
		if err := remove(ctx, tx, string(e.Case.ID)); err != nil {
			return err
		}
	}
	for _, e := range change.Upsert {
		if err := insert(ctx, tx, e); err != nil {
			return fmt.Errorf("page %d: %w", e.Case.Page, err)
		}
	}
	postings, err := s.post(ctx, tx)
	if err != nil {
		return fmt.Errorf("postings: %w", err)
	}
	book, err := json.Marshal(change.Book)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO book_generation (one, number, book, features, average, average_line, model, dim, probe, postings)
		VALUES (1, 1, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (one) DO UPDATE SET number = number + 1, book = excluded.book, features = excluded.features, average = excluded.average,
			average_line = excluded.average_line, model = excluded.model, dim = excluded.dim, probe = excluded.probe, postings = excluded.postings`,
		string(book), change.Features, change.Average, change.AverageLine, change.Model, change.Dim, embeddings.Bytes(change.Probe), postings)
	return err
}

// dense makes the table of dense vectors fit the model and dimension. Vectors
// of another model cannot be compared, be they as long or not, so they go.
func dense(ctx context.Context, tx *sql.Tx, model string, dim int) error {
	var before string
	var now int
	err := tx.QueryRowContext(ctx, `SELECT coalesce(max(model), ''), coalesce(max(dim), 0) FROM book_generation`).Scan(&before, &now)
	if err != nil || now == dim && before == model {
		return err
	}
	if now > 0 {
		if _, err := tx.ExecContext(ctx, `DROP TABLE book_dense`); err != nil {
			return err
		}
	}
	if dim == 0 {
		return nil
	}
	// vec0 takes no parameters in its definition; dim is an int.
	_, err = tx.ExecContext(ctx, fmt.Sprintf(`CREATE VIRTUAL TABLE book_dense USING vec0(passage INTEGER PRIMARY KEY, embedding float[%d] distance_metric=cosine)`, dim))
	return err
}

func remove(ctx context.Context, tx *sql.Tx, id string) error {
	var dim int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'book_dense'`).Scan(&dim); err != nil {
		return err
	}
	if dim > 0 {
		if _, err := tx.ExecContext(ctx, `DELETE FROM book_dense WHERE passage IN (SELECT passage FROM book_passage WHERE case_id = ?)`, id); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM book_case WHERE id = ?`, id) // cascades
	return err
}

func insert(ctx context.Context, tx *sql.Tx, e retrieval.Entry) error {
	c := e.Case
	measures, err := json.Marshal(c.Measures)
	if err != nil {
		return err
	}
	corrections, err := json.Marshal(c.Corrections)
	if err != nil {
		return err
	}
	var low, high any
	if c.Size != nil {
		low, high = c.Size.Min, c.Size.Max
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO book_case (id, page, title, measures, industry, employees, size_min, size_max, stars, corrections, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(c.ID), c.Page, c.Title, string(measures), c.Industry, c.Employees, low, high, c.Stars, string(corrections), e.Hash); err != nil {
		return err
	}
	for place, name := range c.Categories {
		if _, err := tx.ExecContext(ctx, `INSERT INTO book_category (case_id, place, name) VALUES (?, ?, ?)`, string(c.ID), place, name); err != nil {
			return err
		}
	}
	row, err := tx.ExecContext(ctx, `INSERT INTO book_passage (case_id, sparse, phrase) VALUES (?, ?, ?)`, string(c.ID), encodeSparse(e.Row), embeddings.Bytes(e.Phrase))
	if err != nil {
		return err
	}
	for _, line := range e.Lines {
		if _, err := tx.ExecContext(ctx, `INSERT INTO book_passage (case_id, line, sparse, phrase) VALUES (?, ?, ?, ?)`,
			string(c.ID), line.Text, encodeSparse(line.Sparse), embeddings.Bytes(line.Phrase)); err != nil {
			return err
		}
	}
	if e.Dense == nil {
		return nil
	}
	passage, err := row.LastInsertId()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO book_dense (passage, embedding) VALUES (?, ?)`, passage, embeddings.Bytes(e.Dense))
	return err
}

// post fills the postings and document frequencies of a book too large for
// memory, and empties them for a small one. It reports which it is.
func (s *Store) post(ctx context.Context, tx *sql.Tx) (bool, error) {
	if _, err := tx.ExecContext(ctx, `DELETE FROM book_posting; DELETE FROM book_df`); err != nil {
		return false, err
	}
	var passages int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM book_passage`).Scan(&passages); err != nil || passages <= s.exact {
		return false, err
	}
	post, err := tx.PrepareContext(ctx, `INSERT INTO book_posting (feature, passage, weight) VALUES (?, ?, ?)`)
	if err != nil {
		return false, err
	}
	defer func() { _ = post.Close() }() // the transaction's end closes it too
	df, seen := map[uint32]int{}, map[uint32]string{}
	err = each(ctx, tx, `SELECT passage, case_id, sparse FROM book_passage ORDER BY case_id`, nil, func(scan func(...any) error) error {
		var passage int64
		var id string
		var blob []byte
		if err := scan(&passage, &id, &blob); err != nil {
			return err
		}
		v := decodeSparse(blob)
		for i, feature := range v.Index {
			if seen[feature] != id {
				seen[feature] = id
				df[feature]++
			}
			if _, err := post.ExecContext(ctx, feature, passage, v.Value[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	for feature, n := range df {
		if _, err := tx.ExecContext(ctx, `INSERT INTO book_df (feature, cases) VALUES (?, ?)`, feature, n); err != nil {
			return false, err
		}
	}
	return true, nil
}
