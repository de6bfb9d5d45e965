package origin

import (
	"crypto/tls"
	"net"
	"time"
)

// connection is one HTTP/1 connection to an origin. It belongs to the exchange that opened it or took it from the pool, or to the
// pool; its methods are for its owner alone, but abort.
type connection struct {
	net.Conn
	probe *probe // tells what waits to be read; nil where nothing can

	used      bool      // it has served an exchange
	idleSince time.Time // when it came into the pool
}

func newConnection(conn net.Conn) *connection {
	return &connection{Conn: conn, probe: newProbe(bottom(conn))}
}

// abort closes the connection at once. TLS is not told: its farewell would wait for an origin that takes nothing. Anybody may call it at any
// time.
func (c *connection) abort() {
	if secured, ok := c.Conn.(*tls.Conn); ok {
		secured.NetConn().Close()
		return
	}
	c.Conn.Close()
}

// bottom returns the connection of the system under conn.
func bottom(conn net.Conn) net.Conn {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	if waiting, ok := conn.(*patient); ok {
		conn = waiting.Conn
	}
	return conn
}

// condition is what can be said of a connection on which nothing should happen.
type condition uint8

const (
	unknown condition = iota // the system cannot be asked
	silent                   // open, and nothing came
	spoken                   // something came that nobody asked for
	broken                   // closed by the origin
)

// condition asks the system, without waiting. The read deadline must lie ahead.
func (c *connection) condition() condition {
	if c.probe == nil {
		return unknown
	}
	return c.probe.condition()
}

// quiet reports whether nothing is left over of what was read and decrypted. Only TLS holds back bytes that the system
// knows nothing of: the rest of a record. It does not wait, and moves the read deadline.
func (c *connection) quiet() bool {
	secured, ok := c.Conn.(*tls.Conn)
	if !ok {
		return true
	}
	var surplus [1]byte
	if secured.SetReadDeadline(time.Unix(1, 0)) != nil { // so it does not ask the system
		return false
	}
	n, err := secured.Read(surplus[:])
	return n == 0 && isTimeout(err)
}

// cutOff reports whether a connection over TLS has ended without the alert that says so, as anybody on the way can make it end (RFC
// 9112 section 9.8). crypto/tls takes that for a proper end.
func (c *connection) cutOff() bool {
	secured, ok := c.Conn.(*tls.Conn)
	if !ok {
		return false
	}
	below, ok := secured.NetConn().(*patient)
	return ok && below.ended
}

// CloseWrite ends our direction, where the connection can.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errNoHalfClose
}
