package proxy_test

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/origin"
	"lacquer/policy"
	"lacquer/proxy"
)

// as asks as a certain client.
func (h *house) as(ctx context.Context, c proxy.Client, method, uri string, fields ...string) *screen {
	r := &proxy.Request{
		Request: &message.Request{Method: method, Scheme: "http", Authority: "site.example", Path: uri, Major: 1, Minor: 1},
		Client:  c, ID: "id",
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Add(name, value)
	}
	s := new(screen)
	h.Serve(ctx, r, s)
	return s
}

// client is one at an address, or one that a trusted proxy at 127.0.0.1 speaks for.
func client(address string, trusted bool) proxy.Client {
	c := proxy.Client{Addr: netip.MustParseAddr(address), Peer: netip.MustParseAddr(address)}
	if trusted {
		c.Peer, c.Trusted = netip.MustParseAddr("127.0.0.1"), true
	}
	return c
}

type answerer = func(ctx context.Context, n int, r *message.Request) (*origin.Response, error)

// always answers the same.
func always(status int, fields, body string) answerer {
	return func(context.Context, int, *message.Request) (*origin.Response, error) {
		return page(status, fields, strings.NewReader(body)), nil
	}
}

// A visitor who leaves is no failure of the origin: nobody else is served stale for that.
func TestLeavingClientIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{StaleIfError: time.Hour}, func(ctx context.Context, n int, _ *message.Request) (*origin.Response, error) {
			if n == 2 {
				<-ctx.Done()
				return nil, &origin.Error{Kind: origin.Canceled, Err: ctx.Err()}
			}
			return page(200, "Cache-Control: max-age=1", strings.NewReader([]string{"old", "", "new"}[n-1])), nil
		})
		h.ask("GET", "/")
		time.Sleep(5 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		h.as(ctx, client("127.0.0.1", false), "GET", "/", "Cookie: session=1")
		if got := h.ask("GET", "/"); got.body.String() != "new" {
			t.Errorf("got %q: %s", got.body.String(), got.head.Header.Get("Cache-Status"))
		}
	})
}

// What is passed by the store keeps the age that it came with.
func TestAgeOfWhatIsPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, always(200, "Age: 5", "x"))
		if got := h.ask("POST", "/").head.Header.Get("Age"); got != "5" {
			t.Errorf("Age: %s", got)
		}
	})
}

// What a trusted proxy lets through from its client does not reach the origin, as it is not in the key.
func TestHearsayPoisonsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var saw *message.Request
		h := open(t, policy.Settings{}, func(_ context.Context, _ int, r *message.Request) (*origin.Response, error) {
			saw = r
			return page(200, "Cache-Control: max-age=60", strings.NewReader("x")), nil
		})
		h.as(t.Context(), client("203.0.113.1", true), "GET", "/",
			"X-Forwarded-For: 203.0.113.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Prefix: /evil", "X-Forwarded-Anything: evil",
			"Forwarded: host=evil.example", "X-Original-Host: evil.example", "X-Original-URL: /evil", "X-HTTP-Method-Override: EVIL")
		for _, f := range saw.Header {
			if strings.Contains(strings.ToLower(f.Value), "evil") {
				t.Errorf("the origin sees %s: %s", f.Name, f.Value)
			}
		}
		if got := saw.Header.Get("X-Forwarded-For"); got != "203.0.113.1, 127.0.0.1" {
			t.Errorf("X-Forwarded-For: %s", got)
		}
	})
}

// A field that Connection names does not reach the origin, so it chooses no variant.
func TestStrippedFieldsChooseNoVariant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, _ int, r *message.Request) (*origin.Response, error) {
			return page(200, "Cache-Control: max-age=60\nVary: Accept-Language", strings.NewReader("in "+r.Header.Get("Accept-Language"))), nil
		})
		h.ask("GET", "/", "Connection: Accept-Language", "Accept-Language: de")
		if got := h.ask("GET", "/", "Accept-Language: de").body.String(); got != "in de" {
			t.Errorf("got %q", got)
		}
	})
}

// An answer that varies by what we write ourselves is for the one whom it was made for.
func TestVaryByWhatIsWrittenHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, func(_ context.Context, _ int, r *message.Request) (*origin.Response, error) {
			return page(200, "Cache-Control: max-age=60\nVary: X-Forwarded-For", strings.NewReader(r.Header.Get("X-Forwarded-For"))), nil
		})
		for _, a := range []string{"203.0.113.1", "203.0.113.2"} {
			if got := h.as(t.Context(), client(a, false), "GET", "/").body.String(); got != a {
				t.Errorf("%s gets what was made for %s", a, got)
			}
		}
	})
}

// Who is allowed to purge only because that is the default is not whoever comes through a proxy on the same machine.
func TestPurgeThroughProxies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{}, always(200, "", ""))
		f := func(c proxy.Client, want int, fields ...string) {
			t.Helper()
			if got := h.as(t.Context(), c, "PURGE", "/", fields...); got.head.Status != want {
				t.Errorf("%v with %q: %d, want %d", c, fields, got.head.Status, want)
			}
		}
		local := client("127.0.0.1", false)
		f(local, 200)
		f(client("192.0.2.1", false), 403)
		for _, field := range []string{
			"X-Forwarded-For: 8.8.8.8", "X-Forwarded-Proto: https", "X-Forwarded: x", "Forwarded: for=8.8.8.8", "X-Real-IP: 8.8.8.8", "Via: 1.1 nginx",
			"CF-Connecting-IP: 8.8.8.8", "CF-Worker: x", "Fly-Client-IP: 8.8.8.8", "X-Varnish: 1", "Client-IP: 8.8.8.8",
		} {
			f(local, 403, field)
			// A trusted proxy that does not say who asks vouches for nobody.
			f(client("127.0.0.1", true), 403, field)
		}
		// One that does is believed, either way.
		f(client("192.0.2.1", true), 403, "X-Forwarded-For: 192.0.2.1")
	})
}

// An answer to one odd request says nothing of the page: what is stored stays, and no herd is turned loose.
func TestOddRequestTakesNothingOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{StaleIfError: time.Hour}, func(_ context.Context, n int, _ *message.Request) (*origin.Response, error) {
			switch n {
			case 1:
				return page(200, "Cache-Control: max-age=1", strings.NewReader("good")), nil
			case 2:
				return page(431, "", strings.NewReader("too much")), nil
			}
			return nil, &origin.Error{Kind: origin.Connect}
		})
		h.ask("GET", "/")
		time.Sleep(5 * time.Second)
		h.ask("GET", "/")
		if got := h.ask("GET", "/"); got.body.String() != "good" {
			t.Errorf("%d %s", got.head.Status, got.head.Header.Get("Cache-Status"))
		}
	})
}

// A page that turns private is marked where look-ups find it, whatever Vary it had before.
func TestMarkIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{StaleIfError: time.Hour}, func(_ context.Context, n int, _ *message.Request) (*origin.Response, error) {
			if n > 1 {
				return page(200, "Cache-Control: private", strings.NewReader("mine")), nil
			}
			return page(200, "Cache-Control: max-age=1\nVary: Accept-Language", strings.NewReader("good")), nil
		})
		h.ask("GET", "/")
		time.Sleep(5 * time.Second)
		h.ask("GET", "/")
		if got := h.ask("GET", "/").head.Header.Get("Cache-Status"); !strings.Contains(got, "fwd=miss") {
			t.Error(got)
		}
	})
}

// Stale in the origin's stead is no hit: the origin was asked (RFC 9211 section 2.1).
func TestStaleIfErrorIsNoHit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{StaleIfError: time.Hour}, func(_ context.Context, n int, _ *message.Request) (*origin.Response, error) {
			if n > 1 {
				return page(503, "", strings.NewReader("")), nil
			}
			return page(200, "Cache-Control: max-age=1", strings.NewReader("good")), nil
		})
		h.ask("GET", "/")
		time.Sleep(5 * time.Second)
		got := h.ask("GET", "/")
		if status := got.head.Header.Get("Cache-Status"); got.body.String() != "good" || !strings.HasPrefix(status, "lacquer; fwd=stale") {
			t.Errorf("%q: %s", got.body.String(), status)
		}
	})
}

// A 304 or a 206 that nobody asked for is no answer.
func TestUnaskedStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, status := range []int{206, 304} {
			h := open(t, policy.Settings{}, always(status, "Content-Range: bytes 0-0/9", "x"))
			if got := h.ask("GET", "/"); got.head.Status != 502 {
				t.Errorf("an unasked %d reaches the client as %d", status, got.head.Status)
			}
		}
	})
}

// What is too large for the memory there is counts as too large from the start, and a part of it is asked for as a part.
func TestTooLargeForMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{MaxObject: 64 << 20}, func(context.Context, int, *message.Request) (*origin.Response, error) {
			p := page(200, "Cache-Control: max-age=100", strings.NewReader(strings.Repeat("x", 10<<20)))
			p.Head.Length = 10 << 20
			return p, nil
		})
		if got := h.ask("GET", "/").head.Header.Get("Cache-Status"); !strings.Contains(got, "too-large") {
			t.Error(got)
		}
	})
}

// No tunnel by which requests would go past everything (h2c).
func TestNoTunnelForHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var saw *message.Request
		h := open(t, policy.Settings{}, func(_ context.Context, _ int, r *message.Request) (*origin.Response, error) {
			saw = r
			return page(200, "", strings.NewReader("x")), nil
		})
		h.ask("GET", "/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c, x", "HTTP2-Settings: AAMAAABk")
		if got := saw.Header.Get("Upgrade"); got != "x" || saw.Header.Has("HTTP2-Settings") {
			t.Errorf("Upgrade: %s, %v", got, saw.Header)
		}
	})
}

// Several Lacquers may stand in a row, but none twice.
func TestLoops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var saw *message.Request
		h := open(t, policy.Settings{}, func(_ context.Context, _ int, r *message.Request) (*origin.Response, error) {
			saw = r
			return page(200, "", strings.NewReader("x")), nil
		})
		f := func(want int, fields ...string) {
			t.Helper()
			if got := h.ask("POST", "/", fields...); got.head.Status != want {
				t.Errorf("%q: %d, want %d", fields, got.head.Status, want)
			}
		}
		f(200, "Via: 1.1 other", "CDN-Loop: other")
		f(508, "Via: 1.1 lacquer")
		f(508, "Via: 1.1 other, 1.1 Lacquer (comment)")
		f(508, "CDN-Loop: lacquer")
		f(200, "Via: 1.1 lacquer", "CDN-Loop: lacquer;id=another")
		f(508, "Via: 1.1 lacquer, 1.1 lacquer", "CDN-Loop: lacquer;id=another")
		f(508, saw.Header.Get("Via"), "CDN-Loop: "+saw.Header.Get("CDN-Loop"))
	})
}

// Two requests, one before and one after the purge of a tag, on one fetch whose head comes later: only then is known that it has the tag. The
// first gets it, the second never does.
func TestPurgeByTagDuringFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heads := make(chan string)
		h := open(t, policy.Settings{}, func(context.Context, int, *message.Request) (*origin.Response, error) {
			return page(200, "Cache-Control: max-age=60\nSurrogate-Key: red green", strings.NewReader(<-heads)), nil
		})
		var first, second *screen
		var all sync.WaitGroup
		all.Go(func() { first = h.ask("GET", "/") })
		synctest.Wait()
		h.Purger().Tag("green", false)
		all.Go(func() { second = h.ask("GET", "/") })
		synctest.Wait()
		if n := h.site.count(); n != 1 {
			t.Fatalf("the second request did not join: %d fetches", n)
		}
		heads <- "old"
		heads <- "new"
		all.Wait()
		if first.body.String() != "old" || second.body.String() != "new" {
			t.Errorf("before the purge %q, after it %q", first.body.String(), second.body.String())
		}
		if second.head.Header.Has("Surrogate-Key") {
			t.Error("tags reach the client")
		}
		// What has another tag only is not touched.
		h.Purger().Tag("gree", false)
		if got := h.ask("GET", "/"); got.body.String() != "new" || h.site.count() != 2 {
			t.Errorf("after the purge of another tag: %q, %d fetches", got.body.String(), h.site.count())
		}
	})
}

// Tags survive validation: a 304 has none of its own.
func TestTagsSurviveValidation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, policy.Settings{Keep: time.Hour}, func(_ context.Context, n int, r *message.Request) (*origin.Response, error) {
			if r.Header.Has("If-None-Match") {
				return page(304, "ETag: \"1\"\nCache-Control: max-age=60", strings.NewReader("")), nil
			}
			return page(200, "ETag: \"1\"\nCache-Control: max-age=1\nxkey: red", strings.NewReader("page")), nil
		})
		h.ask("GET", "/")
		time.Sleep(5 * time.Second)
		h.ask("GET", "/")
		h.Purger().Tag("red", false)
		h.ask("GET", "/")
		if n := h.site.count(); n != 3 {
			t.Errorf("%d fetches: the purge did not hit what was validated", n)
		}
	})
}
