//go:build unix

package edge

import (
	"io"
	"net"
	"syscall"
)

// socket is a connection of the operating system, with nothing in between. One can wait for bytes on it without a buffer to read
// them into.
type socket struct {
	raw     syscall.RawConn // nil where there is none
	receive func(fd uintptr) (done bool)
	got     *exchange // what receive read, nil at the end of the connection
	err     error
}

// newSocket returns the socket that a connection is. The result has no raw connection if it is none.
func newSocket(conn net.Conn) *socket {
	s := new(socket)
	switch conn := conn.(type) {
	case *net.TCPConn:
		s.raw, _ = conn.SyscallConn()
	case *net.UnixConn:
		s.raw, _ = conn.SyscallConn()
	}
	s.receive = s.tryRead
	return s
}

// tryRead reads if there is something to be read. A buffer that nothing comes for is not held on to while the connection is waited for.
func (s *socket) tryRead(fd uintptr) (done bool) {
	x := exchanges.Get().(*exchange)
	for {
		n, err := syscall.Read(int(fd), x.in.room)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			exchanges.Put(x)
			return false
		case err != nil || n <= 0:
			exchanges.Put(x)
			if s.err = err; err == nil {
				s.err = io.EOF
			}
			return true
		}
		x.in.end = n
		s.got = x
		return true
	}
}

// await waits until something has come, under the read deadline of the connection, and returns it in an exchange.
func (s *socket) await() (*exchange, error) {
	if err := s.raw.Read(s.receive); err != nil {
		return nil, err
	}
	x, err := s.got, s.err
	s.got, s.err = nil, nil
	return x, err
}
