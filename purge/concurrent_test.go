package purge_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// A request that arrives after a purge was acknowledged is never given what the origin had before it. Many ask, fetch, break off and purge at
// once; the head of each answer carries the version that the origin had when its fetch began, and each purge raises that before
// it is acknowledged.
func TestNothingOlderThanAPurge(t *testing.T) {
	f := func(name string, memory, maxObject int64) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &rush{house: newHouse(t, memory, maxObject), t: t, landings: map[string]chan struct{}{}}
				for i := range r.sites {
					r.sites[i].primary = fmt.Sprint("host/", i)
				}
				var clients sync.WaitGroup
				for range 12 {
					clients.Go(r.client)
				}
				clients.Wait()
				r.fetches.Wait()
				time.Sleep(10 * time.Minute)
				for i := range 3 * 64 { // the log is trimmed once in 64 purges
					r.purger.URL(r.sites[i%len(r.sites)].primary, hard)
				}
				for r.log.Number()%64 != 0 {
					r.purger.URL("another", hard)
				}
				time.Sleep(rememberTime + sweepInterval)
				synctest.Wait()
				left := r.store.Stats()
				left.Evicted = 0
				if left != (storage.Stats{}) || r.log.Len() != 0 {
					t.Errorf("at the end: %+v, %d entries in the log", left, r.log.Len())
				}
				if r.served.Load() == 0 || r.shared.Load() == 0 || r.late.Load() == 0 || r.parts.Load() == 0 {
					t.Errorf("%d requests were served from the store, %d of them a part, %d shared a fetch, %d looked up again after a purge: this shows too little",
						r.served.Load(), r.parts.Load(), r.shared.Load(), r.late.Load())
				}
			})
		})
	}

	f("room for all", 64*mebibyte, mebibyte)
	// Objects are evicted, refused, and let loose for want of memory.
	f("tight", mebibyte, mebibyte)
}

// rush is many clients at once.
type rush struct {
	*house
	t       *testing.T
	sites   [3]site
	all     site // what a purge of everything raises
	fetches sync.WaitGroup

	mu       sync.Mutex               // protects landings
	landings map[string]chan struct{} // closed when a flight has landed, by its ID

	served, shared, late, parts atomic.Int64
}

// pageSize is how many bytes pages have that are asked for in parts.
const pageSize = 40_000

// site is a URL at the origin, and what is known of its purges.
type site struct {
	primary string
	version atomic.Int64 // at the origin
	acked   atomic.Int64 // version below which nothing may be given to who comes now
}

// raise makes the origin's content new, and purges what is old.
func (s *site) raise(purge func()) {
	v := s.version.Add(1)
	purge()
	for {
		if was := s.acked.Load(); was >= v || s.acked.CompareAndSwap(was, v) {
			return
		}
	}
}

// client does one thing after the other.
func (r *rush) client() {
	for range 400 {
		s := &r.sites[rand.IntN(len(r.sites))]
		switch n := rand.IntN(100); {
		case n < 8:
			s.raise(func() { r.purger.URL(s.primary, hard) })
		case n < 10:
			s.raise(func() { r.purger.Tag(s.primary, hard) }) // each is tagged with its own name
		case n < 11:
			r.all.raise(func() { r.purger.All(hard) })
		case n < 14:
			r.purger.URL(s.primary, soft)
		case n < 15:
			time.Sleep(time.Duration(rand.IntN(int(12 * time.Second))))
		default:
			r.request(s)
		}
	}
}

// request is a request on its way, as package proxy leads it: it looks up, waits, and looks up again where a purge came in between.
func (r *rush) request(s *site) {
	least := version{s.acked.Load(), r.all.acked.Load()}
	q := &storage.Query{
		Key:      policy.Key{Primary: s.primary, Base: []string{"http", "https"}[rand.IntN(2)]},
		Request:  &message.Request{Method: "GET", Header: message.Header{{Name: "Accept-Encoding", Value: []string{"gzip", "br"}[rand.IntN(2)]}}},
		Arrival:  r.log.Number(),
		Identity: rand.IntN(5) == 0,
	}
	if rand.IntN(2) == 0 {
		first := rand.IntN(pageSize)
		q.Request.Header.Add("Range", fmt.Sprintf("bytes=%d-%d", first, first+rand.IntN(pageSize-first)))
		q.Part = policy.PartAsked(q.Request)
	}
	for range 4 {
		q.Now = time.Now()
		a := r.store.Lookup(q)
		if a.Seat != nil {
			if rand.IntN(20) == 0 {
				a.Seat.Leave() // the client goes away before anybody has asked the origin
				return
			}
			a.Seat.Flight().Begin()
		}
		switch a.Find {
		case storage.Hit, storage.Stale:
			if a.Seat != nil {
				r.lead(a.Seat.Flight(), s, q)
				a.Seat.Leave()
			}
			var reader storage.Reader
			if !a.Object.Body.Attach(&reader) {
				continue
			}
			if r.served.Add(1); a.Object.Partial() {
				r.parts.Add(1)
			}
			r.deliver(a.Object, &reader, q, least)
			reader.Close()
			return
		case storage.Alone:
			r.fetch(a.Seat.Flight(), s, q)
		default:
			<-r.lead(a.Seat.Flight(), s, q)
			r.shared.Add(1)
		}
		if r.land(a.Seat, q, least) {
			return
		}
	}
}

// land reports whether what a flight brought is for this request, and reads it if so.
func (r *rush) land(seat *storage.Seat, q *storage.Query, least version) bool {
	defer seat.Leave()
	o := seat.Flight().Outcome()
	switch {
	case o.PurgedFor(q.Arrival):
		r.late.Add(1)
		return false
	case o.Err != nil:
		return true
	case !o.Object.Matches(q.Request.Header), !seat.Reader().Attached(), !holds(o.Object, q):
		return false
	}
	r.deliver(o.Object, seat.Reader(), q, least)
	return true
}

// holds reports whether an object has what a request wants of it.
func holds(o *storage.Object, q *storage.Query) bool {
	wanted, any := policy.WantedBytes(q.Request, o.Head, o.Head.Length)
	return !o.Partial() || any && o.Holds(wanted)
}

// deliver reads what a request was given, or some of it, and holds its version against the least that it may have.
func (r *rush) deliver(o *storage.Object, reader *storage.Reader, q *storage.Query, least version) {
	got := versionOf(o)
	if got.site < least.site || got.all < least.all {
		r.t.Errorf("%s: given version %v, the least is %v", q.Key.Primary, got, least)
	}
	if !o.Matches(q.Request.Header) {
		r.t.Errorf("%s: given another variant", q.Key.Primary)
	}
	left := int64(1 << 40)
	if wanted, any := policy.WantedBytes(q.Request, o.Head, o.Head.Length); any && o.Head.Length == pageSize {
		reader.Skip(wanted.First)
		left = wanted.Length()
	}
	for left > 0 && rand.IntN(10) > 0 {
		piece, err := reader.Next(r.t.Context())
		if err != nil {
			if err != io.EOF && err != errCut && err != storage.ErrAbandoned {
				r.t.Error(err)
			}
			return
		}
		left -= int64(len(piece))
		for _, c := range piece {
			if c != byte(got.site) {
				r.t.Errorf("%s: a body of version %d under the head of %d", q.Key.Primary, c, byte(got.site))
				return
			}
		}
	}
}

// version is that of a site and that of everything.
type version struct{ site, all int64 }

func versionOf(o *storage.Object) (v version) {
	v.site, _ = strconv.ParseInt(o.Head.Header.Get("Version"), 10, 64)
	v.all, _ = strconv.ParseInt(o.Head.Header.Get("Version-Of-All"), 10, 64)
	return v
}

// lead has a flight fetched by whoever calls first, and returns what is closed when it has landed.
func (r *rush) lead(f *storage.Flight, s *site, q *storage.Query) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if landed := r.landings[f.ID]; landed != nil {
		return landed
	}
	landed := make(chan struct{})
	r.landings[f.ID] = landed
	r.fetches.Go(func() {
		r.fetch(f, s, q)
		close(landed)
	})
	return landed
}

// fetch asks the origin, and ends the flight in one of the ways in which they end. The body comes behind.
func (r *rush) fetch(f *storage.Flight, s *site, q *storage.Query) {
	v := version{s.version.Load(), r.all.version.Load()}
	if rand.IntN(4) == 0 {
		time.Sleep(time.Duration(rand.IntN(int(time.Second)))) // the origin is slow, purges come in between
	}
	head := &message.Response{Status: 200, Length: message.Unknown}
	head.Header.Add("Version", strconv.FormatInt(v.site, 10))
	head.Header.Add("Version-Of-All", strconv.FormatInt(v.all, 10))
	response := storage.Response{
		Head: head, Request: q.Request.Header, Tags: []string{"tag", s.primary}, Shareable: rand.IntN(2) == 0, Length: message.Unknown, Abandon: func() {},
		Freshness: policy.Freshness{
			Received:             time.Now(),
			Lifetime:             []time.Duration{0, 5 * time.Second, time.Hour}[rand.IntN(3)],
			StaleWhileRevalidate: []time.Duration{0, time.Minute}[rand.IntN(2)],
			Keep:                 time.Minute,
		},
		Vary: message.ParseVary(message.Header{{Name: "Vary", Value: []string{"", "Accept-Encoding"}[rand.IntN(2)]}}),
	}
	size := rand.IntN(100_000)
	if q.Part != "" || rand.IntN(3) == 0 {
		head.Length, size = pageSize, pageSize
		head.Header.Add("ETag", fmt.Sprintf(`"%d-%d"`, v.site, v.all))
	}
	var o *storage.Object
	switch n := rand.IntN(20); {
	case n < 2:
		r.store.Fail(f, policy.OriginConnect, errCut)
		return
	case n < 5:
		o = r.store.Refuse(f, response, storage.Refusal{Reason: policy.NoStore, Identity: q.Identity, Mark: time.Second})
	case f.Stored != nil && versionOf(f.Stored) == v:
		head.Length = f.Stored.Head.Length
		head.Header.Set("ETag", f.Stored.Head.Header.Get("ETag"))
		r.store.Freshen(f, response)
		return
	case q.Part != "":
		asked, _ := policy.WantedBytes(q.Request, head, pageSize)
		if f.Stored != nil && f.Stored.Partial() {
			if missing, any := f.Stored.Missing(asked); any {
				asked = missing
			}
		}
		response.Part = &message.ContentRange{First: asked.First, Last: asked.Last, Size: pageSize}
		size = int(asked.Length())
		fallthrough
	default:
		o = r.store.Commit(f, response)
	}
	r.fetches.Go(func() { r.grow(o, byte(v.site), size) })
}

// grow fills a body, whole or not.
func (r *rush) grow(o *storage.Object, mark byte, size int) {
	for size > 0 {
		space, err := o.Body.Space(r.t.Context())
		if err == nil && rand.IntN(40) == 0 {
			err = errCut
		}
		if err != nil {
			r.store.Break(o, err)
			return
		}
		n := min(size, len(space))
		for i := range space[:n] {
			space[i] = mark
		}
		r.store.Grow(o, n)
		size -= n
	}
	r.store.Complete(o)
}
