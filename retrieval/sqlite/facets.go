package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// storedCase is a case with the hash it was stored with.
type storedCase struct {
	cases.Case
	hash string
}

const caseColumns = `c.id, c.page, c.title, c.measures, c.industry, c.employees, c.size_min, c.size_max, c.stars, c.corrections, c.hash,
	(SELECT json_group_array(name) FROM (SELECT name FROM book_category g WHERE g.case_id = c.id ORDER BY place))`

func readCases(ctx context.Context, q querier, query string, args ...any) ([]storedCase, error) {
	var out []storedCase
	err := each(ctx, q, query, args, func(scan func(...any) error) error {
		var c storedCase
		var measures, corrections, categories string
		var low, high sql.NullInt64
		if err := scan(&c.ID, &c.Page, &c.Title, &measures, &c.Industry, &c.Employees, &low, &high, &c.Stars, &corrections, &c.hash, &categories); err != nil {
			return err
		}
		if low.Valid {
			c.Size = &cases.Size{Min: int(low.Int64), Max: int(high.Int64)}
		}
		for text, to := range map[string]any{measures: &c.Measures, corrections: &c.Corrections, categories: &c.Categories} {
			if err := json.Unmarshal([]byte(text), to); err != nil {
				return fmt.Errorf("case %s: %w", c.ID, err)
			}
		}
		out = append(out, c)
		return nil
	})
	return out, err
}

// Select implements retrieval.Store.
func (s *Store) Select(ctx context.Context, f retrieval.Facets) ([]cases.Case, int, error) {
	where, args := conditions(f)
	size, sizeArgs := "1", []any(nil)
	if f.Size != nil {
		size = "(size_min IS NOT NULL AND (? = 0 OR size_min <= ?) AND (size_max = 0 OR ? <= size_max))"
		sizeArgs = []any{f.Size.Max, f.Size.Max, f.Size.Min}
	}
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, 0, fmt.Errorf("selecting cases: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	stored, err := readCases(ctx, tx, `SELECT `+caseColumns+` FROM book_case c WHERE `+where+` AND `+size+` ORDER BY page`, append(append([]any{}, args...), sizeArgs...)...)
	if err != nil {
		return nil, 0, fmt.Errorf("selecting cases: %w", err)
	}
	unstated := 0
	if f.Size != nil {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM book_case c WHERE `+where+` AND size_min IS NULL`, args...).Scan(&unstated); err != nil {
			return nil, 0, fmt.Errorf("counting cases without a size: %w", err)
		}
	}
	out := make([]cases.Case, len(stored))
	for i, c := range stored {
		out[i] = c.Case
	}
	return out, unstated, nil
}

// meeting writes the cases that meet the facets, or meet all but state no size.
func meeting(f retrieval.Facets) (string, []any) {
	where, args := conditions(f)
	if f.Size != nil {
		where += " AND (size_min IS NULL OR (? = 0 OR size_min <= ?) AND (size_max = 0 OR ? <= size_max))"
		args = append(args, f.Size.Max, f.Size.Max, f.Size.Min)
	}
	return where, args
}

// conditions writes all facets but the size as SQL; retrieval.Facets.Judge is
// the same in Go.
func conditions(f retrieval.Facets) (string, []any) {
	where := []string{"1"}
	var args []any
	in := func(format string, n int) {
		where = append(where, fmt.Sprintf(format, strings.TrimSuffix(strings.Repeat("?,", n), ",")))
	}
	strs := func(format string, values []string) {
		if len(values) == 0 {
			return
		}
		in(format, len(values))
		for _, v := range values {
			args = append(args, v)
		}
	}
	strs("industry IN (%s)", f.Industry)
	strs("industry NOT IN (%s)", f.NotIndustry)
	strs("EXISTS (SELECT 1 FROM book_category g WHERE g.case_id = c.id AND g.name IN (%s))", f.Category)
	strs("NOT EXISTS (SELECT 1 FROM book_category g WHERE g.case_id = c.id AND g.name IN (%s))", f.NotCategory)
	if f.Stars != nil {
		where = append(where, map[bool]string{true: "stars >= ?", false: "stars = ?"}[f.StarsUp])
		args = append(args, *f.Stars)
	}
	if len(f.Pages) > 0 {
		in("page IN (%s)", len(f.Pages))
		for _, p := range f.Pages {
			args = append(args, p)
		}
	}
	return strings.Join(where, " AND "), args
}
