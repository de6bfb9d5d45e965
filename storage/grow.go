package storage

import (
	"slices"
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

// withdraw takes an object off the table of which not all will come, or that will not be kept. What it had replaced comes back, with the parts that have
// arrived meanwhile. A mark that is not nil takes its place.
func (s *Store) withdraw(o *Object, m *Mark) {
	whole, dropped := s.withdrawLocked(o, m)
	s.discard(dropped)
	if whole != nil {
		s.admit(whole)
	}
}

func (s *Store) withdrawLocked(o *Object, m *Mark) (whole *Object, dropped []*Object) {
	e, sl := o.slot.entry, o.slot
	e.mu.Lock()
	defer s.leave(e)
	if sl.object.Load() != o {
		sl.takeBeside(func(b *Object) bool { return b == o })
		return nil, nil
	}
	sl.object.Store(sl.previous)
	sl.previous = nil
	if m != nil {
		sl.setMark(m)
	}
	return s.gather(sl)
}

// Complete ends the body of an object of which all has come. The object then has to deserve its place among the others; a part becomes one with what
// is stored of the same representation.
func (s *Store) Complete(o *Object) {
	o.Body.Finish()
	if o.slot == nil || o.let {
		return
	}
	s.place(o)
}

// place finds an object of which all has come its place in the slot, and asks the keeper for one.
func (s *Store) place(o *Object) {
	found, dropped := s.settleDown(o)
	s.discard(dropped)
	if found != o {
		s.payIfRead(o)
	}
	if found != nil {
		s.admit(found)
	}
}

// admit asks the keeper for a place. An object that is refused stays a moment longer, or a herd on a full store would fetch it again and again.
func (s *Store) admit(o *Object) {
	if !s.keeper.admit(o) {
		s.linger(o)
		return
	}
	if o.slot.object.Load() != o {
		s.keeper.forget(o)
	}
}

// settleDown makes an object of which all has come the only one in its slot, together with the parts that are there. It returns what look-ups find now, if
// that has changed; nil if o is no longer in the table, or waits beside an object that still arrives.
func (s *Store) settleDown(o *Object) (found *Object, dropped []*Object) {
	sl := o.slot
	sl.entry.mu.Lock()
	defer sl.entry.mu.Unlock()
	beside := slices.Contains(sl.beside, o)
	if sl.object.Load() == o {
		found = o
		if sl.previous != nil {
			dropped, sl.previous = append(dropped, sl.previous), nil
		}
	} else if !beside {
		return nil, nil
	}
	together, parts := s.gather(sl)
	if dropped = append(dropped, parts...); together != nil {
		found = together
	} else if slices.Contains(sl.beside, o) {
		o.wait()
	}
	return found, dropped
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
	o.slot.takeBeside(func(b *Object) bool { return b == o })
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
	if o.Body.users.Load() == 0 || !o.Body.Settled() {
		return
	}
	e := o.slot.entry
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.has(o.Body) {
		o.Body.pay(o.cost())
	}
}
