package memnet_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/nettest"

	"lacquer/internal/memnet"
)

// pair returns both ends of a connection, the one that dialled first.
func pair(t *testing.T, n *memnet.Network, network, address string) (client, server *memnet.Conn) {
	t.Helper()
	l, err := n.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := n.Dial(t.Context(), network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c.(*memnet.Conn), s.(*memnet.Conn)
}

func TestConn(t *testing.T) {
	f := func(network, address string) {
		t.Run(network, func(t *testing.T) {
			nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
				c, s := pair(t, memnet.New(), network, address)
				return c, s, func() { c.Close(); s.Close() }, nil
			})
		})
	}
	f("tcp", "127.0.0.1:0")
	f("unix", "/run/site.sock")
}

func TestListen(t *testing.T) {
	n := memnet.New()
	f := func(network, address string, want error) {
		t.Helper()
		_, err := n.Listen(network, address)
		if !errors.Is(err, want) {
			t.Errorf("Listen(%q, %q) = %v, want %v", network, address, err, want)
		}
	}
	f("tcp", "127.0.0.1:80", nil)
	f("tcp", "127.0.0.1:80", syscall.EADDRINUSE)
	f("tcp", "127.0.0.1:81", nil)                // another port
	f("tcp", "[::1]:80", nil)                    // another host
	f("tcp", "localhost:80", syscall.EADDRINUSE) // a name for an address in use
	f("tcp", "origin:80", nil)                   // a name of its own
	f("tcp", "other:80", nil)                    // gets another address
	f("tcp", "ORIGIN.:80", syscall.EADDRINUSE)   // however it is written
	f("tcp", ":0", nil)                          // any port
	f("tcp", ":0", nil)                          // another one
	f("unix", "/run/a", nil)
	f("unix", "/run/a", syscall.EADDRINUSE)
	f("udp", "127.0.0.1:80", net.UnknownNetworkError("udp"))

	if _, err := n.Listen("tcp", "127.0.0.1:65536"); err == nil {
		t.Error("port 65536 can be listened on")
	}
	if _, err := n.Listen("tcp", "127.0.0.1"); err == nil {
		t.Error("an address without port can be listened on")
	}
}

func TestListenAgainAfterClose(t *testing.T) {
	n := memnet.New()
	for range 2 {
		l, err := n.Listen("tcp", ":80")
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("second Close = %v, want net.ErrClosed", err)
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept after Close = %v, want net.ErrClosed", err)
		}
	}
}

func TestDialRefused(t *testing.T) {
	n := memnet.New()
	f := func(network, address string, want error) {
		t.Helper()
		_, err := n.Dial(t.Context(), network, address)
		var op *net.OpError
		if !errors.As(err, &op) || op.Op != "dial" || !errors.Is(err, want) {
			t.Errorf("Dial(%q, %q) = %v, want %v", network, address, err, want)
		}
	}
	f("tcp", "127.0.0.1:80", syscall.ECONNREFUSED) // nobody listens
	f("unix", "/run/a", syscall.ENOENT)

	l, err := n.Listen("tcp", "127.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	f("tcp", "127.0.0.2:80", syscall.ECONNREFUSED) // somebody listens, but elsewhere
	l.Close()
	f("tcp", "127.0.0.1:80", syscall.ECONNREFUSED) // no longer
}

func TestAddresses(t *testing.T) {
	n := memnet.New()
	l, err := n.Listen("tcp", ":80")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f := func(from, to, wantRemote, wantLocal string) {
		t.Helper()
		var source netip.AddrPort
		if from != "" {
			source = netip.MustParseAddrPort(from)
		}
		c, err := n.DialFrom(t.Context(), source, "tcp", to)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if remote := s.RemoteAddr().String(); !strings.HasPrefix(remote, wantRemote) || s.LocalAddr().String() != wantLocal {
			t.Errorf("from %q to %q: accepted from %v at %v, want %v at %v", from, to, remote, s.LocalAddr(), wantRemote, wantLocal)
		}
		if c.LocalAddr().String() != s.RemoteAddr().String() || c.RemoteAddr().String() != s.LocalAddr().String() {
			t.Errorf("the ends of a connection from %q do not agree on their addresses", from)
		}
	}
	f("192.0.2.7:5000", "203.0.113.1:80", "192.0.2.7:5000", "203.0.113.1:80") // both as given
	f("192.0.2.7:0", "203.0.113.1:80", "192.0.2.7:", "203.0.113.1:80")        // a port is picked
	f("", "127.0.0.1:80", "127.0.0.1:", "127.0.0.1:80")                       // over loopback
	f("", "203.0.113.1:80", "10.0.0.1:", "203.0.113.1:80")                    // elsewhere
	f("[2001:db8::7]:5000", "[2001:db8::1]:80", "[2001:db8::7]:5000", "[2001:db8::1]:80")
}

func TestBlackHole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		l, err := n.Listen("tcp", "origin:80")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := n.BlackHole("tcp", "origin:80", true); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		begun := time.Now()
		_, err = n.Dial(ctx, "tcp", "origin:80")
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Dial of a black hole = %v, want a timeout", err)
		}
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("it took %v, want 2s", took)
		}
		if err := n.BlackHole("tcp", "origin:80", false); err != nil {
			t.Fatal(err)
		}
		c, err := n.Dial(t.Context(), "tcp", "origin:80")
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	})
}

func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		l, err := n.Listen("tcp", "127.0.0.1:80")
		if err != nil {
			t.Fatal(err)
		}
		var waiting []net.Conn
		for range memnet.Backlog {
			c, err := n.Dial(t.Context(), "tcp", "127.0.0.1:80")
			if err != nil {
				t.Fatal(err)
			}
			waiting = append(waiting, c)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Dial(ctx, "tcp", "127.0.0.1:80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Dial with a full backlog = %v, want a timeout", err)
		}

		dialled := make(chan error)
		go func() {
			c, err := n.Dial(t.Context(), "tcp", "127.0.0.1:80")
			if err == nil {
				defer c.Close()
			}
			dialled <- err
		}()
		synctest.Wait()
		if _, err := l.Accept(); err != nil {
			t.Fatal(err)
		}
		if err := <-dialled; err != nil {
			t.Errorf("Dial once there is room = %v", err)
		}

		l.Close() // resets who was never accepted
		if _, err := waiting[memnet.Backlog-1].Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("Read from a listener that closed without accepting = %v, want ECONNRESET", err)
		}
	})
}

func TestReadBeforeEnd(t *testing.T) {
	c, s := pair(t, memnet.New(), "tcp", "127.0.0.1:0")
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	c.Close()
	got, err := io.ReadAll(s)
	if string(got) != "hello" || err != nil {
		t.Errorf("after the other end has closed: %q, %v; want %q and the end", got, err, "hello")
	}
	if _, err := io.WriteString(s, "late"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("Write to a closed end = %v, want EPIPE", err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Read after own Close = %v, want net.ErrClosed", err)
	}
	if err := c.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("second Close = %v, want net.ErrClosed", err)
	}
}

func TestCloseWrite(t *testing.T) {
	c, s := pair(t, memnet.New(), "tcp", "127.0.0.1:0")
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("Read after the other end's CloseWrite = %v, want io.EOF", err)
	}
	if _, err := io.WriteString(c, "more"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("Write after CloseWrite = %v, want EPIPE", err)
	}
	if _, err := io.WriteString(s, "answer"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if got, err := io.ReadAll(c); string(got) != "answer" || err != nil {
		t.Errorf("after CloseWrite: %q, %v; want %q", got, err, "answer")
	}
}

func TestReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := pair(t, memnet.New(), "tcp", "127.0.0.1:0")
		waiting := make(chan error)
		go func() {
			_, err := s.Read(make([]byte, 1))
			waiting <- err
		}()
		synctest.Wait()
		c.Reset()
		if err := <-waiting; !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("a Read under way = %v, want ECONNRESET", err)
		}
		if _, err := io.WriteString(s, "x"); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("Write after a reset = %v, want ECONNRESET", err)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("own Read after Reset = %v, want net.ErrClosed", err)
		}
	})
}

func TestResetLosesBytesUnderWay(t *testing.T) {
	c, s := pair(t, memnet.New(), "tcp", "127.0.0.1:0")
	if _, err := io.WriteString(c, "lost"); err != nil {
		t.Fatal(err)
	}
	c.Reset()
	if n, err := s.Read(make([]byte, 8)); n != 0 || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("Read after a reset = %d, %v; want ECONNRESET", n, err)
	}
}

func TestBufferIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := pair(t, memnet.New(), "tcp", "127.0.0.1:0")
		sent := make([]byte, memnet.BufferSize+10)
		for i := range sent {
			sent[i] = byte(i % 251)
		}
		if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := c.Write(sent)
		if n != memnet.BufferSize || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("Write past the buffer = %d, %v; want %d and a timeout", n, err, memnet.BufferSize)
		}
		got := make([]byte, 100)
		if _, err := io.ReadFull(s, got); err != nil {
			t.Fatal(err)
		}
		if err := c.SetWriteDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		if n, err := c.Write(sent[n:]); n != 10 || err != nil {
			t.Fatalf("Write once there is room = %d, %v", n, err)
		}
		c.Close()
		rest, err := io.ReadAll(s)
		if string(got)+string(rest) != string(sent) || err != nil {
			t.Errorf("what came is not what was sent (%d bytes, %v)", len(got)+len(rest), err)
		}
	})
}

func TestWritesAreNotMingled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := pair(t, memnet.New(), "tcp", "127.0.0.1:0")
		const size = 2 * memnet.BufferSize
		for _, text := range []string{"a", "b"} {
			go func() {
				if _, err := io.WriteString(c, strings.Repeat(text, size)); err != nil {
					t.Error(err)
				}
			}()
		}
		got := make([]byte, 2*size)
		if _, err := io.ReadFull(s, got); err != nil {
			t.Fatal(err)
		}
		if first, second := string(got[:size]), string(got[size:]); strings.Trim(first, first[:1]) != "" || strings.Trim(second, second[:1]) != "" {
			t.Error("two writes under way at once were mingled")
		}
	})
}

func TestDeadlineOnTheBubblesClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := pair(t, memnet.New(), "tcp", "127.0.0.1:0")
		begun := time.Now()
		if err := c.SetReadDeadline(begun.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read past its deadline = %v", err)
		}
		if took := time.Since(begun); took != time.Hour {
			t.Errorf("it took %v, want 1h", took)
		}
		// A later deadline, set while a Read waits under an earlier one, counts.
		if err := c.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(500*time.Millisecond, func() { _ = c.SetReadDeadline(time.Now().Add(time.Minute)) })
		time.AfterFunc(30*time.Second, func() { _, _ = io.WriteString(s, "x") })
		if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("Read under a deadline that was moved = %d, %v", n, err)
		}
	})
}
