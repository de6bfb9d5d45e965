package policy_test

import (
	"testing"
	"time"

	"lacquer/policy"
)

func TestNotModified(t *testing.T) {
	f := func(request, response string, want bool) {
		t.Helper()
		for _, method := range []string{"GET", "HEAD"} {
			r := get(request)
			r.Method = method
			if got := policy.NotModified(r, answer(200, response)); got != want {
				t.Errorf("%s %s, stored %s: %v, want %v", method, request, response, got, want)
			}
		}
	}
	t.Run("RFC 9110 section 13.1.2", func(t *testing.T) {
		f("If-None-Match: \"a\"", "ETag: \"a\"", true)
		f("If-None-Match: \"b\"", "ETag: \"a\"", false)
		f("If-None-Match: \"b\", \"a\"", "ETag: \"a\"", true)
		f("If-None-Match: \"b\" | If-None-Match: \"a\"", "ETag: \"a\"", true)
		// Compared weakly, in both directions.
		f("If-None-Match: W/\"a\"", "ETag: \"a\"", true)
		f("If-None-Match: \"a\"", "ETag: W/\"a\"", true)
		// Any representation at all.
		f("If-None-Match: *", "ETag: \"a\"", true)
		f("If-None-Match: *", "", true)
		f("If-None-Match: \"a\"", "", false)
		// What is no list matches nothing.
		f("If-None-Match: a", "ETag: \"a\"", false)
		f("If-None-Match: a", "ETag: a", false)
		f("If-None-Match: \"b\", a", "ETag: \"b\"", false)
		f("If-None-Match: *, \"b\"", "ETag: \"b\"", false)
		f("If-None-Match: w/\"a\"", "ETag: \"a\"", false)
	})
	t.Run("RFC 9110 section 13.1.3", func(t *testing.T) {
		modified := "Last-Modified: " + date(-time.Hour)
		f("If-Modified-Since: "+date(-time.Hour), modified, true)
		f("If-Modified-Since: "+date(0), modified, true)
		f("If-Modified-Since: "+date(-time.Hour-time.Second), modified, false)
		// Ignored beside If-None-Match, whichever way that goes.
		f("If-None-Match: \"b\" | If-Modified-Since: "+date(0), "ETag: \"a\" | "+modified, false)
		f("If-None-Match: \"a\" | If-Modified-Since: "+date(-2*time.Hour), "ETag: \"a\" | "+modified, true)
		// What is no date, or comes twice, is no condition.
		f("If-Modified-Since: now", modified, false)
		f("If-Modified-Since: "+date(0)+" | If-Modified-Since: "+date(0), modified, false)
		f("If-Modified-Since: "+date(0), "Last-Modified: now", false)
		// Obsolete forms count; their years are read by the date of the response.
		f("If-Modified-Since: Saturday, 21-Nov-26 11:00:00 GMT", modified+" | Date: "+date(0), true)
		f("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", modified+" | Date: "+date(0), false)
	})
	t.Run("RFC 9111 section 4.3.2", func(t *testing.T) {
		// Without Last-Modified the Date of the response stands for it, where it has one.
		f("If-Modified-Since: "+date(0), "Date: "+date(-time.Hour), true)
		f("If-Modified-Since: "+date(0), "Date: "+date(0), true)
		f("If-Modified-Since: "+date(-time.Second), "Date: "+date(0), false)
		f("If-Modified-Since: "+date(0), "", false)
		f("If-Modified-Since: "+date(0), "Date: now", false)
		// A Last-Modified that is no date is there all the same.
		f("If-Modified-Since: "+date(0), "Last-Modified: now | Date: "+date(-time.Hour), false)
	})
	t.Run("RFC 10008 section 2.6", func(t *testing.T) {
		r := get("If-None-Match: \"a\"")
		r.Method = "QUERY"
		if !policy.NotModified(r, answer(200, "ETag: \"a\"")) {
			t.Error("a condition of QUERY does not count")
		}
	})
	t.Run("RFC 9110 section 13.2.1", func(t *testing.T) {
		r := get("If-None-Match: \"a\"")
		for _, status := range []int{203, 204, 301, 404, 500} {
			if policy.NotModified(r, answer(status, "ETag: \"a\"")) {
				t.Errorf("a condition turned %d into 304", status)
			}
		}
		r.Method = "POST"
		if policy.NotModified(r, answer(200, "ETag: \"a\"")) {
			t.Error("a condition turned the answer to POST into 304")
		}
	})
}

func TestConditions(t *testing.T) {
	f := func(request, stored, want string) {
		t.Helper()
		h := header(request)
		policy.Conditions(&h, answer(200, stored))
		if got := text(h); got != want {
			t.Errorf("%s, stored %s: %q, want %q", request, stored, got, want)
		}
	}
	t.Run("RFC 9111 section 4.3.1", func(t *testing.T) {
		f("Accept: a", "ETag: \"a\"", "Accept: a | If-None-Match: \"a\"")
		f("Accept: a", "ETag: W/\"a\" | Last-Modified: "+date(0), "Accept: a | If-None-Match: W/\"a\" | If-Modified-Since: "+date(0))
		f("", "Last-Modified: "+date(0), "If-Modified-Since: "+date(0))
		// The client's own conditions and ranges do not reach the origin.
		f("if-none-match: \"b\" | Range: bytes=0-1 | If-Range: \"b\" | Accept: a", "ETag: \"a\"", "Accept: a | If-None-Match: \"a\"")
		f("If-Match: \"b\" | If-Unmodified-Since: x | If-Modified-Since: y", "", "")
	})
}

func TestDropConditions(t *testing.T) {
	h := header("IF-NONE-MATCH: \"b\" | Accept: a | range: bytes=0-1 | If-Range: \"b\" | If-Match: \"b\" | If-Unmodified-Since: x | If-Modified-Since: y")
	policy.DropConditions(&h)
	if got := text(h); got != "Accept: a" {
		t.Errorf("left: %q", got)
	}
}
