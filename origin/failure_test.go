package origin_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/internal/memnet"
	"lacquer/message"
	"lacquer/origin"
)

// What fails before the head has come is told by Fetch.
func TestNoHead(t *testing.T) {
	f := func(text string, want origin.Kind) {
		t.Helper()
		_, err := fetch(rawOrigin(t, answer(text)))
		if got := kindOf(t, err); got != want {
			t.Errorf("%.40q: kind %d, want %d (%v)", text, got, want, err)
		}
	}

	// The connection ends without a byte, and in the middle of a head.
	f("", origin.Broken)
	f("HTTP/1.1 200 OK\r\nContent-Le", origin.Broken)

	// It is not HTTP.
	f("SSH-2.0-OpenSSH_9.2\r\n", origin.Broken)
	f("HTTP/1.1 abc OK\r\n\r\n", origin.Broken)
	f("HTTP/1.1 099 Low\r\n\r\n", origin.Broken)

	// RFC 9112 section 6.3: two different lengths, and one that is none.
	f("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", origin.Broken)
	f("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n", origin.Broken)
	f("HTTP/1.1 200 OK\r\nContent-Length: 0x3\r\n\r\nabc", origin.Broken)

	// A coding that nobody here understands.
	f("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", origin.Broken)

	// RFC 9112 section 5: names and values that are none.
	f("HTTP/1.1 200 OK\r\nBad Name: x\r\nContent-Length: 0\r\n\r\n", origin.Broken)
	f("HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n", origin.Broken)
	f("HTTP/1.1 200 OK\r\nX: a\x1bb\r\nContent-Length: 0\r\n\r\n", origin.Broken)

	// A head without end, a field section past its limit, and interim responses without end.
	f("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("a", 1<<20), origin.Broken)
	f("HTTP/1.1 200 OK\r\n"+strings.Repeat("X: a\r\n", 2000)+"\r\n", origin.Broken)
	f(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 9)+"HTTP/1.1 200 OK\r\n\r\n", origin.Broken)

	// 101 to a request that asked for no other protocol.
	f("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", origin.Broken)
	f("HTTP/1.1 101 Switching Protocols\r\n\r\n", origin.Broken)
}

// What fails later is told by the body, after the bytes that came.
func TestCut(t *testing.T) {
	f := func(name, head string, end func(net.Conn)) {
		t.Helper()
		b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
			readHead(r)
			io.WriteString(c, head)
			end(c)
		})
		res, err := fetch(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err == nil {
			t.Fatalf("%s: the body ended as if it were whole: %q", name, text)
		}
		if got := kindOf(t, err); got != origin.Cut {
			t.Errorf("%s: kind %d, want Cut (%v)", name, got, err)
		}
		if _, again := res.Body.Read(make([]byte, 1)); again != err {
			t.Errorf("%s: the second read says %v", name, again)
		}
	}
	leave := func(net.Conn) {}
	reset := func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }

	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	f("by length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", leave)
	f("before the first byte", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", leave)
	f("in a chunk", chunked+"a\r\nabc", leave)
	f("between chunks", chunked+"3\r\nabc\r\n", leave)
	f("before the last line", chunked+"3\r\nabc\r\n0\r\n", leave)
	f("garbage for a chunk size", chunked+"3\r\nabc\r\nxyz\r\n", leave)
	f("reset", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", reset)
	f("reset of a body until close", "HTTP/1.1 200 OK\r\n\r\nabc", reset)
}

func TestRefused(t *testing.T) {
	l := listen(t)
	l.Close()
	_, err := fetch(backend(t, origin.Options{URL: "http://" + l.Addr().String()}))
	if got := kindOf(t, err); got != origin.Connect {
		t.Errorf("nobody listens: kind %d (%v)", got, err)
	}
	_, err = fetch(backend(t, origin.Options{URL: "unix:" + t.TempDir() + "/none.sock"}))
	if got := kindOf(t, err); got != origin.Connect {
		t.Errorf("no such socket: kind %d (%v)", got, err)
	}
	// The other end does not speak TLS.
	plain := listen(t)
	serve(t, plain, func(c net.Conn, r *bufio.Reader) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	_, err = fetch(backend(t, origin.Options{URL: "https://" + plain.Addr().String()}))
	if got := kindOf(t, err); got != origin.Connect {
		t.Errorf("no TLS: kind %d (%v)", got, err)
	}
}

// bubble runs a story against a raw origin in a bubble with a clock of its own. started tells the time since it began.
func bubble(t *testing.T, talk conversation, story func(t *testing.T, b *origin.Backend, started func() time.Duration)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := memnet.New()
		l, err := network.Listen("tcp", "app:80")
		if err != nil {
			t.Fatal(err)
		}
		if talk == nil {
			network.BlackHole("tcp", "app:80", true)
		}
		serve(t, l, talk)
		begin := time.Now()
		b := backend(t, origin.Options{URL: "http://app:80", Dial: network.Dial})
		story(t, b, func() time.Duration { return time.Since(begin) })
		b.Close()
	})
}

func TestTimeouts(t *testing.T) {
	f := func(name string, talk conversation, want time.Duration, ask func(b *origin.Backend) error) {
		t.Helper()
		bubble(t, talk, func(t *testing.T, b *origin.Backend, started func() time.Duration) {
			err := ask(b)
			if got := kindOf(t, err); got != origin.Timeout {
				t.Errorf("%s: kind %d, want Timeout (%v)", name, got, err)
			}
			if got := started(); got != want {
				t.Errorf("%s: after %v, want %v", name, got, want)
			}
		})
	}
	head := func(b *origin.Backend) error { _, err := fetch(b); return err }
	body := func(b *origin.Backend) error {
		res, err := fetch(b)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	silent := func(c net.Conn, r *bufio.Reader) { io.Copy(io.Discard, r) }

	f("no connection", nil, 2*time.Second, head)
	f("no first byte", silent, 30*time.Second, head)

	// The time for the head begins when the request was written: this body takes 40 s to write.
	f("no first byte after a slow request", silent, 70*time.Second, func(b *origin.Backend) error {
		slow := &message.Request{Method: "POST", Authority: "app", Path: "/", Length: 4}
		_, err := b.Fetch(context.Background(), &origin.Request{Head: slow, Body: &slowReader{pieces: 4, each: 10 * time.Second}})
		return err
	})

	// A head that comes in drops does not come in time.
	f("a trickle of a head", func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		for _, letter := range "HTTP/1.1 200 OK\r\n" {
			if _, err := fmt.Fprintf(c, "%c", letter); err != nil {
				return
			}
			time.Sleep(3 * time.Second)
		}
	}, 30*time.Second, head)

	// Each piece of the body comes in time but the third.
	f("silence in the body", func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
		time.Sleep(20 * time.Second)
		io.WriteString(c, "cd")
		io.Copy(io.Discard, r)
	}, 50*time.Second, body)
}

// Whoever reads slowly is not an origin that is silent.
func TestSlowReaderIsNoTimeout(t *testing.T) {
	const size = 4 << 20 // more than lies in buffers on the way
	text := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
	bubble(t, answer(text), func(t *testing.T, b *origin.Backend, _ func() time.Duration) {
		res, err := fetch(b)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		for range 4 {
			time.Sleep(time.Minute)
			if _, err := io.ReadFull(res.Body, make([]byte, size/4)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := res.Body.Read(make([]byte, 1)); err != io.EOF {
			t.Fatalf("at the end: %v", err)
		}
	})
}

// slowReader gives one byte at a time.
type slowReader struct {
	pieces int
	each   time.Duration
}

func (s *slowReader) Read(p []byte) (int, error) {
	if s.pieces == 0 {
		return 0, io.EOF
	}
	s.pieces--
	time.Sleep(s.each)
	p[0] = 'x'
	return 1, nil
}

func TestCanceled(t *testing.T) {
	silent := func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
		io.Copy(io.Discard, r)
	}
	t.Run("before the head", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		r := &origin.Request{Head: get("/"), Interim: func(int, message.Header) { cancel() }}
		_, err := rawOrigin(t, silent).Fetch(ctx, r)
		if got := kindOf(t, err); got != origin.Canceled || !errors.Is(err, context.Canceled) {
			t.Errorf("kind %d (%v)", got, err)
		}
	})
	t.Run("in the body", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
			readHead(r)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
			io.Copy(io.Discard, r)
		})
		res, err := b.Fetch(ctx, &origin.Request{Head: get("/")})
		if err != nil {
			t.Fatal(err)
		}
		io.ReadFull(res.Body, make([]byte, 3))
		cancel()
		_, err = res.Body.Read(make([]byte, 1))
		if got := kindOf(t, err); got != origin.Canceled {
			t.Errorf("kind %d (%v)", got, err)
		}
		res.Body.Close()
	})
}

// The body of the request fails, not the origin: its reader's own error can be found in the failure.
func TestRequestBodyFails(t *testing.T) {
	b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) { io.Copy(io.Discard, r) })
	cut := errors.New("the client left")
	head := &message.Request{Method: "POST", Authority: "app", Path: "/", Length: message.Unknown}
	_, err := b.Fetch(context.Background(), &origin.Request{
		Head: head, Body: io.MultiReader(strings.NewReader("half"), failingReader{cut}),
	})
	if got := kindOf(t, err); got != origin.Canceled || !errors.Is(err, cut) {
		t.Errorf("kind %d (%v), want Canceled by the reader's error", got, err)
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
