package message_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lacquer/message"
)

// TestCacheControlOfPrint: whatever a field of directives, well-formed or not, is read as, printed and read again it is the same; and of two halves
// on two lines as well as on one.
func TestCacheControlOfPrint(t *testing.T) {
	random := rand.New(rand.NewPCG(9111, 52))
	pieces := []string{
		"no-store", "no-cache", "no-cache=\"a, b\"", "private", "PRIVATE=x", "private=\"", "public", "public=1", "must-revalidate", "proxy-revalidate",
		"must-understand", "no-transform", "immutable", "only-if-cached", "max-age=1", "max-age=\"2\"", "max-age=x", "Max-Age=99999999999", "s-maxage=3",
		"stale-while-revalidate=4", "stale-if-error=5", "min-fresh=6", "min-fresh=7", "max-stale", "max-stale=8", "x=\"no-store, \\\"\"", "", "\x80", "=",
	}
	for range 20000 {
		var chosen []string
		for range random.IntN(6) {
			chosen = append(chosen, pieces[random.IntN(len(pieces))])
		}
		read := message.ParseCacheControl(lines("C", strings.Join(chosen, ",")), "C")
		if again := message.ParseCacheControl(lines("C", printed(read)), "C"); again != read {
			t.Fatalf("%q is read as\n%+v, printed as %q and read as\n%+v", chosen, read, printed(read), again)
		}
		if split := message.ParseCacheControl(lines("C", chosen...), "C"); len(chosen) > 0 && !strings.Contains(strings.Join(chosen, ""), "\"") && split != read {
			t.Fatalf("%q is read as\n%+v, on lines of their own as\n%+v", chosen, read, split)
		}
	}
}

// printed prints directives as a field value.
func printed(c message.CacheControl) string {
	var directives []string
	add := func(is bool, format string, arguments ...any) {
		if is {
			directives = append(directives, fmt.Sprintf(format, arguments...))
		}
	}
	add(c.NoStore, "no-store")
	add(c.NoCache, "no-cache")
	add(c.NoCacheFields != "", "no-cache=%q", c.NoCacheFields)
	add(c.Private, "private")
	add(c.PrivateFields != "", "private=%q", c.PrivateFields)
	add(c.Public, "public")
	add(c.MustRevalidate, "must-revalidate")
	add(c.ProxyRevalidate, "proxy-revalidate")
	add(c.MustUnderstand, "must-understand")
	add(c.NoTransform, "no-transform")
	add(c.Immutable, "immutable")
	add(c.OnlyIfCached, "only-if-cached")
	add(c.MaxAge != message.Absent, "max-age=%d", c.MaxAge)
	add(c.SMaxAge != message.Absent, "s-maxage=%d", c.SMaxAge)
	add(c.StaleWhileRevalidate != message.Absent, "stale-while-revalidate=%d", c.StaleWhileRevalidate)
	add(c.StaleIfError != message.Absent, "stale-if-error=%d", c.StaleIfError)
	add(c.MinFresh != message.Absent, "min-fresh=%d", c.MinFresh)
	add(c.MaxStale == math.MaxInt64, "max-stale")
	add(c.MaxStale != message.Absent && c.MaxStale != math.MaxInt64, "max-stale=%d", c.MaxStale)
	return strings.Join(directives, ", ")
}
