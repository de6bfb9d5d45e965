//go:build !race

// The race detector makes sync.Pool lose things at random, and with them ristretto's counts of what is asked for.

package storage_test

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// What is asked for often keeps its place against what is asked for once.
func TestFrequencyDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newStore(t, mebibyte)
		limit, _ := s.Room()
		size := s.MaxObject(1<<40) - 2000
		var names []string
		for i := int64(0); (i+1)*(size+2000) < limit; i++ {
			names = append(names, fmt.Sprint("popular/", i))
			store(t, s, names[i], int(size))
		}
		for range 3000 { // hits are sampled, and counted in lots
			for _, name := range names {
				ask(s, name)
			}
			synctest.Wait()
		}
		before := s.Stats().Kept
		o := store(t, s, "once", int(size))
		wantStats(t, s, before, o.Cost(), "what is asked for once came")
		for _, name := range names {
			if a := ask(s, name); a.Object == nil {
				t.Errorf("%s has lost its place", name)
			}
		}
	})
}
