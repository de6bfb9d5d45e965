package edge_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"lacquer/edge"
	"lacquer/message"
	"lacquer/proxy"
)

// What comes over HTTP/2 is judged as it would be in HTTP/1. A stream that is refused leaves the others alone.
func TestRefusedOverHTTP2(t *testing.T) {
	var asked atomic.Int32
	entries := make(chan edge.Entry, 100)
	s := &edge.Server{Access: func(e *edge.Entry) { entries <- e.Clone() }, Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		asked.Add(1)
		return say(w, 200, "ok")
	})}
	address, _ := startSecured(t, s)
	c := dialFrames(t, address, "a.example")
	f := func(want string, fields ...string) {
		t.Helper()
		asked.Store(0)
		c.ask(true, fields...)
		if got := c.status(); got != want {
			t.Errorf("%q: got %s, want %s", fields, got, want)
		}
		if asked.Load() > 0 && want != "200" {
			t.Errorf("%q: the handler was asked", fields)
		}
	}
	with := func(authority string, more ...string) []string {
		return append([]string{":method", "GET", ":scheme", "https", ":authority", authority, ":path", "/"}, more...)
	}

	f("200", with("a.example")...)
	// RFC 9113 section 8.3.1: Host, where it stands beside :authority, says the same; where it stands alone, it counts.
	f("200", with("a.example", "host", "A.example")...)
	f("400", with("a.example", "host", "b.example")...)
	f("400", with("a.example", "host", "a.example", "host", "a.example")...)
	f("400", with("a.example", "host", "a.example:444")...)
	f("200", ":method", "GET", ":scheme", "https", ":path", "/", "host", "a.example")
	f("400", ":method", "GET", ":scheme", "https", ":path", "/")
	f("400", with("")...)
	f("400", with("a/b")...)
	f("400", with("a b")...)
	f("reset", with("me@a.example")...)

	// RFC 9113 section 8.2.2: fields of a connection. Our library answers some itself.
	for _, name := range []string{"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"} {
		f("400", with("a.example", name, "close")...)
	}
	f("400", with("a.example", "te", "gzip")...)

	// A request line within a pseudo-header field.
	f("400", ":method", "GET /x HTTP/1.1", ":scheme", "https", ":authority", "a.example", ":path", "/")
	f("400", ":method", "G T", ":scheme", "https", ":authority", "a.example", ":path", "/")
	f("400", ":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/ HTTP/1.1")
	f("400", ":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "*")
	f("reset", ":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/\r\nx: y")
	f("reset", ":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "a")
	f("reset", ":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "")
	f("reset", with("a.example", "x", "a\r\nb: c")...)
	f("reset", with("a.example", "X", "y")...)

	// RFC 9113 section 8.5: CONNECT, and what is none.
	f("405", ":method", "CONNECT", ":authority", "a.example:443")
	f("400", ":method", "CONNECT", ":authority", "a.example")
	f("reset", with("a.example", ":protocol", "websocket")...)
	// RFC 9110 section 10.1.1.
	f("417", with("a.example", "expect", "tea")...)
	// Lengths that are none.
	f("400", with("a.example", "content-length", "+0")...)
	f("reset", with("a.example", "content-length", "3")...)
	// Limits.
	f("414", ":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/"+strings.Repeat("a", 10<<10))

	// The same connection still serves.
	f("200", with("b.example")...)
	for e := range entries {
		if e.Proto != "HTTP/2.0" || e.Scheme != "https" || e.Status == 0 {
			t.Errorf("logged as %+v", e)
		}
		if e.Host == "b.example" && e.Status == 200 {
			break
		}
	}
}

// What is served reaches the handler as HTTP/1 would have brought it, but for version and scheme.
func TestReceivedOverHTTP2(t *testing.T) {
	var last *proxy.Request
	var body string
	address, _ := startSecured(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		last, body = r, ""
		if r.Body != nil {
			text, err := io.ReadAll(r.Body)
			body = fmt.Sprint(string(text), err)
		}
		return say(w, 200, "ok")
	})})
	c := dialFrames(t, address, "a.example")
	f := func(want message.Request, wantBody string, send []string, fields ...string) {
		t.Helper()
		last = nil
		c.ask(send == nil, fields...)
		for i, piece := range send {
			c.must(c.WriteData(c.stream, i == len(send)-1, []byte(piece)))
		}
		if got := c.status(); got != "200" || last == nil {
			t.Fatalf("%q: got %s", fields, got)
		}
		if got := fmt.Sprint(*last.Request); got != fmt.Sprint(want) || body != wantBody {
			t.Errorf("%q: got\n%v %q, want\n%v %q", fields, got, body, want, wantBody)
		}
	}
	head := func(method, path, query string, length int64, fields ...message.Field) message.Request {
		return message.Request{
			Method: method, Scheme: "https", Authority: "a.example", Path: path, Query: query, HasQuery: query != "", Major: 2,
			Header: append(message.Header{}, fields...), Length: length,
		}
	}
	pseudo := func(method, path string, more ...string) []string {
		return append([]string{":method", method, ":scheme", "https", ":authority", "a.example", ":path", path}, more...)
	}

	f(head("GET", "//a/../%2e", "d=%41&e", 0), "", nil, pseudo("GET", "//a/../%2e?d=%41&e")...)
	f(head("OPTIONS", "*", "", 0), "", nil, pseudo("OPTIONS", "*")...)
	f(head("PURGE", "/a", "", 0), "", nil, pseudo("PURGE", "/a", "host", "a.example")...)
	// RFC 9113 section 8.2.3: crumbs of Cookie are one line.
	f(head("GET", "/", "", 0, message.Field{Name: "Cookie", Value: "a=1; b=2; c=3"}), "", nil,
		pseudo("GET", "/", "cookie", "a=1", "cookie", "b=2; c=3")...)
	f(head("GET", "/", "", 0, message.Field{Name: "A", Value: "1"}, message.Field{Name: "A", Value: "2"}), "", nil,
		pseudo("GET", "/", "a", "1", "x_forwarded_for", "1", "a", "2")...)
	// Bodies: declared, not declared, empty, and one that waits to be wanted.
	f(head("POST", "/", "", 3, message.Field{Name: "Content-Length", Value: "3"}), "abc<nil>", []string{"a", "bc"}, pseudo("POST", "/", "content-length", "3")...)
	f(head("POST", "/", "", message.Unknown), "abc<nil>", []string{"ab", "c"}, pseudo("POST", "/")...)
	f(head("POST", "/", "", message.Unknown), "<nil>", []string{""}, pseudo("POST", "/")...)

	if got, want := *last.TLS, (proxy.TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", ServerName: "a.example", Protocol: "h2"}); got != want {
		t.Errorf("TLS %+v, want %+v", got, want)
	}
}

// RFC 9110 section 10.1.1: the body is asked for when it is wanted, and not before.
func TestExpectOverHTTP2(t *testing.T) {
	address, _ := startSecured(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		if r.Path == "/unwanted" {
			return say(w, 403, "no")
		}
		text, _ := io.ReadAll(r.Body)
		return say(w, 200, string(text))
	})})
	c := dialFrames(t, address, "a.example")
	expecting := func(path string) {
		c.ask(false, ":method", "POST", ":scheme", "https", ":authority", "a.example", ":path", path, "expect", "100-continue")
	}
	expecting("/wanted")
	if got := c.status(); got != "100" {
		t.Errorf("got %s, want 100", got)
	}
	c.must(c.WriteData(c.stream, true, []byte("abc")))
	if got := c.status(); got != "200" {
		t.Errorf("got %s, want 200", got)
	}
	expecting("/unwanted")
	if got := c.status(); got != "403" {
		t.Errorf("got %s, want 403", got)
	}
}

// The answer to a request is the same by HTTP/1.1 and HTTP/2, byte for byte.
func TestSameAnswers(t *testing.T) {
	address, trust := startSecured(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		switch r.Path {
		case "/interim":
			w.Interim(103, message.Header{{Name: "Link", Value: "</a.css>; rel=preload"}})
		case "/cut":
			w.Head(&message.Response{Status: 200, Length: 10})
			io.WriteString(w, "short")
			w.Flush()
			w.Abort()
			return proxy.Record{Status: 200, Cut: true}
		case "/unknown":
			w.Head(&message.Response{Status: 200, Length: message.Unknown})
			io.WriteString(w, strings.Repeat("long ", 50_000))
			w.Finish()
			return proxy.Record{Status: 200}
		case "/none":
			w.Head(&message.Response{Status: 304, Length: message.Unknown, Header: message.Header{{Name: "ETag", Value: `"a"`}}})
			w.Finish()
			return proxy.Record{Status: 304}
		case "/upgrade":
			if r.Major == 2 {
				if _, err := w.Upgrade(&message.Response{Status: 101}); err == nil {
					t.Error("an upgrade over HTTP/2")
				}
			}
		}
		text := "hello"
		w.Head(&message.Response{Status: 200, Length: int64(len(text)), Header: message.Header{
			{Name: "Cache-Status", Value: "lacquer; hit"}, {Name: "Set-Cookie", Value: "a=1"}, {Name: "Set-Cookie", Value: "b=2"},
			{Name: "Date", Value: "Mon, 02 Jan 2006 15:04:05 GMT"},
		}})
		io.WriteString(w, text)
		w.Finish()
		return proxy.Record{Status: 200, Bytes: 5}
	})})
	clients := map[int]*http.Client{1: browser(t, address, trust, 1), 2: browser(t, address, trust, 2)}
	f := func(method, path, want string) {
		t.Helper()
		for major, client := range clients {
			request, err := http.NewRequest(method, "https://a.example"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Do(request)
			if err != nil {
				t.Errorf("%s %s by HTTP/%d: %v", method, path, major, err)
				continue
			}
			text, err := io.ReadAll(response.Body)
			if len(text) > 20 {
				text = fmt.Appendf(nil, "%d bytes", len(text))
			}
			response.Header.Del("Date")
			if got := fmt.Sprintf("%d %d %v %s %v", response.StatusCode, response.ContentLength, response.Header, text, err != nil); response.ProtoMajor != major || got != want {
				t.Errorf("%s %s by HTTP/%d: got\n%s %s, want\n%s", method, path, major, response.Proto, got, want)
			}
		}
	}
	const fields = "map[Cache-Status:[lacquer; hit] Content-Length:[5] Set-Cookie:[a=1 b=2]] "
	f("GET", "/", "200 5 "+fields+"hello false")
	f("HEAD", "/", "200 5 "+fields+" false")
	f("GET", "/interim", "200 5 "+fields+"hello false")
	f("GET", "/upgrade", "200 5 "+fields+"hello false")
	f("GET", "/unknown", "200 -1 map[] 250000 bytes false")
	f("GET", "/none", `304 0 map[Etag:["a"]]  false`)
	// A body that is cut does not look whole.
	f("GET", "/cut", "200 10 map[Content-Length:[10]] short true")
}

// What a head holds is valid until Head returns, and is sent all the same as it was: net/http sends it only when the handler has returned, where there is no body.
func TestHeadIsNotKeptOverHTTP2(t *testing.T) {
	for _, method := range []string{"HEAD", "GET"} {
		s := &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
			text := []byte("as it was")
			head := final(200, message.Unknown)
			head.Header.Add("X-Text", unsafe.String(&text[0], len(text)))
			w.Head(head)
			w.Finish()
			copy(text, "another's")
			return proxy.Record{}
		})}
		address, trust := startSecured(t, s)
		request, _ := http.NewRequest(method, "https://a.example/", nil)
		response, err := browser(t, address, trust, 2).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("X-Text"); got != "as it was" {
			t.Errorf("%s: got %q", method, got)
		}
	}
}

// FuzzHTTP2 sends fields as it likes: the server survives, and what reaches the handler can be sent on.
func FuzzHTTP2(f *testing.F) {
	f.Add("GET", "a.example", "/", "x", "y")
	f.Add("POST", "a.example:443", "/a?b", "host", "b")
	f.Add("CONNECT", "", "*", "cookie", "a=1")
	f.Fuzz(func(t *testing.T, method, authority, path, name, value string) {
		var last *proxy.Request
		s := &edge.Server{Handler: recorder(&last)}
		address, _ := startSecured(t, s)
		c := dialFrames(t, address, "a.example")
		c.ask(true, ":method", method, ":scheme", "https", ":authority", authority, ":path", path, name, value)
		c.status()
		if s.Panics() > 0 {
			t.Fatalf("%q panicked", []string{method, authority, path, name, value})
		}
		if last == nil {
			return
		}
		printed := message.AppendRequest(nil, last.Request)
		var again message.Request
		if v := again.Parse(printed, message.Limits{}); v.Outcome != message.Serve || again.Authority != last.Authority {
			t.Errorf("%q was served, but %q would not be: %s", []string{method, authority, path, name, value}, printed, v.Why)
		}
	})
}
