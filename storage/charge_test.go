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

// What left the table is charged as long as somebody reads it, however it left and however often it was replaced.
func TestGoneIsChargedWhileRead(t *testing.T) {
	f := func(how string, leave func(*storage.Store, *log, *storage.Object)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s, purges := newStore(t, 8*mebibyte)
			o := store(t, s, "a", 5000)
			first, second := attach(t, o.Body), attach(t, o.Body)
			leave(s, purges, o)
			synctest.Wait() // ristretto keeps its books behind
			if got := s.Stats(); got.Kept != 0 || got.UnderWay < o.Cost() {
				t.Errorf("%s: %d bytes kept and %d under way, want none and %d", how, got.Kept, got.UnderWay, o.Cost())
			}
			first.Close()
			if got, err := rest(t.Context(), second); err != io.EOF || !bytes.Equal(got, pattern(5000)) {
				t.Errorf("%s: its reader got %d bytes, then %v", how, len(got), err)
			}
			second.Close()
			time.Sleep(time.Minute)
			wantStats(t, s, 0, 0, how)
		})
	}

	f("purged", func(s *storage.Store, purges *log, _ *storage.Object) {
		purges.purge("a")
		if swept := s.Sweep("a"); swept != (storage.Swept{Objects: 1, Bytes: 5000}) {
			t.Errorf("swept %+v", swept)
		}
	})
	f("found purged by a look-up", func(s *storage.Store, purges *log, _ *storage.Object) {
		purges.purge("a")
		seat := miss(t, s, "a")
		s.Fail(seat.Flight(), policy.OriginConnect, errCut)
	})
	f("expired", func(*storage.Store, *log, *storage.Object) {
		time.Sleep(2 * time.Hour)
		synctest.Wait()
	})
	// 304: the body lives on in another object, and then that one is purged.
	f("freshened, then purged", func(s *storage.Store, purges *log, o *storage.Object) {
		seat := s.Fly(key("a"), o)
		s.Freshen(seat.Flight(), response(5000))
		seat.Leave()
		purges.purge("a")
		s.Sweep("a")
	})
}

// The same for what leaves the table before it is whole.
func TestGoneWhileArrivingIsChargedWhileRead(t *testing.T) {
	s, purges := newStore(t, 8*mebibyte)
	seat := miss(t, s, "a")
	o := s.Commit(seat.Flight(), response(message.Unknown))
	fill(t, s, o, 5000)
	purges.purge("a")
	s.Sweep("a")
	s.Complete(o)
	wantStats(t, s, 0, o.Cost(), "whole, and read")
	seat.Leave()
	wantStats(t, s, 0, 0, "read")
}

// However often the origin says that a body still holds while somebody always reads it, it is charged once.
func TestFreshenChargesNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, purges := newStore(t, 8*mebibyte)
		r := response(message.Unknown)
		r.Freshness = policy.Freshness{Received: time.Now(), Keep: time.Hour}
		o := storeAs(t, s, "a", 100_000, r.Freshness, message.Vary{})
		reader := attach(t, o.Body)
		for i := range 40 {
			seat := miss(t, s, "a")
			body := o.Body
			if o = s.Freshen(seat.Flight(), r); o.Body != body {
				t.Fatal("the stored body was not taken over")
			}
			next := attach(t, o.Body)
			reader.Close()
			reader = next
			seat.Leave()
			wantStats(t, s, o.Cost(), 0, fmt.Sprint("freshened ", i+1, " times"))
		}
		purges.purge("a")
		s.Sweep("a")
		synctest.Wait() // ristretto keeps its books behind
		wantStats(t, s, 0, o.Cost(), "purged, and read")
		reader.Close()
		wantStats(t, s, 0, 0, "at the end")
	})
}

// What leaves the table while it is being validated is charged as long as somebody reads it, and no longer once the 304 has brought it back.
func TestGoneWhileValidated(t *testing.T) {
	f := func(name string, check func(*testing.T, *storage.Store, *log, *storage.Object, *storage.Seat)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, purges := newStore(t, 8*mebibyte)
				old := storeAs(t, s, "a", 5000, policy.Freshness{Keep: time.Hour}, message.Vary{})
				check(t, s, purges, old, miss(t, s, "a"))
				synctest.Wait()
				if got := s.Stats().UnderWay; got != 0 {
					t.Errorf("%d bytes are charged for what nobody reads", got)
				}
			})
		})
	}

	f("brought back", func(t *testing.T, s *storage.Store, _ *log, old *storage.Object, seat *storage.Seat) {
		reader := attach(t, old.Body)
		s.Evict(old)
		if got := s.Stats().UnderWay; got != old.Cost() {
			t.Errorf("%d bytes are charged for what was evicted, want %d", got, old.Cost())
		}
		o := s.Freshen(seat.Flight(), response(5000))
		seat.Leave()
		wantStats(t, s, o.Cost(), 0, "brought back")
		reader.Close()
	})
	// Nobody reads it when it goes; then those who waited do.
	f("purged", func(t *testing.T, s *storage.Store, purges *log, old *storage.Object, seat *storage.Seat) {
		purges.purge("a")
		s.Sweep("a")
		s.Freshen(seat.Flight(), response(5000))
		synctest.Wait()
		wantStats(t, s, 0, old.Cost(), "purged, and read by who waited")
		seat.Leave()
	})
}

// A 304 may bring another Vary: then one body is stored under two heads, in two slots, and is charged as under way when both are gone, once.
func TestFreshenUnderAnotherVary(t *testing.T) {
	f := func(leave func(s *storage.Store, old, o *storage.Object)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s, _ := newStore(t, 8*mebibyte)
			old := storeAs(t, s, "a", 5000, policy.Freshness{Keep: time.Hour}, message.Vary{})
			reader := attach(t, old.Body)
			seat := miss(t, s, "a")
			r := response(5000)
			r.Vary = vary("Accept-Encoding")
			o := s.Freshen(seat.Flight(), r)
			seat.Leave()
			wantStats(t, s, old.Cost()+o.Cost(), 0, "under two heads")
			leave(s, old, o)
			if s.Holds(old) || s.Holds(o) {
				t.Error("it has not left the table")
			}
			if got := s.Stats().UnderWay; got < 5000 || got > max(old.Cost(), o.Cost()) {
				t.Errorf("one body of 5000 bytes is read, %d bytes are charged", got)
			}
			reader.Close()
			if got := s.Stats().UnderWay; got != 0 {
				t.Errorf("%d bytes are charged for what nobody reads", got)
			}
		})
	}

	// One after the other: as long as one has a place, nothing is under way.
	f(func(s *storage.Store, old, o *storage.Object) {
		s.Evict(old)
		if got := s.Stats().UnderWay; got != 0 {
			t.Errorf("%d bytes are charged for a body that has a place", got)
		}
		s.Evict(o)
	})
	f(func(s *storage.Store, old, o *storage.Object) {
		s.Evict(o)
		if got := s.Stats().UnderWay; got != 0 {
			t.Errorf("%d bytes are charged for a body that has a place", got)
		}
		s.Evict(old)
	})
	// Both at once.
	f(func(s *storage.Store, _, _ *storage.Object) {
		time.Sleep(3 * time.Hour)
		synctest.Wait()
	})
}

// The same for what was replaced while somebody read it.
func TestReplacedIsChargedWhileRead(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	old := store(t, s, "a", 5000)
	r := attach(t, old.Body)
	seat := s.Fly(key("a"), old)
	o := s.Commit(seat.Flight(), response(message.Unknown))
	seat.Leave()
	s.Complete(o)
	wantStats(t, s, o.Cost(), old.Cost(), "replaced, and read")
	r.Close()
	wantStats(t, s, o.Cost(), 0, "replaced")
}
