package policy_test

import (
	"math"
	"testing"
	"time"

	"lacquer/policy"
)

func TestCacheStatusAppend(t *testing.T) {
	const s = time.Second
	f := func(c policy.CacheStatus, cache, want string) {
		t.Helper()
		if got := string(c.Append([]byte("before, "), cache)); got != "before, "+want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
	t.Run("RFC 9211 section 2", func(t *testing.T) {
		f(policy.CacheStatus{}, "lacquer", "lacquer")
		f(policy.CacheStatus{Hit: true, HasTTL: true, TTL: 376 * s}, "lacquer", "lacquer; hit; ttl=376")
		f(policy.CacheStatus{Hit: true, HasTTL: true, TTL: -412 * s, Detail: policy.StaleWhileRevalidate}, "lacquer",
			"lacquer; hit; ttl=-412; detail=stale-while-revalidate")
		f(policy.CacheStatus{Fwd: policy.ForwardURIMiss, Collapsed: true}, "lacquer", "lacquer; fwd=uri-miss; collapsed")
		f(policy.CacheStatus{Fwd: policy.ForwardStale, FwdStatus: 304, Stored: true, HasTTL: true, Detail: policy.Validated}, "lacquer",
			"lacquer; fwd=stale; fwd-status=304; ttl=0; stored; detail=validated")
		f(policy.CacheStatus{Fwd: policy.ForwardBypass, Detail: policy.PassUpgrade}, "lacquer", "lacquer; fwd=bypass; detail=upgrade")
	})
	t.Run("RFC 9211 section 2.7", func(t *testing.T) {
		f(policy.CacheStatus{Hit: true, Key: "example.org/a?b", Detail: policy.EarlyRefresh}, "lacquer",
			`lacquer; hit; key="example.org/a?b"; detail=early-refresh`)
		f(policy.CacheStatus{Key: "a\"b\x00\\\xff"}, "lacquer", `lacquer; key="a\"b?\\?"`)
	})
	t.Run("RFC 9211 section 2.4", func(t *testing.T) {
		// Whole seconds, rounded down: what is stale never reads as 0.
		f(policy.CacheStatus{HasTTL: true, TTL: s - 1}, "lacquer", "lacquer; ttl=0")
		f(policy.CacheStatus{HasTTL: true, TTL: -1}, "lacquer", "lacquer; ttl=-1")
		f(policy.CacheStatus{HasTTL: true, TTL: -s}, "lacquer", "lacquer; ttl=-1")
		f(policy.CacheStatus{HasTTL: true, TTL: math.MinInt64}, "lacquer", "lacquer; ttl=-9223372037")
	})
	t.Run("RFC 9651 section 4.1", func(t *testing.T) {
		// A name that is no token is a string.
		f(policy.CacheStatus{}, "proxy.example.org:80/a", "proxy.example.org:80/a")
		f(policy.CacheStatus{}, "*", "*")
		f(policy.CacheStatus{}, "9lacquer", `"9lacquer"`)
		f(policy.CacheStatus{}, "my \"own\" \\ cache\r\n\xff", `"my \"own\" \\ cache???"`)
		f(policy.CacheStatus{}, "", `""`)
	})
}

func TestCacheStatusAllocations(t *testing.T) {
	c := policy.CacheStatus{Fwd: policy.ForwardStale, FwdStatus: 304, Stored: true, HasTTL: true, TTL: -time.Hour, Detail: policy.Validated}
	room := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { c.Append(room, "lacquer") }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestForwardOf(t *testing.T) {
	f := func(r policy.Reason, want string) {
		t.Helper()
		if got := policy.ForwardOf(r).String(); got != want {
			t.Errorf("%s: %q, want %q", r, got, want)
		}
	}
	f(policy.None, "")
	f(policy.PassMethod, "method")
	f(policy.PassUpgrade, "bypass")
	f(policy.PassExpect, "bypass")
	f(policy.PassRequestBody, "bypass")
	f(policy.PassPrecondition, "bypass")
	f(policy.Fresh, "")
	f(policy.StaleWhileRevalidate, "")
	f(policy.StaleHeld, "")
	f(policy.NotStored, "uri-miss")
	f(policy.OtherVariant, "vary-miss")
	f(policy.HitForMiss, "miss")
	f(policy.IdentityAlone, "miss")
	f(policy.PurgedMeanwhile, "miss")
	f(policy.NotShared, "miss")
	f(policy.Expired, "stale")
	f(policy.MustValidate, "stale")
	f(policy.Validated, "stale")
	f(policy.StaleIfError, "stale")
	f(policy.NoStore, "")
	f(policy.PartStored, "partial")
	f(policy.SearchChanged, "miss")
	f(policy.RequestNoCache, "request")
	f(policy.RequestMaxAge, "request")
	f(policy.RequestMinFresh, "request")
	// Nobody went anywhere.
	f(policy.RequestMaxStale, "")
	f(policy.OnlyIfCached, "")
	f(policy.EarlyRefresh, "")
	f(policy.ForwardsSpent, "")
	for fwd := policy.ForwardBypass; fwd <= policy.ForwardPartial; fwd++ {
		if fwd.String() == "" || fwd.String() == "unknown" {
			t.Errorf("forward %d has no name", fwd)
		}
	}
}
