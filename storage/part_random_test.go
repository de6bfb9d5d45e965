package storage_test

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// Random operations on partial objects, held against a model that knows for each byte whether it is there.
func TestRandomParts(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			w := newPartWalk(t, seed)
			for range 400 {
				w.move()
			}
			w.end()
		})
	}
}

const pageSize = 80

// partObject is an object as the model has it: the bytes that it promises.
type partObject struct {
	real    *storage.Object
	version int
	flight  int
	has     map[int64]bool
	next    int64 // byte that arrives next
	last    int64 // the last that does
	settled bool
}

// partWalk is one walk. What look-ups find is front, then one of beside.
type partWalk struct {
	t        *testing.T
	random   *rand.Rand
	store    *storage.Store
	purges   *log
	pages    [3]page
	now      int // version that the origin has
	front    *partObject
	previous *partObject
	beside   []*partObject
	arriving []*partObject
	flights  []*partFlight
	number   int
	readers  []*partReader
}

type partFlight struct {
	real    *storage.Seat
	number  int
	asked   message.ByteRange
	version int         // that the origin had when it was asked
	stored  *partObject // that it may be completed with
	purged  bool
}

type partReader struct {
	real    *storage.Reader
	object  *partObject
	version int
	upto    int64
}

func newPartWalk(t *testing.T, seed uint64) *partWalk {
	w := &partWalk{t: t, random: rand.New(rand.NewPCG(seed, 7))}
	w.store, w.purges = newStore(t, 8*mebibyte)
	for i := range w.pages {
		w.pages[i] = page{tag: fmt.Sprintf(`"%d"`, i), body: make([]byte, pageSize)}
		for at := range w.pages[i].body {
			w.pages[i].body[at] = byte(at) ^ byte(i*97)
		}
	}
	return w
}

func (w *partWalk) move() {
	switch n := w.random.IntN(20); {
	case n < 9:
		w.lookUp()
	case n < 13:
		w.land()
	case n < 17:
		w.grow()
	case n < 19:
		w.read()
	case w.random.IntN(6) == 0:
		w.now = (w.now + 1) % len(w.pages)
	case w.random.IntN(6) == 0:
		w.purge()
	}
}

func (w *partWalk) anyRange() message.ByteRange {
	first := w.random.Int64N(pageSize)
	return message.ByteRange{First: first, Last: first + w.random.Int64N(min(pageSize-first, 40))}
}

func (o *partObject) holds(r message.ByteRange) bool {
	for at := r.First; at <= r.Last; at++ {
		if !o.has[at] {
			return false
		}
	}
	return true
}

// lacks is what must be asked for so that all of r is there.
func (o *partObject) lacks(r message.ByteRange) message.ByteRange {
	for o.has[r.First] {
		r.First++
	}
	for o.has[r.Last] {
		r.Last--
	}
	return r
}

func (w *partWalk) lookUp() {
	r := w.anyRange()
	a := askFor(w.store, bytesOf(r.First, r.Last))
	var want *partObject
	if w.front != nil {
		for _, o := range append([]*partObject{w.front}, w.beside...) {
			if want == nil && o.holds(r) {
				want = o
			}
		}
	}
	if (a.Find == storage.Hit) != (want != nil) || want != nil && a.Object != want.real {
		w.t.Fatalf("bytes %v: find %d (%v), want %+v", r, a.Find, a.Reason, want)
	}
	if want != nil {
		reader := attach(w.t, a.Object.Body)
		reader.Skip(r.First)
		w.readers = append(w.readers, &partReader{real: reader, object: want, version: want.version, upto: r.Last + 1})
		return
	}
	f := a.Seat.Flight()
	for _, other := range w.flights {
		if other.real.Flight() == f {
			a.Seat.Leave()
			return
		}
	}
	flight := &partFlight{real: a.Seat, asked: r, version: w.now}
	w.number++
	flight.number = w.number
	if w.front != nil && w.front.settled {
		flight.stored = w.front
		flight.asked = w.front.lacks(r)
		if got, lacks := a.Object.Missing(r); !lacks || got != flight.asked {
			w.t.Fatalf("bytes %v: missing %v, want %v", r, got, flight.asked)
		}
	}
	if (flight.stored != nil) != (f.Stored != nil) || flight.stored != nil && flight.stored.real != f.Stored {
		w.t.Fatalf("bytes %v: to be completed is %v, want %+v", r, f.Stored, flight.stored)
	}
	w.flights = append(w.flights, flight)
}

// land ends a flight with a part, which may be another than was asked for, or with none.
func (w *partWalk) land() {
	if len(w.flights) == 0 {
		return
	}
	at := w.random.IntN(len(w.flights))
	f := w.flights[at]
	w.flights = slices.Delete(w.flights, at, at+1)
	defer f.real.Leave()
	if w.random.IntN(8) == 0 {
		w.store.Fail(f.real.Flight(), policy.Internal, errCut)
		return
	}
	r := f.asked
	if w.random.IntN(4) == 0 {
		r = w.anyRange()
	}
	o := &partObject{version: f.version, flight: f.number, has: map[int64]bool{}, next: r.First, last: r.Last}
	o.real = w.store.Commit(f.real.Flight(), w.pages[f.version].response(r.First, r.Last))
	for at := r.First; at <= r.Last; at++ {
		o.has[at] = true
	}
	if f.purged {
		if o.real.Kept() {
			w.t.Fatal("what began before a purge is found")
		}
		w.store.Break(o.real, errCut)
		return
	}
	w.publish(o, f)
	if !o.real.Kept() {
		w.store.Break(o.real, errCut)
	} else {
		w.arriving = append(w.arriving, o)
	}
}

// publish says where an object goes.
func (w *partWalk) publish(o *partObject, f *partFlight) {
	was, newer := w.front, w.front == nil || w.front.flight < o.flight
	stored := was
	if was == nil {
		stored = f.stored
	}
	switch {
	case stored != nil && stored.version == o.version && !(stored.settled && newer):
		if len(w.beside) < storage.MaxBeside {
			w.beside = append(w.beside, o)
		}
		return
	case !newer:
		return
	case stored != nil && stored.version == o.version:
		maps.Copy(o.has, stored.has)
	}
	if was != nil && was.settled {
		w.previous = was
	}
	w.beside = slices.DeleteFunc(w.beside, func(b *partObject) bool { return b.version != o.version })
	w.front = o
}

// grow lets some of what arrives come, to its end perhaps, or cuts it.
func (w *partWalk) grow() {
	if len(w.arriving) == 0 {
		return
	}
	at := w.random.IntN(len(w.arriving))
	o := w.arriving[at]
	if w.random.IntN(12) == 0 {
		w.arriving = slices.Delete(w.arriving, at, at+1)
		w.cut(o)
		return
	}
	if end := min(o.next+w.random.Int64N(30), o.last+1); end > o.next {
		w.pages[o.version].arrive(w.t, w.store, o.real, o.next, end-1)
		o.next = end
	}
	if o.next > o.last {
		w.arriving = slices.Delete(w.arriving, at, at+1)
		w.complete(o)
	}
}

func (w *partWalk) complete(o *partObject) {
	w.store.Complete(o.real)
	o.settled = true
	switch {
	case w.front == o:
		w.previous = nil
	case !slices.Contains(w.beside, o):
		return
	}
	w.gather()
}

func (w *partWalk) cut(o *partObject) {
	w.store.Break(o.real, errCut)
	if w.front == o {
		w.front, w.previous = w.previous, nil
		w.gather()
	}
	w.beside = slices.DeleteFunc(w.beside, func(b *partObject) bool { return b == o })
}

// gather puts to what is in front what has arrived beside it.
func (w *partWalk) gather() {
	if w.front != nil && !w.front.settled {
		return
	}
	was := w.front
	for _, b := range w.beside {
		switch {
		case !b.settled:
		case w.front == nil:
			w.front = b
		case b.version == w.front.version && len(w.front.has) < pageSize:
			both := &partObject{version: b.version, flight: max(b.flight, w.front.flight), has: maps.Clone(b.has), settled: true}
			maps.Copy(both.has, w.front.has)
			w.front = both
		}
	}
	w.beside = slices.DeleteFunc(w.beside, func(b *partObject) bool { return b.settled })
	if w.front != was {
		w.front.real = w.store.Peek(&storage.Query{Key: key("a"), Request: wholePage, Now: time.Now()}).Object
		if w.front.real == nil {
			w.t.Fatal("nothing is found where parts were put together")
		}
	}
}

func (w *partWalk) purge() {
	w.purges.purge("a")
	w.store.Sweep("a")
	w.front, w.previous, w.beside = nil, nil, nil
	for _, f := range w.flights {
		f.purged = true
	}
}

// read lets a reader read what is there.
func (w *partWalk) read() {
	if len(w.readers) == 0 {
		return
	}
	at := w.random.IntN(len(w.readers))
	if w.readers[at].read(w.t, w.pages[:]) {
		w.readers = slices.Delete(w.readers, at, at+1)
	}
}

// read reads until it would have to wait, and reports whether that was the end.
func (r *partReader) read(t *testing.T, pages []page) bool {
	for r.real.Offset() < r.upto {
		if !r.real.Ready() {
			return false
		}
		from := r.real.Offset()
		piece, err := r.real.Next(t.Context())
		if err == errCut && !r.object.settled {
			break
		}
		if err != nil && err != io.EOF {
			t.Fatalf("byte %d of version %d: %v", from, r.version, err)
		}
		if want := pages[r.version].body[from : from+int64(len(piece))]; string(piece) != string(want) {
			t.Fatalf("bytes from %d of version %d are others", from, r.version)
		}
	}
	r.real.Close()
	return true
}

// end lets everything end. Then nothing is charged that is not kept.
func (w *partWalk) end() {
	for len(w.flights) > 0 {
		w.land()
	}
	for len(w.arriving) > 0 {
		w.grow()
	}
	for _, r := range w.readers {
		if !r.read(w.t, w.pages[:]) {
			w.t.Fatal("a reader waits for what will not come")
		}
	}
	synctest.Wait()
	kept := int64(0)
	if w.front != nil {
		kept = w.front.real.Cost()
	}
	wantStats(w.t, w.store, kept, 0, "at the end")
	if w.front != nil {
		if n, whole := w.front.real.Body.Size(); n != int64(len(w.front.has)) || whole != (n == pageSize) {
			w.t.Errorf("%d bytes, whole %v; want %d", n, whole, len(w.front.has))
		}
	}
	w.purge()
	synctest.Wait()
	wantStats(w.t, w.store, 0, 0, "purged")
}
