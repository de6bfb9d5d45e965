package purge_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

var (
	seed  = flag.Uint64("seed", 0, "of the one random walk to take; 0 takes several")
	steps = flag.Int("steps", 4000, "of each random walk")
)

// Random operations on the store and its purges do what the model says, step by step.
func TestRandomWalk(t *testing.T) {
	var forsaken, evicted int
	walk := func(t *testing.T, seed uint64, tight bool) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWalk(t, seed, tight)
				for w.step = range *steps {
					w.move()
					w.check()
				}
				w.windDown()
				forsaken, evicted = forsaken+w.forsaken, evicted+w.evicted
			})
		})
	}
	seeds := []uint64{1, 2, 3, 4, 5, 6}
	if *seed != 0 {
		seeds = []uint64{*seed}
	}
	t.Run("room for all", func(t *testing.T) {
		for _, s := range seeds {
			walk(t, s, false)
		}
	})
	t.Run("tight", func(t *testing.T) {
		for _, s := range seeds {
			walk(t, s, true)
		}
		if *steps >= 4000 && (forsaken == 0 || evicted == 0) {
			t.Errorf("%d flights were forsaken and %d objects evicted: these walks show nothing", forsaken, evicted)
		}
	})
}

// walk is one random walk.
type walk struct {
	*house
	t        *testing.T
	seed     uint64
	step     int
	random   *rand.Rand
	model    *model
	tight    bool // so little memory that objects are evicted
	began    time.Time
	story    []string // the last steps
	unswept  []string // URLs that were purged in the log alone
	urls     int
	evicted  int
	forsaken int   // flights that nobody began
	limit    int64 // bytes for whole objects
	maxMarks int

	flights  []*walkFlight
	arriving []*arrival
	readers  []*walkReader
}

// walkFlight is a flight with all its seats.
type walkFlight struct {
	model *modelFlight
	real  *storage.Flight
	seats []walkSeat
}

type walkSeat struct {
	real    *storage.Seat
	request *modelRequest
}

// arrival is an object that is being fetched.
type arrival struct {
	object    *modelObject
	size      int64 // bytes it will have
	declared  int64
	abandoned atomic.Int32
}

func newWalk(t *testing.T, seed uint64, tight bool) *walk {
	w := &walk{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), tight: tight, began: time.Now(), urls: 3}
	memory, maxObject := int64(64*mebibyte), int64(60_000)
	if tight {
		memory, maxObject, w.urls = 4*mebibyte, 160_000, 12
	}
	w.house = newHouse(t, memory, maxObject)
	w.limit, w.maxMarks = memory*60/100, int(memory/100/markCost)
	w.model = &model{urls: map[string]*modelURL{}, maxObject: maxObject}
	return w
}

func (w *walk) fatalf(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("seed %d, step %d: %s\nthe last steps:\n\t%s", w.seed, w.step, fmt.Sprintf(format, args...), strings.Join(w.story, "\n\t"))
}

func (w *walk) tell(format string, args ...any) {
	if len(w.story) == 40 {
		w.story = w.story[1:]
	}
	w.story = append(w.story, fmt.Sprintf("%d, after %v: ", w.step, time.Since(w.began))+fmt.Sprintf(format, args...))
}

func (w *walk) one(in int) bool { return w.random.IntN(in) == 0 }

func pick[T any](w *walk, from ...T) T { return from[w.random.IntN(len(from))] }

// strained reports whether so much is under way that the model would have to count it. Then the walk lets it end first.
func (w *walk) strained(limit int64) bool { return w.tight && w.store.Stats().UnderWay > limit }

// maxReaders is how many there are at once, so that what is gone and still read does not take all the room there is: then bodies would wait for them.
const maxReaders = 60

// move takes one step.
func (w *walk) move() {
	for len(w.readers) > maxReaders {
		w.close(w.random.IntN(len(w.readers)))
	}
	if !w.tight && w.one(100) {
		w.cutAll() // then it can be told what may be charged
	}
	switch n := w.random.IntN(100); {
	case n < 40:
		w.lookUp()
	case n < 60:
		w.land()
	case n < 78:
		for range 3 {
			w.grow()
		}
	case n < 86:
		w.read()
	case n < 89:
		w.leave()
	case n < 94:
		w.purge()
	default:
		w.rest()
	}
}

// lookUp asks for something, and holds the answer against the model's.
func (w *walk) lookUp() {
	q := &modelRequest{
		primary:  fmt.Sprint("host/", w.random.IntN(w.urls)),
		base:     pick(w, "http", "https"),
		fields:   map[string]string{},
		identity: w.one(5),
		alone:    w.one(50),
		arrival:  uint64(len(w.model.purges)),
	}
	for _, name := range []string{"accept-encoding", "accept-language"} {
		if !w.one(3) {
			q.fields[name] = pick(w, "x", "y")
		}
	}
	if w.one(4) {
		q.arrival -= min(q.arrival, w.random.Uint64N(3)) // it has been waiting for something else
	}
	now := time.Now()
	got, want := w.store.Lookup(w.query(q, now)), w.model.lookUp(q, now)
	w.tell("look up %+v: find %d (%v), object %s", *q, got.Find, got.Reason, w.name(got.Object))
	w.judge(q, got, now)
	if got.Find != want.find || got.Reason != want.reason {
		w.fatalf("find %d (%v), want %d (%v)", got.Find, got.Reason, want.find, want.reason)
	}
	if want.object == nil && got.Object != nil || want.object != nil && got.Object != want.object.real {
		w.fatalf("found %s, want %+v", w.name(got.Object), want.object)
	}
	w.sit(q, got, want)
	if want.object != nil && got.Find != storage.Miss && got.Find != storage.Alone {
		w.follow(want.object)
	}
}

func (w *walk) query(q *modelRequest, now time.Time) *storage.Query {
	return &storage.Query{
		Key: policy.Key{Primary: q.primary, Base: q.base}, Request: &message.Request{Header: header(q)}, Now: now, Arrival: q.arrival, Identity: q.identity, Alone: q.alone,
	}
}

func header(q *modelRequest) (h message.Header) {
	for name, value := range q.fields {
		h.Add(name, value)
	}
	return h
}

// judge holds against an answer what must be true of it whatever the model thinks: this is what users rely on.
func (w *walk) judge(q *modelRequest, a storage.Answer, now time.Time) {
	if a.Object == nil {
		return
	}
	o := w.objectOf(a.Object)
	switch {
	case o.primary != q.primary || o.base != q.base:
		w.fatalf("found %s for another URL", w.name(a.Object))
	case o.values != q.values(o.vary) || !a.Object.Matches(header(q)):
		w.fatalf("found %s, whose variant is another: %s", w.name(a.Object), o.values)
	case w.model.purged(o):
		w.fatalf("found %s in spite of purge %d", w.name(a.Object), w.model.hardAfter(o.primary, o.tags, o.started))
	case o.gone:
		w.fatalf("found %s, which was cut or evicted", w.name(a.Object))
	case a.Find == storage.Hit && w.model.judge(o, now) != policy.UseFresh:
		w.fatalf("found %s as fresh, which is %v", w.name(a.Object), w.model.judge(o, now))
	case a.Find == storage.Stale && !o.freshness.ServableOnError(now, w.model.softened(o)) && w.model.judge(o, now) != policy.UseStale:
		w.fatalf("found %s to be used stale, which is %v", w.name(a.Object), w.model.judge(o, now))
	}
}

// sit takes the seat that a look-up gave.
func (w *walk) sit(q *modelRequest, got storage.Answer, want modelAnswer) {
	if (got.Seat != nil) != (want.flight != nil) {
		w.fatalf("a seat: %v, want %v", got.Seat != nil, want.flight != nil)
	}
	if got.Seat == nil {
		return
	}
	real := got.Seat.Flight()
	at := slices.IndexFunc(w.flights, func(f *walkFlight) bool { return f.real == real })
	switch {
	case want.begins && at >= 0:
		w.fatalf("a seat in flight %s, want a new one", real.ID)
	case want.begins:
		w.board(want.flight, real)
		at = len(w.flights) - 1
	case at < 0 || w.flights[at].model != want.flight:
		w.fatalf("a seat in flight %s, want one in %d", real.ID, want.flight.number)
	}
	f := w.flights[at]
	f.seats = append(f.seats, walkSeat{got.Seat, q})
	if !w.one(4) {
		f.begin()
	}
	if got.Find == storage.Stale && w.one(2) {
		w.stand(f, len(f.seats)-1) // who refreshes behind does not wait
	}
}

// begin has the flight fetched. One of those who have seats does so.
func (f *walkFlight) begin() {
	f.real.Begin()
	f.model.begun = true
}

// stand gives up one of the seats of a flight, which is over if it was the last and nobody has begun.
func (w *walk) stand(f *walkFlight, at int) {
	f.seats[at].real.Leave()
	f.seats = slices.Delete(f.seats, at, at+1)
	over := w.model.forsake(f.model, time.Now())
	if got := f.real.Outcome(); (got != nil) != over {
		w.fatalf("flight %s, begun %v, with %d seats has the outcome %+v", f.real.ID, f.model.begun, len(f.seats), got)
	}
	if !over {
		return
	}
	w.tell("flight %s is forsaken", f.real.ID)
	w.forsaken++
	w.flights = slices.DeleteFunc(w.flights, func(other *walkFlight) bool { return other == f })
	if got := f.real.Outcome(); got.Err == nil || got.Object != nil || got.Reason != policy.Internal {
		w.fatalf("outcome %+v", *got)
	}
}

// board adds a flight.
func (w *walk) board(f *modelFlight, real *storage.Flight) {
	if real.ID != fmt.Sprint(f.number) {
		w.fatalf("flight %s, want %d", real.ID, f.number)
	}
	if (f.stored != nil) != (real.Stored != nil) || f.stored != nil && f.stored.real != real.Stored {
		w.fatalf("flight %s may validate %s, want %+v", real.ID, w.name(real.Stored), f.stored)
	}
	w.flights = append(w.flights, &walkFlight{model: f, real: real})
}

// purge forgets something, hard or soft.
func (w *walk) purge() {
	if w.tight && !w.one(6) || w.one(2) {
		return // or there is never so much stored that something is replaced, or has to be evicted
	}
	p := modelPurge{soft: w.one(3), at: time.Now()}
	n := w.random.IntN(20)
	if n < 15 {
		p.primary = fmt.Sprint("host/", w.random.IntN(w.urls))
		w.purgeURL(p)
		return
	}
	if n < 19 {
		p.tag = pick(w, "red", "green", "blue")
	}
	w.tell("purge tag %q, soft %v", p.tag, p.soft)
	w.model.purges = append(w.model.purges, p)
	if !w.tight && w.one(2) { // it holds before its sweep, too
		w.appendAlone(p)
		w.lookUp()
		w.store.SweepSoon()
	} else if p.tag != "" {
		w.purger.Tag(p.tag, p.soft)
	} else {
		w.purger.All(p.soft)
	}
	synctest.Wait()
	w.model.sweepAll(p.at)
}

// appendAlone enters a purge by tag, or of everything, in the log without a sweep.
func (w *walk) appendAlone(p modelPurge) {
	if p.tag != "" {
		w.log.Tag(p.tag, p.soft, p.at)
	} else {
		w.log.All(p.soft, p.at)
	}
}

// purgeURL forgets a URL: through the purger or, as at the moment before its sweep, in the log alone.
func (w *walk) purgeURL(p modelPurge) {
	if !w.tight && w.one(3) {
		w.tell("purge %s, soft %v, without a sweep", p.primary, p.soft)
		w.log.URL(p.primary, p.soft, p.at)
		w.model.purges = append(w.model.purges, p)
		w.unswept = append(w.unswept, p.primary)
		return
	}
	for _, primary := range w.unswept { // the log may be trimmed now
		w.store.Sweep(primary)
		w.model.sweep(primary, p.at)
	}
	w.unswept = nil
	w.tell("purge %s, soft %v", p.primary, p.soft)
	r := w.purger.URL(p.primary, p.soft)
	w.model.purges = append(w.model.purges, p)
	if r.Number != uint64(len(w.model.purges)) {
		w.fatalf("purge number %d, want %d", r.Number, len(w.model.purges))
	}
	want := 0
	if u := w.model.urls[p.primary]; u != nil {
		for _, place := range u.places {
			// A second soft purge at the same moment changes nothing.
			if o := place.object; o != nil && (!p.soft || !w.softenedBefore(o, p.at)) {
				want++
			}
		}
		w.model.sweep(p.primary, p.at)
	}
	if r.Objects != want {
		w.fatalf("%d objects were purged, want %d", r.Objects, want)
	}
}

func (w *walk) softenedBefore(o *modelObject, now time.Time) bool {
	before := *w.model
	before.purges = before.purges[:len(before.purges)-1]
	return before.softened(o).Equal(now)
}

// name names an object for the story.
func (w *walk) name(o *storage.Object) string {
	if o == nil {
		return "none"
	}
	return "of flight " + o.Head.Header.Get("Flight")
}
