package proxy

import (
	"context"
	"time"

	"lacquer/message"
	"lacquer/policy"
	"lacquer/storage"
)

// transaction is one request on its way. It belongs to one goroutine.
type transaction struct {
	server  *Server
	ctx     context.Context
	request *Request
	writer  Writer
	now     time.Time // taken at the start and after every wait
	arrival uint64    // where the log of purges stood at the start

	key      policy.Key
	identity bool
	why      policy.Reason // the request did not end with a fresh hit
	rounds   int           // look-ups so far

	seat   *storage.Seat   // in the flight that it waits for, or whose body it reads
	stored *storage.Object // what may stand in if the origin fails, or nil

	object  *storage.Object   // what is delivered
	head    *message.Response // its head as it came for this very request, cookies included; nil if it came for others
	exact   bool              // the origin answered this very request, conditions and ranges included
	reader  *storage.Reader   // of its body: own, or that of the seat
	own     storage.Reader
	status  policy.CacheStatus
	failure *failure

	record Record
}

// waited is called after the wait for an origin.
func (t *transaction) waited() {
	since := t.now
	t.now = t.server.now()
	t.record.Backend = t.server.backend
	t.record.Waited += int64(t.now.Sub(since))
}

// leave gives up whatever the transaction holds.
func (t *transaction) leave() {
	if t.seat != nil {
		t.seat.Leave()
		t.seat = nil
	}
	t.own.Close()
}

// gone ends the way of a request whose client has left.
func (t *transaction) gone() step {
	t.record.Cut = true
	t.writer.Abort()
	return nil
}
