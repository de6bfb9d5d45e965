package admin

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"lacquer/edge"
)

// DefaultAddress is where the administration is reached unless the configuration says otherwise.
const DefaultAddress = "127.0.0.1:6082"

// Off stands in the configuration for no administration at all.
const Off = "off"

// ErrPublic says that an address can be reached from other machines. What goes over the listener is worth more than the site, so
// there it would have to be encrypted.
var ErrPublic = errors.New("can be reached from other machines, which needs TLS, and that is not in this version for the administration; " +
	"use 127.0.0.1:6082 or unix:/run/lacquer/admin.sock, and reach it from elsewhere through an SSH tunnel")

// ParseAddress reads where the administration is to be reached: "127.0.0.1:6082", "localhost:6082", "[::1]:6082" or
// "unix:/run/lacquer/admin.sock".
func ParseAddress(text string) (edge.Address, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return edge.Address{}, fmt.Errorf("%q: the path of a socket begins with a slash, as in unix:/run/lacquer/admin.sock", text)
		}
		return edge.Address{Network: "unix", Location: path}, nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return edge.Address{}, fmt.Errorf("%q is no address of the administration; write 127.0.0.1:6082, unix:/path or off", text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return edge.Address{}, fmt.Errorf("%q: port %q is not a number from 0 to 65535", text, port)
	}
	if !isLoopback(host) {
		return edge.Address{}, fmt.Errorf("%q %w", text, ErrPublic)
	}
	return edge.Address{Network: "tcp", Location: text}, nil
}

// isLoopback reports whether a host is one that only this machine can reach. Of names, localhost alone is (RFC 6761 section 6.3).
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// Open listens where a text that ParseAddress reads says. What came of it is judged again: localhost may have been given another meaning.
func Open(text string, listen func(network, address string) (net.Listener, error)) (net.Listener, error) {
	address, err := ParseAddress(text)
	if err != nil {
		return nil, err
	}
	l, err := address.Open(listen, nil)
	if err != nil {
		return nil, err
	}
	if address.Network == "tcp" {
		host, _, err := net.SplitHostPort(l.Addr().String())
		if err != nil || !isLoopback(host) {
			l.Close()
			return nil, fmt.Errorf("%s: %s %w", text, l.Addr(), ErrPublic)
		}
	}
	return l, nil
}

// AddressOf returns what ParseAddress reads, for where a listener really listens.
func AddressOf(l net.Listener) string {
	if l.Addr().Network() == "unix" {
		return "unix:" + l.Addr().String()
	}
	return l.Addr().String()
}
