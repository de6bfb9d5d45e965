package storage_test

import (
	"io"
	"testing"

	"lacquer/message"
	"lacquer/storage"
)

// What follows a body is known when all of it has come: to those who read it as it came, and to later ones.
func TestTrailer(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	trailer := message.Header{{Name: "Server-Timing", Value: "total;dur=3"}}
	seat := miss(t, s, "a")
	o := s.Commit(seat.Flight(), response(message.Unknown))
	fill(t, s, o, 100)
	o.Body.SetTrailer(trailer)
	if o.Body.HasTrailer() || o.Trailer() != nil {
		t.Error("it is known before the end")
	}
	s.Complete(o)
	with := o.Cost()
	for _, r := range []*storage.Reader{seat.Reader(), attach(t, o.Body)} {
		if _, err := rest(t.Context(), r); err != io.EOF {
			t.Error(err)
		}
		if got := r.Trailer(); got.Get("Server-Timing") != "total;dur=3" {
			t.Errorf("a reader is told %v", got)
		}
		r.Close()
	}
	if !o.Body.HasTrailer() || len(o.Trailer()) != 1 {
		t.Error("it is not known")
	}
	without := store(t, s, "b", 100)
	if with != without.Cost()+int64(trailer.Size()) || without.Body.HasTrailer() || without.Trailer() != nil {
		t.Errorf("costs %d and %d", with, without.Cost())
	}

	// That of a part says nothing of the whole.
	p := newPage("1", 100)
	seat = s.Fly(key("c"), nil)
	part := s.Commit(seat.Flight(), p.response(0, 99))
	p.arrive(t, s, part, 0, 99)
	part.Body.SetTrailer(trailer)
	s.Complete(part)
	seat.Leave()
	if part.Body.HasTrailer() {
		t.Error("that of a part is kept")
	}
}
