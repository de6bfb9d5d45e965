package policy_test

import (
	"slices"
	"strings"
	"testing"

	"lacquer/policy"
)

func TestReadBase(t *testing.T) {
	f := func(scheme string, parts ...string) {
		t.Helper()
		gotScheme, gotParts, ok := policy.ReadBase(string(policy.AppendBase(nil, scheme, parts)))
		if !ok || gotScheme != scheme || !slices.Equal(gotParts, parts) {
			t.Errorf("%q %q: got %q %q, %v", scheme, parts, gotScheme, gotParts, ok)
		}
	}
	f("https")
	f("http", "de", "", "mobile")
	f("http", strings.Repeat("long", 100))

	for _, broken := range []string{"", "\x05http", "\x04http\x80", "\x04http\x03ab"} {
		if _, _, ok := policy.ReadBase(broken); ok {
			t.Errorf("%q was read", broken)
		}
	}
}

// What can be read is what AppendBase would have written of it, but for lengths that were written longer than they need be.
func FuzzReadBase(f *testing.F) {
	f.Add("\x04http\x02de")
	f.Add("\x84\x00http")
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(t *testing.T, base string) {
		scheme, parts, ok := policy.ReadBase(base)
		if again := policy.AppendBase(nil, scheme, parts); ok && len(again) > len(base) {
			t.Errorf("%q was read as %q %q", base, scheme, parts)
		}
	})
}
