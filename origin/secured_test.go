package origin_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/origin"
)

// securedServer is a server over TLS, for its certificate at least, and the configuration that trusts it.
func securedServer(t *testing.T, http2 bool, connState func(net.Conn, http.ConnState), handler http.HandlerFunc) (*httptest.Server, *tls.Config) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = http2
	server.Config.ConnState = connState
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, &tls.Config{RootCAs: roots, ServerName: "example.com"}
}

// securedOrigin holds a conversation over TLS, in HTTP/1.1, on each connection.
func securedOrigin(t *testing.T, talk func(c *tls.Conn, r *bufio.Reader)) *origin.Backend {
	t.Helper()
	server, config := securedServer(t, false, nil, nil)
	l := listen(t)
	serve(t, l, func(c net.Conn, _ *bufio.Reader) {
		secured := tls.Server(c, &tls.Config{Certificates: server.TLS.Certificates})
		talk(secured, bufio.NewReader(secured))
	})
	return backend(t, origin.Options{URL: "https://" + l.Addr().String(), TLS: config})
}

// RFC 9112 section 9.8: a body that ends with the connection is whole only where TLS says that it ends.
func TestSecuredBodyUntilClose(t *testing.T) {
	f := func(notify bool) {
		t.Helper()
		res, err := fetch(securedOrigin(t, func(c *tls.Conn, r *bufio.Reader) {
			readHead(r)
			io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nabc")
			if notify {
				c.Close()
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if string(body) != "abc" || (err == nil) != notify {
			t.Errorf("closed with an alert %v: %q (%v)", notify, body, err)
		}
		if err != nil && kindOf(t, err) != origin.Cut {
			t.Errorf("kind %d", kindOf(t, err))
		}
	}
	f(true)
	f(false)
}

// A connection over TLS is used again, but not where a record holds more than the body.
func TestSecuredReuse(t *testing.T) {
	f := func(body string, want int32) {
		t.Helper()
		var connections atomic.Int32
		b := securedOrigin(t, func(c *tls.Conn, r *bufio.Reader) {
			connections.Add(1)
			for readHead(r) != "" {
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
				io.WriteString(c, body) // a record of its own
			}
		})
		for range 3 {
			if _, got := fetchAll(t, b, &origin.Request{Head: get("/")}); got != "abc" {
				t.Errorf("got %q", got)
			}
		}
		if got := connections.Load(); got != want {
			t.Errorf("body %q: %d connections, want %d", body, got, want)
		}
	}
	f("abc", 1)
	f("abcHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nxyz", 3)
}

// HTTP/2 has no upgrades, so one is asked for in HTTP/1.1, where the origin prefers HTTP/2 otherwise.
func TestSecuredUpgrade(t *testing.T) {
	server, config := securedServer(t, true, nil, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			fmt.Fprint(w, r.Proto)
			return
		}
		c, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := buffered.ReadString('\n')
		io.WriteString(c, line)
	})
	b := backend(t, origin.Options{URL: server.URL, TLS: config})
	for range 2 {
		if _, body := fetchAll(t, b, &origin.Request{Head: get("/")}); body != "HTTP/2.0" {
			t.Errorf("got %q", body)
		}
		head := get("/")
		head.Header = message.Header{{Name: "Connection", Value: "Upgrade"}, {Name: "Upgrade", Value: "echo"}}
		res, err := b.Fetch(context.Background(), &origin.Request{Head: head})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(res.Conn, "hello\n")
		if text, err := io.ReadAll(res.Conn); string(text) != "hello\n" {
			t.Errorf("echoed %q (%v)", text, err)
		}
		res.Conn.Close()
	}
}

// RFC 9113 section 8.2.2: TE goes to an origin in HTTP/2, Connection, which has to name it in HTTP/1.1, does not.
func TestSecuredTE(t *testing.T) {
	server, config := securedServer(t, true, nil, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Proto, r.Header["Te"], r.Header["Connection"])
	})
	head := get("/")
	head.Header = message.Header{{Name: "TE", Value: "trailers"}, {Name: "Connection", Value: "TE"}}
	if _, body := fetchAll(t, backend(t, origin.Options{URL: server.URL, TLS: config}), &origin.Request{Head: head}); body != "HTTP/2.0[trailers] []" {
		t.Errorf("got %q", body)
	}
}

// An origin that answers pings and never opens its window does not take the request: it must not hold the client for ever. One that is only
// slow to answer has the time for the first byte.
func TestSecuredRequestIsNotTaken(t *testing.T) {
	f := func(size int, length int64, firstByte, betweenBytes time.Duration, want string) {
		t.Helper()
		leave := make(chan struct{})
		server, config := securedServer(t, true, nil, func(http.ResponseWriter, *http.Request) { <-leave })
		defer close(leave)
		b := backend(t, origin.Options{URL: server.URL, TLS: config, Timeouts: origin.Timeouts{FirstByte: firstByte, BetweenBytes: betweenBytes}})
		_, err := b.Fetch(t.Context(), &origin.Request{Head: post(length), Body: strings.NewReader(strings.Repeat("x", size))})
		if got := kindOf(t, err); got != origin.Timeout || !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: kind %d (%v), want %q", size, got, err, want)
		}
	}
	const soon, never = 50 * time.Millisecond, time.Hour
	const large = 4 << 20 // more than any window
	f(large, large, never, soon, "not taken within")
	f(large, message.Unknown, never, soon, "not taken within")
	f(10, 10, 4*soon, soon, "no answer within")
	f(10, message.Unknown, 4*soon, soon, "no answer within")
}

// An origin may change its mind about the version from one connection to the next, in both directions; nothing is lost by it.
func TestVersionChanges(t *testing.T) {
	say := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s", r.Proto, body)
	}
	var open atomic.Int32
	count := func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
		}
	}
	newer, config := securedServer(t, true, count, say)
	older, _ := securedServer(t, false, count, say)
	var present atomic.Pointer[httptest.Server]
	b := backend(t, origin.Options{URL: "https://example.com", TLS: config, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, present.Load().Listener.Addr().String())
	}})
	hangUp := func() {
		for b.Close(); open.Load() > 0; b.Close() { // the library needs a moment to see that it has nothing under way
			runtime.Gosched()
		}
	}
	ask := func(server *httptest.Server, want string) {
		t.Helper()
		hangUp()
		present.Store(server)
		if _, body := fetchAll(t, b, &origin.Request{Head: get("/")}); body != want+" " {
			t.Errorf("GET: got %q, want %s", body, want)
		}
		hangUp()
		if _, body := fetchAll(t, b, &origin.Request{Head: post(2), Body: &pieces{"hi", 1}}); body != want+" hi" {
			t.Errorf("POST: got %q, want %s", body, want)
		}
	}
	ask(newer, "HTTP/2.0")
	ask(older, "HTTP/1.1")
	ask(newer, "HTTP/2.0")
	ask(older, "HTTP/1.1")
}
