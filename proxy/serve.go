package proxy

import (
	"context"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// step does one part of a request's way and returns the next; nil is the end.
type step func(*transaction) step

// maxRounds is how often a request looks up again because what it waited for was not for it. Then it fetches alone.
const maxRounds = 4

// Serve leads one request from its head to the end of its response. It returns when w has got either a whole response or an
// Abort. The context ends when the client is gone. r and what it points to may be changed, and are not used after the return.
func (s *Server) Serve(ctx context.Context, r *Request, w Writer) Record {
	t := s.begin(ctx, r, w)
	defer t.leave()
	for next := step(receive); next != nil; {
		next = next(t)
	}
	return t.record
}

// receive turns away what has been here before, and serves purges. Everything else is the rules' to decide on.
func receive(t *transaction) step {
	switch method := t.request.Method; {
	case looped(t.request.Header, t.server.id):
		return t.refuse(508, policy.Loop, "this request has been here before")
	case isPurge(method):
		return forget
	case dialectMethod(method):
		return forgetInDialect
	}
	return decide
}

// decide lets the rules choose a way.
func decide(t *transaction) step {
	way, why := t.choose()
	t.why = why
	switch way {
	case ResultSynthetic:
		return respond
	case ResultPipe:
		return pipe
	case ResultPass:
		return pass
	}
	return lookUp
}

// lookUp asks the store, which either has something or has reserved the fetch of it.
func lookUp(t *transaction) step {
	t.leave()
	if t.rounds++; t.rounds > maxRounds {
		t.seat = t.server.store.Fly(t.key, t.stored)
		return fetchAlone
	}
	found := t.server.store.Lookup(t.query())
	if t.why == policy.None && (found.Find == storage.Miss || found.Find == storage.Alone) {
		t.why = found.Reason
	}
	switch found.Find {
	case storage.Hit:
		return t.use(found.Object, policy.Fresh)
	case storage.Stale:
		if t.seat = found.Seat; t.seat != nil {
			t.server.lead(t.seat.Flight(), t.jobBehind(t.seat.Flight(), found.Object))
			t.leave()
		}
		return t.use(found.Object, found.Reason)
	case storage.Alone:
		t.seat, t.stored = found.Seat, found.Object
		return fetchAlone
	default: // storage.Miss
		t.seat, t.stored = found.Seat, found.Object
		return fetch
	}
}

// query is what the store is asked.
func (t *transaction) query() *storage.Query {
	return &storage.Query{
		Key:      t.key,
		Header:   t.request.Header,
		Now:      t.now,
		Arrival:  t.arrival,
		Identity: t.identity,
		Alone:    message.ParseCacheControl(t.request.Header, "Cache-Control").NoStore, // RFC 9111 section 5.2.1.5
	}
}

// use delivers what is stored, if it can still be read.
func (t *transaction) use(o *storage.Object, why policy.Reason) step {
	if !o.Body.Attach(&t.own) {
		return lookUp // it was cut short this moment, and is about to leave the table
	}
	t.object, t.reader = o, &t.own
	t.status = policy.CacheStatus{Hit: true, HasTTL: true, TTL: o.Freshness.TTL(t.now)}
	t.record.Result, t.record.Saved = ResultHit, o.Took
	if why != policy.Fresh {
		t.record.Result, t.status.Detail = ResultStale, why
	}
	if why == policy.StaleIfError { // the origin was asked (RFC 9211 section 2.1)
		t.status.Hit, t.status.Fwd = false, policy.ForwardStale
	}
	return deliver
}

// fetch waits for the head of a shared fetch. Of all who wait, whoever comes first has it fetched.
func fetch(t *transaction) step {
	flight, mine := t.seat.Flight(), t.job(t.seat.Flight())
	landed := t.server.lead(flight, mine)
	select {
	case result := <-landed:
		t.waited(mine.backend)
		return t.land(result.Val.(*landing), mine)
	case <-t.ctx.Done():
		return t.gone()
	}
}

// fetchAlone fetches for this request and no other. What comes is stored if it may be.
func fetchAlone(t *transaction) step {
	mine := t.jobAlone()
	landed := t.server.fetchHead(t.ctx, t.seat.Flight(), mine)
	t.waited(mine.backend)
	return t.land(landed, mine)
}

// land decides whether what a fetch brought is for this request.
func (t *transaction) land(l *landing, mine *job) step {
	o := l.outcome
	switch {
	case o.PurgedFor(t.arrival):
		t.why = policy.PurgedMeanwhile
		return lookUp
	case o.Err != nil:
		t.failure = &failure{reason: o.Reason, err: o.Err}
		return fail
	case l.by == mine:
		if !o.Shared && mine.shared && t.request.Header.Has("Range") {
			t.leave()
			t.seat = t.server.store.Fly(t.key, nil)
			return fetchAlone // the whole was asked for the store's sake; the part will do
		}
		t.head, t.exact = l.head, !mine.shared
	case o.Identity, o.Shared && !o.Object.Matches(t.request.Header):
		return lookUp
	case !o.Shared:
		t.leave()
		t.why = policy.NotShared
		t.seat = t.server.store.Fly(t.key, t.stored)
		return fetchAlone
	}
	t.object, t.reader = o.Object, t.seat.Reader()
	t.record.Result, t.record.Collapsed = ResultMiss, l.by != mine
	t.status = forwarded(t.why, o, t.record.Collapsed)
	return deliver
}
