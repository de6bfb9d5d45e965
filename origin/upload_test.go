package origin_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/origin"
)

func post(length int64, fields ...message.Field) *message.Request {
	return &message.Request{Method: "POST", Authority: "app", Path: "/", Length: length, Header: fields}
}

// Bodies of any size arrive whole, whatever pieces they come in.
func TestUpload(t *testing.T) {
	f := func(size int, piece int, byLength bool) {
		t.Helper()
		got := make(chan string, 1)
		b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
			readHead(r)
			var body strings.Builder
			if byLength {
				io.CopyN(&body, r, int64(size))
			} else {
				for {
					line, _ := r.ReadString('\n')
					var n int64
					fmt.Sscanf(line, "%x\r\n", &n)
					io.CopyN(&body, r, n)
					if r.Discard(2); n == 0 {
						break
					}
				}
			}
			got <- body.String()
			io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
		})
		text := strings.Repeat("0123456789", size/10+1)[:size]
		length := message.Unknown
		if byLength {
			length = int64(size)
		}
		fetchAll(t, b, &origin.Request{Head: post(length), Body: &pieces{text: text, size: piece}})
		if arrived := <-got; arrived != text {
			t.Errorf("%d bytes in pieces of %d, by length %v: %d arrived", size, piece, byLength, len(arrived))
		}
	}
	for _, byLength := range []bool{true, false} {
		f(1, 1, byLength)
		f(100, 7, byLength)
		f(16<<10, 1<<20, byLength) // as much as the buffer holds, but for the head
		f(40<<10, 1000, byLength)
		f(300<<10, 1<<20, byLength)
	}
}

// pieces is a body that comes in pieces of a size.
type pieces struct {
	text string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}

// An origin may answer before it has read the request. The answer counts; the connection, on which the rest of the request is
// missing, does not.
func TestAnswerBeforeTheRequestIsWhole(t *testing.T) {
	var connections atomic.Int32
	b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
		connections.Add(1)
		for readHead(r) != "" {
			io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
		}
	})
	body, sender := io.Pipe()
	defer sender.Close()
	go io.WriteString(sender, "a first piece, and never another")
	res, text := fetchAll(t, b, &origin.Request{Head: post(1 << 20), Body: body})
	if res.Head.Status != 413 || text != "big" {
		t.Errorf("status %d, %q", res.Head.Status, text)
	}
	fetchAll(t, b, &origin.Request{Head: get("/")})
	if got := connections.Load(); got != 2 {
		t.Errorf("%d connections, want 2", got)
	}
}

// RFC 9110 section 10.1.1.
func TestExpectContinue(t *testing.T) {
	f := func(name string, wantBody string, wantStatus int, wantTime time.Duration, reply func(c net.Conn, r *bufio.Reader)) {
		t.Helper()
		var came string
		talk := func(c net.Conn, r *bufio.Reader) {
			readHead(r)
			reply(c, r)
			text, _ := io.ReadAll(r)
			came = string(text)
		}
		bubble(t, talk, func(t *testing.T, b *origin.Backend, started func() time.Duration) {
			head := post(5, message.Field{Name: "Expect", Value: "100-continue"})
			res, err := b.Fetch(context.Background(), &origin.Request{Head: head, Body: strings.NewReader("hello")})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.Head.Status != wantStatus || started() != wantTime {
				t.Errorf("%s: status %d after %v, want %d after %v", name, res.Head.Status, started(), wantStatus, wantTime)
			}
			b.Close()
		})
		if came != wantBody {
			t.Errorf("%s: the origin got %q, want %q", name, came, wantBody)
		}
	}
	const done = "HTTP/1.1 204 No Content\r\n\r\n"
	read := func(r *bufio.Reader) { r.Peek(5) }
	f("it agrees", "hello", 204, 0, func(c net.Conn, r *bufio.Reader) {
		io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		read(r)
		io.WriteString(c, done)
	})
	f("it says nothing", "hello", 204, time.Second, func(c net.Conn, r *bufio.Reader) {
		read(r)
		io.WriteString(c, done)
	})
	f("it declines", "", 417, 0, func(c net.Conn, r *bufio.Reader) {
		io.WriteString(c, "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
	})
}

// An origin that does not read must not hold the client for ever; one that leaves may have said why.
func TestRequestIsNotTaken(t *testing.T) {
	large := func() *origin.Request {
		return &origin.Request{Head: post(1 << 20), Body: strings.NewReader(strings.Repeat("x", 1<<20))}
	}
	hold := make(chan struct{})
	bubble(t, func(c net.Conn, r *bufio.Reader) { readHead(r); <-hold }, func(t *testing.T, b *origin.Backend, started func() time.Duration) {
		hold = make(chan struct{}) // of the bubble
		defer func() { close(hold) }()
		_, err := b.Fetch(context.Background(), large())
		if got := kindOf(t, err); got != origin.Timeout || started() != 30*time.Second {
			t.Errorf("kind %d after %v (%v)", got, started(), err)
		}
	})
	b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, r)
	})
	if res, _ := fetchAll(t, b, large()); res.Head.Status != 413 {
		t.Errorf("status %d", res.Head.Status)
	}
}

// What the body of a request does wrong fails that request alone.
func TestRequestBodyMisbehaves(t *testing.T) {
	f := func(name string, head *message.Request, r *origin.Request, want error) {
		t.Helper()
		r.Head = head
		ended := make(chan string, 1)
		b := rawOrigin(t, func(c net.Conn, in *bufio.Reader) {
			text, _ := io.ReadAll(in)
			ended <- string(text)
		})
		_, err := b.Fetch(context.Background(), r)
		if got := kindOf(t, err); got != origin.Canceled || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: kind %d (%v)", name, got, err)
		}
		if text := <-ended; strings.HasSuffix(text, "0\r\n\r\n") {
			t.Errorf("%s: the request looks as if it were whole: %q", name, text)
		}
	}
	// It ends before its length.
	f("short", post(1<<20), &origin.Request{Body: strings.NewReader("hello")}, io.ErrUnexpectedEOF)
	f("empty", post(1<<20), &origin.Request{Body: strings.NewReader("")}, io.ErrUnexpectedEOF)
	// It never gives anything.
	f("nothing", post(1<<20), &origin.Request{Body: readerFunc(func([]byte) (int, error) { return 0, nil })}, io.ErrNoProgress)
	// It panics, or what follows it does.
	f("panic", post(message.Unknown), &origin.Request{Body: readerFunc(func([]byte) (int, error) { panic("oh") })}, nil)
	f("panic in the trailers", post(message.Unknown), &origin.Request{Body: strings.NewReader("a"), Trailer: func() message.Header { panic("oh") }}, nil)
}

// A small body that fails costs no connection.
func TestSmallRequestBodyMisbehaves(t *testing.T) {
	f := func(body io.Reader, want error) {
		t.Helper()
		b := rawOrigin(t, func(net.Conn, *bufio.Reader) { t.Error("the origin was asked") })
		_, err := b.Fetch(context.Background(), &origin.Request{Head: post(10), Body: body})
		if got := kindOf(t, err); got != origin.Canceled || want != nil && !errors.Is(err, want) {
			t.Errorf("kind %d (%v)", got, err)
		}
	}
	f(strings.NewReader("hello"), io.ErrUnexpectedEOF)
	f(readerFunc(func([]byte) (int, error) { return 0, nil }), io.ErrNoProgress)
	f(readerFunc(func([]byte) (int, error) { panic("oh") }), nil)
}

// An origin closes what is idle. A connection that is taken for a client who is slow to send its body must not be idle meanwhile.
func TestSlowBodyMeetsImpatientOrigin(t *testing.T) {
	f := func(length int64) {
		t.Helper()
		b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
			for {
				c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
				if readHead(r) == "" {
					return
				}
				c.SetReadDeadline(time.Time{})
				io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
			}
		})
		fetchAll(t, b, &origin.Request{Head: get("/")})
		body := io.MultiReader(&slowReader{pieces: 1, each: 200 * time.Millisecond}, strings.NewReader(strings.Repeat("x", int(max(length, 1))-1)))
		fetchAll(t, b, &origin.Request{Head: post(length), Body: body})
	}
	f(2)
	f(1 << 20)
	f(message.Unknown)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
