package proxy

import (
	"context"
	"sync"
	"time"
	"unsafe"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/policy/rules"
	"lacquer/storage"
)

// transaction is one request on its way. It belongs to one goroutine.
type transaction struct {
	server  *Server
	site    *Site // in force when it began
	ctx     context.Context
	request *Request
	writer  Writer
	now     time.Time // taken at the start and after every wait
	arrival uint64    // where the log of purges stood at the start

	vars     rules.Vars
	restarts int

	backend  string // name of the one that is to be asked
	key      policy.Key
	asked    string        // primary key of the URL that came, if it is stored under another
	search   policy.Search // which parts of its query do not count
	learned  uint64        // where the log of purges stood when that was learned
	content  []byte        // of a QUERY
	wants    policy.Wants  // of its client that are obeyed
	identity bool
	why      policy.Reason // the request did not end with a fresh hit
	rounds   int           // look-ups so far

	seat   *storage.Seat   // in the flight that it waits for, or whose body it reads
	stored *storage.Object // what may stand in if the origin fails, or nil

	object  *storage.Object    // what is delivered
	head    *message.Response  // its head as it came for this very request, cookies included; nil if it came for others
	exact   bool               // the origin answered this very request, conditions and ranges included
	part    *message.ByteRange // what the origin sent of the whole, where this request had a part fetched
	reader  *storage.Reader    // of its body: own, or that of the seat
	own     storage.Reader
	status  policy.CacheStatus
	failure *failure

	record   Record
	explains *Explanation // takes what the rules did; nil where nobody asked for it

	room
}

// room is the memory of a transaction that the next one takes over: a hit allocates nothing. What is made in it ends with the transaction, so
// whatever outlives that clones.
type room struct {
	effects rules.Effects // of the step that ran last
	query   storage.Query
	tls     rules.TLS
	out     message.Response // the head that is sent
	text    []byte           // of the key and of the fields that are added to out
}

// rooms holds transactions that are over.
var rooms = sync.Pool{New: func() any { return new(transaction) }}

// begin makes the transaction of a request.
func (s *Server) begin(ctx context.Context, r *Request, w Writer) *transaction {
	t := rooms.Get().(*transaction)
	t.server, t.site, t.ctx, t.request, t.writer = s, s.Site(), ctx, r, w
	t.arrival = s.purges.Number()
	if t.now = r.Time; t.now.IsZero() {
		t.now = s.now()
	}
	t.vars = rules.Vars{
		Now:    t.now,
		Req:    r.Request,
		ID:     r.ID,
		Client: rules.Client{Addr: r.Client.Addr, Peer: r.Client.Peer, Trusted: r.Client.Trusted},
		Hooks:  &s.hooks,
	}
	if r.TLS != nil {
		t.tls = rules.TLS{Version: r.TLS.Version, Cipher: r.TLS.Cipher, ServerName: r.TLS.ServerName, Protocol: r.TLS.Protocol}
		t.vars.TLS = &t.tls
	}
	return t
}

// end ends the transaction and returns what is known of it. Nothing of it is used any more.
func (t *transaction) end() Record {
	t.leave()
	record, kept := t.record, t.room
	kept.effects.Reset()
	kept.query, kept.tls = storage.Query{}, rules.TLS{}
	clear(kept.out.Header)
	kept.out, kept.text = message.Response{Header: kept.out.Header[:0]}, kept.text[:0]
	*t = transaction{room: kept}
	rooms.Put(t)
	return record
}

// since returns the text that was appended from an offset on, as a string that lasts as long as the transaction.
func (t *transaction) since(start int) string {
	if start == len(t.text) {
		return ""
	}
	return unsafe.String(&t.text[start], len(t.text)-start)
}

// run lets the rules of a step speak. resp is the response that they see and may change, if the step has one.
func (t *transaction) run(step rules.Step, resp *message.Response) *rules.Effects {
	t.vars.Now, t.vars.Restarts, t.vars.Resp = t.now, t.restarts, resp
	t.effects.Reset()
	t.effects.Trace = t.explains != nil
	t.site.run(step, &t.vars, &t.effects)
	t.explains.add(t.effects.Matched)
	return &t.effects
}

// waited is called after the wait for an origin.
func (t *transaction) waited(backend string) {
	since := t.now
	t.now = t.server.now()
	t.record.Backend = backend
	t.record.Waited += t.now.Sub(since)
	t.vars.Backend = rules.Backend{Name: backend, Healthy: t.failure == nil, FetchTime: t.record.Waited}
}

// leave gives up whatever the transaction holds.
func (t *transaction) leave() {
	if t.seat != nil {
		t.seat.Leave()
		t.seat = nil
	}
	t.own.Close()
}

// gone ends the way of a request whose client has left, or whose response was cut. What was begun is sent as far as it came.
func (t *transaction) gone() step {
	t.record.Cut = true
	if t.record.Status != 0 && t.ctx.Err() == nil {
		_ = t.writer.Flush()
	}
	t.writer.Abort()
	return nil
}
