package slow_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	pagePath    = "/page"
	archivePath = "/archive"
)

var (
	page    = strings.Repeat("A page that everybody reads. ", 40)
	archive = strings.Repeat("A long story. ", 8<<20/14) // twice what Linux keeps for one connection (tcp_wmem), so its sender has to wait
)

// newOrigin serves the two, which may be stored, and takes forms, to their end. It returns its URL.
func newOrigin(t *testing.T) string {
	mux := http.NewServeMux()
	serve := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", "max-age=3600")
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, body)
		})
	}
	serve(pagePath, page)
	serve(archivePath, archive)
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// fill has Lacquer fetch a page, and makes sure that it serves it from its store thereafter.
func fill(t *testing.T, base, path, body string) {
	t.Helper()
	for _, status := range []string{"; fwd=uri-miss", "; hit"} {
		if err := expect(http.DefaultClient, base+path, body, status); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
}
