package policy_test

import (
	"strings"
	"testing"

	"lacquer/message"
	"lacquer/policy"
)

func TestNormaliseAcceptEncoding(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		h := header("A: 1 | " + value + " | B: 2")
		policy.NormaliseAcceptEncoding(&h)
		if got := h.Get("Accept-Encoding"); got != want || h.Has("Accept-Encoding") != (want != "") || h.Get("A") != "1" || h.Get("B") != "2" {
			t.Errorf("%s becomes %s, want %q", value, text(h), want)
		}
	}
	t.Run("what clients send", func(t *testing.T) {
		f("Accept-Encoding: gzip, deflate, br, zstd", "zstd, br, gzip")
		f("Accept-Encoding: gzip, deflate, br", "br, gzip")
		f("Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3", "gzip")
		f("Accept-Encoding: identity;q=1, *;q=0", "")
		f("Accept-Encoding: gzip", "gzip")
		f("Accept-Encoding: zstd, br, gzip", "zstd, br, gzip")
		f("", "")
	})
	t.Run("RFC 9110 section 12.5.3", func(t *testing.T) {
		// Anything but what is named.
		f("Accept-Encoding: *", "zstd, br, gzip")
		f("Accept-Encoding: *, br;q=0", "zstd, gzip")
		f("Accept-Encoding: br, *;q=0", "br")
		f("Accept-Encoding: *;q=0", "")
		// Not wanted; identity is never in the field, it is what is left.
		f("Accept-Encoding: gzip;q=0", "")
		f("Accept-Encoding: gzip;q=0.000, br;q=0.001", "br")
		f("Accept-Encoding: identity", "")
		f("Accept-Encoding: identity;q=0, gzip", "gzip")
		f("Accept-Encoding: deflate, compress", "")
		f("Accept-Encoding: ", "")
		// Rather without coding.
		f("Accept-Encoding: identity, gzip;q=0.5, br", "br")
		f("Accept-Encoding: identity;q=0.5, gzip;q=0.499", "")
		f("Accept-Encoding: identity;q=0.5, gzip;q=0.5", "gzip")
		// Order, case, lines, and the old name.
		f("Accept-Encoding: BR ,Gzip", "br, gzip")
		f("Accept-Encoding: br | Accept-Encoding: gzip", "br, gzip")
		f("Accept-Encoding: x-gzip", "gzip")
	})
	t.Run("RFC 9110 section 12.4.2", func(t *testing.T) {
		f("Accept-Encoding: gzip;q=1.000, br;Q=0.9", "br, gzip")
		f("Accept-Encoding: gzip ; q=0", "")
		// What is malformed is not asked for.
		f("Accept-Encoding: gzip;q=0.0000, br", "br")
		f("Accept-Encoding: gzip;q=x, br;q=2, zstd;level=1", "")
	})
}

func TestNormaliseAcceptEncodingAllocatesNothing(t *testing.T) {
	for _, value := range []string{"gzip, deflate, br, zstd", "zstd, br, gzip", "identity"} {
		h := message.Header{{Name: "Accept-Encoding", Value: ""}}
		if n := testing.AllocsPerRun(100, func() {
			h = append(h[:0], message.Field{Name: "Accept-Encoding", Value: value})
			policy.NormaliseAcceptEncoding(&h)
		}); n != 0 {
			t.Errorf("%s: %v allocations", value, n)
		}
	}
}

// FuzzAcceptEncoding: there are eight normal forms, and each is its own.
func FuzzAcceptEncoding(f *testing.F) {
	f.Add("gzip, br;q=0.5, *;q=0", "identity")
	f.Add("x-gzip;;q=1", ",")
	f.Fuzz(func(t *testing.T, a, b string) {
		h := message.Header{{Name: "Accept-Encoding", Value: a}, {Name: "Accept-Encoding", Value: b}}
		policy.NormaliseAcceptEncoding(&h)
		once := text(h)
		names := strings.NewReplacer("zstd", "", "br", "", "gzip", "", ", ", "", "Accept-Encoding: ", "")
		if policy.NormaliseAcceptEncoding(&h); text(h) != once || names.Replace(once) != "" {
			t.Fatalf("%q, %q becomes %s, and that %s", a, b, once, text(h))
		}
	})
}
