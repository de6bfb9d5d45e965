package policy_test

import (
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

func TestRangeOf(t *testing.T) {
	type want struct {
		first, last int64
		outcome     policy.RangeOutcome
	}
	whole, none := want{0, 0, policy.WholeBody}, want{0, 0, policy.Unsatisfiable}
	one := func(first, last int64) want { return want{first, last, policy.PartOfBody} }

	response := answer(200, "ETag: \"a\" | Last-Modified: "+date(-time.Hour)+" | Date: "+date(0))
	f := func(request string, size int64, w want) {
		t.Helper()
		first, last, outcome := policy.RangeOf(get(request), response, size)
		if got := (want{first, last, outcome}); got != w {
			t.Errorf("%s of %d bytes: %v, want %v", request, size, got, w)
		}
	}
	t.Run("RFC 9110 section 14.1.2", func(t *testing.T) {
		f("Range: bytes=0-9", 100, one(0, 9))
		f("Range: bytes=90-", 100, one(90, 99))
		f("Range: bytes=-10", 100, one(90, 99))
		f("Range: bytes=90-1000", 100, one(90, 99))
		f("Range: bytes=-1000", 100, one(0, 99))
		f("Range: bytes=0-0", 1, one(0, 0))
	})
	t.Run("RFC 9110 section 14.2", func(t *testing.T) {
		f("", 100, whole)
		f("Range: bytes=100-", 100, none)
		f("Range: bytes=-0", 100, none)
		// Several ranges, another unit, nonsense: the whole body.
		f("Range: bytes=0-9,20-29", 100, whole)
		f("Range: bytes=0-9 | Range: bytes=20-29", 100, whole)
		f("Range: lines=0-9", 100, whole)
		f("Range: bytes=9-0", 100, whole)
		f("Range: bytes=a-b", 100, whole)
		// Nobody knows yet what the end is.
		f("Range: bytes=0-9", message.Unknown, whole)
		f("Range: bytes=-10", message.Unknown, whole)
	})
	t.Run("RFC 9110 section 13.1.5", func(t *testing.T) {
		f("Range: bytes=0-9 | If-Range: \"a\"", 100, one(0, 9))
		f("Range: bytes=0-9 | If-Range: \"b\"", 100, whole)
		f("Range: bytes=100- | If-Range: \"b\"", 100, whole)
		// Weak tags never match.
		f("Range: bytes=0-9 | If-Range: W/\"a\"", 100, whole)
		// A date must be the very one.
		f("Range: bytes=0-9 | If-Range: "+date(-time.Hour), 100, one(0, 9))
		f("Range: bytes=0-9 | If-Range: "+date(0), 100, whole)
		f("Range: bytes=0-9 | If-Range: "+date(-2*time.Hour), 100, whole)
		f("Range: bytes=0-9 | If-Range: ", 100, whole)
		f("Range: bytes=0-9 | If-Range: nonsense", 100, whole)
	})
	response = answer(200, "ETag: W/\"a\" | Last-Modified: "+date(0)+" | Date: "+date(0))
	t.Run("RFC 9110 section 8.8.2.2", func(t *testing.T) {
		f("Range: bytes=0-9 | If-Range: W/\"a\"", 100, whole)
		// In the second of its making a representation may change again.
		f("Range: bytes=0-9 | If-Range: "+date(0), 100, whole)
	})
	response = answer(404, "")
	t.Run("other statuses and methods", func(t *testing.T) {
		f("Range: bytes=0-9", 100, whole)
		head := get("Range: bytes=0-9")
		head.Method = "HEAD"
		if _, _, outcome := policy.RangeOf(head, answer(200, ""), 100); outcome != policy.WholeBody {
			t.Errorf("HEAD: %v", outcome)
		}
	})
}

// FuzzRangeOf: a range lies within the body.
func FuzzRangeOf(f *testing.F) {
	f.Add("bytes=0-9", int64(100))
	f.Add("bytes=-9223372036854775808", int64(1))
	f.Add("bytes=9223372036854775807-", int64(9223372036854775807))
	f.Add("bytes=0-", int64(0))
	f.Fuzz(func(t *testing.T, value string, size int64) {
		if size < 0 {
			t.Skip()
		}
		first, last, outcome := policy.RangeOf(get("Range: "+value), answer(200, ""), size)
		if outcome == policy.PartOfBody && (first < 0 || last < first || last >= size) {
			t.Errorf("%q of %d bytes: %d to %d", value, size, first, last)
		}
	})
}
