package memnet

import (
	"context"
	"net"
	"sync"
)

// Backlog is how many connections may wait to be accepted by one listener, as in Linux (net.core.somaxconn). Further dials wait.
const Backlog = 4096

type listener struct {
	network *Network
	at      endpoint

	mu      sync.Mutex // protects what follows
	pending []*Conn
	closed  bool
	changed chan struct{} // closed and made anew when pending or closed changes
}

func newListener(n *Network, at endpoint) *listener {
	return &listener{network: n, at: at, changed: make(chan struct{})}
}

func (l *listener) Addr() net.Addr { return l.at.addr() }

// Accept waits for a connection; after Close it fails with net.ErrClosed.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, changed, err := l.take()
		if c != nil {
			return c, nil
		}
		if err != nil {
			return nil, &net.OpError{Op: "accept", Net: l.Addr().Network(), Addr: l.Addr(), Err: err}
		}
		<-changed
	}
}

func (l *listener) take() (*Conn, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, nil, net.ErrClosed
	}
	if len(l.pending) == 0 {
		return nil, l.changed, nil
	}
	c := l.pending[0]
	l.pending = l.pending[1:]
	l.notify()
	return c, nil, nil
}

// offer puts a connection into the backlog, waiting for room.
func (l *listener) offer(ctx context.Context, c *Conn) error {
	for {
		if err := ctx.Err(); err != nil {
			return contextError{err}
		}
		done, changed := l.tryOffer(c)
		if done {
			return nil
		}
		if changed == nil {
			return refusal(l.at)
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// tryOffer returns a nil channel if the listener is closed.
func (l *listener) tryOffer(c *Conn) (done bool, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return false, nil
	case len(l.pending) >= Backlog:
		return false, l.changed
	}
	l.pending = append(l.pending, c)
	l.notify()
	return true, nil
}

// notify wakes all who wait for a change. l.mu is held.
func (l *listener) notify() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// Close frees the address. Connections that were not accepted yet are reset, as a kernel does; accepted ones stay.
func (l *listener) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return &net.OpError{Op: "close", Net: l.Addr().Network(), Addr: l.Addr(), Err: net.ErrClosed}
	}
	l.closed = true
	pending := l.pending
	l.pending = nil
	l.notify()
	l.mu.Unlock()

	l.network.remove(l.at)
	for _, c := range pending {
		c.Reset()
	}
	return nil
}
