package storage_test

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/storage"
)

// What Complete has returned for is found, as long as it fits: nothing is dropped on the way to the keeper.
func TestAdmissionIsCertain(t *testing.T) {
	s, _ := newStore(t, 64*mebibyte)
	const each = 500
	objects := make([][each]*storage.Object, 8)
	var wg sync.WaitGroup
	for g := range objects {
		wg.Go(func() {
			for i := range each {
				primary := fmt.Sprint(g, "/", i)
				objects[g][i] = store(t, s, primary, i)
				if !hit(s, primary, objects[g][i]) {
					t.Errorf("%s is not found although it was just stored", primary)
				}
			}
		})
	}
	wg.Wait()
	var cost int64
	for g := range objects {
		for i, o := range objects[g] {
			if primary := fmt.Sprint(g, "/", i); !hit(s, primary, o) {
				t.Errorf("%s is no longer found", primary)
			}
			cost += o.Cost()
		}
	}
	wantStats(t, s, cost, 0, "all stored")
}

// An object that takes another's place takes over its account, too.
func TestReplacedObjectsChangeTheCost(t *testing.T) {
	s, purges := newStore(t, 8*mebibyte)
	f := func(size int) {
		t.Helper()
		purges.purge("a") // without a sweep: the look-up itself finds that the old one is gone
		o := store(t, s, "a", size)
		wantStats(t, s, o.Cost(), 0, fmt.Sprint("replaced by ", size, " bytes"))
	}

	f(1000)
	// Larger, smaller, the same.
	f(100_000)
	f(10)
	f(10)
	// Two objects of one slot that are whole one behind the other: the old one stays until then, and only its place is given on.
	old := store(t, s, "b", 5000)
	both := s.Stats().Kept
	seat := s.Fly(key("b"), old)
	o := s.Commit(seat.Flight(), response(message.Unknown))
	wantStats(t, s, both, 0, "its successor is arriving")
	fill(t, s, o, 7000)
	s.Complete(o)
	seat.Leave()
	wantStats(t, s, both-old.Cost()+o.Cost(), 0, "its successor is whole")
}

// The answer 304 keeps the body where it is, under a new account.
func TestFreshenChangesTheCost(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	old := store(t, s, "a", 5000)
	seat := s.Fly(key("a"), old)
	r := response(5000)
	r.Head.Header = message.Header{{Name: "X-Longer", Value: "than before"}}
	o := s.Freshen(seat.Flight(), r)
	seat.Leave()
	if o.Body != old.Body || o == old {
		t.Error("the stored body was not taken over by a new object")
	}
	if !hit(s, "a", o) || s.Holds(old) || !s.Holds(o) {
		t.Error("what was freshened is not what look-ups find")
	}
	if o.Cost() <= old.Cost() {
		t.Errorf("cost %d, was %d", o.Cost(), old.Cost())
	}
	wantStats(t, s, o.Cost(), 0, "freshened")
}

// The keeper's word takes off the table exactly the object that it names: one that has taken its place stays.
func TestEvictionComparesAndDeletes(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	old, other := store(t, s, "a", 1000), store(t, s, "b", 1000)

	// The successor has come in between, and is whole.
	seat := s.Fly(key("a"), old)
	o := s.Commit(seat.Flight(), response(message.Unknown))
	s.Complete(o)
	seat.Leave()
	s.Evict(old)
	if !hit(s, "a", o) {
		t.Error("the successor of what was evicted is gone")
	}

	// The successor is arriving, and breaks off: there is nothing left to come back.
	seat = s.Fly(key("a"), o)
	broken := s.Commit(seat.Flight(), response(message.Unknown))
	s.Evict(o)
	if !hit(s, "a", broken) {
		t.Error("what is arriving is gone with what it replaced")
	}
	s.Break(broken, errCut)
	seat.Leave()
	if hit(s, "a", o) || hit(s, "a", broken) {
		t.Error("what was evicted came back")
	}

	if s.Evict(other); hit(s, "b", other) {
		t.Error("what was evicted is still found")
	}
	s.Evict(other) // once more does no harm
}

// What a cut body has replaced comes back, with the place it had.
func TestBreakRestores(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	old := store(t, s, "a", 1000)
	for range 3 { // again and again
		seat := s.Fly(key("a"), old)
		o := s.Commit(seat.Flight(), response(message.Unknown))
		fill(t, s, o, 500)
		if !hit(s, "a", o) {
			t.Error("what is arriving is not found")
		}
		s.Break(o, errCut)
		seat.Leave()
		if !hit(s, "a", old) {
			t.Error("what was there before is not found")
		}
		wantStats(t, s, old.Cost(), 0, "after the cut")
	}
}

// Of several that arrive one behind the other, the last whole one is what comes back, and one that never was whole never does.
func TestBreakRestoresTheLastWhole(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	begin := func(stored *storage.Object) *storage.Object {
		seat := s.Fly(key("a"), stored)
		defer seat.Leave()
		return s.Commit(seat.Flight(), response(message.Unknown))
	}
	whole := store(t, s, "a", 1000)
	first, second := begin(whole), begin(whole)
	s.Break(second, errCut)
	if !hit(s, "a", whole) {
		t.Error("with both of them out, the whole one is not found")
	}
	s.Break(first, errCut)
	if !hit(s, "a", whole) {
		t.Error("the first one, which had lost its place, took the whole one with it")
	}
	wantStats(t, s, whole.Cost(), 0, "after both cuts")
}

// However much is stored, what is kept never costs more than the limit, and what is gone is counted nowhere.
func TestCostNeverAboveTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newStore(t, mebibyte)
		limit, _ := s.Room()
		objects := make(map[string]*storage.Object)
		for i := range 400 {
			primary := fmt.Sprint(i % 150)
			if i%7 == 0 {
				if a := ask(s, fmt.Sprint(i*31%150)); a.Seat != nil {
					a.Seat.Leave() // its flight waits for whoever asks next
				}
			}
			a := ask(s, primary)
			if a.Find == storage.Hit {
				continue
			}
			o := s.Commit(a.Seat.Flight(), response(message.Unknown))
			a.Seat.Leave()
			fill(t, s, o, i*997%20_000)
			s.Complete(o)
			objects[primary] = o
			if kept := s.Stats().Kept; kept > limit {
				t.Fatalf("%d bytes are kept, %d is the limit", kept, limit)
			}
			time.Sleep(storage.LingerTime) // what was refused goes
		}
		time.Sleep(2 * storage.LingerTime)
		synctest.Wait()
		var cost int64
		gone := 0
		for _, o := range objects {
			if s.Holds(o) {
				cost += o.Cost()
			} else {
				gone++
			}
		}
		wantStats(t, s, cost, 0, "after a rest")
		if gone == 0 || cost < limit/2 {
			t.Errorf("%d objects are gone, %d bytes of %d are in use: this test tests nothing", gone, cost, limit)
		}
	})
}

// What does not deserve a place stays for a second, so that a herd does not fetch it again and again; then it goes, and its bytes are
// given back.
func TestRefusedLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newStore(t, mebibyte)
		s.RefuseAll()
		o := store(t, s, "refused", 70_000)
		wantStats(t, s, 0, o.Cost(), "refused")
		time.Sleep(storage.LingerTime - 1)
		if !hit(s, "refused", o) {
			t.Error("it is gone before its second is over")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if hit(s, "refused", o) {
			t.Error("it is there after its second")
		}
		wantStats(t, s, 0, 0, "after its second")
	})
}

// As long as it is read it stays longer.
func TestRefusedLingersWhileRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newStore(t, mebibyte)
		s.RefuseAll()
		o := store(t, s, "refused", 70_000)
		r := attach(t, o.Body)
		time.Sleep(10*storage.LingerTime - 1)
		if !hit(s, "refused", o) {
			t.Error("it is gone while it is read")
		}
		wantStats(t, s, 0, o.Cost(), "while it is read")
		if got, err := rest(t.Context(), r); err != io.EOF || !bytes.Equal(got, pattern(70_000)) {
			t.Errorf("its reader got %d bytes, then %v", len(got), err)
		}
		r.Close()
		time.Sleep(storage.LingerTime)
		synctest.Wait()
		if hit(s, "refused", o) {
			t.Error("it is there after its reader has left")
		}
		wantStats(t, s, 0, 0, "after its reader has left")
	})
}

// A store that is closed drops all it has, and what is being read can be read to its end.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newStore(t, 8*mebibyte)
		o := store(t, s, "a", 5000)
		r := attach(t, o.Body)
		seat := miss(t, s, "b")
		late := s.Commit(seat.Flight(), response(message.Unknown))
		s.Close()
		s.Close()
		if got, err := rest(t.Context(), r); err != io.EOF || len(got) != 5000 {
			t.Errorf("the reader got %d bytes, then %v", len(got), err)
		}
		r.Close()
		fill(t, s, late, 100)
		s.Complete(late)
		seat.Leave()
	})
}

// Too little memory is said at once, and by how much.
func TestTooLittleMemory(t *testing.T) {
	_, err := storage.New(storage.Options{Memory: mebibyte - 1, Purges: new(log)})
	if err == nil {
		t.Fatal("a store was made")
	}
	if want := "storage: 1048575 bytes of memory are too few; 1048576 are the least"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}
