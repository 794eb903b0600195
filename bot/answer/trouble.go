package answer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Trouble is what went wrong between us and a chat model. It says what kind it
// is and never what the server wrote: that may hold the key or the question.
type Trouble struct {
	Kind Kind
	// Status is HTTP's, 0 where there was no answer.
	Status int
	// Wait is what the server asked us to wait (Retry-After).
	Wait time.Duration
	// said is the server's text, for what it says about fields it does not know
	// and for the log at Debug.
	said string
}

// Kind is a kind of trouble: each has one sentence and one hint in `jirei doctor`.
type Kind string

// The kinds.
const (
	Unreachable Kind = "nobody listens there"
	NoHost      Kind = "the host's name is not known"
	BadTLS      Kind = "the host's certificate is not trusted"
	Slow        Kind = "no answer in time"
	BadKey      Kind = "the key was refused"
	NoCredit    Kind = "the account has no credit left"
	NoModel     Kind = "there is no such model"
	NoPath      Kind = "there is no such path"
	WebPage     Kind = "a web page or a redirect, not an API"
	Busy        Kind = "too many requests"
	Broke       Kind = "the server failed"
	Rejected    Kind = "the request was rejected"
	Cut         Kind = "the answer broke off"
	Garbled     Kind = "the answer was not in the form asked for"
	Declined    Kind = "the model declined or was filtered"
	Endless     Kind = "the answer was too long"
	Spent       Kind = "today's tokens are spent"
)

func (t *Trouble) Error() string {
	if t.Status != 0 {
		return fmt.Sprintf("the chat model: %s (HTTP %d)", t.Kind, t.Status)
	}
	return "the chat model: " + string(t.Kind)
}

// again says that the same request may work a moment later.
func (t *Trouble) again() bool {
	switch t.Kind {
	case Unreachable, Busy, Broke, Cut, Garbled:
		return true
	}
	return false
}

// unsupported says that the server does not know a field of the request.
func (t *Trouble) unsupported(words ...string) bool {
	if t.Status != http.StatusBadRequest && t.Status != http.StatusUnprocessableEntity &&
		t.Status != http.StatusInternalServerError && t.Status != http.StatusNotImplemented {
		return false
	}
	for _, w := range words {
		if strings.Contains(t.said, w) {
			return true
		}
	}
	return false
}

const (
	// readMost is how much of one reply is read. A long answer with its frames
	// around each token has some 200 kB.
	readMost = 1 << 20
	// readError is how much of an error's text is read.
	readError = 16 << 10
)

// guard stands between go-openai and the network: it caps what is read, follows
// no redirect (it would carry the case texts to another host), and makes a
// Trouble of every refusal, with the Retry-After that go-openai forgets.
type guard struct {
	client *http.Client
	key    string
}

func newGuard(key string) guard {
	return guard{key: key, client: &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout: 5 * time.Second,
			IdleConnTimeout:     90 * time.Second,
			MaxIdleConnsPerHost: 4,
			ForceAttemptHTTP2:   true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do implements openai.HTTPDoer.
func (g guard) Do(r *http.Request) (*http.Response, error) {
	resp, err := g.client.Do(r) //nolint:gosec // the address is the operator's own, and no redirect leads away from it
	if err != nil {
		return nil, troubleOf(err)
	}
	page := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	if resp.StatusCode >= 200 && resp.StatusCode < 300 && !page {
		resp.Body = capped{resp.Body, io.LimitReader(resp.Body, readMost)}
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, readError)) // what came is enough to tell the kind
	said := strings.ToLower(string(body))
	if g.key != "" {
		said = strings.ReplaceAll(said, strings.ToLower(g.key), "…")
	}
	t := &Trouble{Status: resp.StatusCode, said: said, Wait: retryAfter(resp.Header.Get("Retry-After"))}
	t.Kind = kindOf(resp.StatusCode, said, page)
	return nil, t
}

// capped is a body of which only so much is read.
type capped struct {
	io.Closer
	io.Reader
}

func kindOf(status int, said string, page bool) Kind {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(said, w) {
				return true
			}
		}
		return false
	}
	model := has("model", "deployment") && has("not found", "not_found", "notfound", "does not exist", "no models loaded", "not loaded", "unknown model")
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return BadKey
	case status == http.StatusPaymentRequired, has("insufficient_quota"):
		return NoCredit
	case status == http.StatusTooManyRequests:
		return Busy
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly, status >= 500:
		return Broke
	case page, status < 400:
		return WebPage
	case model:
		return NoModel
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return NoPath
	}
	return Rejected
}

// retryAfter reads seconds or a date; 0 where there is neither.
func retryAfter(value string) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && n > 0 {
		return time.Duration(min(n, 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, min(time.Until(at), 24*time.Hour))
	}
	return 0
}

// troubleOf names what the network did. The error itself is not kept: it holds
// the whole address.
func troubleOf(err error) error {
	var known *Trouble
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var wrong x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var timeout net.Error
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &name) && !name.IsTimeout:
		return &Trouble{Kind: NoHost}
	case errors.As(err, &syntax):
		return &Trouble{Kind: WebPage}
	case errors.As(err, &unknown), errors.As(err, &wrong), errors.As(err, &invalid), errors.As(err, &record):
		return &Trouble{Kind: BadTLS}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &Trouble{Kind: Slow}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Trouble{Kind: Unreachable}
	}
	return &Trouble{Kind: Broke} // reset, closed before the answer
}
