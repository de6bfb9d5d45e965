package storage

import (
	"container/list"
	"errors"
	"strconv"
	"sync"

	"lacquer/message"
	"lacquer/policy"
)

// Flight is a fetch, from its reservation until its head is there and judged. Those who wait for it have seats. It ends by exactly one of
// Store.Commit, Store.Freshen, Store.Refuse, Store.Fail.
type Flight struct {
	ID string // unique while the process lives

	number    uint64 // the same, to compare: a later fetch's answer replaces an earlier one's
	started   uint64 // number of the log of purges when it was reserved
	key       policy.Key
	store     *Store
	entry     *entry
	slot      *slot         // what the look-up found, or nil
	secondary string        // under which it is listed in entry.flights; "" if it is alone
	Stored    *Object       // what is stored but cannot be used without asking: to be validated, completed, or to stand in for a failing origin; or nil
	Part      string        // the range that is to be asked for, as a Range field has it; "" for the whole
	Mark      policy.Reason // of the mark by which it goes alone, or None

	mu      sync.Mutex // protects what follows
	seats   map[*Seat]struct{}
	begun   bool // somebody has it fetched
	over    bool // nobody did, and all have left
	interim []Interim
	more    chan struct{} // closed when there is another interim response, or the head; nil if nobody waits
	outcome *Outcome
	element *list.Element // in register
}

// Outcome is how a flight ended, for all who have seats in it.
type Outcome struct {
	Object *Object // the response, nil on failure
	// Shared says that the object may be given to all who have seats, if they are alike in what Vary names.
	Shared    bool
	Validated bool          // the body is the one that was stored: the origin said that it still holds
	Reason    policy.Reason // why it is not stored, or how the origin failed
	// Identity says that it is not stored only because of whose request it answers: others may ask anew.
	Identity bool
	Err      error // why there is no response
	purged   uint64
}

// PurgedFor reports whether a hard purge that matches was acknowledged before a request arrived, but after the fetch began: the
// request, which arrived when the log stood at arrival, must not be served from it.
func (o *Outcome) PurgedFor(arrival uint64) bool { return o.purged != 0 && o.purged <= arrival }

// Seat is a request's place in a flight. It is used by one goroutine.
type Seat struct {
	flight *Flight
	reader Reader
	taken  int // interim responses that it knows
}

// take makes a seat. A flight that has ended gives none: nil.
func (f *Flight) take() *Seat {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outcome != nil || f.over {
		return nil
	}
	s := &Seat{flight: f}
	if f.seats == nil {
		f.seats = make(map[*Seat]struct{})
	}
	f.seats[s] = struct{}{}
	return s
}

// Primary returns the primary key under which what comes is stored.
func (f *Flight) Primary() string { return f.key.Primary }

// Flight returns the flight of the seat.
func (s *Seat) Flight() *Flight { return s.flight }

// Reader returns the reader of the body that came, at its start. The flight has ended. Leave closes it.
func (s *Seat) Reader() *Reader { return &s.reader }

// Leave gives the seat up, and with it the body. It may be called again. A flight that all have left before anybody had it fetched ends here.
func (s *Seat) Leave() {
	if s.flight.forsaken(s) {
		s.flight.store.Fail(s.flight, policy.Internal, errForsaken)
	}
	s.reader.Close()
}

// errForsaken is why a flight failed that nobody began.
var errForsaken = errors.New("nobody fetched it")

// forsaken takes a seat out and reports whether it was the last of a flight that has not begun.
func (f *Flight) forsaken(s *Seat) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, seated := f.seats[s]; !seated {
		return false
	}
	delete(f.seats, s)
	if f.begun || f.outcome != nil || len(f.seats) > 0 {
		return false
	}
	f.over = true
	return true
}

// Begin says that somebody has the flight fetched. Until then it ends when all have left it. Of several calls the first counts.
func (f *Flight) Begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun = true
}

// Outcome returns how the flight ended, nil if it has not.
func (f *Flight) Outcome() *Outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outcome
}

// settle records the outcome and seats everyone at the body's start.
func (f *Flight) settle(o *Outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outcome != nil {
		panic("BUG: a flight ended twice")
	}
	f.outcome = o
	wake(&f.more)
	if o.Object == nil {
		return
	}
	for s := range f.seats {
		o.Object.Body.Attach(&s.reader)
	}
	o.Object.Body.seated()
}

// Started returns where the log of purges stood when the flight was reserved.
func (f *Flight) Started() uint64 { return f.started }

// secondaryKey returns the secondary key that an answer with this Vary has for a request.
func secondaryKey(base string, vary message.Vary, h message.Header) string {
	var buf [256]byte
	return string(appendSecondary(buf[:0], base, vary, h))
}

// register lists the flights that have not ended, the oldest first, so that the log of purges knows which entries may still matter.
type register struct {
	mu      sync.Mutex // protects what follows; no other lock is taken under it
	flights list.List  // of *Flight
	last    uint64     // number of the newest flight
}

// begin numbers a flight and takes down where the log of purges stands.
func (r *register) begin(f *Flight, purges Purges) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	f.number, f.started = r.last, purges.Number()
	f.ID = strconv.FormatUint(f.number, 10)
	f.element = r.flights.PushBack(f)
}

// end takes a flight off the list.
func (r *register) end(f *Flight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flights.Remove(f.element)
}

// oldest returns where the log stood when the oldest flight began; now is where it stands.
func (r *register) oldest(now uint64) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if front := r.flights.Front(); front != nil {
		return min(now, front.Value.(*Flight).started)
	}
	return now
}

// count returns how many flights there are.
func (r *register) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.flights.Len()
}
