package main

import "testing"

func TestFormats(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(bytesText(0), "0 B")
	f(bytesText(1023), "1023 B")
	f(bytesText(1024), "1 KiB")
	f(bytesText(1536), "1.5 KiB")
	f(bytesText(20<<10), "20 KiB")
	// Never 1024 of a unit.
	f(bytesText(1<<20-1), "1 MiB")
	f(bytesText(1<<63-1), "8 EiB")

	f(numberText(0), "0")
	f(numberText(999), "999")
	f(numberText(1234567), "1 234 567")
	f(numberText(-1234), "-1 234")
	f(numberText(-123), "-123")

	f(secondsText(0), "0 s")
	f(secondsText(0.0000123), "12 µs")
	f(secondsText(0.0012), "1.2 ms")
	f(secondsText(1.25), "1.2 s")
	f(secondsText(119), "119 s")
	f(secondsText(120), "2m")
	f(secondsText(150), "2m30s")
	f(secondsText(3600), "1h")
	f(secondsText(3700), "1h1m")
	f(secondsText(86400), "24h")
	f(secondsText(3*86400+3600), "3d1h")
	f(secondsText(-90), "-90 s")

	f(percentText(1, 3), "33.3 %")
	f(percentText(0, 0), "-")
}
