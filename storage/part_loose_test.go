package storage_test

import "testing"

// What was there is read together with what arrives, also where there is no memory to keep that, and all of it has come before anybody reads.
func TestPartWithoutMemory(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	p := newPage("a", 3000)
	p.keep(t, s, 0, 999)
	p.keep(t, s, 2000, 2999)

	a := askFor(s, wholePage)
	defer a.Seat.Leave()
	s.Strain()
	o := s.Commit(a.Seat.Flight(), p.response(1000, 1999))
	p.arrive(t, s, o, 1000, 1999)
	s.Complete(o)
	p.wantRead(t, a.Seat.Reader(), 0, 2999)
}
