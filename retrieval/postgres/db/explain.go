package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// Error says in a sentence why the database cannot be used, and in a hint what to do about it.
type Error struct {
	Problem string // a sentence
	Hint    string // a sentence that says what to type
	Err     error  // the cause; may be nil
	// Away: the server cannot be reached now, which may pass without anybody's doing: it starts, it stops, it has no connection left. A wrong
	// password does not pass.
	Away bool
}

func (e *Error) Error() string { return e.Problem + "\n" + e.Hint }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Explain makes an [*Error] of what a person can mend, and leaves any other error as it is: a fault in our SQL is nothing to type
// away, and a cancelled context is no fault.
func Explain(err error) error {
	var told *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &told):
		return told
	case errors.Is(err, context.Canceled):
		return err
	}
	// A URL without an sslmode is tried with and without TLS; the server's own word is in one of the two.
	var server *pgconn.PgError
	if errors.As(err, &server) {
		if e := explainServer(server); e != nil {
			e.Err = err
			return e
		}
		var connecting *pgconn.ConnectError
		if !errors.As(err, &connecting) {
			return err
		}
		return &Error{
			Err:     err,
			Problem: fmt.Sprintf("PostgreSQL が接続を受け付けません（%s）。", server.Message),
			Hint:    "psql でも同じ接続先につながるか、サーバーの記録（ログ）に何と出ているかを確かめてください。",
		}
	}
	if e := explainNetwork(err); e != nil {
		e.Err = err
		return e
	}
	return err
}

// explainServer knows the SQLSTATEs that are about rights and set-up.
func explainServer(e *pgconn.PgError) *Error {
	switch e.Code {
	case "28P01", "28000":
		return &Error{
			Problem: fmt.Sprintf("PostgreSQL に入れません。ユーザー名かパスワードが違うか、この場所からの接続が許されていません（%s）。", e.Message),
			Hint:    "DATABASE_URL の postgres://ユーザー:パスワード@… の部分と、サーバーの pg_hba.conf を確かめてください。",
		}
	case "3D000":
		return &Error{
			Problem: fmt.Sprintf("そのデータベースがありません（%s）。", e.Message),
			Hint:    "createdb 名前 で作るか、DATABASE_URL の最後の /データベース名 を直してください。",
		}
	case "25006":
		return &Error{
			Problem: "このデータベースは読み取り専用なので、書き込めません。",
			Hint:    "レプリカではなく主サーバーを DATABASE_URL に指定するか、default_transaction_read_only を off にしてください。",
		}
	case "53300":
		return &Error{
			Away:    true,
			Problem: "PostgreSQL への接続が多すぎて、新しくつなげません。",
			Hint:    "DATABASE_URL の末尾に ?pool_max_conns=4 を加えて減らすか、サーバーの max_connections を増やしてください。",
		}
	case "53100", "53200":
		return &Error{
			Problem: fmt.Sprintf("PostgreSQL のディスクかメモリーが足りません（%s）。", e.Message),
			Hint:    "サーバーの空きを増やしてから、もう一度お試しください。",
		}
	case "57P01", "57P02", "57P03":
		return &Error{Away: true, Problem: "PostgreSQL は起動か停止の途中です。", Hint: "少し待ってから、もう一度お試しください。"}
	}
	return explainRights(e)
}

func explainRights(e *pgconn.PgError) *Error {
	about := strings.Contains(e.Message, "extension")
	switch {
	case (e.Code == "0A000" || e.Code == "58P01") && about:
		return &Error{
			Problem: "PostgreSQL のサーバーに pgvector が入っていません。",
			Hint:    "サーバーに pgvector を入れてください（Debian と Ubuntu: apt-get install postgresql-17-pgvector、Docker: pgvector/pgvector:pg17）。",
		}
	case e.Code == "42501" && about:
		return &Error{
			Problem: "pgvector は入っていますが、このユーザーには有効にする権限がありません。",
			Hint:    "管理者に、このデータベースで CREATE EXTENSION vector; を一度実行してもらってください。",
		}
	case e.Code == "42501" || e.Code == "3F000":
		return &Error{
			Problem: fmt.Sprintf("データベースの権限が足りません（%s）。", e.Message),
			Hint:    "管理者に GRANT CREATE, USAGE ON SCHEMA public TO ユーザー名; を実行してもらうか、表の持ち主で接続してください。",
		}
	}
	return nil
}

// explainNetwork knows why no server answered.
func explainNetwork(err error) *Error {
	var name *net.DNSError
	var dial *net.OpError
	text := err.Error()
	switch {
	case errors.As(err, &name):
		return &Error{
			Away:    !name.IsNotFound,
			Problem: fmt.Sprintf("PostgreSQL のホスト %s が見つかりません。", name.Name),
			Hint:    "DATABASE_URL の @ のあとのホスト名を確かめてください。",
		}
	case strings.Contains(last(text), "failed to receive message") && !hungUp(err):
		return &Error{
			Problem: fmt.Sprintf("接続先は PostgreSQL ではないようです（%s）。", last(text)),
			Hint:    "DATABASE_URL のホストとポート（PostgreSQL は多くの場合 5432）を確かめてください。",
		}
	case strings.Contains(text, "tls: ") || strings.Contains(text, "x509: ") || strings.Contains(text, "refused TLS connection"):
		return &Error{
			Problem: fmt.Sprintf("PostgreSQL と暗号化してつなげません（%s）。", last(text)),
			Hint:    "DATABASE_URL の sslmode と sslrootcert を確かめてください。同じ機械の中なら sslmode=disable が使えます。",
		}
	case errors.As(err, &dial), errors.Is(err, context.DeadlineExceeded), hungUp(err):
		return &Error{
			Away:    true,
			Problem: fmt.Sprintf("PostgreSQL のサーバーが応答しません（%s）。", last(text)),
			Hint:    "サーバーが動いているか、DATABASE_URL のホストとポートが正しいかを確かめてください。",
		}
	}
	return nil
}

// hungUp says that the other side took the connection and closed it: a proxy does so while the server behind it is away.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// last is what was the matter with the last address that was tried: pgx names each on a line of its own, or all on one where there is one.
func last(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	_, after, found := strings.Cut(lines[len(lines)-1], "`: ")
	if !found {
		after = lines[len(lines)-1]
	}
	return strings.TrimSpace(after)
}
