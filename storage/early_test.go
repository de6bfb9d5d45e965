package storage_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// XFetch: of many hits shortly before expiry one refreshes, and the others are hits like any.
func TestEarlyRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newStore(t, 8*mebibyte)
		draws, drawn := 0.5, 0
		look := func() storage.Answer {
			a := s.Lookup(&storage.Query{Key: key("a"), Request: new(message.Request), Now: time.Now(), Draw: func() float64 {
				drawn++
				return draws
			}})
			begin(a)
			return a
		}
		keep := func(seat *storage.Seat, early bool) *storage.Object {
			defer seat.Leave()
			r := response(100)
			r.Freshness.Lifetime, r.Freshness.Early, r.Took = time.Minute, early, 10*time.Second
			o := s.Commit(seat.Flight(), r)
			fill(t, s, o, 100)
			s.Complete(o)
			return o
		}

		// One without the wish is never drawn for.
		keep(miss(t, s, "a"), false)
		time.Sleep(59 * time.Second)
		if a := look(); a.Find != storage.Hit || a.Seat != nil || drawn != 0 {
			t.Errorf("without the wish: %+v, %d draws", a, drawn)
		}
		time.Sleep(time.Minute)
		o := keep(miss(t, s, "a"), true)
		f := func(left time.Duration, draw float64, early bool) storage.Answer {
			t.Helper()
			time.Sleep(time.Until(o.Freshness.Expires().Add(-left)))
			draws = draw
			a := look()
			if a.Find != storage.Hit || a.Object != o || (a.Seat != nil) != early || (a.Reason == policy.EarlyRefresh) != early {
				t.Errorf("%v before expiry, drawn %v: %+v", left, draw, a)
			}
			return a
		}
		f(50*time.Second, 0.5, false)
		f(5*time.Second, 0.99, false)
		a := f(5*time.Second, 0.5, true)
		// Somebody refreshes: the others need not.
		f(4*time.Second, 0.5, false)
		if a.Seat == nil || a.Seat.Flight().Stored != o {
			t.Fatal("it cannot be validated")
		}
		s.Fail(a.Seat.Flight(), policy.OriginTimeout, errCut)
		a.Seat.Leave()
		// The origin has failed: it rests.
		f(3*time.Second, 0.5, false)
		if o.Hits() != 5 {
			t.Errorf("%d hits", o.Hits())
		}
	})
}

// RFC 9111 section 5.2.1: what the client wants of stored responses changes what a look-up says, where it is obeyed.
func TestWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newStore(t, 8*mebibyte)
		seat := miss(t, s, "a")
		r := response(100)
		r.Freshness.Lifetime, r.Freshness.Keep = time.Minute, time.Hour
		o := s.Commit(seat.Flight(), r)
		fill(t, s, o, 100)
		s.Complete(o)
		seat.Leave()
		f := func(wants policy.Wants, find storage.Find, why policy.Reason) {
			t.Helper()
			q := &storage.Query{Key: key("a"), Request: new(message.Request), Now: time.Now(), Wants: wants}
			if p := s.Peek(q); p.Object != o || p.Find != find || p.Reason != why {
				t.Errorf("%+v: peeked %d (%v)", wants, p.Find, p.Reason)
			}
			a := s.Lookup(q)
			if a.Find != find || a.Reason != why || a.Object != o {
				t.Errorf("%+v: find %d (%v), want %d (%v)", wants, a.Find, a.Reason, find, why)
			}
			if a.Seat != nil {
				a.Seat.Leave()
			}
		}
		span := func(d time.Duration) policy.Span { return policy.Span{Set: true, Duration: d} }

		f(policy.Wants{}, storage.Hit, policy.Fresh)
		f(policy.Wants{NoCache: true}, storage.Miss, policy.RequestNoCache)
		f(policy.Wants{MinFresh: span(2 * time.Minute)}, storage.Miss, policy.RequestMinFresh)
		time.Sleep(30 * time.Second)
		f(policy.Wants{MaxAge: span(time.Minute)}, storage.Hit, policy.Fresh)
		f(policy.Wants{MaxAge: span(10 * time.Second)}, storage.Miss, policy.RequestMaxAge)
		time.Sleep(time.Minute)
		f(policy.Wants{}, storage.Miss, policy.Expired)
		f(policy.Wants{MaxStale: span(time.Hour)}, storage.Stale, policy.RequestMaxStale)
	})
}
