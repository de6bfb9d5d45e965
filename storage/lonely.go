package storage

import (
	"errors"
	"time"
)

// lonelyLimit is how long a body that is kept may go on growing with nobody reading it.
const lonelyLimit = time.Minute

// ErrAbandoned is what the writer of a body is told when nobody wants the rest.
var ErrAbandoned = errors.New("nobody reads the body any more")

// abandonIfUnread stops the fetch of a body that is not kept and has no reader, and sets the clock for one that is kept. b.mu is held.
func (b *Body) abandonIfUnread() {
	if len(b.readers) > 0 || b.ended || b.abandon == nil {
		return
	}
	if b.reason == isKept {
		if b.lonely == nil {
			b.lonely = time.AfterFunc(lonelyLimit, b.giveUp)
		} else {
			b.lonely.Reset(lonelyLimit)
		}
		return
	}
	b.stopFetch()
}

// giveUp ends the wait of a body that is kept for a reader.
func (b *Body) giveUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.readers) == 0 && !b.ended {
		b.stopFetch()
	}
}

// stopFetch calls abandon, once. b.mu is held; abandon only cancels a context and cannot come back here while it is.
func (b *Body) stopFetch() {
	if b.abandon != nil {
		b.abandon()
		b.abandon = nil
		wake(&b.room)
	}
}
