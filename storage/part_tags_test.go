package storage_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/storage"
)

// tagged is a response that holds bytes first to last of the page, and has a tag.
func (p page) tagged(tag string, first, last int64) storage.Response {
	r := p.response(first, last)
	r.Tags = []string{tag}
	return r
}

// keepTagged is keep for a part with a tag.
func (p page) keepTagged(t *testing.T, s *storage.Store, tag string, first, last int64) {
	t.Helper()
	a := askFor(s, bytesOf(first, last))
	o := s.Commit(a.Seat.Flight(), p.tagged(tag, first, last))
	p.arrive(t, s, o, first, last)
	s.Complete(o)
	a.Seat.Leave()
}

// What parts are put together to is known by all that any of them was known by, and none that was purged comes back in another's company.
func TestPartsArePurgedByTag(t *testing.T) {
	f := func(act func(*testing.T, *storage.Store, *tagLog, page)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			purges := new(tagLog)
			s, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, Purges: purges})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			act(t, s, purges, newPage("1", 300))
		})
	}
	gone := func(t *testing.T, s *storage.Store, first, last int64) {
		t.Helper()
		a := askFor(s, bytesOf(first, last))
		if a.Find == storage.Hit {
			t.Errorf("bytes %d to %d are found", first, last)
		}
		dismiss(s, a)
	}

	// One after the other: both tags count.
	for _, tag := range []string{"red", "green"} {
		f(func(t *testing.T, s *storage.Store, purges *tagLog, p page) {
			p.keepTagged(t, s, "red", 0, 99)
			p.keepTagged(t, s, "green", 100, 199)
			p.wantBytes(t, s, 0, 199)
			purges.purgeTag(tag)
			gone(t, s, 0, 99)
			gone(t, s, 100, 199)
		})
	}
	// Side by side.
	for _, tag := range []string{"red", "green"} {
		f(func(t *testing.T, s *storage.Store, purges *tagLog, p page) {
			a, b := askFor(s, bytesOf(0, 99)), askFor(s, bytesOf(100, 199))
			one, other := s.Commit(a.Seat.Flight(), p.tagged("red", 0, 99)), s.Commit(b.Seat.Flight(), p.tagged("green", 100, 199))
			p.arrive(t, s, other, 100, 199)
			s.Complete(other)
			p.arrive(t, s, one, 0, 99)
			s.Complete(one)
			dismiss(s, a)
			dismiss(s, b)
			p.wantBytes(t, s, 0, 199)
			purges.purgeTag(tag)
			gone(t, s, 0, 99)
			gone(t, s, 100, 199)
		})
	}
	// Purged while what is missing of it is fetched.
	f(func(t *testing.T, s *storage.Store, purges *tagLog, p page) {
		p.keepTagged(t, s, "red", 0, 99)
		a := askFor(s, bytesOf(50, 199))
		purges.purgeTag("red")
		o := s.Commit(a.Seat.Flight(), p.tagged("green", 100, 199))
		if o.Holds(message.ByteRange{First: 50, Last: 99}) || !o.Kept() {
			t.Error("what was purged belongs to what came after it")
		}
		p.arrive(t, s, o, 100, 199)
		s.Complete(o)
		dismiss(s, a)
		p.wantBytes(t, s, 100, 199)
		gone(t, s, 0, 99)
	})
	// Purged while it waits to become one with what is in front; a sweep frees it at once.
	f(func(t *testing.T, s *storage.Store, purges *tagLog, p page) {
		a, b := askFor(s, bytesOf(0, 99)), askFor(s, bytesOf(100, 199))
		one, other := s.Commit(a.Seat.Flight(), p.tagged("green", 0, 99)), s.Commit(b.Seat.Flight(), p.tagged("red", 100, 199))
		p.arrive(t, s, other, 100, 199)
		s.Complete(other)
		dismiss(s, b)
		waiting := s.Stats().UnderWay
		purges.purgeTag("red")
		gone(t, s, 100, 199)
		s.Sweep("a")
		if got := s.Stats().UnderWay; got >= waiting {
			t.Errorf("%d bytes under way before the sweep, %d after it", waiting, got)
		}
		p.arrive(t, s, one, 0, 99)
		s.Complete(one)
		dismiss(s, a)
		p.wantBytes(t, s, 0, 99)
		gone(t, s, 100, 199)
	})
	// The same without a sweep.
	f(func(t *testing.T, s *storage.Store, purges *tagLog, p page) {
		a, b := askFor(s, bytesOf(0, 99)), askFor(s, bytesOf(100, 199))
		one, other := s.Commit(a.Seat.Flight(), p.tagged("green", 0, 99)), s.Commit(b.Seat.Flight(), p.tagged("red", 100, 199))
		p.arrive(t, s, other, 100, 199)
		s.Complete(other)
		purges.purgeTag("red")
		p.arrive(t, s, one, 0, 99)
		s.Complete(one)
		dismiss(s, a)
		dismiss(s, b)
		p.wantBytes(t, s, 0, 99)
		gone(t, s, 100, 199)
	})
	// A soft purge of either makes both stale.
	f(func(t *testing.T, s *storage.Store, _ *tagLog, p page) {
		a, b := askFor(s, bytesOf(0, 99)), askFor(s, bytesOf(100, 199))
		one, other := s.Commit(a.Seat.Flight(), p.tagged("green", 0, 99)), s.Commit(b.Seat.Flight(), p.tagged("red", 100, 199))
		s.Soften(one, time.Now())
		for i, o := range []*storage.Object{one, other} {
			p.arrive(t, s, o, int64(i)*100, int64(i)*100+99)
			s.Complete(o)
		}
		dismiss(s, a)
		dismiss(s, b)
		gone(t, s, 0, 199)
	})
}
