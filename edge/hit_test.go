package edge_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lacquer/edge"
	"lacquer/message"
	"lacquer/proxy"
)

// browsers is a head as browsers send it.
const browsers = "GET /articles/on-lacquer?page=2 HTTP/1.1\r\n" +
	"Host: www.example.org\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
	"Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n" +
	"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
	"Referer: https://www.example.org/articles/\r\n" +
	"X-Forwarded-For: 203.0.113.7, 10.0.0.1\r\n" +
	"Connection: keep-alive\r\n" +
	"Upgrade-Insecure-Requests: 1\r\n" +
	"Sec-Fetch-Dest: document\r\n" +
	"Sec-Fetch-Mode: navigate\r\n" +
	"Sec-Fetch-Site: same-origin\r\n" +
	"Sec-Fetch-User: ?1\r\n" +
	"Priority: u=0, i\r\n\r\n"

// storedFields are those of a response that was stored.
var storedFields = message.Header{
	{Name: "Date", Value: "Mon, 02 Jan 2006 15:04:05 GMT"}, {Name: "Content-Type", Value: "text/html; charset=utf-8"},
	{Name: "Cache-Control", Value: "public, max-age=3600"}, {Name: "ETag", Value: `"33a64df551425fcc55e4d42a148795d9f25f89d4"`},
	{Name: "Vary", Value: "Accept-Encoding"}, {Name: "Age", Value: "17"}, {Name: "Via", Value: "1.1 lacquer"},
	{Name: "Cache-Status", Value: "lacquer; hit; ttl=3583"},
}

// stored answers every request out of memory.
func stored(size int) handler {
	body := bytes.Repeat([]byte("x"), size)
	head := &message.Response{Status: 200, Length: int64(size), Header: storedFields}
	return func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		w.Head(head)
		n, err := w.Write(body)
		if err != nil || w.Finish() != nil {
			w.Abort()
		}
		return proxy.Record{Status: 200, Bytes: int64(n)}
	}
}

// responseLength returns how long a response with a stored body is on the wire.
func responseLength(t *testing.T, size int) int {
	server, client := net.Pipe()
	s := &edge.Server{Handler: stored(size)}
	startOn(t, s, newSingle(server))
	defer client.Close()
	go io.WriteString(client, strings.Replace(browsers, "keep-alive", "close", 1))
	text, _ := io.ReadAll(client)
	return len(text) - len("Connection: close\r\n")
}

// single is a listener with one connection.
type single struct {
	conns chan net.Conn
	close sync.Once
}

func newSingle(conn net.Conn) *single {
	l := &single{conns: make(chan net.Conn, 1)}
	l.conns <- conn
	return l
}

func (l *single) Accept() (net.Conn, error) {
	if conn, ok := <-l.conns; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (l *single) Close() error {
	l.close.Do(func() { close(l.conns) })
	return nil
}

func (l *single) Addr() net.Addr { return &net.TCPAddr{} }

// repeater is a connection whose other end sends the same request again and again, and throws away what it gets.
type repeater struct {
	left    int
	request []byte
	rest    []byte
	over    chan struct{}
}

func (r *repeater) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.left--
		r.rest = r.request
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *repeater) Write(p []byte) (int, error)      { return len(p), nil }
func (r *repeater) Close() error                     { close(r.over); return nil }
func (r *repeater) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (r *repeater) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (r *repeater) SetDeadline(time.Time) error      { return nil }
func (r *repeater) SetReadDeadline(time.Time) error  { return nil }
func (r *repeater) SetWriteDeadline(time.Time) error { return nil }

// BenchmarkHit is what a hit costs here, without the network and without a look-up.
func BenchmarkHit(b *testing.B) {
	s := &edge.Server{Handler: stored(1 << 10), Access: func(*edge.Entry) {}}
	conn := &repeater{left: b.N, request: []byte(browsers), over: make(chan struct{})}
	b.ReportAllocs()
	b.ResetTimer()
	go s.Serve(newSingle(conn))
	<-conn.over
	b.StopTimer()
	s.Shutdown(b.Context())
}

// BenchmarkHitNetHTTP is the same by net/http, for the ratio.
func BenchmarkHitNetHTTP(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 1<<10)
	s := &http.Server{ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for _, f := range storedFields {
			h[f.Name] = []string{f.Value}
		}
		h["Content-Length"] = []string{"1024"}
		w.Write(body)
	})}
	conn := &repeater{left: b.N, request: []byte(browsers), over: make(chan struct{})}
	b.ReportAllocs()
	b.ResetTimer()
	go s.Serve(newSingle(conn))
	<-conn.over
	b.StopTimer()
	s.Shutdown(b.Context())
}
