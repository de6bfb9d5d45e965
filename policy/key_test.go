package policy_test

import (
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy"
)

func request(scheme, authority, path, query string, hasQuery bool) *message.Request {
	return &message.Request{Method: "GET", Scheme: scheme, Authority: authority, Path: path, Query: query, HasQuery: hasQuery}
}

func TestAppendPrimary(t *testing.T) {
	f := func(scheme, authority, target, want string) {
		t.Helper()
		path, query, hasQuery := strings.Cut(target, "?")
		got := string(policy.AppendPrimary([]byte("before "), request(scheme, authority, path, query, hasQuery)))
		if got != "before "+want {
			t.Errorf("%s://%s%s: key %q, want %q", scheme, authority, target, got, "before "+want)
		}
	}
	// Host and path as they stand.
	f("http", "example.org", "/a/b", "example.org/a/b")
	// Hosts have no case, paths have.
	f("http", "Example.ORG", "/A", "example.org/A")
	// The root of the name system is the same host.
	f("http", "example.org.", "/", "example.org/")
	f("http", "example.org.:8080", "/", "example.org:8080/")
	// The default port of the scheme goes, that of the other scheme stays.
	f("http", "example.org:80", "/", "example.org/")
	f("https", "example.org:443", "/", "example.org/")
	f("https", "example.org:80", "/", "example.org:80/")
	f("http", "example.org:443", "/", "example.org:443/")
	f("http", "example.org.:80", "/", "example.org/")
	// RFC 3986 section 3.2.3: an empty port is the default.
	f("http", "example.org:", "/", "example.org/")
	// IPv6: the colons within the brackets are none of a port.
	f("http", "[::1]:80", "/", "[::1]/")
	f("http", "[::80]", "/", "[::80]/")
	f("http", "[2001:DB8::1]:8080", "/", "[2001:db8::1]:8080/")
	// What is no host stays as it is.
	f("http", "::80", "/", "::80/")
	f("http", ".", "/", "./")
	f("http", "a..", "/", "a../")
	// A query, an empty query and none are three targets.
	f("http", "example.org", "/?b=1&a=2", "example.org/?b=1&a=2")
	f("http", "example.org", "/?", "example.org/?")
	f("http", "example.org", "/", "example.org/")
	// Only the first question mark separates.
	f("http", "example.org", "/a?b?c", "example.org/a?b?c")
	// Nothing is decoded, joined or resolved.
	f("http", "example.org", "/%7Euser//x/../y;z", "example.org/%7Euser//x/../y;z")
	// An empty path is the root.
	f("http", "example.org", "", "example.org/")
	// OPTIONS *
	f("http", "example.org", "*", "example.org*")
}

func TestKeyOfLevels(t *testing.T) {
	plain := policy.KeyOf(request("http", "example.org", "/", "", false))
	secure := policy.KeyOf(request("https", "example.org", "/", "", false))
	if plain.Primary != secure.Primary {
		t.Errorf("a purge of one scheme would miss the other: %q, %q", plain.Primary, secure.Primary)
	}
	if plain.Base == secure.Base {
		t.Errorf("both schemes share the base key %q", plain.Base)
	}
	f := func(a, b []string) {
		t.Helper()
		r := request("http", "example.org", "/", "", false)
		if policy.KeyOf(r, a...) == policy.KeyOf(r, b...) {
			t.Errorf("parts %q and %q have one key", a, b)
		}
	}
	// No value passes for two, none for an empty one.
	f([]string{"ab"}, []string{"a", "b"})
	f([]string{"a", ""}, []string{"a"})
	f([]string{"", "a"}, []string{"a", ""})
	f(nil, []string{""})
	// A value that imitates a length.
	f([]string{"\x01a"}, []string{"", "\x01a"})
	f([]string{strings.Repeat("x", 300)}, []string{strings.Repeat("x", 299)})
}

func TestPrimaryOf(t *testing.T) {
	f := func(url, want string) {
		t.Helper()
		got, err := policy.PrimaryOf(url)
		if err != nil || got != want {
			t.Errorf("PrimaryOf(%q) = %q, %v; want %q", url, got, err, want)
		}
	}
	f("http://example.org/a?b", "example.org/a?b")
	f("HTTPS://Example.org:443", "example.org/")
	f("http://example.org:80/", "example.org/")
	f("http://example.org?x=/y", "example.org/?x=/y")
	f("http://example.org/a#fragment?no-query", "example.org/a")
	f("http://[::1]:8080/", "[::1]:8080/")

	fails := func(url, want string) {
		t.Helper()
		got, err := policy.PrimaryOf(url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("PrimaryOf(%q) = %q, %v; want an error with %q", url, got, err, want)
		}
	}
	fails("/a", "no scheme")
	fails("example.org/a", "no scheme")
	fails("ftp://example.org/", "only http and https")
	fails("http:///a", "no host")
	fails("http://:80/a", "no host")
	fails("http://user@example.org/", "user name")
	fails("http://example.org/a b", "percent-encoded")
	fails("http://example.org/ü", "percent-encoded")
	fails("http://example.org/\r\n", "percent-encoded")
}

func TestKeyAllocations(t *testing.T) {
	r := request("http", "www.example.org:80", "/a/long/enough/path", "with=query", true)
	room := make([]byte, 0, 512)
	if n := testing.AllocsPerRun(100, func() {
		dst := policy.AppendPrimary(room, r)
		policy.AppendBase(dst, r.Scheme, nil)
	}); n != 0 {
		t.Errorf("%v allocations for a key, want none", n)
	}
}

// FuzzKeyInjective holds the rule on which the safety of the cache rests: what differs in what is forwarded differs in the key.
func FuzzKeyInjective(f *testing.F) {
	f.Add("http", "a", "/", "", false, "", "http", "a", "/", "", true, "")
	f.Add("http", "a:80", "/x", "y", true, "p", "http", "a", "/x", "y", true, "p")
	f.Add("http", "a:443", "/", "", false, "", "https", "a:443", "/", "", false, "")
	f.Add("http", "a*", "/", "", false, "", "http", "a", "*", "", false, "")
	f.Add("http", "A.", "/", "", false, "", "http", "a", "/", "", false, "")
	f.Add("http", "a:", "/", "", false, "", "http", "a::", "/", "", false, "")
	f.Fuzz(func(t *testing.T, s1, a1, p1, q1 string, h1 bool, k1, s2, a2, p2, q2 string, h2 bool, k2 string) {
		one, ok1 := parsed(s1, a1, p1, q1, h1)
		two, ok2 := parsed(s2, a2, p2, q2, h2)
		if !ok1 || !ok2 {
			t.Skip()
		}
		forwardedSame := one.Scheme == two.Scheme && one.Path == two.Path && one.Query == two.Query &&
			one.HasQuery == two.HasQuery && k1 == k2 &&
			policy.CanonicalAuthority(one.Scheme, one.Authority) == policy.CanonicalAuthority(two.Scheme, two.Authority)
		if sameKey := policy.KeyOf(one, k1) == policy.KeyOf(two, k2); sameKey != forwardedSame {
			t.Errorf("%+v with %q and %+v with %q: same key %v, same request %v", one, k1, two, k2, sameKey, forwardedSame)
		}
		canonical := policy.CanonicalAuthority(one.Scheme, one.Authority)
		if again := policy.CanonicalAuthority(one.Scheme, canonical); again != canonical {
			t.Errorf("authority %q: canonical form %q becomes %q", one.Authority, canonical, again)
		}
	})
}

// parsed builds a request as only a parser could deliver it: no "/" in the authority, a path that begins with "/" or is "*", no
// "?" in it, no query without its question mark.
func parsed(scheme, authority, path, query string, hasQuery bool) (*message.Request, bool) {
	wellFormed := (scheme == "http" || scheme == "https") && authority != "" && !strings.ContainsAny(authority, "/?#") &&
		(strings.HasPrefix(path, "/") || path == "*") && !strings.Contains(path, "?") && (hasQuery || query == "")
	return request(scheme, authority, path, query, hasQuery), wellFormed
}

// FuzzPrimaryOf checks that a purge by URL means the key of a request for that URL.
func FuzzPrimaryOf(f *testing.F) {
	f.Add("http", "example.org:80", "/a", "b", true)
	f.Add("https", "EXAMPLE.org.", "/", "", false)
	f.Add("http", "[::1]", "/?", "?", true)
	f.Fuzz(func(t *testing.T, scheme, authority, path, query string, hasQuery bool) {
		r, ok := parsed(scheme, authority, path, query, hasQuery)
		if !ok || path == "*" || strings.Contains(path+query, "#") {
			t.Skip()
		}
		got, err := policy.PrimaryOf(scheme + "://" + authority + r.URI())
		if err != nil {
			t.Skip()
		}
		if want := policy.KeyOf(r).Primary; got != want {
			t.Errorf("purge key %q, request key %q", got, want)
		}
	})
}
