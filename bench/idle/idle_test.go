package main_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	idle "lacquer/bench/idle"
)

func TestOptions(t *testing.T) {
	f := func(args, wantError string) {
		t.Helper()
		err := idle.Run(t.Context(), strings.Fields(args), nil, io.Discard)
		if err == nil || !strings.Contains(err.Error(), wantError) {
			t.Errorf("%s: got %v, want %q", args, err, wantError)
		}
	}

	f("-connections 0", "above zero")
	f("-settle 0s", "above zero")
	f("10000", "there are flags only")
	// More than any process may have: what to do about it is said before anything is started.
	f("-connections 2000000000", "raise the limit")
}

// newSite returns the address of a server that has the page, and a function that closes all its connections.
func newSite(t *testing.T) (address string, closeAll func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, idle.Page())
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), server.CloseClientConnections
}

func TestHold(t *testing.T) {
	f := func(meanwhile func(closeAll func()), want string) {
		t.Helper()
		address, closeAll := newSite(t)
		in, release := io.Pipe()
		said, out := io.Pipe()
		go func() { out.CloseWithError(idle.Hold(address, 20, in, out)) }()
		lines := bufio.NewReader(said)
		held, err := lines.ReadString('\n')
		if err != nil || held != "held 20\n" {
			t.Fatalf("%q, %v", held, err)
		}
		meanwhile(closeAll)
		release.Close()
		if open, err := lines.ReadString('\n'); err != nil || open != want {
			t.Errorf("%q, %v; want %q", open, err, want)
		}
	}

	f(func(func()) {}, "open 20\n")
	// What the other end has closed is seen.
	f(func(closeAll func()) { closeAll() }, "open 0\n")
}

func TestHoldNeedsThePage(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	err := idle.Hold(server.Listener.Addr().String(), 3, strings.NewReader(""), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "idle connection 1: an answer with status 404") {
		t.Error(err)
	}
}

func TestVisit(t *testing.T) {
	address, _ := newSite(t)
	w, err := idle.Visit(t.Context(), address, 3, 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if requests, p50, p99 := w.Waited(); requests < 3 || p50 <= 0 || p99 < p50 {
		t.Errorf("%d requests, p50 %v, p99 %v", requests, p50, p99)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := idle.Visit(ctx, address, 3, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}

	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	if _, err := idle.Visit(t.Context(), nobody.Addr().String(), 1, time.Hour); err == nil {
		t.Error("nobody listens, and all is well")
	}
}

func TestIsSteady(t *testing.T) {
	f := func(want bool, looks ...int64) {
		t.Helper()
		if got := idle.IsSteady(looks); got != want {
			t.Errorf("%d: %v", looks, got)
		}
	}

	f(true, 1000, 1000, 1000, 1000, 1000)
	// A hundredth is nothing.
	f(true, 1000, 1010, 1005, 1000, 1000)
	f(false, 1000, 1011, 1000, 1000, 1000)
	// What was before the last looks does not count; too few of them say nothing.
	f(true, 1, 1000, 1000, 1000, 1000, 1000)
	f(false, 1000, 1000, 1000, 1000)
}

func TestReadResident(t *testing.T) {
	f := func(status string, want int64) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "status")
		if err := os.WriteFile(file, []byte(status), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := idle.ReadResident(file)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: got %d, %v; want %d", status, got, err, want)
		}
	}

	f("Name:\tlacquer\nVmHWM:\t   99999 kB\nVmRSS:\t   20480 kB\nRssAnon:\t 1 kB\n", 20<<20)
	f("Name:\tlacquer\n", 0)
	f("VmRSS:\t a kB\n", 0)
}

func TestAccounts(t *testing.T) {
	f := func(metrics, want string) {
		t.Helper()
		got, err := idle.Accounts(strings.NewReader(metrics))
		if (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: got %s, %v; want %s", metrics, got, err, want)
		}
	}

	f(`# HELP go_memstats_stack_inuse_bytes Number of bytes.
go_memstats_stack_inuse_bytes 1.835008e+06
go_memstats_heap_inuse_bytes 2000
go_memstats_heap_alloc_bytes 1000
go_memstats_gc_sys_bytes 3
go_memstats_mspan_inuse_bytes 20
go_memstats_other_sys_bytes 100
lacquer_misses_total{reason="not-stored"} 4
`, "stacks 1835008 heap 2000 objects 1000 other 123")
	// Another program's, or none.
	f("go_goroutines 112\n", "")
	f("", "")
}

func TestServed(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		if got := idle.Served(line); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}

	f(`{"level":"INFO","msg":"serving","addresses":["http://127.0.0.1:1"],"admin":"127.0.0.1:2"}`, "[http://127.0.0.1:1]127.0.0.1:2")
	f(`{"level":"INFO","msg":"draining"}`, "")
}

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	f := func(values []time.Duration, p int, want time.Duration) {
		t.Helper()
		if got := idle.Percentile(values, p); got != want {
			t.Errorf("%d of %d values: got %d, want %d", p, len(values), got, want)
		}
	}

	f(hundred, 50, 50)
	f(hundred, 99, 99)
	f(hundred[:1], 99, 1)
	f(hundred[:3], 50, 2)
}

func TestFigures(t *testing.T) {
	told := idle.Told()
	f := func(want string) {
		t.Helper()
		if !strings.Contains(told, want+"\n") {
			t.Errorf("no line %q in\n%s", want, told)
		}
	}

	f("Taken today. 100 idle connections, each after one request; 2 others that ask all the time.")
	f(fmt.Sprintf("| **resident** | 20.0 MiB | 21.0 MiB | %d |", (1<<20)/100))
	f("| stacks of goroutines | 1.0 MiB | 1.4 MiB | 4096 |")
	// What has become less is not hidden.
	f("| objects on it, garbage included | 7.0 MiB | 6.0 MiB | -10485 |")
	f("| p99 | 2000 µs | 3000 µs | 1.50 |")
	f("| answers | 1000 | 900 | 0.90 |")
}
