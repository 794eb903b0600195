package endpoint

import (
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// readError is how much of an error's text is read.
const readError = 16 << 10

// Guard stands between go-openai and the network: it caps what is read, follows
// no redirect (it would carry the case texts to another host), and makes a
// Trouble of every refusal, with the Retry-After that go-openai forgets.
type Guard struct {
	// Client makes the calls; tests give it another way to the network.
	Client *http.Client
	key    string
	most   int64
}

// NewGuard returns the guard of a key; most is how many bytes of a reply it reads.
func NewGuard(key string, most int64) Guard {
	return Guard{key: key, most: most, Client: &http.Client{
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
func (g Guard) Do(r *http.Request) (*http.Response, error) {
	resp, err := g.Client.Do(r) //nolint:gosec // the address is the operator's own, and no redirect leads away from it
	if err != nil {
		return nil, TroubleOf(err)
	}
	page := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	if resp.StatusCode >= 200 && resp.StatusCode < 300 && !page {
		resp.Body = &capped{resp.Body, g.most}
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, readError)) // what came is enough to tell the kind
	said := strings.ToLower(string(body))
	if g.key != "" {
		said = strings.ReplaceAll(said, strings.ToLower(g.key), "…")
	}
	t := &Trouble{Status: resp.StatusCode, Said: said, Wait: retryAfter(resp.Header.Get("Retry-After"))}
	t.Kind = kindOf(resp.StatusCode, said, page)
	return nil, t
}

// capped is a body of which only so much is read; what is longer is no answer.
type capped struct {
	io.ReadCloser
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, &Trouble{Kind: Endless}
	}
	n, err := c.ReadCloser.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
