package message_test

import (
	"math"
	"testing"

	"lacquer/message"
)

// lines makes a header in which each value is a line called name.
func lines(name string, values ...string) message.Header {
	var h message.Header
	for _, v := range values {
		h.Add(name, v)
	}
	return h
}

func TestParseCacheControl(t *testing.T) {
	// f has want describe how the result differs from that of an empty field.
	f := func(want func(*message.CacheControl), values ...string) {
		t.Helper()
		expected := message.ParseCacheControl(lines("Cache-Control", ""), "Cache-Control")
		want(&expected)
		if got := message.ParseCacheControl(lines("cache-control", values...), "Cache-Control"); got != expected {
			t.Errorf("%q:\n%+v, want\n%+v", values, got, expected)
		}
	}
	maxAge := func(seconds int64) func(*message.CacheControl) {
		return func(c *message.CacheControl) { c.MaxAge = seconds }
	}
	type cc = message.CacheControl

	t.Run("RFC 9111 section 5.2 directives", func(t *testing.T) {
		f(func(c *cc) {}, "")
		f(func(c *cc) { c.NoStore = true }, "no-store")
		f(func(c *cc) { c.NoCache = true }, "no-cache")
		f(func(c *cc) { c.Private = true }, "private")
		f(func(c *cc) { c.Public = true }, "public")
		f(func(c *cc) { c.MustRevalidate = true }, "must-revalidate")
		f(func(c *cc) { c.ProxyRevalidate = true }, "proxy-revalidate")
		f(func(c *cc) { c.MustUnderstand = true }, "must-understand")
		f(func(c *cc) { c.NoTransform = true }, "no-transform")
		f(func(c *cc) { c.Immutable = true }, "immutable")
		f(func(c *cc) { c.OnlyIfCached = true }, "only-if-cached")
		f(func(c *cc) { c.MaxAge = 0 }, "max-age=0")
		f(func(c *cc) { c.SMaxAge = 1 }, "s-maxage=1")
		f(func(c *cc) { c.StaleWhileRevalidate = 2 }, "stale-while-revalidate=2")
		f(func(c *cc) { c.StaleIfError = 3 }, "stale-if-error=3")
		f(func(c *cc) { c.MinFresh = 4 }, "min-fresh=4")
		f(func(c *cc) { c.MaxStale = 5 }, "max-stale=5")
		f(func(c *cc) { c.MaxStale = math.MaxInt64 }, "max-stale")
		// Case does not matter, nor empty elements, nor how lines divide the list.
		f(func(c *cc) { c.MaxAge, c.Public, c.NoStore = 60, true, true }, "MAX-Age=60,Public", "\t,, no-STORE ,")
	})
	t.Run("RFC 9111 section 5.2.3 unknown directives", func(t *testing.T) {
		f(maxAge(60), "max-ages=1, x-max-age=2, community=\"UCI, no-store\", max-age=60")
		// What is hidden in a quoted string is no directive, what is not hidden is one.
		f(maxAge(60), `x="no-store, \", private", max-age=60`)
		f(func(c *cc) { c.NoStore = true }, `x=", no-store`)
		f(func(c *cc) { c.NoStore = true }, `x=a"b, no-store"`)
	})
	t.Run("RFC 9111 section 1.2.2 delta-seconds", func(t *testing.T) {
		f(maxAge(7), "max-age=007")
		f(maxAge(60), `max-age="60"`)
		f(maxAge(1<<31), "max-age=2147483648")
		f(maxAge(1<<31), "max-age=99999999999999999999999999")
		// Malformed is stale.
		f(maxAge(0), "max-age")
		f(maxAge(0), "max-age=")
		f(maxAge(0), "max-age=-1")
		f(maxAge(0), "max-age=+1")
		f(maxAge(0), "max-age=1.5")
		f(maxAge(0), "max-age=1a")
		f(maxAge(0), "max-age=a")
		f(maxAge(0), "max-age = 60")
		f(maxAge(0), "max-age=60 s")
		f(maxAge(0), "max-age= 60")
		f(maxAge(0), `max-age="60`)
		f(maxAge(0), `max-age="6\0"`)
		f(maxAge(0), `max-age="60"x`)
		f(maxAge(0), "max-age='60'")
		f(maxAge(0), "max-age=60;public")
		f(func(c *cc) { c.MaxStale = 0 }, "max-stale=")
	})
	t.Run("RFC 9111 section 4.2.1 duplicates", func(t *testing.T) {
		f(maxAge(1), "max-age=1, max-age=2")
		f(maxAge(1), "max-age=2", "max-age=1")
		f(maxAge(0), "max-age=2, max-age=x")
		f(func(c *cc) { c.MaxStale = 9 }, "max-stale, max-stale=9")
		// Of min-fresh the larger one asks for more.
		f(func(c *cc) { c.MinFresh = 9 }, "min-fresh=3, min-fresh=9, min-fresh=x")
	})
	t.Run("RFC 9111 sections 5.2.2.4 and 5.2.2.7 field names", func(t *testing.T) {
		f(func(c *cc) { c.NoCacheFields = "Set-Cookie, X" }, `no-cache="Set-Cookie, X"`)
		f(func(c *cc) { c.PrivateFields = "X" }, `private="X"`)
		// Some write a single name without quotes.
		f(func(c *cc) { c.PrivateFields = "X" }, "private=X")
		f(func(c *cc) { c.Private, c.PrivateFields = true, "X" }, `private="X", private`)
		// No list, a list that is none, two lists: the whole response.
		f(func(c *cc) { c.NoCache = true }, `no-cache=""`)
		f(func(c *cc) { c.NoCache = true }, `no-cache=", ,"`)
		f(func(c *cc) { c.NoCache = true }, `no-cache="X Y"`)
		f(func(c *cc) { c.NoCache = true }, "no-cache=")
		f(func(c *cc) { c.Private = true }, `private="X, Y`)
		f(func(c *cc) { c.Private = true }, `private="\X"`)
		f(func(c *cc) { c.Private, c.PrivateFields = true, "X" }, `private="X"`, `private="Y"`)
	})
	t.Run("doubt restricts", func(t *testing.T) {
		f(func(c *cc) { c.NoStore = true }, "no-store=1")
		f(func(c *cc) { c.NoStore = true }, `no-store="`)
		f(func(c *cc) { c.MustRevalidate = true }, "must-revalidate; x")
		f(func(c *cc) {}, "public=1")
		f(func(c *cc) {}, "must-understand=\"x\", immutable x")
	})
	t.Run("absent", func(t *testing.T) {
		c := message.ParseCacheControl(lines("Other", "no-store"), "Cache-Control")
		if c.Present || c.NoStore || c.MaxAge != message.Absent || c.MaxStale != message.Absent {
			t.Errorf("%+v", c)
		}
		// Fields of the same syntax.
		if c := message.ParseCacheControl(lines("Other", "no-store"), "Other"); !c.Present || !c.NoStore {
			t.Errorf("%+v", c)
		}
	})
}

func TestParseDeltaSeconds(t *testing.T) {
	f := func(s string, want int64, wantOK bool) {
		t.Helper()
		if n, ok := message.ParseDeltaSeconds(s); n != want || ok != wantOK {
			t.Errorf("%q: %d %v, want %d %v", s, n, ok, want, wantOK)
		}
	}
	f("0", 0, true)
	f("0060", 60, true)
	f("2147483649", 1<<31, true)
	f("", 0, false)
	f("-1", 0, false)
	f(" 1", 0, false)
	f("1, 2", 0, false)
}

func TestParseCacheControlAllocatesNothing(t *testing.T) {
	h := lines("Cache-Control", `public, max-age=60, no-cache="Set-Cookie"`, "stale-while-revalidate=30")
	if n := testing.AllocsPerRun(100, func() { message.ParseCacheControl(h, "Cache-Control") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkParseCacheControl(b *testing.B) {
	h := lines("Cache-Control", "public, s-maxage=3600, max-age=60, stale-while-revalidate=30")
	for b.Loop() {
		message.ParseCacheControl(h, "Cache-Control")
	}
}
