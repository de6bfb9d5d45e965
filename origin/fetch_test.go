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
	"strings"
	"sync/atomic"
	"testing"

	"lacquer/message"
	"lacquer/origin"
)

// What goes out is what was asked, and nothing else.
func TestRequestOnTheWire(t *testing.T) {
	f := func(prefix string, head *message.Request, body, want string) {
		t.Helper()
		got := make(chan string, 1)
		l := listen(t)
		serve(t, l, func(c net.Conn, r *bufio.Reader) {
			text := readHead(r)
			if body != "" {
				rest := make([]byte, len(want)-len(text))
				n, _ := io.ReadFull(r, rest)
				text += string(rest[:max(n, 0)])
			}
			got <- text
			io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
		})
		r := &origin.Request{Head: head}
		if body != "" {
			r.Body = strings.NewReader(body)
		}
		fetchAll(t, backend(t, origin.Options{URL: "http://" + l.Addr().String() + prefix}), r)
		if text := <-got; text != want {
			t.Errorf("%s%s: the origin got\n%q, want\n%q", prefix, head.URI(), text, want)
		}
	}
	with := func(method, path string, length int64, fields ...message.Field) *message.Request {
		r := get(path)
		r.Method, r.Length, r.Header = method, length, fields
		return r
	}

	// Nothing is added: no User-Agent, no Accept-Encoding.
	f("", get("/"), "", "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")

	// Fields keep their lines; what frames the message is made anew from Length.
	f("", with("GET", "/", 0, message.Field{Name: "Accept", Value: "a"}, message.Field{Name: "accept", Value: "b"},
		message.Field{Name: "User-Agent", Value: "x"}, message.Field{Name: "Content-Length", Value: "7"}), "",
		"GET / HTTP/1.1\r\nHost: example.org\r\nAccept: a\r\naccept: b\r\nUser-Agent: x\r\n\r\n")

	// Bodies go by length or in chunks; an empty one of a POST says so.
	f("", with("POST", "/", 3), "abc", "POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 3\r\n\r\nabc")
	f("", with("POST", "/", message.Unknown), "abc",
		"POST / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	f("", with("POST", "/", 0), "", "POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 0\r\n\r\n")
	f("", with("POST", "/", 0, message.Field{Name: "Idempotency-Key", Value: "k"}), "",
		"POST / HTTP/1.1\r\nHost: example.org\r\nIdempotency-Key: k\r\nContent-Length: 0\r\n\r\n")
	f("", with("DELETE", "/", 0), "", "DELETE / HTTP/1.1\r\nHost: example.org\r\n\r\n")
	f("", with("PURGE", "/a", 0), "", "PURGE /a HTTP/1.1\r\nHost: example.org\r\n\r\n")

	// A length without a body to it would make the next request part of this one, and an expectation would wait for nothing.
	f("", with("POST", "/", 5, message.Field{Name: "Expect", Value: "100-continue"}), "",
		"POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 0\r\n\r\n")

	// Paths go out as they came.
	for _, path := range []string{"/a%2fb%2F", "/a/../b/./c", "/a//b", "//evil/x", "/|^{}\"<>", "/a;b=c", "/%zz", "//evil/%2f\"x"} {
		f("", get(path), "", "GET "+path+" HTTP/1.1\r\nHost: example.org\r\n\r\n")
	}
	query := get("/")
	query.HasQuery = true
	f("", query, "", "GET /? HTTP/1.1\r\nHost: example.org\r\n\r\n")
	query.Query = "a=%41&b=?/|"
	f("", query, "", "GET /?a=%41&b=?/| HTTP/1.1\r\nHost: example.org\r\n\r\n")
	f("", with("OPTIONS", "*", 0), "", "OPTIONS * HTTP/1.1\r\nHost: example.org\r\n\r\n")

	// The path of the backend's URL stands before each.
	f("/sub/", get("/x"), "", "GET /sub/x HTTP/1.1\r\nHost: example.org\r\n\r\n")
	f("/s%20b", get("//x"), "", "GET /s%20b//x HTTP/1.1\r\nHost: example.org\r\n\r\n")
}

func TestResponse(t *testing.T) {
	f := func(method, text string, wantLength int64, wantFields, wantBody string) {
		t.Helper()
		head := get("/")
		head.Method = method
		res, body := fetchAll(t, rawOrigin(t, answer(text)), &origin.Request{Head: head})
		var fields strings.Builder
		for _, field := range res.Head.Header {
			fmt.Fprintf(&fields, "%s=%s;", field.Name, field.Value)
		}
		if res.Head.Length != wantLength || fields.String() != wantFields || body != wantBody {
			t.Errorf("%s %.50q: length %d, fields %s, body %q; want %d, %s, %q",
				method, text, res.Head.Length, &fields, body, wantLength, wantFields, wantBody)
		}
	}

	// The three framings of RFC 9112 section 6.3.
	f("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 3, "Content-Length=3;", "abc")
	f("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", message.Unknown, "Transfer-Encoding=chunked;", "abc")
	f("GET", "HTTP/1.1 200 OK\r\n\r\nabc", message.Unknown, "", "abc")
	f("GET", "HTTP/1.0 200 OK\r\n\r\nabc", message.Unknown, "", "abc")

	// What HEAD and 304 declare is the length of a body that does not come.
	f("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 3, "Content-Length=3;", "")
	f("HEAD", "HTTP/1.1 200 OK\r\n\r\n", message.Unknown, "", "")
	f("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", 3, "Content-Length=3;", "")
	f("GET", "HTTP/1.1 204 No Content\r\n\r\n", 0, "", "")

	// Fields come as they came; compressed bodies and redirects as they are.
	f("GET", "HTTP/1.1 302 Found\r\nSet-Cookie: b=1\r\nLocation: /x\r\nContent-Encoding: gzip\r\nset-cookie: a=2\r\nContent-Length: 1\r\n\r\n?",
		1, "Set-Cookie=b=1;Location=/x;Content-Encoding=gzip;set-cookie=a=2;Content-Length=1;", "?")
}

func TestInterim(t *testing.T) {
	b := rawOrigin(t, answer("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	var got []string
	res, _ := fetchAll(t, b, &origin.Request{Head: get("/"), Interim: func(status int, h message.Header) {
		got = append(got, fmt.Sprint(status, h.Get("Link")))
	}})
	if want := "103</a.css>,102"; strings.Join(got, ",") != want || res.Head.Status != 200 {
		t.Errorf("got %v, then %d; want %s, then 200", got, res.Head.Status, want)
	}
}

func TestUpgrade(t *testing.T) {
	b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		// The first bytes of the other protocol come together with the head.
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello ")
		io.Copy(c, r)
		io.WriteString(c, "bye")
	})
	head := get("/")
	head.Header = message.Header{{Name: "Connection", Value: "Upgrade"}, {Name: "Upgrade", Value: "echo"}}
	res, err := b.Fetch(context.Background(), &origin.Request{Head: head})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Conn.Close()
	io.WriteString(res.Conn, "you ")
	if err := res.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Conn)
	if res.Head.Status != 101 || string(text) != "hello you bye" || err != nil {
		t.Errorf("status %d, %q, %v", res.Head.Status, text, err)
	}
}

// The context of the fetch ends a connection of another protocol, too.
func TestUpgradeEndsWithContext(t *testing.T) {
	b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		io.Copy(io.Discard, r)
	})
	head := get("/")
	head.Header = message.Header{{Name: "Connection", Value: "Upgrade"}, {Name: "Upgrade", Value: "echo"}}
	ctx, cancel := context.WithCancel(context.Background())
	res, err := b.Fetch(ctx, &origin.Request{Head: head})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Conn.Close()
	cancel()
	if _, err := res.Conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still open")
	}
}

// RFC 9110 section 9.2.2: the origin reads a request on a connection that was used before and leaves without an answer. A GET
// may be asked again; what is not safe must not be.
func TestNeverSentTwice(t *testing.T) {
	f := func(method, body string, wantAsked int32, fields ...message.Field) {
		t.Helper()
		var asked atomic.Int32
		b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
			for i := 0; ; i++ {
				head := readHead(r)
				switch {
				case head == "":
					return
				case strings.HasPrefix(head, "GET /first"):
					io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				case asked.Add(1) == 1:
					return
				default:
					io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			}
		})
		fetchAll(t, b, &origin.Request{Head: get("/first")})
		head := get("/second")
		head.Method, head.Header, head.Length = method, fields, int64(len(body))
		r := &origin.Request{Head: head}
		if body != "" {
			r.Body = strings.NewReader(body)
		}
		res, err := b.Fetch(context.Background(), r)
		if err == nil {
			res.Body.Close()
		}
		if got := asked.Load(); got != wantAsked {
			t.Errorf("%s %v with body %q: asked %d times, want %d (%v)", method, fields, body, got, wantAsked, err)
		}
		if wantAsked == 1 && kindOf(t, err) != origin.Broken {
			t.Errorf("%s: %v", method, err)
		}
	}
	key := message.Field{Name: "idempotency-key", Value: "k"}
	f("GET", "", 2)
	f("POST", "", 1)
	f("POST", "", 1, key)
	f("POST", "abc", 1)
	f("POST", "abc", 1, key)
	f("PUT", "abc", 1)
	f("DELETE", "", 1, key)
	f("DELETE", "", 1)
}

// Once a byte of an answer came, the origin has seen the request: what follows is its failure.
func TestNotRepeatedAfterTheFirstByte(t *testing.T) {
	var asked atomic.Int32
	b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
		for readHead(r) != "" {
			if asked.Add(1) == 2 {
				io.WriteString(c, "H")
				return
			}
			io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
		}
	})
	fetchAll(t, b, &origin.Request{Head: get("/")})
	if _, err := fetch(b); kindOf(t, err) != origin.Broken || asked.Load() != 2 {
		t.Errorf("asked %d times (%v)", asked.Load(), err)
	}
}

// A connection is used again when the body was read to its end, and only then.
func TestConnectionsAreReused(t *testing.T) {
	f := func(read bool, want int32) {
		t.Helper()
		var connections atomic.Int32
		b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
			connections.Add(1)
			for readHead(r) != "" {
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
			}
		})
		for range 3 {
			res, err := fetch(b)
			if err != nil {
				t.Fatal(err)
			}
			if read {
				io.Copy(io.Discard, res.Body)
			}
			res.Body.Close()
		}
		if got := connections.Load(); got != want {
			t.Errorf("read to the end %v: %d connections, want %d", read, got, want)
		}
	}
	f(true, 1)
	f(false, 3)
}

// The name in the URL is verified and sent as SNI, whatever Host the client asked for; HTTP/2 is agreed on by ALPN.
func TestTLS(t *testing.T) {
	var sni atomic.Value
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", r.Proto, r.Host)
	}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		sni.Store(hello.ServerName)
		return nil, nil
	}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}

	b := backend(t, origin.Options{URL: "https://example.com", Dial: dial, TLS: &tls.Config{RootCAs: roots}})
	res, body := fetchAll(t, b, &origin.Request{Head: get("/")})
	if body != "HTTP/2.0 example.org" || res.Head.Major != 2 || sni.Load() != "example.com" {
		t.Errorf("got %q over HTTP/%d with SNI %v", body, res.Head.Major, sni.Load())
	}

	// Without its authority the server is not trusted.
	_, err := fetch(backend(t, origin.Options{URL: "https://example.com", Dial: dial}))
	if got := kindOf(t, err); got != origin.Connect {
		t.Errorf("unknown authority: kind %d (%v)", got, err)
	}
}

func TestUnixSocket(t *testing.T) {
	path := t.TempDir() + "/app.sock"
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, l, answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
	if _, body := fetchAll(t, backend(t, origin.Options{URL: "unix:" + path}), &origin.Request{Head: get("/")}); body != "hi" {
		t.Errorf("got %q", body)
	}
}

func TestNewRefuses(t *testing.T) {
	f := func(url, want string) {
		t.Helper()
		_, err := origin.New(origin.Options{Name: "app", URL: url})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error shows the password: %v", url, err)
		}
	}
	f("", "begins with http://")
	f("ftp://host", "begins with http://")
	f("localhost:3000", "begins with http://")
	f("http://", "host is missing")
	f("http://:80", "host is missing")
	f("http://me:secret@host", "user")
	f("http://me:secret@ho st", "cannot be read")
	f("http://host/?a", "query")
	f("http://host/#a", "query or fragment")
	f("unix:app.sock", "begins with a slash")
}

// The environment's proxy is not asked.
func TestNoProxyFromEnvironment(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	l := listen(t)
	serve(t, l, answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != "app.test:80" {
			t.Errorf("dialled %s", address)
		}
		return new(net.Dialer).DialContext(ctx, network, l.Addr().String())
	}
	if _, body := fetchAll(t, backend(t, origin.Options{URL: "http://app.test", Dial: dial}), &origin.Request{Head: get("/")}); body != "hi" {
		t.Errorf("got %q", body)
	}
}
