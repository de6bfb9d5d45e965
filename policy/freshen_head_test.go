package policy_test

import (
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

func TestFreshenByHead(t *testing.T) {
	// The stored body has 100 bytes.
	f := func(stored, answered string, length int64, want string, wantOK bool) {
		t.Helper()
		before, head := answer(200, stored), answer(200, answered)
		head.Length = length
		got, ok := policy.FreshenByHead(before, head)
		if ok != wantOK || ok && (text(got.Header) != want || got.Length != 100 || got.Status != 200) {
			t.Errorf("stored %s, HEAD brought %s: %v %+v, want %v %s", stored, answered, ok, got, wantOK, want)
		}
		if !ok {
			return
		}
		if again, ok := policy.FreshenByHead(got, head); !ok || text(again.Header) != text(got.Header) {
			t.Errorf("freshened twice: %v %+v, once %s", ok, again, text(got.Header))
		}
		if text(before.Header) != text(header(stored)) || text(head.Header) != text(header(answered)) {
			t.Errorf("an argument was changed: %s, %s", text(before.Header), text(head.Header))
		}
	}
	t.Run("RFC 9111 section 4.3.5", func(t *testing.T) {
		modified := "Last-Modified: " + date(-time.Hour)
		f("A: 1 | Cache-Control: max-age=1", "Cache-Control: max-age=60", message.Unknown, "A: 1 | Cache-Control: max-age=60", true)
		f("A: 1", "A: 2", 100, "A: 2", true)
		f("ETag: \"a\" | "+modified, "ETag: \"a\" | "+modified, 100, "ETag: \"a\" | "+modified, true)
		f("ETag: \"a\"", "B: 2", 100, "ETag: \"a\" | B: 2", true)
		// One that differs, or is not stored, makes it another representation: each of them counts.
		f("A: 1", "A: 2", 101, "", false)
		f("A: 1", "A: 2", 0, "", false)
		f("ETag: \"a\"", "ETag: \"b\"", 100, "", false)
		f("A: 1", "ETag: \"b\"", 100, "", false)
		f("ETag: \"a\" | "+modified, "ETag: \"a\" | Last-Modified: "+date(0), 100, "", false)
		f(modified, "Last-Modified: "+date(0), 100, "", false)
		f("A: 1", modified, 100, "", false)
	})
	t.Run("a body without a length", func(t *testing.T) {
		before := answer(200, "A: 1")
		before.Length = message.Unknown
		if _, ok := policy.FreshenByHead(before, answer(200, "A: 2")); !ok {
			t.Error("a length is compared with one that is not known")
		}
	})
	t.Run("other statuses", func(t *testing.T) {
		stored := answer(200, "A: 1")
		for _, status := range []int{204, 301, 304, 404, 410, 503} {
			if got, ok := policy.FreshenByHead(stored, answer(status, "A: 2 | ETag: \"b\"")); !ok || got != stored {
				t.Errorf("%d to HEAD says something of what is stored: %v %+v", status, ok, got)
			}
		}
		if _, ok := policy.FreshenByHead(answer(404, "A: 1"), answer(200, "A: 2")); ok {
			t.Error("a stored 404 is renewed by a 200")
		}
	})
}
