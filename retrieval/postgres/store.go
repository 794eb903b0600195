// Package postgres is retrieval's Store on PostgreSQL with pgvector.
//
// [New] (store.go) is the way in, on a pool that package db has opened. A small book (up to retrieval.ExactPassages) is kept in
// memory as a retrieval.Snapshot, made again when the generation in the database has moved, so that `jirei index` beside running replicas
// is seen by their next question. A larger one is searched in the database, in one round trip (search.go): sparse vectors by packed
// postings, dense ones by HNSW. Facets are typed columns and are always answered by SQL (facets.go). write.go makes a change the new
// generation in one transaction, index.go the tables that only a large book has; kept.go keeps what models made.
//
// What pgvector stores is what scores are made of: the float32 values come back bit for bit, and are scored in Go as SQLite's are.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/embeddings"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

// Store keeps a book in a PostgreSQL database. It implements retrieval.Store.
type Store struct {
	pool *pgxpool.Pool
	// exact is retrieval.ExactPassages, except in tests of the other way; few and budget are theirs, too (search.go).
	exact, few, budget int

	mu       sync.Mutex
	current  *retrieval.Generation
	layout   layout
	snapshot *retrieval.Snapshot // nil for a book too large
}

// layout names the tables of the current generation that come and go; "" for one that it has not.
type layout struct{ near, posting string }

// New brings the tables up to date and returns the store. The pool stays the caller's: others share it.
func New(ctx context.Context, pool *pgxpool.Pool) (*Store, error) {
	if err := db.Migrate(ctx, pool, "book", schema); err != nil {
		return nil, err
	}
	return &Store{pool: pool, exact: retrieval.ExactPassages, few: few, budget: budget}, nil
}

var schema = []string{`
CREATE TABLE book_generation (
	one          boolean PRIMARY KEY DEFAULT true CHECK (one), -- there is one current generation
	number       bigint NOT NULL,
	book         jsonb NOT NULL, -- id, title, source
	features     text NOT NULL,
	average      double precision NOT NULL,
	average_line double precision NOT NULL,
	model        text NOT NULL,
	dim          int NOT NULL,
	near         text NOT NULL, -- the table of its dense vectors, '' without
	posting      text NOT NULL  -- the table of its postings, '' for a small book
);
CREATE TABLE book_case (
	id          text COLLATE "C" PRIMARY KEY,
	page        int NOT NULL UNIQUE,
	title       text NOT NULL,
	measures    text[] NOT NULL,
	industry    text NOT NULL,
	categories  text[] NOT NULL, -- in the order of the cell
	employees   text NOT NULL,
	size_min    int, -- both NULL where the row states no size
	size_max    int, -- 0: open
	stars       int NOT NULL,
	corrections jsonb NOT NULL,
	hash        text NOT NULL
);
-- For the filters of a large book; a small one's are faster without, and the planner knows.
CREATE INDEX book_case_industry ON book_case (industry);
CREATE INDEX book_case_categories ON book_case USING gin (categories);
CREATE TABLE book_passage (
	passage int PRIMARY KEY,
	case_id text COLLATE "C" NOT NULL REFERENCES book_case (id) ON DELETE CASCADE,
	line    text, -- NULL: the row itself
	sparse  sparsevec(1000000000) NOT NULL,
	more    bytea NOT NULL, -- features beyond the 16,000 that a sparsevec holds: uint32 index, float32 value, little endian
	phrase  bytea NOT NULL  -- vectors by the phrase model, float32 little endian; of a row several, one after the other
);
CREATE INDEX book_passage_case ON book_passage (case_id);
`, `
-- the vector of retrieval.ProbeText, by which a model that changed under its name is known
ALTER TABLE book_generation ADD COLUMN probe bytea NOT NULL DEFAULT ''::bytea;
CREATE TABLE book_made (
	maker text COLLATE "C" NOT NULL,
	key   text COLLATE "C" NOT NULL,
	value bytea NOT NULL,
	PRIMARY KEY (maker, key)
);
`}

// Current implements retrieval.Store.
func (s *Store) Current(ctx context.Context) (*retrieval.Generation, error) {
	at, err := s.load(ctx)
	return at.generation, err
}

// state is what load found: the current generation with its tables, and its snapshot if the book is small.
type state struct {
	generation *retrieval.Generation
	layout     layout
	snapshot   *retrieval.Snapshot
}

// snapshotRead is a transaction that sees one state of the database throughout: a Put in between must not mix two generations.
var snapshotRead = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// load returns the current generation, reading the book again only when it has moved. Asking for the number is not under the lock, so
// that questions wait for the network side by side.
func (s *Store) load(ctx context.Context) (state, error) {
	for before := int64(0); ; {
		number, err := readNumber(ctx, s.pool)
		if err != nil {
			return state{}, db.Explain(fmt.Errorf("reading the generation: %w", err))
		}
		if number == 0 {
			return state{generation: &retrieval.Generation{}}, nil
		}
		at, err := s.reload(ctx, number)
		if isGone(err) && number != before { // a Put came in between, and its tables are others
			before = number
			continue
		}
		if err != nil {
			return state{}, db.Explain(fmt.Errorf("reading the book: %w", err))
		}
		return at, nil
	}
}

// reload returns what is in memory, after reading it again if the number is another.
func (s *Store) reload(ctx context.Context, number int64) (state, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.Number != number {
		if err := pgx.BeginTxFunc(ctx, s.pool, snapshotRead, func(tx pgx.Tx) error { return s.refresh(ctx, tx) }); err != nil {
			return state{}, err
		}
	}
	return state{s.current, s.layout, s.snapshot}, nil
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// readNumber is the current generation's number, 0 for an empty store.
func readNumber(ctx context.Context, q querier) (int64, error) {
	var number int64
	err := q.QueryRow(ctx, `SELECT number FROM book_generation`).Scan(&number)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return number, err
}

// refresh reads the current generation, unless another question has just done so.
func (s *Store) refresh(ctx context.Context, tx pgx.Tx) error {
	number, err := readNumber(ctx, tx)
	if err != nil || s.current != nil && s.current.Number == number {
		return err
	}
	g := &retrieval.Generation{Hashes: map[cases.ID]string{}}
	var at layout
	var probe []byte
	err = tx.QueryRow(ctx, `SELECT number, book, features, average, average_line, model, dim, probe, near, posting,
		(SELECT count(*) FROM book_passage) FROM book_generation`).Scan(
		&g.Number, &g.Book, &g.Features, &g.Average, &g.AverageLine, &g.Model, &g.Dim, &probe, &at.near, &at.posting, &g.Passages)
	if err != nil {
		return err
	}
	g.Probe = embeddings.Floats(probe)
	if at.near != "" {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+name(at.near)).Scan(&g.Vectors); err != nil {
			return err
		}
	}
	all, err := readCases(ctx, tx, `SELECT `+caseColumns+` FROM book_case c ORDER BY page`)
	if err != nil {
		return err
	}
	list := make([]cases.Case, len(all))
	for i, c := range all {
		list[i] = c.Case
		g.Hashes[c.ID] = c.hash
	}
	g.Describe(list)
	snapshot, err := contents(ctx, tx, g, at)
	if err != nil {
		return err
	}
	s.current, s.layout, s.snapshot = g, at, snapshot
	return nil
}

// contents reads the features of a book: of a small one all that it has, of a large one how often each occurs.
func contents(ctx context.Context, tx pgx.Tx, g *retrieval.Generation, at layout) (snapshot *retrieval.Snapshot, err error) {
	if at.posting != "" {
		g.DF, err = readDF(ctx, tx, at.posting)
		return nil, err
	}
	entries, err := readEntries(ctx, tx, entriesOf(at.near, `book_case`, "id"))
	if err != nil {
		return nil, err
	}
	snapshot = retrieval.NewSnapshot(g.Number, entries)
	g.DF = snapshot.DF()
	return snapshot, nil
}
