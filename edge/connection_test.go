package edge_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/edge"
	"lacquer/message"
	"lacquer/proxy"
)

// inUse returns the bytes of the heap's objects and of stacks.
func inUse() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	for range 4 { // pools and stacks shrink from one collection to the next
		runtime.GC()
	}
	metrics.Read(samples)
	return samples[0].Value.Uint64() + samples[1].Value.Uint64()
}

// A connection that waits for its next request holds no buffer. Counted with the client's end, which lies in this process, too.
func TestIdleConnections(t *testing.T) {
	const connections, limit = 2000, 10 << 10
	address := start(t, &edge.Server{Handler: stored(1 << 10)})
	length := responseLength(t, 1<<10)
	answer := make([]byte, length)
	ask := func(c net.Conn) {
		t.Helper()
		if _, err := io.WriteString(c, browsers); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, answer); err != nil {
			t.Fatal(err)
		}
	}
	before := inUse()
	conns := make([]net.Conn, connections)
	for i := range conns {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns[i] = c
		ask(c)
	}
	each := (int64(inUse()) - int64(before)) / connections
	t.Logf("%d bytes for each of %d idle connections, both ends", each, connections)
	if each > limit {
		t.Errorf("%d bytes for each idle connection, want at most %d", each, limit)
	}
	for _, c := range conns[:10] { // and they still serve
		ask(c)
	}
}

// Where waiting costs no buffer, and where it costs a byte: sockets of all kinds, TLS, and what is no socket at all.
func TestKeptConnections(t *testing.T) {
	s := func() *edge.Server { return &edge.Server{Handler: stored(100)} }
	f := func(name string, conn net.Conn, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		c := newClient(t, conn)
		for range 3 {
			c.send(browsers)
			c.head()
			c.exactly(100)
		}
	}
	conn, err := net.Dial("tcp", start(t, s()))
	f("TCP", conn, err)

	path := filepath.Join(t.TempDir(), "a.sock")
	l, err := open(t, "unix:"+path)
	if err != nil {
		t.Fatal(err)
	}
	startOn(t, s(), l)
	conn, err = net.Dial("unix", path)
	f("a Unix socket", conn, err)

	address, _ := startSecured(t, s())
	f("TLS", secured(t, address), nil)

	near, far := net.Pipe()
	startOn(t, s(), newSingle(near))
	f("a pipe", far, nil)
}

// The limits hold on a socket, which is waited for in a way of its own.
func TestLimitsOnSocket(t *testing.T) {
	const moment = 50 * time.Millisecond
	address := start(t, &edge.Server{Handler: stored(10), Limits: edge.Limits{HeaderTime: moment, IdleTime: moment}})
	f := func(name, text, want string) {
		t.Helper()
		c := dial(t, address)
		c.send(text)
		if got, whole := c.rest(); !strings.HasPrefix(got, want) || want == "" && got != "" || !whole { // returns when the connection ends
			t.Errorf("%s: got %q, whole %v", name, got, whole)
		}
	}
	f("silent", "", "")
	f("half a head", browsers[:100], "HTTP/1.1 408 ")
	f("idle", browsers, "HTTP/1.1 200 ")
}

// A body that is read when the transaction is over gives an error, whoever reads it, and the connection goes on where the body ends.
func TestBodyReadTooLate(t *testing.T) {
	late := make(chan error)
	bubble(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		if r.Body != nil {
			body := r.Body
			go func() {
				_, err := io.ReadAll(body) // waits for what has not come when the handler returns
				_, again := body.Read(make([]byte, 1))
				late <- errors.Join(err, again)
			}()
			synctest.Wait()
		}
		return say(w, 200, "ok")
	})}, func(t *testing.T, connect func() *client) {
		c := connect()
		c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
		c.head()
		c.exactly(2)
		if err := <-late; err == nil || strings.Count(err.Error(), "over") != 2 {
			t.Errorf("got %v", err)
		}
		c.send("defGET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if got := c.head(); !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") {
			t.Errorf("the next request: got %q", got)
		}
	})
}

// Nor does such a reader get bytes that have come already, which may be another request's by now.
func TestBodyKeptTooLong(t *testing.T) {
	var kept io.Reader
	text, _ := converse(t, &edge.Server{Handler: handler(func(ctx context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		if r.Path == "/1" {
			kept = r.Body
			return say(w, 200, "1")
		}
		if n, err := kept.Read(make([]byte, 1)); n > 0 || err == nil || err == io.EOF {
			t.Errorf("read %d bytes, %v", n, err)
		}
		return echo(ctx, r, w)
	})}, "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ndef")
	if !strings.HasSuffix(text, `POST /2 "def" []`) {
		t.Errorf("got %q", text)
	}
}

// RFC 9112 section 9.6: who is refused while still sending gets to read the answer.
func TestRefusedWhileSending(t *testing.T) {
	address := start(t, &edge.Server{Handler: stored(100), Limits: edge.Limits{Body: 10}})
	f := func(head string, want string) {
		t.Helper()
		c := dial(t, address)
		c.send(head)
		piece := make([]byte, 64<<10)
		for range 32 {
			if _, err := c.Write(piece); err != nil {
				t.Errorf("%q: %v", head, err)
				break
			}
		}
		if text, whole := c.rest(); !strings.HasPrefix(text, want) || !whole {
			t.Errorf("%q: got %.80q, whole %v", head, text, whole)
		}
	}
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2097152\r\n\r\n", "HTTP/1.1 413 ")
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 400 ")
}

// The same holds for who is answered while still sending on a connection that ends in any case: a handler need not read a body, as when an origin
// answers early.
func TestAnsweredWhileSending(t *testing.T) {
	const size = 2 << 20
	f := func(name, request string, drain bool) {
		t.Helper()
		s := &edge.Server{}
		shut := make(chan error, 1)
		answered := make(chan struct{})
		s.Handler = handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
			defer close(answered)
			if drain {
				go func() { shut <- s.Shutdown(context.Background()) }()
				for !edge.Draining(s) {
					time.Sleep(time.Millisecond)
				}
			}
			return say(w, 401, "who are you?")
		})
		c := dial(t, start(t, s))
		c.send(request + fmt.Sprintf("Content-Length: %d\r\n\r\n", size))
		<-answered
		piece := make([]byte, 64<<10)
		for range size / len(piece) {
			if _, err := c.Write(piece); err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
		}
		if text, whole := c.rest(); !strings.HasPrefix(text, "HTTP/1.1 401 ") || !whole {
			t.Errorf("%s: got %.80q, whole %v", name, text, whole)
		}
		c.Close()
		if drain {
			if err := <-shut; err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	f("kept", "POST / HTTP/1.1\r\nHost: a\r\n", false)
	f("close", "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", false)
	f("HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\n", false)
	f("drain", "POST / HTTP/1.1\r\nHost: a\r\n", true)
}

// A body that nobody wants is drained if it is small; else the connection is closed behind the answer.
func TestDraining(t *testing.T) {
	f := func(size int, chunked, kept bool) {
		t.Helper()
		framing, body := fmt.Sprintf("Content-Length: %d\r\n\r\n", size), strings.Repeat("x", size)
		if chunked {
			framing, body = "Transfer-Encoding: chunked\r\n\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", size, body)
		}
		text, _ := converse(t, &edge.Server{Handler: stored(10)}, "POST / HTTP/1.1\r\nHost: a\r\n"+framing, body, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if answers := strings.Count(text, "HTTP/1.1 200 OK\r\n"); (answers == 2) != kept {
			t.Errorf("%d bytes, chunked %v: %d answers", size, chunked, answers)
		}
	}
	f(100, false, true)
	f(200_000, false, true)
	f(300_000, false, false)
	f(100, true, true)
	f(200_000, true, true)
	f(300_000, true, false)
}

// A head that comes too slowly is told so; a silent client is not.
func TestSlowHead(t *testing.T) {
	f := func(name, text, want string, drip bool) {
		t.Helper()
		entries := make(chan edge.Entry, 1)
		bubble(t, &edge.Server{Handler: stored(10), Access: func(e *edge.Entry) { entries <- e.Clone() }}, func(t *testing.T, connect func() *client) {
			c := connect()
			if drip {
				go func() {
					for {
						if _, err := io.WriteString(c.Conn, "x"); err != nil {
							return
						}
						time.Sleep(time.Second)
					}
				}()
			} else {
				c.send(text)
			}
			begin := time.Now()
			got, _ := c.rest()
			between(t, name, time.Since(begin), 10*time.Second, 10*time.Second)
			if !strings.HasPrefix(got, want) || want == "" && got != "" {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
			if logged := len(entries) > 0; logged != (want != "") || logged && (<-entries).Status != 408 {
				t.Errorf("%s: logged %v", name, logged)
			}
		})
	}
	f("silent", "", "", false)
	f("half a line", "GET / HT", "HTTP/1.1 408 ", false)
	f("half a head", "GET / HTTP/1.1\r\nHost: a\r\n", "HTTP/1.1 408 ", false)
	f("a byte a second", "", "HTTP/1.1 408 ", true)
}

// A handshake has the time of a head.
func TestSlowHandshake(t *testing.T) {
	shown := certificate(t, "a.example")
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		l := edge.Secure(newSingle(near), func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return shown, nil })
		startOn(t, &edge.Server{Handler: stored(10)}, l)
		begin := time.Now()
		io.ReadAll(far)
		between(t, "handshake", time.Since(begin), 10*time.Second, 10*time.Second)
	})
}

// While a server drains, a response says that its connection will be closed, and it is.
func TestLastResponse(t *testing.T) {
	s := &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		time.Sleep(time.Minute)
		return say(w, 200, "ok")
	})}
	bubble(t, s, func(t *testing.T, connect func() *client) {
		c := connect()
		c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		synctest.Wait()
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if got, whole := c.rest(); !strings.Contains(got, "\r\nConnection: close\r\n") || !strings.HasSuffix(got, "ok") || !whole {
			t.Errorf("got %q", got)
		}
	})
}

// What is idle is closed at once, be it that nothing came yet or that all was answered.
func TestShutdownOfIdle(t *testing.T) {
	s := &edge.Server{Handler: stored(10)}
	bubble(t, s, func(t *testing.T, connect func() *client) {
		fresh, served := connect(), connect()
		served.send(browsers)
		served.head()
		served.exactly(10)
		synctest.Wait()
		begin := time.Now()
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		between(t, "idle connections", time.Since(begin), 0, 0)
		for _, c := range []*client{fresh, served} {
			if text, _ := c.rest(); text != "" {
				t.Errorf("got %q", text)
			}
		}
	})
}

// A transaction that is cut learns it from its context, even where its client's bytes are those of a body.
func TestCutEndsContext(t *testing.T) {
	s := &edge.Server{Handler: handler(func(ctx context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		<-ctx.Done()
		w.Abort()
		return proxy.Record{}
	})}
	bubble(t, s, func(t *testing.T, connect func() *client) {
		c := connect()
		c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if s.Shutdown(ctx) == nil {
			t.Error("a transaction that does not end was waited for")
		}
	})
}

// Whoever reads nothing is cut on a socket as elsewhere, and by a reset: the system would offer the rest for ever.
func TestStuckReader(t *testing.T) {
	failed := make(chan error)
	big := make([]byte, 64<<20)
	c := dial(t, start(t, &edge.Server{Limits: edge.Limits{WriteTime: 100 * time.Millisecond}, Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		w.Head(final(200, int64(len(big))))
		_, err := w.Write(big)
		w.Abort()
		failed <- err
		return proxy.Record{}
	})}))
	c.send(browsers)
	if err := <-failed; err == nil {
		t.Error("nothing failed")
	}
	if _, err := io.Copy(io.Discard, c.r); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the connection ended with %v", err)
	}
}

// Bodies of all sizes arrive as they were written, however they are framed and whatever they go through.
func TestBodiesOfAllSizes(t *testing.T) {
	body := make([]byte, 1<<20)
	for i := range body {
		body[i] = byte(i * 31 >> 3)
	}
	s := func() *edge.Server {
		return &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
			size := len(r.Query) * 997 * len(r.Query)
			length := int64(size)
			if r.Path == "/chunks" {
				length = message.Unknown
			}
			w.Head(final(200, length))
			for rest := body[:size]; len(rest) > 0; {
				n := min(len(rest), 1+len(rest)*3/4)
				w.Write(rest[:n])
				rest = rest[n:]
			}
			w.Finish()
			return proxy.Record{Status: 200}
		})}
	}
	plain := start(t, s())
	under, _ := startSecured(t, s())
	for name, conn := range map[string]net.Conn{"TCP": dial(t, plain).Conn, "TLS": secured(t, under)} {
		c := newClient(t, conn)
		for _, path := range []string{"/length", "/chunks"} {
			for n := range 33 {
				size := n * 997 * n
				c.send("GET " + path + "?" + strings.Repeat("q", n) + " HTTP/1.1\r\nHost: a\r\n\r\n")
				res, err := http.ReadResponse(c.r, nil)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(got, body[:size]) {
					t.Errorf("%s%s: %d bytes, %v; want %d", name, path, len(got), err, size)
				}
			}
		}
	}
}
