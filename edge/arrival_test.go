package edge_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lacquer/edge"
	"lacquer/message"
	"lacquer/proxy"
)

// script is a connection whose other end sends these pieces, each of which is read by itself, and then no more.
type script struct {
	pieces  []string
	written strings.Builder
	writes  int
	once    sync.Once
	over    chan struct{} // closed with the connection
}

func (s *script) Read(p []byte) (int, error) {
	for len(s.pieces) > 0 && s.pieces[0] == "" {
		s.pieces = s.pieces[1:]
	}
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.pieces[0])
	s.pieces[0] = s.pieces[0][n:]
	return n, nil
}

func (s *script) Write(p []byte) (int, error) {
	s.writes++
	return s.written.Write(p)
}

func (s *script) Close() error {
	s.once.Do(func() { close(s.over) })
	return nil
}

func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// converse serves one connection on which the pieces arrive, and returns what was answered until it was closed, and in how many writes.
func converse(t *testing.T, s *edge.Server, pieces ...string) (text string, writes int) {
	t.Helper()
	conn := &script{pieces: pieces, over: make(chan struct{})}
	l := newSingle(conn)
	var serving sync.WaitGroup
	serving.Go(func() { s.Serve(l) })
	<-conn.over
	l.Close()
	serving.Wait()
	return conn.written.String(), conn.writes
}

// echo answers with what it was asked: method, target, body and trailers.
var echo handler = func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
	text := r.Method + " " + r.URI()
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return say(w, 400, err.Error())
		}
		text += fmt.Sprintf(" %q %v", body, r.Trailer())
	}
	w.Head(final(200, int64(len(text)), "Date", "today"))
	io.WriteString(w, text)
	w.Finish()
	return proxy.Record{Status: 200}
}

// refused is an answer that turns a request away, which is the last.
var refused = regexp.MustCompile(`(?s)HTTP/1.1 [45].*`)

// echoed is how echo's answer stands on the wire.
func echoed(text string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
}

// Requests mean the same however their bytes are cut, and whatever comes behind them.
func TestEverySplit(t *testing.T) {
	const requests = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n" +
		"POST /b?c HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /" +
		"\r\nPOST /d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3;x=\"y\"\r\nGET\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n" +
		"HEAD /e HTTP/1.1\r\nHost: a\r\n\r\n" +
		"GET /f HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
	want := echoed("GET /a") + echoed(`POST /b?c "GET /" []`) + echoed(`POST /d "GET0123456789" [{T 1}]`) +
		"HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 7\r\n\r\n" +
		strings.Replace(echoed("GET /f"), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)
	f := func(name string, pieces ...string) {
		t.Helper()
		if got, _ := converse(t, &edge.Server{Handler: echo}, pieces...); got != want {
			t.Errorf("%s: got\n%q, want\n%q", name, got, want)
		}
	}
	f("whole", requests)
	for i := 1; i < len(requests); i++ {
		f(fmt.Sprintf("cut at %d", i), requests[:i], requests[i:])
	}
	f("byte by byte", strings.Split(requests, "")...)
	for size := 2; size < 40; size++ {
		var pieces []string
		for rest := requests; rest != ""; {
			n := min(size, len(rest))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		f(fmt.Sprintf("%d bytes at a time", size), pieces...)
	}
}

// Requests behind one another are served in order, across the ends of buffers, and answered together.
func TestPipelining(t *testing.T) {
	var requests, want strings.Builder
	for i := range 300 {
		target := fmt.Sprintf("/%d?%s", i, strings.Repeat("x", i*37%3000))
		if i%7 == 3 {
			fmt.Fprintf(&requests, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", target, i, strings.Repeat("y", i))
			fmt.Fprint(&want, echoed(fmt.Sprintf("POST %s %q []", target, strings.Repeat("y", i))))
			continue
		}
		fmt.Fprintf(&requests, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", target)
		fmt.Fprint(&want, echoed("GET "+target))
	}
	if got, _ := converse(t, &edge.Server{Handler: echo}, requests.String()); got != want.String() {
		t.Errorf("300 requests: got %d bytes, want %d", len(got), want.Len())
	}

	f := func(count, wantWrites int) {
		t.Helper()
		text, writes := converse(t, &edge.Server{Handler: stored(1 << 10)}, strings.Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", count))
		if answers := strings.Count(text, "HTTP/1.1 200 OK\r\n"); answers != count || writes != wantWrites {
			t.Errorf("%d requests: %d answers in %d writes, want %d writes", count, answers, writes, wantWrites)
		}
	}
	f(1, 1)
	f(8, 1)
	f(16, 2) // more than the buffer holds
}

// Whoever waits for an earlier answer gets it before anything else is waited for: a body, the rest of a head, an origin.
func TestEarlierAnswersFirst(t *testing.T) {
	const get, post = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
	f := func(name, sent, then string) {
		t.Helper()
		goOn := make(chan struct{})
		address := start(t, &edge.Server{Handler: handler(func(ctx context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
			if r.Path == "/origin" {
				select {
				case <-ctx.Done():
				case <-goOn:
				}
			}
			return echo(ctx, r, w)
		})})
		c := dial(t, address)
		c.send(get + sent)
		if got := c.head() + c.exactly(5); !strings.HasSuffix(got, "GET /") {
			t.Errorf("%s: got %q", name, got)
		}
		close(goOn)
		c.send(then)
		if got := c.head(); !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") {
			t.Errorf("%s: then got %q", name, got)
		}
	}
	f("a body", post, "abc")
	f("a body that has begun", post+"a", "bc")
	f("a head", get[:20], get[20:])
	f("an origin", "GET /origin HTTP/1.1\r\nHost: a\r\n\r\n", "")
}

// Heads exactly at a limit are served, those one byte or field beyond are not.
func TestHeadsAtTheLimits(t *testing.T) {
	f := func(name, head string, want int) {
		t.Helper()
		s := &edge.Server{Handler: echo, Limits: edge.Limits{Header: 20_000}}
		for _, pieces := range [][]string{{head}, {head[:len(head)-1], head[len(head)-1:]}, {head[:10_000%len(head)], head[10_000%len(head):]}} {
			got, _ := converse(t, s, pieces...)
			if !strings.HasPrefix(got, fmt.Sprintf("HTTP/1.1 %d ", want)) {
				t.Errorf("%s in %d pieces: got %.80q, want %d", name, len(pieces), got, want)
			}
		}
	}
	// Bytes of the whole head, its empty line included.
	whole := func(size int) string {
		const rest = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
		return strings.Replace(rest, "X: ", "X: "+strings.Repeat("x", size-len(rest)), 1)
	}
	f("19,999 bytes", whole(19_999), 200)
	f("20,000 bytes", whole(20_000), 200)
	f("20,001 bytes", whole(20_001), 431)
	// The request line.
	line := func(size int) string {
		const rest = "GET / HTTP/1.1"
		return "GET /" + strings.Repeat("x", size-len(rest)) + " HTTP/1.1\r\nHost: a\r\n\r\n"
	}
	f("a line of 8,191 bytes", line(8<<10-1), 200)
	f("a line of 8,192 bytes", line(8<<10), 200)
	f("a line of 8,193 bytes", line(8<<10+1), 414)
	// Fields, Host among them.
	fields := func(count int) string {
		return "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", count-1) + "\r\n"
	}
	limit := message.DefaultLimits.Fields
	f("a field less", fields(limit-1), 200)
	f("fields at the limit", fields(limit), 200)
	f("a field more", fields(limit+1), 431)
}

// FuzzPieces cuts what it likes where it likes: the answers are the same as to the whole, and nothing panics.
func FuzzPieces(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", uint16(20), uint16(40))
	f.Add("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n", uint16(60), uint16(61))
	f.Add("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab", uint16(70), uint16(71))
	f.Add("GET / HTTP/1.1\r\nHost: a\r\n\r\n\n", uint16(1), uint16(27))
	f.Fuzz(func(t *testing.T, text string, first, second uint16) {
		var panics int64
		served := func(pieces ...string) string {
			s := &edge.Server{Handler: echo}
			got, _ := converse(t, s, pieces...)
			panics += s.Panics()
			// Whether the client waits to be asked for its body depends on whether that has come.
			got = strings.ReplaceAll(got, "HTTP/1.1 100 Continue\r\n\r\n", "")
			// Of several faults, the one that is seen first is told.
			return refused.ReplaceAllString(got, "refused")
		}
		i := min(int(first), len(text))
		j := i + min(int(second), len(text)-i)
		if whole, pieces := served(text), served(text[:i], text[i:j], text[j:]); whole != pieces || panics > 0 {
			t.Errorf("%q cut at %d and %d: got\n%q, whole\n%q; %d panics", text, i, j, pieces, whole, panics)
		}
	})
}

// The connection's bytes that come while a request waits are those of the next.
func TestBytesThatWaited(t *testing.T) {
	bubble(t, &edge.Server{Handler: handler(func(ctx context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		select {
		case <-ctx.Done():
			t.Error("the client was taken for gone")
		case <-time.After(time.Minute):
		}
		return echo(ctx, r, w)
	})}, func(t *testing.T, connect func() *client) {
		c := connect()
		c.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(time.Second)
		c.send("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na")
		time.Sleep(time.Second)
		c.send("bcGET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
		for _, want := range []string{"GET /1", `POST /2 "abc" []`, "GET /3"} {
			c.head()
			if got := c.exactly(len(want)); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	})
}
