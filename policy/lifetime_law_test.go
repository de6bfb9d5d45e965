package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lacquer/policy"
)

// TestJudgedFreshnessLaws holds for the freshness of whatever an origin may say: what is fresh may be served where the origin fails, and that is kept;
// ages are never below what arrived, never negative, and never fall; nothing is stored of which no use could be made.
func TestJudgedFreshnessLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	number := func() int { return []int{0, 1, 5, 60, 3600, 1 << 31}[random.IntN(6)] }
	pieces := []func() string{
		func() string { return fmt.Sprintf("Cache-Control: max-age=%d", number()) },
		func() string { return fmt.Sprintf("Cache-Control: s-maxage=%d", number()) },
		func() string { return fmt.Sprintf("CDN-Cache-Control: max-age=%d", number()) },
		func() string { return fmt.Sprintf("Cache-Control: stale-while-revalidate=%d", number()) },
		func() string { return fmt.Sprintf("Cache-Control: stale-if-error=%d", number()) },
		func() string { return fmt.Sprintf("Age: %d", number()) },
		func() string { return "Date: " + date(time.Duration(random.IntN(200)-100)*time.Second) },
		func() string { return "Expires: " + date(time.Duration(random.IntN(200)-100)*time.Second) },
		func() string { return "Last-Modified: " + date(-time.Duration(random.IntN(10000))*time.Second) },
		func() string { return "ETag: \"a\"" },
		func() string {
			return "Cache-Control: " + []string{"no-cache", "must-revalidate", "public", "no-store", "private=\"a\"", "immutable"}[random.IntN(6)]
		},
	}
	for range 20000 {
		var said []string
		for range random.IntN(5) {
			said = append(said, pieces[random.IntN(len(pieces))]())
		}
		settings := defaults
		settings.StaleWhileRevalidate = time.Duration(random.IntN(2)*30) * time.Second
		resp := answer(200, strings.Join(said, " | "))
		j := policy.Judge(get(""), resp, &settings, nil, noon.Add(-time.Duration(random.IntN(3))*time.Second), noon)
		f := j.Freshness

		if arrived := resp.Header.Get("Age"); arrived != "" {
			var seconds int64
			fmt.Sscan(arrived, &seconds)
			if f.AgeAt(noon) < time.Duration(seconds)*time.Second {
				t.Fatalf("%s: age %v", said, f.AgeAt(noon))
			}
		}
		now := noon.Add(time.Duration(random.IntN(8000)-10) * time.Second)
		later := now.Add(time.Duration(random.IntN(8000)) * time.Second)
		use := f.Judge(now, time.Time{})
		switch {
		case f.AgeAt(now) < 0 || f.AgeAt(later) < f.AgeAt(now):
			t.Fatalf("%s: age %v, later %v", said, f.AgeAt(now), f.AgeAt(later))
		case f.Judge(later, time.Time{}) < use:
			t.Fatalf("%s: %v becomes %v", said, use, f.Judge(later, time.Time{}))
		case use == policy.UseFresh && !f.ServableOnError(now, time.Time{}):
			t.Fatalf("%s: fresh, but not to be served where the origin fails", said)
		case use != policy.UseNever && !now.Before(noon) && !now.Before(f.KeptUntil()):
			t.Fatalf("%s: %v after it was to be kept", said, use)
		case j.Store && f.Judge(noon, time.Time{}) == policy.UseNever:
			t.Fatalf("%s: stored, but of no use", said)
		}
	}
}
