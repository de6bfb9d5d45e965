package edge

import (
	"crypto/tls"
	"errors"
	"io"
	"time"
)

// greet finds out who is at the other end and what is spoken: it reads the header of the PROXY protocol and shakes hands, where that is due.
// It reports whether HTTP/1 is to be served; a connection over which HTTP/2 was chosen is handed on.
func (c *connection) greet() bool {
	c.fresh, c.headBy = true, time.Now().Add(c.server.limits.HeaderTime)
	early, ok := c.hearAnnouncement()
	if !ok {
		return false
	}
	c.peer.scheme = "http"
	c.peer.trusted = c.server.trusts(c.peer.address)
	if secured, ok := c.conn.(*tls.Conn); ok {
		c.peer.scheme = "https"
		return c.shakeHands(secured)
	}
	c.socket = newSocket(c.conn)
	if len(early) > 0 {
		c.readBy(c.headBy)
		c.exchange = exchanges.Get().(*exchange)
		c.exchange.in.end = copy(c.exchange.in.room, early)
		return c.state.CompareAndSwap(idle, busy)
	}
	return true
}

// hearAnnouncement reads the header of the PROXY protocol, where one is due, and notes the address of the peer. Without TLS the connection is
// from then on the one beneath, and what came with the header is returned.
func (c *connection) hearAnnouncement() (early []byte, ok bool) {
	conn := c.conn
	secured, under := conn.(*tls.Conn)
	if under {
		conn = secured.NetConn()
	}
	if a, ok := conn.(*announced); ok {
		if a.header() != nil {
			return nil, false
		}
		if !under {
			early, c.conn = a.rest(), a.Conn
		}
	}
	c.peer.address = addressOf(conn.RemoteAddr().String())
	return early, true
}

// shakeHands makes a connection secure. It reports whether HTTP/1 is spoken on it.
func (c *connection) shakeHands(conn *tls.Conn) bool {
	_ = conn.SetDeadline(c.headBy)
	if err := conn.Handshake(); err != nil {
		c.server.log.Debug("TLS handshake error", "peer", conn.RemoteAddr().String(), "error", err)
		explainTLS(err)
		return false
	}
	_ = conn.SetDeadline(time.Time{})
	state := conn.ConnectionState()
	switch state.NegotiatedProtocol {
	case "h2":
		c.given = c.server.second.take(conn)
		return false
	case "", "http/1.1":
		c.peer.tls = factsOf(&state)
		c.socket = new(socket)
		return true
	}
	return false // one that the certificates have answered, and nobody speaks
}

// explainTLS answers a client that speaks HTTP where TLS is expected.
func explainTLS(err error) {
	var wrong tls.RecordHeaderError
	if !errors.As(err, &wrong) || wrong.Conn == nil {
		return
	}
	switch string(wrong.RecordHeader[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "PURGE":
		_ = wrong.Conn.SetWriteDeadline(time.Now().Add(lingerTime))
		_, _ = io.WriteString(wrong.Conn, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nThe request was refused: this port speaks https.\n")
	}
}
