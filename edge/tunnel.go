package edge

import (
	"bytes"
	"errors"
	"net"
	"sync"
)

// tunnel is a connection that speaks another protocol from now on.
type tunnel struct {
	net.Conn
	server *Server
	early  []byte // what the client sent before the upgrade and nobody has read yet
	closed sync.Once
}

// newTunnel returns a tunnel over conn, which copies what came early. It closes conn if the server is shut already.
func newTunnel(s *Server, conn net.Conn, early []byte) *tunnel {
	t := &tunnel{Conn: conn, server: s, early: bytes.Clone(early)}
	if !s.tunnels.add(t) {
		conn.Close()
	}
	return t
}

// Read reads what came early, then what comes.
func (t *tunnel) Read(p []byte) (int, error) {
	if len(t.early) > 0 {
		n := copy(p, t.early)
		t.early = t.early[n:]
		return n, nil
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
	if half, ok := t.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.New("this connection cannot be closed in one direction alone")
}
