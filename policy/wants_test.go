package policy_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// span is a duration that is wished.
func span(d time.Duration) policy.Span { return policy.Span{Set: true, Duration: d} }

func TestWantsOf(t *testing.T) {
	const s = time.Second
	f := func(request string, obey policy.Obey, want policy.Wants) {
		t.Helper()
		if got := policy.WantsOf(header(request), obey); got != want {
			t.Errorf("%s, obeying %b: %+v, want %+v", request, obey, got, want)
		}
	}
	all := "Cache-Control: no-cache, max-age=1, min-fresh=2, max-stale=3, only-if-cached"
	t.Run("only what is obeyed", func(t *testing.T) {
		f(all, 0, policy.Wants{})
		f(all, policy.ObeyNoCache, policy.Wants{NoCache: true})
		f(all, policy.ObeyMaxAge, policy.Wants{MaxAge: span(1 * s)})
		f(all, policy.ObeyMinFresh, policy.Wants{MinFresh: span(2 * s)})
		f(all, policy.ObeyMaxStale, policy.Wants{MaxStale: span(3 * s)})
		f(all, policy.ObeyOnlyIfCached, policy.Wants{OnlyIfCached: true})
		f(all, policy.ObeyAll, policy.Wants{NoCache: true, OnlyIfCached: true, MaxAge: span(s), MinFresh: span(2 * s), MaxStale: span(3 * s)})
		f("", policy.ObeyAll, policy.Wants{})
		f("Cache-Control: no-store, max-ages=1", policy.ObeyAll, policy.Wants{})
	})
	t.Run("RFC 9111 section 5.2.1", func(t *testing.T) {
		f("Cache-Control: max-age=0", policy.ObeyAll, policy.Wants{MaxAge: span(0)})
		f("Cache-Control: max-age=99999999999999999999", policy.ObeyAll, policy.Wants{MaxAge: span((1 << 31) * s)})
		f("Cache-Control: max-age=x", policy.ObeyAll, policy.Wants{MaxAge: span(0)})
		f("Cache-Control: max-stale", policy.ObeyAll, policy.Wants{MaxStale: span(math.MaxInt64)})
		f("Cache-Control: min-fresh=5, min-fresh=9", policy.ObeyAll, policy.Wants{MinFresh: span(9 * s)})
		f("Cache-Control: no-cache=\"A\"", policy.ObeyAll, policy.Wants{NoCache: true})
	})
	t.Run("RFC 9111 section 5.4", func(t *testing.T) {
		f("Pragma: no-cache", policy.ObeyAll, policy.Wants{NoCache: true})
		f("Pragma: x, No-Cache", policy.ObeyNoCache, policy.Wants{NoCache: true})
		f("Pragma: no-cache", policy.ObeyAll&^policy.ObeyNoCache, policy.Wants{})
		f("Pragma: x", policy.ObeyAll, policy.Wants{})
		// Only where there is no Cache-Control.
		f("Pragma: no-cache | Cache-Control: max-stale=1", policy.ObeyAll, policy.Wants{MaxStale: span(s)})
		f("Pragma: no-cache | Cache-Control: ", policy.ObeyAll, policy.Wants{})
	})
	h := header(all)
	if n := testing.AllocsPerRun(100, func() { policy.WantsOf(h, policy.ObeyAll) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFreshnessJudgeFor(t *testing.T) {
	const s = time.Second
	// Fresh for 60 s, stale while revalidate for 20 more, then kept.
	plain := policy.Freshness{Received: noon, Lifetime: 60 * s, StaleWhileRevalidate: 20 * s, StaleIfError: 100 * s, Keep: 50 * s}
	f := func(fresh policy.Freshness, now time.Duration, w policy.Wants, want policy.Use, why policy.Reason) {
		t.Helper()
		if got, reason := fresh.JudgeFor(noon.Add(now), time.Time{}, &w); got != want || reason != why {
			t.Errorf("after %v, wanting %+v: %v %q, want %v %q", now, w, got, reason, want, why)
		}
	}
	const fresh, stale, validate, none = policy.UseFresh, policy.UseStale, policy.UseAfterValidation, policy.None
	t.Run("no wants", func(t *testing.T) {
		f(plain, 10*s, policy.Wants{}, fresh, none)
		f(plain, 60*s, policy.Wants{OnlyIfCached: true}, stale, none)
		if got, why := plain.JudgeFor(noon.Add(100*s), time.Time{}, nil); got != validate || why != none {
			t.Errorf("nil: %v %q", got, why)
		}
	})
	t.Run("RFC 9111 section 5.2.1.1", func(t *testing.T) {
		f(plain, 10*s, policy.Wants{MaxAge: span(10 * s)}, fresh, none)
		f(plain, 10*s+1, policy.Wants{MaxAge: span(10 * s)}, validate, policy.RequestMaxAge)
		// 0 has the origin asked, however young.
		f(plain, 0, policy.Wants{MaxAge: span(0)}, validate, policy.RequestMaxAge)
		// What is stale is not wanted, unless max-stale stands beside it.
		f(plain, 61*s, policy.Wants{MaxAge: span(1000 * s)}, validate, policy.RequestMaxAge)
		f(plain, 61*s, policy.Wants{MaxAge: span(1000 * s), MaxStale: span(5 * s)}, stale, none)
		f(plain, 90*s, policy.Wants{MaxAge: span(80 * s), MaxStale: span(500 * s)}, validate, none)
		// The origin would have been asked anyhow.
		f(plain, 90*s, policy.Wants{MaxAge: span(0)}, validate, none)
	})
	t.Run("RFC 9111 section 5.2.1.2", func(t *testing.T) {
		f(plain, 90*s, policy.Wants{MaxStale: span(30 * s)}, stale, policy.RequestMaxStale)
		f(plain, 90*s+1, policy.Wants{MaxStale: span(30 * s)}, validate, none)
		f(plain, 170*s, policy.Wants{MaxStale: span(math.MaxInt64)}, stale, policy.RequestMaxStale)
		// What is gone is gone.
		f(plain, 1000*s, policy.Wants{MaxStale: span(math.MaxInt64)}, policy.UseNever, none)
		// It changes nothing on what may be served.
		f(plain, 10*s, policy.Wants{MaxStale: span(30 * s)}, fresh, none)
		f(plain, 70*s, policy.Wants{MaxStale: span(1 * s)}, stale, none)
	})
	t.Run("RFC 9111 section 5.2.2.2", func(t *testing.T) {
		// must-revalidate, no-cache and their like stand above it.
		strict := policy.Freshness{Received: noon, Lifetime: 60 * s, Keep: 100 * s, NeverStale: true}
		f(strict, 61*s, policy.Wants{MaxStale: span(math.MaxInt64)}, validate, none)
		asked := policy.Freshness{Received: noon, Lifetime: 60 * s, Keep: 100 * s, MustValidate: true}
		f(asked, 10*s, policy.Wants{MaxStale: span(math.MaxInt64)}, validate, none)
	})
	t.Run("RFC 9111 section 5.2.1.3", func(t *testing.T) {
		f(plain, 10*s, policy.Wants{MinFresh: span(50 * s)}, fresh, none)
		f(plain, 10*s+1, policy.Wants{MinFresh: span(50 * s)}, validate, policy.RequestMinFresh)
		f(plain, 61*s, policy.Wants{MinFresh: span(1 * s)}, validate, policy.RequestMinFresh)
	})
	t.Run("RFC 9111 section 5.2.1.4", func(t *testing.T) {
		f(plain, 10*s, policy.Wants{NoCache: true}, validate, policy.RequestNoCache)
		f(plain, 61*s, policy.Wants{NoCache: true}, validate, policy.RequestNoCache)
		f(plain, 90*s, policy.Wants{NoCache: true, MaxStale: span(math.MaxInt64)}, validate, none)
	})
	t.Run("RFC 8246 section 2", func(t *testing.T) {
		immutable := plain
		immutable.Immutable = true
		// A reload asks for nothing while it is fresh, a forced one does; any other age is meant.
		f(immutable, 10*s, policy.Wants{MaxAge: span(0)}, fresh, none)
		f(immutable, 10*s, policy.Wants{NoCache: true}, validate, policy.RequestNoCache)
		f(immutable, 10*s, policy.Wants{MaxAge: span(5 * s)}, validate, policy.RequestMaxAge)
		f(immutable, 61*s, policy.Wants{MaxAge: span(0)}, validate, policy.RequestMaxAge)
		f(immutable, 61*s, policy.Wants{MaxAge: span(0), MaxStale: span(100 * s)}, validate, policy.RequestMaxAge)
	})
	t.Run("soft purge", func(t *testing.T) {
		softened := noon.Add(5 * s)
		if use, why := plain.JudgeFor(noon.Add(30*s), softened, &policy.Wants{MaxStale: span(25 * s)}); use != stale || why != policy.RequestMaxStale {
			t.Errorf("25 s after a soft purge: %v %q", use, why)
		}
		if use, why := plain.JudgeFor(noon.Add(6*s), softened, &policy.Wants{MinFresh: span(s)}); use != validate || why != policy.RequestMinFresh {
			t.Errorf("1 s after a soft purge: %v %q", use, why)
		}
	})
}

func TestJudgeImmutable(t *testing.T) {
	if !judge(get(""), answer(200, "Cache-Control: max-age=60, immutable"), defaults).Freshness.Immutable {
		t.Error("RFC 8246: immutable is not seen")
	}
	if judge(get(""), answer(200, "Cache-Control: max-age=60"), defaults).Freshness.Immutable {
		t.Error("everything is immutable")
	}
}

// TestFreshnessJudgeForLaws: wants serve nothing that is gone or must be validated, and nothing stale that must not be; but for max-stale
// they only ever make less of what Judge says; a reason stands wherever they changed something, and nowhere else.
func TestFreshnessJudgeForLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(5861, 8246))
	length := func() time.Duration { return time.Duration(random.IntN(100)) * time.Second }
	maybe := func() policy.Span { return policy.Span{Set: random.IntN(3) == 0, Duration: length()} }
	for range 20000 {
		f := policy.Freshness{
			Received: noon, Age: length(), Lifetime: length(), StaleWhileRevalidate: length(), StaleIfError: length(), Keep: length(),
			MustValidate: random.IntN(4) == 0, NeverStale: random.IntN(4) == 0, Immutable: random.IntN(4) == 0,
		}
		w := policy.Wants{NoCache: random.IntN(4) == 0, MaxAge: maybe(), MinFresh: maybe(), MaxStale: maybe()}
		now, softened := noon.Add(length()), time.Time{}
		if random.IntN(3) == 0 {
			softened = noon.Add(length())
		}
		before := f.Judge(now, softened)
		use, why := f.JudgeFor(now, softened, &w)
		switch {
		case (use != before) != (why != policy.None):
			t.Fatalf("%+v, %+v: %v became %v for the reason %q", f, w, before, use, why)
		case use < before && (why != policy.RequestMaxStale || !w.MaxStale.Set || w.NoCache || use != policy.UseStale):
			t.Fatalf("%+v, %+v: %v became %v (%q)", f, w, before, use, why)
		case use < policy.UseAfterValidation && f.MustValidate, use == policy.UseStale && f.NeverStale:
			t.Fatalf("%+v, %+v: %v", f, w, use)
		case before == policy.UseNever && use != policy.UseNever:
			t.Fatalf("%+v, %+v: came back as %v", f, w, use)
		}
	}
}

// FuzzWantsOf: what is not obeyed is never wanted, no span is negative, and whatever is wanted, judging by it keeps to the law.
func FuzzWantsOf(f *testing.F) {
	f.Add("Cache-Control: no-cache, max-age=1, min-fresh=2, max-stale=3, only-if-cached", uint8(31))
	f.Add("Pragma: no-cache", uint8(1))
	f.Add("Cache-Control: max-stale | Cache-Control: max-age=\"99999999999\"", uint8(10))
	f.Fuzz(func(t *testing.T, request string, bits uint8) {
		obey := policy.Obey(bits) & policy.ObeyAll
		w := policy.WantsOf(header(request), obey)
		if w.NoCache && obey&policy.ObeyNoCache == 0 || w.OnlyIfCached && obey&policy.ObeyOnlyIfCached == 0 ||
			w.MaxAge.Set && obey&policy.ObeyMaxAge == 0 || w.MinFresh.Set && obey&policy.ObeyMinFresh == 0 || w.MaxStale.Set && obey&policy.ObeyMaxStale == 0 {
			t.Errorf("%q, obeying %b: %+v", request, obey, w)
		}
		if w.MaxAge.Duration < 0 || w.MinFresh.Duration < 0 || w.MaxStale.Duration < 0 {
			t.Errorf("%q: %+v", request, w)
		}
		strict := policy.Freshness{Received: noon, Lifetime: time.Minute, Keep: time.Hour, NeverStale: true}
		if use, _ := strict.JudgeFor(noon.Add(2*time.Minute), time.Time{}, &w); use != policy.UseAfterValidation {
			t.Errorf("%q: %v of what must not be stale", request, use)
		}
		if parsed := message.ParseCacheControl(header(request), "Cache-Control"); parsed.Present && !parsed.NoCache && parsed.NoCacheFields == "" && w.NoCache {
			t.Errorf("%q: no-cache without Cache-Control saying so", request)
		}
	})
}
