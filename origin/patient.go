package origin

import (
	"net"
	"time"
)

// patient is a connection whose other end must take what is written to it within a limit: an origin that accepts a request and does not read its
// body would hold the client's connection and its own for ever.
type patient struct {
	net.Conn
	limit time.Duration
}

// writePiece is how much is written under one deadline.
const writePiece = 64 << 10

// Write writes p in pieces, each under a deadline of its own.
func (c *patient) Write(p []byte) (n int, err error) {
	for {
		piece := p[n:min(n+writePiece, len(p))]
		if err := c.SetWriteDeadline(time.Now().Add(c.limit)); err != nil {
			return n, err
		}
		m, err := c.Conn.Write(piece)
		n += m
		if err != nil || n >= len(p) {
			return n, err
		}
	}
}

// CloseWrite ends our direction, where the connection can.
func (c *patient) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}
