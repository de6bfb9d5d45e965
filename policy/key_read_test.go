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
