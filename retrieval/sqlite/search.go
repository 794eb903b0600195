package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// Candidates implements retrieval.Store.
func (s *Store) Candidates(ctx context.Context, probe retrieval.Probe) (retrieval.Candidates, error) {
	for {
		g, snapshot, err := s.load(ctx)
		if err != nil {
			return retrieval.Candidates{}, err
		}
		if snapshot != nil {
			return snapshot.Candidates(probe), nil
		}
		found, err := s.large(ctx, probe, g)
		if err != nil {
			return retrieval.Candidates{}, fmt.Errorf("searching the file: %w", err)
		}
		// A Put came in between. Its number with nothing found would pass for a
		// book that holds nothing, so look again; each turn needs a Put of its own.
		if found.Generation == g.Number {
			return found, nil
		}
	}
}

// large finds the best cases of a large book by SQL, then loads only their
// passages: the union goes through a Snapshot, so that scores cannot differ.
func (s *Store) large(ctx context.Context, probe retrieval.Probe, g *retrieval.Generation) (retrieval.Candidates, error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return retrieval.Candidates{}, err
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	var number int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) FROM book_generation`).Scan(&number); err != nil {
		return retrieval.Candidates{}, err
	}
	if number != g.Number {
		return retrieval.Candidates{Generation: number}, nil // Candidates looks again
	}
	ids := []string{}
	add := func(query string, args ...any) error {
		return each(ctx, tx, query, args, func(scan func(...any) error) error {
			var id string
			if err := scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
			return nil
		})
	}
	weights, err := json.Marshal(pairs(probe.Sparse))
	if err != nil {
		return retrieval.Candidates{}, err
	}
	filters := []string{"1"}
	var args []any
	if !probe.Facets.Empty() {
		where, values := meeting(probe.Facets)
		filters, args = append(filters, where), values
	}
	for i, where := range filters { // of all, and of those that meet the facets
		values := args[:i*len(args)]
		if err := add(`WITH probe AS MATERIALIZED (SELECT value ->> 0 AS feature, value ->> 1 AS weight FROM json_each(?)),
			dots AS (SELECT p.passage, sum(p.weight * probe.weight) AS dot FROM probe JOIN book_posting p USING (feature) GROUP BY p.passage)
			SELECT case_id FROM dots JOIN book_passage USING (passage) JOIN book_case c ON c.id = case_id
			WHERE `+where+` GROUP BY case_id ORDER BY max(dot) DESC, case_id LIMIT ?`, append(append([]any{string(weights)}, values...), probe.Limit)...); err != nil {
			return retrieval.Candidates{}, err
		}
		if probe.Dense == nil || g.Dim != len(probe.Dense) {
			continue
		}
		if i > 0 {
			where = `passage IN (SELECT passage FROM book_passage JOIN book_case c ON c.id = case_id WHERE line IS NULL AND ` + where + `)`
		}
		if err := add(`SELECT case_id FROM (SELECT passage, distance FROM book_dense WHERE embedding MATCH ? AND k = ? AND `+where+`)
			JOIN book_passage USING (passage) ORDER BY distance`, append([]any{embeddings.Bytes(probe.Dense), probe.Limit}, values...)...); err != nil {
			return retrieval.Candidates{}, err
		}
	}
	entries, err := s.entries(ctx, tx, ids, g.Dim)
	if err != nil {
		return retrieval.Candidates{}, err
	}
	return retrieval.NewSnapshot(g.Number, entries).Candidates(probe), nil
}

// entries loads some cases with their passages, in page order.
func (s *Store) entries(ctx context.Context, tx *sql.Tx, ids []string, dim int) ([]retrieval.Entry, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	stored, err := readCases(ctx, tx, `SELECT `+caseColumns+` FROM book_case c WHERE id IN (SELECT value FROM json_each(?)) ORDER BY page`, string(list))
	if err != nil {
		return nil, err
	}
	entries := make([]retrieval.Entry, len(stored))
	for i, c := range stored {
		e := &entries[i]
		e.Case, e.Hash = c.Case, c.hash
		var row int64
		err := each(ctx, tx, `SELECT passage, line, sparse, phrase FROM book_passage WHERE case_id = ? ORDER BY passage`, []any{string(c.ID)}, func(scan func(...any) error) error {
			var passage int64
			var line sql.NullString
			var sparse, phrase []byte
			if err := scan(&passage, &line, &sparse, &phrase); err != nil {
				return err
			}
			if line.Valid {
				e.Lines = append(e.Lines, retrieval.Line{Text: line.String, Sparse: decodeSparse(sparse), Phrase: embeddings.Floats(phrase)})
				return nil
			}
			row, e.Row, e.Phrase = passage, decodeSparse(sparse), embeddings.Floats(phrase)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if dim == 0 {
			continue
		}
		var blob []byte
		err = tx.QueryRowContext(ctx, `SELECT embedding FROM book_dense WHERE passage = ?`, row).Scan(&blob)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		e.Dense = embeddings.Floats(blob)
	}
	return entries, nil
}

// pairs writes a vector as JSON takes it: [[index, value], …].
func pairs(v embeddings.Sparse) [][2]float64 {
	out := make([][2]float64, len(v.Index))
	for i, index := range v.Index {
		out[i] = [2]float64{float64(index), float64(v.Value[i])}
	}
	return out
}
