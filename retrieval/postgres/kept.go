package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/jirei/jirei/retrieval/postgres/db"
)

// Recall implements retrieval.Keeper.
func (s *Store) Recall(ctx context.Context, maker string, keys []string) (map[string][]byte, error) {
	rows, err := s.pool.Query(ctx, `SELECT key, value FROM book_made WHERE maker = $1 AND key = ANY($2::text[])`, maker, keys)
	if err != nil {
		return nil, db.Explain(fmt.Errorf("recalling: %w", err))
	}
	made := map[string][]byte{}
	var key string
	var value []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		made[key] = append([]byte(nil), value...)
		return nil
	})
	if err != nil {
		return nil, db.Explain(fmt.Errorf("recalling: %w", err))
	}
	return made, nil
}

// Keep implements retrieval.Keeper.
func (s *Store) Keep(ctx context.Context, maker string, made map[string][]byte) error {
	keys, values := make([]string, 0, len(made)), make([][]byte, 0, len(made))
	for key, value := range made {
		keys, values = append(keys, key), append(values, value)
	}
	_, err := s.pool.Exec(ctx, `INSERT INTO book_made (maker, key, value) SELECT $1, * FROM unnest($2::text[], $3::bytea[])
		ON CONFLICT (maker, key) DO UPDATE SET value = excluded.value`, maker, keys, values)
	if err != nil {
		return db.Explain(fmt.Errorf("keeping: %w", err))
	}
	return nil
}

// Forget implements retrieval.Keeper.
func (s *Store) Forget(ctx context.Context, maker string, but []string) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM book_made m WHERE $1 IN ('', maker) AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS kept WHERE kept = m.key)`, maker, append([]string{}, but...))
	if err != nil {
		return db.Explain(fmt.Errorf("forgetting: %w", err))
	}
	return nil
}
