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
		return proxyproto.NewConn(conn,
			proxyproto.WithPolicy(proxyproto.REQUIRE),
			proxyproto.SetReadHeaderTimeout(proxyHeaderTime)), nil
	}
}
