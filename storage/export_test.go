package storage

import "lacquer/message"

// What tests of this package see of its inside.

const (
	Window       = window
	WindowChunk  = windowChunk
	LonelyLimit  = lonelyLimit
	LingerTime   = lingerTime
	MaxLayers    = maxLayers
	MaxVariants  = defaultVariants
	MaxBeside    = maxBeside
	MarkCost     = markCost
	RestInterval = restInterval
	RememberTime = rememberTime
)

// What Body.Grow says.
const (
	IsKept       = isKept
	NeverKept    = neverKept
	GrewTooLarge = grewTooLarge
	NoMemory     = noMemory
)

// Budget is a budget of its own, for bodies without a store.
type Budget = budget

// NewBudget returns a budget of limit bytes.
func NewBudget(limit int64) *Budget { return &budget{limit: limit} }

// Used returns the bytes that are charged.
func (b *budget) Used() int64 { return b.used.Load() }

// Force charges bytes that somebody else holds.
func (b *budget) Force(n int64) { b.force(n) }

// NewBody returns a body without a store.
func NewBody(b *Budget, declared, limit int64, abandon func()) *Body {
	return newBody(b, declared, limit, abandon)
}

// Seated says that all who waited for a body have been attached.
func (b *Body) Seated() { b.seated() }

// Allocated returns the bytes of memory that a body holds.
func (b *Body) Allocated() (n int64) {
	for c := b.first; c != nil; c = c.next {
		n += int64(cap(c.buf))
	}
	return n
}

// Cost returns what an object that was committed costs.
func (o *Object) Cost() int64 { return o.cost() }

// Room returns the bytes that a store has for objects and for what is under way.
func (s *Store) Room() (objects, underWay int64) { return s.keeper.cache.MaxCost(), s.budget.limit }

// Over reports whether all had left the flight before anybody began it.
func (f *Flight) Over() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.over
}

// Evict takes the place of an object, as the keeper does when another one deserves it more.
func (s *Store) Evict(o *Object) { s.evicted(o) }

// RefuseAll drops all that is kept; from now on nothing deserves a place.
func (s *Store) RefuseAll() { s.keeper.close() }

// Piece is a stretch of a body at its offset.
type Piece struct {
	Start int64
	Bytes []byte
}

// Join returns the pieces of two chains together.
func Join(a, b []Piece) (pieces []Piece) {
	for c := join(chainOf(a), chainOf(b)).next; c != nil; c = c.next {
		pieces = append(pieces, Piece{c.start, c.buf})
	}
	return pieces
}

func chainOf(pieces []Piece) *chunk {
	first := new(chunk)
	last := first
	for _, p := range pieces {
		last.next = &chunk{start: p.Start, buf: p.Bytes}
		last = last.next
	}
	return first
}

// Lacking returns the smallest range that holds what of r no piece has.
func Lacking(pieces []Piece, r message.ByteRange) (message.ByteRange, bool) {
	return spansOf(chainOf(pieces)).without(r)
}

// Strain uses up the budget of what is under way.
func (s *Store) Strain() { s.budget.force(s.budget.limit) }
