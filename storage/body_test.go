package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/storage"
)

const (
	plenty  = 64 << 20 // budget that nothing here uses up
	keepAll = 32 << 20 // limit that nothing here reaches
)

var errCut = errors.New("the origin hung up")

// pattern returns n bytes, none of which could stand at another offset nearby.
func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return p
}

// write fills b with p in pieces of at most step bytes, as a fetch does. It says why b is not kept, if it is not.
func write(t *testing.T, b *storage.Body, p []byte, step int) {
	t.Helper()
	for len(p) > 0 {
		space, err := b.Space(t.Context())
		if err != nil {
			t.Errorf("no space with %d bytes to go: %v", len(p), err)
			return
		}
		n := copy(space[:min(step, len(space))], p)
		b.Grow(n)
		p = p[n:]
	}
}

// rest reads r to its end.
func rest(ctx context.Context, r *storage.Reader) ([]byte, error) {
	var all []byte
	for {
		piece, err := r.Next(ctx)
		if err != nil {
			return all, err
		}
		all = append(all, piece...)
	}
}

// attach attaches a reader, which must be possible.
func attach(t *testing.T, b *storage.Body) *storage.Reader {
	t.Helper()
	r := new(storage.Reader)
	if !b.Attach(r) {
		t.Fatal("no reader can be attached")
	}
	return r
}

// abandonment counts the calls of a body's abandon.
type abandonment struct{ calls atomic.Int32 }

func (a *abandonment) call() { a.calls.Add(1) }

func (a *abandonment) want(t *testing.T, n int32, when string) {
	t.Helper()
	if got := a.calls.Load(); got != n {
		t.Errorf("%s: abandon was called %d times, want %d", when, got, n)
	}
}

func wantUsed(t *testing.T, b *storage.Budget, want int64, when string) {
	t.Helper()
	if got := b.Used(); got != want {
		t.Errorf("%s: %d bytes are charged, want %d", when, got, want)
	}
}

// Everybody gets all bytes in order, whether the body is kept or not, whatever its head declares, and however it comes.
func TestBodyManyReaders(t *testing.T) {
	f := func(size int, declared, limit int64, step int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			budget, body := storage.NewBudget(plenty), pattern(size)
			var abandoned abandonment
			b := storage.NewBody(budget, declared, limit, abandoned.call)
			var readers sync.WaitGroup
			for range 8 {
				r := attach(t, b)
				readers.Go(func() {
					got, err := rest(t.Context(), r)
					if err != io.EOF || !bytes.Equal(got, body) {
						t.Errorf("%d bytes declared as %d, limit %d: a reader got %d, then %v", size, declared, limit, len(got), err)
					}
					r.Close()
					r.Close() // once more does no harm
				})
			}
			b.Seated()
			write(t, b, body, step)
			b.Finish()
			readers.Wait()
			wantUsed(t, budget, 0, "at the end")
			abandoned.want(t, 0, "whole")
			if n, whole := b.Size(); n != int64(size) || !whole || b.Failed() {
				t.Errorf("size %d, whole %v, failed %v", n, whole, b.Failed())
			}
		})
	}

	// Nothing, a byte, less and more than the first chunk, of unknown length.
	f(0, message.Unknown, keepAll, 1)
	f(1, message.Unknown, keepAll, 1)
	f(4095, message.Unknown, keepAll, 1000)
	f(4097, message.Unknown, keepAll, 1000)
	// Declared, and so large that chunks have reached their full size.
	f(0, 0, keepAll, 1)
	f(700, 700, keepAll, 1)
	f(2<<20, 2<<20, keepAll, 1<<20)
	f(2<<20+77, message.Unknown, keepAll, 100_003)
	// Never kept: a window that moves.
	f(3000, message.Unknown, -1, 1000)
	f(2<<20, message.Unknown, -1, 1<<20)
	f(2<<20+5, 2<<20+5, -1, 10_007)
	// Declared larger than what is kept.
	f(1<<20, 1<<20, 100<<10, 1<<20)
	// Grows past the limit in the middle of a chunk, and at the end of one.
	f(1<<20, message.Unknown, 100_000, 7001)
	f(1<<20, message.Unknown, 60<<10, 1<<20)
	// More than was declared: the fetch will say that this is wrong, until then the bytes are in order.
	f(5000, 4000, keepAll, 5000)
}

// A body that is kept can be read from its start at any time: before the first byte, in between, at the end, and after it.
func TestBodyLateReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget, body := storage.NewBudget(plenty), pattern(300_000)
		b := storage.NewBody(budget, message.Unknown, keepAll, func() {})
		var readers sync.WaitGroup
		join := func() {
			r := attach(t, b)
			readers.Go(func() {
				defer r.Close()
				if got, err := rest(t.Context(), r); err != io.EOF || !bytes.Equal(got, body) {
					t.Errorf("a reader got %d bytes, then %v", len(got), err)
				}
			})
		}
		for part := range 10 {
			join()
			write(t, b, body[part*30_000:(part+1)*30_000], 4999)
			synctest.Wait()
		}
		join()
		b.Finish()
		join()
		readers.Wait()
		join()
		readers.Wait()
		wantUsed(t, budget, 0, "at the end")
	})
}

// A cut is seen by every reader, after the bytes that were there.
func TestBodyFail(t *testing.T) {
	f := func(limit int64, size int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			budget, body := storage.NewBudget(plenty), pattern(size)
			b := storage.NewBody(budget, message.Unknown, limit, func() {})
			var wg sync.WaitGroup
			for range 5 {
				r := attach(t, b)
				wg.Go(func() {
					defer r.Close()
					if got, err := rest(t.Context(), r); err != errCut || !bytes.Equal(got, body) {
						t.Errorf("limit %d: a reader got %d bytes of %d, then %v", limit, len(got), size, err)
					}
				})
			}
			behind := attach(t, b) // has not begun when the cut comes
			write(t, b, body, 5000)
			synctest.Wait()
			b.Fail(errCut)
			wg.Wait()
			if got, err := rest(t.Context(), behind); err != errCut || !bytes.Equal(got, body) {
				t.Errorf("limit %d: the late reader got %d bytes of %d, then %v", limit, len(got), size, err)
			}
			behind.Close()
			if b.Attach(new(storage.Reader)) {
				t.Errorf("limit %d: a reader was attached to a body that was cut", limit)
			}
			if _, whole := b.Size(); whole || !b.Failed() {
				t.Errorf("limit %d: whole %v, failed %v", limit, whole, b.Failed())
			}
			wantUsed(t, budget, 0, "at the end")
		})
	}

	// Before the first byte, and after some.
	f(keepAll, 0)
	f(keepAll, 100_000)
	// Never kept.
	f(-1, 0)
	f(-1, 100_000)
	// Let loose on the way.
	f(10_000, 100_000)
}

// Waiting ends with the context of who waits, and with nobody else's.
func TestBodyContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := storage.NewBody(storage.NewBudget(plenty), message.Unknown, -1, func() {})
		patient, hasty := attach(t, b), attach(t, b)
		var got []byte
		go func() { got, _ = rest(t.Context(), patient) }()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := hasty.Next(ctx); err != context.DeadlineExceeded {
			t.Errorf("the reader: %v", err)
		}
		go write(t, b, pattern(storage.Window), 1<<20)
		synctest.Wait()
		if _, err := b.Space(ctx); err != context.DeadlineExceeded {
			t.Errorf("the writer: %v", err)
		}
		hasty.Close()
		synctest.Wait()
		b.Finish()
		synctest.Wait()
		if len(got) != storage.Window {
			t.Errorf("the patient reader got %d bytes", len(got))
		}
		patient.Close()
	})
}

// A body that is not kept is abandoned, once, when nobody reads it.
func TestBodyAbandon(t *testing.T) {
	f := func(when string, limit int64, act func(*storage.Body)) {
		t.Helper()
		budget := storage.NewBudget(plenty)
		var abandoned abandonment
		b := storage.NewBody(budget, message.Unknown, limit, abandoned.call)
		act(b)
		abandoned.want(t, 1, when)
		if _, err := b.Space(t.Context()); err != storage.ErrAbandoned {
			t.Errorf("%s: there is space: %v", when, err)
		}
		if b.Attach(new(storage.Reader)) {
			t.Errorf("%s: a reader was attached", when)
		}
		b.Fail(storage.ErrAbandoned)
		wantUsed(t, budget, 0, when)
		abandoned.want(t, 1, when)
	}

	f("nobody waited for it", -1, func(b *storage.Body) {
		b.Seated()
		b.Seated()
	})
	f("the last one left before the first byte", -1, func(b *storage.Body) {
		first, second := attach(t, b), attach(t, b)
		b.Seated()
		first.Close()
		second.Close()
	})
	f("the last one left in the middle", -1, func(b *storage.Body) {
		r := attach(t, b)
		b.Seated()
		write(t, b, pattern(100_000), 5000)
		r.Close()
	})
	f("let loose with nobody reading", 1000, func(b *storage.Body) {
		b.Seated()
		write(t, b, pattern(1001), 5000)
	})
	f("let loose, then left", 1000, func(b *storage.Body) {
		r := attach(t, b)
		b.Seated()
		write(t, b, pattern(1001), 5000)
		r.Close()
	})
}

// The writer that waits for room learns that nobody reads any more.
func TestBodyAbandonWakesWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := storage.NewBody(storage.NewBudget(plenty), message.Unknown, -1, func() {})
		r := attach(t, b)
		write(t, b, pattern(storage.Window), 1<<20)
		var err error
		go func() { _, err = b.Space(t.Context()) }()
		synctest.Wait()
		r.Close()
		synctest.Wait()
		if err != storage.ErrAbandoned {
			t.Errorf("the writer was told: %v", err)
		}
	})
}

// A body that is kept goes on for a while with nobody reading it: the store wants it.
func TestBodyLonely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var abandoned abandonment
		b := storage.NewBody(storage.NewBudget(plenty), message.Unknown, keepAll, abandoned.call)
		b.Seated()
		time.Sleep(storage.LonelyLimit - 1)
		synctest.Wait()
		abandoned.want(t, 0, "a moment before the limit")

		// Whoever comes stops the clock, and who leaves starts it from the beginning.
		r := attach(t, b)
		time.Sleep(10 * storage.LonelyLimit)
		abandoned.want(t, 0, "while it is read")
		other := attach(t, b)
		r.Close()
		time.Sleep(2 * storage.LonelyLimit)
		abandoned.want(t, 0, "while another one reads")
		other.Close()
		time.Sleep(storage.LonelyLimit - 1)
		synctest.Wait()
		abandoned.want(t, 0, "a moment before the limit, again")
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		abandoned.want(t, 1, "at the limit")
		if b.Attach(new(storage.Reader)) {
			t.Error("a reader was attached to what will never be whole")
		}
		b.Fail(storage.ErrAbandoned)
		time.Sleep(10 * storage.LonelyLimit)
		abandoned.want(t, 1, "long after")
	})
}

// A body that is whole is abandoned by nobody.
func TestBodyWholeIsNotAbandoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var abandoned abandonment
		b := storage.NewBody(storage.NewBudget(plenty), message.Unknown, keepAll, abandoned.call)
		r := attach(t, b)
		b.Finish()
		r.Close()
		attach(t, b).Close()
		time.Sleep(10 * storage.LonelyLimit)
		abandoned.want(t, 0, "whole")
	})
}

// Ready says whether a reader would have to wait.
func TestBodyReady(t *testing.T) {
	b := storage.NewBody(storage.NewBudget(plenty), message.Unknown, keepAll, func() {})
	r, ahead := attach(t, b), attach(t, b)
	ahead.Skip(10)
	want := func(first, second bool, when string) {
		t.Helper()
		if r.Ready() != first || ahead.Ready() != second {
			t.Errorf("%s: ready %v and %v, want %v and %v", when, r.Ready(), ahead.Ready(), first, second)
		}
	}
	want(false, false, "before the first byte")
	write(t, b, pattern(10), 100)
	want(true, false, "one has a byte to read, the other waits for the next")
	if _, err := r.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(false, false, "read as far as it came")
	write(t, b, pattern(1), 100)
	want(true, true, "one more byte")
	b.Fail(errCut)
	want(true, true, "after the end")
	for _, reader := range []*storage.Reader{r, ahead} {
		if _, err := rest(t.Context(), reader); err != errCut {
			t.Errorf("the end: %v", err)
		}
	}
	want(true, true, "at the end")
	r.Close()
	ahead.Close()
}

// At its end a body that is kept takes little more memory than its bytes, and readers notice nothing of that.
func TestBodyTrim(t *testing.T) {
	f := func(size int) {
		t.Helper()
		budget, body := storage.NewBudget(plenty), pattern(size)
		b := storage.NewBody(budget, message.Unknown, keepAll, func() {})
		r := attach(t, b)
		write(t, b, body, 4096)
		var held []byte
		if size > 0 {
			var err error
			if held, err = r.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		b.Finish()
		got, err := rest(t.Context(), r)
		if got = append(bytes.Clone(held), got...); err != io.EOF || !bytes.Equal(got, body) {
			t.Errorf("%d bytes: a reader got %d, then %v", size, len(got), err)
		}
		r.Close()
		if allocated := b.Allocated(); allocated*3 > int64(size)*4+3*64 {
			t.Errorf("%d bytes take %d", size, allocated)
		}
		wantUsed(t, budget, 0, fmt.Sprint(size, " bytes"))
	}

	f(0)
	f(1)
	f(4096)
	f(4097)
	f(100_000)
	f(1<<20 + 1)
}
