package storage

import (
	"maps"
	"math"
	"slices"
	"time"

	"lacquer/message"
	"lacquer/policy"
)

// placing is what an entry needs to know to give an answer its slot.
type placing struct {
	vary      message.Vary
	secondary string
	spoken    string // the key under which it is found by its language, or ""
	hash      uint64
	most      int // variants that a layer may have
	now       time.Time
}

// room is what had to leave to make room.
type room struct {
	objects  []*Object
	variants int // of the same URL
}

// place returns the slot of a secondary key, making it, and puts the layer of its Vary field first. e.mu is held.
func (e *entry) place(p placing) (s *slot, made room) {
	var old []layer
	if sh := e.shelf.Load(); sh != nil {
		old = sh.layers
	}
	at := slices.IndexFunc(old, func(l layer) bool { return l.vary.Equal(p.vary) })
	if at == 0 {
		if s := old[0].slots[p.secondary]; s != nil && (p.spoken == "" || old[0].languages[p.spoken] == s) {
			return s, room{}
		}
	}
	front := layer{vary: p.vary, slots: make(map[string]*slot, 1)}
	layers := make([]layer, 1, len(old)+1)
	for i, l := range old {
		if i == at {
			front.slots, front.languages = maps.Clone(l.slots), maps.Clone(l.languages)
		} else {
			layers = append(layers, l)
		}
	}
	if s = front.slots[p.secondary]; s == nil {
		if len(front.slots) >= p.most {
			made = front.dropLeast(p.now)
		}
		s = &slot{entry: e, secondary: p.secondary, hash: p.hash}
		front.slots[p.secondary] = s
	}
	front.list(p.spoken, s)
	layers[0] = front
	for _, l := range layers[min(len(layers), maxLayers):] {
		for _, s := range l.slots {
			made.take(s)
		}
	}
	e.shelf.Store(&shelf{layers: layers[:min(len(layers), maxLayers)]})
	return s, made
}

// take clears a slot that has left the shelf.
func (r *room) take(s *slot) {
	if s.object.Load() != nil {
		r.variants++
	}
	r.objects = append(r.objects, s.clear()...)
}

// dropLeast takes the slot off that is worth least. The layer is not yet on a shelf.
func (l *layer) dropLeast(now time.Time) (made room) {
	var least *slot
	var worst worth
	for _, s := range l.slots {
		if w := s.worth(now); least == nil || w.less(worst) {
			least, worst = s, w
		}
	}
	delete(l.slots, least.secondary)
	l.languages = l.languagesOf(l.slots)
	made.take(least)
	return made
}

// worth ranks variants: those that hold something, then those that can be used as they are, then those that were used most, then the newest. Whoever varies a
// field to fill the store makes variants that nobody asks for twice.
type worth struct {
	holds, usable bool
	hits          int64
	number        uint64
}

func (s *slot) worth(now time.Time) worth {
	o := s.object.Load()
	switch {
	case o != nil:
		settled := o.Body.Settled()
		return worth{holds: true, usable: !settled || o.Judge(now) <= policy.UseStale, hits: o.hits.Load(), number: o.Number}
	case len(s.beside) > 0:
		return worth{holds: true, usable: true, number: math.MaxUint64}
	}
	return worth{}
}

func (w worth) less(other worth) bool {
	switch {
	case w.holds != other.holds:
		return other.holds
	case w.usable != other.usable:
		return other.usable
	case w.hits != other.hits:
		return w.hits < other.hits
	}
	return w.number < other.number
}

// makeRoom gives back the places of what had to leave, and says so if it was too many variants of one URL. No entry.mu is held.
func (s *Store) makeRoom(e *entry, made room) {
	s.discard(made.objects)
	if made.variants == 0 {
		return
	}
	s.crowded.Add(int64(made.variants))
	if s.onFull != nil {
		s.onFull(e.primary)
	}
}
