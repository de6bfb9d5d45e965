package storage

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"lacquer/message"
)

const (
	smallestChunk = 4 << 10   // bytes of the first chunk of a body of unknown length
	largestChunk  = 256 << 10 // chunks double up to this
	spareChunk    = 512       // room to read into when all declared bytes are there and only the end is awaited
)

// Body is the body of a response: a buffer that one writer fills while many readers follow. As long as it is kept, all of it
// stays and readers may begin at its start at any time. One that grows past its limit, or for which there is no memory, is
// let loose: it becomes a window that follows its slowest reader and holds the writer back. Offsets are those of the whole representation,
// of which a body with a part may have but some ranges.
//
// The writer calls Space and Grow in turn, then Finish or Fail. Readers attach, call Next, and close.
type Body struct {
	budget *budget
	limit  int64 // bytes up to which it is kept
	start  int64 // offset of the first byte that the writer brings
	part   *part // what is known of a body that is not the whole from its first byte on; else nil

	// settled is set when all bytes are there that will ever be. From then on nothing changes, and reading takes no lock.
	settled atomic.Bool
	users   atomic.Int64 // readers attached
	paid    atomic.Int64 // bytes charged for an object that left the table and is still being read

	mu       sync.Mutex // protects what follows
	first    *chunk     // an empty chunk before the first byte; nil once let loose
	last     *chunk
	pending  []byte // memory that Space handed out and Grow has not yet linked
	declared int64  // bytes to come as the head declares them, or message.Unknown
	reached  int64  // offset behind the last byte that the writer has brought
	charged  int64  // bytes charged to budget
	readers  map[*Reader]struct{}
	floor    *chunk // oldest chunk that is charged, once let loose
	lowest   int64  // offset of the slowest reader, once let loose
	reason   looseReason
	ended    bool
	err      error          // how it ended, nil if well
	trailer  message.Header // that followed the body; none behind a part
	grown    chan struct{}  // closed when there is more to read; nil if nobody waits
	room     chan struct{}  // closed when there is room to write; nil if the writer does not wait
	abandon  func()         // stops the fetch; nil after the end
	lonely   *time.Timer    // runs while nobody reads a body that is kept
}

// newBody returns an empty body. declared is its length if the head tells it. A limit below 0 means that it is not to be kept.
// abandon is called once, without locks, when nobody reads a body that is not kept, or nobody has read one that is for lonelyLimit.
func newBody(budget *budget, declared, limit int64, abandon func()) *Body {
	return newBodyAt(0, budget, declared, limit, abandon)
}

// newBodyAt is newBody for a writer whose first byte has the offset start.
func newBodyAt(start int64, budget *budget, declared, limit int64, abandon func()) *Body {
	empty := &chunk{start: start}
	b := &Body{
		budget: budget, limit: limit, start: start, declared: declared, abandon: abandon,
		first: empty, last: empty, reached: start, lowest: start, readers: make(map[*Reader]struct{}),
	}
	if limit < 0 || declared > limit {
		b.reason = neverKept
		b.floor = empty
	}
	return b
}

// Space returns memory to read the next bytes into. It blocks while a body that is not kept is too far ahead of its readers,
// and fails with ErrAbandoned when none is left.
func (b *Body) Space(ctx context.Context) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	from, since := b.lowest, time.Now()
	for b.reason != isKept && b.reached-b.lowest >= b.window() {
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
	if free := b.last.buf[b.reached-b.last.start:]; len(free) > 0 {
		return free, nil
	}
	if b.pending == nil {
		b.pending = b.nextChunk()
	}
	return b.pending, nil
}

// nextChunk allocates and charges the next chunk, letting the body loose if there is no memory for it. b.mu is held.
func (b *Body) nextChunk() []byte {
	size := int64(spareChunk)
	if left := b.declared - (b.reached - b.start); b.declared == message.Unknown || left > 0 {
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
		b.last.next = &chunk{start: b.reached, buf: b.pending}
		b.last, b.pending = b.last.next, nil
	}
	if b.reason != isKept {
		b.first = nil // what its readers have passed can go
	}
	b.reached += int64(n)
	if b.reason == isKept && b.reached-b.start > b.limit {
		b.letLoose(grewTooLarge)
	}
	wake(&b.grown)
	return b.reason
}

// seated is called when all who waited for the body have been attached.
func (b *Body) seated() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.abandonIfUnread()
}

// SetTrailer says what follows the body. It is the writer's, and comes before Finish. h must not be changed any more.
func (b *Body) SetTrailer(h message.Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.part == nil { // that of a part belongs to the part
		b.trailer = h
	}
}

// HasTrailer reports whether something follows the body. It is known of one that has settled; until then the answer is no.
func (b *Body) HasTrailer() bool { return b.settled.Load() && len(b.trailer) > 0 }

// Finish ends a body of which all has come that was to come.
func (b *Body) Finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trim()
	b.end(nil)
	if b.part != nil && b.reason == isKept {
		b.first = b.part.settle(b.first)
	}
	b.settled.Store(true)
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

// trim cuts the last chunk to what is in it, and copies it where a quarter or more of it would be waste. b.mu is held.
func (b *Body) trim() {
	filled := b.reached - b.last.start
	if waste := int64(len(b.last.buf)) - filled; b.reason == isKept && waste > filled/3 {
		b.last.buf = append(make([]byte, 0, filled), b.last.buf[:filled]...)
	}
	b.last.buf = b.last.buf[:filled]
}

// Settled reports whether all has come that will.
func (b *Body) Settled() bool { return b.settled.Load() }

// Lasting reports whether all has come that will, and is kept: then it may be read in any order, and again.
func (b *Body) Lasting() bool { return b.settled.Load() && b.first != nil }

// Size returns the bytes there are, and whether these are all that the representation has.
func (b *Body) Size() (n int64, whole bool) {
	if b.settled.Load() {
		if b.part != nil {
			n = b.part.held.bytes()
			return n, n == b.part.size
		}
		return b.reached, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.part != nil {
		return b.part.bytes(b.start, b.reached), false
	}
	return b.reached, false
}

// Failed reports whether the body was cut short.
func (b *Body) Failed() bool {
	if b.settled.Load() {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended && b.err != nil
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
