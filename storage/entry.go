package storage

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

const (
	maxLayers       = 4   // how many different Vary fields an entry remembers at once
	defaultVariants = 256 // how many variants one Vary field may have where nothing else is said
)

// entry is all that is stored and under way beneath one primary key: the responses to one URL, for every scheme, every variant.
type entry struct {
	primary string
	marks   *budget               // what its marks are charged to; there is none for them where it is used up
	shelf   atomic.Pointer[shelf] // what a look-up reads without lock; replaced under mu, never changed

	mu       sync.Mutex         // protects what follows, and shelf, slot.object and slot.mark against other writers
	flights  map[string]*Flight // that can be joined, by secondary key
	underWay int                // flights that have not ended, those that cannot be joined too; keeps the entry in the table
	gone     bool               // it has left the table: whoever holds it looks it up again
}

// shelf holds the variants of an entry in layers, one for each Vary field that was seen, the newest first.
type shelf struct {
	layers []layer
}

// layer holds the variants that share a Vary field, by secondary key.
type layer struct {
	vary      message.Vary
	slots     map[string]*slot
	languages map[string]*slot // some of them a second time, by their keys with a language in the place of Accept-Language; nil without any
}

// slot is the place of one variant. It stays while objects and marks in it come and go.
type slot struct {
	entry     *entry
	secondary string
	hash      uint64 // of primary and secondary key: the keeper's name for it

	object    atomic.Pointer[Object]
	mark      atomic.Pointer[Mark]
	shareable atomic.Bool  // the last answer was the same for all, in spite of identity
	rest      atomic.Int64 // until when the origin is left in peace after a failure, in nanoseconds since 1970

	// Protected by entry.mu:
	previous *Object   // object of which all had come that one still arriving has replaced, in case that one is cut
	beside   []*Object // parts that arrived, or still arrive, while object did; they become one with it
}

// resting reports whether the origin failed for this slot a moment ago.
func (s *slot) resting(now time.Time) bool { return now.UnixNano() < s.rest.Load() }

// marked returns the mark if there is one that is still good.
func (s *slot) marked(now time.Time) *Mark {
	if m := s.remembered(now); m != nil && m.Reason != policy.None {
		return m
	}
	return nil
}

// remembered returns a mark that is still good, or what is left of an object that was purged.
func (s *slot) remembered(now time.Time) *Mark {
	if m := s.mark.Load(); m != nil && now.Before(m.Until) {
		return m
	}
	return nil
}

// purge takes out what a hard purge has hit. That its like was the same for all is remembered for a while, or a herd with cookies, which would
// otherwise share the fetch, would be let loose on the origin by every purge of a busy page. entry.mu is held.
func (s *slot) purge(now time.Time) (gone []*Object) {
	gone = s.clear()
	if s.shareable.Load() {
		s.setMark(&Mark{Until: now.Add(rememberTime)})
	}
	return gone
}

// endOfBase stands between the two parts of a secondary key. No part of either begins like this, as each begins with its length.
const endOfBase = "\xff\xff\xff\xff"

// appendSecondary appends the secondary key: what rules and scheme add, then the values of the fields that Vary names.
func appendSecondary(dst []byte, base string, vary message.Vary, h message.Header) []byte {
	dst = append(dst, base...)
	dst = append(dst, endOfBase...)
	return vary.AppendKey(dst, h)
}

// find returns the slot for a request: of those that match, the one whose object came last. It takes no lock.
func (e *entry) find(key policy.Key, h message.Header) *slot {
	sh := e.shelf.Load()
	if sh == nil {
		return nil
	}
	var buf [256]byte
	var best *slot
	var bestFlight uint64
	for i := range sh.layers {
		name := appendSecondary(buf[:0], key.Base, sh.layers[i].vary, h)
		s := sh.layers[i].slots[string(name)]
		if s == nil {
			continue
		}
		if o := s.object.Load(); best == nil || o != nil && o.Number > bestFlight {
			best = s
			if o != nil {
				bestFlight = o.Number
			}
		}
	}
	return best
}

// lastVary returns the Vary field of the latest answer, by which fetches are told apart until their heads come.
func (e *entry) lastVary() message.Vary {
	if sh := e.shelf.Load(); sh != nil && len(sh.layers) > 0 {
		return sh.layers[0].vary
	}
	return message.Vary{}
}

// tidy takes marks that are over off their slots, and slots that hold nothing off the shelf. As long as there is a flight to join the slots stay:
// Vary and shareable of the last answer say who may join it. e.mu is held.
func (e *entry) tidy(now time.Time) {
	sh := e.shelf.Load()
	if sh == nil {
		return
	}
	empty, others := 0, 0
	e.slots(func(s *slot) {
		if s.remembered(now) == nil {
			s.setMark(nil)
		}
		if s.empty(now) {
			empty++
		} else {
			others++
		}
	})
	switch {
	case empty == 0 || len(e.flights) > 0:
		return
	case others == 0:
		e.shelf.Store(nil)
		return
	}
	var layers []layer
	for _, l := range sh.layers {
		kept := make(map[string]*slot, len(l.slots))
		for name, s := range l.slots {
			if !s.empty(now) {
				kept[name] = s
			}
		}
		if len(kept) > 0 {
			layers = append(layers, layer{vary: l.vary, slots: kept, languages: l.languagesOf(kept)})
		}
	}
	e.shelf.Store(&shelf{layers: layers})
}

// empty reports whether nothing would be lost with the slot.
func (s *slot) empty(now time.Time) bool {
	return s.object.Load() == nil && s.previous == nil && len(s.beside) == 0 && s.mark.Load() == nil && !s.resting(now)
}

// setMark replaces the mark; nil takes it off. Where there is no room for another mark, none is made: those who wait for such an answer go by one
// another all the same. entry.mu is held.
func (s *slot) setMark(m *Mark) {
	was := s.mark.Load()
	if was == nil && m != nil && !s.entry.marks.take(markCost) {
		return
	}
	s.mark.Store(m)
	if was != nil && m == nil {
		s.entry.marks.release(markCost)
	}
}

// clear takes objects and mark out of the slot. entry.mu is held.
func (s *slot) clear() (dropped []*Object) {
	s.setMark(nil)
	return s.takeObjects()
}

// takeObjects takes the objects out of the slot and leaves the mark. entry.mu is held.
func (s *slot) takeObjects() (dropped []*Object) {
	if o := s.object.Swap(nil); o != nil {
		dropped = append(dropped, o)
	}
	if s.previous != nil {
		dropped = append(dropped, s.previous)
		s.previous = nil
	}
	return append(dropped, s.takeBeside(func(*Object) bool { return true })...)
}

// has reports whether an object with this body is stored, or would come back: in whatever slot, as a 304 may bring another Vary. e.mu is held.
func (e *entry) has(b *Body) (found bool) {
	e.slots(func(s *slot) {
		o := s.object.Load()
		found = found || o != nil && o.Body == b || s.previous != nil && s.previous.Body == b ||
			slices.ContainsFunc(s.beside, func(o *Object) bool { return o.Body == b })
	})
	return found
}

// slots calls visit for each slot.
func (e *entry) slots(visit func(*slot)) {
	if sh := e.shelf.Load(); sh != nil {
		for _, l := range sh.layers {
			for _, s := range l.slots {
				visit(s)
			}
		}
	}
}
