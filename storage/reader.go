package storage

import (
	"context"

	"lacquer/message"
)

// Reader reads one body from an offset on, as it arrives. It is used by one goroutine. The zero Reader is not attached.
type Reader struct {
	body   *Body
	chunk  *chunk // where it stands, and with that all that follows; nil once it was let go; protected by body.mu while the body grows
	offset int64  // of the next byte that Next returns
	passed int64  // bytes that are done with; protected by body.mu while the body grows
}

// Attach makes r read b from its start. It fails if the start is no longer there, or if the body was cut short.
func (b *Body) Attach(r *Reader) bool {
	if b.settled.Load() && b.first != nil {
		b.users.Add(1)
		*r = Reader{body: b, chunk: b.first}
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	cut := b.err != nil
	givenUp := !b.ended && b.abandon == nil
	if b.first == nil || cut || givenUp {
		return false
	}
	b.users.Add(1)
	*r = Reader{body: b, chunk: b.first, passed: b.start}
	if b.ended {
		return true
	}
	b.readers[r] = struct{}{}
	b.lowest = b.start
	if b.lonely != nil {
		b.lonely.Stop()
	}
	return true
}

// Attached reports whether r reads a body.
func (r *Reader) Attached() bool { return r.body != nil }

// Offset returns the offset of the next byte that Next returns.
func (r *Reader) Offset() int64 { return r.offset }

// Skip moves on to an offset at or after the present one. In a body that is still arriving Next then waits for it.
func (r *Reader) Skip(offset int64) {
	r.offset = offset
}

// Unread gives back the last n of the bytes that Next has returned: the next call returns them again.
func (r *Reader) Unread(n int64) { r.offset -= n }

// Trailer returns what followed the body, once Next has said io.EOF. It must not be changed.
func (r *Reader) Trailer() message.Header {
	if b := r.body; b.settled.Load() {
		return b.trailer
	}
	return nil
}

// Ready reports whether Next would return without waiting.
func (r *Reader) Ready() bool {
	b := r.body
	if b.settled.Load() {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.expects(r.offset) || b.reached > r.offset || b.stored(r.offset) != nil
}

// Next returns the next bytes, waiting until there are some. They are valid until Next or Close is called again and must not be changed. At
// the end of a body the error is io.EOF; at the end of one that was cut short it is the one that Fail was given.
func (r *Reader) Next(ctx context.Context) ([]byte, error) {
	b := r.body
	if b.settled.Load() && r.chunk != nil {
		if p := r.piece(b.reached); p != nil {
			return p, nil
		}
		return r.elsewhere()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		if r.chunk == nil {
			return nil, ErrSlow
		}
		r.pass()
		if c := b.stored(r.offset); c != nil {
			return r.take(c, c.end()), nil
		}
		if p := r.piece(b.reached); p != nil {
			return p, nil
		}
		switch {
		case b.settled.Load():
			return r.elsewhere()
		case !b.expects(r.offset):
			return nil, b.endAt(r.offset)
		}
		wait := signal(&b.grown)
		b.mu.Unlock()
		err := await(ctx, wait)
		b.mu.Lock()
		if err != nil {
			return nil, err
		}
	}
}

// elsewhere goes on in a body that has settled where the chain that r has followed ends: one that was there before, or was made when it settled.
func (r *Reader) elsewhere() ([]byte, error) {
	b := r.body
	if c := b.stored(r.offset); c != nil {
		return r.take(c, c.end()), nil // of a body that is not kept, what arrived is found from where r stands
	}
	if b.part != nil {
		if c := b.first.at(r.offset); c != nil {
			r.chunk = c
			return r.take(c, c.end()), nil
		}
	}
	return nil, b.endAt(r.offset)
}

// stored returns the chunk in which a byte lies that was there before the body began to arrive, and is not yet in its chain. b.mu is held, or b has settled.
func (b *Body) stored(offset int64) *chunk {
	if b.part == nil {
		return nil
	}
	return b.part.stored.at(offset)
}

// pass counts what Next returned before as done with, and what Skip leaves out as soon as it has come: the writer would wait for it. body.mu
// is held.
func (r *Reader) pass() {
	b, was := r.body, r.passed
	r.passed = max(was, min(r.offset, b.reached))
	if b.reason != isKept && was == b.lowest && r.passed > was {
		b.raiseLowest()
	}
}

// piece returns the bytes from offset to the end of their chunk or to end, nil if there are none, and moves on.
func (r *Reader) piece(end int64) []byte {
	for r.chunk.next != nil && r.offset >= r.chunk.end() {
		r.chunk = r.chunk.next
	}
	if end = min(end, r.chunk.end()); r.offset < r.chunk.start || r.offset >= end {
		return nil
	}
	return r.take(r.chunk, end)
}

// take returns the bytes of c from offset to end and moves on.
func (r *Reader) take(c *chunk, end int64) []byte {
	from := r.offset - c.start
	r.offset = end
	return c.buf[from : end-c.start]
}

// Close ends the reading. It may be called again, and on a Reader that is not attached.
func (r *Reader) Close() {
	b := r.body
	if b == nil {
		return
	}
	if !b.settled.Load() {
		b.mu.Lock()
		delete(b.readers, r)
		if b.reason != isKept && !b.ended {
			b.raiseLowest()
		}
		b.abandonIfUnread()
		b.mu.Unlock()
	}
	*r = Reader{}
	if b.users.Add(-1) == 0 {
		b.repay()
	}
}

// pay charges a body that left the table for as long as it is being read: once, although it may leave under several heads, those that 304s brought.
func (b *Body) pay(cost int64) {
	b.budget.force(cost)
	if !b.paid.CompareAndSwap(0, cost) {
		b.budget.release(cost)
		return
	}
	if b.users.Load() == 0 {
		b.repay()
	}
}

// repay ends what pay began.
func (b *Body) repay() {
	if cost := b.paid.Swap(0); cost != 0 {
		b.budget.release(cost)
	}
}
