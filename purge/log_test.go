package purge_test

import (
	"testing"
	"time"

	"lacquer/purge"
	"lacquer/storage"
)

var noon = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

const (
	hard = false
	soft = true
)

func TestLogOrder(t *testing.T) {
	var l purge.Log // the zero value is ready
	if l.Number() != 0 || l.Len() != 0 {
		t.Errorf("an empty log: number %d, %d entries", l.Number(), l.Len())
	}
	for want := uint64(1); want <= 5; want++ {
		if n := l.URL("a", want%2 == 0, noon); n != want || l.Number() != want || l.Len() != int(want) {
			t.Errorf("purge %d: got number %d, log at %d with %d entries", want, n, l.Number(), l.Len())
		}
	}
}

func TestLogJudge(t *testing.T) {
	l := purge.NewLog()
	f := func(primary string, after, hard uint64, softened time.Time) {
		t.Helper()
		got := l.Judge(storage.Subject{Primary: primary}, after)
		if want := (storage.Judgement{Hard: hard, Soft: softened, Upto: l.Number()}); got != want {
			t.Errorf("%s after %d: %+v, want %+v", primary, after, got, want)
		}
	}
	never := time.Time{}

	// Before the first.
	f("a", 0, 0, never)

	l.URL("a", hard, noon)                  // 1
	l.URL("b", soft, noon.Add(time.Minute)) // 2
	l.URL("a", soft, noon.Add(time.Hour))   // 3
	l.URL("a", hard, noon)                  // 4
	l.URL("a", soft, noon.Add(5*time.Hour)) // 5
	l.URL("b", hard, noon)                  // 6

	// An entry hits what began before it: what began when the log stood at 0, not what began when it stood at 1.
	f("a", 0, 1, noon.Add(5*time.Hour))
	f("a", 1, 4, noon.Add(5*time.Hour))
	// The first hard one counts, since it decides who came too late.
	f("a", 3, 4, noon.Add(5*time.Hour))
	// The last soft one counts, and it does not hide a hard one before it.
	f("a", 4, 0, noon.Add(5*time.Hour))
	f("a", 5, 0, never)
	f("a", 6, 0, never)
	// Soft, then hard.
	f("b", 0, 6, noon.Add(time.Minute))
	f("b", 1, 6, noon.Add(time.Minute))
	f("b", 2, 6, never)
	f("b", 6, 0, never)
	// Nobody purged this one; a primary key is no prefix.
	f("c", 0, 0, never)
	f("", 0, 0, never)
	f("aa", 0, 0, never)
}

func TestLogTrim(t *testing.T) {
	l := purge.NewLog()
	for range 3 {
		l.URL("a", hard, noon) // 1, 3, 5
		l.URL("b", soft, noon) // 2, 4, 6
	}
	f := func(upto uint64, want int, hardA uint64, softB bool) {
		t.Helper()
		l.Trim(upto)
		if got := l.Len(); got != want {
			t.Errorf("trimmed up to %d: %d entries, want %d", upto, got, want)
		}
		if got := l.Judge(storage.Subject{Primary: "a"}, 0).Hard; got != hardA {
			t.Errorf("trimmed up to %d: hard %d, want %d", upto, got, hardA)
		}
		if got := l.Judge(storage.Subject{Primary: "b"}, 0).Soft; got.IsZero() == softB {
			t.Errorf("trimmed up to %d: soft %v", upto, got)
		}
		if l.Number() != 6 {
			t.Errorf("trimmed up to %d: the log stands at %d", upto, l.Number())
		}
	}

	// Nothing yet, the first, and nothing again for less than that.
	f(0, 6, 1, true)
	f(1, 5, 3, true)
	f(0, 5, 3, true)
	// Up to between two of one URL.
	f(4, 2, 5, true)
	f(5, 1, 0, true)
	// All, and past the end.
	f(6, 0, 0, false)
	f(100, 0, 0, false)

	// Numbers go on.
	if n := l.URL("a", hard, noon); n != 7 || l.Len() != 1 {
		t.Errorf("the next purge: number %d, %d entries", n, l.Len())
	}
}

// A purge by tag, or of everything, that was let go has been applied to all that can be found. Whoever still holds what was not checked against it
// found it before that, and must not have it.
func TestLogForget(t *testing.T) {
	l := purge.NewLog()
	l.Tag("red", hard, noon)   // 1
	l.All(hard, noon)          // 2
	l.URL("a", hard, noon)     // 3
	l.Tag("blue", hard, noon)  // 4
	l.Tag("green", soft, noon) // 5
	f := func(after uint64, want uint64) {
		t.Helper()
		if got := l.Judge(storage.Subject{Primary: "a", Tags: []string{"red", "green"}}, after).Hard; got != want {
			t.Errorf("after %d: hard %d, want %d", after, got, want)
		}
	}

	f(0, 1)
	f(1, 2)
	f(3, 0)
	l.Forget(2)
	if l.Len() != 3 {
		t.Errorf("%d entries are left", l.Len())
	}
	// What was checked up to there is judged by what is left, what was not is purged.
	f(2, 3)
	f(3, 0)
	f(1, 2)
	l.Forget(1) // less than before changes nothing
	f(1, 2)
	l.Forget(5)
	f(5, 0)
	f(4, 5)
	f(0, 5)
	if l.Len() != 0 || l.Number() != 5 {
		t.Errorf("%d entries are left at %d", l.Len(), l.Number())
	}
}
