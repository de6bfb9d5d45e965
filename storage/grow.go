package storage

import (
	"time"

	"lacquer/policy"
)

// markTooLarge is how long a response that proved too large for the store lets requests go by one another.
const markTooLarge = 2 * time.Minute

// Grow adds n bytes to what Body.Space of o returned. An object that grows too large, or for which memory runs out, leaves the table; its readers stay.
func (s *Store) Grow(o *Object, n int) {
	loose := o.Body.Grow(n)
	if loose == isKept || o.slot == nil || o.let {
		return
	}
	o.let = true
	why := policy.TooLarge
	if loose == noMemory {
		why = policy.NoMemory
	}
	s.withdraw(o, &Mark{Reason: why, Until: s.now().Add(markTooLarge)})
}

// withdraw takes an object off the table that will not become whole, or not be kept. What it had replaced comes back. A mark that is not nil
// takes its place.
func (s *Store) withdraw(o *Object, m *Mark) {
	e := o.slot.entry
	e.mu.Lock()
	defer s.leave(e)
	if o.slot.object.Load() != o {
		return
	}
	o.slot.object.Store(o.slot.previous)
	o.slot.previous = nil
	if m != nil {
		o.slot.setMark(m)
	}
}

// Complete ends the body of an object whole. The object then has to deserve its place among the others.
func (s *Store) Complete(o *Object) {
	o.Body.Finish()
	if o.slot == nil || o.let {
		return
	}
	s.place(o)
}

// place asks the keeper for a place for an object that is whole. One that is refused stays a moment longer, or a herd on a full
// store would fetch it again and again.
func (s *Store) place(o *Object) {
	previous, current := s.settleDown(o)
	if !current {
		s.payIfRead(o)
		return
	}
	if previous != nil {
		s.discard([]*Object{previous})
	}
	if !s.keeper.admit(o) {
		s.linger(o)
		return
	}
	if o.slot.object.Load() != o {
		s.keeper.forget(o)
	}
}

// settleDown makes an object that is whole the only one in its slot, and reports whether it still is there.
func (s *Store) settleDown(o *Object) (previous *Object, current bool) {
	o.slot.entry.mu.Lock()
	defer o.slot.entry.mu.Unlock()
	if o.slot.object.Load() != o {
		return nil, false
	}
	previous, o.slot.previous = o.slot.previous, nil
	return previous, true
}

// linger lets an object without a place stay for lingerTime, and as long as it is read.
func (s *Store) linger(o *Object) {
	cost := o.cost()
	s.budget.force(cost)
	var check func()
	check = func() {
		if o.Body.users.Load() > 0 && o.slot.object.Load() == o {
			time.AfterFunc(lingerTime, check)
			return
		}
		s.budget.release(cost)
		s.remove(o)
	}
	time.AfterFunc(lingerTime, check)
}

// Break ends the body of an object that was cut short: readers see the cut, and the object leaves the table. What it had replaced comes back.
func (s *Store) Break(o *Object, err error) {
	o.Body.Fail(err)
	if o.slot != nil {
		s.withdraw(o, nil)
	}
}

// remove takes an object off the table if it is there: compare and delete.
func (s *Store) remove(o *Object) {
	e := o.slot.entry
	e.mu.Lock()
	defer s.leave(e)
	if o.slot.object.Load() == o {
		o.slot.object.Store(nil)
	}
	if o.slot.previous == o {
		o.slot.previous = nil
	}
}

// evicted is the keeper's word that an object has lost its place.
func (s *Store) evicted(o *Object) {
	if o == nil {
		return
	}
	s.evictions.Add(1)
	s.remove(o)
	s.payIfRead(o)
}

// discard gives back the places of objects that left the table. No entry.mu is held.
func (s *Store) discard(objects []*Object) {
	for _, o := range objects {
		s.keeper.forget(o)
		s.payIfRead(o)
	}
}

// payIfRead charges an object without a place for as long as somebody reads it, unless another one has one for the same body: after a 304.
// No entry.mu is held.
func (s *Store) payIfRead(o *Object) {
	if o.Body.users.Load() == 0 || !o.Body.whole.Load() {
		return
	}
	e := o.slot.entry
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.has(o.Body) {
		o.Body.pay(o.cost())
	}
}
