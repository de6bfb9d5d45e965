package message_test

import (
	"testing"
	"time"

	"lacquer/message"
)

// RFC 9110 section 5.6.7.
func TestParseDate(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	good := func(s string, want time.Time) {
		t.Helper()
		if got, ok := message.ParseDate(s, now); !ok || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q: %v %v, want %v", s, got, ok, want)
		}
	}
	bad := func(s string) {
		t.Helper()
		if got, ok := message.ParseDate(s, now); ok {
			t.Errorf("%q is read as %v", s, got)
		}
	}
	example := time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC)
	t.Run("IMF-fixdate", func(t *testing.T) {
		good("Sun, 06 Nov 1994 08:49:37 GMT", example)
		// The weekday need not be right.
		good("Mon, 06 Nov 1994 08:49:37 GMT", example)
		good("Sat, 29 Feb 2020 23:59:59 GMT", time.Date(2020, 2, 29, 23, 59, 59, 0, time.UTC))
		good("Sat, 31 Dec 2016 23:59:60 GMT", time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC))
		good("Thu, 01 Jan 1970 00:00:00 GMT", time.Unix(0, 0))
		// Names in any case.
		good("SUN, 06 NOV 1994 08:49:37 GMT", example)
		good("sun, 06 nov 1994 08:49:37 gmt", example)
		// U+017F folds to an s in Unicode, and is none here.
		bad("\u017fu, 06 Nov 1994 08:49:37 GMT")
		bad("Sun, 6 Nov 1994 08:49:37 GMT")
		bad("Sun,  6 Nov 1994 08:49:37 GMT")
		bad("Sun, 06 Nov 1994 08:49:37 UTC")
		bad("Sun, 06 Nov 1994 08:49:37 +0000")
		bad("Sun, 06 Nov 1994 08:49:37")
		bad("Sun, 06 Nov 1994 08:49:37 GMT ")
		bad(" Sun, 06 Nov 1994 08:49:37 GMT")
		bad("Sun, 06 ovD 1994 08:49:37 GMT")
		bad("Xxx, 06 Nov 1994 08:49:37 GMT")
		bad("Sun, 06-Nov-1994 08:49:37 GMT")
		bad("Sun, 06 Nov 94 08:49:37 GMT")
		bad("Sun, 06 Nov 1994 8:49:37 GMT")
		bad("Sun, 06 Nov 1994 08.49.37 GMT")
		bad("Sun, 06 Nov 1994 24:00:00 GMT")
		bad("Sun, 06 Nov 1994 08:60:00 GMT")
		bad("Sun, 06 Nov 1994 08:49:61 GMT")
		bad("Sun, 00 Nov 1994 08:49:37 GMT")
		bad("Sun, 31 Nov 1994 08:49:37 GMT")
		bad("Mon, 29 Feb 2021 08:49:37 GMT")
		bad("Sun, 06 Nov 1994 08:49:37.5 GMT")
		bad("Sun, 06 Nov -994 08:49:37 GMT")
	})
	t.Run("rfc850-date", func(t *testing.T) {
		good("Sunday, 06-Nov-94 08:49:37 GMT", example)
		good("sunday, 06-NOV-94 08:49:37 gmt", example)
		// Not more than 50 years from now.
		good("Sunday, 01-Mar-76 12:00:00 GMT", time.Date(2076, 3, 1, 12, 0, 0, 0, time.UTC))
		good("Sunday, 01-Mar-76 12:00:01 GMT", time.Date(1976, 3, 1, 12, 0, 1, 0, time.UTC))
		good("Sunday, 01-Jan-00 00:00:00 GMT", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
		bad("Sun, 06-Nov-94 08:49:37 GMT")
		bad("Sunday, 06 Nov 94 08:49:37 GMT")
		bad("Sunday, 6-Nov-94 08:49:37 GMT")
		bad("Sunday, 06-Nov-1994 08:49:37 GMT")
		bad("Sunday, 06-Nov-94 08:49:37 EST")
		bad("Sunday, 30-Feb-94 08:49:37 GMT")
		bad("Funday, 06-Nov-94 08:49:37 GMT")
		bad("Sunday,06-Nov-94 08:49:37 GMT")
	})
	t.Run("asctime-date", func(t *testing.T) {
		good("Sun Nov  6 08:49:37 1994", example)
		good("Wed Nov 16 08:49:37 1994", example.AddDate(0, 0, 10))
		good("SUN nov  6 08:49:37 1994", example)
		bad("Sun Nov 6 08:49:37 1994")
		bad("Sun Nov 06 08:49:37 1994")
		bad("Sun Nov  6 08:49:37 1994 GMT")
		bad("Sun Nov  6 08:49:37   94")
		bad("Sun Nov  0 08:49:37 1994")
	})
	t.Run("no date", func(t *testing.T) {
		bad("")
		bad("0")
		bad("-1")
		bad("1994-11-06T08:49:37Z")
		bad("784111777")
	})
}

func TestFormatDate(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	when := time.Date(1994, 11, 6, 10, 49, 37, 999, zone)
	const want = "Sun, 06 Nov 1994 08:49:37 GMT"
	if got := message.FormatDate(when); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := string(message.AppendDate([]byte("> "), when)); got != "> "+want {
		t.Errorf("%q, want %q", got, want)
	}
	dst := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		message.AppendDate(dst, when)
		message.ParseDate(want, when)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
