//go:build unix

package edge

import (
	"io"
	"net"
	"os"
	"syscall"
)

// socket is a connection of the operating system, with nothing in between. One can wait for bytes on it without a buffer to read
// them into.
type socket struct {
	raw     syscall.RawConn // nil where there is none
	receive func(fd uintptr) (done bool)
	got     *exchange // what receive read, nil at the end of the connection
	err     error

	transmit func(fd uintptr) (done bool)
	unsent   []byte // what transmit has still to send
	failed   error  // why it cannot
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
	s.receive, s.transmit = s.tryRead, s.tryWrite
	return s
}

// tryRead reads if there is something to be read. A buffer that nothing comes for is not held on to while the connection is waited for.
func (s *socket) tryRead(fd uintptr) (done bool) {
	x := exchanges.Get().(*exchange)
	for {
		n, err := readNow(fd, x.in.room)
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

// tryWrite sends what the system takes.
func (s *socket) tryWrite(fd uintptr) (done bool) {
	for len(s.unsent) > 0 {
		n, err := writeNow(fd, s.unsent)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return false
		case err != nil:
			s.failed = os.NewSyscallError("write", err)
			return true
		}
		s.unsent = s.unsent[n:]
	}
	return true
}

// write sends a short piece, under the write deadline of the connection.
func (s *socket) write(p []byte) (n int, err error) {
	s.unsent = p
	if err = s.raw.Write(s.transmit); err == nil {
		err = s.failed
	}
	n = len(p) - len(s.unsent)
	s.unsent, s.failed = nil, nil
	return n, err
}
