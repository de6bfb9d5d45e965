package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func with(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func without(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Del(name) } }

func host(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }

func from(address string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = address }
}

func TestGuard(t *testing.T) {
	s := newServer(t, new(house))
	f := func(want, method, path string, edit ...func(*http.Request)) {
		t.Helper()
		body := ""
		if path == "/api/v1/purge" {
			body = `{"all": true}`
		}
		w := ask(s, request(method, path, body, edit...))
		if got := strings.TrimSpace(fmt.Sprint(w.Code, " ", codeOf(w))); got != want {
			t.Errorf("%s %s: got %q, want %q: %s", method, path, got, want, w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: headers %v", method, path, w.Header())
		}
	}
	anonymous := without("Authorization")

	// The holder of the token.
	f("200", "GET", "/api/v1/stats")
	f("200", "HEAD", "/api/v1/stats")
	f("200", "GET", "/")
	// Nobody.
	f("401 token", "GET", "/api/v1/stats", anonymous)
	f("401 token", "GET", "/", anonymous)
	f("401 token", "POST", "/api/v1/purge", anonymous)
	// A token that is not right: another, a beginning, none, another scheme.
	f("401 token", "GET", "/api/v1/stats", with("Authorization", "Bearer the-tokem"))
	f("401 token", "GET", "/api/v1/stats", with("Authorization", "Bearer the-toke"))
	f("401 token", "GET", "/api/v1/stats", with("Authorization", "Bearer "))
	f("401 token", "GET", "/api/v1/stats", with("Authorization", "Basic "+token))
	f("401 token", "GET", "/api/v1/stats", anonymous, with("Cookie", "lacquer_session=guess"))
	// What tells nothing is open, to whoever reaches the listener.
	f("200", "GET", "/healthz", anonymous, from("192.0.2.1:4711"))
	f("200", "GET", "/readyz", anonymous, from("192.0.2.1:4711"))
	// Metrics on this machine; not through a proxy on it, nor from elsewhere, but with the token.
	f("200", "GET", "/metrics", anonymous)
	f("200", "GET", "/metrics", anonymous, from("[::1]:4711"))
	f("401 token", "GET", "/metrics", anonymous, from("192.0.2.1:4711"))
	f("401 token", "GET", "/metrics", anonymous, with("X-Forwarded-For", "192.0.2.1"))
	f("200", "GET", "/metrics", from("192.0.2.1:4711"))
	// What does not exist is told to the holder of the token only.
	f("404 path", "GET", "/nothing")
	f("401 token", "GET", "/nothing", anonymous)
	f("405 method", "GET", "/api/v1/purge")
	f("405 method", "DELETE", "/api/v1/stats")

	// DNS rebinding: a page at evil.example whose name was bound to our address.
	f("421 host", "GET", "/api/v1/stats", host("evil.example:6082"))
	f("421 host", "GET", "/healthz", anonymous, host("evil.example"))
	f("421 host", "GET", "/metrics", anonymous, host("localhost.evil.example:6082"))
	f("421 host", "GET", "/metrics", anonymous, host(""))
	f("200", "GET", "/api/v1/stats", host("localhost:6082"))
	f("200", "GET", "/api/v1/stats", host("LOCALHOST"))
	f("200", "GET", "/api/v1/stats", host("[::1]:6082"))
	f("200", "GET", "/api/v1/stats", host("192.0.2.7:6082"))
	f("200", "GET", "/api/v1/stats", host("cache.example:6082"))

	// Cross-site: what changes something comes from our own pages, or from no page at all.
	f("200", "POST", "/api/v1/purge")
	f("200", "POST", "/api/v1/purge", with("Origin", "http://127.0.0.1:6082"))
	f("200", "POST", "/api/v1/purge", with("Sec-Fetch-Site", "same-origin"))
	f("403 origin", "POST", "/api/v1/purge", with("Origin", "http://evil.example"))
	f("403 origin", "POST", "/api/v1/purge", with("Origin", "http://127.0.0.1:8080"))
	f("403 origin", "POST", "/api/v1/purge", with("Origin", "null"))
	f("403 origin", "POST", "/api/v1/purge", with("Sec-Fetch-Site", "cross-site"))
	f("403 origin", "POST", "/api/v1/purge", with("Sec-Fetch-Site", "same-site"))
}
