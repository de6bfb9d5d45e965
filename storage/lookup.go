package storage

import (
	"strings"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// Query is what a look-up is asked.
type Query struct {
	Key      policy.Key
	Header   message.Header // of the request, for Vary
	Now      time.Time
	Arrival  uint64 // where the log of purges stood when the request arrived
	Identity bool   // the request bears identity: it shares a fetch only where answers were shareable in spite of that
	Alone    bool   // what is fetched for the request is not to be shared
}

// Find says what a look-up found.
type Find uint8

// What a look-up finds.
const (
	Hit   Find = iota + 1 // Object may be used
	Stale                 // Object may be used as it is; with a Seat, who asked is to have it refreshed behind
	Miss                  // wait for the flight of Seat; whoever of those who wait comes first to fetch does it
	Alone                 // fetch for this request alone, by the flight of Seat that nobody else can join
)

// Answer is the answer to a look-up.
type Answer struct {
	Find   Find
	Reason policy.Reason
	Object *Object // for Hit and Stale what may be used; for Miss and Alone what is stored and may stand in for a failing origin, or nil
	Seat   *Seat
}

// Lookup finds what is stored for a request or reserves the fetch of it, in one act: of all who ask at the same time for what is not there, the
// flight that they get is the same. A hit takes no lock.
func (s *Store) Lookup(q *Query) Answer {
	if e, ok := s.entries.Load(q.Key.Primary); ok {
		if sl := e.find(q.Key, q.Header); sl != nil {
			if o := sl.object.Load(); o != nil && !o.purged(s.purges, e.primary) && o.Judge(q.Now) == policy.UseFresh {
				s.keeper.sample(sl.hash)
				o.hits.Add(1)
				return Answer{Find: Hit, Reason: policy.Fresh, Object: o}
			}
		}
	}
	return s.reserve(q)
}

// reserve is the slow part of Lookup: the entry is locked and judged again.
func (s *Store) reserve(q *Query) Answer {
	e := s.lockEntry(q.Key.Primary)
	a, dropped := s.reserveLocked(e, q)
	s.discard(dropped)
	return a
}

// reserveLocked answers a query, and unlocks the entry.
func (s *Store) reserveLocked(e *entry, q *Query) (a Answer, dropped []*Object) {
	defer s.leave(e)
	a = s.judgeLocked(e, q, &dropped)
	return a, dropped
}

// judgeLocked answers a query. e.mu is held.
func (s *Store) judgeLocked(e *entry, q *Query, dropped *[]*Object) Answer {
	sl := e.find(q.Key, q.Header)
	if sl == nil {
		why := policy.NotStored
		if e.shelf.Load() != nil {
			why = policy.OtherVariant
		}
		return s.missLocked(e, nil, q, why, nil)
	}
	s.keeper.touch(sl.hash)
	o := sl.object.Load()
	if o != nil && o.purged(s.purges, e.primary) {
		*dropped = append(*dropped, sl.purge(q.Now)...)
		o = nil
	}
	if o == nil {
		return s.missLocked(e, sl, q, policy.NotStored, nil)
	}
	switch o.Judge(q.Now) {
	case policy.UseFresh:
		return Answer{Find: Hit, Reason: policy.Fresh, Object: o}
	case policy.UseStale:
		return s.staleLocked(e, sl, q, o)
	case policy.UseAfterValidation:
		if sl.resting(q.Now) && o.ServableOnError(q.Now) {
			return Answer{Find: Stale, Reason: policy.StaleHeld, Object: o}
		}
		why := policy.Expired
		if o.Freshness.MustValidate {
			why = policy.MustValidate
		}
		return s.missLocked(e, sl, q, why, o)
	default: // policy.UseNever
		*dropped = append(*dropped, sl.takeObjects()...)
		return s.missLocked(e, sl, q, policy.Expired, nil)
	}
}

// staleLocked answers with what may be used while it is refreshed, and reserves the refresh unless somebody has, or the origin rests.
func (s *Store) staleLocked(e *entry, sl *slot, q *Query, o *Object) Answer {
	a := Answer{Find: Stale, Reason: policy.StaleWhileRevalidate, Object: o}
	secondary := secondaryKey(q.Key.Base, o.Vary, q.Header)
	under := e.flights[secondary]
	if sl.resting(q.Now) || under != nil && !s.doomed(under, q.Arrival) {
		return a
	}
	a.Seat = s.flyLocked(e, sl, q.Key, secondary, o).take()
	return a
}

// missLocked reserves a fetch or a seat in one. stored is what is there but cannot be used without asking.
func (s *Store) missLocked(e *entry, sl *slot, q *Query, why policy.Reason, stored *Object) Answer {
	a := Answer{Find: Miss, Reason: why, Object: stored}
	var marked policy.Reason
	switch {
	case q.Alone:
		a.Find, a.Reason = Alone, policy.RequestNoStore
	case sl != nil && sl.marked(q.Now) != nil:
		a.Find, a.Reason = Alone, policy.HitForMiss
		marked = sl.marked(q.Now).Reason
	case q.Identity && (sl == nil || !sl.shareable.Load()):
		a.Find, a.Reason = Alone, policy.IdentityAlone
	}
	if a.Find == Alone {
		f := s.flyLocked(e, sl, q.Key, "", stored)
		f.Mark = marked
		a.Seat = f.take()
		return a
	}
	secondary := secondaryKey(q.Key.Base, e.lastVary(), q.Header)
	if f := e.flights[secondary]; f != nil && !s.doomed(f, q.Arrival) {
		if a.Seat = f.take(); a.Seat != nil {
			return a
		}
	}
	a.Seat = s.flyLocked(e, sl, q.Key, secondary, stored).take()
	return a
}

// doomed reports whether what a flight brings is known to be useless for a request that arrived when the log stood at arrival.
func (s *Store) doomed(f *Flight, arrival uint64) bool {
	j := s.purges.Judge(Subject{Primary: f.entry.primary}, f.started)
	return j.Hard != 0 && j.Hard <= arrival
}

// flyLocked begins a flight, listed under secondary unless that is "". e.mu is held.
func (s *Store) flyLocked(e *entry, sl *slot, key policy.Key, secondary string, stored *Object) *Flight {
	f := &Flight{key: key, store: s, entry: e, slot: sl, secondary: secondary}
	if stored != nil {
		if _, whole := stored.Body.Size(); whole {
			f.Stored = stored
		}
	}
	s.register.begin(f, s.purges)
	if f.Stored != nil && f.Stored.purged(s.purges, e.primary) {
		f.Stored = nil // since it was found; its body is not to come back by a 304 to a fetch that is newer than the purge
	}
	e.underWay++
	if secondary != "" {
		if e.flights == nil {
			e.flights = make(map[string]*Flight)
		}
		e.flights[secondary] = f
	}
	return f
}

// Fly begins a flight that nobody else can join, for a request that has waited in vain.
func (s *Store) Fly(key policy.Key, stored *Object) *Seat {
	e := s.lockEntry(key.Primary)
	defer e.mu.Unlock()
	return s.flyLocked(e, nil, key, "", stored).take()
}

// lockEntry returns the entry of a primary key, made if need be, locked.
func (s *Store) lockEntry(primary string) *entry {
	for {
		e, ok := s.entries.Load(primary)
		if !ok {
			kept := strings.Clone(primary)
			e, _ = s.entries.LoadOrStore(kept, &entry{primary: kept, marks: &s.marks})
		}
		e.mu.Lock()
		if !e.gone {
			return e
		}
		e.mu.Unlock()
	}
}

// leave unlocks an entry after whatever was done to it, tidied; without anything in it, off the table.
func (s *Store) leave(e *entry) {
	defer e.mu.Unlock()
	e.tidy(s.now())
	if e.underWay == 0 && e.shelf.Load() == nil && !e.gone {
		e.gone = true
		s.entries.Delete(e.primary)
	}
}
