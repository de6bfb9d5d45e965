package storage

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"lacquer/message"
)

const (
	smallestChunk = 4 << 10   // bytes of the first chunk of a body of unknown length
	largestChunk  = 256 << 10 // chunks double up to this
	windowChunk   = 32 << 10  // chunks of a body that is not kept
	window        = 256 << 10 // bytes by which the writer of a body that is not kept may be ahead of its slowest reader
	spareChunk    = 512       // room to read into when all declared bytes are there and only the end is awaited

	// lonelyLimit is how long a body that is kept may go on growing with nobody reading it.
	lonelyLimit = time.Minute

	// slowLimit is how long the slowest reader of a body that is not kept may hold up others who have read all there is: it must take a
	// chunk in this time.
	slowLimit = 5 * time.Second
)

// ErrSlow is what a reader is told that held up others for too long.
var ErrSlow = errors.New("the body was read too slowly for the others who read it")

// ErrAbandoned is what the writer of a body is told when nobody wants the rest.
var ErrAbandoned = errors.New("nobody reads the body any more")

// Body is the body of a response: a buffer that one writer fills while many readers follow. As long as it is kept, all of it
// stays and readers may begin at its start at any time. One that grows past its limit, or for which there is no memory, is
// let loose: it becomes a window that follows its slowest reader and holds the writer back.
//
// The writer calls Space and Grow in turn, then Finish or Fail. Readers attach, call Next, and close.
type Body struct {
	budget *budget
	limit  int64 // bytes up to which it is kept

	// whole is set when all bytes are there. From then on chunks and size do not change, and reading takes no lock.
	whole atomic.Bool
	users atomic.Int64 // readers attached
	paid  atomic.Int64 // bytes charged for an object that left the table and is still being read

	mu       sync.Mutex // protects what follows
	first    *chunk     // an empty chunk before the first byte; nil once let loose
	last     *chunk
	pending  []byte // memory that Space handed out and Grow has not yet linked
	declared int64  // bytes to come as the head declares them, or message.Unknown
	size     int64  // bytes there
	charged  int64  // bytes charged to budget
	readers  map[*Reader]struct{}
	floor    *chunk // oldest chunk that is charged, once let loose
	lowest   int64  // offset of the slowest reader, once let loose
	reason   looseReason
	ended    bool
	err      error         // how it ended, nil if whole
	grown    chan struct{} // closed when there is more to read; nil if nobody waits
	room     chan struct{} // closed when there is room to write; nil if the writer does not wait
	abandon  func()        // stops the fetch; nil after the end
	lonely   *time.Timer   // runs while nobody reads a body that is kept
}

// looseReason says why a body is not kept.
type looseReason uint8

const (
	isKept looseReason = iota
	neverKept
	grewTooLarge
	noMemory
)

type chunk struct {
	start int64 // offset of its first byte
	buf   []byte
	next  *chunk
}

// newBody returns an empty body. declared is its length if the head tells it. A limit below 0 means that it is not to be kept.
// abandon is called once, without locks, when nobody reads a body that is not kept, or nobody has read one that is for lonelyLimit.
func newBody(budget *budget, declared, limit int64, abandon func()) *Body {
	start := new(chunk)
	b := &Body{
		budget: budget, limit: limit, declared: declared, abandon: abandon,
		first: start, last: start, readers: make(map[*Reader]struct{}),
	}
	if limit < 0 || declared > limit {
		b.reason = neverKept
		b.floor = start
	}
	return b
}

// Space returns memory to read the next bytes into. It blocks while a body that is not kept is too far ahead of its readers,
// and fails with ErrAbandoned when none is left.
func (b *Body) Space(ctx context.Context) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	from, since := b.lowest, time.Now()
	for b.reason != isKept && b.size-b.lowest >= b.window() {
		if b.abandon == nil {
			return nil, ErrAbandoned
		}
		wait := signal(&b.room)
		b.mu.Unlock()
		patience, end := context.WithDeadline(ctx, since.Add(slowLimit))
		_ = await(patience, wait)
		end()
		b.mu.Lock()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if now := time.Now(); now.Sub(since) >= slowLimit {
			if b.lowest-from < windowChunk {
				b.cutSlowest()
			}
			from, since = b.lowest, now
		}
	}
	if b.abandon == nil {
		return nil, ErrAbandoned
	}
	if free := b.last.buf[b.size-b.last.start:]; len(free) > 0 {
		return free, nil
	}
	if b.pending == nil {
		b.pending = b.nextChunk()
	}
	return b.pending, nil
}

// window returns by how much the writer may be ahead: less where memory is short.
func (b *Body) window() int64 {
	if b.budget.strained() {
		return windowChunk
	}
	return window
}

// nextChunk allocates and charges the next chunk, letting the body loose if there is no memory for it. b.mu is held.
func (b *Body) nextChunk() []byte {
	size := int64(spareChunk)
	if left := b.declared - b.size; b.declared == message.Unknown || left > 0 {
		size = min(max(smallestChunk, 2*int64(len(b.last.buf))), largestChunk)
		if b.reason != isKept {
			size = windowChunk
		}
		if b.declared != message.Unknown {
			size = min(max(size, largestChunk/4), left)
		}
	}
	if b.reason == isKept && !b.budget.take(size) {
		b.letLoose(noMemory)
	}
	if b.reason != isKept {
		b.budget.force(size)
	}
	b.charged += size
	return make([]byte, size)
}

// Grow adds the first n bytes of what Space returned, and says why the body is not kept, if it is not.
func (b *Body) Grow(n int) looseReason {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n == 0 {
		return b.reason
	}
	if b.pending != nil {
		b.last.next = &chunk{start: b.size, buf: b.pending}
		b.last, b.pending = b.last.next, nil
	}
	if b.reason != isKept {
		b.first = nil // what its readers have passed can go
	}
	b.size += int64(n)
	if b.reason == isKept && b.size > b.limit {
		b.letLoose(grewTooLarge)
	}
	wake(&b.grown)
	return b.reason
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

// seated is called when all who waited for the body have been attached.
func (b *Body) seated() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.abandonIfUnread()
}

// Finish ends a body that is whole.
func (b *Body) Finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trim()
	b.end(nil)
	b.whole.Store(true)
}

// Fail ends a body that was cut short: every reader gets err after the bytes that are there.
func (b *Body) Fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end(err)
}

// end releases what growing needed. b.mu is held.
func (b *Body) end(err error) {
	b.ended, b.err, b.abandon, b.pending = true, err, nil, nil
	b.budget.release(b.charged)
	b.charged, b.floor, b.readers = 0, nil, nil
	if b.lonely != nil {
		b.lonely.Stop()
	}
	wake(&b.grown)
	wake(&b.room)
}

// trim cuts the last chunk to what is in it, where a quarter or more of it would be waste. b.mu is held.
func (b *Body) trim() {
	filled := b.size - b.last.start
	if waste := int64(len(b.last.buf)) - filled; b.reason == isKept && waste > filled/3 {
		b.last.buf = append(make([]byte, 0, filled), b.last.buf[:filled]...)
	}
}

// Size returns the bytes there are, and whether these are all of them.
func (b *Body) Size() (n int64, whole bool) {
	if b.whole.Load() {
		return b.size, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.size, b.ended && b.err == nil
}

// Failed reports whether the body was cut short.
func (b *Body) Failed() bool {
	if b.whole.Load() {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended && b.err != nil
}

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

// raiseLowest finds the slowest reader anew, gives back what all have passed, and wakes the writer. b.mu is held.
func (b *Body) raiseLowest() {
	lowest := b.size
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
		starving = starving || r.passed == b.size
	}
	if !starving || b.size-b.lowest < b.window() {
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

// signal returns the channel that the next wake closes.
func signal(c *chan struct{}) <-chan struct{} {
	if *c == nil {
		*c = make(chan struct{})
	}
	return *c
}

func wake(c *chan struct{}) {
	if *c != nil {
		close(*c)
		*c = nil
	}
}

func await(ctx context.Context, c <-chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// endOf turns the state of an ended body into what a reader is told.
func (b *Body) endOf() error {
	if b.err != nil {
		return b.err
	}
	return io.EOF
}
