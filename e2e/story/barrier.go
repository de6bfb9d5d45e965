package story

import (
	"fmt"
	"sync"
	"time"
)

// barrier is a place where a number of actors meet: each waits until all are there. Then it begins anew.
type barrier struct {
	name    string
	parties int

	mu      sync.Mutex // protects what follows
	waiting int
	open    chan struct{} // closed when all have come, then made anew
}

func newBarrier(name string, parties int) *barrier {
	return &barrier{name: name, parties: parties, open: make(chan struct{})}
}

// meet waits for the others until patience runs out or the story is over.
func (b *barrier) meet(over <-chan struct{}, patience time.Duration) error {
	open := b.arrive()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-open:
		return nil
	case <-over:
		return errOver
	case <-timer.C:
		return fmt.Errorf("barrier %s: only some of the %d came within %v", b.name, b.parties, patience)
	}
}

func (b *barrier) arrive() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	open := b.open
	if b.waiting++; b.waiting == b.parties {
		b.waiting = 0
		close(b.open)
		b.open = make(chan struct{})
	}
	return open
}
