package storage_test

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// page is one state of a representation.
type page struct {
	tag  string // entity tag
	body []byte
}

func newPage(tag string, size int) page { return page{tag: `"` + tag + `"`, body: pattern(size)} }

// response is one that holds bytes first to last of the page.
func (p page) response(first, last int64) storage.Response {
	size := int64(len(p.body))
	r := response(last - first + 1)
	r.Head = &message.Response{Status: 200, Length: size, Header: message.Header{{Name: "ETag", Value: p.tag}}}
	r.Freshness.Keep = time.Hour
	r.Part = &message.ContentRange{First: first, Last: last, Size: size}
	return r
}

// arrive gives an object bytes first to last of the page.
func (p page) arrive(t testing.TB, s *storage.Store, o *storage.Object, first, last int64) {
	t.Helper()
	for left := p.body[first : last+1]; len(left) > 0; {
		space, err := o.Body.Space(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := copy(space, left)
		s.Grow(o, n)
		left = left[n:]
	}
}

// keep fetches and stores bytes first to last of the page under the key a.
func (p page) keep(t testing.TB, s *storage.Store, first, last int64) *storage.Object {
	t.Helper()
	a := askFor(s, bytesOf(first, last))
	if a.Seat == nil {
		t.Fatalf("bytes %d to %d: find %d (%v)", first, last, a.Find, a.Reason)
	}
	defer a.Seat.Leave()
	o := s.Commit(a.Seat.Flight(), p.response(first, last))
	p.arrive(t, s, o, first, last)
	s.Complete(o)
	return o
}

// wantBytes has a hit on bytes first to last, and reads them.
func (p page) wantBytes(t *testing.T, s *storage.Store, first, last int64) *storage.Object {
	t.Helper()
	a := askFor(s, bytesOf(first, last))
	if a.Find != storage.Hit {
		t.Errorf("bytes %d to %d: find %d (%v), want a hit", first, last, a.Find, a.Reason)
		dismiss(s, a)
		return nil
	}
	p.wantRead(t, attach(t, a.Object.Body), first, last)
	return a.Object
}

// wantRead reads bytes first to last, and closes the reader.
func (p page) wantRead(t *testing.T, r *storage.Reader, first, last int64) {
	t.Helper()
	defer r.Close()
	r.Skip(first)
	var got []byte
	for int64(len(got)) < last-first+1 {
		piece, err := r.Next(t.Context())
		if err != nil {
			t.Errorf("bytes %d to %d: %d bytes, then %v", first, last, len(got), err)
			return
		}
		got = append(got, piece...)
	}
	if !bytes.Equal(got[:last-first+1], p.body[first:last+1]) {
		t.Errorf("bytes %d to %d are others", first, last)
	}
}

// wantMissing has a look-up for bytes first to last miss, and says what of them is to be asked for.
func wantMissing(t *testing.T, s *storage.Store, first, last int64, want message.ByteRange) {
	t.Helper()
	a := askFor(s, bytesOf(first, last))
	defer dismiss(s, a)
	if a.Find != storage.Miss || a.Reason != policy.PartStored || a.Object == nil {
		t.Errorf("bytes %d to %d: %+v", first, last, a)
		return
	}
	stored := a.Seat.Flight().Stored
	if stored != a.Object {
		t.Errorf("bytes %d to %d: what is stored is not to be completed", first, last)
		return
	}
	if got, lacks := stored.Missing(message.ByteRange{First: first, Last: last}); !lacks || got != want {
		t.Errorf("bytes %d to %d: missing %v, want %v", first, last, got, want)
	}
}

// bytesOf is a request for a range.
func bytesOf(first, last int64) *message.Request {
	asked := message.ContentRange{First: first, Last: last, Size: message.Unknown}.String() // "bytes 0-9/*"
	return &message.Request{Method: "GET", Header: message.Header{{Name: "Range", Value: "bytes=" + asked[len("bytes "):len(asked)-len("/*")]}}}
}

var wholePage = &message.Request{Method: "GET"}

// askFor looks up the key a.
func askFor(s *storage.Store, r *message.Request) storage.Answer {
	a := s.Lookup(&storage.Query{Key: key("a"), Request: r, Now: time.Now(), Part: policy.PartAsked(r)})
	begin(a)
	return a
}

// dismiss fails whatever an answer has reserved.
func dismiss(s *storage.Store, a storage.Answer) {
	if a.Seat != nil {
		if a.Seat.Flight().Outcome() == nil {
			s.Fail(a.Seat.Flight(), policy.Internal, errCut)
		}
		a.Seat.Leave()
	}
}

// RFC 9111 section 3.3: a part answers what it has, and nothing else.
func TestPartAnswersWhatItHas(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	p := newPage("1", 1000)
	o := p.keep(t, s, 100, 299)
	if n, whole := o.Body.Size(); n != 200 || whole || !o.Partial() || o.Head.Length != 1000 {
		t.Errorf("%d bytes, whole %v", n, whole)
	}
	// All of it, its ends, and what lies in it.
	p.wantBytes(t, s, 100, 299)
	p.wantBytes(t, s, 100, 100)
	p.wantBytes(t, s, 299, 299)
	p.wantBytes(t, s, 150, 160)
	// Before, behind, and on both sides of it.
	wantMissing(t, s, 50, 150, message.ByteRange{First: 50, Last: 99})
	wantMissing(t, s, 299, 400, message.ByteRange{First: 300, Last: 400})
	wantMissing(t, s, 0, 999, message.ByteRange{First: 0, Last: 999})
	wantMissing(t, s, 500, 600, message.ByteRange{First: 500, Last: 600})

	f := func(method string, fields message.Header, want storage.Find) {
		t.Helper()
		a := askFor(s, &message.Request{Method: method, Header: fields})
		if a.Find != want {
			t.Errorf("%s %v: find %d (%v)", method, fields, a.Find, a.Reason)
		}
		dismiss(s, a)
	}
	// The whole is not there; its head is.
	f("GET", nil, storage.Miss)
	f("HEAD", nil, storage.Hit)
	// RFC 9111 section 4.3.2: a 304 needs no body.
	f("GET", message.Header{{Name: "If-None-Match", Value: p.tag}}, storage.Hit)
	f("GET", message.Header{{Name: "If-None-Match", Value: `"other"`}}, storage.Miss)

	// Nobody reads what is not there.
	r := attach(t, o.Body)
	defer r.Close()
	if _, err := r.Next(t.Context()); err != storage.ErrHole {
		t.Errorf("before the part: %v", err)
	}
	r.Skip(300)
	if _, err := r.Next(t.Context()); err != storage.ErrHole {
		t.Errorf("behind the part: %v", err)
	}
	r.Skip(1000)
	if _, err := r.Next(t.Context()); err != io.EOF {
		t.Errorf("behind the end: %v", err)
	}
}

// RFC 9111 section 3.4: parts are put together until nothing is missing; then it is an object like any other.
func TestPartsBecomeTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, purges := newStore(t, 8*mebibyte)
		p := newPage("1", 100_000)
		f := func(first, last int64, want int64) *storage.Object {
			t.Helper()
			o := p.keep(t, s, first, last)
			if n, _ := o.Body.Size(); n != want {
				t.Errorf("with %d to %d there are %d bytes, want %d", first, last, n, want)
			}
			p.wantBytes(t, s, first, last)
			return o
		}
		f(20_000, 29_999, 10_000)
		// Apart, overlapping, adjacent, over a hole and what is on both sides of it, nothing new but one byte.
		f(50_000, 59_999, 20_000)
		f(25_000, 34_999, 25_000)
		f(35_000, 39_999, 30_000)
		f(39_999, 50_001, 40_000)
		p.wantBytes(t, s, 20_000, 59_999)
		f(59_999, 60_000, 40_001)
		f(0, 19_999, 60_001)
		o := f(60_001, 99_999, 100_000)
		if n, whole := o.Body.Size(); n != 100_000 || !whole || o.Partial() {
			t.Errorf("%d bytes, whole %v", n, whole)
		}
		a := askFor(s, wholePage)
		if a.Find != storage.Hit || a.Object != o {
			t.Errorf("the whole: %+v", a)
		}
		if got, err := rest(t.Context(), attach(t, o.Body)); err != io.EOF || !bytes.Equal(got, p.body) {
			t.Errorf("the whole has %d bytes, then %v", len(got), err)
		}
		if s.Count() != 1 {
			t.Errorf("%d objects", s.Count())
		}
		synctest.Wait()
		if got := s.Stats(); got.Kept != o.Cost() {
			t.Errorf("%d bytes kept, want %d", got.Kept, o.Cost())
		}
		purges.purge("a")
		s.Sweep("a")
	})
}

// An answer may give more or less than it was asked for; what counts is what came.
func TestPartOtherThanAsked(t *testing.T) {
	f := func(first, last, cameFirst, cameLast int64, want ...message.ByteRange) {
		t.Helper()
		s, _ := newStore(t, 8*mebibyte)
		p := newPage("1", 1000)
		p.keep(t, s, 400, 499)
		a := askFor(s, bytesOf(first, last))
		o := s.Commit(a.Seat.Flight(), p.response(cameFirst, cameLast))
		p.arrive(t, s, o, cameFirst, cameLast)
		s.Complete(o)
		a.Seat.Leave()
		for _, r := range want {
			p.wantBytes(t, s, r.First, r.Last)
		}
	}
	f(500, 599, 450, 799, message.ByteRange{First: 400, Last: 799})
	f(500, 599, 500, 510, message.ByteRange{First: 400, Last: 510})
	f(500, 599, 0, 9, message.ByteRange{First: 0, Last: 9}, message.ByteRange{First: 400, Last: 499})
}

// What is stored is there for readers while the next part arrives, and one reader goes through both.
func TestPartIsReadWhileItArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newStore(t, 8*mebibyte)
		p := newPage("1", 100_000)
		p.keep(t, s, 0, 9_999)
		p.keep(t, s, 50_000, 59_999)
		a := askFor(s, bytesOf(10_000, 49_999))
		o := s.Commit(a.Seat.Flight(), p.response(10_000, 49_999))
		p.wantBytes(t, s, 5_000, 9_999)
		p.wantBytes(t, s, 55_000, 59_999)
		late := askFor(s, bytesOf(5_000, 59_000))
		if late.Find != storage.Hit || late.Object != o {
			t.Fatalf("through all: %+v", late)
		}
		r := attach(t, o.Body)
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.wantRead(t, r, 5_000, 59_000)
		}()
		seat := make(chan struct{})
		go func() {
			defer close(seat)
			p.wantRead(t, a.Seat.Reader(), 10_000, 49_999)
		}()
		synctest.Wait()
		p.arrive(t, s, o, 10_000, 29_999)
		synctest.Wait()
		p.wantBytes(t, s, 10_000, 29_999)
		p.arrive(t, s, o, 30_000, 49_999)
		s.Complete(o)
		<-done
		<-seat
		p.wantBytes(t, s, 0, 59_999)
	})
}

// A part of something newer replaces what it does not belong to; one that may belong to anything does not replace what is whole and fresh.
func TestPartOfSomethingElse(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	old, new := newPage("1", 1000), newPage("2", 1000)
	old.keep(t, s, 0, 99)
	o := new.keep(t, s, 200, 299)
	if got := new.wantBytes(t, s, 200, 299); got != o {
		t.Error("the new part is not found")
	}
	wantMissing(t, s, 0, 299, message.ByteRange{First: 0, Last: 199})

	// The same validator, and another size.
	longer := newPage("2", 2000)
	longer.keep(t, s, 0, 99)
	wantMissing(t, s, 0, 299, message.ByteRange{First: 100, Last: 299})

	// A weak validator puts nothing together (RFC 9110 section 8.8.1), and such a part is not to be completed.
	s, _ = newStore(t, 8*mebibyte)
	weak := page{tag: `W/"3"`, body: pattern(1000)}
	weak.keep(t, s, 0, 99)
	weak.keep(t, s, 200, 299)
	a := askFor(s, bytesOf(0, 99))
	if a.Find != storage.Miss || a.Reason != policy.PartStored || a.Seat.Flight().Stored != nil {
		t.Errorf("weak: %+v", a)
	}
	dismiss(s, a)

	whole := store(t, s, "b", 1000)
	seat := s.Fly(key("b"), nil)
	s.Complete(s.Commit(seat.Flight(), weak.response(0, 0)))
	seat.Leave()
	if !hit(s, "b", whole) {
		t.Error("what is whole and fresh has made room for a part")
	}
}

// A part that is cut leaves what was there before.
func TestPartCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, purges := newStore(t, 8*mebibyte)
		p := newPage("1", 1000)
		o := p.keep(t, s, 0, 99)
		a := askFor(s, bytesOf(100, 199))
		cut := s.Commit(a.Seat.Flight(), p.response(100, 199))
		p.arrive(t, s, cut, 100, 149)
		r := attach(t, cut.Body)
		s.Break(cut, errCut)
		r.Skip(0)
		if got, err := rest(t.Context(), r); err != errCut || !bytes.Equal(got, p.body[:150]) {
			t.Errorf("its reader got %d bytes, then %v", len(got), err)
		}
		r.Close()
		a.Seat.Leave()
		if got := p.wantBytes(t, s, 0, 99); got != o {
			t.Error("what was there before is not back")
		}
		wantMissing(t, s, 0, 199, message.ByteRange{First: 100, Last: 199})
		synctest.Wait()
		if got := s.Stats(); got.Kept != o.Cost() || got.UnderWay != 0 {
			t.Errorf("%+v", got)
		}
		purges.purge("a")
	})
}

// Many parts arrive side by side: each is found while it does, and they are one object when they have, in whatever order they end.
func TestPartsSideBySide(t *testing.T) {
	f := func(order ...int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s, purges := newStore(t, 8*mebibyte)
			p := newPage("1", 400)
			var arriving []*storage.Object
			for i := range order {
				first := int64(i * 100)
				a := askFor(s, bytesOf(first, first+99))
				if a.Find != storage.Miss {
					t.Fatalf("part %d: %+v", i, a)
				}
				arriving = append(arriving, s.Commit(a.Seat.Flight(), p.response(first, first+99)))
				a.Seat.Leave()
				for j := range arriving {
					first := int64(j * 100)
					if a := askFor(s, bytesOf(first, first+99)); a.Find != storage.Hit || a.Object != arriving[j] {
						t.Errorf("part %d while %d arrives: find %d (%v)", j, i, a.Find, a.Reason)
						dismiss(s, a)
					}
				}
			}
			for _, i := range order {
				first := int64(i * 100)
				p.arrive(t, s, arriving[i], first, first+99)
				s.Complete(arriving[i])
				p.wantBytes(t, s, first, first+99)
			}
			p.wantBytes(t, s, 0, int64(len(order)*100-1))
			if s.Count() != 1 {
				t.Errorf("%d objects", s.Count())
			}
			synctest.Wait()
			if got := s.Stats(); got.UnderWay != 0 {
				t.Errorf("%d bytes under way at the end", got.UnderWay)
			}
			purges.purge("a")
			s.Sweep("a")
			synctest.Wait()
			wantStats(t, s, 0, 0, "purged")
		})
	}

	f(0, 1, 2, 3)
	f(3, 2, 1, 0)
	f(1, 0, 3, 2)
	f(2, 0, 1)
	f(1, 0)
}

// Parts that wait for the one in front become the object where that is cut.
func TestPartsBesideOneThatIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, purges := newStore(t, 8*mebibyte)
		p := newPage("1", 300)
		front := askFor(s, bytesOf(0, 99))
		one, other := askFor(s, bytesOf(100, 199)), askFor(s, bytesOf(200, 299))
		cut := s.Commit(front.Seat.Flight(), p.response(0, 99))
		for i, a := range []storage.Answer{one, other} {
			first := int64(100 + i*100)
			o := s.Commit(a.Seat.Flight(), p.response(first, first+99))
			p.arrive(t, s, o, first, first+99)
			s.Complete(o)
			a.Seat.Leave()
		}
		if got := s.Stats(); got.UnderWay == 0 {
			t.Error("what waits is not charged")
		}
		s.Break(cut, errCut)
		front.Seat.Leave()
		p.wantBytes(t, s, 100, 299)
		synctest.Wait()
		if got := s.Stats(); got.UnderWay != 0 {
			t.Errorf("%d bytes under way", got.UnderWay)
		}
		purges.purge("a")
	})
}

// Equal wishes share a fetch, others go side by side, and where the whole is on its way all wait for that.
func TestPartsShareFetches(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	one, same, other := askFor(s, bytesOf(0, 99)), askFor(s, bytesOf(0, 99)), askFor(s, bytesOf(100, 199))
	if one.Seat.Flight() != same.Seat.Flight() || one.Seat.Flight().Part != "bytes=0-99" {
		t.Errorf("equal wishes: flights %s and %s, part %q", one.Seat.Flight().ID, same.Seat.Flight().ID, one.Seat.Flight().Part)
	}
	if one.Seat.Flight() == other.Seat.Flight() {
		t.Error("two parts are one fetch")
	}
	whole := askFor(s, wholePage)
	if whole.Seat.Flight().Part != "" || whole.Seat.Flight() == one.Seat.Flight() {
		t.Error("the whole waits for a part")
	}
	later := askFor(s, bytesOf(300, 399))
	if later.Seat.Flight() != whole.Seat.Flight() {
		t.Error("a part does not wait for the whole")
	}
	if p := s.Peek(&storage.Query{Key: key("a"), Request: bytesOf(0, 99), Part: "bytes=0-99", Now: time.Now()}); !p.Flying {
		t.Errorf("peeked %+v", p)
	}
	for _, a := range []storage.Answer{one, other, whole} {
		dismiss(s, a)
	}
}

// A flight for a part that gets the whole stores the whole.
func TestWholeWhereAPartWasAsked(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	a := askFor(s, bytesOf(10, 19))
	o := s.Commit(a.Seat.Flight(), response(1000))
	fill(t, s, o, 1000)
	s.Complete(o)
	if a := askFor(s, wholePage); a.Find != storage.Hit || a.Object != o || o.Partial() {
		t.Errorf("%+v", a)
	}
}

// RFC 9111 section 4.3.4: a 304 freshens a part, too.
func TestPartIsFreshened(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	p := newPage("1", 1000)
	o := p.keep(t, s, 100, 199)
	s.Soften(o, time.Now())
	a := askFor(s, bytesOf(100, 199))
	if a.Find != storage.Miss || a.Reason != policy.Expired || a.Seat.Flight().Stored != o {
		t.Fatalf("stale: %+v", a)
	}
	r := p.response(100, 199)
	r.Part = nil
	fresh := s.Freshen(a.Seat.Flight(), r)
	a.Seat.Leave()
	if got := p.wantBytes(t, s, 100, 199); got != fresh || !fresh.Partial() {
		t.Error("it is not what was freshened")
	}
	wantMissing(t, s, 100, 299, message.ByteRange{First: 200, Last: 299})
}

// What is too large together is not put together: the newer part counts.
func TestPartsTooLargeTogether(t *testing.T) {
	s, _ := newStore(t, mebibyte)
	most := s.MaxObject(1 << 40)
	p := newPage("1", int(most*2))
	p.keep(t, s, 0, most-1)
	p.wantBytes(t, s, 0, most-1)
	p.keep(t, s, most, most+99)
	p.wantBytes(t, s, most, most+99)
	wantMissing(t, s, 0, most+99, message.ByteRange{First: 0, Last: most - 1})
	// One that is too large by itself goes by; what was there stays.
	a := askFor(s, bytesOf(0, most))
	o := s.Commit(a.Seat.Flight(), p.response(0, most))
	read := make(chan struct{})
	go func() {
		defer close(read)
		p.wantRead(t, a.Seat.Reader(), 0, most)
	}()
	p.arrive(t, s, o, 0, most)
	s.Complete(o)
	<-read
	p.wantBytes(t, s, most, most+99)
}

// Who asks for single bytes does not make a body of as many pieces, which would be walked at each part that comes: the newer part counts.
func TestPartsInTooManyPieces(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	p := newPage("1", 8<<10)
	most := int64(0)
	for at := int64(0); at < 4<<10; at += 2 {
		o := p.keep(t, s, at, at)
		size, _ := o.Body.Size()
		most = max(most, size)
	}
	if most > 1100 {
		t.Errorf("%d pieces were put together", most)
	}
}

// A purge hits a part by whatever any of its pieces is known by, and what was put to it since.
func TestPartsArePurged(t *testing.T) {
	f := func(act func(*storage.Store, page) (seats []storage.Answer, arriving []*storage.Object)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s, purges := newStore(t, 8*mebibyte)
			p := newPage("1", 300)
			seats, arriving := act(s, p)
			purges.purge("a")
			s.Sweep("a")
			for _, o := range arriving {
				s.Complete(o)
			}
			q := &storage.Query{Key: key("a"), Request: bytesOf(0, 0), Now: time.Now(), Arrival: purges.Number()}
			if got := s.Peek(q); got.Object != nil {
				t.Error("what was purged is found")
			}
			a := s.Lookup(q)
			if a.Find != storage.Miss || a.Object != nil || a.Seat.Flight().Stored != nil {
				t.Errorf("find %d (%v)", a.Find, a.Reason)
			}
			begin(a)
			for _, a := range append(seats, a) {
				dismiss(s, a)
			}
			synctest.Wait()
			wantStats(t, s, 0, 0, "at the end")
		})
	}

	f(func(s *storage.Store, p page) ([]storage.Answer, []*storage.Object) {
		p.keep(t, s, 0, 99)
		return nil, nil
	})
	f(func(s *storage.Store, p page) ([]storage.Answer, []*storage.Object) {
		p.keep(t, s, 0, 99)
		a := askFor(s, bytesOf(100, 199))
		return []storage.Answer{a}, []*storage.Object{s.Commit(a.Seat.Flight(), p.response(100, 199))}
	})
	// One in front, and one beside it.
	f(func(s *storage.Store, p page) ([]storage.Answer, []*storage.Object) {
		a, b := askFor(s, bytesOf(0, 99)), askFor(s, bytesOf(100, 199))
		return []storage.Answer{a, b}, []*storage.Object{
			s.Commit(a.Seat.Flight(), p.response(0, 99)), s.Commit(b.Seat.Flight(), p.response(100, 199)),
		}
	})
}

// The fetch of what is missing began before the purge: what it brings is not put to anything, nor is it found.
func TestPurgeBetweenParts(t *testing.T) {
	s, purges := newStore(t, 8*mebibyte)
	p := newPage("1", 300)
	p.keep(t, s, 0, 99)
	a := askFor(s, bytesOf(0, 199))
	purges.purge("a")
	o := s.Commit(a.Seat.Flight(), p.response(100, 199))
	if out := a.Seat.Flight().Outcome(); !out.PurgedFor(1) || out.PurgedFor(0) || o.Kept() {
		t.Errorf("outcome %+v", *out)
	}
	if o.Holds(message.ByteRange{First: 0, Last: 99}) {
		t.Error("what was purged has come back")
	}
	s.Break(o, errCut)
	a.Seat.Leave()
}
