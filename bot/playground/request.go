package playground

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// request delivers an envelope as Slack does in HTTP mode: one signed request, whose answer is the ack.
func (s *Server) request(e *envelope) {
	ctx, cancel := context.WithTimeout(context.Background(), s.opt.AckTimeout)
	defer cancel()
	r, err := s.signed(ctx, e)
	if err != nil {
		s.opt.Log.Error("making a request", "error", err)
		s.refusedBy(e, "dispatch_failed", "unknown_error")
		return
	}
	res, err := s.client.Do(r)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			s.refusedBy(e, "operation_timeout", "http_timeout")
		} else {
			s.refusedBy(e, "dispatch_failed", "connection_failed")
		}
		return
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil || res.StatusCode != http.StatusOK {
		s.refusedBy(e, "dispatch_failed", "http_error")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var payload json.RawMessage
	switch {
	case json.Valid(body):
		payload = body
	case len(body) > 0:
		s.refused("ack", "an answer that is not JSON")
	}
	s.acked(e.id, payload)
}

// signed makes the request: JSON for events, a form for the rest.
func (s *Server) signed(ctx context.Context, e *envelope) (*http.Request, error) {
	body, kind := []byte(e.payload), "application/json"
	if e.event == nil {
		form := url.Values{}
		if e.kind == "slash_commands" {
			fields := map[string]string{} // as Command makes them
			if err := json.Unmarshal(e.payload, &fields); err != nil {
				return nil, err
			}
			for k, v := range fields {
				form.Set(k, v)
			}
		} else {
			form.Set("payload", string(e.payload))
		}
		body, kind = []byte(form.Encode()), "application/x-www-form-urlencoded"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.opt.RequestURL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	at := strconv.FormatInt(time.Now().Unix(), 10) // not opt.Now: the receiver compares it with its own clock
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", Sign(s.opt.SigningSecret, at, body))
	if e.attempt > 0 {
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(e.attempt))
		r.Header.Set("X-Slack-Retry-Reason", e.reason)
	}
	return r, nil
}

// Sign is Slack's signature (v0) of a request at a Unix time.
func Sign(secret, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + at + ":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
