package memnet

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// dialler is where connections come from that name no source and do not go to loopback. Names get the addresses after it.
var dialler = netip.MustParseAddr("10.0.0.1")

// endpoint is where one listens: a host and port, or the path of a Unix socket. The invalid host means every host.
type endpoint struct {
	host netip.Addr
	port uint16
	path string
}

func (e endpoint) withPort(port uint16) endpoint {
	e.port = port
	return e
}

func (e endpoint) addr() net.Addr {
	switch {
	case e.path != "":
		return &net.UnixAddr{Name: e.path, Net: "unix"}
	case !e.host.IsValid():
		return &net.TCPAddr{IP: net.IPv6unspecified, Port: int(e.port)}
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(e.host, e.port))
}

// resolve reads an address and gives a name that is new an address of its own. n.mu is held.
func (n *Network) resolve(network, address string) (endpoint, error) {
	switch network {
	case "unix":
		if address == "" {
			return endpoint{}, fmt.Errorf("empty path of a Unix socket: give one")
		}
		return endpoint{path: address}, nil
	case "tcp", "tcp4", "tcp6":
	default:
		return endpoint{}, net.UnknownNetworkError(network)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return endpoint{}, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return endpoint{}, &net.AddrError{Err: "port is not a number from 0 to 65535", Addr: address}
	}
	return endpoint{host: n.hostAddr(host), port: uint16(number)}, nil
}

// hostAddr returns the address of a host, the invalid one for every host. n.mu is held.
func (n *Network) hostAddr(host string) netip.Addr {
	if host == "" {
		return netip.Addr{}
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if a = a.Unmap(); a.IsUnspecified() {
			return netip.Addr{}
		}
		return a
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	a, known := n.hosts[name]
	if !known {
		a = dialler
		for range len(n.hosts) {
			a = a.Next()
		}
		n.hosts[name] = a
	}
	return a
}
