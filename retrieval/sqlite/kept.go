package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
)

// Recall implements retrieval.Keeper.
func (s *Store) Recall(ctx context.Context, maker string, keys []string) (map[string][]byte, error) {
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("recalling: %w", err)
	}
	made := map[string][]byte{}
	err = each(ctx, s.db, `SELECT key, value FROM book_made WHERE maker = ? AND key IN (SELECT value FROM json_each(?))`, []any{maker, string(list)}, func(scan func(...any) error) error {
		var key string
		var value []byte
		if err := scan(&key, &value); err != nil {
			return err
		}
		made[key] = value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("recalling: %w", err)
	}
	return made, nil
}

// Keep implements retrieval.Keeper.
func (s *Store) Keep(ctx context.Context, maker string, made map[string][]byte) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keeping: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	for key, value := range made {
		if _, err := tx.ExecContext(ctx, `INSERT INTO book_made (maker, key, value) VALUES (?, ?, ?)
			ON CONFLICT (maker, key) DO UPDATE SET value = excluded.value`, maker, key, value); err != nil {
			return fmt.Errorf("keeping: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keeping: %w", err)
	}
	return nil
}

// Forget implements retrieval.Keeper.
func (s *Store) Forget(ctx context.Context, maker string, but []string) error {
	list, err := json.Marshal(append([]string{}, but...)) // never null: NOT IN of that keeps all
	if err != nil {
		return fmt.Errorf("forgetting: %w", err)
	}
	if _, err := s.db.ExecContext(ctx, `DELETE FROM book_made WHERE ? IN ('', maker) AND key NOT IN (SELECT value FROM json_each(?))`, maker, string(list)); err != nil {
		return fmt.Errorf("forgetting: %w", err)
	}
	return nil
}
