package storage

import "lacquer/policy"

// Peeked is what a look-up would meet.
type Peeked struct {
	Object *Object       // what is stored for the request, however old; nil if nothing is
	Find   Find          // what a look-up would find of that: Hit, Stale, or Miss
	Reason policy.Reason // why
	Mark   *Mark         // that the last answer was not to be shared, if one is good
	Others bool          // something is stored under the URL, but not for this request
	Flying bool          // a fetch that the request could join is under way
}

// Peek says what a look-up would meet, and reserves nothing.
func (s *Store) Peek(q *Query) Peeked {
	p := Peeked{Find: Miss, Reason: policy.NotStored}
	e, ok := s.entries.Load(q.Key.Primary)
	if !ok {
		return p
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	p.Flying = e.flying(q)
	sl := e.find(q.Key, q.Request.Header)
	if sl == nil {
		if o := e.findSpoken(q.Key, q.Request.Header); s.ready(e, q, o) {
			p.Object, p.Find, p.Reason = o, Hit, policy.Fresh
		} else if p.Others = e.shelf.Load() != nil; p.Others {
			p.Reason = policy.OtherVariant
		}
		return p
	}
	p.Mark = sl.marked(q.Now)
	if o := sl.object.Load(); o != nil && q.stands(o) && !o.purged(s.purges, e.primary) {
		p.Object = o
		p.Find, p.Reason = q.find(o)
	}
	return p
}

// find says what a look-up finds where there is o.
func (q *Query) find(o *Object) (Find, policy.Reason) {
	use, why := q.judge(o)
	switch {
	case use != policy.UseNever && o.holed && q.lacks(o):
		return Miss, policy.PartStored
	case use == policy.UseFresh:
		return Hit, policy.Fresh
	case use == policy.UseStale && why == policy.None:
		return Stale, policy.StaleWhileRevalidate
	case use == policy.UseStale:
		return Stale, why
	}
	return Miss, whyNotUsed(o, why)
}

// flying reports whether a fetch is under way that a request could join. e.mu is held.
func (e *entry) flying(q *Query) bool {
	secondary := secondaryKey(q.Key.Base, e.lastVary(), q.Request.Header)
	if e.flights[secondary] != nil {
		return true
	}
	return q.Part != "" && e.flights[secondary+endOfWhole+q.Part] != nil
}

// MarkOf returns the mark that stands where a request would look, nil if there is none that is good. It takes no lock and reserves nothing: for requests that go
// by the store.
func (s *Store) MarkOf(q *Query) *Mark {
	if e, ok := s.entries.Load(q.Key.Primary); ok {
		if sl := e.find(q.Key, q.Request.Header); sl != nil {
			return sl.marked(q.Now)
		}
	}
	return nil
}
