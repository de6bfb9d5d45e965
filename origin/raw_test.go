package origin_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"lacquer/message"
	"lacquer/origin"
)

// conversation is what a raw origin does on one connection; the connection is closed when it returns.
type conversation func(c net.Conn, r *bufio.Reader)

// serve accepts connections on l and holds a conversation on each. It stops with the test, and waits for all of them.
func serve(t *testing.T, l net.Listener, talk conversation) {
	t.Helper()
	var conversations sync.WaitGroup
	conversations.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conversations.Go(func() {
				defer c.Close()
				talk(c, bufio.NewReader(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		conversations.Wait()
	})
}

// listen opens a socket on loopback.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// rawOrigin is an origin on loopback that holds a conversation on each connection, and a backend that asks it.
func rawOrigin(t *testing.T, talk conversation) *origin.Backend {
	t.Helper()
	l := listen(t)
	serve(t, l, talk)
	return backend(t, origin.Options{URL: "http://" + l.Addr().String()})
}

func backend(t *testing.T, o origin.Options) *origin.Backend {
	t.Helper()
	if o.Name == "" {
		o.Name = "app"
	}
	b, err := origin.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// readHead reads the head of a request as it stands on the wire, "" at the end of the connection.
func readHead(r *bufio.Reader) string {
	var head strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return ""
		}
		head.WriteString(line)
		if line == "\r\n" {
			return head.String()
		}
	}
}

// answer is a conversation that reads one head, says what it has to say, and leaves.
func answer(text string) conversation {
	return func(c net.Conn, r *bufio.Reader) {
		readHead(r)
		io.WriteString(c, text)
	}
}

// get is the head of a GET for a path.
func get(path string) *message.Request {
	return &message.Request{Method: "GET", Scheme: "http", Authority: "example.org", Path: path, Major: 1, Minor: 1}
}

// fetch asks with a plain GET.
func fetch(b *origin.Backend) (*origin.Response, error) {
	return b.Fetch(context.Background(), &origin.Request{Head: get("/")})
}

// fetchAll asks and reads the body to its end.
func fetchAll(t *testing.T, b *origin.Backend, r *origin.Request) (*origin.Response, string) {
	t.Helper()
	res, err := b.Fetch(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("body: %v", err)
	}
	res.Body.Close()
	return res, string(text)
}

// kindOf returns the kind of an origin's failure. Anything else fails the test.
func kindOf(t *testing.T, err error) origin.Kind {
	t.Helper()
	var failure *origin.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v (%T), want an *origin.Error", err, err)
	}
	if failure.Backend != "app" {
		t.Errorf("the error names backend %q", failure.Backend)
	}
	return failure.Kind
}
