package origin

import (
	"time"

	"lacquer/message"
)

// tunnel is a connection that speaks another protocol from now on. It is closed when the context of the fetch is done. One may read
// while another writes.
type tunnel struct {
	x     *exchange
	early []byte // came behind the head
}

// switched hands the connection over to whoever asked for another protocol (RFC 9110 section 7.8).
func (x *exchange) switched(head *message.Response) (*Response, error) {
	if !wantsUpgrade(x.asked) || x.upload != nil {
		return nil, x.fail(errNotAsked101)
	}
	if err := x.conn.SetDeadline(time.Time{}); err != nil {
		return nil, x.fail(err)
	}
	t := &tunnel{x: x, early: append([]byte(nil), x.buffer.unread()...)}
	x.buffer.free()
	x.buffer = nil
	return &Response{Head: head, Body: noBody, Conn: t}, nil
}

// Read returns what came together with the head first.
func (t *tunnel) Read(p []byte) (int, error) {
	if len(t.early) > 0 {
		n := copy(p, t.early)
		t.early = t.early[n:]
		return n, nil
	}
	return t.x.conn.Read(p)
}

// Write writes p in pieces, each of which the origin must take within the timeout between bytes.
func (t *tunnel) Write(p []byte) (int, error) {
	return writePatiently(t.x.conn, p, t.x.backend.timeouts.BetweenBytes)
}

// Close closes the connection in both directions.
func (t *tunnel) Close() error {
	if t.x.unwatch != nil {
		t.x.unwatch()
	}
	return t.x.conn.Close()
}

// CloseWrite tells the origin that nothing more will come, and leaves the other direction open.
func (t *tunnel) CloseWrite() error { return t.x.conn.CloseWrite() }
