package purge_test

import (
	"slices"
	"time"

	"lacquer/policy"
	"lacquer/storage"
)

// How long the store waits for what, as its design says.
const (
	restInterval  = 3 * time.Second
	markTooLarge  = 2 * time.Minute
	sweepInterval = 10 * time.Second
	rememberTime  = 2 * time.Minute
	lonelyLimit   = time.Minute
	markCost      = 512 // bytes
)

// commit ends a flight with an object whose body is still to come, or is that of f.stored. It reports whether look-ups find the object.
func (m *model) commit(f *modelFlight, o *modelObject, q *modelRequest, now time.Time) (found bool) {
	o.known, o.landed = o.tags, uint64(len(m.purges))
	if o.body.whole {
		o.known = slices.Concat(o.tags, f.stored.tags)
	}
	p := f.url.place(o.vary, q.secondary(o.vary))
	was := p.object
	if found = m.hardAfter(f.url.primary, o.known, f.started) == 0 && (was == nil || was.flight < f.number); found {
		if was != nil && was.body.whole && !o.body.whole {
			p.previous = was
		}
		if o.body.whole {
			p.previous = nil
		}
		p.object, o.place = o, p
		p.marked, p.rest, p.shareable = time.Time{}, time.Time{}, o.shareable
	} else if !o.body.whole {
		o.body.kept = false
	}
	m.end(f, now)
	return found
}

// refuse ends a flight with a response that is not stored.
func (m *model) refuse(f *modelFlight, vary string, why storage.Refusal, q *modelRequest, now time.Time) {
	switch {
	case why.Identity:
		if f.place != nil {
			f.place.shareable = false
		}
	case why.Mark > 0:
		p := f.place // where look-ups for such a request go
		if p == nil || p.object == nil {
			p = f.url.place(vary, q.secondary(vary))
		}
		if o := p.object; o == nil || o.flight < f.number {
			switch {
			case o == nil:
			case why.Failure || m.judge(o, now) == policy.UseStale:
				p.rest = now.Add(restInterval)
			default:
				p.object, p.previous = nil, nil
			}
			p.shareable = false
			m.mark(p, now.Add(why.Mark), false)
		}
	}
	m.end(f, now)
}

// mark marks a place. The walks are such that there is always room for one more.
func (m *model) mark(p *modelPlace, until time.Time, remembers bool) {
	p.marked, p.remembers = until, remembers
}

// marks counts the marks that are there, over or not.
func (m *model) marks() (n int) {
	for _, u := range m.urls {
		for _, p := range u.places {
			if !p.marked.IsZero() {
				n++
			}
		}
	}
	return n
}

// fail ends a flight that brought nothing. The origin rests unless the fault is ours.
func (m *model) fail(f *modelFlight, why policy.Reason, now time.Time) {
	if f.place != nil && f.place.object != nil && why != policy.Internal {
		f.place.rest = now.Add(restInterval)
	}
	m.end(f, now)
}

// grow adds bytes to a body. One that is not to be kept leaves the table to what it had replaced, with a mark.
func (m *model) grow(o *modelObject, n, declared int64, now time.Time) {
	o.body.size += n
	if o.place == nil || o.let || o.body.size <= m.maxObject && declared <= m.maxObject {
		return
	}
	o.let, o.body.kept = true, false
	if p := o.place; p.object == o {
		p.object, p.previous = p.previous, nil
		m.mark(p, now.Add(markTooLarge), false)
	}
	m.tidy(m.url(o.primary), now)
}

func (m *model) complete(o *modelObject) {
	o.body.whole = true
	if o.place != nil && o.place.object == o {
		o.place.previous = nil
	}
}

func (m *model) cut(o *modelObject, now time.Time) {
	o.body.cut, o.gone = true, true
	if o.place == nil {
		return
	}
	if o.place.object == o {
		o.place.object, o.place.previous = o.place.previous, nil
	}
	m.tidy(m.url(o.primary), now)
}

// evict takes an object off that did not deserve its place.
func (m *model) evict(p *modelPlace, now time.Time) {
	o := p.object
	o.gone, p.object = true, nil
	m.tidy(m.url(o.primary), now)
}

// purge takes out what has been purged. If that was the same for all, those who ask next still share a fetch.
func (m *model) purge(p *modelPlace, now time.Time) {
	p.object, p.previous, p.marked = nil, nil, time.Time{}
	if p.shareable {
		m.mark(p, now.Add(rememberTime), true)
	}
}

// sweep drops what has been purged under a URL, and what nobody can use any more.
func (m *model) sweep(primary string, now time.Time) {
	u := m.url(primary)
	for _, p := range u.places {
		if p.object != nil && m.purged(p.object) {
			m.purge(p, now)
		}
		if p.previous != nil && m.purged(p.previous) {
			p.previous = nil
		}
		if o := p.object; o != nil && o.body.whole && now.After(o.freshness.KeptUntil()) {
			p.object, p.previous = nil, nil
		}
	}
	m.tidy(u, now)
}

// sweepAll does so everywhere.
func (m *model) sweepAll(now time.Time) {
	for primary := range m.urls {
		m.sweep(primary, now)
	}
}
