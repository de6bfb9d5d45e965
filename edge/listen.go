package edge

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Address says where to listen and what is spoken there.
type Address struct {
	Network  string // "tcp" or "unix"
	Location string // host and port, or the path of a socket
	PROXY    bool   // each connection begins with a header of the PROXY protocol
	TLS      bool   // and then with a handshake: see Secure
}

// Parse reads a listen address: ":8080", "127.0.0.1:8080", "http://:80", "https://:443", "proxy+http://:8081",
// "proxy+https://:8443" or "unix:/run/lacquer.sock".
func Parse(text string) (Address, error) {
	fail := func(format string, a ...any) (Address, error) {
		return Address{}, fmt.Errorf("listen address %q: %w", text, fmt.Errorf(format, a...))
	}
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return fail("the path of a socket begins with a slash, as in unix:/run/lacquer.sock")
		}
		return Address{Network: "unix", Location: path}, nil
	}
	a := Address{Network: "tcp", Location: text}
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		a.Location = rest
		scheme, a.PROXY = strings.CutPrefix(scheme, "proxy+")
		switch scheme {
		case "http":
		case "https":
			a.TLS = true
		default:
			return fail("unknown scheme %s; there are http, https, proxy+http, proxy+https and unix:", strings.TrimSuffix(text[:len(text)-len(rest)], "://"))
		}
	}
	host, port, err := net.SplitHostPort(a.Location)
	if err != nil || strings.ContainsAny(a.Location, "/ ") {
		return fail("neither :port nor host:port, as in :8080 or [::1]:8080")
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || strings.TrimLeft(port, "0") != "" && port[0] == '0' {
		return fail("port %q is not a number from 0 to 65535", port)
	} else {
		a.Location = net.JoinHostPort(host, strconv.FormatUint(number, 10))
	}
	return a, nil
}

// String returns the address as Parse reads it.
func (a Address) String() string {
	if a.Network == "unix" {
		return "unix:" + a.Location
	}
	scheme := "http"
	if a.TLS {
		scheme = "https"
	}
	if a.PROXY {
		scheme = "proxy+" + scheme
	}
	return scheme + "://" + a.Location
}

// Open listens on the address by listen, which net.Listen implements. The PROXY protocol is believed from trusted addresses only,
// and connections from others are closed without an answer. A Unix socket that nobody answers on is replaced; its owner
// and group may connect to it. TLS begins where Secure wraps what is returned.
func (a Address) Open(listen func(network, address string) (net.Listener, error), trusted []netip.Prefix) (net.Listener, error) {
	if a.PROXY && len(trusted) == 0 {
		return nil, fmt.Errorf("listen address %s: nobody may connect to it while trusted_proxies is empty", a)
	}
	l, err := listen(a.Network, a.Location)
	if err != nil && a.Network == "unix" && errors.Is(err, syscall.EADDRINUSE) {
		if err = removeStale(a.Location); err == nil {
			l, err = listen(a.Network, a.Location)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listen address %s: %w", a, err)
	}
	if unix, ok := l.(*net.UnixListener); ok {
		if err := os.Chmod(a.Location, 0o660); err != nil {
			unix.Close()
			return nil, fmt.Errorf("listen address %s: %w", a, err)
		}
	}
	if a.PROXY {
		l = &proxyListener{l, trusted}
	}
	return l, nil
}

// removeStale removes a socket that its owner left behind: one on which nobody answers. Anything else at that path stays.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if info.Mode().Type() != os.ModeSocket {
		return errors.New("there is a file that is not a socket")
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		conn.Close()
		return errors.New("in use by another process")
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("in use, as far as can be seen: %w", err)
	}
	return os.Remove(path)
}
