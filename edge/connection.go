package edge

import (
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"sync/atomic"
	"time"

	"lacquer/proxy"
)

// The states of a connection. Whoever leaves idle does so by compare-and-swap: the loop to serve a request, Shutdown to close it.
const (
	idle int32 = iota // nobody waits for an answer; may be closed at any time
	busy              // a request is on its way
	shut              // closed by Shutdown
)

// connection is one of HTTP/1, or one of which that is not known yet. It belongs to one goroutine, which runs serve.
type connection struct {
	server *Server
	conn   net.Conn // TLS, if that is spoken; never behind the PROXY protocol else
	socket *socket  // the same, if it can be waited for without a buffer
	peer   peer
	state  atomic.Int32

	headBy time.Time // when the head that is coming must be there; zero before its first byte
	fresh  bool      // no request was served yet
	now    time.Time // when the last one was over

	exchange *exchange    // nil while idle
	body     *requestBody // of the request on its way; nil without
	present  atomic.Pointer[presence]
	first    [1]byte // see receive
	given    bool    // the connection is somebody else's now

	readUntil, writeUntil time.Time // the deadlines that were set last; the first belongs to who may read, the second to who may write
	sent                  int       // see write
	gather                gather
}

// peer is what is known of the other end of a connection.
type peer struct {
	address netip.Addr // invalid on a Unix socket
	trusted bool       // a trusted proxy
	scheme  string     // that the connection stands for
	tls     *proxy.TLS // nil without
}

// serve is the life of a connection: await a request, read its head, have it served, see to what is left of it, and again.
func (c *connection) serve() {
	defer c.end()
	if !c.greet() {
		return
	}
	for c.await() && c.readHead() && c.answer() && c.settle() {
	}
}

// await waits for the first bytes of a request. Meanwhile the connection holds no buffer.
func (c *connection) await() bool {
	if c.exchange != nil && !c.exchange.in.empty() {
		return true
	}
	c.release()
	if !c.rest() {
		return false
	}
	if c.fresh {
		c.readBy(c.headBy)
	} else {
		c.readWithin(c.now, c.server.limits.IdleTime)
	}
	x, err := c.receive()
	if err != nil {
		return false
	}
	c.exchange = x
	return c.state.CompareAndSwap(idle, busy)
}

// rest makes the connection idle. It reports false if it is to be closed instead.
func (c *connection) rest() bool {
	if c.state.Load() == busy {
		c.state.Store(idle)
	}
	return !c.server.draining.Load() // if it was set after this, Shutdown has seen the connection idle
}

// receive waits for bytes and returns them in an exchange.
func (c *connection) receive() (*exchange, error) {
	if c.socket.raw != nil {
		return c.socket.await()
	}
	// Elsewhere a byte is waited for, which needs no buffer either. What comes with it, nobody has to wait for.
	if _, err := c.conn.Read(c.first[:]); err != nil {
		return nil, err
	}
	x := exchanges.Get().(*exchange)
	x.in.end = copy(x.in.room, c.first[:])
	return x, nil
}

// answer has a request served whose head is there.
func (c *connection) answer() bool {
	x := c.exchange
	dropAliases(&x.head.Header)
	x.request = proxy.Request{Request: &x.head, Time: x.entry.Time, TLS: c.peer.tls, Client: c.server.client(c.peer, x.head.Header)}
	if x.request.Client.Trusted {
		x.head.Scheme = forwardedScheme(x.head.Header, x.head.Scheme)
	}
	x.request.ID = x.requestID()
	if c.body != nil {
		x.request.Body, x.request.Trailer = c.body, c.body.trailer
	}
	if !x.presence.begin(c, c.body != nil) {
		x.presence = new(presence)
		x.presence.begin(c, c.body != nil)
	}
	c.present.Store(x.presence)
	c.server.lead(x.presence, &x.request, &x.response, &x.entry)
	return true
}

// settle ends a transaction. It reports whether the connection may serve another one.
func (c *connection) settle() bool {
	x := c.exchange
	x.presence.end()
	c.present.Store(nil)
	if c.body != nil {
		c.body.leave()
	}
	done := &x.response.done
	switch {
	case done.tunnel != nil:
		c.given = true
	case done.aborted:
		x.entry.Cut = true
		c.cut()
	}
	c.now = time.Now()
	c.server.access(&x.entry, c.now)
	if c.given || done.aborted {
		return false
	}
	x.over()
	if !c.reusable() {
		c.part()
		return false
	}
	return true
}

// reusable reports whether another request may follow on the connection: only if this one was read to its end.
func (c *connection) reusable() bool {
	w := &c.exchange.response
	if c.body == nil || c.body.wasRead() {
		return w.keep && w.failed == nil
	}
	w.linger = true // also where the connection ends in any case: the client is still sending
	if !w.keep || w.Flush() != nil {
		return false
	}
	return c.body.drain()
}

// pipelined reports whether the client has sent more than the request on its way.
func (c *connection) pipelined() bool { return c.body == nil && !c.exchange.in.empty() }

// release gives the buffers back.
func (c *connection) release() {
	if x := c.exchange; x != nil {
		c.exchange, c.body = nil, nil
		x.giveBack()
	}
}

// end closes the connection, unless it is somebody else's now. A fault of ours costs this connection and nothing else.
func (c *connection) end() {
	if fault := recover(); fault != nil {
		c.server.panics.Add(1)
		c.server.log.Error("panic in a connection", "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
		c.given = false
	} else {
		c.release()
	}
	if !c.given {
		c.conn.Close()
	}
	c.server.connections.remove(c)
}

// Close closes the connection under whoever uses it, and ends the context of the request on its way.
func (c *connection) Close() error {
	err := c.conn.Close()
	if p := c.present.Load(); p != nil {
		p.leave()
	}
	return err
}

// closeIdle closes the connection if nobody waits for an answer.
func (c *connection) closeIdle() {
	if c.state.CompareAndSwap(idle, shut) {
		c.conn.Close()
	}
}
