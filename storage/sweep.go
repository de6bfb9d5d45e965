package storage

import "time"

// Swept counts what a purge has hit at once.
type Swept struct {
	Objects int
	Bytes   int64
}

// Sweep applies the log of purges to all that is stored under a primary key, now rather than when it is next asked for, and frees its memory.
func (s *Store) Sweep(primary string) Swept {
	var swept Swept
	e, ok := s.entries.Load(primary)
	if !ok {
		return swept
	}
	var dropped []*Object
	count := func(o *Object) {
		size, _ := o.Body.Size()
		swept.Objects++
		swept.Bytes += size
	}
	e.mu.Lock()
	e.slots(func(sl *slot) {
		o := sl.object.Load()
		if o == nil {
			return
		}
		softened := o.softened.Load()
		if o.purged(s.purges, primary) {
			count(o)
			dropped = append(dropped, sl.clear()...)
		} else if o.softened.Load() != softened {
			count(o)
		}
		if p := sl.previous; p != nil && p.purged(s.purges, primary) {
			dropped = append(dropped, p)
			sl.previous = nil
		}
	})
	dropped = append(dropped, e.tidy(s.now())...)
	s.leave(e)
	s.discard(dropped)
	return swept
}

// sweepNowAndThen drops what nobody will ask for any more, so that memory goes to what can be used.
func (s *Store) sweepNowAndThen() {
	tick := time.NewTicker(sweepInterval)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.soon:
		case <-tick.C:
		}
		s.sweepAll()
	}
}

// SweepSoon has the log of purges applied to all that is stored before long, and what it hits freed. It does not wait.
func (s *Store) SweepSoon() {
	select {
	case s.soon <- struct{}{}:
	default:
	}
}

// sweepAll drops all objects that were purged or are past being kept, and marks that are over. Thereafter every object was checked against the log
// as it stood when the sweep began: what is published behind the sweep's back was judged later than that.
func (s *Store) sweepAll() {
	now, upto := s.now(), s.purges.Number()
	s.entries.Range(func(_ string, e *entry) bool {
		var dropped []*Object
		e.mu.Lock()
		e.slots(func(sl *slot) {
			o := sl.object.Load()
			if o == nil {
				return
			}
			if p := sl.previous; p != nil && p.purged(s.purges, e.primary) {
				dropped = append(dropped, p)
				sl.previous = nil
			}
			if o.purged(s.purges, e.primary) {
				dropped = append(dropped, sl.clear()...)
			} else if _, whole := o.Body.Size(); whole && now.After(o.Freshness.KeptUntil()) {
				dropped = append(dropped, sl.takeObjects()...)
			}
		})
		dropped = append(dropped, e.tidy(now)...)
		s.leave(e)
		s.discard(dropped)
		return true
	})
	s.purges.Forget(s.register.oldest(upto))
}
