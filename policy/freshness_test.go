package policy_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"lacquer/policy"
)

const never = time.Duration(-1) // stands for the zero time where a moment is given as a distance from noon

func at(d time.Duration) time.Time {
	if d == never {
		return time.Time{}
	}
	return noon.Add(d)
}

func TestFreshnessJudge(t *testing.T) {
	const s = time.Second
	plain := policy.Freshness{Received: noon, Age: 10 * s, Lifetime: 60 * s, StaleWhileRevalidate: 20 * s, StaleIfError: 100 * s, Keep: 50 * s}
	f := func(fresh policy.Freshness, now, softened time.Duration, want policy.Use, onError bool) {
		t.Helper()
		if got := fresh.Judge(at(now), at(softened)); got != want {
			t.Errorf("after %v, softened at %v: %v, want %v", now, softened, got, want)
		}
		if got := fresh.ServableOnError(at(now), at(softened)); got != onError {
			t.Errorf("after %v, softened at %v: servable on error %v, want %v", now, softened, got, onError)
		}
	}
	t.Run("RFC 9111 section 4.2", func(t *testing.T) {
		f(plain, 0, never, policy.UseFresh, true)
		f(plain, 50*s-1, never, policy.UseFresh, true)
		// Fresh while the lifetime is greater than the age, not when they are equal.
		f(plain, 50*s, never, policy.UseStale, true)
		// A clock that was set back makes nothing older or younger than it came.
		f(plain, -time.Hour, never, policy.UseFresh, true)
	})
	t.Run("RFC 5861 section 3", func(t *testing.T) {
		f(plain, 70*s-1, never, policy.UseStale, true)
		f(plain, 70*s, never, policy.UseAfterValidation, true)
		// A window of 0 is none.
		none := plain
		none.StaleWhileRevalidate = 0
		f(none, 50*s, never, policy.UseAfterValidation, true)
	})
	t.Run("RFC 5861 section 4", func(t *testing.T) {
		f(plain, 150*s-1, never, policy.UseAfterValidation, true)
		f(plain, 150*s, never, policy.UseAfterValidation, false)
	})
	t.Run("keep", func(t *testing.T) {
		f(plain, 200*s-1, never, policy.UseAfterValidation, false)
		f(plain, 200*s, never, policy.UseNever, false)
		f(plain, 1000*time.Hour, never, policy.UseNever, false)
	})
	t.Run("soft purge", func(t *testing.T) {
		// Before it nothing changes, from it on the windows run from there.
		f(plain, 5*s, 6*s, policy.UseFresh, true)
		f(plain, 6*s, 6*s, policy.UseStale, true)
		f(plain, 26*s, 6*s, policy.UseAfterValidation, true)
		f(plain, 106*s, 6*s, policy.UseAfterValidation, false)
		f(plain, 156*s, 6*s, policy.UseNever, false)
		// What is stale already does not get more time by it.
		f(plain, 200*s, 199*s, policy.UseNever, false)
	})
	t.Run("RFC 9111 section 4.2.4", func(t *testing.T) {
		strict := plain
		strict.NeverStale = true
		f(strict, 0, never, policy.UseFresh, true)
		f(strict, 50*s, never, policy.UseAfterValidation, false)
		f(strict, 1*s, 1*s, policy.UseAfterValidation, false)
	})
	t.Run("RFC 9111 section 5.2.2.4", func(t *testing.T) {
		asked := plain
		asked.MustValidate = true
		f(asked, 0, never, policy.UseAfterValidation, false)
		f(asked, 60*s, never, policy.UseAfterValidation, false)
		f(asked, 200*s, never, policy.UseNever, false)
	})
	t.Run("zero value", func(t *testing.T) {
		f(policy.Freshness{}, 0, never, policy.UseNever, false)
	})
}

func TestFreshnessTimes(t *testing.T) {
	const s = time.Second
	f := policy.Freshness{Received: noon, Age: 10 * s, Lifetime: 60 * s, StaleWhileRevalidate: 20 * s, StaleIfError: 5 * s, Keep: 7 * s}
	if got := f.Expires(); !got.Equal(noon.Add(50 * s)) {
		t.Errorf("expires %v after noon", got.Sub(noon))
	}
	if got := f.KeptUntil(); !got.Equal(noon.Add(77 * s)) {
		t.Errorf("kept until %v after noon", got.Sub(noon))
	}
	if got := f.AgeAt(noon.Add(5 * s)); got != 15*s {
		t.Errorf("age %v, want 15s", got)
	}
	if got := f.AgeAt(noon.Add(-5 * s)); got != 10*s {
		t.Errorf("age by a clock set back %v, want 10s", got)
	}
	if got := f.TTL(noon.Add(60 * s)); got != -10*s {
		t.Errorf("TTL %v, want -10s", got)
	}
}

// TestFreshnessLaws holds for any Freshness, be it one that no response would give: fresh lies within the windows, those within
// the time for which it is kept; uses never get better as time passes; ages are never negative and never fall.
func TestFreshnessLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(9111, 9110))
	span := func() time.Duration {
		switch random.IntN(6) {
		case 0:
			return 0
		case 1:
			return (1 << 31) * time.Second
		case 2:
			return time.Duration(random.Int64N(int64(time.Hour)))
		}
		return time.Duration(random.IntN(100)) * time.Second
	}
	for range 20000 {
		f := policy.Freshness{
			Received: noon, Age: span(), Lifetime: span(), StaleWhileRevalidate: span(), StaleIfError: span(), Keep: span(),
			MustValidate: random.IntN(4) == 0, NeverStale: random.IntN(4) == 0,
		}
		var softened time.Time
		if random.IntN(2) == 0 {
			softened = noon.Add(span())
		}
		now := noon.Add(span() - 10*time.Second)
		later := now.Add(span())

		use, afterwards := f.Judge(now, softened), f.Judge(later, softened)
		if afterwards < use {
			t.Fatalf("%+v: %v, and %v later %v", f, use, later.Sub(now), afterwards)
		}
		if use != policy.UseNever && !now.Before(noon) && !now.Before(f.KeptUntil()) {
			t.Fatalf("%+v: %v after it was to be kept", f, use)
		}
		if f.ServableOnError(now, softened) && use == policy.UseNever {
			t.Fatalf("%+v: servable on error, but not kept", f)
		}
		if use == policy.UseFresh && (f.MustValidate || f.TTL(now) <= 0) {
			t.Fatalf("%+v: fresh with TTL %v", f, f.TTL(now))
		}
		if (f.NeverStale || f.MustValidate) && use == policy.UseStale {
			t.Fatalf("%+v: served stale", f)
		}
		if softer := f.Judge(now, time.Time{}); softer > use {
			t.Fatalf("%+v: a soft purge made %v of %v", f, use, softer)
		}
		if f.AgeAt(now) < 0 || f.AgeAt(later) < f.AgeAt(now) {
			t.Fatalf("%+v: age %v, later %v", f, f.AgeAt(now), f.AgeAt(later))
		}
	}
}

func TestNamesOfSourcesAndUses(t *testing.T) {
	names := map[string]bool{}
	for s := policy.SourceNone; s <= policy.SourceRule; s++ {
		names["source "+s.String()] = true
	}
	for u := policy.UseFresh; u <= policy.UseNever; u++ {
		names["use "+u.String()] = true
	}
	if len(names) != 11 || names["source unknown"] || names["use unknown"] {
		t.Errorf("names are missing or stand twice: %v", names)
	}
	if policy.Source(99).String() != "unknown" || policy.Use(99).String() != "unknown" {
		t.Error("a value that does not exist has a name")
	}
}
