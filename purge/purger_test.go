package purge_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/purge"
	"lacquer/storage"
)

const mebibyte = 1 << 20

var errCut = errors.New("the origin hung up")

// house is a store with its log and purger.
type house struct {
	log    *purge.Log
	store  *storage.Store
	purger *purge.Purger
}

func newHouse(t testing.TB, memory, maxObject int64) *house {
	t.Helper()
	h := &house{log: purge.NewLog()}
	var err error
	if h.store, err = storage.New(storage.Options{Memory: memory, MaxObject: maxObject, Purges: h.log}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.store.Close)
	h.purger = purge.NewPurger(h.log, h.store, time.Now)
	return h
}

func (h *house) ask(primary string) storage.Answer {
	a := h.store.Lookup(&storage.Query{
		Key:     policy.Key{Primary: primary, Base: "\x04http"},
		Request: new(message.Request),
		Now:     time.Now(),
		Arrival: h.log.Number(),
	})
	if a.Seat != nil {
		a.Seat.Flight().Begin()
	}
	return a
}

// keep fetches and stores an object of size bytes that is fresh for an hour and then stale for another.
func (h *house) keep(t testing.TB, primary string, size int) *storage.Object {
	t.Helper()
	a := h.ask(primary)
	if a.Seat == nil {
		t.Fatalf("%s is there", primary)
	}
	defer a.Seat.Leave()
	o := h.store.Commit(a.Seat.Flight(), storage.Response{
		Head:      new(message.Response),
		Freshness: policy.Freshness{Received: time.Now(), Lifetime: time.Hour, StaleWhileRevalidate: time.Hour},
		Length:    int64(size),
		Abandon:   func() {},
	})
	h.fill(t, o, size)
	h.store.Complete(o)
	return o
}

func (h *house) fill(t testing.TB, o *storage.Object, size int) {
	t.Helper()
	for size > 0 {
		space, err := o.Body.Space(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := min(len(space), size)
		h.store.Grow(o, n)
		size -= n
	}
}

func (h *house) fail(a storage.Answer) {
	h.store.Fail(a.Seat.Flight(), policy.OriginConnect, errCut)
	a.Seat.Leave()
}

func TestPurgeHard(t *testing.T) {
	h := newHouse(t, 8*mebibyte, mebibyte)
	h.keep(t, "a", 1000)
	other := h.keep(t, "b", 1000)
	r := h.purger.URL("a", hard)
	if want := (purge.Result{Number: 1, Swept: storage.Swept{Objects: 1, Bytes: 1000}}); r != want {
		t.Errorf("purged: %+v, want %+v", r, want)
	}
	a := h.ask("a")
	if a.Find != storage.Miss || a.Object != nil || a.Seat.Flight().Stored != nil {
		t.Errorf("after the purge: %+v", a)
	}
	h.fail(a)
	if a := h.ask("b"); a.Find != storage.Hit || a.Object != other {
		t.Errorf("another URL: %+v", a)
	}
	// Once more, and for what was never there.
	if r := h.purger.URL("a", hard); r.Number != 2 || r.Objects != 0 {
		t.Errorf("purged again: %+v", r)
	}
	if r := h.purger.URL("never", hard); r.Number != 3 || r.Objects != 0 {
		t.Errorf("purged what is not there: %+v", r)
	}
}

func TestPurgeSoft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 8*mebibyte, mebibyte)
		o := h.keep(t, "a", 1000)
		time.Sleep(time.Second)
		if r := h.purger.URL("a", soft); r.Objects != 1 || r.Bytes != 1000 {
			t.Errorf("purged: %+v", r)
		}
		a := h.ask("a")
		if a.Find != storage.Stale || a.Object != o || a.Seat == nil {
			t.Fatalf("after the soft purge: %+v", a)
		}
		if softened := o.Softened(); !softened.Equal(time.Now()) {
			t.Errorf("softened at %v, want %v", softened, time.Now())
		}
		h.fail(a)
		// A later one puts nothing off for what an earlier one had made stale; a hard one goes through.
		if r := h.purger.URL("a", hard); r.Objects != 1 {
			t.Errorf("purged hard: %+v", r)
		}
		if a = h.ask("a"); a.Find != storage.Miss || a.Object != nil {
			t.Errorf("after the hard purge: %+v", a)
		}
		h.fail(a)
	})
}

// A purge while a fetch is under way: who came before it may have what the fetch brings, who came after it fetches anew.
func TestPurgeDuringFetch(t *testing.T) {
	f := func(softly bool) {
		t.Helper()
		h := newHouse(t, 8*mebibyte, mebibyte)
		before := h.ask("a")
		arrived := h.log.Number()
		h.purger.URL("a", softly)
		after := h.ask("a")
		if same := after.Seat.Flight() == before.Seat.Flight(); same != softly {
			t.Errorf("soft %v: who came after the purge waits for the fetch before it: %v", softly, same)
		}
		o := h.store.Commit(before.Seat.Flight(), storage.Response{
			Head:      new(message.Response),
			Freshness: policy.Freshness{Received: time.Now(), Lifetime: time.Hour, StaleWhileRevalidate: time.Hour},
			Length:    message.Unknown,
			Abandon:   func() {},
		})
		outcome := before.Seat.Flight().Outcome()
		if outcome.PurgedFor(arrived) || outcome.PurgedFor(arrived+1) == softly || outcome.PurgedFor(arrived+2) == softly {
			t.Errorf("soft %v: purged for who came before %v, with %v, after %v the purge", softly,
				outcome.PurgedFor(arrived), outcome.PurgedFor(arrived+1), outcome.PurgedFor(arrived+2))
		}
		if !before.Seat.Reader().Attached() {
			t.Errorf("soft %v: who came before the purge has nothing to read", softly)
		}
		h.fill(t, o, 1000)
		h.store.Complete(o)
		before.Seat.Leave()
		if !softly {
			if a := h.ask("a"); a.Object != nil || a.Seat.Flight() != after.Seat.Flight() {
				t.Errorf("the fetch that was purged is found: %+v", a)
			}
			h.fail(after)
		} else if a := h.ask("a"); a.Find != storage.Stale || a.Object != o {
			t.Errorf("what was softly purged is not stale: %+v", a)
		}
	}

	f(hard)
	f(soft)
}

// The log does not grow for ever, and keeps what a fetch under way has yet to be judged by.
func TestTrim(t *testing.T) {
	h := newHouse(t, 8*mebibyte, mebibyte)
	purges := func(n int) {
		for i := range n {
			h.purger.URL(fmt.Sprint(i), hard)
		}
	}
	purges(1000 * 64)
	if n := h.log.Len(); n != 0 {
		t.Errorf("%d entries are left with nothing under way", n)
	}

	under := h.ask("1")
	purges(64) // one of which hits it
	purges(1000)
	if n := h.log.Len(); n < 1064 {
		t.Errorf("%d entries are left of the 1064 since a fetch began that is still under way", n)
	}
	h.store.Commit(under.Seat.Flight(), storage.Response{Head: new(message.Response), Abandon: func() {}})
	if !under.Seat.Flight().Outcome().PurgedFor(h.log.Number()) {
		t.Error("the purge of a fetch under way was forgotten")
	}
	under.Seat.Leave()
	purges(64)
	if n := h.log.Len(); n >= 64 {
		t.Errorf("%d entries are left after the fetch has ended", n)
	}
}

// The same with everything at once: whatever is trimmed, no purge is lost for a fetch under way, and none for an object that it has yet to
// sweep.
func TestTrimLosesNothing(t *testing.T) {
	h := newHouse(t, 32*mebibyte, mebibyte)
	var wg sync.WaitGroup
	for g := range 4 { // URLs of its own each, so that what must be is known
		wg.Go(func() {
			for i := range 800 {
				primary := fmt.Sprint(g, "/", i%3)
				a := h.ask(primary)
				if a.Seat == nil {
					t.Errorf("%s is there: %v", primary, a.Find)
					return
				}
				purgedInFlight := i%2 == 0
				var n uint64
				if purgedInFlight {
					n = h.purger.URL(primary, hard).Number
				}
				o := h.store.Commit(a.Seat.Flight(), storage.Response{
					Head:      new(message.Response),
					Freshness: policy.Freshness{Received: time.Now(), Lifetime: time.Hour},
					Abandon:   func() {},
				})
				if got := a.Seat.Flight().Outcome().PurgedFor(h.log.Number()); got != purgedInFlight {
					t.Errorf("%s: purged in flight by entry %d: %v", primary, n, got)
				}
				h.store.Complete(o)
				a.Seat.Leave()
				if purgedInFlight {
					continue
				}
				if found := h.ask(primary); found.Find != storage.Hit || found.Object != o {
					t.Errorf("%s is not found", primary)
				}
				if r := h.purger.URL(primary, hard); r.Objects != 1 {
					t.Errorf("%s: purge %d swept %d objects", primary, r.Number, r.Objects)
				}
			}
		})
	}
	wg.Wait()
	if n := h.log.Len(); n >= 2*64 {
		t.Errorf("%d entries are left", n)
	}
	for h.log.Number()%64 != 63 {
		h.purger.URL("to the next moment at which the log is trimmed", hard)
	}
	h.purger.URL("there", hard)
	if n := h.log.Len(); n != 0 {
		t.Errorf("%d entries are left with nothing under way", n)
	}
}

// An entry stays in the log until its own sweep is over: the sweep reads it there. Here the sweep waits for an entry that somebody holds locked,
// while another purge trims the log.
func TestTrimWaitsForSweeps(t *testing.T) {
	var hold atomic.Pointer[func()]
	log := purge.NewLog()
	store, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, Purges: log, Now: func() time.Time {
		if f := hold.Swap(nil); f != nil {
			(*f)()
		}
		return time.Now()
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	h := &house{log: log, store: store, purger: purge.NewPurger(log, store, time.Now)}
	o := h.keep(t, "a", 1000)
	for range 62 {
		h.purger.URL("other", hard)
	}

	// A fetch for another scheme lands, and reads the clock while it holds the entry.
	holding, release := make(chan struct{}), make(chan struct{})
	wait := func() { close(holding); <-release }
	seat := store.Fly(policy.Key{Primary: "a", Base: "\x05https"}, nil)
	var wg sync.WaitGroup
	hold.Store(&wait)
	wg.Go(func() {
		store.Complete(store.Commit(seat.Flight(), storage.Response{Head: new(message.Response), Abandon: func() {}}))
	})
	<-holding
	wg.Go(func() { h.purger.URL("a", hard) })
	for log.Number() < 63 {
		runtime.Gosched()
	}
	trimmed := make(chan struct{})
	go func() {
		h.purger.URL("other", hard)
		close(trimmed)
	}()
	for tries := 0; log.Number() < 64 || log.Len() > 0 && tries < 10_000; tries++ {
		runtime.Gosched() // a purger that does not wait has trimmed by now
	}
	close(release)
	wg.Wait()
	<-trimmed
	seat.Leave()
	if store.Holds(o) {
		t.Error("the purge was trimmed before its sweep had read it: it has hit nothing")
	}
	if n := log.Len(); n != 0 {
		t.Errorf("%d entries are left", n)
	}
}

// interruptedLog is a log to which something happens the first time that it is asked to judge.
type interruptedLog struct {
	*purge.Log
	happen atomic.Pointer[func()]
}

func (l *interruptedLog) Judge(s storage.Subject, after uint64) storage.Judgement {
	if f := l.happen.Swap(nil); f != nil {
		(*f)()
	}
	return l.Log.Judge(s, after)
}

// A purge of everything holds from its return on, before the sweep. Here a look-up has got hold of an object, and before it is judged the sweep
// comes and goes, and with it the entry in the log.
func TestForgottenDuringLookUp(t *testing.T) {
	f := func(purges func(*purge.Log)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			log := &interruptedLog{Log: purge.NewLog()}
			store, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, Purges: log})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			h := &house{log: log.Log, store: store}
			seat := h.ask("a").Seat
			o := store.Commit(seat.Flight(), storage.Response{
				Head: new(message.Response), Freshness: policy.Freshness{Received: time.Now(), Lifetime: time.Hour}, Tags: []string{"red"}, Abandon: func() {},
			})
			seat.Leave()
			store.Complete(o)

			purges(log.Log)
			sweep := func() {
				store.SweepSoon()
				synctest.Wait()
				if log.Len() != 0 {
					t.Errorf("%d entries are left after the sweep", log.Len())
				}
			}
			log.happen.Store(&sweep)
			a := h.ask("a")
			if a.Object != nil {
				t.Errorf("found after it was purged: %d (%v)", a.Find, a.Reason)
				return
			}
			h.fail(a)
		})
	}

	f(func(l *purge.Log) { l.All(hard, time.Now()) })
	f(func(l *purge.Log) { l.Tag("red", hard, time.Now()) })
}

// What has been replaced by something still arriving is swept, too: it must not come back when that is cut and nobody remembers the purge.
func TestSweepReachesWhatMayComeBack(t *testing.T) {
	f := func(purges func(*house), forget func(*house)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, 8*mebibyte, mebibyte)
			h.keep(t, "a", 1000)
			purges(h)
			seat := h.store.Fly(policy.Key{Primary: "a", Base: "\x04http"}, nil) // between the purge and its sweep
			o := h.store.Commit(seat.Flight(), storage.Response{Head: new(message.Response), Length: message.Unknown, Abandon: func() {}})
			forget(h)
			if n := h.log.Len(); n != 0 {
				t.Errorf("%d entries are left", n)
			}
			h.store.Break(o, errCut)
			seat.Leave()
			if a := h.ask("a"); a.Object != nil {
				t.Errorf("it came back: %d (%v)", a.Find, a.Reason)
			} else {
				h.fail(a)
			}
		})
	}

	f(func(h *house) { h.log.URL("a", hard, time.Now()) }, func(h *house) {
		h.store.Sweep("a")
		h.log.Trim(h.store.Oldest())
	})
	f(func(h *house) { h.log.All(hard, time.Now()) }, func(h *house) {
		h.store.SweepSoon()
		synctest.Wait()
	})
}
