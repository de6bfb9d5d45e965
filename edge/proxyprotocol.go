package edge

import (
	"net"
	"net/netip"
	"time"

	"github.com/pires/go-proxyproto"
)

// proxyHeaderTime is how long a trusted proxy may take to say for whom it connects.
const proxyHeaderTime = 5 * time.Second

// proxyListener accepts connections that begin with a header of the PROXY protocol, version 1 or 2, and whose address is then
// the one that the header tells. The header is read on the goroutine that serves the connection, so a silent peer holds up
// nobody. Only trusted peers may connect: whoever can send the header can be anybody.
type proxyListener struct {
	net.Listener
	trusted []netip.Prefix
}

// Accept waits for the next connection from a trusted peer.
func (l *proxyListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if !within(addressOfConn(conn), l.trusted) {
			conn.Close()
			continue
		}
		return announced{proxyproto.NewConn(conn,
			proxyproto.WithPolicy(proxyproto.REQUIRE),
			proxyproto.SetReadHeaderTimeout(proxyHeaderTime))}, nil
	}
}

// announced is a connection whose header says who is at its other end. One that does not say (UNKNOWN, LOCAL) is from nobody: its peer, the load balancer, is
// somebody who may purge, perhaps, and whose word counts.
type announced struct{ *proxyproto.Conn }

// RemoteAddr waits for the header.
func (c announced) RemoteAddr() net.Addr {
	if h := c.ProxyHeader(); h == nil || h.Command.IsLocal() || h.TransportProtocol.IsUnspec() {
		return nobody{}
	}
	return c.Conn.RemoteAddr()
}

// nobody is the address of who did not say.
type nobody struct{}

func (nobody) Network() string { return "unknown" }
func (nobody) String() string  { return "unknown" }
