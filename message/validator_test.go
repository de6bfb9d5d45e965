package message_test

import (
	"testing"

	"lacquer/message"
)

// RFC 9110 section 8.8.3.
func TestParseETag(t *testing.T) {
	f := func(s string, want message.ETag, wantOK bool) {
		t.Helper()
		if got, ok := message.ParseETag(s); got != want && wantOK || ok != wantOK {
			t.Errorf("%q: %+v %v, want %+v %v", s, got, ok, want, wantOK)
		}
	}
	f(`"a"`, message.ETag{Opaque: "a"}, true)
	f(`W/"a"`, message.ETag{Weak: true, Opaque: "a"}, true)
	f(`""`, message.ETag{}, true)
	f(`"a,\b!#~`+"\x80\xff"+`"`, message.ETag{Opaque: "a,\\b!#~\x80\xff"}, true)
	f(``, message.ETag{}, false)
	f(`a`, message.ETag{}, false)
	f(`"`, message.ETag{}, false)
	f(`"a`, message.ETag{}, false)
	f(`a"`, message.ETag{}, false)
	f(`"a"b`, message.ETag{}, false)
	f(`"a b"`, message.ETag{}, false)
	f(`"a\"b"`, message.ETag{}, false)
	f("\"a\x7f\"", message.ETag{}, false)
	f(`w/"a"`, message.ETag{}, false)
	f(`W/a`, message.ETag{}, false)
	f(`W/ "a"`, message.ETag{}, false)
	f(`W/W/"a"`, message.ETag{}, false)
}

// RFC 9110 section 8.8.3.2, whose table these are.
func TestETagComparison(t *testing.T) {
	f := func(a, b string, strong, weak bool) {
		t.Helper()
		for range 2 {
			if message.StrongMatch(a, b) != strong || message.WeakMatch(a, b) != weak {
				t.Errorf("%s and %s", a, b)
			}
			a, b = b, a
		}
	}
	f(`W/"1"`, `W/"1"`, false, true)
	f(`W/"1"`, `W/"2"`, false, false)
	f(`W/"1"`, `"1"`, false, true)
	f(`"1"`, `"1"`, true, true)
	// Case counts, and what is no entity tag matches not even itself.
	f(`"a"`, `"A"`, false, false)
	f(`1`, `1`, false, false)
	f(``, ``, false, false)
}

// RFC 9110 sections 13.1.1 and 13.1.2.
func TestMatchesAny(t *testing.T) {
	f := func(list, etag string, strong, weak bool) {
		t.Helper()
		if got := message.MatchesAny(list, etag, false); got != strong {
			t.Errorf("strongly %s in %s: %v", etag, list, got)
		}
		if got := message.MatchesAny(list, etag, true); got != weak {
			t.Errorf("weakly %s in %s: %v", etag, list, got)
		}
	}
	f(`"a"`, `"a"`, true, true)
	f(`"b", "a"`, `"a"`, true, true)
	f(`"b","c"`, `"a"`, false, false)
	f(`W/"a"`, `"a"`, false, true)
	f(`W/"a", "a"`, `"a"`, true, true)
	f(`"a"`, `W/"a"`, false, true)
	// Commas within quotes belong to the tag.
	f(`"a,b"`, `"a"`, false, false)
	f(`"a,b", "c"`, `"a,b"`, true, true)
	// Empty elements are no fault.
	f(` , "b" ,, "a" ,`, `"a"`, true, true)
	// "*" is whatever there is, alone.
	f(`*`, `"a"`, true, true)
	f(` * `, ``, true, true)
	f(`*, "a"`, `"a"`, false, false)
	f(`"*"`, `"a"`, false, false)
	// A fault anywhere spoils the list.
	f(``, `"a"`, false, false)
	f(`"a", b`, `"a"`, false, false)
	f(`"a" "b"`, `"a"`, false, false)
	f(`"a", "b`, `"a"`, false, false)
	f(`a`, `a`, false, false)
	f(`""`, ``, false, false)
}
