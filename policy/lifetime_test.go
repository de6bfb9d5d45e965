package policy_test

import (
	"testing"
	"time"

	"lacquer/policy"
)

func TestJudgeLifetime(t *testing.T) {
	const s, h, day = time.Second, time.Hour, 24 * time.Hour
	settings := defaults
	f := func(status int, response string, want time.Duration, from policy.Source) {
		t.Helper()
		j := judge(get(""), answer(status, response), settings)
		if j.Freshness.Lifetime != want || j.Freshness.From != from {
			t.Errorf("%d %s: %v from %v; want %v from %v", status, response, j.Freshness.Lifetime, j.Freshness.From, want, from)
		}
	}
	t.Run("RFC 9111 section 4.2.1", func(t *testing.T) {
		f(200, "Cache-Control: s-maxage=10, max-age=20 | Expires: "+date(30*s), 10*s, policy.SourceSMaxAge)
		f(200, "Cache-Control: max-age=20 | Expires: "+date(30*s), 20*s, policy.SourceMaxAge)
		f(200, "Expires: "+date(30*s), 30*s, policy.SourceExpires)
		// Expires counts from Date, not from our clock.
		f(200, "Expires: "+date(30*s)+" | Date: "+date(-10*s), 40*s, policy.SourceExpires)
		f(200, "Cache-Control: s-maxage=0, max-age=20 | ETag: \"a\"", 0, policy.SourceSMaxAge)
		// Numbers beyond all measure.
		f(200, "Cache-Control: max-age=99999999999999999999", (1<<31)*s, policy.SourceMaxAge)
		f(200, "Expires: Fri, 31 Dec 9999 23:59:59 GMT", (1<<31)*s, policy.SourceExpires)
		// Two lines that contradict each other count as stale, two that agree as one.
		f(200, "Expires: "+date(30*s)+" | Expires: "+date(40*s), 0, policy.SourceExpires)
		f(200, "Expires: "+date(30*s)+" | Expires: "+date(30*s), 30*s, policy.SourceExpires)
	})
	t.Run("RFC 9111 section 5.3", func(t *testing.T) {
		f(200, "Expires: 0", 0, policy.SourceExpires)
		f(200, "Expires: -1", 0, policy.SourceExpires)
		f(200, "Expires: tomorrow", 0, policy.SourceExpires)
		f(200, "Expires: "+date(-30*s), 0, policy.SourceExpires)
		// It forbids guessing even where it is no date.
		f(200, "Expires: 0 | Last-Modified: "+date(-10*day), 0, policy.SourceExpires)
	})
	t.Run("RFC 9111 section 4.2.2", func(t *testing.T) {
		f(200, "Last-Modified: "+date(-10*h), 1*h, policy.SourceHeuristics)
		f(200, "Last-Modified: "+date(-10*h)+" | Date: "+date(-5*h), 30*time.Minute, policy.SourceHeuristics)
		// At most a day.
		f(200, "Last-Modified: "+date(-100*day), day, policy.SourceHeuristics)
		// Nothing to be guessed from the future.
		f(200, "Last-Modified: "+date(10*h), 0, policy.SourceHeuristics)
		f(404, "Last-Modified: "+date(-10*h), 1*h, policy.SourceHeuristics)
		f(302, "Cache-Control: public | Last-Modified: "+date(-10*h), 1*h, policy.SourceHeuristics)
		// RFC 9111 section 5.4: Pragma means nothing here, but whoever sent it wanted no guesses.
		f(200, "Pragma: no-cache | ETag: \"a\" | Last-Modified: "+date(-10*h), 0, policy.SourceNone)
		f(200, "Pragma: no-cache | Cache-Control: max-age=20", 20*s, policy.SourceMaxAge)
	})
	settings.Heuristics = false
	t.Run("cache.heuristics off", func(t *testing.T) {
		f(200, "Last-Modified: "+date(-10*h), 0, policy.SourceNone)
	})
	settings.Heuristics, settings.TTL = true, 5*s
	t.Run("cache.ttl", func(t *testing.T) {
		f(200, "", 5*s, policy.SourceSettings)
		f(301, "", 5*s, policy.SourceSettings)
		f(404, "", 5*s, policy.SourceSettings)
		f(200, "Cache-Control: public", 5*s, policy.SourceSettings)
		f(200, "ETag: \"a\"", 5*s, policy.SourceSettings)
		// No other status.
		f(410, "", 0, policy.SourceNone)
		f(302, "Cache-Control: public | ETag: \"a\"", 0, policy.SourceNone)
		// Not where the response says something.
		f(200, "Cache-Control: max-age=0 | ETag: \"a\"", 0, policy.SourceMaxAge)
		f(200, "Pragma: no-cache", 0, policy.SourceNone)
		f(200, "Last-Modified: "+date(-10*h), 1*h, policy.SourceHeuristics)
	})
	t.Run("cache.ttl and cookies", func(t *testing.T) {
		j := judge(get("Cookie: a=b"), answer(200, "Vary: Cookie"), settings)
		if j.Store || j.Reason != policy.Cookies || !j.Identity {
			t.Errorf("a lifetime from the settings for a request with cookies: %+v", j)
		}
	})
}

func TestJudgeAge(t *testing.T) {
	const s = time.Second
	f := func(response string, asked time.Duration, want time.Duration) {
		t.Helper()
		j := policy.Judge(get(""), answer(200, "Cache-Control: max-age=10000 | "+response), &defaults, nil, noon.Add(asked), noon)
		if j.Freshness.Age != want || !j.Freshness.Received.Equal(noon) {
			t.Errorf("%s, asked %v: age %v, want %v", response, asked, j.Freshness.Age, want)
		}
	}
	t.Run("RFC 9111 section 4.2.3", func(t *testing.T) {
		f("", 0, 0)
		// The apparent age, by the clocks.
		f("Date: "+date(-30*s), 0, 30*s)
		f("Date: "+date(30*s), 0, 0)
		// What a cache before us says, and the time the answer took.
		f("Age: 20", -5*s, 25*s)
		f("Age: 20 | Date: "+date(-30*s), -5*s, 30*s)
		f("Date: "+date(0), -5*s, 5*s)
		// A clock that was set back between asking and receiving.
		f("Age: 20", 5*s, 20*s)
		f("Date: nonsense", 0, 0)
		f("Date: Mon, 01 Jan 0001 00:00:00 GMT", 0, (1<<31)*s)
	})
	t.Run("RFC 9111 section 5.1", func(t *testing.T) {
		f("Age: 20, 30", 0, 20*s)
		f("Age: 20 | Age: 30", 0, 20*s)
		f("Age: -20", 0, 0)
		f("Age: 1.5", 0, 0)
		f("Age: twenty", 0, 0)
		f("Age: ", 0, 0)
		f("Age: 99999999999999999999", 0, (1<<31)*s)
	})
}

func TestJudgeWindows(t *testing.T) {
	const s, day = time.Second, 24 * time.Hour
	settings := defaults
	settings.StaleWhileRevalidate = 7 * s
	f := func(response string, revalidate, failing, keep time.Duration) {
		t.Helper()
		j := judge(get(""), answer(200, response), settings)
		got := j.Freshness
		if !j.Store || got.StaleWhileRevalidate != revalidate || got.StaleIfError != failing || got.Keep != keep {
			t.Errorf("%s: stored %v, windows %v, %v, keep %v; want %v, %v, %v", response, j.Store,
				got.StaleWhileRevalidate, got.StaleIfError, got.Keep, revalidate, failing, keep)
		}
	}
	t.Run("settings", func(t *testing.T) {
		f("Cache-Control: max-age=60", 7*s, day, 0)
		// Only what has a validator is kept to be validated.
		f("Cache-Control: max-age=60 | ETag: \"a\"", 7*s, day, 10*time.Minute)
		// What was never fresh is not served stale, unless the origin fails.
		f("Cache-Control: max-age=0 | ETag: \"a\"", 0, day, 10*time.Minute)
		f("ETag: \"a\"", 0, day, 10*time.Minute)
	})
	t.Run("RFC 5861", func(t *testing.T) {
		f("Cache-Control: max-age=60, stale-while-revalidate=3, stale-if-error=4", 3*s, 4*s, 0)
		// 0 counts.
		f("Cache-Control: max-age=60, stale-while-revalidate=0, stale-if-error=0", 0, 0, 0)
		f("Cache-Control: max-age=0, stale-while-revalidate=3", 3*s, day, 0)
	})
	t.Run("RFC 9111 section 4.2.4", func(t *testing.T) {
		for _, directive := range []string{"must-revalidate", "proxy-revalidate", "no-cache", "no-cache=\"Date\"", "s-maxage=60"} {
			f("Cache-Control: max-age=60, stale-while-revalidate=3, stale-if-error=4, "+directive+" | ETag: \"a\"", 0, 0, 10*time.Minute)
			j := judge(get(""), answer(200, "ETag: \"a\" | Cache-Control: max-age=60, "+directive), settings)
			if !j.Freshness.NeverStale {
				t.Errorf("%s: may be served stale", directive)
			}
		}
	})
}
