//go:build !race

package edge_test

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"lacquer/edge"
)

// A hit costs no allocation here (under the race detector pools lose what they are given): not for its head, its client's address, its id, its deadlines, nor its entry in the access log.
func TestHitAllocatesNothing(t *testing.T) {
	f := func(name string, size, pipelined int) {
		t.Helper()
		var mu sync.Mutex // protects client
		var client netip.Addr
		logged := func(e *edge.Entry) {
			mu.Lock()
			defer mu.Unlock()
			client = e.Client
		}
		address := start(t, &edge.Server{Handler: stored(size), Trusted: trusted, Access: logged})
		c := dial(t, address)
		requests := []byte(strings.Repeat(browsers, pipelined))
		c.Write([]byte(browsers))
		c.head()
		c.exactly(size)
		length := responseLength(t, size)
		answer := make([]byte, pipelined*length)
		got := testing.AllocsPerRun(300, func() {
			if _, err := c.Write(requests); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(c.r, answer); err != nil {
				t.Fatal(err)
			}
		})
		// Ids are made of blocks that many share, and a collection of garbage may empty the pool.
		if got > 0.5*float64(pipelined) {
			t.Errorf("%s: %v allocations", name, got)
		}
		mu.Lock()
		defer mu.Unlock()
		if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200 OK\r\n")) || client.String() != "203.0.113.7" {
			t.Errorf("%s: got %.80q, client %v", name, answer, client)
		}
	}
	f("1 KiB, in one write with its head", 1<<10, 1)
	f("32 KiB, in one writev with its head", 32<<10, 1)
	f("pipelined", 1<<10, 8)
}
