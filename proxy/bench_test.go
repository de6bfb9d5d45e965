package proxy_test

import (
	"bytes"
	"context"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/proxy"
)

// prompt is an origin that answers at once, and remembers nothing of what it was asked.
type prompt struct{ body []byte }

func (p prompt) Fetch(context.Context, *origin.Request) (*origin.Response, error) {
	answer := page(200, "Cache-Control: max-age=3600\nContent-Type: text/html\nETag: \"1\"", bytes.NewReader(p.body))
	answer.Head.Length = int64(len(p.body))
	return answer, nil
}

// blind takes a response and keeps nothing of it.
type blind struct{ status int }

func (b *blind) Interim(int, message.Header) error { return nil }
func (b *blind) Head(h *message.Response) error    { b.status = h.Status; return nil }
func (b *blind) Write(p []byte) (int, error)       { return len(p), nil }
func (b *blind) Flush() error                      { return nil }
func (b *blind) Trailer(message.Header)            {}
func (b *blind) Finish() error                     { return nil }
func (b *blind) Abort()                            { b.status = 0 }
func (b *blind) Upgrade(*message.Response) (io.ReadWriteCloser, error) {
	return nil, io.ErrUnexpectedEOF
}

// browser is the head of a request as a browser sends it.
const browser = "GET /articles/42?page=2 HTTP/1.1\r\nHost: site.example\r\nConnection: keep-alive\r\n" +
	"sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\nUpgrade-Insecure-Requests: 1\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nSec-Fetch-Site: same-origin\r\n" +
	"Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n\r\n"

// hit returns what leads one request to what is stored.
func hit(tb testing.TB) func() {
	h := open(tb, policy.Settings{}, func(context.Context, int, *message.Request) (*origin.Response, error) {
		return page(200, "Cache-Control: max-age=3600\nContent-Type: text/html\nETag: \"1\"", strings.NewReader(strings.Repeat("x", 1024))), nil
	})
	text := []byte(browser)
	head := &message.Request{Scheme: "http", Header: make(message.Header, 0, 32)}
	request := &proxy.Request{Request: head, Client: proxy.Client{Addr: netip.MustParseAddr("192.0.2.1"), Peer: netip.MustParseAddr("192.0.2.1")}, ID: "12345678901234567890"}
	w := new(blind)
	buffer := make([]byte, len(text))
	once := func() proxy.Record {
		copy(buffer, text) // as what was read a moment ago is overwritten by what is read now
		*head = message.Request{Scheme: "http", Header: head.Header[:0]}
		if v := head.Parse(buffer, message.Limits{}); v.Outcome != message.Serve {
			tb.Fatal(v.Why)
		}
		return h.Serve(tb.Context(), request, w)
	}
	for range 100 {
		if once().Result == proxy.ResultHit {
			return func() {
				if once().Result != proxy.ResultHit || w.status != 200 {
					tb.Fatal("not a hit")
				}
			}
		}
	}
	tb.Fatal("never a hit")
	return nil
}

// BenchmarkHit is the way of a request to what is stored, from its parsed head to the end of its response, without a network.
func BenchmarkHit(b *testing.B) {
	once := hit(b)
	b.ReportAllocs()
	for b.Loop() {
		once()
	}
}

// BenchmarkMiss is the way of a request to what is not stored, without a network: look-up, fetch, and a place in a store that is full, so that another
// object has to go. The origin's part in it is a head of three fields and a buffer to read from.
func BenchmarkMiss(b *testing.B) {
	h := open(b, policy.Settings{}, nil)
	site := *h.Site()
	site.Backends = map[string]origin.Fetcher{"site": prompt{make([]byte, 1024)}}
	h.Swap(&site)
	client := netip.MustParseAddr("192.0.2.1")
	head := &message.Request{Header: make(message.Header, 0, 32)}
	request := &proxy.Request{Request: head, Client: proxy.Client{Addr: client, Peer: client}, ID: "12345678901234567890"}
	w, text := new(blind), []byte(nil)
	line, fields, _ := strings.Cut(browser, "42")
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		text = append(strconv.AppendInt(append(text[:0], line...), int64(n), 10), fields...)
		*head = message.Request{Scheme: "http", Header: head.Header[:0]}
		if v := head.Parse(text, message.Limits{}); v.Outcome != message.Serve {
			b.Fatal(v.Why)
		}
		if h.Serve(b.Context(), request, w).Result != proxy.ResultMiss || w.status != 200 {
			b.Fatal("not a miss")
		}
	}
}
