package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Facts are what `jirei doctor` says of a database, and what a start warns about.
type Facts struct {
	Server, Vector         string // versions: "17.2", "0.8.1"
	Database, Schema, User string
	// Host is the machine that receives the cases and the index, "" for a socket.
	Host string
	// Encrypted says whether this connection is; Remote, whether it leaves this machine.
	Encrypted, Remote bool
	// ReadOnly: a replica, or a server or role set to read only.
	ReadOnly bool
	// Create: tables can be made in the schema.
	Create bool
}

// Look asks the server what it is.
func Look(ctx context.Context, pool *pgxpool.Pool) (Facts, error) {
	f := Facts{Host: pool.Config().ConnConfig.Host}
	f.Remote = Remote(f.Host)
	err := pool.QueryRow(ctx, `SELECT current_setting('server_version'), (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
		current_database(), coalesce(current_schema(), ''), current_user,
		coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
		pg_is_in_recovery() OR current_setting('transaction_read_only')::bool,
		coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`).Scan(
		&f.Server, &f.Vector, &f.Database, &f.Schema, &f.User, &f.Encrypted, &f.ReadOnly, &f.Create)
	if err != nil {
		return f, Explain(fmt.Errorf("asking the server: %w", err))
	}
	return f, nil
}
