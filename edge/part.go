package edge

import (
	"errors"
	"net/http"
	"os"
	"time"

	"lacquer/message"
)

const (
	// longestTarget is how much of a target that was refused gets into the access log, and longestWord how long what stands beside it may be.
	longestTarget = 2 << 10
	longestWord   = 32
)

// refuseHead answers a head that is not served, and parts with the client, since what follows cannot be trusted.
func (c *connection) refuseHead(began time.Time, verdict message.Verdict) {
	x := c.exchange
	method, target, version := requestLine(x.in.unread())
	x.entry = Entry{Time: began, Client: c.peer.address, Peer: c.peer.address, Scheme: c.peer.scheme, Status: verdict.Status}
	x.entry.URI = target[:min(len(target), longestTarget)]
	if visible(method) && len(method) <= longestWord {
		x.entry.Method = method
	}
	if visible(version) && len(version) <= longestWord {
		x.entry.Proto = version
	}
	if x.response.method = x.entry.Method; x.response.method != http.MethodHead {
		x.response.method = http.MethodGet // what is no method either gets a page
	}
	x.entry.Bytes = refuse(&x.response, verdict.Status, verdict.Why)
	_ = x.response.Flush() // part is told of its error
	c.server.access(&x.entry, time.Now())
	c.part()
}

// part sends what was gathered and ends the connection, such that the client gets to read it: what it is still sending is read for a while, since a
// connection that is closed over unread bytes is reset, and the answer may be lost with it (RFC 9112 section 9.6). Shutdown waits for that, too.
func (c *connection) part() {
	x := c.exchange
	if x.response.Flush() != nil {
		c.dropUntaken()
		return
	}
	if !x.response.linger && x.in.empty() {
		return
	}
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	c.readBy(time.Now().Add(lingerTime))
	x.in.release()
	for err := error(nil); err == nil; {
		x.in.start, x.in.end = 0, 0
		_, err = c.conn.Read(x.in.room)
	}
}

// cut ends a connection such that the client sees that its response is not whole: by what is missing. A body whose end is the
// connection's end would look whole, so that connection is reset.
func (c *connection) cut() {
	w := &c.exchange.response
	if w.ends && w.done.begun {
		reset(c.conn)
		return
	}
	if w.Flush() != nil {
		c.dropUntaken()
	}
}

// dropUntaken resets the connection of a client that did not take its response in time. Closed otherwise, it would leave the system to offer what is unsent for
// as long as the client only says that it is there.
func (c *connection) dropUntaken() {
	if errors.Is(c.exchange.response.failed, os.ErrDeadlineExceeded) {
		reset(c.conn)
	}
}
