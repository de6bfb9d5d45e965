package storage_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// interruptedLog is a log to which something happens while somebody reads its number.
type interruptedLog struct {
	log
	calls  int // of Number until it happens; 0 for never
	happen func()
}

func (l *interruptedLog) Number() uint64 {
	if l.calls--; l.calls == 0 {
		l.happen()
	}
	return l.log.Number()
}

// An object is never validated for a fetch that begins after a hard purge: a 304 would bring its body back, although it came before the
// purge. The purge is put at every moment of a look-up at which the log is read.
func TestPurgedIsNotValidated(t *testing.T) {
	for moment := 1; moment < 8; moment++ {
		purges := new(interruptedLog)
		s, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, Purges: purges})
		if err != nil {
			t.Fatal(err)
		}
		old := s.Commit(miss(t, s, "a").Flight(), storage.Response{
			Head:      new(message.Response),
			Freshness: policy.Freshness{Received: time.Now(), Keep: time.Hour},
			Abandon:   func() {},
		})
		s.Complete(old)

		purged := false
		purges.calls, purges.happen = moment, func() {
			purges.purge("a")
			purged = true
		}
		seat := miss(t, s, "a")
		s.Sweep("a")
		flight := seat.Flight()
		if flight.Stored == nil {
			s.Fail(flight, policy.OriginConnect, io.EOF)
		} else {
			s.Freshen(flight, response(0))
		}
		seat.Leave()
		if purged {
			if a := s.Lookup(&storage.Query{Key: key("a"), Now: time.Now(), Arrival: purges.Number()}); a.Object != nil {
				t.Errorf("purged at moment %d of the look-up: its body is found again", moment)
			}
		}
		s.Close()
	}
}

// The same where a request has waited in vain, and fetches alone.
func TestPurgedIsNotTakenAlong(t *testing.T) {
	s, purges := newStore(t, 8*mebibyte)
	old := store(t, s, "a", 100)
	seat := s.Fly(key("a"), old)
	if seat.Flight().Stored != old {
		t.Error("what is stored may not be validated")
	}
	s.Fail(seat.Flight(), policy.OriginConnect, io.EOF)
	purges.purge("a")
	seat = s.Fly(key("a"), old)
	if seat.Flight().Stored != nil {
		t.Error("what was purged is to be validated")
	}
	s.Fail(seat.Flight(), policy.OriginConnect, io.EOF)
}

// What is cut while it arrives, or still arriving, is nothing to validate.
func TestArrivingIsNotValidated(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	o := s.Commit(miss(t, s, "a").Flight(), response(message.Unknown))
	seat := s.Fly(key("a"), o)
	if seat.Flight().Stored != nil {
		t.Error("what is arriving is to be validated")
	}
	s.Fail(seat.Flight(), policy.OriginConnect, io.EOF)
	s.Break(o, errCut)
}

// Everybody with a seat reads the body from its start, however late; who has left reads nothing.
func TestSeats(t *testing.T) {
	f := func(land func(*storage.Store, *storage.Flight) *storage.Object) {
		t.Helper()
		s, _ := newStore(t, 8*mebibyte)
		seats := []*storage.Seat{miss(t, s, "a"), miss(t, s, "a"), miss(t, s, "a")}
		flight := seats[0].Flight()
		for _, seat := range seats {
			if seat.Flight() != flight {
				t.Error("two fetches of one thing")
			}
		}
		seats[1].Leave()
		if flight.Outcome() != nil {
			t.Error("it has ended before it ended")
		}
		o := land(s, flight)
		if got := flight.Outcome(); got == nil || got.Object != o {
			t.Fatalf("outcome %+v", got)
		}
		fill(t, s, o, 5000)
		s.Complete(o)
		if seats[1].Reader().Attached() {
			t.Error("who left has a reader")
		}
		for _, seat := range []*storage.Seat{seats[0], seats[2]} {
			if got, err := rest(t.Context(), seat.Reader()); err != io.EOF || !bytes.Equal(got, pattern(5000)) {
				t.Errorf("a seat got %d bytes, then %v", len(got), err)
			}
			seat.Leave()
			seat.Leave()
		}
	}

	// Stored, and not: neither begins before all are seated.
	f(func(s *storage.Store, f *storage.Flight) *storage.Object {
		return s.Commit(f, response(message.Unknown))
	})
	f(func(s *storage.Store, f *storage.Flight) *storage.Object {
		return s.Refuse(f, response(message.Unknown), storage.Refusal{Reason: policy.NoStore})
	})
}

// The fetch of a body that is not stored ends at once if all who waited for it have left; that of one that is goes on.
func TestNobodyWaits(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	var refused, committed abandonment
	land := func(a *abandonment, land func(*storage.Flight, storage.Response) *storage.Object) {
		seat := miss(t, s, "a")
		seat.Leave()
		r := response(message.Unknown)
		r.Abandon = a.call
		land(seat.Flight(), r)
	}
	land(&refused, func(f *storage.Flight, r storage.Response) *storage.Object {
		return s.Refuse(f, r, storage.Refusal{Reason: policy.NoStore})
	})
	land(&committed, s.Commit)
	refused.want(t, 1, "not stored")
	committed.want(t, 0, "stored")
}

// A flight ends once.
func TestFlightEndsOnce(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	seat := miss(t, s, "a")
	s.Fail(seat.Flight(), policy.OriginConnect, io.EOF)
	defer func() {
		if fault := recover(); fault != "BUG: a flight ended twice" {
			t.Errorf("recovered %v", fault)
		}
	}()
	s.Fail(seat.Flight(), policy.OriginConnect, io.EOF)
}

// A response larger than what is kept is given to those who wait, and to nobody else: in its place stands a mark.
func TestTooLargeLeavesAMark(t *testing.T) {
	f := func(declared int64) {
		t.Helper()
		s, _ := newStore(t, mebibyte)
		size := int(s.MaxObject(1<<40)) + 1
		seat := miss(t, s, "a")
		if declared > 0 {
			declared = int64(size)
		}
		o := s.Commit(seat.Flight(), response(declared))
		done := make(chan []byte)
		go func() {
			got, _ := rest(t.Context(), seat.Reader())
			done <- got
		}()
		fill(t, s, o, size)
		s.Complete(o)
		if got := <-done; !bytes.Equal(got, pattern(size)) {
			t.Errorf("the reader got %d bytes of %d", len(got), size)
		}
		seat.Leave()
		a := ask(s, "a")
		if a.Find != storage.Alone || a.Reason != policy.HitForMiss || a.Object != nil {
			t.Errorf("find %d (%v)", a.Find, a.Reason)
		}
		s.Fail(a.Seat.Flight(), policy.OriginConnect, io.EOF)
		wantStats(t, s, 0, 0, "at the end")
		if got := s.Stats().Marks; got != storage.MarkCost {
			t.Errorf("%d bytes of marks, want those of one", got)
		}
	}

	f(message.Unknown)
	f(1)
}

// However many variants and kinds of Vary an origin makes up, an entry remembers so many.
func TestVariantsAreBounded(t *testing.T) {
	s, _ := newStore(t, 64*mebibyte)
	commit := func(vary, name, value string) {
		field := message.Field{Name: name, Value: value}
		seat := s.Fly(key("a"), nil)
		defer seat.Leave()
		r := response(0)
		r.Vary, r.Request = message.ParseVary(message.Header{{Name: "Vary", Value: vary}}), message.Header{field}
		s.Complete(s.Commit(seat.Flight(), r))
	}
	found := func(name, value string) bool {
		a := ask(s, "a", message.Field{Name: name, Value: value})
		if a.Seat != nil {
			s.Fail(a.Seat.Flight(), policy.OriginConnect, io.EOF)
		}
		return a.Find == storage.Hit
	}
	var cost int64
	for i := range storage.MaxVariants + 50 {
		commit("X-Variant", "X-Variant", fmt.Sprint(i))
		if !found("X-Variant", fmt.Sprint(i)) {
			t.Fatalf("variant %d is not found", i)
		}
	}
	n := 0
	for i := range storage.MaxVariants + 50 {
		if found("X-Variant", fmt.Sprint(i)) {
			n++
		}
	}
	if n != storage.MaxVariants {
		t.Errorf("%d variants are found, want %d", n, storage.MaxVariants)
	}
	for i := range storage.MaxLayers {
		name := fmt.Sprint("X-Layer-", i)
		commit(name, name, "1")
		if !found(name, "1") {
			t.Errorf("layer %d is not found", i)
		}
	}
	if found("X-Variant", fmt.Sprint(storage.MaxVariants)) {
		t.Error("the oldest layer is still there")
	}
	s.Sweep("a")
	if cost = s.Stats().Kept; cost > storage.MaxLayers*2000 {
		t.Errorf("%d bytes are kept for what is gone", cost)
	}
}

// A flight that all have left before anybody had it fetched is over, and the next look-up begins another: what goes wrong between reservation and
// fetch costs one request and no more.
func TestForsaken(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	q := &storage.Query{Key: key("a"), Now: time.Now()}
	first := s.Lookup(q)
	second := s.Lookup(q)
	if first.Seat.Flight() != second.Seat.Flight() {
		t.Fatal("two flights for one key")
	}
	first.Seat.Leave()
	if second.Seat.Flight().Outcome() != nil {
		t.Fatal("ended while somebody waits")
	}
	second.Seat.Leave()
	if o := second.Seat.Flight().Outcome(); o == nil || o.Err == nil {
		t.Fatalf("outcome of a forsaken flight: %+v", o)
	}
	third := s.Lookup(q)
	if third.Seat.Flight() == first.Seat.Flight() {
		t.Error("a flight that is over was joined")
	}
	third.Seat.Leave()
	if n := s.Stats().Flights; n != 0 {
		t.Errorf("%d flights are left", n)
	}
}

// The same for what is to be refreshed behind: if it was not begun, the next who is served stale is to have it refreshed, and the origin, which
// was never asked, does not rest.
func TestForsakenRefresh(t *testing.T) {
	f := func(begun bool) {
		t.Helper()
		s, _ := newStore(t, 8*mebibyte)
		old := storeAs(t, s, "a", 1000, policy.Freshness{StaleWhileRevalidate: time.Hour}, message.Vary{})
		look := func() *storage.Seat {
			a := s.Lookup(&storage.Query{Key: key("a"), Now: time.Now()})
			if a.Find != storage.Stale || a.Object != old {
				t.Errorf("find %d (%v)", a.Find, a.Reason)
			}
			return a.Seat
		}
		first := look()
		if first == nil {
			t.Fatal("nobody is to refresh it")
		}
		if begun {
			first.Flight().Begin()
		}
		first.Leave()
		if ended := first.Flight().Outcome() != nil; ended == begun {
			t.Errorf("begun %v, ended %v", begun, ended)
		}
		if second := look(); (second == nil) != begun {
			t.Errorf("begun %v, and the next is to refresh it: %v", begun, second != nil)
		}
	}

	f(false)
	// Who has begun goes on without a seat.
	f(true)
}

// The answers that came before tell who may share a fetch, even if what they brought has just gone: a herd on it is led by one.
func TestHerdOnWhatIsGone(t *testing.T) {
	f := func(name string, freshness policy.Freshness, pass func(*log)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, purges := newStore(t, 8*mebibyte)
				r := response(0)
				r.Freshness, r.Vary, r.Shareable = freshness, vary("Accept-Encoding"), true
				r.Freshness.Received = time.Now()
				r.Request = message.Header{{Name: "Accept-Encoding", Value: "gzip"}}
				seat := miss(t, s, "a", r.Request...)
				s.Complete(s.Commit(seat.Flight(), r))
				seat.Leave()

				pass(purges)
				var flight *storage.Flight
				for range 5 {
					q := &storage.Query{Key: key("a"), Header: r.Request, Now: time.Now(), Arrival: purges.Number(), Identity: true}
					a := s.Lookup(q)
					begin(a)
					if a.Find != storage.Miss || a.Object != nil {
						t.Fatalf("find %d (%v)", a.Find, a.Reason)
					}
					if flight == nil {
						flight = a.Seat.Flight()
					}
					if a.Seat.Flight() != flight {
						t.Error("more than one fetch of what one fetch would bring")
					}
				}
				s.Fail(flight, policy.OriginConnect, io.EOF)
				if got := s.Stats(); got.Entries != 0 || got.Flights != 0 {
					t.Errorf("%d entries and %d flights are left", got.Entries, got.Flights)
				}
			})
		})
	}

	f("past being kept", policy.Freshness{Lifetime: time.Second}, func(*log) { time.Sleep(5 * time.Second) })
	f("purged", policy.Freshness{Lifetime: time.Hour}, func(purges *log) { purges.purge("a") })
}

// faultyLog is a log that fails once.
type faultyLog struct {
	log
	faulty bool
}

func (l *faultyLog) Judge(s storage.Subject, after uint64) storage.Judgement {
	if l.faulty {
		l.faulty = false
		panic("a fault")
	}
	return l.log.Judge(s, after)
}

// A fault in one request locks nobody else out, and its flight can be ended.
func TestFaultUnderTheLock(t *testing.T) {
	f := func(land func(*storage.Store, *storage.Flight)) {
		t.Helper()
		purges := new(faultyLog)
		s, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, Purges: purges})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		seat := miss(t, s, "a")
		purges.faulty = true
		func() {
			defer func() {
				if recover() == nil {
					t.Error("there was no fault")
				}
			}()
			land(s, seat.Flight())
		}()
		s.Fail(seat.Flight(), policy.Internal, io.EOF)
		seat.Leave()
		if o := store(t, s, "a", 100); !hit(s, "a", o) {
			t.Error("what was fetched anew is not found")
		}
	}

	f(func(s *storage.Store, f *storage.Flight) { s.Commit(f, response(0)) })
	f(func(s *storage.Store, f *storage.Flight) {
		s.Refuse(f, response(0), storage.Refusal{Mark: time.Minute})
	})
}
