package purge_test

import (
	"slices"
	"strings"
	"time"

	"lacquer/policy"
	"lacquer/storage"
)

// model is what storage and purge promise together, written to be read: it remembers every purge and every object there ever was, judges
// each object by all purges since its fetch began, and does everything one by one. random_test.go holds the real thing against it.
type model struct {
	purges    []modelPurge // number n stands at n-1
	urls      map[string]*modelURL
	flights   uint64 // how many there ever were
	maxObject int64
}

type modelPurge struct {
	primary string // "" for one by tag, or of everything
	tag     string // "" for one of everything
	soft    bool
	at      time.Time
}

// hits reports whether a purge is one of what has this primary key and these tags.
func (p *modelPurge) hits(primary string, tags []string) bool {
	switch {
	case p.primary != "":
		return p.primary == primary
	case p.tag != "":
		return slices.Contains(tags, p.tag)
	}
	return true
}

// modelURL is what is stored and under way for one primary key.
type modelURL struct {
	primary  string
	varies   []string // Vary fields of the answers, that of the latest first
	places   []*modelPlace
	flights  map[string]*modelFlight // that can be joined, by secondary key
	underWay int
}

// modelPlace is the place of one variant.
type modelPlace struct {
	vary, secondary string
	object          *modelObject
	previous        *modelObject // comes back if object is cut
	marked          time.Time    // until when its mark is good; zero without one
	remembers       bool         // the mark says no more than that what was purged was the same for all
	rest            time.Time    // until when the origin is left in peace
	shareable       bool
}

type modelObject struct {
	real      *storage.Object
	primary   string
	base      string
	vary      string
	values    string // of the request, for vary
	tags      []string
	known     []string // tags by which purges until it landed hit it: those of the body that was validated, too
	landed    uint64
	flight    uint64
	started   uint64 // purges there were when its fetch began
	freshness policy.Freshness
	shareable bool
	place     *modelPlace // nil if it was never found by anybody
	body      *modelBody
	let       bool // it proved too large, and has left the table for that
	gone      bool // cut or evicted: never to be found again
}

type modelBody struct {
	kept        bool
	whole, cut  bool
	size        int64
	readers     int
	lonelySince time.Time
}

func (b *modelBody) arriving() bool { return !b.whole && !b.cut }

type modelFlight struct {
	number    uint64
	started   uint64
	url       *modelURL
	place     *modelPlace // what the look-up had found, or nil
	secondary string      // "" if nobody can join
	stored    *modelObject
	base      string
	seats     int
	begun     bool // somebody has it fetched
}

// modelRequest is a request as the store sees it.
type modelRequest struct {
	primary, base string
	fields        map[string]string
	identity      bool
	alone         bool
	arrival       uint64
}

// modelAnswer is what a look-up must say.
type modelAnswer struct {
	find   storage.Find
	reason policy.Reason
	object *modelObject
	flight *modelFlight // nil without a seat
	begins bool         // the flight is a new one
}

// values returns the values of the fields that vary names.
func (q *modelRequest) values(vary string) string {
	var b strings.Builder
	for name := range strings.SplitSeq(vary, ", ") {
		if value, present := q.fields[name]; present {
			b.WriteString(name + "=" + value)
		}
		b.WriteString(";")
	}
	return b.String()
}

func (q *modelRequest) secondary(vary string) string {
	return q.base + "|" + vary + "|" + q.values(vary)
}

// hardAfter returns the number of the first hard purge that hits after so many purges, 0 if there is none.
func (m *model) hardAfter(primary string, tags []string, after uint64) uint64 {
	for i, p := range m.purges {
		if n := uint64(i) + 1; n > after && !p.soft && p.hits(primary, tags) {
			return n
		}
	}
	return 0
}

// softened returns the moment of the last soft purge of an object, zero if there was none.
func (m *model) softened(o *modelObject) (at time.Time) {
	for i, p := range m.purges {
		if uint64(i)+1 > o.started && p.soft && (p.hits(o.primary, o.tags) || uint64(i)+1 <= o.landed && p.hits(o.primary, o.known)) {
			at = p.at
		}
	}
	return at
}

// purged reports whether an object must never be given to anybody who asks from now on.
func (m *model) purged(o *modelObject) bool { return m.hardAfter(o.primary, o.tags, o.started) != 0 }

func (m *model) judge(o *modelObject, now time.Time) policy.Use {
	return o.freshness.Judge(now, m.softened(o))
}

// url returns what is known of a URL, made if need be.
func (m *model) url(primary string) *modelURL {
	u := m.urls[primary]
	if u == nil {
		u = &modelURL{primary: primary, flights: map[string]*modelFlight{}}
		m.urls[primary] = u
	}
	return u
}

// leave forgets a URL of which there is nothing.
func (m *model) leave(u *modelURL) {
	if len(u.places) == 0 && u.underWay == 0 {
		delete(m.urls, u.primary)
	}
}

// find returns the place for a request: that of the newest object that matches, else that of the latest Vary field.
func (u *modelURL) find(q *modelRequest) (best *modelPlace) {
	for _, vary := range u.varies {
		for _, p := range u.places {
			if p.vary != vary || p.secondary != q.secondary(vary) {
				continue
			}
			if best == nil || p.object != nil && (best.object == nil || p.object.flight > best.object.flight) {
				best = p
			}
		}
	}
	return best
}

// lookUp says what a look-up finds and reserves. A hit changes nothing.
func (m *model) lookUp(q *modelRequest, now time.Time) modelAnswer {
	u := m.url(q.primary)
	p := u.find(q)
	if p != nil && p.object != nil && !m.purged(p.object) && m.judge(p.object, now) == policy.UseFresh {
		return modelAnswer{find: storage.Hit, reason: policy.Fresh, object: p.object}
	}
	defer m.tidy(u, now)
	return m.reserve(u, p, q, now)
}

// reserve says what a look-up reserves that has found nothing fresh.
func (m *model) reserve(u *modelURL, p *modelPlace, q *modelRequest, now time.Time) modelAnswer {
	if p == nil {
		why := policy.NotStored
		if len(u.places) > 0 {
			why = policy.OtherVariant
		}
		return m.miss(u, nil, q, why, nil, now)
	}
	o := p.object
	if o != nil && m.purged(o) {
		m.purge(p, now)
		o = nil
	}
	if o == nil {
		return m.miss(u, p, q, policy.NotStored, nil, now)
	}
	switch m.judge(o, now) {
	case policy.UseStale:
		a := modelAnswer{find: storage.Stale, reason: policy.StaleWhileRevalidate, object: o}
		secondary := q.secondary(o.vary)
		under := u.flights[secondary]
		if now.Before(p.rest) || under != nil && !m.doomed(under, q) {
			return a
		}
		a.flight, a.begins = m.fly(u, p, q.base, secondary, o), true
		return a
	case policy.UseAfterValidation:
		if now.Before(p.rest) && o.freshness.ServableOnError(now, m.softened(o)) {
			return modelAnswer{find: storage.Stale, reason: policy.StaleHeld, object: o}
		}
		why := policy.Expired
		if o.freshness.MustValidate {
			why = policy.MustValidate
		}
		return m.miss(u, p, q, why, o, now)
	default:
		p.object, p.previous = nil, nil
		return m.miss(u, p, q, policy.Expired, nil, now)
	}
}

// miss says whose fetch a request that has nothing to use waits for.
func (m *model) miss(u *modelURL, p *modelPlace, q *modelRequest, why policy.Reason, stored *modelObject, now time.Time) modelAnswer {
	a := modelAnswer{find: storage.Miss, reason: why, object: stored}
	switch {
	case q.alone:
		a.find, a.reason = storage.Alone, policy.RequestNoStore
	case p != nil && now.Before(p.marked) && !p.remembers:
		a.find, a.reason = storage.Alone, policy.HitForMiss
	case q.identity && (p == nil || !p.shareable):
		a.find, a.reason = storage.Alone, policy.IdentityAlone
	}
	secondary := ""
	if a.find == storage.Miss {
		latest := ""
		if len(u.varies) > 0 {
			latest = u.varies[0]
		}
		secondary = q.secondary(latest)
		if under := u.flights[secondary]; under != nil && !m.doomed(under, q) {
			under.seats++
			a.flight = under
			return a
		}
	}
	a.flight, a.begins = m.fly(u, p, q.base, secondary, stored), true
	return a
}

// doomed reports whether it is known, before the head and its tags have come, that a flight is of no use for a request.
func (m *model) doomed(f *modelFlight, q *modelRequest) bool { return m.purgedFor(f, nil, q.arrival) }

// purgedFor reports whether a flight began before a purge that was acknowledged before a request arrived.
func (m *model) purgedFor(f *modelFlight, tags []string, arrival uint64) bool {
	n := m.hardAfter(f.url.primary, tags, f.started)
	return n != 0 && n <= arrival
}

func (m *model) fly(u *modelURL, p *modelPlace, base, secondary string, stored *modelObject) *modelFlight {
	m.flights++
	f := &modelFlight{number: m.flights, started: uint64(len(m.purges)), url: u, place: p, secondary: secondary, base: base, seats: 1}
	if stored != nil && stored.body.whole && !m.purged(stored) {
		f.stored = stored
	}
	u.underWay++
	if secondary != "" {
		u.flights[secondary] = f
	}
	return f
}

// end takes a flight off, after what it brought has found its place.
func (m *model) end(f *modelFlight, now time.Time) {
	if f.url.flights[f.secondary] == f {
		delete(f.url.flights, f.secondary)
	}
	f.url.underWay--
	m.tidy(f.url, now)
}

// forsake gives up a seat, and reports whether that ends the flight: nobody had begun it, and nobody is left who would.
func (m *model) forsake(f *modelFlight, now time.Time) (over bool) {
	f.seats--
	if over = !f.begun && f.seats == 0; over {
		m.fail(f, policy.Internal, now)
	}
	return over
}

// tidy forgets marks that are over, and places in which there is nothing. As long as somebody may join a flight, the places stay: they say who may.
func (m *model) tidy(u *modelURL, now time.Time) {
	defer m.leave(u)
	var kept []*modelPlace
	for _, p := range u.places {
		if !now.Before(p.marked) {
			p.marked = time.Time{}
		}
		if p.object != nil || p.previous != nil || !p.marked.IsZero() || now.Before(p.rest) {
			kept = append(kept, p)
		}
	}
	if len(u.flights) > 0 {
		return
	}
	u.places = kept
	var varies []string
	for _, vary := range u.varies {
		for _, p := range kept {
			if p.vary == vary {
				varies = append(varies, vary)
				break
			}
		}
	}
	u.varies = varies
}

// place returns the place of an answer, and takes down that its Vary field is the latest.
func (u *modelURL) place(vary, secondary string) *modelPlace {
	varies := []string{vary}
	for _, v := range u.varies {
		if v != vary {
			varies = append(varies, v)
		}
	}
	u.varies = varies
	for _, p := range u.places {
		if p.vary == vary && p.secondary == secondary {
			return p
		}
	}
	p := &modelPlace{vary: vary, secondary: secondary}
	u.places = append(u.places, p)
	return p
}
