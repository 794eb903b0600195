package endpoint

import (
	"errors"
	"net"
	"net/url"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// Endpoint is a model behind an address: what the environment says about it,
// put into one shape. Any server that speaks OpenAI's API will do; the local
// ones want no key.
type Endpoint struct {
	// URL is OPENAI_BASE_URL or JIREI_EMBED_BASE_URL, as somebody wrote it; "" is
	// OpenAI itself.
	URL string
	// Key is OPENAI_API_KEY. It goes into one header and nowhere else: no error
	// and no log line of this package holds it.
	Key string
	// Model is JIREI_CHAT_MODEL or JIREI_EMBED_MODEL.
	Model string
	// Version is OPENAI_API_VERSION. Only Azure's older addresses, with one
	// deployment each, have one; it selects them.
	Version string
}

// What is wrong with an address. The command line has a sentence and a hint for each.
var (
	ErrURL     = errors.New("the address is not one of http:// or https:// with a host")
	ErrURLMore = errors.New("the address has a password, a query or a fragment, which belong elsewhere")
	ErrKey     = errors.New("the key has white space or control characters in it, which no key has")
	ErrModel   = errors.New("the model has no name")
)

// openAI is where the questions go when a key is there and no address.
const openAI = "https://api.openai.com/v1"

// Base returns the address that /chat/completions or /embeddings is appended to. People copy
// it with and without /v1, with a slash at the end, and with the path of the
// call itself; all of these mean the same.
func (e Endpoint) Base() (*url.URL, error) {
	text := strings.TrimSpace(e.URL)
	if text == "" {
		text = openAI
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, ErrURL // err holds the address, which may hold a password
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, ErrURLMore
	}
	path := strings.TrimRight(u.Path, "/")
	for _, call := range []string{"/chat/completions", "/embeddings"} {
		path = strings.TrimRight(strings.TrimSuffix(path, call), "/")
	}
	switch {
	case e.Azure(u) && e.Version != "":
		path = "" // go-openai appends /openai/deployments/NAME
	case path == "" && e.Azure(u):
		path = "/openai/v1"
	case path == "":
		path = "/v1"
	}
	u.Path, u.RawPath = path, ""
	return u, nil
}

// Azure says that an address is one of Microsoft's, whose models are
// deployments with names of the customer's own.
func (Endpoint) Azure(u *url.URL) bool {
	for _, domain := range []string{".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"} {
		if strings.HasSuffix(u.Hostname(), domain) {
			return true
		}
	}
	return false
}

// Host is who receives questions and case texts: what people must be told.
func (e Endpoint) Host() string {
	u, err := e.Base()
	if err != nil {
		return ""
	}
	return u.Host
}

// Local says that nothing leaves this computer.
func (e Endpoint) Local() bool {
	u, err := e.Base()
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Plain says that questions, case texts and the key cross a network unencrypted.
func (e Endpoint) Plain() bool {
	u, err := e.Base()
	return err == nil && u.Scheme == "http" && !e.Local()
}

// Check says what is wrong with it: ErrURL and the like.
func (e Endpoint) Check() error {
	if _, err := e.Base(); err != nil {
		return err
	}
	if strings.ContainsFunc(e.Key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return ErrKey
	}
	if strings.TrimSpace(e.Model) == "" {
		return ErrModel
	}
	return nil
}

// Client makes go-openai's client of it.
func (e Endpoint) Client(doer openai.HTTPDoer) *openai.Client {
	u, err := e.Base()
	if err != nil {
		panic("an endpoint that Check has passed: " + err.Error())
	}
	cfg := openai.DefaultConfig(e.Key)
	if e.Azure(u) && e.Version != "" {
		cfg = openai.DefaultAzureConfig(e.Key, u.String())
		cfg.APIVersion = e.Version
		cfg.AzureModelMapperFunc = func(model string) string { return model } // the deployment is what was named
	}
	cfg.BaseURL = u.String()
	cfg.HTTPClient = doer
	// Comment lines (": ping") count as empty ones; the read cap and the deadlines
	// bound them, and a proxy that pings for a minute is not an error.
	cfg.EmptyMessagesLimit = 100_000
	return openai.NewClientWithConfig(cfg)
}
