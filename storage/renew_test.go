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

// RFC 9111 section 4.3.5: an answer to HEAD puts what is stored under another head.
func TestRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, purges := newStore(t, 8*mebibyte)
		head := func() storage.Response {
			r := response(5000)
			r.Head.Header.Add("X", "renewed")
			return r
		}
		o := store(t, s, "a", 5000)
		time.Sleep(30 * time.Minute)
		s.Soften(o, time.Now())
		time.Sleep(time.Minute)
		if !s.Renew(o, head()) {
			t.Fatal("it is not renewed")
		}
		a := ask(s, "a")
		if a.Find != storage.Hit || a.Object.Head.Header.Get("X") != "renewed" || a.Object.Freshness.TTL(time.Now()) != time.Hour {
			t.Fatalf("%+v", a)
		}
		if got, err := rest(t.Context(), attach(t, a.Object.Body)); err != io.EOF || !bytes.Equal(got, pattern(5000)) {
			t.Errorf("its body has %d bytes, then %v", len(got), err)
		}
		synctest.Wait()
		if got := s.Stats(); got.Kept != a.Object.Cost() {
			t.Errorf("%d bytes kept, want %d", got.Kept, a.Object.Cost())
		}

		// What was soft-purged while the head was asked for stays stale.
		asked := head()
		asked.Took = time.Minute
		s.Soften(a.Object, time.Now().Add(-30*time.Second))
		if !s.Renew(a.Object, asked) {
			t.Fatal("it is not renewed")
		}
		if p := s.Peek(&storage.Query{Key: key("a"), Request: new(message.Request), Now: time.Now()}); p.Find == storage.Hit {
			t.Error("the soft purge is undone")
		}

		// Not what was replaced, purged, still arrives, or varies by something else.
		if s.Renew(o, head()) {
			t.Error("what was replaced is renewed")
		}
		b := store(t, s, "b", 10)
		purges.purge("b")
		if s.Renew(b, head()) {
			t.Error("what was purged is renewed")
		}
		seat := miss(t, s, "c")
		c := s.Commit(seat.Flight(), response(10))
		if s.Renew(c, head()) {
			t.Error("what arrives is renewed")
		}
		s.Break(c, errCut)
		seat.Leave()
		d := store(t, s, "d", 10)
		varied := head()
		varied.Vary = message.ParseVary(message.Header{{Name: "Vary", Value: "X"}})
		if s.Renew(d, varied) || !hit(s, "d", d) {
			t.Error("what varies now is renewed")
		}
	})
}

// A head may bring a tag that was purged after it was asked for: nobody knows, so it is not used.
func TestRenewWithPurgedTag(t *testing.T) {
	purges := new(tagLog)
	s, err := storage.New(storage.Options{Memory: 8 * mebibyte, MaxObject: mebibyte, Purges: purges})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	o := store(t, s, "a", 10)
	purges.purgeTag("red")
	r := response(10)
	r.Tags = []string{"green"}
	if !s.Renew(o, r) {
		t.Fatal("it is not renewed")
	}
	o = ask(s, "a").Object
	r.Tags = []string{"red"}
	if s.Renew(o, r) {
		t.Error("what was purged has come back")
	}
	if !hit(s, "a", o) {
		t.Error("what was there is gone")
	}
}

// A head as the origin sent it costs where it is another than the one that is sent.
func TestOriginIsCounted(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	cost := func(primary string, origin func(*storage.Response)) int64 {
		seat := miss(t, s, primary)
		defer seat.Leave()
		r := response(0)
		r.Head.Header.Add("X", "1")
		origin(&r)
		o := s.Commit(seat.Flight(), r)
		s.Complete(o)
		if o.Origin == nil {
			t.Error("it has none")
		}
		return o.Cost()
	}
	came := &message.Response{Header: message.Header{{Name: "X", Value: "1"}, {Name: "Y", Value: "2"}}}
	without, same := cost("a", func(*storage.Response) {}), cost("b", func(r *storage.Response) { r.Origin = r.Head })
	other := cost("c", func(r *storage.Response) { r.Origin = came })
	if without != same || other != same+int64(came.Header.Size()) {
		t.Errorf("costs %d, %d and %d", without, same, other)
	}
}

// Whoever goes by the store can still be told why it would have had to.
func TestMarkOf(t *testing.T) {
	s, _ := newStore(t, 8*mebibyte)
	q := &storage.Query{Key: key("a"), Request: new(message.Request), Now: time.Now()}
	if s.MarkOf(q) != nil {
		t.Error("a mark where nothing is")
	}
	seat := miss(t, s, "a")
	o := s.Refuse(seat.Flight(), response(0), storage.Refusal{Reason: policy.Private, Mark: time.Minute})
	s.Complete(o)
	seat.Leave()
	if m := s.MarkOf(q); m == nil || m.Reason != policy.Private {
		t.Errorf("mark %+v", m)
	}
	a := ask(s, "a")
	if a.Find != storage.Alone || a.Mark != policy.Private {
		t.Errorf("%+v", a)
	}
	dismiss(s, a)
}
