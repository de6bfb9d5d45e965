package edge_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/edge"
	"lacquer/internal/memnet"
	"lacquer/proxy"
)

// bubble runs a story in a bubble with a clock and a network of its own. connect opens a connection to s.
func bubble(t *testing.T, s *edge.Server, story func(t *testing.T, connect func() *client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(time.Minute) }) // connections that were answered for the last time linger
		network := memnet.New()
		l, err := network.Listen("tcp", "site:80")
		if err != nil {
			t.Fatal(err)
		}
		startOn(t, s, l)
		story(t, func() *client {
			c, err := network.Dial(context.Background(), "tcp", "site:80")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			return newClient(t, c)
		})
	})
}

// between checks that a time lies between two others.
func between(t *testing.T, name string, got, least, most time.Duration) {
	t.Helper()
	if got < least || got > most {
		t.Errorf("%s: after %v, want %v to %v", name, got, least, most)
	}
}

// Whoever holds a connection without getting on is cut.
func TestSlowClients(t *testing.T) {
	f := func(name, text string, least, most time.Duration) {
		t.Helper()
		var failure error
		bubble(t, &edge.Server{Handler: reader(&failure)}, func(t *testing.T, connect func() *client) {
			c, begin := connect(), time.Now()
			c.send(text)
			c.rest()
			between(t, name, time.Since(begin), least, most)
		})
	}
	f("nothing", "", 10*time.Second, 10*time.Second)
	f("half a head", "GET / HTTP/1.1\r\nHo", 10*time.Second, 10*time.Second)
	f("half a body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc", time.Minute, 90*time.Second)
	f("a body that is refused", "POST * HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc", 0, 10*time.Second)
	f("a body behind an unknown expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 5\r\n\r\n", 0, 20*time.Second)
}

func TestIdleTime(t *testing.T) {
	bubble(t, &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		return say(w, 200, "ok")
	})}, func(t *testing.T, connect func() *client) {
		c := connect()
		c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		c.head()
		c.exactly(2)
		begin := time.Now()
		c.rest()
		between(t, "idle", time.Since(begin), 75*time.Second, 94*time.Second)
	})
}

// A client that reads nothing is cut after a minute and a quarter at most; one that reads slowly is not.
func TestSlowReaders(t *testing.T) {
	var ended time.Duration
	var failure error
	big := bytes.Repeat([]byte("x"), 8<<20)
	s := func() *edge.Server {
		return &edge.Server{Handler: handler(func(_ context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
			begin := time.Now()
			w.Head(final(200, int64(len(big))))
			if _, failure = w.Write(big); failure != nil {
				w.Abort()
			} else {
				w.Finish()
			}
			ended = time.Since(begin)
			return proxy.Record{}
		})}
	}
	const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	bubble(t, s(), func(t *testing.T, connect func() *client) {
		c := connect()
		c.send(get)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		between(t, "reads nothing", ended, time.Minute, 75*time.Second)
		if failure == nil {
			t.Error("the write did not fail")
		}
	})
	bubble(t, s(), func(t *testing.T, connect func() *client) {
		c := connect()
		c.send(get)
		c.head()
		for range len(big) / (32 << 10) {
			time.Sleep(20 * time.Second)
			c.exactly(32 << 10)
		}
		synctest.Wait()
		if failure != nil {
			t.Errorf("a slow reader was cut: %v", failure)
		}
	})
}

// A handler may take its time: no deadline of the request's head or body is left standing.
func TestSlowHandler(t *testing.T) {
	f := func(request string) {
		t.Helper()
		bubble(t, &edge.Server{Handler: handler(func(ctx context.Context, r *proxy.Request, w proxy.Writer) proxy.Record {
			if r.Body != nil {
				time.Sleep(time.Hour)
				if _, err := io.Copy(io.Discard, r.Body); err != nil {
					t.Errorf("the body: %v", err)
				}
			}
			select {
			case <-time.After(time.Hour):
			case <-ctx.Done():
				t.Error("the client was taken for gone")
			}
			return say(w, 200, "ok")
		})}, func(t *testing.T, connect func() *client) {
			c := connect()
			c.send(request)
			if got := c.head(); !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") {
				t.Errorf("got %q", got)
			}
		})
	}
	f("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
}

// A client that leaves ends the context of its request.
func TestClientLeaves(t *testing.T) {
	bubble(t, &edge.Server{Handler: handler(func(ctx context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		<-ctx.Done()
		w.Abort()
		return proxy.Record{}
	})}, func(t *testing.T, connect func() *client) {
		c := connect()
		c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		synctest.Wait()
		c.Close()
	})
}

// A context that is asked when its request is over is over, too, and is nobody else's.
func TestContextKeptTooLong(t *testing.T) {
	var kept context.Context
	bubble(t, &edge.Server{Handler: handler(func(ctx context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
		if kept = ctx; ctx.Err() != nil {
			t.Error("the client was taken for gone")
		}
		return say(w, 200, "ok")
	})}, func(t *testing.T, connect func() *client) {
		c := connect()
		for range 3 {
			c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			c.head()
			c.exactly(2)
			synctest.Wait()
			<-kept.Done()
		}
	})
}

// Shutdown waits for transactions, upgraded connections among them, and cuts what outlasts its context.
func TestShutdown(t *testing.T) {
	f := func(name string, upgrade bool, takes, patience, want time.Duration, wantErr bool) {
		t.Helper()
		s := &edge.Server{Handler: handler(func(ctx context.Context, _ *proxy.Request, w proxy.Writer) proxy.Record {
			if upgrade {
				conn, err := w.Upgrade(final(101, 0, "Connection", "Upgrade", "Upgrade", "x"))
				if err != nil {
					t.Error(err)
					return proxy.Record{}
				}
				time.AfterFunc(takes, func() { conn.Close() })
				conn.Read(make([]byte, 1))
				return proxy.Record{Upgraded: true}
			}
			select {
			case <-time.After(takes):
				return say(w, 200, "ok")
			case <-ctx.Done():
				w.Abort()
				return proxy.Record{}
			}
		})}
		bubble(t, s, func(t *testing.T, connect func() *client) {
			idle, c := connect(), connect()
			_ = idle
			c.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			synctest.Wait()
			begin := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			err := s.Shutdown(ctx)
			between(t, name, time.Since(begin), want, want)
			if (err != nil) != wantErr {
				t.Errorf("%s: %v", name, err)
			}
			text, _ := c.rest()
			answered := strings.Contains(text, " 200 OK\r\n") || upgrade
			if answered == wantErr && !upgrade {
				t.Errorf("%s: got %q", name, text)
			}
		})
	}
	f("in time", false, 10*time.Second, 30*time.Second, 10*time.Second, false)
	f("too long", false, time.Minute, 30*time.Second, 30*time.Second, true)
	f("upgraded, in time", true, 10*time.Second, 30*time.Second, 10*time.Second, false)
	f("upgraded, too long", true, time.Minute, 30*time.Second, 30*time.Second, true)
}
