package storage_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
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
			if a := s.Lookup(&storage.Query{Key: key("a"), Request: new(message.Request), Now: time.Now(), Arrival: purges.Number()}); a.Object != nil {
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
