package daemon_test

import (
	"testing"
	"time"

	"lacquer/internal/daemon"
)

func TestParseSize(t *testing.T) {
	f := func(text string, want daemon.Size) {
		t.Helper()
		if got, err := daemon.ParseSize(text); got != want || err != nil {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
	f("0", 0)
	f("4096", 4096)
	f("10B", 10)
	// Powers of 1024 and of 1000.
	f("64KiB", 64<<10)
	f("512MiB", 512<<20)
	f("1GiB", 1<<30)
	f("2TiB", 2<<40)
	f("1kB", 1000)
	f("3GB", 3_000_000_000)
	// Letters and spaces as people write them.
	f("512mib", 512<<20)
	f("512 MiB", 512<<20)
	f("1.5GiB", 3<<29)
	f("9223372036854775807", 1<<63-1)

	refuse := func(text string) {
		t.Helper()
		if got, err := daemon.ParseSize(text); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
	refuse("")
	refuse("MiB")
	refuse("512M")
	refuse("-1")
	refuse("+1")
	refuse("1,5GiB")
	refuse("1.GiB")
	refuse(".5GiB")
	refuse("1.2.3MiB")
	refuse("0x10")
	refuse("1e9")
	refuse("50%")
	refuse("MiB512")
	// More than a number of bytes can hold.
	refuse("9223372036854775808")
	refuse("8388608TiB")
	refuse("8388608.5TiB")
}

func TestSizeString(t *testing.T) {
	f := func(size daemon.Size, want string) {
		t.Helper()
		if got := size.String(); got != want {
			t.Errorf("%d: got %s, want %s", size, got, want)
		}
	}
	f(0, "0B")
	f(1000, "1000B")
	f(64<<10, "64KiB")
	f(512<<20, "512MiB")
	f(1<<30, "1GiB")
	f(3<<29, "1536MiB")
	// What the machine has left is never a round number.
	f(1<<30+1, "1.0GiB")
	f(12_345_678_901, "11.5GiB")
	f(18_028_752<<10, "17.2GiB")
}

func TestParseDuration(t *testing.T) {
	f := func(text string, want time.Duration) {
		t.Helper()
		if got, err := daemon.ParseDuration(text); got != want || err != nil {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	f("0", 0)
	f("0s", 0)
	f("90s", 90*time.Second)
	f("12h", 12*time.Hour)
	f("7d", 7*24*time.Hour)
	f("2w", 14*24*time.Hour)
	f("250ms", 250*time.Millisecond)
	f("1h30m", 90*time.Minute)
	f("1d12h", 36*time.Hour)
	f("1.5s", 1500*time.Millisecond)

	refuse := func(text string) {
		t.Helper()
		if got, err := daemon.ParseDuration(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
	refuse("")
	refuse("30")
	refuse("s")
	refuse("-1s")
	refuse("1 s")
	refuse("5 minutes")
	refuse("1y")
	refuse("1S")
	refuse("30m1h")
	refuse("1h1h")
	refuse("1h30")
	refuse("1.s")
	// Longer than a time.Duration.
	refuse("300000w")
	refuse("15250w15250w")
	refuse("9223372036s9223372036ms")
	refuse("106751d24h")
}

func TestParsePrefix(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got, err := daemon.ParsePrefix(text); err != nil || got.String() != want {
			t.Errorf("%q: got %v, %v, want %s", text, got, err, want)
		}
	}
	f("127.0.0.0/8", "127.0.0.0/8")
	f("192.0.2.7", "192.0.2.7/32")
	f("::1", "::1/128")
	f("2001:db8::/32", "2001:db8::/32")
	f("0.0.0.0/0", "0.0.0.0/0")
	// IPv4-mapped addresses are the IPv4 ones: that is how clients are compared.
	f("::ffff:192.0.2.7", "192.0.2.7/32")
	f("::ffff:10.0.0.0/104", "10.0.0.0/8")

	refuse := func(text string) {
		t.Helper()
		if got, err := daemon.ParsePrefix(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
	refuse("")
	refuse("localhost")
	refuse("10.0.0.0/33")
	refuse("10.0.0.1/8")
	refuse("10.0.0.0/")
	refuse("fe80::1%eth0")
	refuse("10.0.0.0/8 ")
	refuse("*")
}
