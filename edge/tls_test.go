package edge_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"lacquer/edge"
	"lacquer/message"
	"lacquer/proxy"
)

// secured connects to address by TLS, and speaks HTTP/1.1 within.
func secured(t *testing.T, address string) *tls.Conn {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{ServerName: "a.example", InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestSecureVersions(t *testing.T) {
	var last *proxy.Request
	address, _ := startSecured(t, &edge.Server{Handler: recorder(&last)})
	f := func(version uint16, want string) {
		t.Helper()
		conn, err := tls.Dial("tcp", address, &tls.Config{MinVersion: version, MaxVersion: version, InsecureSkipVerify: true})
		if got := err == nil; got != (want != "") {
			t.Errorf("TLS %x: %v", version, err)
			return
		}
		if err != nil {
			return
		}
		defer conn.Close()
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
		io.ReadAll(conn)
		if last.TLS.Version != want {
			t.Errorf("TLS %s, want %s", last.TLS.Version, want)
		}
	}
	f(tls.VersionTLS10, "")
	f(tls.VersionTLS11, "")
	f(tls.VersionTLS12, "1.2")
	f(tls.VersionTLS13, "1.3")
}

// Behind the PROXY protocol comes the handshake.
func TestPROXYProtocolAndTLS(t *testing.T) {
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	l, err := open(t, "proxy+https://127.0.0.1:0", loopback)
	if err != nil {
		t.Fatal(err)
	}
	shown := certificate(t, "a.example")
	l = edge.Secure(l, func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return shown, nil })
	var last *proxy.Request
	address := startOn(t, &edge.Server{Handler: recorder(&last), Trusted: []netip.Prefix{loopback}}, l)
	c := dial(t, address)
	c.send("PROXY TCP4 192.0.2.1 127.0.0.1 4711 443\r\n")
	conn := tls.Client(c.Conn, &tls.Config{ServerName: "a.example", InsecureSkipVerify: true})
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
	text, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 200") {
		t.Fatalf("got %q, %v", text, err)
	}
	if last.Client.Addr.String() != "192.0.2.1" || last.Scheme != "https" {
		t.Errorf("client %v, scheme %s", last.Client.Addr, last.Scheme)
	}
}

// RFC 8446 section 6.1: a body that ends with its connection is whole only if an alert says so.
func TestCutBeneathTLS(t *testing.T) {
	cut := false
	address, _ := startSecured(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		w.Head(&message.Response{Status: 200, Length: message.Unknown})
		io.WriteString(w, "body")
		w.Flush()
		if cut {
			w.Abort()
		} else {
			w.Finish()
		}
		return proxy.Record{Status: 200}
	})})
	for _, cut = range []bool{false, true} {
		conn := secured(t, address)
		io.WriteString(conn, "GET / HTTP/1.0\r\nHost: a.example\r\n\r\n")
		text, err := io.ReadAll(conn)
		if !cut && (err != nil || !strings.HasSuffix(string(text), "body")) || cut && err == nil {
			t.Errorf("cut %v: got %q, %v", cut, text, err)
		}
	}
}

// An upgrade takes the connection over, TLS and all, and each direction has its own end.
func TestUpgradeBeneathTLS(t *testing.T) {
	address, _ := startSecured(t, &edge.Server{Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		conn, err := w.Upgrade(&message.Response{Status: 101, Header: message.Header{{Name: "Connection", Value: "Upgrade"}, {Name: "Upgrade", Value: "echo"}}})
		if err != nil {
			t.Error(err)
			return proxy.Record{}
		}
		defer conn.Close()
		text, err := io.ReadAll(io.LimitReader(conn, 5))
		if err != nil {
			t.Error(err)
		}
		conn.Write(text)
		if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Error(err)
		}
		io.Copy(io.Discard, conn)
		return proxy.Record{Status: 101, Upgraded: true}
	})})
	conn := secured(t, address)
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhe")
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, nil)
	if err != nil || response.StatusCode != 101 {
		t.Fatalf("got %v, %v", response, err)
	}
	io.WriteString(conn, "llo")
	if text, err := io.ReadAll(r); string(text) != "hello" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
}

// A body may take longer than a head, over HTTP/2 too; and a client that sends nothing is told.
func TestSlowBodyOverHTTP2(t *testing.T) {
	address, _ := startSecured(t, &edge.Server{
		Limits: edge.Limits{BodyTime: 100 * time.Millisecond},
		Handler: handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
			_, err := io.ReadAll(r.Body)
			var fault interface{ Status() int }
			if !errors.As(err, &fault) {
				t.Errorf("the body ended with %v", err)
				return say(w, 500, "")
			}
			return say(w, fault.Status(), "")
		}),
	})
	c := dialFrames(t, address, "a.example")
	c.ask(false, ":method", "POST", ":scheme", "https", ":authority", "a.example", ":path", "/", "content-length", "10")
	c.must(c.WriteData(c.stream, false, []byte("abc")))
	if got := c.status(); got != "408" {
		t.Errorf("got %s, want 408", got)
	}
}

// Shutdown lets streams under way end.
func TestShutdownHTTP2(t *testing.T) {
	s := &edge.Server{}
	begun, goOn := make(chan struct{}), make(chan struct{})
	s.Handler = handler(func(_ context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
		close(begun)
		<-goOn
		return say(w, 200, "ok")
	})
	address, trust := startSecured(t, s)
	client := browser(t, address, trust, 2)
	outcome := make(chan error, 1)
	go func() {
		response, err := client.Get("https://a.example/")
		if err == nil {
			response.Body.Close()
		}
		outcome <- err
	}()
	<-begun
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := s.Shutdown(t.Context()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	for { // until nobody is let in any more
		conn, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		conn.Close()
	}
	close(goOn)
	if err := <-outcome; err != nil {
		t.Errorf("the request under way: %v", err)
	}
	ended.Wait()
}

// Handshakes that fail are told to who debugs alone.
func TestHandshakeComplaints(t *testing.T) {
	f := func(level slog.Level, want bool) {
		t.Helper()
		book := &lockedBuffer{}
		address, _ := startSecured(t, &edge.Server{Handler: recorder(new(*proxy.Request)), Log: slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: level}))})
		c := dial(t, address)
		c.send("nonsense, and no handshake")
		c.rest() // until the other end has given up, which is after it has logged
		if got := strings.Contains(book.String(), "TLS handshake error"); want && !got || !want && book.String() != "" {
			t.Errorf("%v: logged %q", level, book.String())
		}
	}
	f(slog.LevelInfo, false)
	f(slog.LevelDebug, true)
}

// Who speaks HTTP where TLS is expected is told so.
func TestPlainRequestWhereTLSIsExpected(t *testing.T) {
	address, _ := startSecured(t, &edge.Server{Handler: recorder(new(*proxy.Request))})
	f := func(text, want string) {
		t.Helper()
		c := dial(t, address)
		c.send(text)
		if got, _ := c.rest(); !strings.HasPrefix(got, want) || want == "" && strings.Contains(got, "HTTP") {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	f("GET / HTTP/1.1\r\n", "HTTP/1.1 400 ")
	f("EHLO example.org\r\n", "")
}

// lockedBuffer takes a log.
type lockedBuffer struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
