package policy_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"lacquer/policy"
)

func TestRefreshEarly(t *testing.T) {
	const s = time.Second
	hot := policy.Freshness{Received: noon, Lifetime: 60 * s, Early: true}
	f := func(fresh policy.Freshness, now, took time.Duration, draw float64, want bool) {
		t.Helper()
		if got := fresh.RefreshEarly(noon.Add(now), took, draw); got != want {
			t.Errorf("after %v, a fetch of %v, draw %v: %v, want %v", now, took, draw, got, want)
		}
	}
	// A draw of 1/e brings it forward by just what a fetch takes.
	f(hot, 50*s, 10*s, 1/math.E*0.999, true)
	f(hot, 50*s, 10*s, 1/math.E*1.001, false)
	f(hot, 50*s, 10*s, 1, false)
	f(hot, 59*s, 10*s, 0.5, true)
	// Out of range.
	f(hot, 30*s, 10*s, 0, true)
	f(hot, 0, s, 0, false)
	f(hot, 59*s, s, -1, true)
	f(hot, 59*s, 10*s, 2, false)
	f(hot, 59*s, 10*s, math.NaN(), false)
	// A fetch that took no time is taken to take some.
	f(hot, 60*s-time.Millisecond, 0, 0.1, true)
	f(hot, 60*s-time.Millisecond, -s, 0.1, true)
	f(hot, 59*s, math.MaxInt64, 0.1, true)
	// Never where it is not wished, nor where the origin is asked anyhow.
	cold, asked := hot, hot
	cold.Early, asked.MustValidate = false, true
	f(cold, 60*s, 10*s, 0.0001, false)
	f(asked, 60*s, 10*s, 0.0001, false)
}

// TestRefreshEarlyLaws: for the same draw, what was refreshed early once would be at any later moment and with any slower origin, too; and never
// where there is many times as much time as a fetch takes.
func TestRefreshEarlyLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(2015, 886))
	for range 20000 {
		f := policy.Freshness{Received: noon, Lifetime: time.Duration(random.IntN(1000)) * time.Second, Early: true}
		now := noon.Add(time.Duration(random.Int64N(int64(f.Lifetime) + 1)))
		later := now.Add(time.Duration(random.Int64N(int64(time.Minute))))
		took := time.Duration(random.Int64N(int64(20 * time.Second)))
		draw := 1 - random.Float64()
		early := f.RefreshEarly(now, took, draw)
		if early && (!f.RefreshEarly(later, took, draw) || !f.RefreshEarly(now, 2*took, draw)) {
			t.Fatalf("%+v with draw %v: early at %v, but not later or with a slower origin", f, draw, now.Sub(noon))
		}
		if early && f.TTL(now) > 40*max(took, time.Millisecond) {
			t.Fatalf("%+v with draw %v: %v before its expiry, a fetch takes %v", f, draw, f.TTL(now), took)
		}
	}
}

func TestJudgeEarlyRefresh(t *testing.T) {
	f := func(setting bool, wish policy.Will, want bool) {
		t.Helper()
		s := defaults
		s.EarlyRefresh = setting
		j := policy.Judge(get(""), answer(200, "Cache-Control: max-age=60"), &s, &policy.Wishes{EarlyRefresh: wish}, noon, noon)
		if j.Freshness.Early != want {
			t.Errorf("setting %v, rule %v: %v", setting, wish, j.Freshness.Early)
		}
	}
	f(false, policy.NoWill, false)
	f(true, policy.NoWill, true)
	f(false, policy.Yes, true)
	f(true, policy.No, false)
}
