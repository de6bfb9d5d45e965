package storage

import (
	"errors"
	"io"

	"lacquer/message"
)

// ErrHole is what a reader is told that has come to bytes that are not there and not on their way. Who reads a partial object asks Object.Holds first.
var ErrHole = errors.New("these bytes of the body are not stored")

// part is what is known of a body that is filled from some offset on, beside what is there already. stored and held change when the body settles: until then
// Body.mu protects them.
type part struct {
	size   int64  // bytes of the whole
	last   int64  // offset of the last byte that arrives
	stored *chunk // what was there before
	held   spans  // what is there or on its way
}

// newPart returns a body for a part of a representation, of which stored, perhaps nil, is there already. limit and abandon are as in newBody.
func newPart(r message.ContentRange, stored *chunk, budget *budget, limit int64, abandon func()) *Body {
	b := newBodyAt(r.First, budget, r.Last-r.First+1, limit, abandon)
	b.part = &part{size: r.Size, last: r.Last, stored: stored, held: spansOf(stored).with(message.ByteRange{First: r.First, Last: r.Last})}
	return b
}

// settledBody returns a body of which no more will come than chain.
func settledBody(budget *budget, size int64, chain *chunk) *Body {
	b := &Body{budget: budget, first: chain, reached: size, ended: true, part: &part{size: size, held: spansOf(chain)}}
	b.settled.Store(true)
	return b
}

// settle puts what has arrived to what was there.
func (p *part) settle(arrived *chunk) *chunk {
	all := join(p.stored, arrived)
	p.stored, p.held = nil, spansOf(all)
	return all
}

// bytes counts what is there while bytes arrive, from an offset on, up to another.
func (p *part) bytes(from, to int64) int64 {
	s := spansOf(p.stored)
	if to > from {
		s = s.with(message.ByteRange{First: from, Last: to - 1})
	}
	return s.bytes()
}

// chain returns the bytes of a body that has settled, and how many the whole has. It is nil if they are not kept.
func (b *Body) chain() (first *chunk, size int64) {
	if !b.settled.Load() {
		return nil, message.Unknown
	}
	if b.part != nil {
		return b.first, b.part.size
	}
	return b.first, b.reached
}

// lacks returns the smallest range that holds what of r neither is there nor on its way, and reports whether there is any.
func (b *Body) lacks(r message.ByteRange) (message.ByteRange, bool) {
	if b.part == nil {
		return message.ByteRange{}, false
	}
	if !b.settled.Load() {
		b.mu.Lock()
		defer b.mu.Unlock()
	}
	return b.part.held.without(message.ByteRange{First: r.First, Last: min(r.Last, b.part.size-1)})
}

// expects reports whether the byte at offset is on its way. b.mu is held.
func (b *Body) expects(offset int64) bool {
	if b.ended {
		return false
	}
	return b.part == nil || b.reached <= offset && offset <= b.part.last
}

// endAt is what a reader is told for whom there are no more bytes at offset.
func (b *Body) endAt(offset int64) error {
	switch {
	case b.err != nil:
		return b.err
	case b.part == nil || offset >= b.part.size:
		return io.EOF
	}
	return ErrHole
}
