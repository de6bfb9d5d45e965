package edge_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"lacquer/edge"
	"lacquer/message"
	"lacquer/proxy"
)

// final is the head of a response with these fields, names and values in turn.
func final(status int, length int64, fields ...string) *message.Response {
	head := &message.Response{Status: status, Length: length}
	for i := 0; i < len(fields); i += 2 {
		head.Header.Add(fields[i], fields[i+1])
	}
	return head
}

// What is written is what stands on the wire, but for Date.
func TestResponseOnTheWire(t *testing.T) {
	f := func(request string, write func(w proxy.Writer), want string) {
		t.Helper()
		address := start(t, &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
			write(w)
			return proxy.Record{}
		})})
		c := dial(t, address)
		c.send(request)
		if got := c.head() + c.exactly(len(want)-strings.Index(want, "\r\n\r\n")-4); got != want {
			t.Errorf("%.40q: got\n%q, want\n%q", request, got, want)
		}
	}
	const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	whole := func(head *message.Response, body string) func(proxy.Writer) {
		return func(w proxy.Writer) {
			w.Head(head)
			io.WriteString(w, body)
			w.Finish()
		}
	}

	// By length. No Content-Type is guessed, and nothing else is added.
	f(get, whole(final(200, 5), "<html"), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html")
	f(get, whole(final(200, 0), ""), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

	// What belongs to the connection, or tells where the message ends, is not the handler's to say.
	f(get, whole(final(200, 2, "Connection", "close, X", "keep-alive", "9", "Proxy-Connection", "close", "Upgrade", "h2c", "Trailer", "X", "X", "y"), "ab"),
		"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 2\r\n\r\nab")

	// The declared length counts, not what a field says.
	f(get, whole(final(200, 2, "Content-Length", "7", "Transfer-Encoding", "gzip", "X", "y"), "ab"),
		"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 2\r\n\r\nab")

	// Lines of one name stay apart.
	f(get, whole(final(200, 0, "Set-Cookie", "a=1", "set-cookie", "b=2"), ""),
		"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n")

	// In chunks where the length is unknown, as they are flushed; until close in HTTP/1.0.
	chunks := func(w proxy.Writer) {
		w.Head(final(200, message.Unknown))
		io.WriteString(w, "ab")
		w.Flush()
		io.WriteString(w, "cde")
		w.Finish()
	}
	f(get, chunks, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n")
	f("GET / HTTP/1.0\r\n\r\n", chunks, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde")

	// Statuses and methods without a body (RFC 9110 section 6.4.1): HEAD declares the length of what does not come.
	f("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", whole(final(200, 5), "abcde"), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
	f("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", whole(final(200, message.Unknown), ""), "HTTP/1.1 200 OK\r\n\r\n")
	f(get, whole(final(204, 0), "x"), "HTTP/1.1 204 No Content\r\n\r\n")
	f(get, whole(final(304, 5, "ETag", `"a"`), "x"), "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n")

	// A trailer section follows the last chunk, and nothing else (RFC 9110 section 6.5).
	trailers := func(length int64) func(proxy.Writer) {
		return func(w proxy.Writer) {
			w.Head(final(200, length))
			io.WriteString(w, "ab")
			w.Trailer(message.Header{{Name: "Digest", Value: "x"}, {Name: "Content-Length", Value: "9"}})
			w.Finish()
		}
	}
	f(get, trailers(message.Unknown), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nDigest: x\r\n\r\n")
	f(get, trailers(2), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab")

	// RFC 9112 section 9.3: HTTP/1.0 is told that the connection is kept, HTTP/1.1 that it is not.
	f("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", whole(final(200, 2), "ab"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nab")
	f("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", whole(final(200, 2), "ab"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab")

	// Interim responses leave nothing behind in the final one; HTTP/1.0 gets none.
	hints := func(w proxy.Writer) {
		w.Interim(103, message.Header{{Name: "Link", Value: "</a>"}})
		w.Interim(100, nil) // nobody waits for it
		whole(final(200, 0), "")(w)
	}
	f(get, hints, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n")
	f("GET / HTTP/1.0\r\n\r\n", hints, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

// Date is added where it is missing, and stays where it is not.
func TestDate(t *testing.T) {
	f := func(want string, fields ...string) {
		t.Helper()
		address := start(t, &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
			w.Head(final(200, 0, fields...))
			w.Finish()
			return proxy.Record{}
		})})
		res, _ := exchange(t, address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if got := res.Header["Date"]; len(got) != 1 || want != "" && got[0] != want {
			t.Errorf("Date %q, want %q", got, want)
		}
	}
	f("")
	f("Thu, 01 Jan 1970 00:00:01 GMT", "Date", "Thu, 01 Jan 1970 00:00:01 GMT")
}

// A connection serves one request after another, and one whose response was cut no more.
func TestKeepAlive(t *testing.T) {
	address := start(t, &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		return say(w, 200, "ok")
	})})
	c := dial(t, address)
	for range 3 {
		c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		c.head()
		c.exactly(2)
	}
}

// A cut is seen by the client: by what is missing, or by a reset where the end of the connection would be the end of the body.
func TestAbort(t *testing.T) {
	f := func(name, version string, length int64, body string, end func(proxy.Writer), want string, wantWhole bool) {
		t.Helper()
		var entry edge.Entry
		logged := make(chan struct{})
		address := start(t, &edge.Server{
			Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
				w.Head(final(200, length))
				io.WriteString(w, body)
				w.Flush()
				end(w)
				return proxy.Record{Status: 200, Bytes: int64(len(body))}
			}),
			Access: func(e *edge.Entry) { entry = e.Clone(); close(logged) },
		})
		c := dial(t, address)
		c.send("GET / HTTP/" + version + "\r\nHost: a\r\n\r\n")
		if length != message.Unknown || version != "1.0" {
			c.head()
		}
		text, whole := c.rest()
		if version != "1.0" && text != want || whole != wantWhole {
			t.Errorf("%s: got %q, whole %v", name, text, whole)
		}
		if <-logged; !entry.Cut || entry.Status != 200 {
			t.Errorf("%s: logged as %+v", name, entry)
		}
	}
	abort := func(w proxy.Writer) { w.Abort() }
	f("by length", "1.1", 5, "abc", abort, "abc", true)
	f("chunked", "1.1", message.Unknown, "abc", abort, "3\r\nabc\r\n", true)
	f("until close", "1.0", message.Unknown, "abc", abort, "", false)
	f("shorter than declared", "1.1", 5, "abc", func(w proxy.Writer) {
		if w.Finish() == nil {
			t.Error("Finish has no error")
		}
	}, "abc", true)
}

// What is longer than it was declared does not get out.
func TestTooMuch(t *testing.T) {
	address := start(t, &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		w.Head(final(200, 2))
		if _, err := io.WriteString(w, "abc"); err == nil {
			t.Error("no error")
		}
		w.Abort()
		return proxy.Record{}
	})})
	c := dial(t, address)
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if text, _ := c.rest(); strings.HasSuffix(text, "abc") {
		t.Errorf("got %q", text)
	}
}

// A panic of the handler costs one response, not the process.
func TestPanic(t *testing.T) {
	f := func(name string, serve func(proxy.Writer), want string, wantPanics int64) {
		t.Helper()
		s := &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
			serve(w)
			return proxy.Record{}
		})}
		c := dial(t, start(t, s))
		c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		text, _ := c.rest()
		if !strings.HasPrefix(text, want) || want == "" && text != "" {
			t.Errorf("%s: got %q, want %q", name, text, want)
		}
		if got := s.Panics(); got != wantPanics {
			t.Errorf("%s: %d panics counted, want %d", name, got, wantPanics)
		}
	}
	f("before the head", func(proxy.Writer) { panic("oops") }, "HTTP/1.1 500 ", 1)
	f("in the body", func(w proxy.Writer) {
		w.Head(final(200, 5))
		io.WriteString(w, "ab")
		w.Flush()
		panic("oops")
	}, "HTTP/1.1 200 OK\r\n", 1)
	f("no answer at all", func(proxy.Writer) {}, "HTTP/1.1 500 ", 0)
	f("aborted without a head", func(w proxy.Writer) { w.Abort() }, "", 0)
	f("our own fault in the writer's use", func(w proxy.Writer) { w.Finish() }, "HTTP/1.1 500 ", 1)
	f("net/http's own way", func(proxy.Writer) { panic(http.ErrAbortHandler) }, "", 0)
}

// Bytes that came early, and those that come later, in both directions.
func TestUpgrade(t *testing.T) {
	address := start(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		conn, err := w.Upgrade(final(101, 0, "Connection", "Upgrade", "Upgrade", "echo"))
		if err != nil {
			t.Error(err)
			return proxy.Record{}
		}
		defer conn.Close()
		io.Copy(conn, conn)
		io.WriteString(conn, "bye")
		conn.(interface{ CloseWrite() error }).CloseWrite()
		return proxy.Record{Status: 101, Upgraded: true}
	})})
	c := dial(t, address)
	c.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly ")
	if got := c.head(); got != "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n" {
		t.Errorf("head %q", got)
	}
	if got := c.exactly(6); got != "early " {
		t.Errorf("got %q", got)
	}
	c.send("later ")
	c.Conn.(interface{ CloseWrite() error }).CloseWrite()
	if got, whole := c.rest(); got != "later bye" || !whole {
		t.Errorf("got %q, whole %v", got, whole)
	}
}

// Server-sent events flow: each reaches the client before the next is written.
func TestEventsFlow(t *testing.T) {
	next := make(chan struct{})
	address := start(t, &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		w.Head(final(200, message.Unknown, "Content-Type", "text/event-stream"))
		w.Flush()
		for range 3 {
			<-next
			io.WriteString(w, "data: x\n\n")
			w.Flush()
		}
		w.Finish()
		return proxy.Record{}
	})})
	c := dial(t, address)
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	events := bufio.NewReader(res.Body)
	for range 3 {
		next <- struct{}{}
		if line, err := events.ReadString('\n'); line != "data: x\n" {
			t.Fatalf("got %q, %v", line, err)
		}
		events.ReadString('\n')
	}
}
