package edge_test

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"

	"lacquer/edge"
	"lacquer/proxy"
)

func TestParse(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		a, err := edge.Parse(text)
		if err != nil || a.String() != want {
			t.Errorf("%s: %q, %v; want %q", text, a, err, want)
		}
		if again, err := edge.Parse(a.String()); again != a || err != nil {
			t.Errorf("%s: read again as %+v, %v", a, again, err)
		}
	}
	f(":8080", "http://:8080")
	f("http://:80", "http://:80")
	f("127.0.0.1:0", "http://127.0.0.1:0")
	f("localhost:8080", "http://localhost:8080")
	f("[::1]:8080", "http://[::1]:8080")
	f("proxy+http://:8081", "proxy+http://:8081")
	f("https://:443", "https://:443")
	f("proxy+https://127.0.0.1:8443", "proxy+https://127.0.0.1:8443")
	f("unix:/run/lacquer.sock", "unix:/run/lacquer.sock")

	refused := func(text, want string) {
		t.Helper()
		if a, err := edge.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v; want %q in the error", text, a, err, want)
		}
	}
	refused("proxy+ftp://:21", "unknown scheme proxy+ftp")
	refused("https://", "as in :8080")
	refused("ftp://:21", "unknown scheme ftp")
	refused("8080", "as in :8080")
	refused("", "as in :8080")
	refused("http://:80/path", "as in :8080")
	refused("::1:80", "as in :8080")
	refused(":http", "not a number")
	refused(":65536", "not a number")
	refused(":080", "not a number")
	refused(":", "not a number")
	refused("unix:lacquer.sock", "begins with a slash")
}

func open(t *testing.T, text string, trusted ...netip.Prefix) (net.Listener, error) {
	t.Helper()
	a, err := edge.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	l, err := a.Open(net.Listen, trusted)
	if err == nil {
		t.Cleanup(func() { l.Close() })
	}
	return l, err
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.sock")
	l, err := open(t, "unix:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}

	// Somebody answers.
	if _, err := open(t, "unix:"+path); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("second listener: %v", err)
	}

	// Its owner died and left the file behind.
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	l, err = open(t, "unix:"+path)
	if err != nil {
		t.Fatal(err)
	}

	// Who comes that way has no address, and is not trusted.
	var last *proxy.Request
	startOn(t, &edge.Server{Handler: recorder(&last), Trusted: trusted}, l)
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n")
	io.ReadAll(c)
	if last.Client.Addr.IsValid() || last.Client.Peer.IsValid() || last.Client.Trusted {
		t.Errorf("client %+v", last.Client)
	}

	// What is not a socket is left alone.
	file := filepath.Join(t.TempDir(), "precious")
	os.WriteFile(file, []byte("x"), 0o600)
	if _, err := open(t, "unix:"+file); err == nil || !strings.Contains(err.Error(), "not a socket") {
		t.Errorf("a file: %v", err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestPROXYProtocol(t *testing.T) {
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	v2 := func(text string) string {
		h := proxyproto.HeaderProxyFromAddrs(2, &net.TCPAddr{IP: net.ParseIP(text), Port: 4711}, &net.TCPAddr{IP: net.ParseIP("127.0.0.1"), Port: 80})
		raw, err := h.Format()
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	var last *proxy.Request
	f := func(header, fields, want string, wantTrusted bool) {
		t.Helper()
		l, err := open(t, "proxy+http://127.0.0.1:0", loopback)
		if err != nil {
			t.Fatal(err)
		}
		last = nil
		c := dial(t, startOn(t, &edge.Server{Handler: recorder(&last), Trusted: []netip.Prefix{loopback}}, l))
		c.send(header + "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "Connection: close\r\n\r\n")
		c.rest()
		got := "nobody"
		if last != nil {
			got = fmt.Sprint(last.Client.Addr)
			if last.Client.Trusted != wantTrusted {
				t.Errorf("%q: trusted %v", header, last.Client.Trusted)
			}
		}
		if got != want {
			t.Errorf("%q: client %s, want %s", header, got, want)
		}
	}

	// The address in the header is the peer. Only a trusted one is asked for whom it asks.
	f("PROXY TCP4 192.0.2.1 127.0.0.1 4711 80\r\n", "", "192.0.2.1", false)
	f("PROXY TCP4 192.0.2.1 127.0.0.1 4711 80\r\n", "X-Forwarded-For: 203.0.113.9\r\n", "192.0.2.1", false)
	f("PROXY TCP4 127.0.0.9 127.0.0.1 4711 80\r\n", "X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9", true)
	f("PROXY TCP6 2001:db8::1 ::1 4711 80\r\n", "", "2001:db8::1", false)
	f(v2("192.0.2.2"), "", "192.0.2.2", false)

	// Without the header, or with one that is none, nobody is served.
	f("", "", "nobody", false)
	f("PROXY TCP4 nonsense\r\n", "", "nobody", false)

	// However its bytes arrive.
	for _, header := range []string{"PROXY TCP4 192.0.2.1 127.0.0.1 4711 80\r\n", v2("192.0.2.1")} {
		l, err := open(t, "proxy+http://127.0.0.1:0", loopback)
		if err != nil {
			t.Fatal(err)
		}
		address := startOn(t, &edge.Server{Handler: recorder(&last)}, l)
		for i := 1; i < len(header); i++ {
			c := dial(t, address)
			c.send(header[:i])
			time.Sleep(2 * time.Millisecond) // else both may be read at once
			c.send(header[i:] + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
			if text, _ := c.rest(); !strings.HasPrefix(text, "HTTP/1.1 200 ") || fmt.Sprint(last.Client.Addr) != "192.0.2.1" {
				t.Errorf("%q, cut at %d: got %q", header, i, text)
			}
		}
	}

	t.Run("from others", func(t *testing.T) {
		l, err := open(t, "proxy+http://127.0.0.1:0", netip.MustParsePrefix("10.0.0.0/8"))
		if err != nil {
			t.Fatal(err)
		}
		last = nil
		c := dial(t, startOn(t, &edge.Server{Handler: recorder(&last), Trusted: trusted}, l))
		io.WriteString(c, "PROXY TCP4 10.0.0.1 127.0.0.1 4711 80\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if text, _ := c.rest(); text != "" || last != nil {
			t.Errorf("got %q", text)
		}
	})
	if _, err := open(t, "proxy+http://127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "trusted_proxies") {
		t.Errorf("without trusted proxies: %v", err)
	}
}
