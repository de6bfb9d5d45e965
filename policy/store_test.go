package policy_test

import (
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// defaults are the settings as they stand, with a window for stale content and a lifetime where a case needs one.
var defaults = policy.Settings{MaxObject: 64 << 20, Heuristics: true, StaleIfError: 24 * time.Hour, Keep: 10 * time.Minute}

func judge(req *message.Request, resp *message.Response, s policy.Settings) policy.Judgement {
	return policy.Judge(req, resp, &s, nil, noon, noon)
}

func TestJudgeReasons(t *testing.T) {
	f := func(req *message.Request, resp *message.Response, want policy.Reason) {
		t.Helper()
		j := judge(req, resp, defaults)
		if j.Reason != want || j.Store != (want == policy.None) {
			t.Errorf("%s of %d %s\n\tto %s: store %v, reason %q; want %q",
				req.Method, resp.Status, text(resp.Header), text(req.Header), j.Store, j.Reason, want)
		}
		if identity := want == policy.Cookies || want == policy.Authorization; j.Identity != identity {
			t.Errorf("%d %s\n\tto %s: identity %v, want %v", resp.Status, text(resp.Header), text(req.Header), j.Identity, identity)
		}
		if !j.Freshness.Received.Equal(noon) {
			t.Errorf("%d %s: judged without its age", resp.Status, text(resp.Header))
		}
		if j.Shareable && !j.Store {
			t.Errorf("%d %s: shareable, but not stored", resp.Status, text(resp.Header))
		}
	}
	anonymous := get("")
	t.Run("RFC 9111 section 3", func(t *testing.T) {
		f(anonymous, answer(200, "Cache-Control: max-age=60"), policy.None)
		f(anonymous, answer(200, "Cache-Control: s-maxage=60"), policy.None)
		f(anonymous, answer(200, "Expires: "+date(time.Hour)), policy.None)
		// A lifetime of its own lets any final status be stored, even one nobody knows.
		f(anonymous, answer(302, "Cache-Control: max-age=60"), policy.None)
		f(anonymous, answer(503, "Cache-Control: max-age=60"), policy.None)
		f(anonymous, answer(599, "Cache-Control: max-age=60"), policy.None)
		// Without one a status must be in the list of RFC 9110 section 15.1, or the response public.
		f(anonymous, answer(302, "Last-Modified: "+date(-time.Hour)), policy.StatusNotCacheable)
		f(anonymous, answer(403, "ETag: \"a\""), policy.StatusNotCacheable)
		f(anonymous, answer(500, ""), policy.ServerError)
		f(anonymous, answer(503, "ETag: \"a\""), policy.ServerError)
		f(anonymous, answer(302, "Cache-Control: public | Last-Modified: "+date(-time.Hour)), policy.None)
		f(anonymous, answer(410, "Last-Modified: "+date(-time.Hour)), policy.None)
		f(anonymous, answer(999, "Cache-Control: max-age=60"), policy.None)
		f(anonymous, answer(599, "Cache-Control: public | Last-Modified: "+date(-time.Hour)), policy.None)
		for _, status := range []int{200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501} {
			f(anonymous, answer(status, "Last-Modified: "+date(-time.Hour)), policy.None)
		}
		// Not final.
		f(anonymous, answer(103, "Cache-Control: max-age=60"), policy.StatusNotCacheable)
	})
	t.Run("methods", func(t *testing.T) {
		query := get("Content-Type: application/json")
		query.Method, query.Length = "QUERY", 10
		f(query, answer(200, "Cache-Control: max-age=60"), policy.None) // RFC 10008 section 2.7
		for _, method := range []string{"HEAD", "POST", "PUT", "DELETE", "get"} {
			r := get("")
			r.Method = method
			f(r, answer(200, "Cache-Control: max-age=60"), policy.MethodNotStored)
		}
		// HEAD tells what would keep the page itself from being stored.
		head := get("")
		head.Method = "HEAD"
		f(head, answer(200, "Cache-Control: no-store"), policy.NoStore)
		f(head, answer(200, ""), policy.NoLifetime)
	})
	t.Run("RFC 9111 section 5.2.1.5", func(t *testing.T) {
		f(get("Cache-Control: no-store"), answer(200, "Cache-Control: max-age=60"), policy.RequestNoStore)
		f(get("Cache-Control: no-cache"), answer(200, "Cache-Control: max-age=60"), policy.None)
	})
	t.Run("RFC 9111 section 5.2.2.5", func(t *testing.T) {
		f(anonymous, answer(200, "Cache-Control: no-store"), policy.NoStore)
		f(anonymous, answer(200, "Cache-Control: max-age=60, No-Store"), policy.NoStore)
		f(anonymous, answer(200, "Cache-Control: public, max-age=60 | Cache-Control: no-store"), policy.NoStore)
	})
	t.Run("RFC 9111 section 5.2.2.3", func(t *testing.T) {
		// must-understand lifts no-store where the status is one we know.
		f(anonymous, answer(200, "Cache-Control: must-understand, no-store, max-age=60"), policy.None)
		f(anonymous, answer(599, "Cache-Control: must-understand, max-age=60"), policy.StatusNotCacheable)
		f(anonymous, answer(599, "Cache-Control: must-understand, no-store, max-age=60"), policy.StatusNotCacheable)
		f(anonymous, answer(206, "Cache-Control: must-understand, max-age=60 | Content-Range: bytes 0-99/200"), policy.None)
	})
	t.Run("RFC 9111 section 5.2.2.7", func(t *testing.T) {
		f(anonymous, answer(200, "Cache-Control: private, max-age=60"), policy.Private)
		f(anonymous, answer(200, "Cache-Control: public, private, max-age=60"), policy.Private)
		// The qualified form restricts the fields that it names, and the whole response where that cannot be without them.
		f(anonymous, answer(200, "Cache-Control: private=\"Set-Cookie\", max-age=60 | Set-Cookie: a=b"), policy.None)
		f(anonymous, answer(200, "Cache-Control: private=\"X-User\", max-age=60 | Set-Cookie: a=b"), policy.SetCookie)
		f(anonymous, answer(200, "Cache-Control: private=\"X-User, Vary\", max-age=60"), policy.Private)
		f(anonymous, answer(200, "Cache-Control: private=\"content-language\", max-age=60"), policy.Private)
		f(anonymous, answer(200, "Cache-Control: private=\"X-User\", private, max-age=60"), policy.Private)
	})
	t.Run("RFC 9111 section 4.1", func(t *testing.T) {
		f(anonymous, answer(200, "Cache-Control: max-age=60 | Vary: *"), policy.VaryAny)
		f(anonymous, answer(200, "Cache-Control: max-age=60 | Vary: Accept, *"), policy.VaryAny)
		f(anonymous, answer(200, "Cache-Control: max-age=60 | Vary: Accept"), policy.None)
	})
	t.Run("RFC 9111 section 3.3", func(t *testing.T) {
		f(get("Range: bytes=0-99"), answer(206, "Cache-Control: max-age=60 | Content-Range: bytes 0-99/200"), policy.None)
		f(get("Range: bytes=0-99"), answer(206, "Last-Modified: "+date(-time.Hour)+" | Content-Range: bytes 0-99/200"), policy.None)
		f(get("Range: bytes=0-99"), answer(206, "Content-Range: bytes 0-99/200"), policy.NoLifetime)
		f(get("Range: bytes=0-99"), answer(206, "Cache-Control: no-store | Content-Range: bytes 0-99/200"), policy.NoStore)
		// A 206 that does not say what it is a part of.
		f(anonymous, answer(206, "Cache-Control: max-age=60"), policy.PartialContent)
		f(anonymous, answer(206, "Cache-Control: max-age=60 | Content-Range: bytes 0-99/*"), policy.PartialContent)
		f(anonymous, answer(206, "Cache-Control: max-age=60 | Content-Type: multipart/byteranges; boundary=x"), policy.PartialContent)
		f(anonymous, answer(206, "Cache-Control: max-age=60 | Content-Range: bytes 0-9/200"), policy.PartialContent) // 100 bytes came
	})
	t.Run("RFC 9110 section 14.4", func(t *testing.T) {
		// In a 200 Content-Range means nothing, unless a range was asked for.
		f(anonymous, answer(200, "Cache-Control: max-age=60 | Content-Range: bytes 0-9/100"), policy.None)
		f(get("Range: bytes=0-9"), answer(200, "Cache-Control: max-age=60 | Content-Range: bytes 0-9/100"), policy.PartialContent)
		f(get("Range: bytes=0-9"), answer(200, "Cache-Control: max-age=60"), policy.None)
	})
	t.Run("answers to what the key does not hold", func(t *testing.T) {
		f(anonymous, answer(304, "Cache-Control: max-age=60"), policy.AnswerNotModified)
		for _, status := range []int{407, 408, 412, 413, 416, 417, 421, 425, 426, 428, 429, 431, 511} {
			f(anonymous, answer(status, "Cache-Control: public, max-age=60"), policy.StatusOfRequest)
		}
	})
	t.Run("Set-Cookie", func(t *testing.T) {
		f(anonymous, answer(200, "Cache-Control: max-age=60 | Set-Cookie: a=b"), policy.SetCookie)
		f(anonymous, answer(200, "Cache-Control: s-maxage=60 | Set-Cookie: a=b"), policy.SetCookie)
		f(anonymous, answer(200, "Cache-Control: public, max-age=60 | Set-Cookie: a=b"), policy.None)
	})
	t.Run("size", func(t *testing.T) {
		large := answer(200, "Cache-Control: max-age=60")
		large.Length = defaults.MaxObject
		f(anonymous, large, policy.None)
		large.Length++
		f(anonymous, large, policy.TooLarge)
		large.Length = message.Unknown
		f(anonymous, large, policy.None)
	})
	t.Run("RFC 9111 section 3.5", func(t *testing.T) {
		known := get("Authorization: Basic YTpi")
		f(known, answer(200, "Cache-Control: max-age=60"), policy.Authorization)
		f(known, answer(200, "Last-Modified: "+date(-time.Hour)), policy.Authorization)
		f(known, answer(200, "Cache-Control: max-age=60, public"), policy.None)
		f(known, answer(200, "Cache-Control: s-maxage=60"), policy.None)
		f(known, answer(200, "Cache-Control: max-age=60, must-revalidate"), policy.None)
		// proxy-revalidate is not in the list, and a variant for each user is not permission.
		f(known, answer(200, "Cache-Control: max-age=60, proxy-revalidate"), policy.Authorization)
		f(known, answer(200, "Cache-Control: max-age=60 | Vary: Authorization"), policy.Authorization)
		// What forbids storing for everybody comes first.
		f(known, answer(200, "Cache-Control: no-store"), policy.NoStore)
		f(known, answer(200, ""), policy.NoLifetime)
	})
	t.Run("cookies", func(t *testing.T) {
		visitor := get("Cookie: session=1")
		f(visitor, answer(200, "Cache-Control: max-age=60"), policy.Cookies)
		f(visitor, answer(200, "Cache-Control: max-age=60, must-revalidate"), policy.Cookies)
		f(visitor, answer(200, "Expires: "+date(time.Hour)), policy.Cookies)
		f(visitor, answer(200, "Cache-Control: public, max-age=60"), policy.None)
		f(visitor, answer(200, "Cache-Control: s-maxage=60"), policy.None)
		f(visitor, answer(200, "Cache-Control: max-age=60 | Vary: Cookie"), policy.None)
		f(visitor, answer(200, "Cache-Control: public, no-cache | ETag: \"a\""), policy.None)
		// Never by heuristics, even where the page is public or has a variant for each cookie.
		f(visitor, answer(200, "Last-Modified: "+date(-time.Hour)), policy.Cookies)
		f(visitor, answer(200, "Cache-Control: public | Last-Modified: "+date(-time.Hour)), policy.Cookies)
		f(visitor, answer(200, "Vary: Cookie | Last-Modified: "+date(-time.Hour)), policy.Cookies)
		// An empty field carries no cookie, one that cannot be read may.
		f(get("Cookie: "), answer(200, "Cache-Control: max-age=60"), policy.None)
		f(get("Cookie: nonsense"), answer(200, "Cache-Control: max-age=60"), policy.Cookies)
		f(visitor, answer(200, "Cache-Control: private"), policy.Private)
	})
	t.Run("cookies and authorization", func(t *testing.T) {
		both := get("Cookie: session=1 | Authorization: Basic YTpi")
		f(both, answer(200, "Cache-Control: max-age=60, must-revalidate"), policy.Cookies)
		f(both, answer(200, "Cache-Control: max-age=60 | Vary: Cookie"), policy.Authorization)
		f(both, answer(200, "Cache-Control: max-age=60, must-revalidate | Vary: Cookie"), policy.None)
	})
	t.Run("nothing to use it for", func(t *testing.T) {
		f(anonymous, answer(200, ""), policy.NoLifetime)
		f(anonymous, answer(200, "Cache-Control: public"), policy.NoLifetime)
		f(anonymous, answer(200, "Cache-Control: max-age=0"), policy.LifetimeOver)
		f(anonymous, answer(200, "Cache-Control: max-age=60 | Age: 60"), policy.LifetimeOver)
		f(anonymous, answer(200, "Expires: 0"), policy.LifetimeOver)
		f(anonymous, answer(200, "Cache-Control: no-cache, max-age=60"), policy.LifetimeOver)
		f(anonymous, answer(200, "Cache-Control: no-cache=\"ETag\", max-age=60"), policy.LifetimeOver)
		// A validator makes each of them useful.
		f(anonymous, answer(200, "ETag: \"a\""), policy.None)
		f(anonymous, answer(200, "Cache-Control: max-age=0 | ETag: \"a\""), policy.None)
		f(anonymous, answer(200, "Cache-Control: max-age=0 | Last-Modified: "+date(-time.Hour)), policy.None)
		f(anonymous, answer(200, "Cache-Control: no-cache | ETag: W/\"a\""), policy.None)
		f(anonymous, answer(200, "Expires: 0 | ETag: \"a\""), policy.None)
		// A Last-Modified that is no date validates nothing.
		f(anonymous, answer(200, "Cache-Control: max-age=0 | Last-Modified: yesterday"), policy.LifetimeOver)
		// But not where it came when it would not be kept any more.
		f(anonymous, answer(200, "Cache-Control: max-age=60 | ETag: \"a\" | Age: 88000"), policy.LifetimeOver)
		f(anonymous, answer(200, "Cache-Control: max-age=60 | ETag: \"a\" | Age: 86000"), policy.None)
		// A window of its own makes it useful, if it is still open.
		f(anonymous, answer(200, "Cache-Control: max-age=0, stale-while-revalidate=60"), policy.None)
		f(anonymous, answer(200, "Cache-Control: max-age=0, stale-if-error=60"), policy.None)
		f(anonymous, answer(200, "Cache-Control: max-age=60, stale-while-revalidate=60 | Age: 130"), policy.LifetimeOver)
		f(anonymous, answer(200, "Cache-Control: max-age=0, stale-while-revalidate=60, must-revalidate"), policy.LifetimeOver)
	})
}

func TestJudgeShareable(t *testing.T) {
	f := func(request, response string, want bool) {
		t.Helper()
		if j := judge(get(request), answer(200, response), defaults); !j.Store || j.Shareable != want {
			t.Errorf("%s to %s: stored %v, shareable %v; want %v", response, request, j.Store, j.Shareable, want)
		}
	}
	// The answer to an anonymous request tells whether those with identity may join.
	f("", "Cache-Control: public, max-age=60", true)
	f("", "Cache-Control: s-maxage=60", true)
	f("", "Cache-Control: max-age=60", false)
	f("", "Cache-Control: max-age=60, must-revalidate", false)
	// RFC 9213: a lifetime for the caches that work for the origin.
	f("", "CDN-Cache-Control: max-age=60", true)
	f("Cookie: a=b", "CDN-Cache-Control: max-age=60 | Cache-Control: private", true)
	f("", "CDN-Cache-Control: max-age=0 | ETag: \"a\"", false)
	f("", "CDN-Cache-Control: no-cache | ETag: \"a\"", false)
	// Never on a guess: what is public with a guessed lifetime is not stored for those with cookies.
	f("", "Cache-Control: public | Last-Modified: "+date(-time.Hour), false)
	// It is the same with identity.
	f("Cookie: a=b", "Cache-Control: public, max-age=60", true)
	f("Authorization: Basic YTpi", "Cache-Control: s-maxage=60", true)
	f("Authorization: Basic YTpi", "Cache-Control: max-age=60, must-revalidate", true)
	// A variant for each cookie is stored, but it is not the same for all.
	f("Cookie: a=b", "Cache-Control: max-age=60 | Vary: Cookie", false)
	f("Cookie: a=b", "Cache-Control: public, max-age=60 | Vary: Cookie", true)
	f("Authorization: Basic YTpi | Cookie: a=b", "Cache-Control: max-age=60, must-revalidate | Vary: Cookie", false)
}

func TestDropPersonal(t *testing.T) {
	f := func(lines string, omit []string, want string) {
		t.Helper()
		h := header(lines)
		policy.DropPersonal(&h, omit...)
		if got := text(h); got != want {
			t.Errorf("%s without %q: %q, want %q", lines, omit, got, want)
		}
	}
	t.Run("RFC 9111 section 3.1", func(t *testing.T) {
		f("ETag: \"a\" | set-cookie: a=b | Set-Cookie: c=d | Authentication-Info: x | Proxy-Authenticate: y | Age: 1", nil, "ETag: \"a\" | Age: 1")
		// Fields of which it knows no exception.
		f("Clear-Site-Data: \"*\" | Set-Cookie2: a=b", nil, "Clear-Site-Data: \"*\" | Set-Cookie2: a=b")
	})
	f("A: 1 | x-user: 2 | B: 3 | X-User: 4", []string{"X-USER", "C"}, "A: 1 | B: 3")
}

// FuzzJudge feeds it what a hostile origin may send.
func FuzzJudge(f *testing.F) {
	f.Add("", "Cache-Control: max-age=60", 200, int64(100))
	f.Add("Cookie: a=b", "Cache-Control: s-maxage=99999999999999999999 | Age: 99999999999999999999", 404, int64(-1))
	f.Add("Authorization: x", "Date: Mon, 01 Jan 0001 00:00:00 GMT | Expires: Fri, 31 Dec 9999 23:59:59 GMT", 200, int64(0))
	f.Add("", "Last-Modified: Sunday, 06-Nov-94 08:49:37 GMT | Cache-Control: no-cache=\"", 301, int64(0))
	f.Add("Range: bytes=0-9", "Content-Range: bytes 0-9/100 | CDN-Cache-Control: max-age=60, private=\"Set-Cookie\"", 206, int64(10))
	f.Fuzz(func(t *testing.T, request, response string, status int, length int64) {
		req, resp := get(request), answer(status, response)
		resp.Length = length
		settings := defaults
		settings.TTL, settings.StaleWhileRevalidate = time.Minute, time.Minute
		j := judge(req, resp, settings)
		fresh := j.Freshness
		if j.Store != (j.Reason == policy.None) {
			t.Errorf("store %v with reason %q", j.Store, j.Reason)
		}
		if j.Shareable && !j.Store || j.Identity && (j.Store || !policy.BearsIdentity(req)) {
			t.Errorf("contradiction: %+v", j)
		}
		if fresh.Age < 0 || fresh.Lifetime < 0 || fresh.StaleWhileRevalidate < 0 || fresh.StaleIfError < 0 {
			t.Errorf("less than nothing: %+v", fresh)
		}
		if (fresh.MustValidate || fresh.NeverStale) && (fresh.StaleWhileRevalidate != 0 || fresh.StaleIfError != 0) {
			t.Errorf("a window on what must not be stale: %+v", fresh)
		}
		if j.Store && fresh.Judge(noon, time.Time{}) == policy.UseNever {
			t.Errorf("stored, but of no use: %+v", fresh)
		}
		// Identity never opens what is closed to others.
		if anonymous := judge(get(""), resp, settings); j.Store && !anonymous.Store {
			t.Errorf("stored with identity, refused without: %q", anonymous.Reason)
		}
	})
}
