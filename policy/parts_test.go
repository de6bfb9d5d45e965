package policy_test

import (
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

func TestPartOf(t *testing.T) {
	part := func(resp *message.Response, first, last, size int64) {
		t.Helper()
		got, ok := policy.PartOf(resp)
		if want := (message.ContentRange{First: first, Last: last, Size: size}); !ok || got != want {
			t.Errorf("%d %s of %d bytes: %v, %v; want %v", resp.Status, text(resp.Header), resp.Length, got, ok, want)
		}
	}
	none := func(resp *message.Response) {
		t.Helper()
		if got, ok := policy.PartOf(resp); ok {
			t.Errorf("%d %s of %d bytes is taken for the part %v", resp.Status, text(resp.Header), resp.Length, got)
		}
	}
	length := func(n int64, resp *message.Response) *message.Response {
		resp.Length = n
		return resp
	}
	t.Run("RFC 9111 section 3.3", func(t *testing.T) {
		part(answer(206, "Content-Range: bytes 100-199/1000"), 100, 199, 1000)
		// Its length may be unknown, but not another.
		part(length(message.Unknown, answer(206, "Content-Range: bytes 0-9/1000")), 0, 9, 1000)
		none(length(99, answer(206, "Content-Range: bytes 100-199/1000")))
		none(length(101, answer(206, "Content-Range: bytes 100-199/1000")))
		// All of it is a part, too.
		part(answer(206, "Content-Range: bytes 0-99/100"), 0, 99, 100)
		// Of what nobody knows how long it is.
		none(answer(206, "Content-Range: bytes 100-199/*"))
		none(answer(206, "Content-Range: items 100-199/1000"))
	})
	t.Run("RFC 9110 section 14.4", func(t *testing.T) {
		none(answer(206, "Content-Range: bytes 100-199/150"))
		none(answer(206, "Content-Range: bytes */1000"))
		none(answer(206, "Content-Range: 100-199/1000"))
		none(answer(206, ""))
		none(answer(206, "Content-Range: bytes 100-199/1000 | Content-Range: bytes 100-199/1000"))
		none(answer(206, "Content-Range: bytes 100-199/1000, bytes 300-399/1000"))
		// Meaningless in other statuses.
		none(answer(200, "Content-Range: bytes 100-199/1000"))
		none(answer(416, "Content-Range: bytes */1000"))
	})
	t.Run("RFC 9110 section 15.3.7.2", func(t *testing.T) {
		none(answer(206, "Content-Type: multipart/byteranges; boundary=a"))
		none(answer(206, "Content-Type: Multipart/ByteRanges ;boundary=a | Content-Range: bytes 100-199/1000"))
	})
}

func TestWholeHead(t *testing.T) {
	resp := answer(206, "A: 1 | Content-Range: bytes 100-199/1000 | Content-Length: 100 | ETag: \"a\"")
	resp.Length = 100
	before := text(resp.Header)
	whole := policy.WholeHead(resp)
	if got := text(whole.Header); whole.Status != 200 || whole.Length != 1000 || got != `A: 1 | Content-Length: 1000 | ETag: "a"` {
		t.Errorf("%d, %d bytes, %s", whole.Status, whole.Length, got)
	}
	if resp.Status != 206 || resp.Length != 100 || text(resp.Header) != before {
		t.Errorf("the part was changed to %d, %s", resp.Status, text(resp.Header))
	}
}

func TestCombines(t *testing.T) {
	f := func(stored, response string, want bool) {
		t.Helper()
		if got := policy.Combines(answer(200, stored), answer(206, response)); got != want {
			t.Errorf("%s and %s: %v", stored, response, got)
		}
		if got := policy.Completable(answer(200, stored)); want && !got {
			t.Errorf("%s combines, and is not completable", stored)
		}
	}
	old, later := "Last-Modified: "+date(-time.Hour), " | Date: "+date(0)
	t.Run("RFC 9111 section 3.4", func(t *testing.T) {
		f(`ETag: "a"`, `ETag: "a"`, true)
		f(`ETag: "a"`, `ETag: "b"`, false)
		// Weak tags say nothing about bytes, and what has no tag says less than what has one.
		f(`ETag: W/"a"`, `ETag: W/"a"`, false)
		f(`ETag: W/"a" | `+old+later, `ETag: W/"a" | `+old+later, false)
		f(`ETag: "a" | `+old+later, old+later, false)
		f(old+later, `ETag: "a" | `+old+later, false)
		f(`ETag: a`, `ETag: a`, false)
		// Of two answers with one tag, that of another date is no contradiction.
		f(`ETag: "a" | `+old+later, `ETag: "a" | Last-Modified: `+date(0)+later, true)
		f(``, ``, false)
	})
	t.Run("RFC 9110 section 8.8.2.2", func(t *testing.T) {
		f(old+later, old+later, true)
		f(old+later, "Last-Modified: "+date(-2*time.Hour)+later, false)
		// Without Date, or in the second of its making, a date is weak.
		f(old, old, false)
		f(old+later, old, false)
		f("Last-Modified: "+date(0)+later, "Last-Modified: "+date(0)+later, false)
		f("Last-Modified: nonsense"+later, "Last-Modified: nonsense"+later, false)
	})
	t.Run("codings that contradict each other", func(t *testing.T) {
		f(`ETag: "a" | Content-Encoding: gzip`, `ETag: "a" | Content-Encoding: GZIP`, true)
		f(`ETag: "a" | Content-Encoding: gzip`, `ETag: "a"`, true)
		f(`ETag: "a" | Content-Encoding: gzip`, `ETag: "a" | Content-Encoding: br`, false)
		f(`ETag: "a"`, `ETag: "a" | Content-Encoding: br`, false)
	})
}

func TestAskPart(t *testing.T) {
	f := func(stored string, first, last, size int64, want string) {
		t.Helper()
		h := header(`A: 1 | If-None-Match: "x" | If-Modified-Since: ` + date(0) + ` | Range: bytes=0-1,5-6 | If-Range: "x"`)
		policy.AskPart(&h, answer(200, stored), message.ByteRange{First: first, Last: last}, size)
		if got := text(h); got != want {
			t.Errorf("%s, bytes %d to %d of %d: %s, want %s", stored, first, last, size, got, want)
		}
	}
	t.Run("RFC 9110 section 13.1.5", func(t *testing.T) {
		f(`ETag: "a"`, 5, 9, 100, `A: 1 | Range: bytes=5-9 | If-Range: "a"`)
		// To the end, however long it is by now.
		f(`ETag: "a"`, 5, 99, 100, `A: 1 | Range: bytes=5- | If-Range: "a"`)
		modified := "Last-Modified: " + date(-time.Hour)
		f(modified+" | Date: "+date(0), 5, 9, 100, "A: 1 | Range: bytes=5-9 | If-Range: "+date(-time.Hour))
		// A weak validator must not be sent: the whole is asked for.
		f(`ETag: W/"a" | `+modified+" | Date: "+date(0), 5, 9, 100, `A: 1`)
		f(modified, 5, 9, 100, `A: 1`)
		f(``, 5, 9, 100, `A: 1`)
	})
}

func TestWantedBytes(t *testing.T) {
	head := answer(200, `ETag: "a" | Last-Modified: `+date(-time.Hour)+" | Date: "+date(0))
	some := func(request string, first, last int64) {
		t.Helper()
		got, ok := policy.WantedBytes(get(request), head, 1000)
		if want := (message.ByteRange{First: first, Last: last}); !ok || got != want {
			t.Errorf("%s: %v, %v; want %v", request, got, ok, want)
		}
	}
	none := func(method, request string) {
		t.Helper()
		r := get(request)
		r.Method = method
		if got, ok := policy.WantedBytes(r, head, 1000); ok {
			t.Errorf("%s with %s: %v", method, request, got)
		}
	}
	some("", 0, 999)
	some("Range: bytes=5-9", 5, 9)
	some("Range: bytes=-5", 995, 999)
	some("Range: bytes=500-509,5-9", 5, 509)
	// What does not count is the whole.
	some("Range: lines=5-9", 0, 999)
	some(`Range: bytes=5-9 | If-Range: "b"`, 0, 999)
	some(`Range: bytes=5-9 | If-Range: "a"`, 5, 9)
	some(`If-None-Match: "b"`, 0, 999)
	none("HEAD", "")
	none("HEAD", "Range: bytes=5-9")
	none("GET", `If-None-Match: "a"`)
	none("GET", `If-None-Match: "a" | Range: bytes=5-9`)
	none("GET", "If-Modified-Since: "+date(0))
	none("GET", "Range: bytes=1000-")
}

func TestPartAsked(t *testing.T) {
	f := func(request, want string) {
		t.Helper()
		if got := policy.PartAsked(get(request)); got != want {
			t.Errorf("%s: %q, want %q", request, got, want)
		}
	}
	f("Range: bytes=5-9", "bytes=5-9")
	f("Range: bytes=5-", "bytes=5-")
	f("Range: bytes=-5", "bytes=-5")
	f("Range: BYTES=05-9 ,", "bytes=5-9")
	f("Range: bytes=0-0", "bytes=0-0")
	// The whole, nothing, several, nonsense.
	f("", "")
	f("Range: bytes=0-", "")
	f("Range: bytes=00-", "")
	f("Range: bytes=-0", "")
	f("Range: bytes=0-1,5-9", "")
	f("Range: bytes=0-1 | Range: bytes=5-9", "")
	f("Range: bytes=9-5", "")
	f("Range: items=5-9", "")
	// What may turn out to be the whole.
	f(`Range: bytes=5-9 | If-Range: "a"`, "")
	head := get("Range: bytes=5-9")
	head.Method = "HEAD"
	if got := policy.PartAsked(head); got != "" {
		t.Errorf("HEAD: %q", got)
	}
}

// FuzzPartAsked: the canonical form is its own, and asks for the same bytes.
func FuzzPartAsked(f *testing.F) {
	f.Add("bytes=5-9", int64(100))
	f.Add("Bytes=,005- ,", int64(100))
	f.Add("bytes=-99999999999999999999", int64(7))
	f.Fuzz(func(t *testing.T, value string, size int64) {
		request := get("")
		request.Header.Add("Range", value)
		part := policy.PartAsked(request)
		if part == "" {
			return
		}
		if again := policy.PartAsked(get("Range: " + part)); again != part {
			t.Fatalf("%q is %q, and that %q", value, part, again)
		}
		if size <= 0 {
			return
		}
		asked, outcome := message.ParseRange(value, size)
		canonical, same := message.ParseRange(part, size)
		if outcome != same || len(asked) != len(canonical) || len(asked) > 0 && asked[0] != canonical[0] {
			t.Fatalf("%q is %v, %q is %v", value, asked, part, canonical)
		}
	})
}
