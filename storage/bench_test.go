package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"lacquer/message"
	"lacquer/storage"
)

// A hit must not allocate, and must cost the same however many ask for the same thing.
func BenchmarkLookupHit(b *testing.B) {
	for _, keys := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			s, _ := newStore(b, 256*mebibyte)
			queries := hits(b, s, keys)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if a := s.Lookup(&queries[rand.IntN(len(queries))]); a.Find != storage.Hit {
						b.Error("not a hit")
						return
					}
				}
			})
		})
	}
}

// BenchmarkHitAndRead is a look-up with the reading of a body of one KiB: what a hit costs the store.
func BenchmarkHitAndRead(b *testing.B) {
	s, _ := newStore(b, 256*mebibyte)
	queries := hits(b, s, 10_000)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var r storage.Reader // lies in what a request needs anyway
		for pb.Next() {
			if !hitAndRead(b.Context(), s, &r, &queries[rand.IntN(len(queries))]) {
				b.Error("not a hit")
				return
			}
		}
	})
}

func hitAndRead(ctx context.Context, s *storage.Store, r *storage.Reader, q *storage.Query) bool {
	a := s.Lookup(q)
	if a.Find != storage.Hit || !a.Object.Body.Attach(r) {
		return false
	}
	defer r.Close()
	piece, err := r.Next(ctx)
	return err == nil && len(piece) == 1024
}

func TestHitAllocatesNothing(t *testing.T) {
	s, _ := newStore(t, 16*mebibyte)
	queries := hits(t, s, 100)
	var r storage.Reader
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		i++
		if !hitAndRead(t.Context(), s, &r, &queries[i%len(queries)]) {
			t.Error("not a hit")
		}
	}); n >= 1 {
		t.Errorf("a hit allocates %v times", n)
	}
}

// hits stores objects of one KiB under many keys, all of which vary by a field, and returns the requests that hit them.
func hits(t testing.TB, s *storage.Store, keys int) []storage.Query {
	t.Helper()
	fields := message.Header{{Name: "User-Agent", Value: "benchmark"}, {Name: "Accept-Encoding", Value: "gzip, br"}}
	queries := make([]storage.Query, keys)
	for i := range queries {
		primary := fmt.Sprintf("www.example.org/articles/%d?page=%d", i, i%10)
		seat := miss(t, s, primary, fields...)
		r := response(1024)
		r.Vary, r.Request = message.ParseVary(message.Header{{Name: "Vary", Value: "Accept-Encoding"}}), fields
		o := s.Commit(seat.Flight(), r)
		fill(t, s, o, 1024)
		s.Complete(o)
		seat.Leave()
		queries[i] = storage.Query{Key: key(primary), Request: &message.Request{Header: fields}, Now: time.Now()}
	}
	return queries
}
