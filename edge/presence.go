package edge

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// presence is the context of a request over HTTP/1: it ends when the client is gone, or the request over. Who watches for a client's leaving
// has to read from its connection, which costs a goroutine; so that begins only when somebody asks, which a hit does not.
//
// What the client sends meanwhile are its next requests. They go where the loop finds them, behind the head of this one; when there is no room
// left, nobody watches any more.
type presence struct {
	connection *connection

	mu      sync.Mutex         // protects what follows
	context context.Context    // made when somebody asks
	cancel  context.CancelFunc // of context
	body    bool               // the bytes that come belong to the body of the request
	gone    bool               // the client has left
	over    bool               // nobody may begin to watch any more
	watched chan struct{}      // closed when nobody watches any more; nil where nobody does
}

// begin makes p the context of a request. A body is in the way of watching until it has ended. It fails if somebody may still hold what p handed
// out for another request.
func (p *presence) begin(c *connection, body bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connection, p.body, p.gone, p.over = c, body, false, false
	return p.context == nil
}

// Deadline is that of context.Context: there is none.
func (p *presence) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done begins to watch.
func (p *presence) Done() <-chan struct{} {
	context, asked := p.ask()
	if !asked {
		// Whoever asks is about to wait, and with it the answers to earlier requests that have not been sent.
		p.connection.exchange.response.flushEarlier()
	}
	return context.Done()
}

// ask returns the context that others wait on, and whether somebody has asked for it before.
func (p *presence) ask() (ctx context.Context, before bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.context != nil {
		return p.context, true
	}
	p.context, p.cancel = context.WithCancel(context.Background())
	if p.gone || p.over {
		p.cancel()
		return p.context, true
	}
	p.watch()
	return p.context, false
}

// Err returns why the context is done, nil if it is not.
func (p *presence) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.context != nil:
		return p.context.Err()
	case p.gone:
		return context.Canceled
	}
	return nil
}

// Value lets package context find the context that others wait on, so that contexts derived from p cost no goroutine.
func (p *presence) Value(key any) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.context == nil {
		return nil
	}
	return p.context.Value(key)
}

// watch reads from the connection until it ends, stop is called, or there is no room. p.mu is held.
func (p *presence) watch() {
	in := &p.connection.exchange.in
	if p.body || p.over || p.watched != nil || len(in.tail()) == 0 {
		return
	}
	watched := make(chan struct{})
	p.watched = watched
	p.connection.readBy(time.Time{})
	go func() {
		defer close(watched)
		for room := in.tail(); len(room) > 0; room = in.tail() {
			n, err := p.connection.conn.Read(room)
			in.end += n
			if err != nil {
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					p.leave()
				}
				return
			}
		}
	}()
}

// bodyEnded says that the bytes that come do not belong to the body any more.
func (p *presence) bodyEnded() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.body = false
	if p.context != nil {
		p.watch()
	}
}

// leave says that the client is gone.
func (p *presence) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	if p.cancel != nil {
		p.cancel()
	}
}

// stop ends the watching. From then on the goroutine of the transaction may read from the connection.
func (p *presence) stop() {
	p.mu.Lock()
	p.over = true
	watched := p.watched
	p.watched = nil
	p.mu.Unlock()
	if watched != nil {
		p.connection.readBy(past)
		<-watched
	}
}

// end ends the context.
func (p *presence) end() {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
	}
}
