package storage

import (
	"errors"
	"time"
)

const (
	windowChunk = 32 << 10  // chunks of a body that is not kept
	window      = 256 << 10 // bytes by which the writer of a body that is not kept may be ahead of its slowest reader

	// slowLimit is how long the slowest reader of a body that is not kept may hold up others who have read all there is: it must take a
	// chunk in this time.
	slowLimit = 5 * time.Second
)

// ErrSlow is what a reader is told that held up others for too long.
var ErrSlow = errors.New("the body was read too slowly for the others who read it")

// looseReason says why a body is not kept.
type looseReason uint8

const (
	isKept looseReason = iota
	neverKept
	grewTooLarge
	noMemory
)

// window returns by how much the writer may be ahead: less where memory is short.
func (b *Body) window() int64 {
	if b.budget.strained() {
		return windowChunk
	}
	return window
}

// letLoose turns a body that is kept into a window over what its readers still need. b.mu is held.
func (b *Body) letLoose(why looseReason) {
	b.reason = why
	b.floor, b.first = b.first, nil
	if b.lonely != nil {
		b.lonely.Stop()
	}
	b.raiseLowest()
	b.abandonIfUnread()
}

// raiseLowest finds the slowest reader anew, gives back what all have passed, and wakes the writer. b.mu is held.
func (b *Body) raiseLowest() {
	lowest := b.reached
	for r := range b.readers {
		lowest = min(lowest, r.passed)
	}
	b.lowest = lowest
	for b.floor != nil && b.floor != b.last && b.floor.start+int64(len(b.floor.buf)) <= lowest {
		b.budget.release(int64(len(b.floor.buf)))
		b.charged -= int64(len(b.floor.buf))
		b.floor = b.floor.next
	}
	wake(&b.room)
}

// cutSlowest lets go of the slowest readers, if others wait for them. b.mu is held.
func (b *Body) cutSlowest() {
	starving := false
	for r := range b.readers {
		starving = starving || r.passed == b.reached
	}
	if !starving || b.reached-b.lowest < b.window() {
		return
	}
	for r := range b.readers {
		if r.passed == b.lowest {
			r.chunk = nil
			delete(b.readers, r)
		}
	}
	b.raiseLowest()
}
