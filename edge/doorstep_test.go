package edge_test

import (
	"crypto/tls"
	"io"
	"net/netip"
	"strings"
	"testing"

	"lacquer/edge"
	"lacquer/proxy"
)

// Requests by http for hosts that are served by https are sent there, if they are a browser's.
func TestRedirect(t *testing.T) {
	var last *proxy.Request
	s := &edge.Server{Handler: recorder(&last), Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}
	s.Secured = func(host string) (string, bool) { return host + ":8443", host == "a.example" }
	s.Challenge = func(host, path string) (string, bool) {
		return "yes", host == "a.example" && path == "/.well-known/acme-challenge/token"
	}
	address := start(t, s)
	f := func(request string, wantStatus int, want string) {
		t.Helper()
		last = nil
		response, body := exchange(t, address, request+"\r\n\r\n")
		got := response.Header.Get("Location")
		if got == "" {
			got = body
		}
		if response.StatusCode != wantStatus || got != want {
			t.Errorf("%q: got %d %s, want %d %s", request, response.StatusCode, got, wantStatus, want)
		}
		if asked := body == "ok"; (last != nil) != asked {
			t.Errorf("%q: handler asked: %v", request, last != nil)
		}
	}

	f("GET /b?c HTTP/1.1\r\nHost: a.example", 301, "https://a.example:8443/b?c")
	f("GET / HTTP/1.1\r\nHost: A.Example.:80", 301, "https://a.example:8443/")
	f("GET //b.example/ HTTP/1.1\r\nHost: a.example", 301, "https://a.example:8443//b.example/")
	f("GET / HTTP/1.0\r\nHost: a.example", 301, "https://a.example:8443/")
	f("POST / HTTP/1.1\r\nContent-Length: 0\r\nHost: a.example", 308, "https://a.example:8443/")
	f("DELETE / HTTP/1.1\r\nHost: a.example", 308, "https://a.example:8443/")
	// Not for others: other hosts, purges, the whole server.
	f("GET / HTTP/1.1\r\nHost: b.example", 200, "ok")
	f("PURGE / HTTP/1.1\r\nHost: a.example", 200, "ok")
	f("BAN / HTTP/1.1\r\nHost: a.example", 200, "ok")
	f("OPTIONS * HTTP/1.1\r\nHost: a.example", 200, "ok")

	// RFC 8555 section 8.3: challenges, ours and others', are read by http.
	f("GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: a.example:80", 200, "yes")
	f("GET /.well-known/acme-challenge/other HTTP/1.1\r\nHost: a.example", 200, "ok")
	f("POST /.well-known/acme-challenge/token HTTP/1.1\r\nHost: a.example", 200, "ok")

	// Behind a proxy that speaks https to the client, if it is believed.
	f("GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-Proto: https", 301, "https://a.example:8443/")
	s2 := &edge.Server{Handler: recorder(&last), Trusted: trusted, Secured: s.Secured}
	address = start(t, s2)
	f("GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-Proto: https", 200, "ok")
	f("GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-Proto: http", 301, "https://a.example:8443/")

	// What came by https goes nowhere, whatever the proxy says.
	address, _ = startSecured(t, s2)
	conn := secured(t, address)
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n\r\n")
	if text, _ := io.ReadAll(conn); !strings.HasPrefix(string(text), "HTTP/1.1 200") {
		t.Errorf("by https: got %q", text)
	}
}

// RFC 9110 section 15.5.20: a connection of HTTP/2 is not used for hosts that it was not made for.
func TestMisdirected(t *testing.T) {
	var last *proxy.Request
	covers := func(host string) bool { return host == "a.example" || host == "b.example" }
	f := func(trusted []netip.Prefix, sni, authority, want string) {
		t.Helper()
		s := &edge.Server{Handler: recorder(&last), Covers: covers, Trusted: trusted}
		address, _ := startSecured(t, s)
		c := dialFrames(t, address, sni)
		c.ask(true, ":method", "GET", ":scheme", "https", ":authority", authority, ":path", "/")
		if got := c.status(); got != want {
			t.Errorf("%q for %s: got %s, want %s", sni, authority, got, want)
		}
	}
	f(nil, "a.example", "a.example", "200")
	f(nil, "a.example", "A.example:8443", "200")
	f(nil, "a.example", "b.example", "200")
	f(nil, "a.example", "c.example", "421")
	f(nil, "a.example", "127.0.0.1", "421")
	// Who was asked for by name is who is meant, even without a certificate: the client has seen that, and went on.
	f(nil, "c.example", "c.example", "200")
	f(nil, "", "127.0.0.1:8443", "200")
	f(nil, "", "[::1]:8443", "200")
	f(nil, "", "c.example", "421")
	f(trusted, "a.example", "c.example", "200")

	// HTTP/1.1 opens a connection for each host, so it is not asked.
	address, _ := startSecured(t, &edge.Server{Handler: recorder(&last), Covers: covers})
	conn, err := tls.Dial("tcp", address, &tls.Config{ServerName: "a.example", InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: c.example\r\nConnection: close\r\n\r\n")
	if text, _ := io.ReadAll(conn); !strings.HasPrefix(string(text), "HTTP/1.1 200") {
		t.Errorf("got %q", text)
	}
	if last.TLS == nil || last.TLS.Protocol != "" || last.Scheme != "https" {
		t.Errorf("request %+v, TLS %+v", last.Request, last.TLS)
	}
}
