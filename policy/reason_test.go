package policy_test

import (
	"regexp"
	"testing"

	"lacquer/policy"
)

// TestReasonNames: each reason has a name, no two the same, and each is a token that Cache-Status can carry as it is (RFC 9211
// section 2.8).
func TestReasonNames(t *testing.T) {
	token := regexp.MustCompile(`^[a-z][a-z-]*[a-z]$`)
	seen := map[string]policy.Reason{}
	for r := policy.None + 1; r.String() != "unknown"; r++ {
		name := r.String()
		if !token.MatchString(name) {
			t.Errorf("reason %d is called %q", r, name)
		}
		if other, twice := seen[name]; twice {
			t.Errorf("reasons %d and %d are both called %q", other, r, name)
		}
		seen[name] = r
	}
	if policy.None.String() != "" || len(seen) < int(policy.Internal) {
		t.Errorf("%d names, the last reason is %d", len(seen), policy.Internal)
	}
}

func TestStatusCodes(t *testing.T) {
	f := func(status int, heuristics, failure bool) {
		t.Helper()
		if got := policy.HeuristicallyCacheable(status); got != heuristics {
			t.Errorf("%d: heuristics %v, want %v", status, got, heuristics)
		}
		if got := policy.FailureStatus(status); got != failure {
			t.Errorf("%d: failure %v, want %v", status, got, failure)
		}
	}
	// RFC 9110 section 15.1.
	for _, status := range []int{200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414} {
		f(status, true, false)
	}
	f(501, true, false)
	for _, status := range []int{201, 202, 302, 303, 304, 307, 400, 401, 403, 429, 505, 599} {
		f(status, false, false)
	}
	// RFC 5861 section 4.
	for _, status := range []int{500, 502, 503, 504} {
		f(status, false, true)
	}
}
