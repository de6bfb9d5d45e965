package policy_test

import (
	"testing"

	"lacquer/policy"
)

func TestBearsIdentity(t *testing.T) {
	f := func(request string, want bool) {
		t.Helper()
		if got := policy.BearsIdentity(get(request)); got != want {
			t.Errorf("%q: %v, want %v", request, got, want)
		}
	}
	f("", false)
	f("Accept: a | User-Agent: b", false)
	f("authorization: Basic YTpi", true)
	// An empty Authorization is odd enough to be careful.
	f("Authorization: ", true)
	f("Cookie: a=b", true)
	f("cookie: ", false)
	f("Cookie:  | Cookie: a=b", true)
	// What we cannot read, the application may.
	f("Cookie: nonsense", true)
}
