package storage_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/storage"
)

// The writer of a body that is not kept is held back by the slowest of its readers, and memory with it.
func TestBodyWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget, body := storage.NewBudget(plenty), pattern(3<<20)
		b := storage.NewBody(budget, message.Unknown, -1, func() {})
		slow, fast := attach(t, b), attach(t, b)
		b.Seated()
		go func() {
			write(t, b, body, 10_000)
			b.Finish()
		}()
		var ahead []byte
		go func() {
			defer fast.Close()
			ahead, _ = rest(t.Context(), fast)
		}()

		var got []byte
		for {
			synctest.Wait() // until the writer can do no more
			size, whole := b.Size()
			passed := int64(len(got))
			if piece := int64(storage.WindowChunk); passed >= piece {
				passed -= piece // the piece that is being looked at is not yet passed
			}
			if size-passed > storage.Window+2*storage.WindowChunk {
				t.Fatalf("the writer is at %d, the slowest reader at %d", size, passed)
			}
			if !whole && size < passed+storage.Window {
				t.Fatalf("the writer waits at %d for a reader at %d", size, passed)
			}
			if used := budget.Used(); used > storage.Window+storage.WindowChunk {
				t.Fatalf("%d bytes are charged", used)
			}
			if size > 0 && b.Attach(new(storage.Reader)) {
				t.Fatal("a reader was attached after the first byte")
			}
			piece, err := slow.Next(t.Context())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, piece...)
		}
		slow.Close()
		synctest.Wait()
		if !bytes.Equal(got, body) || !bytes.Equal(ahead, body) {
			t.Errorf("the slow reader got %d bytes, the fast one %d of %d", len(got), len(ahead), len(body))
		}
		wantUsed(t, budget, 0, "at the end")
	})
}

// A reader that leaves no longer holds the writer back, even if it was the slowest.
func TestBodyWindowSlowestLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget, body := storage.NewBudget(plenty), pattern(1<<20)
		var abandoned abandonment
		b := storage.NewBody(budget, message.Unknown, -1, abandoned.call)
		idle, busy := attach(t, b), attach(t, b)
		go func() {
			write(t, b, body, 10_000)
			b.Finish()
		}()
		var got []byte
		go func() { got, _ = rest(t.Context(), busy) }()
		synctest.Wait()
		if size, whole := b.Size(); whole || size > storage.Window+storage.WindowChunk {
			t.Fatalf("nobody held the writer back: %d", size)
		}
		idle.Close()
		synctest.Wait()
		if !bytes.Equal(got, body) {
			t.Errorf("the other reader got %d bytes of %d", len(got), len(body))
		}
		busy.Close()
		wantUsed(t, budget, 0, "at the end")
		abandoned.want(t, 0, "whole")
	})
}

// Where memory is short, writers are held shorter.
func TestBodyWindowUnderStrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := storage.NewBudget(1000)
		budget.Force(1000)
		b := storage.NewBody(budget, message.Unknown, -1, func() {})
		r := attach(t, b)
		go write(t, b, pattern(storage.WindowChunk), 1<<20)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := b.Space(ctx); err != context.DeadlineExceeded {
			t.Errorf("space for more than a chunk: %v", err)
		}
		b.Fail(errCut)
		r.Close()
		wantUsed(t, budget, 1000, "at the end")
	})
}

// A body that grows past its limit is let loose: readers go on, nobody can join, and memory is given back as they pass.
func TestBodyGrowsTooLarge(t *testing.T) {
	const limit = 500_000
	synctest.Test(t, func(t *testing.T) {
		budget, body := storage.NewBudget(plenty), pattern(2<<20)
		var abandoned abandonment
		b := storage.NewBody(budget, message.Unknown, limit, abandoned.call)
		first, second := attach(t, b), attach(t, b)
		write(t, b, body[:limit], 1000)
		if grown := b.Grow(0); grown != storage.IsKept {
			t.Fatalf("at its limit: %v", grown)
		}
		attach(t, b).Close()
		write(t, b, body[limit:limit+1], 1000)
		if grown := b.Grow(0); grown != storage.GrewTooLarge {
			t.Fatalf("past its limit: %v", grown)
		}
		if b.Attach(new(storage.Reader)) {
			t.Error("a reader was attached past the limit")
		}
		held := budget.Used()
		if held < limit {
			t.Errorf("%d bytes are charged of %d that both readers have yet to read", held, limit)
		}
		go func() {
			write(t, b, body[limit+1:], 10_000)
			b.Finish()
		}()

		var wg sync.WaitGroup
		for _, r := range []*storage.Reader{first, second} {
			wg.Go(func() {
				got, err := rest(t.Context(), r)
				if err != io.EOF || !bytes.Equal(got, body) {
					t.Errorf("a reader got %d bytes, then %v", len(got), err)
				}
				r.Close()
			})
		}
		wg.Wait()
		wantUsed(t, budget, 0, "at the end")
		abandoned.want(t, 0, "whole")
	})
}

// What a body that was let loose has charged is released as its slowest reader passes.
func TestBodyLooseGivesBack(t *testing.T) {
	budget, body := storage.NewBudget(plenty), pattern(300_001)
	b := storage.NewBody(budget, message.Unknown, 300_000, func() {})
	slow, fast := attach(t, b), attach(t, b)
	write(t, b, body, 1<<20)
	held := budget.Used()
	for read := 0; read < len(body); {
		piece, err := fast.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		read += len(piece)
	}
	wantUsed(t, budget, held, "only the fast reader has passed")
	fast.Close()
	for read := 0; read < len(body); {
		before := budget.Used()
		piece, err := slow.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if after := budget.Used(); read > 0 && after >= before {
			t.Errorf("at %d the slowest reader has passed a chunk, still %d are charged", read, after)
		}
		read += len(piece)
	}
	b.Finish()
	slow.Close()
	wantUsed(t, budget, 0, "at the end")
}

// A body for which there is no memory is let loose, and comes through whole.
func TestBodyNoMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const room = 100 << 10
		budget, body := storage.NewBudget(room), pattern(1<<20)
		b := storage.NewBody(budget, message.Unknown, keepAll, func() {})
		r := attach(t, b)
		var got []byte
		go func() { got, _ = rest(t.Context(), r) }()
		loose := storage.IsKept
		for left := body; len(left) > 0; {
			space, err := b.Space(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			n := copy(space, left)
			left = left[n:]
			loose = b.Grow(n)
			if used := budget.Used(); used > room+storage.Window+storage.WindowChunk {
				t.Fatalf("%d bytes are charged", used)
			}
		}
		if loose != storage.NoMemory {
			t.Errorf("grew: %v, want that there is no memory", loose)
		}
		if b.Attach(new(storage.Reader)) {
			t.Error("a reader was attached to a body that was let loose")
		}
		b.Finish()
		synctest.Wait()
		if !bytes.Equal(got, body) {
			t.Errorf("the reader got %d bytes of %d", len(got), len(body))
		}
		r.Close()
		wantUsed(t, budget, 0, "at the end")
	})
}

// A reader may begin later than at the start: where a range does. The bytes that it leaves out hold nobody up.
func TestBodySkip(t *testing.T) {
	f := func(limit int64, before, offset int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			budget, body := storage.NewBudget(plenty), pattern(2<<20)
			b := storage.NewBody(budget, message.Unknown, limit, func() {})
			r := attach(t, b)
			b.Seated()
			write(t, b, body[:before], 5000)
			r.Skip(int64(offset))
			var got []byte
			var err error
			done := make(chan struct{})
			go func() {
				got, err = rest(t.Context(), r)
				close(done)
			}()
			go func() {
				write(t, b, body[before:], 10_000)
				b.Finish()
			}()
			select {
			case <-done:
			case <-time.After(time.Hour):
				size, _ := b.Size()
				t.Errorf("limit %d: reader at %d and writer at %d wait for one another", limit, offset, size)
				b.Fail(errCut)
				<-done
			}
			if want := body[min(offset, len(body)):]; err != io.EOF || !bytes.Equal(got, want) {
				t.Errorf("limit %d, from %d: got %d bytes, then %v", limit, offset, len(got), err)
			}
			r.Close()
			wantUsed(t, budget, 0, "at the end")
		})
	}

	// Within what is there, at its end, and past it.
	f(keepAll, 100_000, 50_001)
	f(keepAll, 100_000, 100_000)
	f(keepAll, 0, 1_234_567)
	// To the end and past it: the client asked for what there is not.
	f(keepAll, 0, 2<<20)
	f(keepAll, 0, 3<<20)
	// In a body that is not kept, further than the window reaches.
	f(-1, 0, 1000)
	f(-1, 100_000, 1_234_567)
	f(-1, 0, 3<<20)
	// In a body that is let loose while the reader waits.
	f(300_000, 100_000, 1_234_567)
}

// Memory is not charged for what a reader leaves out.
func TestBodySkipMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := storage.NewBudget(plenty)
		b := storage.NewBody(budget, message.Unknown, -1, func() {})
		r := attach(t, b)
		r.Skip(2 << 20)
		go r.Next(t.Context())
		synctest.Wait()
		for range 100 {
			write(t, b, pattern(10_000), 10_000)
			synctest.Wait()
			if used := budget.Used(); used > storage.Window+storage.WindowChunk {
				t.Fatalf("%d bytes are charged", used)
			}
		}
		b.Fail(errCut)
		synctest.Wait()
		r.Close()
	})
}

// Readers come and go while the body grows, is let loose and ends; under the race detector this shows what they share.
func TestBodyReadersComeAndGo(t *testing.T) {
	f := func(limit int64) {
		t.Helper()
		budget, body := storage.NewBudget(plenty), pattern(2<<20)
		var abandoned abandonment
		b := storage.NewBody(budget, message.Unknown, limit, abandoned.call)
		var wg sync.WaitGroup
		stay := attach(t, b)
		for i := range 16 {
			r := attach(t, b)
			wg.Go(func() {
				for read := 0; read < i*100_000; {
					piece, err := r.Next(t.Context())
					if err != nil {
						break
					}
					if !bytes.Equal(piece, body[read:read+len(piece)]) {
						t.Errorf("wrong bytes at %d", read)
					}
					read += len(piece)
				}
				r.Close()
			})
		}
		wg.Go(func() {
			if got, err := rest(t.Context(), stay); err != io.EOF || !bytes.Equal(got, body) {
				t.Errorf("the one who stayed got %d bytes, then %v", len(got), err)
			}
			stay.Close()
		})
		write(t, b, body, 9999)
		b.Finish()
		wg.Wait()
		wantUsed(t, budget, 0, "at the end")
		abandoned.want(t, 0, "whole")
	}

	f(keepAll)
	f(-1)
	f(700_000)
}

// All readers of a body that is not kept leave at once, as when a server closes. The last one ends the fetch, whichever it is.
func TestBodyReadersLeaveAtOnce(t *testing.T) {
	budget := storage.NewBudget(plenty)
	var abandoned abandonment
	b := storage.NewBody(budget, message.Unknown, -1, abandoned.call)
	var wg sync.WaitGroup
	leave := make(chan struct{})
	for range 8 {
		r := attach(t, b)
		wg.Go(func() {
			<-leave
			r.Close()
		})
	}
	write(t, b, pattern(100_000), 10_000)
	close(leave)
	wg.Wait()
	abandoned.want(t, 1, "all have left")
	b.Fail(storage.ErrAbandoned)
	wantUsed(t, budget, 0, "at the end")
}
