package inbox

import (
	"context"
	"fmt"
)

// Drop deletes all work of a team, done, waiting or running, with its notes. An attempt that runs has
// lost its work then, and its fence stops it. Keys stay: they hold no text, and they end in two days.
func (in *Inbox) Drop(ctx context.Context, team string) error {
	if _, err := in.exec(ctx, `DELETE FROM river_job WHERE args ->> 'team' = ?1`, team); err != nil {
		return fmt.Errorf("deleting the work of a team: %w", err)
	}
	if _, err := in.exec(ctx, `DELETE FROM inbox_note WHERE NOT EXISTS (SELECT 1 FROM river_job WHERE id = job)`); err != nil {
		return fmt.Errorf("deleting the notes of a team: %w", err)
	}
	return nil
}
