package policy_test

import (
	"math"
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy"
)

func TestMaxForwards(t *testing.T) {
	f := func(method, lines string, want int64, ok bool) {
		t.Helper()
		r := get(lines)
		r.Method = method
		if n, got := policy.MaxForwards(r); got != ok || ok && n != want {
			t.Errorf("%s with %s: %d, %v; want %d, %v", method, lines, n, got, want, ok)
		}
	}
	t.Run("RFC 9110 section 7.6.2", func(t *testing.T) {
		f("TRACE", "Max-Forwards: 0", 0, true)
		f("OPTIONS", "Max-Forwards: 10", 10, true)
		f("TRACE", "Max-Forwards: 010", 10, true)
		f("TRACE", "Max-Forwards: 99999999999999999999", math.MaxInt64, true)
		f("TRACE", "", 0, false)
		// Other methods may ignore it, and do.
		f("GET", "Max-Forwards: 0", 0, false)
		f("trace", "Max-Forwards: 0", 0, false)
		// No number, or two.
		f("TRACE", "Max-Forwards: ", 0, false)
		f("TRACE", "Max-Forwards: -1", 0, false)
		f("TRACE", "Max-Forwards: +1", 0, false)
		f("TRACE", "Max-Forwards: 1.0", 0, false)
		f("TRACE", "Max-Forwards: 1_0", 0, false)
		f("TRACE", "Max-Forwards: 1, 2", 0, false)
		f("TRACE", "Max-Forwards: 1 | Max-Forwards: 1", 0, false)
	})
	h := header("A: 1 | max-forwards: 010 | B: 2")
	policy.Forwarded(&h, 10)
	if got := text(h); got != "A: 1 | max-forwards: 9 | B: 2" {
		t.Errorf("forwarded once: %s", got)
	}
}

// RFC 9110 section 9.3.8.
func TestTraceEcho(t *testing.T) {
	r := get("Max-Forwards: 0 | Via: 1.1 first | User-Agent: a | Accept: */* | X-Thing: b")
	r.Method, r.Path, r.Query, r.HasQuery = "TRACE", "/a", "b", true
	const want = "TRACE /a?b HTTP/1.1\r\nHost: example.org\r\nMax-Forwards: 0\r\nVia: 1.1 first\r\nUser-Agent: a\r\nAccept: */*\r\nX-Thing: b\r\n\r\n"
	if got := string(policy.TraceEcho(r)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, name := range []string{
		"Authorization", "Proxy-Authorization", "Proxy-Anything", "Cookie", "COOKIE2", "X-Api-Key", "X-Auth-Token", "X-CSRF-Token", "X-XSRF",
		"X-Forwarded-For", "X-Forwarded-Anything", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "Client-Cert", "X-Remote-User",
		"X-Original-URL", "SSL-Client-Verify", "X-User-Id", "X-Session", "Signature", "X-Amz-Security-Token", "DPoP", "Referer",
	} {
		r.Header = message.Header{{Name: name, Value: "hidden"}, {Name: strings.ToLower(name), Value: "hidden"}, {Name: "B", Value: "seen"}}
		if got := string(policy.TraceEcho(r)); strings.Contains(got, "hidden") || !strings.Contains(got, "B: seen") {
			t.Errorf("%s is echoed: %q", name, got)
		}
		if len(r.Header) != 3 {
			t.Errorf("%s: the request was changed", name)
		}
	}
}
