package demo_test

import (
	"testing"

	"lacquer/internal/demo"
)

func TestExplain(t *testing.T) {
	f := func(method string, code int, cache, wantResult, wantWhy string) {
		t.Helper()
		result, why := demo.Explain(method, code, cache)
		if result != wantResult || why != wantWhy {
			t.Errorf("%s %d %q: got %s, %q; want %s, %q", method, code, cache, result, why, wantResult, wantWhy)
		}
	}

	f("GET", 200, "hit; ttl=17", "hit", "from the store, fresh for another 17 s")
	// Stale in its three ways; the origin was waited for in the second.
	f("GET", 200, "hit; ttl=-3; detail=stale-while-revalidate", "stale", "a little old; a fresh one is asked for behind it")
	f("GET", 200, "fwd=stale; ttl=-3; detail=stale-if-error", "stale", "the origin does not answer; this is the last good page")
	f("GET", 200, "hit; ttl=-3; detail=stale-held", "stale", "the origin failed a moment ago; this is the last good page")
	// Fetched: for the first time, because it was too old, and with others.
	f("GET", 200, "fwd=uri-miss; fwd-status=200; stored", "miss", "nothing was stored; fetched, and now it is")
	f("GET", 200, "fwd=stale; fwd-status=200; stored", "miss", "what was stored was too old; fetched, and now it is")
	f("GET", 200, "fwd=uri-miss; fwd-status=200; stored; collapsed", "joined", "waited for a fetch that was already under way")
	// Not stored.
	f("GET", 200, "fwd=bypass; fwd-status=200; detail=rule-pass", "pass", "a rule says that this page is never stored")
	f("POST", 303, "fwd=method; fwd-status=303; detail=method", "pass", "neither GET, HEAD nor QUERY, so the origin has to see it")
	f("GET", 404, "fwd=uri-miss; fwd-status=404; detail=no-lifetime", "pass", "nothing was stored (no-lifetime)")
	// The origin is down.
	f("GET", 502, "fwd=uri-miss; detail=origin-connect", "error", "the origin does not answer, and nothing is stored that could be used")
	f("GET", 0, "", "error", "from the origin")
	// What is not known is passed over.
	f("GET", 200, "hit; ttl=5; key=\"x\"; new", "hit", "from the store, fresh for another 5 s")
}
