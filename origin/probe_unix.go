//go:build unix

package origin

import (
	"net"
	"syscall"
)

// probe looks at what waits to be read on a socket, and takes nothing of it.
type probe struct {
	socket syscall.RawConn
	look   func(descriptor uintptr) bool // looks once; made once, so that no look allocates
	found  condition                     // by the last look
	room   [1]byte
}

// newProbe returns nil for what is no socket.
func newProbe(conn net.Conn) *probe {
	of, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	socket, err := of.SyscallConn()
	if err != nil {
		return nil
	}
	p := &probe{socket: socket}
	p.look = func(descriptor uintptr) bool {
		p.found = p.peek(int(descriptor))
		return true // whatever it is, nobody waits for more
	}
	return p
}

func (p *probe) condition() condition {
	p.found = broken
	if p.socket.Read(p.look) != nil {
		return broken
	}
	return p.found
}

func (p *probe) peek(descriptor int) condition {
	for {
		n, _, err := syscall.Recvfrom(descriptor, p.room[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN || err == syscall.EWOULDBLOCK:
			return silent // a call that waits would have to
		case err == nil && n > 0:
			return spoken
		}
		return broken
	}
}
