package purge_test

import (
	"slices"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// take takes one of the flights off the list, begun.
func (w *walk) take() *walkFlight {
	at := w.random.IntN(len(w.flights))
	f := w.flights[at]
	w.flights = slices.Delete(w.flights, at, at+1)
	f.begin()
	return f
}

// land ends one of the flights in one of the ways in which they end.
func (w *walk) land() {
	if w.tight && len(w.arriving) > 1 || w.strained(240_000) {
		return
	}
	if len(w.flights) == 0 || !w.tight && len(w.flights) < 6 && w.one(2) {
		return // let some gather
	}
	f := w.take()
	q := w.requestOf(f)
	switch n := w.random.IntN(20); {
	case n < 3:
		w.failed(f)
	case n < 7:
		w.refused(f, q)
	case n < 12 && f.model.stored != nil:
		w.freshened(f, q)
	default:
		w.committed(f, q)
	}
}

// requestOf returns the request whose fetch a flight is: one of those that wait, or one that has left.
func (w *walk) requestOf(f *walkFlight) *modelRequest {
	if len(f.seats) > 0 {
		return pick(w, f.seats...).request
	}
	return &modelRequest{primary: f.model.url.primary, base: f.model.base}
}

func (w *walk) failed(f *walkFlight) {
	why := pick(w, policy.OriginConnect, policy.OriginTimeout, policy.Internal)
	w.tell("flight %s fails: %v", f.real.ID, why)
	w.store.Fail(f.real, why, errCut)
	w.model.fail(f.model, why, time.Now())
	if got := f.real.Outcome(); got.Err != errCut || got.Object != nil || got.Reason != why {
		w.fatalf("outcome %+v", *got)
	}
	for _, seat := range f.seats {
		seat.real.Leave()
	}
}

// response makes up an answer to a request.
func (w *walk) response(f *walkFlight, q *modelRequest) (*modelObject, storage.Response) {
	o := &modelObject{
		primary: q.primary, base: q.base, flight: f.model.number, started: f.model.started,
		vary:      pick(w, "", "", "", "accept-encoding", "accept-language", "accept-encoding, accept-language"),
		shareable: w.one(2),
		tags:      pick(w, nil, nil, []string{"red"}, []string{"green", "blue"}),
		freshness: policy.Freshness{
			Received:             time.Now(),
			Lifetime:             pick(w, 0, 5*time.Second, time.Minute, time.Hour, 10*time.Hour),
			StaleWhileRevalidate: pick(w, 0, 10*time.Second, time.Minute),
			StaleIfError:         pick(w, 0, time.Minute),
			Keep:                 pick(w, 0, 30*time.Second),
			MustValidate:         w.one(10),
			NeverStale:           w.one(10),
		},
	}
	o.values = q.values(o.vary)
	head := &message.Response{Status: 200}
	head.Header.Add("Mark", string(rune('a'+w.random.IntN(26))))
	head.Header.Add("Flight", f.real.ID)
	var vary message.Header
	if o.vary != "" {
		vary.Add("Vary", o.vary)
	}
	return o, storage.Response{
		Head: head, Request: header(q), Freshness: o.freshness, Vary: message.ParseVary(vary), Shareable: o.shareable, Tags: o.tags, Length: message.Unknown,
	}
}

// arrive makes a response one whose body is to come.
func (w *walk) arrive(o *modelObject, r *storage.Response) *arrival {
	a := &arrival{object: o, size: w.random.Int64N(w.model.maxObject * 12 / 10), declared: message.Unknown}
	if w.tight {
		a.size = max(w.random.Int64N(w.model.maxObject*21/20), w.model.maxObject/2)
	}
	if w.tight || w.one(2) {
		a.declared = a.size
	}
	r.Length, r.Abandon = a.declared, func() { a.abandoned.Add(1) }
	o.body = &modelBody{kept: true, lonelySince: time.Now()}
	w.arriving = append(w.arriving, a)
	return a
}

func (w *walk) committed(f *walkFlight, q *modelRequest) {
	o, r := w.response(f, q)
	w.arrive(o, &r)
	o.real = w.store.Commit(f.real, r)
	found := w.model.commit(f.model, o, q, time.Now())
	w.tell("flight %s brings %+v", f.real.ID, *o)
	if w.store.Holds(o.real) != found {
		w.fatalf("it is in the table: %v, want %v", !found, found)
	}
	if o.body.kept && r.Length > w.model.maxObject {
		o.body.kept = false
		w.tell("which is larger than what is kept")
	}
	w.settle(f, o, true)
}

func (w *walk) refused(f *walkFlight, q *modelRequest) {
	o, r := w.response(f, q)
	w.arrive(o, &r)
	o.body.kept = false
	why := storage.Refusal{Reason: policy.NoStore, Identity: w.one(4), Failure: w.one(3), Mark: pick(w, 0, time.Second, 2*time.Minute)}
	o.real = w.store.Refuse(f.real, r, why)
	w.model.refuse(f.model, o.vary, why, q, time.Now())
	w.tell("flight %s is refused %+v", f.real.ID, why)
	w.settle(f, o, false)
}

func (w *walk) freshened(f *walkFlight, q *modelRequest) {
	o, r := w.response(f, q)
	r.Head.Header[0].Value = string(rune(markOf(f.model.stored)))
	o.body = f.model.stored.body
	o.real = w.store.Freshen(f.real, r)
	found := w.model.commit(f.model, o, q, time.Now())
	w.tell("flight %s validates %s: %+v", f.real.ID, w.name(f.model.stored.real), *o)
	w.notice()
	if !w.tight && w.store.Holds(o.real) != found {
		w.fatalf("it is in the table: %v, want %v", !found, found)
	}
	w.settle(f, o, true)
}

// settle sees that everybody who waited gets what the flight brought, unless a purge forbids it.
func (w *walk) settle(f *walkFlight, o *modelObject, stored bool) {
	got := f.real.Outcome()
	if got.Object != o.real || got.Shared != stored || got.Err != nil || got.Validated != (stored && o.body.whole) {
		w.fatalf("outcome %+v", *got)
	}
	for _, seat := range f.seats {
		want := w.model.purgedFor(f.model, slices.Concat(o.tags, o.known), seat.request.arrival)
		if got.PurgedFor(seat.request.arrival) != want {
			w.fatalf("purged for who arrived at %d: %v, want %v", seat.request.arrival, !want, want)
		}
		if !seat.real.Reader().Attached() {
			w.fatalf("a seat has nothing to read")
		}
		w.add(o, seat.real.Reader(), seat.real.Leave)
	}
	for range f.seats { // some go at once, as those do who may not have it
		if w.one(2) || w.tight && len(w.readers) > 0 {
			w.close(len(w.readers) - 1)
		}
	}
}

// grow lets a body that is under way grow, or end.
func (w *walk) grow() {
	if len(w.arriving) == 0 || w.strained(400_000) {
		return
	}
	at := w.random.IntN(len(w.arriving))
	a := w.arriving[at]
	o := a.object
	left := a.size - o.body.size
	switch {
	case w.one(20):
		w.cut(at, errCut)
		return
	case left == 0:
		w.tell("%s is whole, %d bytes", w.name(o.real), o.body.size)
		w.arriving = slices.Delete(w.arriving, at, at+1)
		w.store.Grow(o.real, 0)
		w.store.Complete(o.real)
		w.model.complete(o)
		w.notice()
		return
	}
	space, err := o.real.Body.Space(w.t.Context())
	if a.abandoned.Load() > 0 {
		if err != storage.ErrAbandoned {
			w.fatalf("%s was abandoned, and may grow: %v", w.name(o.real), err)
		}
		w.cut(at, err)
		return
	}
	if err != nil {
		w.fatalf("%s may not grow: %v", w.name(o.real), err)
	}
	n := min(left, int64(len(space)))
	for i := range space[:n] {
		space[i] = markOf(o)
	}
	w.store.Grow(o.real, int(n))
	w.model.grow(o, n, a.declared, time.Now())
	w.tell("%s grows to %d, kept %v", w.name(o.real), o.body.size, o.body.kept)
	w.notice()
}

// cut breaks off a body that is under way.
func (w *walk) cut(at int, err error) {
	o := w.arriving[at].object
	w.tell("%s is cut at %d: %v", w.name(o.real), o.body.size, err)
	w.arriving = slices.Delete(w.arriving, at, at+1)
	w.store.Break(o.real, err)
	w.model.cut(o, time.Now())
	w.notice()
	if !o.real.Body.Failed() {
		w.fatalf("it has not failed")
	}
}

// cutAll breaks off all that is under way.
func (w *walk) cutAll() {
	for len(w.arriving) > 0 {
		w.cut(0, errCut)
	}
}
