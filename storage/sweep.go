package storage

import "time"

// Swept counts what a purge has hit at once.
type Swept struct {
	Objects int
	Bytes   int64
}

// Sweep applies the log of purges to all that is stored under a primary key, now rather than when it is next asked for, and frees its memory.
func (s *Store) Sweep(primary string) Swept {
	e, ok := s.entries.Load(primary)
	if !ok {
		return Swept{}
	}
	swept, dropped := s.sweepEntry(e)
	s.discard(dropped)
	return swept
}

// sweepEntry applies the log to one entry, and drops what is past being kept.
func (s *Store) sweepEntry(e *entry) (swept Swept, dropped []*Object) {
	e.mu.Lock()
	defer s.leave(e)
	now := s.now()
	e.slots(func(sl *slot) {
		gone, hit := sl.sweep(s.purges, now)
		dropped = append(dropped, gone...)
		for _, o := range hit {
			size, _ := o.Body.Size()
			swept.Objects++
			swept.Bytes += size
		}
	})
	return swept, dropped
}

// sweep takes out of the slot what a hard purge has hit and what is past being kept. hit is what purges have hit, softly or hard. entry.mu is held.
func (s *slot) sweep(purges Purges, now time.Time) (gone, hit []*Object) {
	if p := s.previous; p != nil && p.purged(purges, s.entry.primary) {
		gone = append(gone, p)
		s.previous = nil
	}
	gone = append(gone, s.takeBeside(func(b *Object) bool { return b.purged(purges, s.entry.primary) })...)
	o := s.object.Load()
	if o == nil {
		return gone, nil
	}
	softened := o.softened.Load()
	if o.purged(purges, s.entry.primary) {
		return append(gone, s.purge(now)...), []*Object{o}
	}
	if o.softened.Load() != softened {
		hit = append(hit, o)
	}
	if o.Body.Settled() && len(s.beside) == 0 && now.After(o.Freshness.KeptUntil()) {
		gone = append(gone, s.takeObjects()...)
	}
	return gone, hit
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
	upto := s.purges.Number()
	s.searches.sweep(s.purges)
	s.entries.Range(func(_ string, e *entry) bool {
		_, dropped := s.sweepEntry(e)
		s.discard(dropped)
		return true
	})
	s.purges.Forget(s.register.oldest(upto))
}
