package edge_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"lacquer/edge"
	"lacquer/message"
	"lacquer/proxy"
)

// handler is a function that serves.
type handler func(ctx context.Context, r *proxy.Request, w proxy.Writer) proxy.Record

func (h handler) Serve(ctx context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
	return h(ctx, r, w)
}

// trusted are the proxies of most tests: loopback, where the tests come from, and two networks that only stand in fields.
var trusted = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"),
}

// start serves on a socket of loopback until the test ends, and returns its address.
func start(t *testing.T, s *edge.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startOn(t, s, l)
}

func startOn(t *testing.T, s *edge.Server, l net.Listener) string {
	t.Helper()
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := s.Serve(l); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // what a test leaves behind is not waited for
		s.Shutdown(ctx)
		serving.Wait()
	})
	return l.Addr().String()
}

// client is a connection that speaks raw HTTP.
type client struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func dial(t *testing.T, address string) *client {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return newClient(t, c)
}

func newClient(t *testing.T, c net.Conn) *client { return &client{t, c, bufio.NewReader(c)} }

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// head reads the head of a response as it stands on the wire, but for its Date.
func (c *client) head() string {
	c.t.Helper()
	var head strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatalf("the head ended after %q: %v", &head, err)
		}
		if !strings.HasPrefix(line, "Date: ") {
			head.WriteString(line)
		}
		if line == "\r\n" {
			return head.String()
		}
	}
}

// exactly reads n bytes.
func (c *client) exactly(n int) string {
	c.t.Helper()
	p := make([]byte, n)
	if _, err := io.ReadFull(c.r, p); err != nil {
		c.t.Fatal(err)
	}
	return string(p)
}

// rest reads until the connection ends; whole is false if it was reset.
func (c *client) rest() (text string, whole bool) {
	p, err := io.ReadAll(c.r)
	return string(p), err == nil
}

// exchange sends a request on a connection of its own and reads the response to it.
func exchange(t *testing.T, address, request string) (*http.Response, string) {
	t.Helper()
	c := dial(t, address)
	c.send(request)
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	body, _ := io.ReadAll(res.Body)
	return res, string(body)
}

// say answers with a status and a body.
func say(w proxy.Writer, status int, text string) proxy.Record {
	w.Head(&message.Response{Status: status, Length: int64(len(text))})
	io.WriteString(w, text)
	w.Finish()
	return proxy.Record{Status: status, Bytes: int64(len(text))}
}

// recorder answers 200 and keeps a copy of the last request.
func recorder(last **proxy.Request) handler {
	return func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		kept := *r
		kept.Request = r.Clone()
		*last = &kept
		return say(w, 200, "ok")
	}
}
