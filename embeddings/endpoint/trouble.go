package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Trouble is what went wrong between us and a model. It says what kind it
// is and never what the server wrote: that may hold the key or the question.
type Trouble struct {
	Kind Kind
	// Status is HTTP's, 0 where there was no answer.
	Status int
	// Wait is what the server asked us to wait (Retry-After).
	Wait time.Duration
	// Said is the server's text, for what it says about fields it does not know
	// and for the log at Debug.
	Said string
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
	TooLong     Kind = "the text is too long for the model"
)

func (t *Trouble) Error() string {
	if t.Status != 0 {
		return fmt.Sprintf("the model: %s (HTTP %d)", t.Kind, t.Status)
	}
	return "the model: " + string(t.Kind)
}

// Again says that the same request may work a moment later.
func (t *Trouble) Again() bool {
	switch t.Kind {
	case Unreachable, Busy, Broke, Cut, Garbled:
		return true
	}
	return false
}

// Unsupported says that the server does not know a field of the request.
func (t *Trouble) Unsupported(words ...string) bool {
	if t.Status != http.StatusBadRequest && t.Status != http.StatusUnprocessableEntity &&
		t.Status != http.StatusInternalServerError && t.Status != http.StatusNotImplemented {
		return false
	}
	for _, w := range words {
		if strings.Contains(t.Said, w) {
			return true
		}
	}
	return false
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
	case status == http.StatusRequestEntityTooLarge, has("context_length", "context length", "maximum context", "too many tokens", "too large to process", "input length exceeds"):
		return TooLong
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

// TroubleOf names what the network did. The error itself is not kept: it holds
// the whole address.
func TroubleOf(err error) error {
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
