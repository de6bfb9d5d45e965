//go:build !race

package proxy_test

import "testing"

// A hit allocates nothing. (The race detector makes pools forget at random.)
func TestHitAllocates(t *testing.T) {
	if n := testing.AllocsPerRun(1000, hit(t)); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
