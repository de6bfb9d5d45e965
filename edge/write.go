package edge

import (
	"errors"
	"net"
	"os"
	"time"
)

// pace is how much a client must take within the time for a piece of its response: who does is slow, not stuck.
const pace = 64 << 10

// gather is how first and second go out in one writev.
type gather struct {
	parts   [2][]byte
	buffers net.Buffers // parts, as far as they have not been sent
}

// write sends first, and second behind it. It waits for a client as long as that takes pace bytes in the time for a piece. c.sent says how
// much of second was sent. Only who holds the mutex of the response calls it.
func (c *connection) write(first, second []byte) error {
	c.sent = -len(first)
	switch {
	case len(second) == 0:
		return c.writeOne(first)
	case c.socket.raw != nil:
		return c.writeBoth(first, second)
	}
	// Where there is no writev, as under TLS, what fits goes out with first: a record is better long than short.
	n := copy(first[len(first):cap(first)], second)
	if err := c.writeOne(first[:len(first)+n]); err != nil || n == len(second) {
		return err
	}
	return c.writeOne(second[n:])
}

// writeBoth sends both at once.
func (c *connection) writeBoth(first, second []byte) error {
	g := &c.gather
	g.parts = [2][]byte{first, second}
	g.buffers = g.parts[:]
	defer func() { *g = gather{} }()
	for {
		c.writeWithin(time.Now(), c.server.limits.WriteTime)
		n, err := g.buffers.WriteTo(c.conn)
		if c.sent += int(n); err == nil || n < pace || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
}

// writeOne sends p in pieces, each under its own deadline.
func (c *connection) writeOne(p []byte) error {
	for len(p) > 0 {
		c.writeWithin(time.Now(), c.server.limits.WriteTime)
		n, err := c.writePiece(p[:min(len(p), pace)])
		c.sent += n
		if p = p[n:]; err != nil {
			return err
		}
	}
	return nil
}

// writePiece sends one piece. What was gathered goes the short way.
func (c *connection) writePiece(p []byte) (int, error) {
	if c.socket.raw != nil && len(p) <= outputSize {
		return c.socket.write(p)
	}
	return c.conn.Write(p)
}
