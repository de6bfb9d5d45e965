//go:build !unix

package edge

import (
	"net"
	"syscall"
)

// socket stands for a connection of the operating system that can be waited for without a buffer. Here there is none.
type socket struct{ raw syscall.RawConn }

func newSocket(net.Conn) *socket { return new(socket) }

func (s *socket) await() (*exchange, error) { panic("BUG: no such socket") }

func (s *socket) write([]byte) (int, error) { panic("BUG: no such socket") }
