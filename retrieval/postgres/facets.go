package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

// Select implements retrieval.Store. Both questions go in one batch, in a transaction that sees one generation.
func (s *Store) Select(ctx context.Context, f retrieval.Facets) ([]cases.Case, int, error) {
	var in params
	where, size := conditions(f, &in), overlaps(f.Size, &in)
	var out []cases.Case
	unstated := 0
	err := pgx.BeginTxFunc(ctx, s.pool, snapshotRead, func(tx pgx.Tx) error {
		stored, err := readCases(ctx, tx, `SELECT `+caseColumns+` FROM book_case c WHERE `+where+` AND coalesce(`+size+`, false) ORDER BY page`, in...)
		if err != nil {
			return fmt.Errorf("selecting cases: %w", err)
		}
		out = make([]cases.Case, len(stored))
		for i, c := range stored {
			out[i] = c.Case
		}
		if f.Size == nil {
			return nil
		}
		var in params
		err = tx.QueryRow(ctx, `SELECT count(*) FROM book_case c WHERE `+conditions(f, &in)+` AND size_min IS NULL`, in...).Scan(&unstated)
		if err != nil {
			return fmt.Errorf("counting cases without a size: %w", err)
		}
		return nil
	})
	return out, unstated, db.Explain(err)
}

// params collects the parameters of a query.
type params []any

// add returns the place of a new parameter.
func (p *params) add(value any) string {
	*p = append(*p, value)
	return fmt.Sprintf("$%d", len(*p))
}

// conditions writes all facets but the size as SQL; retrieval.Facets.Judge is the same in Go.
func conditions(f retrieval.Facets, in *params) string {
	where := []string{"true"}
	list := func(format string, values []string) {
		if len(values) > 0 {
			where = append(where, fmt.Sprintf(format, in.add(values)))
		}
	}
	list("c.industry = ANY(%s::text[])", f.Industry)
	list("c.industry <> ALL(%s::text[])", f.NotIndustry)
	list("c.categories && %s::text[]", f.Category)
	list("NOT c.categories && %s::text[]", f.NotCategory)
	if f.Stars != nil {
		where = append(where, map[bool]string{true: "c.stars >= ", false: "c.stars = "}[f.StarsUp]+in.add(*f.Stars)+"::int")
	}
	if len(f.Pages) > 0 {
		where = append(where, "c.page = ANY("+in.add(f.Pages)+"::int[])")
	}
	return strings.Join(where, " AND ")
}

// overlaps writes cases.Size.Overlaps; for a row that states no size it is NULL.
func overlaps(size *cases.Size, in *params) string {
	if size == nil {
		return "true"
	}
	low, high := in.add(size.Min), in.add(size.Max)
	return fmt.Sprintf("((%[2]s::int = 0 OR c.size_min <= %[2]s::int) AND (c.size_max = 0 OR %[1]s::int <= c.size_max))", low, high)
}
