package mediawiki_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// counter stands between Lacquer and the wiki, passes everything on as it is, and counts. The wiki can come later than the counter,
// because the wiki must know Lacquer's address when it is installed, and Lacquer its backend's when it starts.
type counter struct {
	url  string // of the counter itself
	wiki atomic.Pointer[url.URL]

	mu   sync.Mutex
	seen map[string]int // requests by method and URI
}

func newCounter(t *testing.T) *counter {
	c := &counter{seen: map[string]int{}}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(c.wiki.Load())
		r.Out.Host = r.In.Host
		for name, values := range r.In.Header { // Rewrite begins without the forwarding fields
			if strings.HasPrefix(name, "X-Forwarded-") || name == "Forwarded" {
				r.Out.Header[name] = values
			}
		}
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.seen[r.Method+" "+r.RequestURI]++
		c.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// forward tells the counter where the wiki is.
func (c *counter) forward(address string) {
	c.wiki.Store(&url.URL{Scheme: "http", Host: address})
}

// count returns how often the wiki was asked for a URI with GET.
func (c *counter) count(uri string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen["GET "+uri]
}

// reading returns how often the wiki was asked for what readers read: everything but its API.
func (c *counter) reading() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for request, count := range c.seen {
		if strings.HasPrefix(request, "GET ") && !strings.HasPrefix(request, "GET /api.php") {
			n += count
		}
	}
	return n
}
