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
		case <-tick.C:
			s.sweepExpired()
		}
	}
}

// sweepExpired drops all objects that are past being kept, and marks that are over.
func (s *Store) sweepExpired() {
	now := s.now()
	s.entries.Range(func(_ string, e *entry) bool {
		var dropped []*Object
		e.mu.Lock()
		e.slots(func(sl *slot) {
			o := sl.object.Load()
			if o == nil {
				return
			}
			if _, whole := o.Body.Size(); whole && now.After(o.Freshness.KeptUntil()) {
				dropped = append(dropped, sl.takeObjects()...)
			}
		})
		dropped = append(dropped, e.tidy(now)...)
		s.leave(e)
		s.discard(dropped)
		return true
	})
}
