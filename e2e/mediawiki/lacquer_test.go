package mediawiki_test

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"lacquer/e2e/child"
)

// lacquer is the binary, serving.
type lacquer struct {
	address string // host and port that it listens on

	mu      sync.Mutex
	entries []entry
	changed chan struct{} // closed and replaced when entries grows
}

// entry is a line of its access log.
type entry struct {
	Method string
	URI    string
	Status int
	Cache  string
}

// startLacquer builds the binary and puts it in front of backend.
func startLacquer(t *testing.T, backend string) *lacquer {
	t.Helper()
	l := &lacquer{changed: make(chan struct{})}
	l.address = child.Lacquer{Backend: backend, Access: l.enter, Environ: []string{
		"LACQUER_ACCESS_LOG__FORMAT=json",
		// PHP's server says nothing about the lifetime of the pictures and icons that lie beside the wiki.
		"LACQUER_CACHE__TTL=5m",
	}}.Serve(t)
	return l
}

// enter takes a line of the access log.
func (l *lacquer) enter(line string) {
	var e entry
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		fmt.Fprintf(os.Stderr, "lacquer's access log: %v: %s\n", err, line)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	close(l.changed)
	l.changed = make(chan struct{})
}

// purges returns how many purges of a URI were answered with 200, of any URI for "".
func (l *lacquer) purges(uri string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.Method == "PURGE" && e.Status == 200 && (uri == "" || e.URI == uri) {
			n++
		}
	}
	return n
}

// awaitPurge waits until the wiki has purged a URI at least this many times since the beginning.
func (l *lacquer) awaitPurge(t *testing.T, uri string, times int) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		l.mu.Lock()
		changed := l.changed
		l.mu.Unlock()
		if l.purges(uri) >= times {
			return
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("the wiki purged %s %d times, want %d; nothing more came for 20 s", uri, l.purges(uri), times)
		}
	}
}

// allPurgesAnswered fails the test if any PURGE was answered with anything but 200.
func (l *lacquer) allPurgesAnswered(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.Method == "PURGE" && e.Status != 200 {
			t.Errorf("PURGE %s was answered with %d", e.URI, e.Status)
		}
	}
}
