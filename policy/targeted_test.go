package policy_test

import (
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// TestJudgeTargeted judges what targeted fields say, by what it comes to: from which field a lifetime came, or why there is none.
func TestJudgeTargeted(t *testing.T) {
	const s = time.Second
	fresh := func(response string, want time.Duration, from policy.Source, field string) {
		t.Helper()
		j := judge(get(""), answer(200, response), defaults)
		f := j.Freshness
		if !j.Store || f.Lifetime != want || f.From != from || f.Field != field {
			t.Errorf("%s: stored %v (%s), %v from %v of %q; want %v from %v of %q", response, j.Store, j.Reason, f.Lifetime, f.From, f.Field, want, from, field)
		}
	}
	refused := func(request, response string, want policy.Reason) {
		t.Helper()
		if j := judge(get(request), answer(200, response), defaults); j.Reason != want {
			t.Errorf("%s to %s: %q, want %q", response, request, j.Reason, want)
		}
	}
	const cdn = "CDN-Cache-Control"
	t.Run("RFC 9213 section 2.2", func(t *testing.T) {
		// The first of the list governs, whatever the order of the lines.
		fresh("Cache-Control: max-age=1 | Surrogate-Control: max-age=2 | CDN-Cache-Control: max-age=3 | Lacquer-Cache-Control: max-age=4", 4*s, policy.SourceMaxAge, "Lacquer-Cache-Control")
		fresh("Cache-Control: max-age=1 | Surrogate-Control: max-age=2 | cdn-cache-control: max-age=3", 3*s, policy.SourceMaxAge, cdn)
		fresh("Cache-Control: max-age=1 | Surrogate-Control: max-age=2", 2*s, policy.SourceMaxAge, "Surrogate-Control")
		fresh("Cache-Control: max-age=1", 1*s, policy.SourceMaxAge, "")
		// Cache-Control and Expires are ignored, and Pragma with them.
		fresh("CDN-Cache-Control: max-age=60 | Cache-Control: no-store, private", 60*s, policy.SourceMaxAge, cdn)
		fresh("CDN-Cache-Control: max-age=60 | Expires: 0 | Pragma: no-cache", 60*s, policy.SourceMaxAge, cdn)
		fresh("CDN-Cache-Control: s-maxage=60, max-age=5", 60*s, policy.SourceSMaxAge, cdn)
		refused("", "CDN-Cache-Control: no-store | Cache-Control: max-age=60", policy.NoStore)
		refused("", "CDN-Cache-Control: private | Cache-Control: max-age=60, public", policy.Private)
		refused("", "CDN-Cache-Control: no-cache | Cache-Control: max-age=60", policy.LifetimeOver)
		refused("", "CDN-Cache-Control: max-age=0 | Expires: "+date(time.Hour), policy.LifetimeOver)
		refused("", "CDN-Cache-Control: must-revalidate | Expires: "+date(time.Hour), policy.NoLifetime)
		refused("", "CDN-Cache-Control: foo | Cache-Control: max-age=60", policy.NoLifetime)
		// Where it says nothing of a lifetime, heuristics may.
		fresh("CDN-Cache-Control: public | Last-Modified: "+date(-100*s), 10*s, policy.SourceHeuristics, cdn)
		fresh("CDN-Cache-Control: public | Pragma: no-cache | Last-Modified: "+date(-100*s), 10*s, policy.SourceHeuristics, cdn)
		// An empty value counts as none.
		fresh("CDN-Cache-Control: | Cache-Control: max-age=60", 60*s, policy.SourceMaxAge, "")
	})
	t.Run("RFC 9213 section 2.1", func(t *testing.T) {
		// All lines are one dictionary; parameters and unknown members mean nothing; the last of two counts (RFC 9651 section 3.2).
		fresh("CDN-Cache-Control: foo=(1 2), max-age=60;x=1 | CDN-Cache-Control: stale-if-error=5", 60*s, policy.SourceMaxAge, cdn)
		fresh("CDN-Cache-Control: max-age=10, max-age=60", 60*s, policy.SourceMaxAge, cdn)
		fresh("CDN-Cache-Control: no-store=?0, max-age=60", 60*s, policy.SourceMaxAge, cdn)
		fresh("CDN-Cache-Control: max-age=999999999999999", (1<<31)*s, policy.SourceMaxAge, cdn)
		// Malformed, or a directive of the wrong type: the field is ignored as a whole.
		for _, value := range []string{
			"max-age=60, &&&", "max-age=60,", "max-age =60", "max-age= 60", "MAX-AGE=60", "max-age=9999999999999999", "max-age=\"60\"", "max-age=60.0",
			"max-age=-1", "max-age", "max-age=a", "max-age=(60)", "no-store=5", "max-age=60, no-store=\"\"", "max-age=60, public=1", "max-age=60, no-cache=1",
			"max-age=60, private=(a)", "max-age=60, must-revalidate=a", "max-age=60, x=\"\xff\"",
		} {
			fresh("CDN-Cache-Control: "+value+" | Cache-Control: max-age=7", 7*s, policy.SourceMaxAge, "")
		}
		// The next of the list has its turn then.
		fresh("Lacquer-Cache-Control: max-age=? | CDN-Cache-Control: max-age=60", 60*s, policy.SourceMaxAge, cdn)
	})
	t.Run("Surrogate-Control", func(t *testing.T) {
		// What speaks of processing alone does not open what Cache-Control closes.
		refused("", "Surrogate-Control: content=\"ESI/1.0\" | Cache-Control: private, max-age=60", policy.Private)
		fresh("Surrogate-Control: content=\"ESI/1.0\" | Cache-Control: max-age=60", 60*s, policy.SourceMaxAge, "")
		fresh("Surrogate-Control: max-age=60, content=\"ESI/1.0\" | Cache-Control: no-store", 60*s, policy.SourceMaxAge, "Surrogate-Control")
		refused("", "Surrogate-Control: max-age=60+30 | Cache-Control: private", policy.Private)
		refused("", "Surrogate-Control: no-store, content=\"ESI/1.0\" | Cache-Control: max-age=60", policy.NoStore)
	})
	t.Run("cookies", func(t *testing.T) {
		refused("Cookie: a=b", "CDN-Cache-Control: max-age=60", policy.None)
		refused("Cookie: a=b", "CDN-Cache-Control: max-age=60 | Cache-Control: private", policy.None)
		// Never by a guess, and never because of a Surrogate-Control that does not count.
		refused("Cookie: a=b", "CDN-Cache-Control: must-revalidate | Last-Modified: "+date(-time.Hour), policy.Cookies)
		refused("Cookie: a=b", "CDN-Cache-Control: no-cache | ETag: \"a\"", policy.Cookies)
		refused("Cookie: a=b", "Surrogate-Control: content=\"ESI/1.0\" | Cache-Control: max-age=60", policy.Cookies)
		// What sets one is stored where either field says public.
		refused("", "CDN-Cache-Control: max-age=60 | Set-Cookie: a=b", policy.SetCookie)
		refused("", "CDN-Cache-Control: max-age=60, public | Set-Cookie: a=b", policy.None)
		refused("", "CDN-Cache-Control: max-age=60 | Cache-Control: public | Set-Cookie: a=b", policy.None)
	})
	t.Run("RFC 9111 section 3.5", func(t *testing.T) {
		// Only what governs can permit it.
		const known = "Authorization: Basic YTpi"
		refused(known, "CDN-Cache-Control: max-age=60 | Cache-Control: public, s-maxage=60", policy.Authorization)
		refused(known, "CDN-Cache-Control: max-age=60, public", policy.None)
		refused(known, "CDN-Cache-Control: max-age=60, must-revalidate", policy.None)
		refused(known, "CDN-Cache-Control: s-maxage=60", policy.None)
	})
}

func TestJudgeTargetedWindows(t *testing.T) {
	f := func(response string, revalidate time.Duration, neverStale bool) {
		t.Helper()
		got := judge(get(""), answer(200, response), defaults).Freshness
		if got.StaleWhileRevalidate != revalidate || got.NeverStale != neverStale {
			t.Errorf("%s: window %v, never stale %v; want %v, %v", response, got.StaleWhileRevalidate, got.NeverStale, revalidate, neverStale)
		}
	}
	f("CDN-Cache-Control: max-age=60, stale-while-revalidate=30 | Cache-Control: must-revalidate", 30*time.Second, false)
	f("CDN-Cache-Control: max-age=60 | Cache-Control: max-age=1, stale-while-revalidate=30", 0, false)
	f("CDN-Cache-Control: s-maxage=60, stale-while-revalidate=30", 0, true)
	f("CDN-Cache-Control: max-age=60, proxy-revalidate", 0, true)
}

// TestJudgeOmit: fields that are not for all are left out, and nothing else.
func TestJudgeOmit(t *testing.T) {
	f := func(response, want string) {
		t.Helper()
		j := judge(get(""), answer(200, response), defaults)
		if !j.Store || j.Freshness.MustValidate || j.Freshness.NeverStale {
			t.Errorf("%s: %+v", response, j)
		}
		h := header(response)
		policy.DropPersonal(&h, j.Omit...)
		h.DelAny("Cache-Control", "CDN-Cache-Control")
		if got := text(h); got != want {
			t.Errorf("%s: kept %q, want %q", response, got, want)
		}
	}
	t.Run("RFC 9111 section 5.2.2.4", func(t *testing.T) {
		f("Cache-Control: no-cache=\"a\" | A: 1 | B: 2 | Cache-Control: max-age=60", "B: 2")
		f("Cache-Control: no-cache=\"a, ,B\", max-age=60 | A: 1 | a: 3 | B: 2 | C: 4", "C: 4")
		f("Cache-Control: no-cache=A, max-age=60 | A: 1", "")
	})
	t.Run("RFC 9111 section 5.2.2.7", func(t *testing.T) {
		f("Cache-Control: private=\"X-User\", no-cache=\"X-Token\", max-age=60 | X-User: 1 | X-Token: 2 | C: 4", "C: 4")
		f("Cache-Control: private=\"Set-Cookie\", max-age=60 | Set-Cookie: a=b | C: 4", "C: 4")
	})
	t.Run("RFC 9213 section 2.1", func(t *testing.T) {
		f("CDN-Cache-Control: private=\"a, b\", no-cache=c, max-age=60 | A: 1 | B: 2 | C: 3 | D: 4", "D: 4")
		// Only what governs counts.
		f("CDN-Cache-Control: max-age=60 | Cache-Control: private=\"a\" | A: 1", "A: 1")
	})
	t.Run("indispensable", func(t *testing.T) {
		for _, name := range []string{"Vary", "etag", "Date", "Expires", "Content-Type", "Content-Security-Policy", "Location", "Last-Modified", "Cache-Control", "No-Vary-Search"} {
			j := judge(get(""), answer(200, "ETag: \"a\" | Cache-Control: max-age=60, private=A, no-cache=\"X-User, "+name+", B\""), defaults)
			if !j.Freshness.MustValidate || len(j.Omit) != 1 || j.Omit[0] != "A" {
				t.Errorf("no-cache of %s: used without asking, or kept without %q", name, j.Omit)
			}
		}
	})
}

func TestJudgeWithoutTargetedFieldAllocatesNothing(t *testing.T) {
	req, resp := get("Accept: */*"), answer(200, "Content-Type: text/html | Cache-Control: public, max-age=60 | Server: a")
	if n := testing.AllocsPerRun(100, func() { judge(req, resp, defaults) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzTargeted: a targeted field either governs, or leaves all as it is without it; no lifetime is out of range.
func FuzzTargeted(f *testing.F) {
	for _, seed := range []string{"max-age=60", "no-store", "private=\"a\", max-age=1", "max-age=60;a=1, x=(1 \"b\" ?1)", "max-age=-1", "max-age=\"1\"", "a=:YQ==:, b=@1", ",", "private=?0"} {
		f.Add(seed, "max-age=5")
	}
	f.Fuzz(func(t *testing.T, value, control string) {
		if !message.IsFieldValue(value) || !message.IsFieldValue(control) {
			return
		}
		var h message.Header
		h.Add("Cache-Control", control)
		plain := policy.Judge(get(""), &message.Response{Status: 200, Header: h.Clone(), Length: 1}, &defaults, nil, noon, noon)
		h.Add("CDN-Cache-Control", value)
		j := policy.Judge(get(""), &message.Response{Status: 200, Header: h, Length: 1}, &defaults, nil, noon, noon)
		if j.Freshness.Field == "" && (j.Freshness != plain.Freshness || j.Store != plain.Store) {
			t.Errorf("%q does not count, but changes %+v to %+v", value, plain, j)
		}
		if j.Freshness.Lifetime < 0 || j.Freshness.Lifetime > (1<<31)*time.Second {
			t.Errorf("%q: lifetime %v", value, j.Freshness.Lifetime)
		}
	})
}
