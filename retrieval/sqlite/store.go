// Package sqlite is retrieval's Store on one SQLite file, without cgo.
//
// [Open] (store.go) is the way in. A small book (up to
// retrieval.ExactPassages) is kept in memory as a retrieval.Snapshot, made
// again when the generation in the file has moved, so that `jirei index`
// beside a running bot is seen by the next question. A larger one is searched
// in the file: postings by SQL, dense vectors by sqlite-vec (search.go).
// Facets are always answered by SQL (facets.go); write.go makes a change the
// new generation in one transaction, and kept.go keeps what models made.
package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/sqlite/file"

	_ "modernc.org/sqlite/vec" // registers sqlite-vec's vec0 tables with the driver
)

// Store keeps a book in a SQLite file. It implements retrieval.Store.
type Store struct {
	db *sql.DB
	// number reads the current generation's number, before every search.
	number *sql.Stmt
	// exact is retrieval.ExactPassages, except in tests of the other way.
	exact int

	mu       sync.Mutex
	current  *retrieval.Generation
	snapshot *retrieval.Snapshot // nil for a book too large
}

// Open opens or creates the store in the file at path. Errors are sentences
// with a hint where a person can do something about them.
func Open(ctx context.Context, path string) (*Store, error) {
	db, err := file.Open(path)
	if err != nil {
		return nil, err
	}
	if err := file.Migrate(ctx, db, "book", schema); err != nil {
		_ = db.Close() // the migration's error says more
		return nil, err
	}
	number, err := db.PrepareContext(ctx, `SELECT number FROM book_generation`)
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("preparing to read the generation: %w", err)
	}
	return &Store{db: db, number: number, exact: retrieval.ExactPassages}, nil
}

// Close closes the file.
func (s *Store) Close() error {
	return errors.Join(s.number.Close(), s.db.Close())
}

var schema = []string{`
CREATE TABLE book_generation (
	one          INTEGER PRIMARY KEY CHECK (one = 1), -- there is one current generation
	number       INTEGER NOT NULL,
	book         TEXT NOT NULL, -- id, title, source as JSON
	features     TEXT NOT NULL,
	average      REAL NOT NULL,
	average_line REAL NOT NULL,
	model        TEXT NOT NULL,
	dim          INTEGER NOT NULL,
	postings     INTEGER NOT NULL -- 1 when book_posting and book_df are filled: a large book
);
CREATE TABLE book_case (
	id          TEXT PRIMARY KEY,
	page        INTEGER NOT NULL UNIQUE,
	title       TEXT NOT NULL,
	measures    TEXT NOT NULL, -- JSON array
	industry    TEXT NOT NULL,
	employees   TEXT NOT NULL,
	size_min    INTEGER, -- both NULL where the row states no size
	size_max    INTEGER, -- 0: open
	stars       INTEGER NOT NULL,
	corrections TEXT NOT NULL, -- JSON array
	hash        TEXT NOT NULL
);
CREATE TABLE book_category (
	case_id TEXT NOT NULL REFERENCES book_case (id) ON DELETE CASCADE,
	place   INTEGER NOT NULL, -- the order in the cell
	name    TEXT NOT NULL,
	PRIMARY KEY (case_id, place)
) WITHOUT ROWID;
CREATE TABLE book_passage (
	passage INTEGER PRIMARY KEY,
	case_id TEXT NOT NULL REFERENCES book_case (id) ON DELETE CASCADE,
	line    TEXT, -- NULL: the row itself
	sparse  BLOB NOT NULL -- uint32 index and float32 value, little endian, ascending
);
CREATE INDEX book_passage_case ON book_passage (case_id);
CREATE TABLE book_posting (
	feature INTEGER NOT NULL,
	passage INTEGER NOT NULL,
	weight  REAL NOT NULL,
	PRIMARY KEY (feature, passage)
) WITHOUT ROWID;
CREATE TABLE book_df (feature INTEGER PRIMARY KEY, cases INTEGER NOT NULL);
`, `
-- vectors by the phrase model, float32 little endian; of a row several, one after the other
ALTER TABLE book_passage ADD COLUMN phrase BLOB NOT NULL DEFAULT x'';
`, `
-- the vector of retrieval.ProbeText, by which a model that changed under its name is known
ALTER TABLE book_generation ADD COLUMN probe BLOB NOT NULL DEFAULT x'';
CREATE TABLE book_made (
	maker TEXT NOT NULL,
	key   TEXT NOT NULL,
	value BLOB NOT NULL,
	PRIMARY KEY (maker, key)
);
`}

// Current implements retrieval.Store.
func (s *Store) Current(ctx context.Context) (*retrieval.Generation, error) {
	g, _, err := s.load(ctx)
	return g, err
}

// load returns the current generation, and its snapshot if the book is small,
// reading the file again only when the generation has moved.
func (s *Store) load(ctx context.Context) (*retrieval.Generation, *retrieval.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var number int64
	err := s.number.QueryRowContext(ctx).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return &retrieval.Generation{}, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the generation: %w", err)
	}
	if s.current != nil && s.current.Number == number {
		return s.current, s.snapshot, nil
	}
	// One read transaction: a Put in between must not mix two generations.
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the book: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	g, snapshot, err := s.read(ctx, tx)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the book: %w", err)
	}
	s.current, s.snapshot = g, snapshot
	return g, snapshot, nil
}

func (s *Store) read(ctx context.Context, tx *sql.Tx) (*retrieval.Generation, *retrieval.Snapshot, error) {
	g := &retrieval.Generation{Hashes: map[cases.ID]string{}}
	var book string
	var postings bool
	var probe []byte
	err := tx.QueryRowContext(ctx, `SELECT number, book, features, average, average_line, model, dim, probe, postings,
		(SELECT count(*) FROM book_passage) FROM book_generation`).Scan(
		&g.Number, &book, &g.Features, &g.Average, &g.AverageLine, &g.Model, &g.Dim, &probe, &postings, &g.Passages)
	if err != nil {
		return nil, nil, err
	}
	g.Probe = embeddings.Floats(probe)
	if g.Dim > 0 {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM book_dense`).Scan(&g.Vectors); err != nil {
			return nil, nil, err
		}
	}
	if err := json.Unmarshal([]byte(book), &g.Book); err != nil {
		return nil, nil, err
	}
	all, err := readCases(ctx, tx, `SELECT `+caseColumns+` FROM book_case c ORDER BY page`)
	if err != nil {
		return nil, nil, err
	}
	list := make([]cases.Case, len(all))
	for i, c := range all {
		list[i] = c.Case
		g.Hashes[c.ID] = c.hash
	}
	g.Describe(list)
	if postings {
		g.DF, err = readDF(ctx, tx)
		return g, nil, err
	}
	entries, err := readEntries(ctx, tx, all, g.Dim)
	if err != nil {
		return nil, nil, err
	}
	snapshot := retrieval.NewSnapshot(g.Number, entries)
	g.DF = snapshot.DF()
	return g, snapshot, nil
}

func readDF(ctx context.Context, tx *sql.Tx) (map[uint32]int, error) {
	df := map[uint32]int{}
	err := each(ctx, tx, `SELECT feature, cases FROM book_df`, nil, func(scan func(...any) error) error {
		var feature uint32
		var n int
		if err := scan(&feature, &n); err != nil {
			return err
		}
		df[feature] = n
		return nil
	})
	return df, err
}

// readEntries reads the passages of a small book, in page order.
func readEntries(ctx context.Context, tx *sql.Tx, all []storedCase, dim int) ([]retrieval.Entry, error) {
	entries := make([]retrieval.Entry, len(all))
	at := make(map[string]int, len(all))
	for i, c := range all {
		entries[i] = retrieval.Entry{Case: c.Case, Hash: c.hash}
		at[string(c.ID)] = i
	}
	owner := map[int64]int{}
	err := each(ctx, tx, `SELECT passage, case_id, line, sparse, phrase FROM book_passage ORDER BY passage`, nil, func(scan func(...any) error) error {
		var passage int64
		var id string
		var line sql.NullString
		var sparse, phrase []byte
		if err := scan(&passage, &id, &line, &sparse, &phrase); err != nil {
			return err
		}
		e := &entries[at[id]]
		if line.Valid {
			e.Lines = append(e.Lines, retrieval.Line{Text: line.String, Sparse: decodeSparse(sparse), Phrase: embeddings.Floats(phrase)})
		} else {
			e.Row, e.Phrase = decodeSparse(sparse), embeddings.Floats(phrase)
			owner[passage] = at[id]
		}
		return nil
	})
	if err != nil || dim == 0 {
		return entries, err
	}
	err = each(ctx, tx, `SELECT passage, embedding FROM book_dense`, nil, func(scan func(...any) error) error {
		var passage int64
		var blob []byte
		if err := scan(&passage, &blob); err != nil {
			return err
		}
		entries[owner[passage]].Dense = embeddings.Floats(blob)
		return nil
	})
	return entries, err
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each runs a query and calls use for every row.
func each(ctx context.Context, q querier, query string, args []any, use func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what matters
	for rows.Next() {
		if err := use(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func encodeSparse(v embeddings.Sparse) []byte {
	blob := make([]byte, 0, 8*len(v.Index))
	for i, index := range v.Index {
		blob = binary.LittleEndian.AppendUint32(blob, index)
		blob = binary.LittleEndian.AppendUint32(blob, math.Float32bits(v.Value[i]))
	}
	return blob
}

func decodeSparse(blob []byte) embeddings.Sparse {
	n := len(blob) / 8
	v := embeddings.Sparse{Index: make([]uint32, n), Value: make([]float32, n)}
	for i := range n {
		v.Index[i] = binary.LittleEndian.Uint32(blob[8*i:])
		v.Value[i] = math.Float32frombits(binary.LittleEndian.Uint32(blob[8*i+4:]))
	}
	return v
}
