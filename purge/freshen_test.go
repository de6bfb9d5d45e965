package purge_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// A purge by what the stored object has and its 304 has not holds for the body that the 304 would bring back.
func TestFreshenUndoesNoPurge(t *testing.T) {
	for _, how := range []string{"tag", "asked", "url"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, 64*mebibyte, mebibyte)
				defer h.store.Close()
				response := func(tag, asked string) storage.Response {
					return storage.Response{Head: new(message.Response), Freshness: policy.Freshness{Received: time.Now(), Lifetime: time.Minute, Keep: time.Hour}, Tags: []string{tag}, Asked: asked, Length: 10, Abandon: func() {}}
				}
				a := h.ask("p")
				o := h.store.Commit(a.Seat.Flight(), response("A", "/x"))
				h.fill(t, o, 10)
				h.store.Complete(o)
				a.Seat.Leave()
				time.Sleep(2 * time.Minute)
				a = h.ask("p")
				if a.Seat.Flight().Stored == nil {
					t.Fatal("nothing to validate")
				}
				switch how {
				case "tag":
					h.purger.Tag("A", false)
				case "asked":
					h.purger.Asked("/x", false)
				case "url":
					h.purger.URL("p", false)
				}
				synctest.Wait()
				h.store.Freshen(a.Seat.Flight(), response("B", "/y"))
				a.Seat.Leave()
				b := h.ask("p")
				if b.Find == storage.Hit {
					t.Error("the purged body is a hit")
				}
				if b.Seat != nil {
					h.fail(b)
					b.Seat.Leave()
				}
			})
		})
	}
}

// The log is trimmed while purges come, also where each is two entries.
func TestTrimRuns(t *testing.T) {
	h := newHouse(t, 64*mebibyte, mebibyte)
	for range 1000 {
		h.purger.URL("p", false)
		h.purger.Asked("p", false)
	}
	if n := h.log.Len(); n > 1500 {
		t.Errorf("%d entries", n)
	}
}
