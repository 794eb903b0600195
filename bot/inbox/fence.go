package inbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrFenced says that the attempt that asks is not the one that runs any more: its job was taken back and may be running elsewhere. The handler
// stops without another write and returns the error.
var ErrFenced = errors.New("this attempt has lost its work")

// attemptKey is where an attempt leaves its number in the job's metadata, for the trigger.
const attemptKey = "jirei_attempt"

// The inbox_fence, a trigger on river_job, fences River's own last word. River ends a job by "UPDATE … WHERE id = ? AND state = 'running'",
// in a batch up to 250 ms later and without looking at the attempt: a late attempt could end a job that another attempt is working on.
// work.go sends the attempt's number along with that update, and an update that carries a number other than the row's changes nothing. Made
// at every start where it is not there, because a migration of River's may rebuild the table.

// Fence returns [ErrFenced] if this attempt is not the running one any more. A handler calls it before every write to Slack; the inbox
// calls it before it ends the job.
func (w *Work) Fence(ctx context.Context) error {
	var one int
	err := w.inbox.row(ctx, `SELECT 1 FROM river_job WHERE id = ?1 AND attempt = ?2 AND state = 'running'`, w.ID, w.Attempt).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("job %d, attempt %d: %w", w.ID, w.Attempt, ErrFenced)
	}
	if err != nil {
		return fmt.Errorf("checking the fence: %w", err)
	}
	return nil
}

// Note stores progress ("ts" → "1731.42") that a later attempt of the same work reads with [Work.Noted], whatever happens to the process; it is on
// the disk when Note returns. A second note under the same key replaces the first. [ErrFenced] if the attempt has lost its work.
func (w *Work) Note(ctx context.Context, key, value string) error {
	const insert = `
		INSERT INTO inbox_note (job, key, value)
		SELECT id, ?1, ?2 FROM river_job WHERE id = ?3 AND attempt = ?4 AND state = 'running'
		ON CONFLICT (job, key) DO UPDATE SET value = excluded.value`
	n, err := w.inbox.exec(ctx, insert, key, value, w.ID, w.Attempt)
	if err != nil {
		return fmt.Errorf("noting %s: %w", key, err)
	}
	if n == 0 {
		return fmt.Errorf("noting %s for job %d, attempt %d: %w", key, w.ID, w.Attempt, ErrFenced)
	}
	return nil
}

// Noted reads what this or an earlier attempt noted; false if there is nothing under the key.
func (w *Work) Noted(ctx context.Context, key string) (string, bool, error) {
	var value string
	err := w.inbox.row(ctx, `SELECT value FROM inbox_note WHERE job = ?1 AND key = ?2`, w.ID, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("reading the note %s: %w", key, err)
	}
	return value, true, nil
}

// end writes the job's last state under the fence, in one statement, at once: River would do it up to 250 ms later, and a kill in between
// would work the job again. River's own update then finds the job ended and changes nothing.
func (w *Work) end(ctx context.Context, state string) error {
	const update = `
		UPDATE river_job SET state = ?1, finalized_at = datetime('now', 'subsec')
		WHERE id = ?2 AND attempt = ?3 AND state = 'running'`
	n, err := w.inbox.exec(ctx, update, state, w.ID, w.Attempt)
	if err != nil {
		return fmt.Errorf("ending the job: %w", err)
	}
	if n == 0 {
		return fmt.Errorf("ending job %d, attempt %d: %w", w.ID, w.Attempt, ErrFenced)
	}
	return nil
}
