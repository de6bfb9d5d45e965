package storage

import (
	"iter"
	"strings"
)

// Listed is a variant as the table has it at one moment: an object, or a mark that says why there is none.
type Listed struct {
	Primary string  // the key of its URL
	Base    string  // what scheme and rules added to that, as policy.AppendBase wrote it; "" where there is only a mark
	Variant string  // what Vary named and the request had, as message.Vary.AppendKey wrote it; "" where there is only a mark
	Object  *Object // nil where there is only a mark
	Mark    *Mark   // nil without
}

// List goes through all that is stored and not purged, in no order. What comes and goes meanwhile may be there or not. Nobody waits for it: it
// holds no lock while yield runs.
func (s *Store) List() iter.Seq[Listed] {
	return func(yield func(Listed) bool) {
		s.entries.Range(func(_ string, e *entry) bool { return s.listEntry(e, yield) })
	}
}

// ListURL goes through what is stored under one primary key, as List does.
func (s *Store) ListURL(primary string) iter.Seq[Listed] {
	return func(yield func(Listed) bool) {
		if e, ok := s.entries.Load(primary); ok {
			s.listEntry(e, yield)
		}
	}
}

// listEntry yields what is beneath one primary key and reports whether more is wanted. It reads the shelf as a look-up does, without lock.
func (s *Store) listEntry(e *entry, yield func(Listed) bool) bool {
	sh := e.shelf.Load()
	if sh == nil {
		return true
	}
	now := s.now()
	for _, l := range sh.layers {
		for _, sl := range l.slots {
			listed := Listed{Primary: e.primary, Mark: sl.marked(now)}
			if o := sl.object.Load(); o != nil && !o.purged(s.purges, e.primary) {
				listed.Object, listed.Variant = o, o.variant
				listed.Base = strings.TrimSuffix(sl.secondary, endOfBase+o.variant)
			}
			if (listed.Object != nil || listed.Mark != nil) && !yield(listed) {
				return false
			}
		}
	}
	return true
}

// Count returns how many objects are stored. It goes through the whole table.
func (s *Store) Count() int {
	n := 0
	s.entries.Range(func(_ string, e *entry) bool {
		e.slots(func(sl *slot) {
			if sl.object.Load() != nil {
				n++
			}
		})
		return true
	})
	return n
}

// Limits returns how many bytes whole objects may take, and bodies under way.
func (s *Store) Limits() (kept, underWay int64) {
	return s.keeper.cache.MaxCost(), s.budget.limit
}
