package storage_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// storeAs fetches and stores an object of size bytes with this freshness, by which look-ups that bring no fields find it.
func storeAs(t testing.TB, s *storage.Store, primary string, size int, freshness policy.Freshness, vary message.Vary) *storage.Object {
	t.Helper()
	freshness.Received = time.Now()
	r := response(message.Unknown)
	r.Freshness, r.Vary = freshness, vary
	seat := miss(t, s, primary)
	defer seat.Leave()
	o := s.Commit(seat.Flight(), r)
	fill(t, s, o, size)
	s.Complete(o)
	return o
}

// refuse ends a flight with an answer that is not stored, and has no Vary.
func refuse(s *storage.Store, seat *storage.Seat, why storage.Refusal) {
	s.Complete(s.Refuse(seat.Flight(), response(0), why))
	seat.Leave()
}

func vary(field string) message.Vary {
	return message.ParseVary(message.Header{{Name: "Vary", Value: field}})
}

// A mark stands where the look-ups go for which it is made: at what they find, whatever the Vary of the answer that was refused.
func TestMarkStandsWhereLookUpsGo(t *testing.T) {
	validated := policy.Freshness{Keep: time.Hour}
	refreshed := policy.Freshness{StaleWhileRevalidate: time.Hour}
	f := func(name string, freshness policy.Freshness, why storage.Refusal, purged bool, want storage.Find, reason policy.Reason, stays bool) {
		t.Run(name, func(t *testing.T) {
			s, purges := newStore(t, 8*mebibyte)
			old := storeAs(t, s, "a", 1000, freshness, vary("Accept-Encoding"))
			seat := ask(s, "a").Seat
			if purged {
				purges.purge("a")
				s.Sweep("a")
			}
			why.Reason, why.Mark = policy.NoStore, time.Minute
			refuse(s, seat, why)
			a := ask(s, "a")
			if a.Find != want || a.Reason != reason || (a.Object == old) != stays || a.Object != nil && a.Object != old {
				t.Errorf("find %d (%v), the old object %v; want %d (%v), %v", a.Find, a.Reason, a.Object == old, want, reason, stays)
			}
			if want == storage.Stale && a.Seat != nil {
				t.Error("the origin does not rest")
			}
			if got := s.Stats().Marks; got != storage.MarkCost {
				t.Errorf("%d bytes of marks, want those of one", got)
			}
			if a.Seat != nil {
				s.Fail(a.Seat.Flight(), policy.OriginConnect, errCut)
			}
		})
	}

	// An answer newer than what is stored has come: that goes.
	f("to be validated", validated, storage.Refusal{}, false, storage.Alone, policy.HitForMiss, false)
	// A server error takes nothing away.
	f("server error", validated, storage.Refusal{Failure: true}, false, storage.Alone, policy.HitForMiss, true)
	// Nor does any answer from what may be served stale.
	f("to be refreshed", refreshed, storage.Refusal{}, false, storage.Stale, policy.StaleWhileRevalidate, true)
	// What was found is gone: the mark takes the place that the answer would have had.
	f("purged meanwhile", validated, storage.Refusal{}, true, storage.Alone, policy.HitForMiss, false)
}

// What will not be kept gives its place back to what it had replaced, as if it had been cut, and the mark stands in that same place.
func TestNotKeptGivesItsPlaceBack(t *testing.T) {
	f := func(name string, loosen func(*testing.T, *storage.Store, *storage.Object)) {
		t.Run(name, func(t *testing.T) {
			s, _ := newStore(t, mebibyte)
			old := storeAs(t, s, "a", 1000, policy.Freshness{Keep: time.Hour}, message.Vary{})
			cost := s.Stats().Kept
			seat := miss(t, s, "a")
			o := s.Commit(seat.Flight(), response(message.Unknown))
			if s.Holds(old) || !s.Holds(o) {
				t.Error("what is arriving is not what look-ups find")
			}
			loosen(t, s, o)
			s.Break(o, errCut)
			seat.Leave()
			if !s.Holds(old) {
				t.Error("what it had replaced did not come back")
			}
			a := ask(s, "a")
			if a.Find != storage.Alone || a.Reason != policy.HitForMiss || a.Object != old || a.Seat.Flight().Stored != old {
				t.Errorf("find %d (%v), the old object %v", a.Find, a.Reason, a.Object == old)
			}
			s.Fail(a.Seat.Flight(), policy.OriginConnect, errCut)
			wantStats(t, s, cost, 0, "at the end")
			if got := s.Stats().Marks; got != storage.MarkCost {
				t.Errorf("%d bytes of marks, want those of one", got)
			}
		})
	}

	f("too large", func(t *testing.T, s *storage.Store, o *storage.Object) {
		fill(t, s, o, int(s.MaxObject(mebibyte))+1)
	})
	// Others have taken all the memory there is for what is under way.
	f("no memory", func(t *testing.T, s *storage.Store, o *storage.Object) {
		_, limit := s.Room()
		var others []*storage.Object
		for i := 0; s.Stats().UnderWay < limit-storage.WindowChunk; i++ {
			seat := miss(t, s, fmt.Sprint("other ", i))
			others = append(others, s.Commit(seat.Flight(), response(storage.WindowChunk)))
			fill(t, s, others[i], 1)
			seat.Leave()
		}
		fill(t, s, o, storage.WindowChunk)
		for _, other := range others {
			s.Break(other, errCut)
		}
	})
}

// However much is not to be stored: its marks take their own share of the memory and no more, and what is to be stored is.
func TestMarksHaveTheirOwnBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const memory = 8 * mebibyte
		s, _ := newStore(t, memory)
		most := int64(memory / 100 / storage.MarkCost)
		marked := func(primary string) bool {
			a := ask(s, primary)
			defer s.Fail(a.Seat.Flight(), policy.OriginConnect, errCut)
			return a.Find == storage.Alone && a.Reason == policy.HitForMiss
		}
		mark := func(primary string) {
			refuse(s, miss(t, s, primary), storage.Refusal{Reason: policy.NoLifetime, Mark: 2 * time.Minute})
		}
		for i := range most + 5000 {
			primary := fmt.Sprint(i)
			if mark(primary); marked(primary) != (i < most) {
				t.Fatalf("mark %d of at most %d was made: %v", i+1, most, i >= most)
			}
		}
		mark("0") // takes the place of the one that is there
		if got := s.Stats(); got.Marks != most*storage.MarkCost || got.UnderWay != 0 || got.Entries != int(most) {
			t.Errorf("%d bytes of %d marks, %d under way, %d entries", got.Marks, most, got.UnderWay, got.Entries)
		}
		if !marked("0") {
			t.Error("a mark that was to be renewed is gone")
		}
		o := store(t, s, "good", 100_000)
		if !hit(s, "good", o) {
			t.Error("with so many marks nothing can be stored")
		}

		// One that is replaced by what may be stored makes room for another.
		store(t, s, "0", 10)
		if mark("later"); !marked("later") {
			t.Error("there is room for a mark, and none was made")
		}

		// They go when they are over.
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if got := s.Stats(); got.Marks != 0 || got.Entries != 2 {
			t.Errorf("%d bytes of marks that are over, %d entries", got.Marks, got.Entries)
		}
	})
}

// Where something stale can be served, an origin that failed is left in peace for a moment; for a fault of ours it is not to blame.
func TestOriginRests(t *testing.T) {
	f := func(why policy.Reason, rests bool) {
		t.Run(why.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := newStore(t, 8*mebibyte)
				old := storeAs(t, s, "a", 1000, policy.Freshness{StaleWhileRevalidate: time.Hour}, message.Vary{})
				fail := func() {
					a := ask(s, "a")
					if a.Find != storage.Stale || a.Object != old || a.Seat == nil {
						t.Fatalf("find %d (%v), a seat %v", a.Find, a.Reason, a.Seat != nil)
					}
					s.Fail(a.Seat.Flight(), why, errCut)
					a.Seat.Leave()
				}
				fail()
				if !rests {
					fail() // at once
					return
				}
				if a := ask(s, "a"); a.Find != storage.Stale || a.Object != old || a.Seat != nil {
					t.Errorf("find %d (%v), a seat %v", a.Find, a.Reason, a.Seat != nil)
				}
				time.Sleep(storage.RestInterval)
				fail()
			})
		})
	}

	f(policy.OriginConnect, true)
	f(policy.OriginTimeout, true)
	f(policy.OriginBroken, true)
	f(policy.Internal, false)
}
