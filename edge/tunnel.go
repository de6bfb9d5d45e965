package edge

import (
	"bufio"
	"errors"
	"io"
	"net"
	"sync"
)

// tunnel is a connection that speaks another protocol from now on.
type tunnel struct {
	net.Conn
	server *Server
	early  io.Reader // what the client sent before the upgrade; nil once it is read
	closed sync.Once
}

func newTunnel(s *Server, conn net.Conn, buffered *bufio.Reader) *tunnel {
	t := &tunnel{Conn: conn, server: s}
	if n := buffered.Buffered(); n > 0 {
		t.early = io.LimitReader(buffered, int64(n))
	}
	s.tunnels.add(t)
	return t
}

// Read reads what came early, then what comes.
func (t *tunnel) Read(p []byte) (int, error) {
	if t.early != nil {
		n, err := t.early.Read(p)
		if n > 0 || err == nil {
			return n, nil
		}
		t.early = nil
	}
	return t.Conn.Read(p)
}

// Close closes the connection in both directions.
func (t *tunnel) Close() (err error) {
	t.closed.Do(func() {
		err = t.Conn.Close()
		t.server.tunnels.remove(t)
	})
	return err
}

// CloseWrite tells the client that nothing more will come, and leaves the other direction open.
func (t *tunnel) CloseWrite() error {
	conn := t.Conn
	if wrapped, ok := conn.(interface{ Raw() net.Conn }); ok { // behind the PROXY protocol
		conn = wrapped.Raw()
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.New("this connection cannot be closed in one direction alone")
}
