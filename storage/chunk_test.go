package storage_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"lacquer/message"
	"lacquer/storage"
)

const small = 60 // bytes of a representation, so that pieces meet in every way

// someOf returns random pieces of a body, in order, with holes, side by side, and empty ones.
func someOf(random *rand.Rand, body []byte) (pieces []storage.Piece) {
	for at := random.IntN(10); at < len(body); {
		end := min(at+random.IntN(12), len(body))
		pieces = append(pieces, storage.Piece{Start: int64(at), Bytes: body[at:end]})
		at = end
		if random.IntN(2) == 0 {
			at += random.IntN(12)
		}
	}
	return pieces
}

// content tells which bytes there are: a map from offset to value, the plainest way to have parts of a body.
func content(t *testing.T, pieces []storage.Piece) map[int64]byte {
	t.Helper()
	bytes, upto := map[int64]byte{}, int64(0)
	for _, p := range pieces {
		if p.Start < upto {
			t.Fatalf("a piece begins at %d, behind what goes to %d", p.Start, upto)
		}
		for i, b := range p.Bytes {
			bytes[p.Start+int64(i)] = b
		}
		upto = p.Start + int64(len(p.Bytes))
	}
	return bytes
}

func wantContent(t *testing.T, law string, got []storage.Piece, want map[int64]byte) {
	t.Helper()
	have := content(t, got)
	if len(have) != len(want) {
		t.Fatalf("%s: %d bytes, want %d", law, len(have), len(want))
	}
	for at, b := range want {
		if have[at] != b {
			t.Fatalf("%s: byte %d is %d, want %d", law, at, have[at], b)
		}
	}
}

// To merge is to have what either has; it does not matter in which order, or how often.
func TestMergeLaws(t *testing.T) {
	random, body := rand.New(rand.NewPCG(1, 2)), pattern(small)
	for range 5000 {
		a, b, c := someOf(random, body), someOf(random, body), someOf(random, body)
		want := content(t, a)
		for at, v := range content(t, b) {
			want[at] = v
		}
		ab := storage.Join(a, b)
		wantContent(t, "either", ab, want)
		wantContent(t, "commutative", storage.Join(b, a), want)
		wantContent(t, "idempotent", storage.Join(ab, b), want)
		wantContent(t, "idempotent", storage.Join(a, a), content(t, a))
		wantContent(t, "nothing to add", storage.Join(a, nil), content(t, a))
		wantContent(t, "associative", storage.Join(ab, c), content(t, storage.Join(a, storage.Join(b, c))))
	}
}

// Memory is shared, not copied.
func TestMergeCopiesNothing(t *testing.T) {
	body := pattern(100)
	joined := storage.Join([]storage.Piece{{Start: 10, Bytes: body[10:50]}}, []storage.Piece{{Start: 0, Bytes: body[0:60]}})
	body[5], body[20], body[55] = 'x', 'y', 'z'
	var got []byte
	for _, p := range joined {
		got = append(got, p.Bytes...)
	}
	if !bytes.Equal(got, body[:60]) {
		t.Error("what is joined is not what was there")
	}
}

// What is missing is told by one range, the smallest: its ends are missing, and nothing outside of it is.
func TestLacking(t *testing.T) {
	random, body := rand.New(rand.NewPCG(3, 4)), pattern(small)
	for range 5000 {
		pieces := someOf(random, body)
		have := content(t, pieces)
		r := message.ByteRange{First: random.Int64N(small)}
		r.Last = r.First + random.Int64N(small-r.First)
		first, last := int64(-1), int64(-1)
		for at := r.First; at <= r.Last; at++ {
			if _, there := have[at]; !there {
				if last = at; first < 0 {
					first = at
				}
			}
		}
		got, lacks := storage.Lacking(pieces, r)
		if lacks != (first >= 0) || lacks && got != (message.ByteRange{First: first, Last: last}) {
			t.Fatalf("of %v lacks %v, %v; want %d to %d", r, got, lacks, first, last)
		}
	}
}
