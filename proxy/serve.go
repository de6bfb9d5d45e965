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
	defer func() {
		if t != nil { // a panic: what it left of the transaction is nobody's any more
			t.leave()
		}
	}()
	for next := step(receive); next != nil; {
		next = next(t)
	}
	record := t.end()
	t = nil
	return record
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
	if left, limited := policy.MaxForwards(t.request.Request); limited {
		if left == 0 {
			return bounce
		}
		policy.Forwarded(&t.request.Header, left)
	}
	return decide
}

// decide lets the rules choose a way.
func decide(t *transaction) step {
	way, why := t.choose()
	t.why = why
	switch way {
	case ResultError:
		return fail
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
	found := t.server.store.Lookup(t.ask())
	if t.why == policy.None && (found.Find == storage.Miss || found.Find == storage.Alone) {
		t.why = found.Reason
	}
	switch {
	case found.Find == storage.Hit, found.Find == storage.Stale:
		if t.seat = found.Seat; t.seat != nil {
			t.server.lead(t.seat.Flight(), t.jobBehind(t.seat.Flight(), found.Object))
			t.leave()
		}
		return t.use(found.Object, found.Reason)
	case t.wants.OnlyIfCached: // RFC 9111 section 5.2.1.7
		t.seat = found.Seat
		t.leave()
		return t.refuse(504, policy.OnlyIfCached, "the client wants only what is stored, and this is not")
	case found.Find == storage.Alone:
		t.seat, t.stored = found.Seat, found.Object
		return fetchAlone
	default: // storage.Miss
		t.seat, t.stored = found.Seat, found.Object
		return fetch
	}
}

// ask makes what the store is asked.
func (t *transaction) ask() *storage.Query {
	t.query = storage.Query{
		Key:      t.key,
		Request:  t.request.Request,
		Now:      t.now,
		Arrival:  t.arrival,
		Identity: t.identity,
		Alone:    message.ParseCacheControl(t.request.Header, "Cache-Control").NoStore, // RFC 9111 section 5.2.1.5
		Part:     policy.PartAsked(t.request.Request),
		Search:   t.search,
		Since:    t.learned,
		Wants:    t.wants,
		Draw:     t.server.draw,
	}
	return &t.query
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
		t.status.Detail = why
	}
	if why != policy.Fresh && why != policy.EarlyRefresh {
		t.record.Result = ResultStale
	}
	if why == policy.StaleIfError { // the origin was asked (RFC 9211 section 2.1)
		t.status.Hit, t.status.Fwd = false, policy.ForwardStale
	}
	return deliver
}

// fetch waits for the head of a shared fetch. Of all who wait, whoever comes first has it fetched.
func fetch(t *transaction) step {
	flight, mine := t.seat.Flight(), t.job(t.seat.Flight())
	landed := t.await(t.server.lead(flight, mine))
	if landed == nil {
		return t.gone()
	}
	t.waited(mine.backend)
	return t.land(landed, mine)
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
		if !o.Shared && mine.shared && !mine.partial && t.request.Header.Has("Range") || mine.completing && !t.completed(l) {
			t.leave()
			t.seat = t.server.store.Fly(t.key, nil)
			return fetchAlone // what was asked for, for the store's sake, is not what this client wants
		}
		t.head, t.part = l.head, l.part
		t.exact = l.part == nil && (!mine.shared || mine.partial && (l.head.Status == 206 || l.head.Status == 416))
	case o.Identity, o.Shared && !t.query.Accepts(o.Object):
		return lookUp
	case !o.Shared, !t.holds(o.Object):
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

// completed reports whether what came answers a request for whose sake what is missing was asked for. It does not where the rest came, and was not put to what
// is stored: that was purged or replaced meanwhile, the two are too large together, or the origin gave less than it was asked for.
func (t *transaction) completed(l *landing) bool {
	if l.part == nil {
		return l.head.Status != 206
	}
	return t.holds(l.outcome.Object)
}
