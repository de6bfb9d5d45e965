package message_test

import (
	"slices"
	"strings"
	"testing"

	"lacquer/message"
)

// RFC 9110 section 14.1.2.
func TestParseRange(t *testing.T) {
	f := func(value string, size int64, outcome message.RangeOutcome, want ...message.ByteRange) {
		t.Helper()
		got, o := message.ParseRange(value, size)
		if o != outcome || !slices.Equal(got, want) {
			t.Errorf("%q of %d: %v %v, want %v %v", value, size, got, o, want, outcome)
		}
	}
	type r = message.ByteRange
	const ignored, satisfiable, unsatisfiable = message.RangeIgnored, message.RangeSatisfiable, message.RangeUnsatisfiable

	f("bytes=0-0", 100, satisfiable, r{0, 0})
	f("bytes=10-19", 100, satisfiable, r{10, 19})
	f("Bytes=10-19", 100, satisfiable, r{10, 19})
	// Cut to the end of the body.
	f("bytes=90-199", 100, satisfiable, r{90, 99})
	f("bytes=90-99999999999999999999", 100, satisfiable, r{90, 99})
	f("bytes=90-", 100, satisfiable, r{90, 99})
	f("bytes=-10", 100, satisfiable, r{90, 99})
	f("bytes=-1000", 100, satisfiable, r{0, 99})
	f("bytes=-99999999999999999999", 100, satisfiable, r{0, 99})
	// Several, in the order asked for, without those behind the end.
	f("bytes=0-1, 5-6 ,, -2,100-", 100, satisfiable, r{0, 1}, r{5, 6}, r{98, 99})
	f("bytes=5-9,0-9", 100, satisfiable, r{5, 9}, r{0, 9})
	// Behind the end.
	f("bytes=100-", 100, unsatisfiable)
	f("bytes=100-200,300-", 100, unsatisfiable)
	f("bytes=99999999999999999999-", 100, unsatisfiable)
	f("bytes=-0", 100, unsatisfiable)
	f("bytes=0-", 0, unsatisfiable)
	f("bytes=0-0", 0, unsatisfiable)
	// The end of nothing, for which there is no 206.
	f("bytes=-5", 0, ignored)
	// A size that is not known yet.
	f("bytes=0-5", message.Unknown, ignored)
	// Malformed, or another unit.
	f("", 100, ignored)
	f("bytes", 100, ignored)
	f("bytes=", 100, ignored)
	f("bytes=,", 100, ignored)
	f("bytes=-", 100, ignored)
	f("bytes=5", 100, ignored)
	f("bytes=9-5", 100, ignored)
	f("bytes=a-5", 100, ignored)
	f("bytes=0-5a", 100, ignored)
	f("bytes=+0-5", 100, ignored)
	f("bytes=0--5", 100, ignored)
	f("bytes=0 - 5", 100, ignored)
	f("bytes =0-5", 100, ignored)
	f("items=0-5", 100, ignored)
	f("bytes=0-5, x", 100, ignored)
	f("bytes=0-5;6-7", 100, ignored)
	// As many as one may ask for, and one more.
	f("bytes="+strings.Repeat("0-0,", 64), 100, satisfiable, slices.Repeat([]r{{0, 0}}, 64)...)
	f("bytes="+strings.Repeat("0-0,", 65), 100, ignored)
}

// RFC 9110 section 14.4.
func TestContentRange(t *testing.T) {
	good := func(s string, want message.ContentRange) {
		t.Helper()
		got, ok := message.ParseContentRange(s)
		if !ok || got != want || got.String() != s {
			t.Errorf("%q: %+v %v, printed %q", s, got, ok, got)
		}
	}
	bad := func(s string) {
		t.Helper()
		if got, ok := message.ParseContentRange(s); ok {
			t.Errorf("%q is read as %+v", s, got)
		}
	}
	good("bytes 0-9/100", message.ContentRange{First: 0, Last: 9, Size: 100})
	good("bytes 0-99/100", message.ContentRange{First: 0, Last: 99, Size: 100})
	good("bytes 5-5/*", message.ContentRange{First: 5, Last: 5, Size: message.Unknown})
	good("bytes */100", message.ContentRange{First: message.Unknown, Last: message.Unknown, Size: 100})
	bad("bytes */*")
	bad("bytes 0-100/100")
	bad("bytes 9-0/100")
	bad("bytes 0-9")
	bad("bytes 0-9/")
	bad("bytes 0-/100")
	bad("bytes -9/100")
	bad("bytes=0-9/100")
	bad("bytes  0-9/100")
	bad("bytes 0-9/-1")
	bad("bytes 0-9/99999999999999999999")
	bad("items 0-9/100")
	bad("bytes")
	bad("")
}

func TestByteRangeLength(t *testing.T) {
	if n := (message.ByteRange{First: 5, Last: 9}).Length(); n != 5 {
		t.Error(n)
	}
}

// RFC 9110 section 14.1.2.
func TestCanonicalRange(t *testing.T) {
	good := func(value, want string) {
		t.Helper()
		if got, ok := message.CanonicalRange(value); !ok || got != want {
			t.Errorf("%q: %q %v, want %q", value, got, ok, want)
		}
	}
	bad := func(value string) {
		t.Helper()
		if got, ok := message.CanonicalRange(value); ok || got != "" {
			t.Errorf("%q is read as %q", value, got)
		}
	}
	good("bytes=5-9", "bytes=5-9")
	good("bytes=5-", "bytes=5-")
	good("bytes=-5", "bytes=-5")
	good("bytes=0-", "bytes=0-")
	// Units have no case, numbers no leading zeros, lists empty elements.
	good("Bytes=005-09", "bytes=5-9")
	good("bytes= ,5-9 ,", "bytes=5-9")
	// Positions beyond all measure are one.
	good("bytes=5-99999999999999999999", "bytes=5-9223372036854775807")
	// Several, none, malformed, another unit.
	bad("bytes=0-1,5-9")
	bad("bytes=")
	bad("bytes=,")
	bad("bytes=-")
	bad("bytes=9-5")
	bad("bytes=5 - 9")
	bad("bytes=0-1, x")
	bad("items=5-9")
	bad("bytes")
	bad("")
}
