package memnet

import (
	"io"
	"net"
	"time"
)

// Conn is one end of a connection. It is safe for concurrent use as net.Conn demands.
type Conn struct {
	in, out       *stream
	local, remote net.Addr
}

// pipe returns the two ends of a new connection.
func pipe(near, far net.Addr) (*Conn, *Conn) {
	there, back := newStream(), newStream()
	return &Conn{in: back, out: there, local: near, remote: far}, &Conn{in: there, out: back, local: far, remote: near}
}

// Read returns bytes that have come, before it tells of the end (io.EOF), and fails with syscall.ECONNRESET after a reset by the
// other end, whatever had come before.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.in.read(p)
	if err == io.EOF {
		return n, err
	}
	return n, c.wrap("read", err)
}

// Write waits while the buffer is full. It fails with syscall.EPIPE once the other end is closed.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.out.write(p)
	return n, c.wrap("write", err)
}

// Close ends both directions. What was written before can still be read by the other end.
func (c *Conn) Close() error {
	closed := false
	c.out.change(func() {
		closed = c.out.writerClosed
		c.out.writerDone, c.out.writerClosed = true, true
	})
	if closed {
		return c.wrap("close", net.ErrClosed)
	}
	c.in.change(func() { c.in.readerClosed = true })
	c.stopTimers()
	return nil
}

// CloseWrite ends what this end writes; it can still read.
func (c *Conn) CloseWrite() error {
	var err error
	c.out.change(func() {
		if c.out.writerClosed {
			err = net.ErrClosed
		}
		c.out.writerDone = true
	})
	return c.wrap("close", err)
}

// Reset breaks the connection as TCP's RST does: the other end's calls fail with syscall.ECONNRESET, bytes under way are lost. A
// connection that is closed already can still be reset.
func (c *Conn) Reset() {
	c.out.change(func() { c.out.writerDone, c.out.writerClosed, c.out.reset = true, true, true })
	c.in.change(func() { c.in.readerClosed, c.in.reset = true, true })
	c.stopTimers()
}

// stopTimers takes away the deadlines of an end that is closed.
func (c *Conn) stopTimers() {
	_ = c.SetDeadline(time.Time{})
}

// LocalAddr returns a *net.TCPAddr or *net.UnixAddr.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns a *net.TCPAddr or *net.UnixAddr.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both deadlines. The clock is that of the bubble in which it is called.
func (c *Conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets when calls of Read fail with os.ErrDeadlineExceeded, those that wait now among them.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.in.set(&c.in.readDeadline, t)
	return nil
}

// SetWriteDeadline sets when calls of Write fail with os.ErrDeadlineExceeded, those that wait now among them.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.out.set(&c.out.writeDeadline, t)
	return nil
}

func (c *Conn) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &net.OpError{Op: op, Net: c.local.Network(), Source: c.local, Addr: c.remote, Err: err}
}
