package storage_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/storage"
)

// A stalled reader is let go although nobody waited for it when the clock rang first.
func TestStalledReaderIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget, body := storage.NewBudget(plenty), pattern(3<<20)
		b := storage.NewBody(budget, message.Unknown, -1, func() {})
		stalled, busy := attach(t, b), attach(t, b)
		b.Seated()
		go func() { write(t, b, body, 10_000); b.Finish() }()
		var n int
		go func() {
			defer busy.Close()
			time.Sleep(6 * time.Second)
			p, _ := rest(t.Context(), busy)
			n = len(p)
		}()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n != len(body) {
			size, _ := b.Size()
			t.Errorf("after 10 minutes still held up, size %d", size)
		}
		stalled.Close()
		time.Sleep(time.Second)
	})
}

// Two stalled readers at different places of a body that was let loose are both let go.
func TestStalledReadersAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget, body := storage.NewBudget(plenty), pattern(3<<20)
		b := storage.NewBody(budget, message.Unknown, 1<<20, func() {})
		s1, s2, busy := attach(t, b), attach(t, b), attach(t, b)
		b.Seated()
		var n int
		go func() { defer busy.Close(); p, _ := rest(t.Context(), busy); n = len(p) }()
		go func() { write(t, b, body, 10_000); b.Finish() }()
		s2.Next(t.Context())
		s2.Next(t.Context())
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n != len(body) {
			size, _ := b.Size()
			t.Errorf("after 10 minutes still held up, size %d", size)
		}
		s1.Close()
		s2.Close()
		time.Sleep(time.Second)
	})
}

// A reader that is slow but takes chunks all the time is not let go.
func TestSlowReaderMayStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget, body := storage.NewBudget(plenty), pattern(12<<20)
		b := storage.NewBody(budget, message.Unknown, 8<<20, func() {})
		slow, busy := attach(t, b), attach(t, b)
		b.Seated()
		go func() { defer busy.Close(); rest(t.Context(), busy) }()
		go func() { write(t, b, body, 10_000); b.Finish() }()
		got := 0
		for got < len(body) {
			p, err := slow.Next(t.Context())
			if err != nil {
				t.Errorf("cut at %d: %v", got, err)
				break
			}
			got += len(p)
			time.Sleep(time.Duration(len(p)) * time.Second / (1 << 20)) // 1 MiB/s
		}
		slow.Close()
		time.Sleep(time.Second)
	})
}

// A reader that takes next to nothing, but now and then, holds nobody up for long.
func TestDrippingReaderIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget, body := storage.NewBudget(plenty), pattern(3<<20)
		b := storage.NewBody(budget, message.Unknown, -1, func() {})
		dripping, busy := attach(t, b), attach(t, b)
		b.Seated()
		go func() { write(t, b, body, 2_000); b.Finish() }()
		var took time.Duration
		began := time.Now()
		go func() { defer busy.Close(); rest(t.Context(), busy); took = time.Since(began) }()
		for range 100 {
			if _, err := dripping.Next(t.Context()); err != nil {
				break
			}
			time.Sleep(12 * time.Second)
		}
		dripping.Close()
		synctest.Wait()
		if took == 0 || took > time.Minute {
			t.Errorf("the other one was held up for %v", took)
		}
	})
}
