package origin

import (
	"io"
	"net"
	"time"
)

// patient is a connection whose other end must take what is written to it within a limit: an origin that accepts a request and does not read its
// body would hold the client's connection and its own for ever. TLS and HTTP/2 write through it.
type patient struct {
	net.Conn
	limit time.Duration
	ended bool // the other end has ended its direction; for whoever reads
}

// Read notes the end of the connection: to TLS it looks the same as the alert that announces it.
func (c *patient) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == io.EOF {
		c.ended = true
	}
	return n, err
}

// Write writes p in pieces, each under a deadline of its own.
func (c *patient) Write(p []byte) (int, error) { return writePatiently(c.Conn, p, c.limit) }

// writePiece is how much is written under one deadline.
const writePiece = 64 << 10

// writePatiently writes p in pieces, each under a deadline of its own.
func writePatiently(conn net.Conn, p []byte, limit time.Duration) (n int, err error) {
	for {
		piece := p[n:min(n+writePiece, len(p))]
		if err := conn.SetWriteDeadline(time.Now().Add(limit)); err != nil {
			return n, err
		}
		m, err := conn.Write(piece)
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
	return errNoHalfClose
}
