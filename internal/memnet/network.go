package memnet

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// firstEphemeralPort begins the range of RFC 6335 section 6 from which ports are given out that nobody asked for.
const firstEphemeralPort = 49152

// Network is a set of listeners that can be dialled by name. It is safe for concurrent use.
type Network struct {
	mu        sync.Mutex // protects what follows
	listeners map[endpoint]*listener
	holes     map[endpoint]bool // dials there are never answered
	hosts     map[string]netip.Addr
	port      uint16 // the ephemeral port given out last
}

// New returns a network without listeners.
func New() *Network {
	return &Network{
		listeners: map[endpoint]*listener{},
		holes:     map[endpoint]bool{},
		hosts:     map[string]netip.Addr{"localhost": netip.MustParseAddr("127.0.0.1")},
		port:      firstEphemeralPort - 1,
	}
}

// Listen begins to accept connections. The network is "tcp", "tcp4" or "tcp6" with host:port, where port 0 picks a free one and no host
// means every host, or "unix" with a path. A host that is not an IP address is a name: it gets an address of its own.
// An address in use fails with syscall.EADDRINUSE.
func (n *Network) Listen(network, address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	e, err := n.resolve(network, address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	for e.path == "" && e.port == 0 {
		if free := e.withPort(n.nextPort()); n.listeners[free] == nil {
			e = free
		}
	}
	if n.listeners[e] != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: e.addr(), Err: syscallError("bind", syscall.EADDRINUSE)}
	}
	l := newListener(n, e)
	n.listeners[e] = l
	return l, nil
}

// Dial connects to a listener, as net.Dialer.DialContext does, from an address that it picks.
func (n *Network) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return n.DialFrom(ctx, netip.AddrPort{}, network, address)
}

// DialFrom connects to a listener that will see from as the address of its peer. The zero AddrPort, or one with port 0, has
// what is missing picked. Without a listener it fails with syscall.ECONNREFUSED, for a Unix socket with syscall.ENOENT; where the backlog is
// full, or the address is a black hole, it waits until ctx is done and fails with what ctx says.
func (n *Network) DialFrom(ctx context.Context, from netip.AddrPort, network, address string) (net.Conn, error) {
	n.mu.Lock()
	to, err := n.resolve(network, address)
	if err != nil {
		n.mu.Unlock()
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	fail := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: to.addr(), Err: err}
	}
	l, hole, source := n.find(to), n.holes[to], n.source(from, to)
	n.mu.Unlock()

	if hole {
		<-ctx.Done()
		return fail(contextError{ctx.Err()})
	}
	if l == nil {
		return fail(refusal(to))
	}
	near, far := pipe(source.addr(), to.addr())
	if err := l.offer(ctx, far); err != nil {
		return fail(err)
	}
	return near, nil
}

// BlackHole says whether dials to this address are to vanish, as behind a firewall that drops packets: neither accepted nor
// refused, whoever listens there.
func (n *Network) BlackHole(network, address string, on bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	e, err := n.resolve(network, address)
	if err != nil {
		return err
	}
	n.holes[e] = on
	return nil
}

// find returns the listener on an endpoint, or on its port of every host, or nil. n.mu is held.
func (n *Network) find(e endpoint) *listener {
	if l := n.listeners[e]; l != nil || e.path != "" {
		return l
	}
	return n.listeners[endpoint{port: e.port}]
}

// source completes the address of whoever dials. n.mu is held.
func (n *Network) source(from netip.AddrPort, to endpoint) endpoint {
	if to.path != "" {
		return endpoint{path: "@"}
	}
	e := endpoint{host: from.Addr(), port: from.Port()}
	if !e.host.IsValid() {
		e.host = dialler
		if to.host.IsLoopback() {
			e.host = to.host
		}
	}
	if e.port == 0 {
		e.port = n.nextPort()
	}
	return e
}

// nextPort goes round the ephemeral ports. n.mu is held.
func (n *Network) nextPort() uint16 {
	n.port++
	if n.port < firstEphemeralPort {
		n.port = firstEphemeralPort
	}
	return n.port
}

func (n *Network) remove(e endpoint) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.listeners, e)
}
