package origin_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/origin"
)

// script is a connection whose other end says what was written down, piece by piece, whatever it is told, and leaves.
type script struct{ pieces [][]byte }

func (s *script) Read(p []byte) (int, error) {
	for len(s.pieces) > 0 && len(s.pieces[0]) == 0 {
		s.pieces = s.pieces[1:]
	}
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.pieces[0])
	s.pieces[0] = s.pieces[0][n:]
	return n, nil
}

func (s *script) Write(p []byte) (int, error)      { return len(p), nil }
func (s *script) Close() error                     { return nil }
func (s *script) LocalAddr() net.Addr              { return nil }
func (s *script) RemoteAddr() net.Addr             { return nil }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// played asks an origin that answers with pieces, and reads the body by room bytes at a time.
func played(room int, pieces ...[]byte) (*origin.Response, []byte, error) {
	b, err := origin.New(origin.Options{Name: "app", URL: "http://app", Dial: func(context.Context, string, string) (net.Conn, error) {
		return &script{pieces}, nil
	}})
	if err != nil {
		return nil, nil, err
	}
	defer b.Close()
	res, err := fetch(b)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	var body []byte
	for p := make([]byte, room); ; {
		n, err := res.Body.Read(p)
		body = append(body, p[:n]...)
		if err == io.EOF {
			return res, body, nil
		}
		if err != nil {
			return res, body, err
		}
	}
}

// Wherever a response is cut into two pieces it reads the same, with much room and with little; wherever it ends too early it is not
// whole.
func TestEverySplit(t *testing.T) {
	f := func(name, text, want string, endsWithConnection bool) {
		t.Helper()
		head := strings.Index(text, "200 OK")
		head += strings.Index(text[head:], "\r\n\r\n") + 4
		for _, room := range []int{1, 3, 8 << 10} {
			for at := range len(text) + 1 {
				res, body, err := played(room, []byte(text[:at]), []byte(text[at:]))
				if err != nil || string(body) != want || res.Head.Status != 200 {
					t.Fatalf("%s, split at %d, by %d: %q (%v), want %q", name, at, room, body, err, want)
				}
				if at == len(text) || endsWithConnection && at >= head {
					continue
				}
				_, body, err = played(room, []byte(text[:at]))
				wantKind := origin.Cut
				if at < head {
					wantKind = origin.Broken
				}
				if got := kindOf(t, err); got != wantKind || !strings.HasPrefix(want, string(body)) {
					t.Fatalf("%s, cut at %d, by %d: kind %d, %q (%v)", name, at, room, got, body, err)
				}
			}
		}
	}
	const ok = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n"
	f("by length", ok+"Content-Length: 11\r\n\r\nhello world", "hello world", false)
	f("in chunks", ok+"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=\"y\"\r\n \r\n005\r\nworld\r\n0\r\nX-Sum: 1\r\n\r\n", "hello world", false)
	f("until the connection ends", ok+"\r\nhello world", "hello world", true)
	f("behind an interim one", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"+ok+"Content-Length: 2\r\n\r\nhi", "hi", false)
}

// Surplus is seen where chunks are unwrapped in the caller's memory, too.
func TestSurplusBehindChunks(t *testing.T) {
	for _, room := range []int{100, 8 << 10} {
		_, body, err := played(room, []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), []byte("3\r\nabc\r\n0\r\n\r\nd"))
		if err == nil || kindOf(t, err) != origin.Cut || string(body) != "abc" {
			t.Errorf("by %d: %q (%v)", room, body, err)
		}
	}
}

// A head larger than the buffer, byte by byte, is read whole and not too often.
func TestLargeHeadInDrops(t *testing.T) {
	text := "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("a", 60<<10) + "\r\nContent-Length: 2\r\n\r\nhi"
	pieces := make([][]byte, len(text))
	for i := range pieces {
		pieces[i] = []byte(text[i : i+1])
	}
	res, body, err := played(512, pieces...)
	if err != nil || string(body) != "hi" || len(res.Head.Header.Get("X")) != 60<<10 {
		t.Errorf("%q (%v)", body, err)
	}
}

// Whatever is accepted is read alike by net/http, a wide reader: status, fields, and body.
func FuzzAnswer(f *testing.F) {
	const ok = "HTTP/1.1 200 OK\r\n"
	for _, text := range []string{
		ok + "Content-Length: 3\r\n\r\nabc", ok + "Content-Length: 3\r\n\r\nab", ok + "Content-Length: 3\r\n\r\nabcd", ok + "\r\nabc",
		ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", ok + "Transfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nX: 1\r\n\r\n",
		"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.0 200 OK\r\n\r\nabc", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
		ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		f.Add([]byte(text), uint16(len(text)/2), uint16(100))
		f.Add([]byte(text), uint16(len(text)-1), uint16(1))
	}
	f.Fuzz(func(t *testing.T, text []byte, split, room uint16) {
		at := int(split) % (len(text) + 1)
		res, body, err := played(int(room%8192)+1, bytes.Clone(text[:at]), bytes.Clone(text[at:]))
		if err != nil {
			if failure := new(origin.Error); !errors.As(err, &failure) || failure.Kind != origin.Broken && failure.Kind != origin.Cut {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		compareWithLibrary(t, text, res, body)
	})
}

func compareWithLibrary(t *testing.T, text []byte, res *origin.Response, body []byte) {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(text))
	library, err := http.ReadResponse(r, nil)
	for err == nil && library.StatusCode < 200 {
		library, err = http.ReadResponse(r, nil)
	}
	if err != nil {
		if strings.Contains(err.Error(), "bad trailer key") {
			return // the library refuses to announce some trailers; what comes is judged when it comes
		}
		t.Fatalf("%q is accepted, net/http: %v", text, err)
	}
	theirs, err := io.ReadAll(library.Body)
	if err != nil || !bytes.Equal(theirs, body) || library.StatusCode != res.Head.Status {
		t.Fatalf("%q: status %d, body %q; net/http: %d, %q (%v)", text, res.Head.Status, body, library.StatusCode, theirs, err)
	}
	ours := http.Header{}
	for _, field := range res.Head.Header {
		name := textproto.CanonicalMIMEHeaderKey(field.Name)
		ours[name] = append(ours[name], field.Value)
	}
	if ours.Get("Pragma") == "no-cache" && ours["Cache-Control"] == nil {
		delete(library.Header, "Cache-Control") // the library adds it
	}
	for _, name := range []string{"Transfer-Encoding", "Trailer"} {
		delete(ours, name)
		delete(library.Header, name)
	}
	if len(ours) != len(library.Header) || len(ours) > 0 && !reflect.DeepEqual(ours, library.Header) {
		t.Fatalf("%q has fields %q, in net/http %q", text, ours, library.Header)
	}
}

// In whatever phase a fetch is given up it ends at once.
func TestCanceledInEachPhase(t *testing.T) {
	f := func(name string, talk conversation, r *origin.Request) {
		t.Helper()
		bubble(t, talk, func(t *testing.T, b *origin.Backend, started func() time.Duration) {
			ctx, cancel := context.WithCancelCause(context.Background())
			reason := errors.New("the client left")
			time.AfterFunc(time.Second, func() { cancel(reason) })
			res, err := b.Fetch(ctx, r)
			if err == nil {
				_, err = io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
			if got := kindOf(t, err); got != origin.Canceled || !errors.Is(err, reason) || started() != time.Second {
				t.Errorf("%s: kind %d after %v (%v)", name, got, started(), err)
			}
			time.Sleep(5 * time.Second) // the body of a request may still be in a read
		})
	}
	hang := func(text string) conversation {
		return func(c net.Conn, r *bufio.Reader) {
			readHead(r)
			io.WriteString(c, text)
			io.Copy(io.Discard, r) // until we close
		}
	}
	plain := &origin.Request{Head: get("/")}
	f("while it connects", nil, plain)
	f("before the head", hang(""), plain)
	f("in the head", hang("HTTP/1.1 200 OK\r\nX: "), plain)
	f("behind an interim response", hang("HTTP/1.1 102 Processing\r\n\r\n"), plain)
	f("before the body", hang("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"), plain)
	f("in a chunk", hang("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), plain)
	f("in a body until close", hang("HTTP/1.1 200 OK\r\n\r\nab"), plain)
	f("while the request is written", func(c net.Conn, r *bufio.Reader) {
		for buffered, _ := r.Peek(1); len(buffered) > 0; buffered, _ = r.Peek(1) { // a byte now and then
			r.Discard(1)
			time.Sleep(100 * time.Millisecond)
		}
	}, &origin.Request{Head: post(1 << 20), Body: strings.NewReader(strings.Repeat("x", 1<<20))})
	f("while the body of the request is slow", hang(""), &origin.Request{Head: post(message.Unknown), Body: &slowReader{pieces: 3, each: 2 * time.Second}})

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := rawOrigin(t, answer("")).Fetch(ctx, plain)
	if got := kindOf(t, err); got != origin.Canceled {
		t.Errorf("before anything: kind %d (%v)", got, err)
	}
}

// Who takes interim responses may fail; the connection is closed all the same.
func TestPanicInInterim(t *testing.T) {
	ended := make(chan struct{})
	b := rawOrigin(t, func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n")
		io.Copy(io.Discard, r)
		close(ended)
	})
	defer func() {
		if fault := recover(); fault != "oh" {
			t.Errorf("recovered %v", fault)
		}
		<-ended
	}()
	b.Fetch(context.Background(), &origin.Request{Head: get("/"), Interim: func(int, message.Header) { panic("oh") }})
}

// Connections are kept for a minute, and the one that was used last is used next.
func TestIdleConnectionsGrowOld(t *testing.T) {
	var mu sync.Mutex
	var ends []string
	talk := func(c net.Conn, r *bufio.Reader) {
		begin, last := time.Now(), ""
		for {
			head := readHead(r)
			if head == "" {
				mu.Lock()
				defer mu.Unlock()
				ends = append(ends, fmt.Sprintf("%s after %v", last, time.Since(begin)))
				return
			}
			last, _, _ = strings.Cut(strings.TrimPrefix(head, "GET "), " ")
			if last == "/slow" {
				time.Sleep(time.Second)
			}
			io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
		}
	}
	story := func(t *testing.T, b *origin.Backend, again int) {
		slow := make(chan struct{})
		go func() {
			defer close(slow)
			res, err := b.Fetch(context.Background(), &origin.Request{Head: get("/slow")})
			if err == nil {
				res.Body.Close()
			}
		}()
		time.Sleep(100 * time.Millisecond)
		fetchAll(t, b, &origin.Request{Head: get("/quick")})
		<-slow
		for range again { // the one of /slow came back last
			time.Sleep(20 * time.Second)
			fetchAll(t, b, &origin.Request{Head: get("/again")})
		}
		time.Sleep(2 * time.Minute)
	}
	f := func(again int, want string) {
		t.Helper()
		ends = nil
		bubble(t, talk, func(t *testing.T, b *origin.Backend, _ func() time.Duration) { story(t, b, again) })
		if got := strings.Join(ends, ", "); got != want {
			t.Errorf("asked again %d times, connections end: %s; want %s", again, got, want)
		}
	}
	f(0, "/quick after 1m0s, /slow after 1m1s")
	f(3, "/quick after 1m0s, /again after 2m1s")
}
