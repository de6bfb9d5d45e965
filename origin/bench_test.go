package origin_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"lacquer/internal/memnet"
	"lacquer/message"
	"lacquer/origin"
)

// BenchmarkFetch asks for a page of 1 KiB over a connection that stays open, by our own client and by net/http's: what counts is the
// ratio in one run. The origin reads and writes and does nothing else.
func BenchmarkFetch(b *testing.B) {
	page := []byte("HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nServer: origin\r\nContent-Type: text/html; charset=utf-8\r\n" +
		"Cache-Control: public, max-age=60\r\nETag: \"5f3c\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nVary: Accept-Encoding\r\n" +
		"Content-Length: 1024\r\n\r\n" + strings.Repeat("x", 1024))
	network := memnet.New()
	inMemory, err := network.Listen("tcp", "app:80")
	if err != nil {
		b.Fatal(err)
	}
	loopback, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	for _, l := range []net.Listener{inMemory, loopback} {
		go repeat(l, page)
		defer l.Close()
	}
	b.Run("memory/own", func(b *testing.B) { fetchOwn(b, "http://app:80", network.Dial) })
	b.Run("memory/library", func(b *testing.B) { fetchLibrary(b, "http://app:80", network.Dial) })
	b.Run("loopback/own", func(b *testing.B) { fetchOwn(b, "http://"+loopback.Addr().String(), nil) })
	b.Run("loopback/library", func(b *testing.B) { fetchLibrary(b, "http://"+loopback.Addr().String(), nil) })
}

// repeat answers every request on every connection with the same.
func repeat(l net.Listener, page []byte) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			room := make([]byte, 4096)
			for held := 0; ; {
				n, err := c.Read(room[held:])
				if held += n; err != nil {
					return
				}
				if bytes.HasSuffix(room[:held], []byte("\r\n\r\n")) {
					held = 0
					c.Write(page)
				}
			}
		}()
	}
}

var browser = message.Header{
	{Name: "User-Agent", Value: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
	{Name: "Accept", Value: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
	{Name: "Accept-Language", Value: "en-US,en;q=0.5"},
	{Name: "Accept-Encoding", Value: "gzip, br"},
	{Name: "X-Forwarded-For", Value: "192.0.2.7"},
	{Name: "Via", Value: "1.1 lacquer"},
}

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

func fetchOwn(b *testing.B, url string, dial dialer) {
	backend, err := origin.New(origin.Options{URL: url, Dial: dial})
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Close()
	head := get("/")
	head.Header = browser
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	room := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		res, err := backend.Fetch(ctx, &origin.Request{Head: head})
		if err != nil {
			b.Fatal(err)
		}
		readAll(b, res.Body, room)
	}
}

func fetchLibrary(b *testing.B, url string, dial dialer) {
	transport := &http.Transport{DialContext: dial, DisableCompression: true}
	defer transport.CloseIdleConnections()
	fields := http.Header{}
	for _, f := range browser {
		fields.Add(f.Name, f.Value)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	room := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequestWithContext(ctx, "GET", url+"/", nil)
		if err != nil {
			b.Fatal(err)
		}
		r.Header = fields
		res, err := transport.RoundTrip(r)
		if err != nil {
			b.Fatal(err)
		}
		readAll(b, res.Body, room)
	}
}

func readAll(b *testing.B, body io.ReadCloser, room []byte) {
	b.Helper()
	got := 0
	for {
		n, err := body.Read(room)
		got += n
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if body.Close(); got != 1024 {
		b.Fatalf("%d bytes", got)
	}
}
