package storage

import (
	"slices"
	"time"

	"lacquer/policy"
)

// Holds reports whether an object can still be found: it was neither purged nor replaced.
func (s *Store) Holds(o *Object) bool {
	return o.slot != nil && o.slot.object.Load() == o && !o.purged(s.purges, o.slot.entry.primary)
}

// Renew puts a stored object under another head, which r holds with what follows from it: an answer to HEAD has said that the body still is what it was
// (RFC 9111 section 4.3.5). It reports whether it has: not if the object was purged or replaced meanwhile, still arrives, or varies by something else now.
func (s *Store) Renew(o *Object, r Response) bool {
	if o.slot == nil || !o.Body.Settled() || r.Vary != o.Vary {
		return false
	}
	renewed := s.renewed(o, &r)
	if renewed == nil {
		return false
	}
	dropped, ok := o.slot.exchange(s.purges, o, renewed)
	if !ok {
		return false
	}
	s.discard(dropped)
	s.place(renewed)
	return true
}

// renewed is o under the head of r; nil if o was purged, or something was by which it is known only from now on: the head may have been asked for before that.
func (s *Store) renewed(o *Object, r *Response) *Object {
	e := o.slot.entry
	if o.purged(s.purges, e.primary) {
		return nil
	}
	n := &Object{
		Head: r.Head, Origin: r.Origin, Body: o.Body, Freshness: r.Freshness, Vary: o.Vary, Shareable: r.Shareable,
		Tags: policy.Tidy(append(slices.Clip(o.Tags), r.Tags...)), Asked: o.Asked, Took: o.Took,
		Number: o.Number, started: o.started, variant: o.variant, language: o.language, search: o.search, holed: o.holed,
	}
	if n.Origin == nil {
		n.Origin = n.Head
	}
	n.hits.Store(o.hits.Load())
	n.checked.Store(o.checked.Load())
	if len(n.Tags) != len(o.Tags) && s.purges.Judge(Subject{Primary: e.primary, Asked: n.Asked, Tags: n.Tags}, o.started).Hard != 0 {
		return nil
	}
	if asked := r.Freshness.Received.Add(-r.Took); o.Softened().After(asked) {
		n.softened.Store(o.softened.Load())
	}
	return n
}

// exchange puts renewed in the place of o, if o is still there.
func (s *slot) exchange(purges Purges, o, renewed *Object) (dropped []*Object, ok bool) {
	s.entry.mu.Lock()
	defer s.entry.mu.Unlock()
	if s.object.Load() != o || o.purged(purges, s.entry.primary) {
		return nil, false
	}
	return s.put(renewed), true
}

// Soften makes an object stale from a moment on, as a soft purge does: something newer than it was seen, or is to be asked for.
func (s *Store) Soften(o *Object, at time.Time) { o.soften(at) }
