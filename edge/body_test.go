package edge_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"lacquer/edge"
	"lacquer/proxy"
)

// reader reads the whole body and answers with its length, or with the status that the failure asks for.
func reader(failure *error) handler {
	return func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		text, err := io.ReadAll(r.Body)
		*failure = err
		var fault interface{ Status() int }
		if errors.As(err, &fault) {
			return say(w, fault.Status(), "")
		}
		return say(w, 200, string(text))
	}
}

func TestBodyLimit(t *testing.T) {
	var failure error
	address := start(t, &edge.Server{Handler: reader(&failure), Limits: edge.Limits{Body: 5}})
	f := func(request string, want int, wantBody string) {
		t.Helper()
		res, body := exchange(t, address, "POST / HTTP/1.1\r\nHost: a\r\n"+request)
		if res.StatusCode != want || wantBody != "" && body != wantBody {
			t.Errorf("%q: %d %q, want %d %q", request, res.StatusCode, body, want, wantBody)
		}
	}
	f("Content-Length: 5\r\n\r\nabcde", 200, "abcde")
	f("Content-Length: 6\r\n\r\nabcdef", 413, "")
	f("Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", 200, "abcde")
	f("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", 413, "")
}

// A body that does not come whole ends with an error that says so.
func TestBodyFails(t *testing.T) {
	f := func(request string, want int) {
		t.Helper()
		var failure error
		c := dial(t, start(t, &edge.Server{Handler: reader(&failure)}))
		c.send("POST / HTTP/1.1\r\nHost: a\r\n" + request)
		c.Conn.(interface{ CloseWrite() error }).CloseWrite()
		c.rest()
		var fault interface{ Status() int }
		if !errors.As(failure, &fault) || fault.Status() != want {
			t.Errorf("%q: the body ended with %v, want status %d", request, failure, want)
		}
	}
	f("Content-Length: 5\r\n\r\nabc", 400)
	f("Transfer-Encoding: chunked\r\n\r\n5\r\nabc", 400)
	f("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 400)
	f("Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400)
	f("Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400)
}

// RFC 9110 section 10.1.1: the client is told to go on when its body is wanted, once, and not if it is not.
func TestExpectContinue(t *testing.T) {
	const request = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
	t.Run("wanted", func(t *testing.T) {
		address := start(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
			w.Interim(103, nil)
			w.Interim(100, nil) // an origin's own, which the read of the body does not repeat
			text, _ := io.ReadAll(r.Body)
			return say(w, 200, string(text))
		})})
		c := dial(t, address)
		c.send(request)
		if got := c.head() + c.head(); got != "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" {
			t.Errorf("got %q", got)
		}
		c.send("abc")
		if got := c.head() + c.exactly(3); got != "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("wanted by its reader", func(t *testing.T) {
		var failure error
		c := dial(t, start(t, &edge.Server{Handler: reader(&failure)}))
		c.send(request)
		if got := c.head(); got != "HTTP/1.1 100 Continue\r\n\r\n" {
			t.Errorf("got %q", got)
		}
		c.send("abc")
		c.head()
		c.exactly(3)
	})
	t.Run("not wanted", func(t *testing.T) {
		var last *proxy.Request
		c := dial(t, start(t, &edge.Server{Handler: recorder(&last)}))
		c.send(request)
		if got := c.head() + c.exactly(2); got != "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok" {
			t.Errorf("got %q", got)
		}
	})
}

// Both directions flow at once: the answer begins before the request has ended.
func TestFullDuplex(t *testing.T) {
	address := start(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		w.Head(final(200, -1))
		io.Copy(flushing{w}, r.Body)
		w.Finish()
		return proxy.Record{}
	})})
	c := dial(t, address)
	c.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
	c.head()
	if got := c.exactly(7); got != "2\r\nab\r\n" {
		t.Errorf("got %q", got)
	}
	c.send("1\r\nc\r\n0\r\n\r\n")
	if got := c.exactly(11); got != "1\r\nc\r\n0\r\n\r\n" {
		t.Errorf("got %q", got)
	}
}

type flushing struct{ proxy.Writer }

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	f.Flush()
	return n, err
}

// A body that nobody read is not taken for the next request.
func TestUnreadBody(t *testing.T) {
	var served []string
	address := start(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		served = append(served, strings.Clone(r.Path))
		return say(w, 200, "ok")
	})})
	const inner = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
	c := dial(t, address)
	c.send("POST /outer HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\n\r\n" + inner)
	c.head()
	c.exactly(2)
	c.send("GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	c.rest()
	if got := strings.Join(served, " "); got != "/outer /next" {
		t.Errorf("served %s", got)
	}
}

// The answer to a body that broke off says that nothing can follow it: a client that went on would have its next request lost.
func TestBrokenBodySaysClose(t *testing.T) {
	address := start(t, &edge.Server{Handler: echo, Limits: edge.Limits{Body: 10, BodyTime: 50 * time.Millisecond}})
	f := func(name, text string) {
		t.Helper()
		c := dial(t, address)
		c.send("POST / HTTP/1.1\r\nHost: a\r\n" + text)
		if got := c.head(); !strings.HasPrefix(got, "HTTP/1.1 400 ") || !strings.Contains(got, "\r\nConnection: close\r\n") {
			t.Errorf("%s: got %q", name, got)
		}
	}
	f("malformed", "Transfer-Encoding: chunked\r\n\r\nxx\r\n")
	f("too long", "Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n")
	f("too slow", "Content-Length: 5\r\n\r\nabc")
}
