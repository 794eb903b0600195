package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	pgvector "github.com/pgvector/pgvector-go"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
)

// storedCase is a case with the hash it was stored with.
type storedCase struct {
	cases.Case
	hash string
}

const caseColumns = `c.id, c.page, c.title, c.measures, c.industry, c.categories, c.employees, c.size_min, c.size_max, c.stars, c.corrections, c.hash`

// into lists where the caseColumns go; the size is two columns, filled in by sized.
func (c *storedCase) into(low, high **int) []any {
	return []any{&c.ID, &c.Page, &c.Title, &c.Measures, &c.Industry, &c.Categories, &c.Employees, low, high, &c.Stars, &c.Corrections, &c.hash}
}

func (c *storedCase) sized(low, high *int) {
	if low != nil && high != nil {
		c.Size = &cases.Size{Min: *low, Max: *high}
	}
}

func readCases(ctx context.Context, q querier, query string, args ...any) ([]storedCase, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (storedCase, error) {
		var c storedCase
		var low, high *int
		err := row.Scan(c.into(&low, &high)...)
		c.sized(low, high)
		return c, err
	})
}

func readDF(ctx context.Context, q querier, posting string) (map[uint32]int, error) {
	rows, err := q.Query(ctx, `SELECT feature, cases FROM `+name(posting))
	if err != nil {
		return nil, err
	}
	df := map[uint32]int{}
	var feature uint32
	var n int
	_, err = pgx.ForEachRow(rows, []any{&feature, &n}, func() error {
		df[feature] = n
		return nil
	})
	return df, err
}

// name quotes the name of a table; ours come from the database, which anybody with the right to may have edited.
func name(table string) string { return pgx.Identifier{table}.Sanitize() }

// entriesOf writes the query that readEntries reads: the cases whose ids are in a column of a table, in page order. A row per case: with one
// per passage each would carry its whole case again.
func entriesOf(near, ids, column string) string {
	dense, join := "NULL::vector", ""
	if near != "" {
		dense, join = "n.embedding", " LEFT JOIN "+name(near)+" n ON n.case_id = c.id"
	}
	return `SELECT ` + caseColumns + `, p.lines, p.sparse, p.more, p.phrase, ` + dense + `
		FROM book_case c` + join + ` CROSS JOIN LATERAL (SELECT array_agg(line ORDER BY passage) AS lines, array_agg(sparse ORDER BY passage) AS sparse,
			array_agg(more ORDER BY passage) AS more, array_agg(phrase ORDER BY passage) AS phrase FROM book_passage WHERE case_id = c.id) p
		WHERE c.id IN (SELECT ` + column + ` FROM ` + ids + `) ORDER BY c.page`
}

// readEntries reads cases with their passages; query is entriesOf's.
func readEntries(ctx context.Context, q querier, query string, args ...any) ([]retrieval.Entry, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, readEntry)
}

func readEntry(row pgx.CollectableRow) (retrieval.Entry, error) {
	var c storedCase
	var low, high *int
	var lines []*string
	var sparse []pgvector.SparseVector
	var more, phrase [][]byte
	var dense *pgvector.Vector
	if err := row.Scan(append(c.into(&low, &high), &lines, &sparse, &more, &phrase, &dense)...); err != nil {
		return retrieval.Entry{}, err
	}
	c.sized(low, high)
	e := retrieval.Entry{Case: c.Case, Hash: c.hash}
	for i, line := range lines {
		v, err := decodeSparse(sparse[i], more[i])
		if err != nil {
			return e, fmt.Errorf("case %s: %w", c.ID, err)
		}
		if line == nil {
			e.Row, e.Phrase = v, embeddings.Floats(phrase[i])
		} else {
			e.Lines = append(e.Lines, retrieval.Line{Text: *line, Sparse: v, Phrase: embeddings.Floats(phrase[i])})
		}
	}
	if dense != nil {
		e.Dense = dense.Slice()
	}
	return e, nil
}

// most is how many elements a sparsevec holds. One cell may be a mebibyte, so a row can have more features.
const most = 16_000

// encodeSparse makes a vector what pgvector stores, and bytes of the features that it has no room for.
func encodeSparse(v embeddings.Sparse) (pgvector.SparseVector, []byte) {
	n := min(len(v.Index), most)
	elements := make(map[int32]float32, n)
	for i, index := range v.Index[:n] {
		elements[int32(index)] = v.Value[i]
	}
	more := []byte{}
	for i := n; i < len(v.Index); i++ {
		more = binary.LittleEndian.AppendUint32(more, v.Index[i])
		more = binary.LittleEndian.AppendUint32(more, math.Float32bits(v.Value[i]))
	}
	return pgvector.NewSparseVectorFromMap(elements, embeddings.Dimensions), more
}

func decodeSparse(stored pgvector.SparseVector, more []byte) (embeddings.Sparse, error) {
	if len(more)%8 != 0 {
		return embeddings.Sparse{}, fmt.Errorf("%d bytes are no pairs of index and value", len(more))
	}
	n := len(stored.Indices())
	v := embeddings.Sparse{Index: make([]uint32, n, n+len(more)/8), Value: append(make([]float32, 0, n+len(more)/8), stored.Values()...)}
	for i, index := range stored.Indices() {
		v.Index[i] = uint32(index)
	}
	for ; len(more) > 0; more = more[8:] {
		v.Index = append(v.Index, binary.LittleEndian.Uint32(more))
		v.Value = append(v.Value, math.Float32frombits(binary.LittleEndian.Uint32(more[4:])))
	}
	return v, nil
}
