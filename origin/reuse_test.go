package origin_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"lacquer/message"
	"lacquer/origin"
)

// What becomes of a connection on which an answer came: a second request goes over it, or over another. The origin leaves it open.
func TestWhatGoesOverTheWireNext(t *testing.T) {
	const (
		reused = 1 // connections after two requests
		closed = 2
	)
	f := func(name, method, text string, want origin.Kind, wantBody string, wantConnections int32, fields ...message.Field) {
		t.Helper()
		var connections atomic.Int32
		b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
			connections.Add(1)
			for {
				switch head := readHead(r); {
				case head == "":
					return
				case strings.Contains(head, "/second"):
					io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
				default:
					io.WriteString(c, text)
				}
			}
		})
		head := get("/")
		head.Method, head.Header = method, fields
		var body []byte
		res, err := b.Fetch(context.Background(), &origin.Request{Head: head})
		if err == nil {
			body, err = io.ReadAll(res.Body)
			res.Body.Close()
		}
		got := origin.Kind(0)
		if err != nil {
			got = kindOf(t, err)
		}
		if got != want || string(body) != wantBody {
			t.Errorf("%s: kind %d, body %.40q; want %d, %q (%v)", name, got, body, want, wantBody, err)
		}
		fetchAll(t, b, &origin.Request{Head: get("/second")})
		if n := connections.Load(); n != wantConnections {
			t.Errorf("%s: %d connections, want %d", name, n, wantConnections)
		}
	}
	const ok = "HTTP/1.1 200 OK\r\n"
	const chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"

	// Exactly one response, whose end is known before the connection's.
	f("by length", "GET", ok+"Content-Length: 3\r\n\r\nabc", 0, "abc", reused)
	f("by length, nothing", "GET", ok+"Content-Length: 0\r\n\r\n", 0, "", reused)
	f("in chunks", "GET", chunked+"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 0, "abcde", reused)
	f("in chunks, nothing", "GET", chunked+"0\r\n\r\n", 0, "", reused)
	f("in chunks, extensions and trailers", "GET", chunked+"3;a=b\r\nabc\r\n0;c\r\nX: 1\r\n\r\n", 0, "abc", reused)
	f("no content", "GET", "HTTP/1.1 204 No Content\r\n\r\n", 0, "", reused)
	f("no content, and says so", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 0, "", reused)
	f("not modified", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", 0, "", reused)
	f("HEAD by length", "HEAD", ok+"Content-Length: 3\r\n\r\n", 0, "", reused)
	f("HEAD in chunks", "HEAD", chunked, 0, "", reused)
	f("after interim responses", "GET", strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 8)+ok+"Content-Length: 1\r\n\r\na", 0, "a", reused)
	f("a server error", "GET", "HTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\na", 0, "a", reused)
	f("an odd status", "GET", "HTTP/1.1 999\r\nContent-Length: 1\r\n\r\na", 0, "a", reused)

	// RFC 9112 section 9.3: both sides must agree to go on.
	f("it closes", "GET", ok+"Connection: close\r\nContent-Length: 3\r\n\r\nabc", 0, "abc", closed)
	f("it closes, among others", "GET", ok+"Connection: x, Close\r\nContent-Length: 0\r\n\r\n", 0, "", closed)
	f("we close", "GET", ok+"Content-Length: 3\r\n\r\nabc", 0, "abc", closed, message.Field{Name: "Connection", Value: "close"})
	f("HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", 0, "abc", closed)
	f("HTTP/1.0 that stays", "GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc", 0, "abc", reused)

	// Surplus: whoever sent it counts the bytes of responses differently.
	f("surplus by length", "GET", ok+"Content-Length: 3\r\n\r\nabcd", origin.Cut, "abc", closed)
	f("surplus line end", "GET", ok+"Content-Length: 3\r\n\r\nabc\r\n", origin.Cut, "abc", closed)
	f("surplus behind nothing", "GET", ok+"Content-Length: 0\r\n\r\nabc", origin.Broken, "", closed)
	f("surplus in chunks", "GET", chunked+"3\r\nabc\r\n0\r\n\r\nd", origin.Cut, "abc", closed)
	f("two responses", "GET", strings.Repeat(ok+"Content-Length: 1\r\n\r\na", 2), origin.Cut, "a", closed)
	f("a body to HEAD", "HEAD", ok+"Content-Length: 3\r\n\r\nabc", origin.Broken, "", closed)
	f("a body with 204", "GET", "HTTP/1.1 204 No Content\r\n\r\nabc", origin.Broken, "", closed)
	f("a body with 304", "GET", "HTTP/1.1 304 Not Modified\r\n\r\nabc", origin.Broken, "", closed)
	f("a response behind an interim one to nobody", "GET", "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", origin.Broken, "", closed)

	// Heads that are refused.
	f("two lengths", "GET", ok+"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", origin.Broken, "", closed)
	f("the same length twice", "GET", ok+"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", origin.Broken, "", closed)
	f("length with chunks", "GET", ok+"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", origin.Broken, "", closed)
	f("obs-fold", "GET", ok+"X: a\r\n b\r\nContent-Length: 0\r\n\r\n", origin.Broken, "", closed)
	f("bare line feeds", "GET", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", origin.Broken, "", closed)
	f("a status below 100", "GET", "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n", origin.Broken, "", closed)
	f("HTTP/0.9", "GET", "<html>hello</html>\r\n", origin.Broken, "", closed)
	f("HTTP/2 in the status line", "GET", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", origin.Broken, "", closed)
	f("chunks in HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", origin.Broken, "", closed)
	f("nine interim responses", "GET", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 9)+ok+"Content-Length: 0\r\n\r\n", origin.Broken, "", closed)
	f("101 unasked", "GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", origin.Broken, "", closed)
	f("a length with 204", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", origin.Broken, "", closed)

	// Chunks that are refused; what came before stands.
	f("a size with a sign", "GET", chunked+"1\r\na\r\n+3\r\nabc\r\n0\r\n\r\n", origin.Cut, "a", closed)
	f("a size with a prefix", "GET", chunked+"0x3\r\nabc\r\n0\r\n\r\n", origin.Cut, "", closed)
	f("a size with a space", "GET", chunked+"3 \r\nabc\r\n0\r\n\r\n", origin.Cut, "", closed)
	f("a size that overflows", "GET", chunked+"10000000000000003\r\nabc\r\n0\r\n\r\n", origin.Cut, "", closed)
	f("a bare line feed behind a size", "GET", chunked+"3\nabc\r\n0\r\n\r\n", origin.Cut, "", closed)
	f("a chunk longer than its size", "GET", chunked+"3\r\nabcd\r\n0\r\n\r\n", origin.Cut, "abc", closed)
	f("a folded trailer", "GET", chunked+"0\r\nX: a\r\n b\r\n\r\n", origin.Cut, "", closed)
}

// RFC 9110 section 6.5: the trailer section comes after the body, without what must not stand there.
func TestTrailers(t *testing.T) {
	got := make(chan string, 1)
	b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		var body strings.Builder
		for !strings.HasSuffix(body.String(), "\r\n\r\n") {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			body.WriteString(line)
		}
		got <- body.String()
		io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\n\r\n")
	})
	head := &message.Request{Method: "POST", Authority: "app", Path: "/", Length: message.Unknown}
	sent := false
	res, err := b.Fetch(context.Background(), &origin.Request{Head: head, Body: strings.NewReader("hello"), Trailer: func() message.Header {
		sent = true
		return message.Header{{Name: "X-Check", Value: "1"}, {Name: "Host", Value: "evil"}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want, text := "5\r\nhello\r\n0\r\nX-Check: 1\r\n\r\n", <-got; text != want || !sent {
		t.Errorf("the origin got %q, want %q", text, want)
	}
	if before := res.Trailer(); before != nil {
		t.Errorf("before the end: %v", before)
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	if after := res.Trailer(); len(after) != 1 || after.Get("X-Sum") != "7" {
		t.Errorf("after the end: %v", after)
	}
}

// A connection that the origin has closed, or spoken on, while nobody used it is not used again, even for what is never repeated.
func TestIdleConnectionIsLookedAt(t *testing.T) {
	f := func(name, surplus string, leave bool) {
		t.Helper()
		var connections, asked atomic.Int32
		idle := make(chan struct{})
		l := listen(t)
		serve(t, l, func(c net.Conn, r *bufio.Reader) {
			first := connections.Add(1) == 1
			for readHead(r) != "" {
				asked.Add(1)
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				if !first {
					continue
				}
				<-idle
				io.WriteString(c, surplus)
				if leave {
					c.Close()
				}
				idle <- struct{}{}
			}
		})
		b := backend(t, origin.Options{URL: "http://" + l.Addr().String()})
		fetchAll(t, b, &origin.Request{Head: get("/")})
		idle <- struct{}{}
		<-idle
		post := get("/")
		post.Method = "POST"
		fetchAll(t, b, &origin.Request{Head: post})
		if connections.Load() != 2 || asked.Load() != 2 {
			t.Errorf("%s: %d requests over %d connections, want 2 over 2", name, asked.Load(), connections.Load())
		}
	}
	f("closed", "", true)
	f("an answer to nobody", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false)
	f("a farewell", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", true)
}

// An answer that lies there before a request was sent answers another one.
func TestOriginSpeaksFirst(t *testing.T) {
	spoken := make(chan struct{})
	l := listen(t)
	serve(t, l, func(c net.Conn, r *bufio.Reader) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		close(spoken)
		io.Copy(io.Discard, r)
	})
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		<-spoken
		return c, err
	}
	_, err := fetch(backend(t, origin.Options{URL: "http://" + l.Addr().String(), Dial: dial}))
	if got := kindOf(t, err); got != origin.Broken {
		t.Errorf("kind %d (%v)", got, err)
	}
}

// What the probe cannot look at is used again only for what may be repeated.
func TestConnectionThatCannotBeLookedAt(t *testing.T) {
	f := func(method string, want int32) {
		t.Helper()
		var connections atomic.Int32
		l := listen(t)
		serve(t, l, func(c net.Conn, r *bufio.Reader) {
			connections.Add(1)
			for readHead(r) != "" {
				io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
			}
		})
		b := backend(t, origin.Options{URL: "http://" + l.Addr().String(), Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, address)
			return struct{ net.Conn }{c}, err
		}})
		for range 2 {
			head := get("/")
			head.Method = method
			fetchAll(t, b, &origin.Request{Head: head})
		}
		if got := connections.Load(); got != want {
			t.Errorf("%s: %d connections, want %d", method, got, want)
		}
	}
	f("GET", 1)
	f("POST", 2)
}
