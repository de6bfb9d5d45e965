package storage

import (
	"cmp"
	"strings"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// Query is what a look-up is asked.
type Query struct {
	Key      policy.Key
	Request  *message.Request // its fields for Vary, and what of a partial object it needs; not changed, and not kept
	Now      time.Time
	Arrival  uint64         // where the log of purges stood when the request arrived
	Identity bool           // the request bears identity: it shares a fetch only where answers were shareable in spite of that
	Alone    bool           // what is fetched for the request is not to be shared
	Part     string         // the range that may be fetched by itself, in the one form that equal wishes have (policy.PartAsked); "" for the whole
	Search   policy.Search  // which parts of the query are not in Key
	Since    uint64         // where the log of purges stood when that was learned
	Wants    policy.Wants   // what the client wants of stored responses, as far as it is obeyed
	Draw     func() float64 // a number above 0, up to 1, by chance: whether this hit refreshes early; nil for never
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
	Object *Object       // for Hit and Stale what may be used; for Miss and Alone what is stored and may stand in for a failing origin, or nil
	Seat   *Seat         // for a Hit only where it refreshes early
	Mark   policy.Reason // of the mark by which it goes alone, or None
}

// Lookup finds what is stored for a request or reserves the fetch of it, in one act: of all who ask at the same time for what is not there, the
// flight that they get is the same. A hit takes no lock.
func (s *Store) Lookup(q *Query) Answer {
	e, ok := s.entries.Load(q.Key.Primary)
	if !ok {
		return s.reserve(q, false)
	}
	sl := e.find(q.Key, q.Request.Header)
	if sl == nil {
		if o := e.findSpoken(q.Key, q.Request.Header); s.ready(e, q, o) {
			return s.hit(o)
		}
		return s.reserve(q, false)
	}
	o := sl.object.Load()
	if !s.ready(e, q, o) {
		return s.reserve(q, false)
	}
	if q.early(o) {
		return s.reserve(q, true)
	}
	return s.hit(o)
}

// ready reports whether an object, perhaps nil, may be used as it is.
func (s *Store) ready(e *entry, q *Query, o *Object) bool {
	if o == nil || !q.stands(o) || o.purged(s.purges, e.primary) {
		return false
	}
	if use, _ := q.judge(o); use != policy.UseFresh {
		return false
	}
	return !o.holed || !q.lacks(o)
}

// hit counts a hit and is the answer.
func (s *Store) hit(o *Object) Answer {
	s.keeper.sample(o.slot.hash)
	o.hits.Add(1)
	return Answer{Find: Hit, Reason: policy.Fresh, Object: o}
}

// judge says how an object may be used for the request, and why, if that is the request's doing.
func (q *Query) judge(o *Object) (policy.Use, policy.Reason) {
	return o.Freshness.JudgeFor(q.Now, o.Softened(), &q.Wants)
}

// lacks reports whether an object with a part has not all bytes that the answer needs, be it that they are on their way.
func (q *Query) lacks(o *Object) bool {
	wanted, any := policy.WantedBytes(q.Request, o.Head, o.Body.part.size)
	return any && !o.Holds(wanted)
}

// early reports whether the request is the one of many by which an object is refreshed before it expires.
func (q *Query) early(o *Object) bool {
	return o.Freshness.Early && q.Draw != nil && o.Body.Settled() && o.Freshness.RefreshEarly(q.Now, o.Took, q.Draw())
}

// reserve is the slow part of Lookup: the entry is locked and judged again. early says that what is still fresh is to be refreshed.
func (s *Store) reserve(q *Query, early bool) Answer {
	e := s.lockEntry(q.Key.Primary)
	a, dropped := s.reserveLocked(e, q, early)
	s.discard(dropped)
	return a
}

// reserveLocked answers a query, and unlocks the entry.
func (s *Store) reserveLocked(e *entry, q *Query, early bool) (a Answer, dropped []*Object) {
	defer s.leave(e)
	a = s.judgeLocked(e, q, early, &dropped)
	return a, dropped
}

// judgeLocked answers a query. e.mu is held.
func (s *Store) judgeLocked(e *entry, q *Query, early bool, dropped *[]*Object) Answer {
	sl := e.find(q.Key, q.Request.Header)
	if sl == nil {
		if o := e.findSpoken(q.Key, q.Request.Header); s.ready(e, q, o) {
			return Answer{Find: Hit, Reason: policy.Fresh, Object: o}
		}
		why := policy.NotStored
		if e.shelf.Load() != nil {
			why = policy.OtherVariant
		}
		return s.missLocked(e, nil, q, miss{why: why})
	}
	s.keeper.touch(sl.hash)
	o := sl.object.Load()
	if o != nil && o.purged(s.purges, e.primary) {
		*dropped = append(*dropped, sl.purge(q.Now)...)
		o = nil
	}
	if o == nil || !q.stands(o) {
		return s.missLocked(e, sl, q, miss{why: policy.NotStored})
	}
	use, why := q.judge(o)
	switch {
	case use == policy.UseNever:
		*dropped = append(*dropped, sl.takeObjects()...)
		return s.missLocked(e, sl, q, miss{why: policy.Expired})
	case o.holed && q.lacks(o):
		return s.partLocked(e, sl, q, o, use)
	case use == policy.UseFresh && early:
		return s.earlyLocked(e, sl, q, o)
	case use == policy.UseFresh:
		return Answer{Find: Hit, Reason: policy.Fresh, Object: o}
	case use == policy.UseStale:
		return s.staleLocked(e, sl, q, o, cmp.Or(why, policy.StaleWhileRevalidate))
	case sl.resting(q.Now) && o.ServableOnError(q.Now):
		return Answer{Find: Stale, Reason: policy.StaleHeld, Object: o}
	}
	return s.missLocked(e, sl, q, miss{why: whyNotUsed(o, why), object: o, stored: o})
}

// whyNotUsed says why an object is not used without asking; why is what the request has to do with it.
func whyNotUsed(o *Object, why policy.Reason) policy.Reason {
	switch {
	case why != policy.None:
		return why
	case o.Freshness.MustValidate:
		return policy.MustValidate
	}
	return policy.Expired
}

// partLocked answers a request that needs bytes which o lacks: with another part that has them and is about to become one with o, or by having what is missing
// asked for (RFC 9111 section 3.4). e.mu is held.
func (s *Store) partLocked(e *entry, sl *slot, q *Query, o *Object, use policy.Use) Answer {
	for _, b := range sl.beside {
		if s.ready(e, q, b) {
			return Answer{Find: Hit, Reason: policy.Fresh, Object: b}
		}
	}
	m := miss{why: policy.PartStored, object: o}
	if use == policy.UseFresh && policy.Completable(o.Origin) {
		m.stored = o
	}
	return s.missLocked(e, sl, q, m)
}

// earlyLocked answers with what is fresh, and reserves its refresh if there is to be one. e.mu is held.
func (s *Store) earlyLocked(e *entry, sl *slot, q *Query, o *Object) Answer {
	a := s.staleLocked(e, sl, q, o, policy.EarlyRefresh)
	a.Find = Hit
	if a.Seat == nil {
		a.Reason = policy.Fresh
	}
	o.hits.Add(1)
	return a
}

// staleLocked answers with what may be used while it is refreshed, and reserves the refresh unless somebody has, or the origin rests.
func (s *Store) staleLocked(e *entry, sl *slot, q *Query, o *Object, why policy.Reason) Answer {
	a := Answer{Find: Stale, Reason: why, Object: o}
	secondary := secondaryKey(q.Key.Base, o.Vary, q.Request.Header)
	under := e.flights[secondary]
	if sl.resting(q.Now) || under != nil && !s.doomed(under, q.Arrival) {
		return a
	}
	a.Seat = s.flyLocked(e, sl, q.Key, secondary, o).take()
	return a
}

// miss says what there is for a request that cannot be answered without asking.
type miss struct {
	why    policy.Reason
	object *Object // what may stand in for a failing origin, or nil
	stored *Object // the same, if the fetch may validate or complete it; else nil
}

// endOfWhole stands between the secondary key under which a flight for the whole is listed, and the range that another is for. No value of a field has
// such a byte.
const endOfWhole = "\x00"

// missLocked reserves a fetch or a seat in one. e.mu is held.
func (s *Store) missLocked(e *entry, sl *slot, q *Query, m miss) Answer {
	a := Answer{Find: Miss, Reason: m.why, Object: m.object}
	switch {
	case q.Alone:
		a.Find, a.Reason = Alone, policy.RequestNoStore
	case sl != nil && sl.marked(q.Now) != nil:
		a.Find, a.Reason = Alone, policy.HitForMiss
		a.Mark = sl.marked(q.Now).Reason
	case q.Identity && (sl == nil || !sl.shareable.Load()):
		a.Find, a.Reason = Alone, policy.IdentityAlone
	}
	if a.Find == Alone {
		f := s.flyLocked(e, sl, q.Key, "", m.stored)
		f.Mark = a.Mark
		a.Seat = f.take()
		return a
	}
	secondary, part := secondaryKey(q.Key.Base, e.lastVary(), q.Request.Header), q.Part
	if m.stored != nil && !m.stored.Partial() {
		part = "" // it is validated, for all who wait, whatever part they want
	}
	if a.Seat = s.joinLocked(e, secondary, q.Arrival); a.Seat != nil {
		return a
	}
	if part != "" {
		secondary += endOfWhole + part
		if a.Seat = s.joinLocked(e, secondary, q.Arrival); a.Seat != nil {
			return a
		}
	}
	f := s.flyLocked(e, sl, q.Key, secondary, m.stored)
	f.Part = part
	a.Seat = f.take()
	return a
}

// joinLocked returns a seat in a flight that is under way, nil if there is none that is of use. e.mu is held.
func (s *Store) joinLocked(e *entry, secondary string, arrival uint64) *Seat {
	if f := e.flights[secondary]; f != nil && !s.doomed(f, arrival) {
		return f.take()
	}
	return nil
}

// doomed reports whether what a flight brings is known to be useless for a request that arrived when the log stood at arrival.
func (s *Store) doomed(f *Flight, arrival uint64) bool {
	j := s.purges.Judge(Subject{Primary: f.entry.primary}, f.started)
	return j.Hard != 0 && j.Hard <= arrival
}

// flyLocked begins a flight, listed under secondary unless that is "". e.mu is held.
func (s *Store) flyLocked(e *entry, sl *slot, key policy.Key, secondary string, stored *Object) *Flight {
	// Who asks may have made the key in memory that the next request takes over.
	f := &Flight{key: policy.Key{Primary: e.primary, Base: strings.Clone(key.Base)}, store: s, entry: e, slot: sl, secondary: secondary}
	if stored != nil && stored.Body.Settled() {
		f.Stored = stored
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
