package storage

// Peeked is what a look-up would meet.
type Peeked struct {
	Object *Object // what is stored for the request, however old; nil if nothing is
	Mark   *Mark   // that the last answer was not to be shared, if one is good
	Others bool    // something is stored under the URL, but not for this request
	Flying bool    // a fetch that the request could join is under way
}

// Peek says what a look-up would meet, and reserves nothing.
func (s *Store) Peek(q *Query) Peeked {
	var p Peeked
	e, ok := s.entries.Load(q.Key.Primary)
	if !ok {
		return p
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, p.Flying = e.flights[secondaryKey(q.Key.Base, e.lastVary(), q.Header)]
	sl := e.find(q.Key, q.Header)
	if sl == nil {
		p.Others = e.shelf.Load() != nil
		return p
	}
	p.Mark = sl.marked(q.Now)
	if o := sl.object.Load(); o != nil && !o.purged(s.purges, e.primary) {
		p.Object = o
	}
	return p
}
