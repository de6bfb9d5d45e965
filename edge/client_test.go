package edge_test

import (
	"net/netip"
	"strings"
	"testing"

	"lacquer/edge"
	"lacquer/proxy"
)

func TestClient(t *testing.T) {
	var last *proxy.Request
	addressTrusted := start(t, &edge.Server{Handler: recorder(&last), Trusted: trusted})
	addressOpen := start(t, &edge.Server{Handler: recorder(&last)})

	f := func(believed bool, fields, wantAddr, wantScheme string) {
		t.Helper()
		address := addressOpen
		if believed {
			address = addressTrusted
		}
		exchange(t, address, "GET / HTTP/1.1\r\nHost: a\r\n"+fields+"\r\n")
		if got := last.Client; got.Addr.String() != wantAddr || got.Peer.String() != "127.0.0.1" || got.Trusted != believed {
			t.Errorf("%q: got %+v, want client %s, peer 127.0.0.1", fields, got, wantAddr)
		}
		if last.Scheme != wantScheme {
			t.Errorf("%q: scheme %s, want %s", fields, last.Scheme, wantScheme)
		}
	}

	// Nothing is believed of a peer that is not trusted.
	f(false, "", "127.0.0.1", "http")
	f(false, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n", "127.0.0.1", "http")

	// From the right, past the trusted proxies, to the first that is not.
	f(true, "", "127.0.0.1", "http")
	f(true, "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1", "http")
	f(true, "X-Forwarded-For: 203.0.113.9, 192.0.2.1, 10.1.1.1\r\n", "192.0.2.1", "http")
	f(true, "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.1 ,10.1.1.1\r\n", "192.0.2.1", "http")

	// Where all are trusted, the first of them asked.
	f(true, "X-Forwarded-For: 10.2.2.2, 10.1.1.1\r\n", "10.2.2.2", "http")

	// Forms of address: IPv6, mapped, with port and brackets.
	f(true, "X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1", "http")
	f(true, "X-Forwarded-For: ::ffff:192.0.2.1\r\n", "192.0.2.1", "http")
	f(true, "X-Forwarded-For: 192.0.2.1:4711, [fd00::1]:80, [fd00::2]\r\n", "192.0.2.1", "http")
	f(true, "X-Forwarded-For: ::ffff:192.0.2.1, ::ffff:10.1.1.1\r\n", "192.0.2.1", "http")

	// What is no address ends the chain at the proxy that wrote it.
	f(true, "X-Forwarded-For: 192.0.2.1, unknown, 10.1.1.1\r\n", "10.1.1.1", "http")
	f(true, "X-Forwarded-For: 192.0.2.1,\r\n", "127.0.0.1", "http")
	f(true, "X-Forwarded-For: fe80::1%eth0\r\n", "127.0.0.1", "http")
	f(true, "X-Forwarded-For: 192.0.2.1, 010.0.0.1\r\n", "127.0.0.1", "http")

	// Forwarded says nothing about the address.
	f(true, "Forwarded: for=192.0.2.1;proto=https\r\n", "127.0.0.1", "http")

	// The nearest proxy's word on the scheme counts.
	f(true, "X-Forwarded-Proto: https\r\n", "127.0.0.1", "https")
	f(true, "X-Forwarded-Proto: HTTPS\r\n", "127.0.0.1", "https")
	f(true, "X-Forwarded-Proto: wss\r\n", "127.0.0.1", "https")
	f(true, "X-Forwarded-Proto: http, https\r\n", "127.0.0.1", "https")
	f(true, "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n", "127.0.0.1", "http")
	f(true, "X-Forwarded-Proto: gopher\r\n", "127.0.0.1", "http")
}

func TestRequestID(t *testing.T) {
	var last *proxy.Request
	believed := start(t, &edge.Server{Handler: recorder(&last), Trusted: trusted})
	open := start(t, &edge.Server{Handler: recorder(&last)})
	f := func(address, given string, taken bool) {
		t.Helper()
		exchange(t, address, "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: "+given+"\r\n\r\n")
		if taken != (last.ID == given) {
			t.Errorf("given %q: id %q, taken over should be %v", given, last.ID, taken)
		}
		if !taken && len(last.ID) != 20 {
			t.Errorf("given %q: made %q", given, last.ID)
		}
	}
	f(believed, "abc-123", true)
	f(believed, strings.Repeat("a", 128), true)
	f(believed, strings.Repeat("a", 129), false)
	f(believed, "a b", false)
	f(believed, "", false)
	f(believed, "\xc3\xa4", false)
	f(open, "abc-123", false)

	seen := map[string]bool{}
	for range 50 {
		exchange(t, open, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		seen[last.ID] = true
	}
	if len(seen) != 50 {
		t.Errorf("%d different ids for 50 requests", len(seen))
	}
}

// Whatever stands in the field, the client is the peer, a trusted proxy, or an address behind which nobody is believed.
func FuzzForwardedFor(f *testing.F) {
	f.Add("192.0.2.1, 10.0.0.1", "10.0.0.2")
	f.Add("[::1]:80", "::ffff:10.0.0.1")
	f.Add("a,,b", "fe80::1%a")
	f.Fuzz(func(t *testing.T, first, second string) {
		peer := netip.MustParseAddr("10.9.9.9")
		isTrusted := func(a netip.Addr) bool { return trusted[1].Contains(a) }
		got := edge.ForwardedFor(peer, []string{first, second}, isTrusted)
		if !got.IsValid() || got.Is4In6() || got.Zone() != "" {
			t.Errorf("%q, %q: client %v", first, second, got)
		}
		if alone := edge.ForwardedFor(peer, []string{first + "," + second}, isTrusted); alone != got {
			t.Errorf("%q, %q: %v in two lines, %v in one", first, second, got, alone)
		}
		if nobody := edge.ForwardedFor(peer, []string{first, "192.0.2.7"}, isTrusted); nobody.String() != "192.0.2.7" {
			t.Errorf("%q: a client forged its address as %v", first, nobody)
		}
	})
}
