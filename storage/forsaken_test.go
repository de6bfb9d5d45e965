package storage_test

import (
	"io"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// A flight that all have left before anybody had it fetched is over, and the next look-up begins another: what goes wrong between reservation and
// fetch costs one request and no more.
func TestForsaken(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	q := &storage.Query{Key: key("a"), Request: new(message.Request), Now: time.Now()}
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

// watchedLog is a log to which something happens while it is asked.
type watchedLog struct {
	log
	judging func() // once; nil for nothing
}

func (l *watchedLog) Judge(s storage.Subject, after uint64) storage.Judgement {
	if judging := l.judging; judging != nil {
		l.judging = nil
		judging()
	}
	return l.log.Judge(s, after)
}

// Who looks up between the leaving of the last and the end of the flight does not join what is over. The look-up judges the flight that it has found
// under the entry's lock; there the last one leaves, whose flight cannot end before the look-up has.
func TestForsakenDuringLookUp(t *testing.T) {
	purges := new(watchedLog)
	s, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, Purges: purges})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q := &storage.Query{Key: key("a"), Request: new(message.Request), Now: time.Now()}
	first := s.Lookup(q).Seat
	left := make(chan struct{})
	purges.judging = func() {
		go func() {
			first.Leave()
			close(left)
		}()
		for !first.Flight().Over() {
			select {
			case <-left:
				t.Error("the flight was not over when the last had left")
				return
			default:
				runtime.Gosched()
			}
		}
	}
	second := s.Lookup(q).Seat
	<-left
	if second.Flight() == first.Flight() || second.Flight().Outcome() != nil {
		t.Error("a flight that is over was joined")
	}
	third := s.Lookup(q).Seat
	if third.Flight() != second.Flight() {
		t.Error("the end of the flight that is over took another one off the list")
	}
	second.Leave()
	third.Leave()
}

// What is to be refreshed behind is not forgotten either: if it was not begun, the next who is served stale is to have it refreshed, and the origin, which
// was never asked, does not rest.
func TestForsakenRefresh(t *testing.T) {
	f := func(begun bool) {
		t.Helper()
		s, _ := newStore(t, 8*mebibyte)
		old := storeAs(t, s, "a", 1000, policy.Freshness{StaleWhileRevalidate: time.Hour}, message.Vary{})
		look := func() *storage.Seat {
			a := s.Lookup(&storage.Query{Key: key("a"), Request: new(message.Request), Now: time.Now()})
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
	f := func(name string, freshness policy.Freshness, pass func(*storage.Store, *log)) {
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

				pass(s, purges)
				var flight *storage.Flight
				for range 5 {
					q := &storage.Query{Key: key("a"), Request: &message.Request{Header: r.Request}, Now: time.Now(), Arrival: purges.Number(), Identity: true}
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
				time.Sleep(storage.RememberTime + 10*time.Second)
				synctest.Wait()
				if got := s.Stats(); got.Entries != 0 || got.Flights != 0 || got.Marks != 0 {
					t.Errorf("%d entries, %d flights and %d bytes of marks are left", got.Entries, got.Flights, got.Marks)
				}
			})
		})
	}

	f("past being kept", policy.Freshness{Lifetime: time.Second}, func(*storage.Store, *log) { time.Sleep(5 * time.Second) })
	f("purged", policy.Freshness{Lifetime: time.Hour}, func(_ *storage.Store, purges *log) { purges.purge("a") })
	f("purged and swept", policy.Freshness{Lifetime: time.Hour}, func(s *storage.Store, purges *log) {
		purges.purge("a")
		s.Sweep("a")
		if got := listing(s.List()); got != "" {
			t.Errorf("what was purged is listed: %q", got)
		}
	})
}

// A fault in one request locks nobody else out, and its flight can be ended.
func TestFaultUnderTheLock(t *testing.T) {
	f := func(land func(*storage.Store, *storage.Flight)) {
		t.Helper()
		purges := new(watchedLog)
		s, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, Purges: purges})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		seat := miss(t, s, "a")
		purges.judging = func() { panic("a fault") }
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
