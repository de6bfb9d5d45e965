package policy_test

import (
	"net/url"
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy"
)

func TestSafe(t *testing.T) {
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PROPFIND", "REPORT", "SEARCH", "PRI"} {
		if !policy.Safe(method) {
			t.Errorf("%s is not safe", method)
		}
	}
	// Those that are not, and all that nobody knows; methods have case (RFC 9110 section 9.1).
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "MKCOL", "M-SEARCH", "FOO", "get", ""} {
		if policy.Safe(method) {
			t.Errorf("%s is safe", method)
		}
	}
}

// post returns a request for http://Example.org/a/b?c with another method than GET.
func post(method string) *message.Request {
	r := get("")
	r.Method, r.Authority, r.Path, r.Query, r.HasQuery = method, "Example.org:80", "/a/b", "c", true
	return r
}

func TestInvalidates(t *testing.T) {
	const target = "example.org/a/b?c"
	f := func(method string, status int, response string, want ...string) {
		t.Helper()
		if got := policy.Invalidates(post(method), answer(status, response)); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%d %s to %s: %q, want %q", status, response, method, got, want)
		}
	}
	t.Run("RFC 9111 section 4.4 methods", func(t *testing.T) {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "post"} {
			f(method, 200, "", target)
		}
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "QUERY"} {
			f(method, 200, "Location: /x")
		}
	})
	t.Run("RFC 9111 section 4.4 non-error answers", func(t *testing.T) {
		for _, status := range []int{200, 201, 204, 299, 301, 303, 399} {
			f("POST", status, "Location: /x", target, "example.org/x")
		}
		for _, status := range []int{100, 199, 400, 404, 500, 503, 600, 999} {
			f("POST", status, "Location: /x")
		}
	})
	t.Run("RFC 9111 section 4.4 Location and Content-Location", func(t *testing.T) {
		f("POST", 201, "Location: /x | Content-Location: /y", target, "example.org/x", "example.org/y")
		f("POST", 201, "Location: /x | Content-Location: /x", target, "example.org/x")
		f("POST", 201, "Location: /a/b?c", target)
	})
	t.Run("RFC 3986 section 5.4", func(t *testing.T) {
		f("POST", 201, "Location: x", target, "example.org/a/x")
		f("POST", 201, "Location: ./x?y#z", target, "example.org/a/x?y")
		f("POST", 201, "Location: ../x", target, "example.org/x")
		f("POST", 201, "Location: ../../../x/.", target, "example.org/x/")
		f("POST", 201, "Location: ?y", target, "example.org/a/b?y")
		f("POST", 201, "Location: #z", target)
		f("POST", 201, "Location: ", target)
		f("POST", 201, "Location: /x/../y//./z", target, "example.org/y//z")
		f("POST", 201, "Location: /x/%2e%2E/%7ey", target, "example.org/x/%2e%2E/%7ey")
		f("POST", 201, "Location: http://example.org", target, "example.org/")
		f("POST", 201, "Location: http://example.org?y", target, "example.org/?y")
	})
	t.Run("RFC 9110 section 4.3.1 same origin", func(t *testing.T) {
		f("POST", 201, "Location: HTTP://EXAMPLE.ORG:80/x", target, "example.org/x")
		f("POST", 201, "Location: //example.org./x", target, "example.org/x")
		f("POST", 201, "Location: http://example.org:8080/x", target)
		f("POST", 201, "Location: https://example.org/x", target)
		f("POST", 201, "Location: http://www.example.org/x", target)
	})
	t.Run("hostile", func(t *testing.T) {
		for _, reference := range []string{
			"//evil/x", "///x", "http:///x", "http:x", "http://", "//", "javascript:alert(1)", "mailto:a@example.org", "://example.org/x", ":x",
			"http://user@example.org/x", "http://example.org@evil/x", "http://evil\\@example.org/x", "/\\evil/x", "\\\\evil\\x", "/x y", "/x\ty", "/x\x00",
			"/\xff", "/x\r\nA: 1", "http://example.org:80:80/x", "/" + strings.Repeat("x", 70<<10),
		} {
			f("POST", 201, "Location: "+strings.NewReplacer("\r", "", "\n", "").Replace(reference), []string{target}...)
		}
		star := post("FOO")
		star.Path, star.Query, star.HasQuery = "*", "", false
		if got := policy.Invalidates(star, answer(200, "Location: evil/x")); len(got) != 1 {
			t.Errorf("a reference relative to no path: %q", got)
		}
	})
}

func TestStandsForGet(t *testing.T) {
	f := func(method string, status int, response string, want bool) {
		t.Helper()
		if got := policy.StandsForGet(post(method), answer(status, response)); got != want {
			t.Errorf("%d %s to %s: %v, want %v", status, response, method, got, want)
		}
	}
	t.Run("RFC 9110 section 9.3.3", func(t *testing.T) {
		f("POST", 200, "Cache-Control: max-age=60 | Content-Location: /a/b?c", true)
		f("POST", 200, "Cache-Control: s-maxage=60 | Content-Location: http://example.org/a/b?c", true)
		f("POST", 200, "Expires: 0 | Content-Location: ?c", true)
		f("POST", 200, "CDN-Cache-Control: max-age=60 | Content-Location: b?c", true)
		// Without explicit freshness, or of something else.
		f("POST", 200, "ETag: \"a\" | Content-Location: /a/b?c", false)
		f("POST", 200, "Cache-Control: public | Content-Location: /a/b?c", false)
		f("POST", 200, "CDN-Cache-Control: public | Cache-Control: max-age=60 | Content-Location: /a/b?c", false)
		f("POST", 200, "Cache-Control: max-age=60", false)
		f("POST", 200, "Cache-Control: max-age=60 | Location: /a/b?c", false)
		f("POST", 200, "Cache-Control: max-age=60 | Content-Location: /a/b", false)
		f("POST", 200, "Cache-Control: max-age=60 | Content-Location: http://evil/a/b?c", false)
		f("PUT", 200, "Cache-Control: max-age=60 | Content-Location: /a/b?c", false)
		// Statuses that speak of what was done.
		for _, status := range []int{201, 202, 204, 205, 206, 303, 404} {
			f("POST", status, "Cache-Control: max-age=60 | Content-Location: /a/b?c", false)
		}
	})
}

// FuzzInvalidates: whatever an origin writes, it invalidates nothing beyond itself, and what the library reads as a plain reference is resolved as
// the library resolves it.
func FuzzInvalidates(f *testing.F) {
	for _, seed := range []string{"/x", "../x?y#z", "//evil/", "http://example.org:80/x/./../y", "?", "#", ":", "a:b", "/%zz", "//example.org", "./..", "//[::1]/"} {
		f.Add(seed)
	}
	base := &url.URL{Scheme: "http", Host: "example.org", Path: "/a/b", RawQuery: "c"}
	f.Fuzz(func(t *testing.T, reference string) {
		resp := answer(201, "")
		resp.Header.Add("Location", reference)
		got := policy.Invalidates(post("POST"), resp)
		if len(got) == 0 || len(got) > 2 || got[0] != "example.org/a/b?c" {
			t.Fatalf("%q: %q", reference, got)
		}
		if len(got) == 1 {
			return
		}
		if !strings.HasPrefix(got[1], "example.org/") {
			t.Fatalf("%q leads elsewhere: %q", reference, got)
		}
		parsed, err := url.Parse(reference)
		if err != nil || parsed.ForceQuery || parsed.User != nil || strings.ContainsAny(reference, "%*|{}^`<>[]\"!'()") || strings.Contains(reference, "//") {
			return // what the library spells otherwise than it came
		}
		resolved := base.ResolveReference(parsed)
		want := "example.org" + resolved.EscapedPath()
		if resolved.RawQuery != "" {
			want += "?" + resolved.RawQuery
		}
		if got[1] != want {
			t.Fatalf("%q: %q, the library has %q", reference, got[1], want)
		}
	})
}
