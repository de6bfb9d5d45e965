package admin_test

import (
	"errors"
	"net"
	"path/filepath"
	"testing"

	"lacquer/admin"
)

func TestParseAddress(t *testing.T) {
	f := func(text string, good, public bool) {
		t.Helper()
		_, err := admin.ParseAddress(text)
		if (err == nil) != good || errors.Is(err, admin.ErrPublic) != public {
			t.Errorf("%s: %v", text, err)
		}
	}
	f(admin.DefaultAddress, true, false)
	f("localhost:6082", true, false)
	f("[::1]:6082", true, false)
	f("127.9.9.9:0", true, false)
	f("[::ffff:127.0.0.1]:1", true, false)
	f("unix:/run/lacquer/admin.sock", true, false)
	// What other machines reach.
	f(":6082", false, true)
	f("0.0.0.0:6082", false, true)
	f("[::]:6082", false, true)
	f("192.0.2.1:6082", false, true)
	f("cache.example:6082", false, true)
	f("localhost.example:6082", false, true)
	// What is no address.
	f("6082", false, false)
	f("unix:admin.sock", false, false)
	f("127.0.0.1:http", false, false)
	f("http://127.0.0.1:6082", false, false)
}

// What localhost means is the machine's business; whether that can be reached from elsewhere is ours.
func TestOpenLooksAtWhatCameOfIt(t *testing.T) {
	public := &closing{Listener: nil}
	_, err := admin.Open("localhost:6082", func(string, string) (net.Listener, error) { return public, nil })
	if !errors.Is(err, admin.ErrPublic) || !public.closed {
		t.Errorf("got %v, closed %v", err, public.closed)
	}
}

type closing struct {
	net.Listener
	closed bool
}

func (c *closing) Close() error   { c.closed = true; return nil }
func (c *closing) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 6082} }

func TestOpenSaysWhereItListens(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		l, err := admin.Open(text, net.Listen)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if got := admin.AddressOf(l); len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("%s: got %s, want %s…", text, got, want)
		}
	}
	f("127.0.0.1:0", "127.0.0.1:")
	socket := filepath.Join(t.TempDir(), "admin.sock")
	f("unix:"+socket, "unix:"+socket)
}
