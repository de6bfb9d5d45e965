package policy_test

import (
	"testing"
	"time"

	"lacquer/policy"
)

func TestMatches304(t *testing.T) {
	f := func(stored, answered string, want bool) {
		t.Helper()
		if got := policy.Matches304(answer(200, stored), answer(304, answered)); got != want {
			t.Errorf("stored %s, 304 with %s: %v, want %v", stored, answered, got, want)
		}
	}
	modified := "Last-Modified: " + date(-time.Hour)
	t.Run("RFC 9111 section 4.3.4", func(t *testing.T) {
		f("ETag: \"a\"", "ETag: \"a\"", true)
		f("ETag: \"a\"", "ETag: \"b\"", false)
		f("ETag: W/\"a\"", "ETag: W/\"a\"", true)
		f("ETag: \"a\"", "ETag: W/\"a\"", true)
		f(modified, "ETag: \"a\"", false)
		// The entity tag decides, whatever the date says.
		f("ETag: \"a\" | "+modified, "ETag: \"b\" | "+modified, false)
		f("ETag: \"a\" | "+modified, "ETag: \"a\" | Last-Modified: "+date(0), true)
		// Without one the date does.
		f(modified, modified, true)
		f(modified, "Last-Modified: "+date(0), false)
		f("ETag: \"a\" | "+modified, modified, true)
		f("ETag: \"a\"", modified, false)
		f(modified, "Last-Modified: Saturday, 21-Nov-26 11:00:00 GMT | Date: "+date(0), true)
	})
	t.Run("what the RFC leaves open", func(t *testing.T) {
		f("ETag: \"a\"", "", true)
		f(modified, "Date: "+date(0), true)
		f(modified, "Last-Modified: now", true)
		// A server that weakens the tag only while it compresses.
		f("ETag: W/\"a\"", "ETag: \"a\"", true)
	})
	if policy.Matches304(answer(200, "ETag: \"a\""), answer(200, "ETag: \"a\"")) {
		t.Error("a 200 renews nothing")
	}
}

func TestFreshen(t *testing.T) {
	f := func(stored, answered, want string) {
		t.Helper()
		before, by := answer(200, stored), answer(304, answered)
		got := policy.Freshen(before, by)
		if text(got.Header) != want || got.Status != 200 || got.Length != 100 {
			t.Errorf("stored %s\n\t304 with %s\n\tgave %d %s\n\twant %s", stored, answered, got.Status, text(got.Header), want)
		}
		if again := policy.Freshen(got, by); text(again.Header) != text(got.Header) {
			t.Errorf("freshened twice: %s\n\tonce: %s", text(again.Header), text(got.Header))
		}
		if text(before.Header) != text(header(stored)) || text(by.Header) != text(header(answered)) {
			t.Errorf("an argument was changed: %s, %s", text(before.Header), text(by.Header))
		}
	}
	t.Run("RFC 9111 section 3.2", func(t *testing.T) {
		// What the answer has replaces all lines of that name, in whatever case; the rest stays.
		f("Server: x | Cache-Control: max-age=1 | cache-control: public", "Cache-Control: max-age=2", "Server: x | Cache-Control: max-age=2")
		f("A: 1", "Link: a | Link: b", "A: 1 | Link: a | Link: b")
		f("ETag: \"a\" | Vary: Accept", "ETag: \"a\" | Vary: Cookie | Expires: "+date(0), "ETag: \"a\" | Vary: Cookie | Expires: "+date(0))
		f("Content-Type: text/html | A: 1", "content-type: text/plain", "A: 1 | content-type: text/plain")
		// What belongs to the stored bytes stays.
		f("Content-Length: 100 | Content-Encoding: gzip | Content-MD5: a",
			"Content-Length: 0 | content-encoding: br | Content-Range: bytes 0-1/2 | Content-MD5: b | Digest: c | Content-Digest: d | Repr-Digest: e",
			"Content-Length: 100 | Content-Encoding: gzip | Content-MD5: a")
		// What belongs to the connection does not come in.
		f("A: 1", "Connection: close, B | B: 2 | Keep-Alive: 3 | Transfer-Encoding: chunked | Proxy-Authenticate: x | C: 4", "A: 1 | C: 4")
	})
	t.Run("RFC 9111 section 4.2.3", func(t *testing.T) {
		// Age and Date begin anew with the answer.
		f("Age: 100 | Date: "+date(-time.Hour)+" | A: 1", "Date: "+date(0), "A: 1 | Date: "+date(0))
		f("Age: 100 | Date: "+date(-time.Hour)+" | A: 1", "Age: 3", "A: 1 | Age: 3")
		f("Age: 100 | Date: "+date(-time.Hour)+" | A: 1", "", "A: 1")
	})
	t.Run("RFC 9110 section 8.8.1", func(t *testing.T) {
		// A weak tag is not made strong by an answer without a body, a strong one may become weak.
		f("ETag: W/\"a\" | A: 1", "ETag: \"a\"", "ETag: W/\"a\" | A: 1")
		f("ETag: \"a\" | A: 1", "ETag: W/\"a\"", "A: 1 | ETag: W/\"a\"")
		f("ETag: \"a\"", "A: 1 | ETag: W/\"a\"", "A: 1 | ETag: W/\"a\"")
		f("A: 1", "ETag: \"a\"", "A: 1 | ETag: \"a\"")
	})
}

// TestFreshenThenJudge follows a page through its validation: it is judged anew, and its age counts from the answer.
func TestFreshenThenJudge(t *testing.T) {
	stored := answer(200, "Cache-Control: max-age=60 | ETag: \"a\" | Age: 50 | Date: "+date(-time.Hour))
	renewed := policy.Freshen(stored, answer(304, "ETag: \"a\" | Date: "+date(0)))
	if j := judge(get(""), renewed, defaults); !j.Store || j.Freshness.TTL(noon) != time.Minute {
		t.Errorf("after validation: %+v", j)
	}
	closed := policy.Freshen(stored, answer(304, "ETag: \"a\" | Cache-Control: no-store"))
	if j := judge(get(""), closed, defaults); j.Reason != policy.NoStore {
		t.Errorf("after a 304 with no-store: %+v", j)
	}
}

// FuzzFreshen: to freshen twice is to freshen once, and the body keeps its description.
func FuzzFreshen(f *testing.F) {
	f.Add("ETag: W/\"a\" | Age: 1", "ETag: \"a\" | Connection: age")
	f.Add("Content-Type: a | Content-Type: b", "Content-Type: c | Connection: Content-Type")
	f.Fuzz(func(t *testing.T, stored, answered string) {
		before, by := answer(200, stored), answer(304, answered)
		once := policy.Freshen(before, by)
		if twice := policy.Freshen(once, by); text(twice.Header) != text(once.Header) {
			t.Errorf("once %q, twice %q", text(once.Header), text(twice.Header))
		}
		for _, name := range []string{"Content-Length", "Content-Encoding", "Content-Range", "Content-Digest"} {
			if before.Header.Joined(name) != once.Header.Joined(name) {
				t.Errorf("%s changed from %q to %q", name, before.Header.Joined(name), once.Header.Joined(name))
			}
		}
	})
}
