package storage

import (
	"slices"

	"lacquer/message"
	"lacquer/policy"
)

// maxBeside is how many parts of one object may arrive at once and be kept. More are delivered to those who asked, and forgotten.
const maxBeside = 32

// A chain that parts have made may have maxPieces chunks, and more where they hold leastPiece bytes each on the average. It is walked each time that a part
// comes or goes, and who asks for single bytes could make it as long as the body.
const (
	maxPieces  = 1 << 10
	leastPiece = 4 << 10
)

// berth says where an object goes that may be stored.
type berth uint8

const (
	nowhere berth = iota // look-ups do not find it: it was purged, or something newer is there
	inFront              // it is what look-ups find in the slot
	asPart               // beside what they find, to become one with it
)

// berth says where in its slot the object of a flight goes, and what bytes it has beforehand, if it is a part (RFC 9111 section 3.4). The tags of what it is put
// to become its own, as purges by those must hit it, too. entry.mu is held.
func (s *Store) berth(sl *slot, f *Flight, o *Object, p *message.ContentRange) (where berth, base *chunk) {
	was := sl.object.Load()
	newer := was == nil || was.Number < f.number
	if p == nil {
		return front(newer), nil
	}
	if p.Size < 0 || p.First < 0 || p.First > p.Last || p.Last >= p.Size {
		panic("BUG: a part that is none: " + p.String())
	}
	stored := was
	if was == nil {
		stored = f.Stored // it has lost its place since, but not to anything else
	}
	switch {
	case stored == nil || stored.purged(s.purges, f.entry.primary):
		return front(newer), nil
	case !alike(stored, o, p.Size):
		// What is whole and fresh is worth more than a part, of which perhaps nothing tells that it belongs to something newer.
		whole := was != nil && was.Body.part == nil && was.Judge(s.now()) == policy.UseFresh
		return front(newer && !whole), nil
	case stored.Body.Settled() && newer:
		chain, _ := stored.Body.chain()
		bytes := spansOf(chain).with(message.ByteRange{First: p.First, Last: p.Last}).bytes()
		if bytes > s.maxObject || inPieces(chain) {
			return inFront, nil // together they are too large: the newer one counts
		}
		o.Tags = tagsOf(o, stored)
		return inFront, chain
	case len(sl.beside) < maxBeside:
		return asPart, nil
	}
	return nowhere, nil
}

func front(yes bool) berth {
	if yes {
		return inFront
	}
	return nowhere
}

// tagsOf returns the tags of both.
func tagsOf(a, b *Object) []string { return policy.Tidy(append(slices.Clip(a.Tags), b.Tags...)) }

// alike reports whether what is stored is of the representation, of size bytes, of which o is a part: both have the same strong validator.
func alike(stored, o *Object, size int64) bool {
	was := stored.Body.total()
	return was == size && stored.Asked == o.Asked && policy.Combines(stored.Origin, o.Origin)
}

// combines reports whether two objects are parts of one representation.
func combines(a, b *Object) bool {
	size := b.Body.total()
	return size != message.Unknown && alike(a, b, size)
}

// total returns how many bytes the whole has, message.Unknown if that is not known yet.
func (b *Body) total() int64 {
	if b.part != nil {
		return b.part.size
	}
	_, size := b.chain()
	return size
}

// gather makes one object of what lies in front in a slot, if all of that has come, and of the parts beside it that have. It returns nil where look-ups
// find what they found before. What it is made of is dropped, and so are parts of something else. entry.mu is held.
func (s *Store) gather(sl *slot) (found *Object, dropped []*Object) {
	was := sl.object.Load()
	if was != nil && (!was.Body.Settled() || was.purged(s.purges, sl.entry.primary)) {
		return nil, nil
	}
	now := was
	for _, b := range sl.takeBeside(func(b *Object) bool { return b.Body.Settled() }) {
		switch {
		case b.purged(s.purges, sl.entry.primary):
		case now == nil:
			now = b
			continue
		case now.Partial() && combines(now, b):
			if m := s.merged(now, b); m != now {
				if now != was {
					dropped = append(dropped, now)
				}
				now = m
			}
		}
		dropped = append(dropped, b)
	}
	if now == was {
		return nil, dropped
	}
	if was != nil {
		dropped = append(dropped, was)
	}
	sl.object.Store(now)
	return now, dropped
}

// merged is the object that has the bytes of both, under the head of the one that was fetched later. If that would be too large, it is the first.
func (s *Store) merged(front, b *Object) *Object {
	mine, size := front.Body.chain()
	theirs, _ := b.Body.chain()
	chain := join(mine, theirs)
	if spansOf(chain).bytes() > s.maxObject || inPieces(chain) {
		return front
	}
	head := front
	if b.Number > front.Number {
		head = b
	}
	m := &Object{
		Head: head.Head, Origin: head.Origin, Body: settledBody(&s.budget, size, chain), Freshness: head.Freshness,
		Vary: front.Vary, Shareable: head.Shareable, Tags: tagsOf(front, b), Asked: front.Asked, Took: head.Took,
		Number: head.Number, started: min(front.started, b.started), variant: front.variant, language: head.language, search: head.search, slot: front.slot, holed: true,
	}
	m.hits.Store(front.hits.Load() + b.hits.Load())
	m.checked.Store(min(front.checked.Load(), b.checked.Load()))
	m.softened.Store(max(front.softened.Load(), b.softened.Load()))
	return m
}

// takeBeside takes the parts beside a slot's object out for which drop holds. entry.mu is held.
func (s *slot) takeBeside(drop func(*Object) bool) (taken []*Object) {
	var left []*Object
	for _, b := range s.beside {
		if !drop(b) {
			left = append(left, b)
			continue
		}
		b.Body.budget.release(b.waiting)
		b.waiting = 0
		taken = append(taken, b)
	}
	s.beside = left
	return taken
}

// wait charges a part that has arrived for as long as it lies beside an object that still arrives. entry.mu is held.
func (o *Object) wait() {
	if o.waiting == 0 {
		o.waiting = o.cost()
		o.Body.budget.force(o.waiting)
	}
}

// inPieces reports whether a chain has more chunks than are worth to be walked.
func inPieces(c *chunk) bool {
	pieces, bytes := int64(0), int64(0)
	for ; c != nil; c = c.next {
		pieces++
		bytes += int64(len(c.buf))
	}
	return pieces > maxPieces+bytes/leastPiece
}
