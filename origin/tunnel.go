package origin

import (
	"context"
	"errors"
	"io"
)

// tunnel is a connection that speaks another protocol from now on. It is closed when the context of the fetch is done.
type tunnel struct {
	io.ReadWriteCloser
	x       *exchange
	release func() bool // takes the watch off the context
}

func newTunnel(x *exchange, conn io.ReadWriteCloser) *tunnel {
	return &tunnel{conn, x, context.AfterFunc(x.outer, func() { conn.Close() })}
}

// Close closes the connection in both directions.
func (t *tunnel) Close() error {
	t.release()
	err := t.ReadWriteCloser.Close()
	t.x.cancel(nil)
	return err
}

// CloseWrite tells the origin that nothing more will come, and leaves the other direction open.
func (t *tunnel) CloseWrite() error {
	if half, ok := t.ReadWriteCloser.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.New("this connection cannot be closed in one direction alone")
}
