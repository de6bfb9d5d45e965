package storage_test

import (
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

const mebibyte = 1 << 20

// log is the plainest log of purges: a list of URLs.
type log struct {
	mu      sync.Mutex // protects entries
	entries []string   // primary keys that were purged hard
}

func (l *log) Number() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.entries))
}

func (l *log) Forget(uint64) {}

func (l *log) Judge(s storage.Subject, after uint64) storage.Judgement {
	l.mu.Lock()
	defer l.mu.Unlock()
	j := storage.Judgement{Upto: uint64(len(l.entries))}
	if i := slices.Index(l.entries[after:], s.Primary); i >= 0 {
		j.Hard = after + uint64(i) + 1
	}
	return j
}

// purge appends a hard purge, without sweeping.
func (l *log) purge(primary string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, primary)
}

// tagLog is a log of purges by tag: the last is remembered.
type tagLog struct {
	log
	tag    string
	number uint64
}

// purgeTag appends a hard purge, without sweeping.
func (l *tagLog) purgeTag(tag string) {
	l.tag = tag
	l.number++
}

func (l *tagLog) Number() uint64 { return l.number }

func (l *tagLog) Judge(s storage.Subject, after uint64) storage.Judgement {
	j := storage.Judgement{Upto: l.number}
	for _, tag := range s.Tags {
		if tag == l.tag && after < l.number {
			j.Hard = l.number
		}
	}
	return j
}

// newStore returns a store that may use memory bytes, and its log.
func newStore(t testing.TB, memory int64) (*storage.Store, *log) {
	t.Helper()
	purges := new(log)
	s, err := storage.New(storage.Options{Memory: memory, MaxObject: memory, Purges: purges})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, purges
}

func key(primary string) policy.Key { return policy.Key{Primary: primary, Base: "\x04http"} }

// ask looks a key up, now.
func ask(s *storage.Store, primary string, fields ...message.Field) storage.Answer {
	a := s.Lookup(&storage.Query{Key: key(primary), Request: &message.Request{Header: fields}, Now: time.Now()})
	begin(a)
	return a
}

// hit reports whether a look-up finds this very object, ready to be used.
func hit(s *storage.Store, primary string, o *storage.Object) bool {
	a := ask(s, primary)
	if a.Seat != nil {
		s.Fail(a.Seat.Flight(), policy.OriginConnect, io.ErrUnexpectedEOF)
		a.Seat.Leave()
	}
	return a.Find == storage.Hit && a.Object == o
}

// miss looks up what must not be there, and returns the seat in its fetch.
func miss(t testing.TB, s *storage.Store, primary string, fields ...message.Field) *storage.Seat {
	t.Helper()
	a := ask(s, primary, fields...)
	if a.Find != storage.Miss && a.Find != storage.Alone {
		t.Fatalf("%s: find %d (%v), want nothing usable", primary, a.Find, a.Reason)
	}
	return a.Seat
}

// response is one that is fresh for an hour.
func response(length int64) storage.Response {
	return storage.Response{
		Head:      &message.Response{Status: 200, Length: length},
		Freshness: policy.Freshness{Received: time.Now(), Lifetime: time.Hour},
		Length:    length,
		Abandon:   func() {},
	}
}

// fill gives an object size bytes of body.
func fill(t testing.TB, s *storage.Store, o *storage.Object, size int) {
	t.Helper()
	for body := pattern(size); len(body) > 0; {
		space, err := o.Body.Space(t.Context())
		if err != nil {
			t.Fatalf("no space with %d bytes to go: %v", len(body), err)
		}
		n := copy(space, body)
		s.Grow(o, n)
		body = body[n:]
	}
}

// store fetches and stores an object of size bytes, whole.
func store(t testing.TB, s *storage.Store, primary string, size int) *storage.Object {
	t.Helper()
	seat := miss(t, s, primary)
	defer seat.Leave()
	o := s.Commit(seat.Flight(), response(message.Unknown))
	fill(t, s, o, size)
	s.Complete(o)
	return o
}

func wantStats(t testing.TB, s *storage.Store, kept, underWay int64, when string) {
	t.Helper()
	if got := s.Stats(); got.Kept != kept || got.UnderWay != underWay {
		t.Errorf("%s: %d bytes kept and %d under way, want %d and %d", when, got.Kept, got.UnderWay, kept, underWay)
	}
}

// begin says that whoever got a seat has the flight fetched.
func begin(a storage.Answer) {
	if a.Seat != nil {
		a.Seat.Flight().Begin()
	}
}
